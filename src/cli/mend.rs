//! `scorelint mend`: a copy of a file as TOMS would have written it, with a list of what was changed.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use miette::miette;

use super::exit::{Exit, Failure};
use super::output::{Replacing, refuse_existing, refuse_inputs};
use super::page::Page;
use super::reading::ReadingArgs;
use crate::atomic_file::AtomicFile;
use crate::input::mend::rewrite;
use crate::input::{InputOptions, Opened, SurveyedPart, open};
use crate::report::mend::{MendReport, write_json, write_text};

const EXAMPLES: &str = "\
Examples:
  scorelint mend saved-by-excel.csv -o mended.csv
      Put right what a spreadsheet or another program did to a file, and say what that was.

  scorelint mend --leave saved-by-excel.csv -o mended.csv
      The same, with the cells that cannot be read left as they are.

  scorelint mend --format json FILE -o MENDED > changes.json
      The changes for another program.

Only what is certain is changed: all digits are there, and one reading is possible. The best repair is a new
download from TOMS.

Exit codes:
  0  the copy is written, as TOMS would have written it
  1  the copy is written, and cells that cannot be read are left as they are (--leave)
  2  wrong usage, a file that cannot be read or written, or cells that cannot be mended for certain: nothing is written
  4  a fault of scorelint itself";

/// Arguments of `mend`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// A score file, in whatever form it was saved; - for standard input
    #[arg(value_name = "FILE|-")]
    path: PathBuf,
    /// Write the mended copy to this file
    #[arg(long, short, value_name = "MENDED")]
    output: PathBuf,
    /// Leave cells that cannot be mended for certain as they are
    #[arg(long)]
    leave: bool,
    /// Replace the file that is written if there is one; never the file that is read
    #[arg(long)]
    force: bool,
    /// How the list of changes is written
    #[arg(long, value_enum, default_value_t = ChangesFormat::Human)]
    format: ChangesFormat,
    #[command(flatten)]
    reading: ReadingArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ChangesFormat {
    /// For people
    Human,
    /// For programs: docs/schemas/mend-1.schema.json
    Json,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    refuse_inputs(Some(&args.output), [&args.path])?;
    refuse_existing(&args.output, Replacing::of_flag(args.force))?;
    let options = InputOptions { survey: SurveyedPart::Whole, ..args.reading.options() };
    let opened = only_file(open(std::slice::from_ref(&args.path), &options).map_err(Failure::input)?)?;
    let unreadable: u64 = opened.info.mends.iter().flat_map(|mends| &mends.columns).map(|one| one.unreadable).sum();
    if unreadable > 0 && !args.leave {
        return Err(refused(&opened).into());
    }
    let failed = |error: std::io::Error| miette!("{} cannot be written: {error}", args.output.display());
    let file = AtomicFile::at(&args.output).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let copy = rewrite(opened, &mut out).map_err(Failure::input)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.keep().map_err(failed)?;
    let report = MendReport { copy: &copy, output: &args.output };
    super::output::write_out("the list of changes", |out: &mut dyn Write| match args.format {
        ChangesFormat::Human => write_text(out, &report, Page::of_terminal().width()),
        ChangesFormat::Json => write_json(out, &report),
    })?;
    Ok(if unreadable > 0 { Exit::Findings } else { Exit::Clean })
}

fn only_file(mut files: Vec<Opened>) -> miette::Result<Opened> {
    let count = files.len();
    match files.pop() {
        Some(file) if count == 1 => Ok(file),
        _ => Err(miette!(
            help = "name one file; of an archive with several, unpack it first",
            "a mended copy is made of one score file, and here are {count}"
        )),
    }
}

/// What cannot be mended, column by column.
fn refused(opened: &Opened) -> miette::Report {
    const NAMED: usize = 8;
    let mends = opened.info.mends.iter().flat_map(|mends| &mends.columns).filter(|one| one.unreadable > 0);
    let columns: Vec<String> = mends
        .map(|one| {
            let name = opened.info.columns.get(one.column).map_or("", |column| column.name.as_str());
            format!("{} ({})", crate::privacy::text::neutralise(name), crate::number::plural(one.unreadable, "cell"))
        })
        .collect();
    let more = columns.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more columns") } else { String::new() };
    let named: Vec<&str> = columns.iter().take(NAMED).map(String::as_str).collect();
    miette!(
        help = "scorelint check names the cells; download the file again, or leave them as they are with --leave",
        "cells that cannot be mended for certain: {}{rest}; nothing was written",
        named.join(", ")
    )
}
