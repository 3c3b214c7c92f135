//! `scorelint synth`: makes score files of a synthetic district.

use std::fs::{File, create_dir_all};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use miette::{IntoDiagnostic, WrapErr, miette};

use crate::input::View;
use crate::synth::{Form, Order, file_name, write_district};

/// Arguments of `synth`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The spring of the administration, 2018 to 2025
    #[arg(long, default_value_t = 2025)]
    year: u16,
    /// How many students the district has
    #[arg(long, default_value_t = 1_000)]
    students: u64,
    /// Decides everything that is left to chance; the same seed gives the same file
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The students tested here, those enrolled here, or a file of each
    #[arg(long, value_enum, default_value_t = ViewArg::Tested)]
    view: ViewArg,
    /// The form of the file
    #[arg(long, value_enum, default_value_t = FormArg::Caret)]
    format: FormArg,
    /// Where to write: a folder (the file is named as TOMS names it), a file, or - for standard output
    #[arg(long, short, value_name = "DIR|FILE|-")]
    output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ViewArg {
    Tested,
    Enrolled,
    Both,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FormArg {
    Caret,
    Comma,
    Tab,
    Fixed,
}

pub(super) fn run(args: &Args) -> miette::Result<ExitCode> {
    let views: &[View] = match args.view {
        ViewArg::Tested => &[View::Tested],
        ViewArg::Enrolled => &[View::Enrolled],
        ViewArg::Both => &[View::Tested, View::Enrolled],
    };
    if views.len() > 1 && !is_folder(&args.output) {
        return Err(miette!(help = "name a folder with --output", "two views need two files"));
    }
    for view in views {
        write_one(args, *view)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_one(args: &Args, view: View) -> miette::Result<()> {
    let form = match args.format {
        FormArg::Caret => Form::Caret,
        FormArg::Comma => Form::Comma,
        FormArg::Tab => Form::Tab,
        FormArg::Fixed => Form::Fixed,
    };
    let order = Order { year: args.year, students: args.students, seed: args.seed, view, form };
    if args.output == Path::new("-") {
        write_district(&order, &mut stdout().lock()).into_diagnostic()?;
        return Ok(());
    }
    let path = if is_folder(&args.output) {
        create_dir_all(&args.output).into_diagnostic().wrap_err_with(|| cannot_write(&args.output))?;
        args.output.join(file_name(&order))
    } else {
        args.output.clone()
    };
    let mut file = File::create(&path).into_diagnostic().wrap_err_with(|| cannot_write(&path))?;
    let made = write_district(&order, &mut file).into_diagnostic()?;
    file.flush().into_diagnostic()?;
    eprintln!("{}: {} records, {} bytes", path.display(), made.records, made.bytes);
    Ok(())
}

/// A path is taken for a folder when it is one, ends in a separator, or has no ending.
fn is_folder(path: &Path) -> bool {
    let ends_open = path.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
    path != Path::new("-") && (path.is_dir() || ends_open || (!path.is_file() && path.extension().is_none()))
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
