//! `scorelint reconcile`: every difference from the official results, explained.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::num::{NonZero, NonZeroUsize};
use std::path::PathBuf;
use std::process::ExitCode;

use flate2::Compression;
use flate2::write::GzEncoder;
use miette::{IntoDiagnostic, WrapErr, miette};

use super::progress::{Progress, Wish};
use super::terminal;
use crate::input::{Options, View};
use crate::reconcile::{
    Assumption, CellFilter, CellName, Detail, ReconcileOptions, Reconciliation, TextOptions, With, check_filter,
    reconcile, write_json, write_text, write_worklist,
};
use crate::rule::read::day;

/// Arguments of `reconcile`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Score files, or folders with score files, of one year
    #[arg(value_name = "FILE|FOLDER", required = true)]
    paths: Vec<PathBuf>,
    /// Official results to compare with: research files (as downloaded, or in their zip), a table made
    /// by scorelint template, entity lists, or folders of these
    #[arg(long, value_name = "FILE|FOLDER", required = true, num_args = 1..)]
    official: Vec<PathBuf>,
    /// An earlier download of the same year: what changed since then can explain differences
    #[arg(long, value_name = "FILE|FOLDER")]
    earlier: Vec<PathBuf>,
    /// The district or charter whose files these are, where neither names nor records tell
    #[arg(long, value_name = "CODE", value_parser = lea_code)]
    lea: Vec<String>,
    /// Take a cause for true and show what follows; after =, a day (2025-06-20) or a school
    #[arg(long, value_name = "CAUSE[=DAY|SCHOOL]")]
    assume: Vec<String>,
    /// Rule a cause out and show what follows
    #[arg(long, value_name = "CAUSE")]
    without: Vec<String>,
    /// Only these entities: fourteen digits, or the first digits for all that begin with them
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    entity: Vec<String>,
    /// Only these tests, by their official numbers: 1 SB ELA, 2 SB mathematics, 17 CAST
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS")]
    test: Vec<u16>,
    /// Only these grade rows: 3 to 12, 13 all grades, 14 all high school
    #[arg(long, value_delimiter = ',', value_name = "GRADES")]
    grade: Vec<u8>,
    /// Only these student groups, by their official numbers
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS")]
    group: Vec<u16>,
    /// One figure with its records: ENTITY/TEST/GRADE/GROUP/MEASURE, as 58999990000000/1/5/1/tested
    #[arg(long, conflicts_with = "format", value_name = "CELL")]
    cell: Option<String>,
    /// The records behind the differences, by who can mend them
    #[arg(long, conflicts_with_all = ["cell", "format"])]
    worklist: bool,
    /// How many ladders are shown of each kind
    #[arg(long, default_value_t = 6, value_name = "N")]
    samples: usize,
    /// Show every ladder
    #[arg(long, conflicts_with = "samples")]
    all: bool,
    /// How the reconciliation is written
    #[arg(long, value_enum, default_value_t = FormatArg::Human)]
    format: FormatArg,
    /// Write to a file instead of the terminal; packed where its name ends in .gz
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Read the score files by the layout of this year
    #[arg(long, value_name = "YEAR")]
    year: Option<u16>,
    /// Take the score files for this view
    #[arg(long, value_enum, value_name = "VIEW")]
    view: Option<ViewArg>,
    /// Show no progress bar
    #[arg(long)]
    no_progress: bool,
    /// Threads; as many as the machine has where it is not given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    /// For people
    Human,
    /// For programs: docs/schemas/reconcile-1.schema.json
    Json,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ViewArg {
    Tested,
    Enrolled,
}

fn lea_code(text: &str) -> Result<String, String> {
    let is_code = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_code { Ok(text.to_owned()) } else { Err("a code has fourteen digits".to_owned()) }
}

pub(super) fn run(args: &Args) -> miette::Result<ExitCode> {
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let view = args.view.map(|view| match view {
        ViewArg::Tested => View::Tested,
        ViewArg::Enrolled => View::Enrolled,
    });
    let detail = args.detail()?;
    let read: Vec<PathBuf> = args.paths.iter().chain(&args.earlier).cloned().collect();
    let bar = Progress::new(&read, Wish::of_flag(args.no_progress));
    let report_progress = |bytes| bar.told(bytes);
    let options = ReconcileOptions {
        input: Options { year: args.year, view, ..Options::default() },
        threads,
        progress: Some(&report_progress),
        earlier: args.earlier.clone(),
        leas: args.lea.clone(),
        assume: args.assume.iter().map(|text| assumption(text)).collect::<Result<_, _>>()?,
        without: args.without.clone(),
    };
    let reconciled = reconcile(&args.paths, &args.official, &options);
    bar.finish();
    let reconciliation = match reconciled {
        Ok(reconciliation) => reconciliation,
        Err(error) => {
            eprintln!("{:?}", miette::Report::new(error));
            return Ok(ExitCode::from(2));
        }
    };
    if let Detail::Cell(name) = &detail {
        name.find(&reconciliation)?;
    }
    check_filter(&args.filter(), &reconciliation)?;
    let written = match &args.output {
        None => write(args, &detail, &reconciliation, &mut BufWriter::new(io::stdout().lock())),
        Some(path) => File::create(path).and_then(|file| {
            let mut file = BufWriter::new(file);
            if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz")) {
                return write(args, &detail, &reconciliation, &mut file);
            }
            let mut packed = GzEncoder::new(file, Compression::fast());
            write(args, &detail, &reconciliation, &mut packed)?;
            packed.finish()?.flush()
        }),
    };
    match written {
        // Whoever reads from us has read enough (`| head`).
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        other => other.into_diagnostic().wrap_err("the reconciliation cannot be written")?,
    }
    let tally = reconciliation.tally();
    Ok(match (tally.unexplained > 0, tally.compared() + tally.hidden) {
        (true, _) => ExitCode::from(1),
        (false, 0) => ExitCode::from(2),
        (false, _) => ExitCode::SUCCESS,
    })
}

fn write(args: &Args, detail: &Detail, reconciliation: &Reconciliation, out: &mut dyn Write) -> io::Result<()> {
    let options = TextOptions { width: terminal::width(), filter: args.filter(), detail: detail.clone() };
    match args.format {
        FormatArg::Json => write_json(out, reconciliation)?,
        FormatArg::Human if args.worklist => write_worklist(out, reconciliation, &options)?,
        FormatArg::Human => write_text(out, reconciliation, &options)?,
    }
    out.flush()
}

/// `late-scores`, `late-scores=2025-06-20`, `charter-funding-type-changed=58999996900101`.
fn assumption(text: &str) -> miette::Result<Assumption> {
    let Some((id, with)) = text.split_once('=') else { return Ok(Assumption { id: text.to_owned(), with: None }) };
    let with = match day(with).and_then(|day| i32::try_from(day).ok()) {
        Some(day) => With::After(day, day),
        None if with.len() == 14 && with.bytes().all(|byte| byte.is_ascii_digit()) => With::Text(with.to_owned()),
        None => {
            return Err(miette!(
                help = "write a day as 2025-06-20, a school as fourteen digits",
                "{with} is neither a day nor the code of a school"
            ));
        }
    };
    Ok(Assumption { id: id.to_owned(), with: Some(with) })
}

impl Args {
    fn filter(&self) -> CellFilter {
        CellFilter {
            entities: self.entity.clone(),
            tests: self.test.clone(),
            grades: self.grade.clone(),
            groups: self.group.clone(),
        }
    }

    fn detail(&self) -> miette::Result<Detail> {
        let Some(cell) = &self.cell else {
            return Ok(Detail::Ladders(if self.all { usize::MAX } else { self.samples }));
        };
        Ok(Detail::Cell(CellName::read(cell)?))
    }
}
