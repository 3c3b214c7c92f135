//! `scorelint synth`: makes score files of a synthetic district.

mod lists;

use std::fs::{create_dir_all, remove_dir};
use std::io::{BufWriter, ErrorKind, IntoInnerError, Write, stdout};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use miette::{IntoDiagnostic, WrapErr, miette};

use self::lists::{list_faults, list_resaves, list_scenarios};
use super::errors::say;
use crate::atomic_file::AtomicFile;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::write_out;
use crate::input::View;
use crate::layout::registry;
use crate::number::plural;
use crate::synth::{
    FaultOrder, Harmed, Made, MadeForm, Noise, Order, Resave, SceneOrder, SecondOutputs, SynthError, TrueCause,
    UnknownFault, Views, check_form, file_name, find_resave, find_scenario, fixed_years, has_earlier_file, parse_order,
    resave, side_file, write_district, write_scene, write_with_second_files, years,
};

const EXAMPLES: &str = "\
Examples:
  scorelint synth --output district/
      A district of 1,000 students of {latest}, in a file named as TOMS names it.

  scorelint synth --year 2019 --format fixed --students 200 --seed 7 -o district/
      Another year, in fixed width. fixed has the years {fixed}: later layouts print no
      positions.

  scorelint synth --fault T006=3 --fault records -o district/
      With faults; FILE.faults.tsv tells which records have them.

  scorelint synth --resave lost-zeros+workbook -o district/
      A workbook of numbers without their first zeros, as a spreadsheet saves it.

  scorelint synth --scenario mixed -o district/
      With official files that differ for known reasons, and the truth next to them.

  scorelint synth --scenario late+nonpublic+partial --noise 3% -o district/
      Several reasons at once, and 3 of 100 records dropped or damaged at random.

Exit codes:
  0  the files are written
  2  wrong usage, or a file cannot be written
  4  a fault of scorelint itself";

/// Arguments of `synth`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = examples())]
pub(super) struct Args {
    #[arg(long, default_value_t = latest(), help = format!("The spring of the administration, {}", span(years())))]
    year: u16,
    /// How many students the district has; 1000, or as many as the scenario needs, where it is not given
    #[arg(long)]
    students: Option<u64>,
    /// Decides everything that is left to chance; the same seed gives the same file
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The students tested here, those enrolled here, or a file of each
    #[arg(long, value_enum, default_value_t = ViewArg::Tested)]
    view: ViewArg,
    #[arg(
        long,
        value_enum,
        default_value_t = FormArg::Caret,
        help = format!("The form of the file; fixed for {} only", span(fixed_years()))
    )]
    format: FormArg,
    /// Plant N faults (default 1) of a kind, by rule code or name; `records` for one of every kind
    /// that sits on records. What was planted is listed in FILE.faults.tsv
    #[arg(long = "fault", value_name = "KIND[=N]")]
    faults: Vec<String>,
    /// Write second files that go with the file as well: an earlier file, a roster, an entity list.
    /// Faults that are planted in them need it
    #[arg(long)]
    second_files: bool,
    /// List the kinds of faults
    #[arg(long)]
    list_faults: bool,
    /// Write official files next to the score file: the public research files that the state would
    /// publish for the district, and the list of entities
    #[arg(long, conflicts_with_all = ["faults", "second_files"])]
    official: bool,
    /// Make score file and official files differ for known reasons, and write the truth next to them
    /// into scenario.truth.json; several names are joined by +. Implies --official
    #[arg(long, value_name = "NAME[+NAME…]", conflicts_with_all = ["faults", "second_files"])]
    scenario: Option<String>,
    /// Drop or damage so many records of the score file at random, after the official files are counted; the
    /// truth names them. Implies --official
    #[arg(long, value_name = "PERCENT", conflicts_with_all = ["faults", "second_files"])]
    noise: Option<Noise>,
    /// List the scenarios
    #[arg(long)]
    list_scenarios: bool,
    /// Save the file again as people and programs do: cells in another spelling, another form; several kinds are
    /// joined by +
    #[arg(long, value_name = "KIND[+KIND…]", value_parser = resaves,
          conflicts_with_all = ["faults", "second_files", "official", "scenario", "noise"])]
    resave: Option<Resaves>,
    /// List the kinds of saving again
    #[arg(long)]
    list_resaves: bool,
    /// Where to write: a folder (the file is named as TOMS names it), a file, or - for standard output
    #[arg(long, short, value_name = "DIR|FILE|-", required_unless_present_any = ["list_faults", "list_scenarios", "list_resaves"])]
    output: Option<PathBuf>,
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

impl FormArg {
    fn form(self) -> MadeForm {
        match self {
            Self::Caret => MadeForm::Caret,
            Self::Comma => MadeForm::Comma,
            Self::Tab => MadeForm::Tab,
            Self::Fixed => MadeForm::Fixed,
        }
    }
}

/// Kinds of saving again, in order.
#[derive(Clone, Debug)]
struct Resaves(Vec<Resave>);

fn resaves(text: &str) -> Result<Resaves, String> {
    let kind =
        |name: &str| find_resave(name).ok_or_else(|| format!("there is no kind {name}; --list-resaves shows them"));
    text.split('+').map(kind).collect::<Result<_, _>>().map(Resaves)
}

/// Writes a file saved again, under the name TOMS gives it with the ending of its form.
fn write_resaved(order: &Order, kinds: &[Resave], output: &Path) -> miette::Result<()> {
    let mut text = Vec::new();
    let made = write_district(order, &mut text).map_err(not_made)?;
    let text = String::from_utf8(text).into_diagnostic()?;
    let layout = registry().layout(order.year).ok_or(SynthError::Year(order.year)).map_err(not_made)?;
    let saved = resave(&text, layout, kinds).into_diagnostic()?;
    if output == Path::new("-") {
        return write_out("the file", |out| out.write_all(&saved.bytes));
    }
    let path = if is_folder(output) {
        create_dir_all(output).into_diagnostic().wrap_err_with(|| cannot_write(output))?;
        let name = file_name(order);
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        output.join(format!("{stem}.{}", saved.ending))
    } else {
        output.to_owned()
    };
    AtomicFile::make(&path, &saved.bytes).into_diagnostic().wrap_err_with(|| cannot_write(&path))?;
    say(format_args!("{}: {} records, {} bytes", path.display(), made.records, saved.bytes.len()));
    Ok(())
}

fn examples() -> String {
    EXAMPLES.replace("{latest}", &latest().to_string()).replace("{fixed}", &span(fixed_years()))
}

/// The latest year that districts are made of.
fn latest() -> u16 {
    years().last().unwrap_or_default()
}

/// Years in words, from the first to the last.
fn span(mut years: impl Iterator<Item = u16>) -> String {
    let first = years.next().unwrap_or_default();
    format!("{first} to {}", years.last().unwrap_or(first))
}

/// Students of a district where no number is given.
const STUDENTS: u64 = 1_000;

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    if args.list_scenarios {
        return list_scenarios();
    }
    if args.list_resaves {
        return list_resaves();
    }
    let Some(output) = args.output.as_deref().filter(|_| !args.list_faults) else {
        return list_faults();
    };
    if args.official || args.scenario.is_some() || args.noise.is_some() {
        return write_with_official(args, output);
    }
    let views: &[View] = match args.view {
        ViewArg::Tested => &[View::Tested],
        ViewArg::Enrolled => &[View::Enrolled],
        ViewArg::Both => &[View::Tested, View::Enrolled],
    };
    if views.len() > 1 && !is_folder(output) {
        return Err(miette!(help = "name a folder with --output", "two views need two files").into());
    }
    if views.len() > 1 && args.second_files {
        return Err(miette!(help = "the roster is an enrolled view already", "second files go with one view").into());
    }
    let form = args.format.form();
    if let Some(Resaves(kinds)) = &args.resave {
        for view in views {
            let (year, students, seed) = (args.year, args.students.unwrap_or(STUDENTS), args.seed);
            let order = Order { year, students, seed, view: *view, form: MadeForm::Caret, faults: Vec::new() };
            write_resaved(&order, kinds, output)?;
        }
        return Ok(Exit::Clean);
    }
    let faults = ordered_faults(args, form)?;
    for view in views {
        let (year, students, seed) = (args.year, args.students.unwrap_or(STUDENTS), args.seed);
        let order = Order { year, students, seed, view: *view, form, faults: faults.clone() };
        write_one(&order, output, args.second_files)?;
    }
    Ok(Exit::Clean)
}

/// Writes the district with official files, and with a scenario if one is named.
fn write_with_official(args: &Args, output: &Path) -> Result<Exit, Failure> {
    if !is_folder(output) {
        return Err(miette!(help = "name a folder with --output", "official files stand next to the score file").into());
    }
    let views = match args.view {
        ViewArg::Tested => Views::Tested,
        ViewArg::Both => Views::Both,
        ViewArg::Enrolled => {
            return Err(miette!(
                help = "leave --view out, or use --view both",
                "only the tested view compares with official files"
            )
            .into());
        }
    };
    let scenario = args.scenario.as_deref().map(|name| find_scenario(name, args.year)).transpose();
    let scenario = scenario.map_err(not_made)?;
    let students = args.students.or(scenario.as_ref().map(|scenario| scenario.students)).unwrap_or(STUDENTS);
    let (year, seed, form) = (args.year, args.seed, args.format.form());
    let district = Order { year, students, seed, view: View::Tested, form, faults: Vec::new() };
    let threads = available_parallelism().map_or(1, NonZero::get);
    let noise = args.noise.unwrap_or_default();
    let scene = write_scene(&SceneOrder { district, views, scenario, noise, threads, official_side: None }, output)
        .map_err(not_made)?;
    let files = scene.truth.files.len() + scene.truth.official.len() + scene.truth.earlier.len();
    say(format_args!(
        "{}: {} records, {} rows of official results, {files} files",
        output.display(),
        scene.records,
        scene.rows
    ));
    for TrueCause { cause, records, missing, .. } in &scene.truth.causes {
        let (named, lacking) = (plural(records.len() as u64, "record"), plural(*missing, "record"));
        match (records.is_empty(), missing) {
            (_, 0) => say(format_args!("  {cause}: {named}")),
            (true, _) => say(format_args!("  {cause}: {lacking} that the files lack")),
            (false, _) => say(format_args!("  {cause}: {named}, and {lacking} that the files lack")),
        }
    }
    for Harmed { kind, records, missing } in &scene.truth.noise {
        say(format_args!("  noise, {kind}: {}", plural(records.len() as u64 + missing, "record")));
    }
    Ok(Exit::Clean)
}

fn ordered_faults(args: &Args, form: MadeForm) -> miette::Result<Vec<FaultOrder>> {
    let mut orders = Vec::new();
    for text in &args.faults {
        orders.extend(parse_order(text, args.year, form).map_err(|error| explain(&error))?);
    }
    Ok(orders)
}

fn explain(error: &UnknownFault) -> miette::Report {
    match error {
        UnknownFault::Kind { nearest: Some(nearest), .. } => {
            miette!(help = format!("did you mean {nearest}?"), "{error}")
        }
        _ => miette!(help = "scorelint synth --list-faults shows all kinds", "{error}"),
    }
}

/// Where second files are written: next to the score file, under the names TOMS would give them.
struct SecondOutputPaths {
    /// None for the first year that has a layout.
    earlier: Option<PathBuf>,
    roster: PathBuf,
    entities: PathBuf,
}

impl SecondOutputPaths {
    fn next_to(path: &Path, order: &Order) -> Self {
        let sound = Order { form: MadeForm::Caret, faults: Vec::new(), ..order.clone() };
        let sibling = |name: String| path.with_file_name(name);
        let earlier = Order { year: order.year.saturating_sub(1), view: View::Tested, ..sound.clone() };
        Self {
            earlier: has_earlier_file(order.year).then(|| sibling(file_name(&earlier))),
            roster: sibling(file_name(&Order { view: View::Enrolled, ..sound })),
            entities: sibling(format!("entities-{}.txt", order.year)),
        }
    }

    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.earlier.iter().chain([&self.roster, &self.entities])
    }

    /// Writes the district with its second files.
    fn write(&self, order: &Order, out: &mut dyn Write) -> Result<Made, SynthError> {
        let cannot = |path: &Path, error| SynthError::WriteAt { path: path.to_owned(), error };
        let begin = |path: &PathBuf| AtomicFile::at(path).map(BufWriter::new).map_err(|error| cannot(path, error));
        let (mut roster, mut entities) = (begin(&self.roster)?, begin(&self.entities)?);
        let mut earlier = self.earlier.as_ref().map(begin).transpose()?;
        let earlier_out = earlier.as_mut().map(|file| file as &mut dyn Write);
        let outputs = SecondOutputs { earlier: earlier_out, roster: &mut roster, entities: &mut entities };
        let made = write_with_second_files(order, out, outputs)?;
        for file in earlier.into_iter().chain([roster, entities]) {
            let path = file.get_ref().path().to_owned();
            let kept = file.into_inner().map_err(IntoInnerError::into_error).and_then(AtomicFile::keep);
            kept.map_err(|error| cannot(&path, error))?;
        }
        for path in self.all() {
            say(format_args!("{}: second file", path.display()));
        }
        if self.earlier.is_none() {
            say(format_args!("no earlier file: the layout of {} is not known", order.year.saturating_sub(1)));
        }
        Ok(made)
    }
}

fn write_one(order: &Order, output: &Path, second_files: bool) -> miette::Result<()> {
    if output == Path::new("-") {
        if second_files {
            return Err(miette!(help = "name a file or folder with --output", "second files need a folder"));
        }
        if !order.faults.is_empty() {
            return Err(miette!(
                help = "name a file or folder with --output",
                "the list of planted faults needs a file"
            ));
        }
        return match write_district(order, &mut stdout().lock()) {
            Err(SynthError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(not_made(error)),
            Ok(_) => Ok(()),
        };
    }
    check_form(order.year, order.form).map_err(not_made)?;
    let is_new_folder = is_folder(output) && !output.exists();
    let path = if is_folder(output) {
        create_dir_all(output).into_diagnostic().wrap_err_with(|| cannot_write(output))?;
        output.join(file_name(order))
    } else {
        output.to_owned()
    };
    let made = write_at(&path, order, second_files);
    if made.is_err() && is_new_folder {
        // What is left of a run that made nothing; a folder with something in it stays anyway.
        let _ = remove_dir(output);
    }
    let made = made?;
    say(format_args!("{}: {} records, {} bytes", path.display(), made.records, made.bytes));
    if !order.faults.is_empty() {
        let mut side = path.clone().into_os_string();
        side.push(".faults.tsv");
        let side = PathBuf::from(side);
        let list = side_file(&made.planted);
        AtomicFile::make(&side, list.as_bytes()).into_diagnostic().wrap_err_with(|| cannot_write(&side))?;
        say(format_args!("{}: {}", side.display(), plural(made.planted.len() as u64, "fault")));
    }
    Ok(())
}

/// Writes the score file, and its second files if they are asked for.
fn write_at(path: &Path, order: &Order, second_files: bool) -> miette::Result<Made> {
    let mut file = AtomicFile::at(path).into_diagnostic().wrap_err_with(|| cannot_write(path))?;
    let made = if second_files {
        SecondOutputPaths::next_to(path, order).write(order, &mut file)
    } else {
        write_district(order, &mut file)
    };
    let made = made.map_err(|error| match error {
        SynthError::TooFew(_) => {
            // Fewer than are made without a number hold too few of the rarer kinds anyway.
            let more = order.students.max(STUDENTS).saturating_mul(3);
            let help = format!("make more students with --students: {more} may do");
            miette!(help = help, "{error}")
        }
        error => not_made(error),
    })?;
    file.keep().into_diagnostic().wrap_err_with(|| cannot_write(path))?;
    Ok(made)
}

fn not_made(error: SynthError) -> miette::Report {
    match error {
        SynthError::Scenario { nearest: Some(nearest), .. } => {
            miette!(help = format!("did you mean {nearest}?"), "{error}")
        }
        SynthError::Scenario { .. } => miette!(help = "scorelint synth --list-scenarios shows all", "{error}"),
        SynthError::ScenarioYear { .. } | SynthError::NoResults(_) => {
            miette!(help = "name another year with --year", "{error}")
        }
        SynthError::TooSmall { fewest, .. } => miette!(help = format!("make them with --students {fewest}"), "{error}"),
        SynthError::TooLarge { most, .. } => {
            miette!(help = format!("make fewer students with --students {most}"), "{error}")
        }
        SynthError::Account(error) => miette::Report::new(error),
        SynthError::NoSecondFiles(_) => miette!(help = "write them as well with --second-files", "{error}"),
        SynthError::TooFew(_) => miette!(help = "make more students with --students", "{error}"),
        SynthError::Year(_) => {
            miette!(help = format!("name a year from {} with --year", span(years())), "{error}")
        }
        SynthError::NoPositions(_) => miette!(help = "use --format caret, comma or tab", "{error}"),
        _ => miette!("{error}"),
    }
}

/// A path is taken for a folder when it is one, ends in a separator, or has no ending.
fn is_folder(path: &Path) -> bool {
    let ends_open = path.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
    path != Path::new("-") && (path.is_dir() || ends_open || (!path.exists() && path.extension().is_none()))
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
