//! `scorelint reconcile`: every difference from the official results, explained.

use std::num::{NonZero, NonZeroUsize};

use miette::miette;

use super::compared::ComparedArgs;
use super::exit::{Exit, Failure};
use super::progress::Progress;
use super::report::ReportArgs;
use super::selection::SelectionArgs;
use super::{memory, size};
use crate::input::{InputOptions, View};
use crate::reconcile::{Assumption, CellFilter, CellName, ReconcileOptions, With, check_filter, reconcile};
use crate::report::format::Hashes;
use crate::report::reconcile::{FigureDetail, ReconcileKind, ReconcileReport, ReconcileView};
use crate::rule::read::day;

const EXAMPLES: &str = "\
Examples:
  scorelint reconcile TestedStudents_2025.txt --official research-files/
      Compare every figure of the district with the public files, and explain what differs.

  scorelint reconcile TestedStudents_2025.txt --official preview.xlsx --worklist
      The records behind the differences from the preview, by who can mend them.

  scorelint reconcile FILE --official FOLDER --cell 58999990000000/1/5/1/tested
      One figure with its records.

  scorelint reconcile FILE --official FOLDER --assume late-scores=2025-06-20
      What would follow if the state's figures were of that day.

  scorelint reconcile -o found.json FILE --official FOLDER
      Everything, for scorelint verify and other programs; a choice of figures narrows the cells.

Exit codes:
  0  every figure agrees or is explained
  1  at least one difference is unexplained
  2  wrong usage, a file that cannot be read or written, or a value or an official figure that cannot be read
  4  a fault of scorelint itself";

/// Arguments of `reconcile`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    compared: ComparedArgs,
    /// The district or charter whose files these are, where neither names nor records tell
    #[arg(long, value_name = "CODE", value_parser = lea_code)]
    lea: Vec<String>,
    /// Take a cause for true and show what follows; after =, a day (2025-06-20) or a school
    #[arg(long, value_name = "CAUSE[=DAY|SCHOOL]")]
    assume: Vec<String>,
    /// Rule a cause out and show what follows
    #[arg(long, value_name = "CAUSE")]
    without: Vec<String>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// One figure with its records: ENTITY/TEST/GRADE/GROUP/MEASURE, as 58999990000000/1/5/1/tested
    #[arg(long, value_name = "CELL")]
    cell: Option<String>,
    /// In reports for people: the records behind the differences, by who can correct them
    #[arg(long, conflicts_with = "cell")]
    worklist: bool,
    /// How many ladders are shown of each kind
    #[arg(long, default_value_t = 6, value_name = "N")]
    samples: usize,
    /// Show every ladder
    #[arg(long, conflicts_with = "samples")]
    all: bool,
    #[command(flatten)]
    report: ReportArgs<ReconcileKind>,
    /// Read the score files by the layout of this year
    #[arg(long, value_name = "YEAR")]
    year: Option<u16>,
    /// Take the score files for this view
    #[arg(long, value_enum, value_name = "VIEW")]
    view: Option<ViewArg>,
    /// Threads; as many as the machine has where it is not given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
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

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let targets = args.report.targets(&args.compared.all())?;
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let view = args.view.map(|view| match view {
        ViewArg::Tested => View::Tested,
        ViewArg::Enrolled => View::Enrolled,
    });
    let detail = args.detail()?;
    let bytes = size::total(&args.compared.scores());
    memory::prepare(bytes);
    let bar = Progress::new(bytes, args.report.progress());
    let report_progress = |bytes| bar.report(bytes);
    let options = ReconcileOptions {
        input: InputOptions {
            year: args.year,
            view,
            want_sha256: targets.needs().hashes == Hashes::Named,
            ..InputOptions::default()
        },
        threads,
        progress: Some(&report_progress),
        earlier: args.compared.earlier.clone(),
        leas: args.lea.clone(),
        assume: args.assume.iter().map(|text| assumption(text)).collect::<Result<_, _>>()?,
        without: args.without.clone(),
    };
    let reconciled = reconcile(&args.compared.paths, &args.compared.official, &options);
    bar.finish();
    let reconciliation = match reconciled {
        Ok(reconciliation) => reconciliation,
        Err(error) => {
            super::errors::tell(&error);
            return Ok(Exit::Unreadable);
        }
    };
    if let FigureDetail::Cell(name) = &detail {
        name.find(&reconciliation).map_err(Failure::input)?;
    }
    check_filter(&args.filter(), &reconciliation).map_err(Failure::input)?;
    let cell = match &detail {
        FigureDetail::Cell(name) => Some(name.clone()),
        FigureDetail::Ladders(_) => None,
    };
    let filter = CellFilter { cell, ..args.filter() };
    let page = if args.worklist { ReconcileView::Worklist } else { ReconcileView::Ladders };
    targets.write(&ReconcileReport { reconciliation: &reconciliation, filter, detail, page })?;
    let tally = reconciliation.tally();
    Ok(match (tally.compared() + tally.hidden, tally.unexplained + tally.partly) {
        _ if reconciliation.has_unreadable() || !reconciliation.not_known.is_empty() => Exit::Unreadable,
        (_, 1..) => Exit::Findings,
        (0, 0) => Exit::Unreadable,
        (_, 0) => Exit::Clean,
    })
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
            entities: self.selection.entity.clone(),
            tests: self.selection.test.clone(),
            grades: self.selection.grade.clone(),
            groups: self.selection.group.clone(),
            cell: None,
        }
    }

    fn detail(&self) -> miette::Result<FigureDetail> {
        let Some(cell) = &self.cell else {
            return Ok(FigureDetail::Ladders(if self.all { usize::MAX } else { self.samples }));
        };
        Ok(FigureDetail::Cell(CellName::read(cell)?))
    }
}
