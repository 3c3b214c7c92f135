//! The flags about reports, the same for every command that writes one: in which formats, where to,
//! in colour or not; and the writing itself.

use std::fmt::Debug;
use std::io::{self, BufWriter, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use flate2::Compression;
use flate2::write::GzEncoder;
use miette::miette;

use super::exit::Failure;
use super::output::{refuse_inputs, settled};
use super::own_report::is_own;
use super::progress::ProgressWish;
use super::terminal;
use crate::atomic_file::AtomicFile;
use crate::report::format::{Needs, WithoutInputs};
use crate::report::{Colour, Destination, Links, ReportKind, Reporter, Signs, Style};

/// In which format a text is written, and where to.
#[derive(Clone, Debug, clap::Args)]
pub struct OutputArgs<K: ReportKind> {
    /// How the report is written; where it is not given, as the name of the file ends, else for people
    #[arg(long, value_parser = format_parser::<K>(), value_name = "FORMAT", help_heading = "Report")]
    pub format: Option<String>,

    /// Write to a file instead of the terminal; may be given several times, - for the terminal
    ///
    /// The ending of its name chooses the format, as report.json; packed where it ends in .gz too.
    #[arg(long, short, value_name = "FILE", help_heading = "Report")]
    pub output: Vec<PathBuf>,

    /// Replace files that exist, whatever they are
    ///
    /// Without it, only a report of the same kind and format is replaced.
    #[arg(long, help_heading = "Report")]
    pub force: bool,

    /// Colour the report
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto, help_heading = "Report")]
    pub color: When,

    #[arg(skip)]
    kind: PhantomData<K>,
}

/// How reports of files are written, which can take a while.
#[derive(Clone, Debug, clap::Args)]
pub struct ReportArgs<K: ReportKind> {
    #[command(flatten)]
    output: OutputArgs<K>,

    /// Write nothing to the terminal but errors; files of --output are written all the same
    #[arg(long, short, help_heading = "Report")]
    quiet: bool,

    /// Show no progress bar
    #[arg(long, help_heading = "Report")]
    no_progress: bool,
}

/// When something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal that can show it, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn format_parser<K: ReportKind>() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(K::formats().iter().map(|one| PossibleValue::new(one.name).help(one.about)))
}

/// A report that is to be written.
pub(super) struct Target<K: ReportKind> {
    /// The file; standard output where there is none.
    file: Option<PathBuf>,
    packing: Packing,
    reporter: &'static Reporter<K>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
}

/// The reports of a run.
pub(super) struct Targets<K: ReportKind> {
    all: Vec<Target<K>>,
    color: When,
}

impl<K: ReportKind> ReportArgs<K> {
    /// Whether a progress bar is wanted.
    pub(super) fn progress(&self) -> ProgressWish {
        ProgressWish::of_flag(self.no_progress || self.quiet)
    }

    /// As [`OutputArgs::targets`], without those on the terminal where it is to stay quiet.
    ///
    /// # Errors
    /// When a name says no format, or a file would be lost.
    pub(super) fn targets<'a>(
        &self,
        inputs: impl IntoIterator<Item = &'a PathBuf> + Clone,
    ) -> Result<Targets<K>, Failure> {
        let mut targets = self.output.targets(inputs)?;
        if self.quiet {
            targets.all.retain(|target| target.file.is_some());
        }
        Ok(targets)
    }
}

impl<K: ReportKind> OutputArgs<K> {
    /// The reports that are asked for. Files that are read, and files that are no report of this
    /// kind, are refused before anything is read.
    ///
    /// # Errors
    /// When a name says no format, or a file would be lost.
    pub(super) fn targets<'a>(
        &self,
        inputs: impl IntoIterator<Item = &'a PathBuf> + Clone,
    ) -> Result<Targets<K>, Failure> {
        let mut all: Vec<Target<K>> = Vec::new();
        let named = self.format.as_deref().and_then(|name| K::formats().iter().find(|one| one.name == name));
        if named.is_some() && self.output.len() > 1 {
            let help = "leave --format out: the ending of each name says the format";
            return Err(miette!(help = help, "--format is for one report, and --output names several").into());
        }
        if self.output.is_empty() {
            all.extend(named.or_else(|| K::formats().first()).map(Target::terminal));
        }
        for path in &self.output {
            refuse_inputs(Some(path), inputs.clone())?;
            let target = target(path, named)?;
            if all.iter().any(|one: &Target<K>| one.file == target.file) {
                return Err(miette!("--output names {} twice", path.display()).into());
            }
            if !self.force {
                target.refuse_foreign()?;
            }
            all.push(target);
        }
        Ok(Targets { all, color: self.color })
    }
}

/// Where a report goes, and in which format, by the name of the file.
fn target<K: ReportKind>(path: &Path, named: Option<&'static Reporter<K>>) -> Result<Target<K>, Failure> {
    let first = || K::formats().first().ok_or_else(|| Failure::input(miette!("there is no format")));
    if path == Path::new("-") {
        return Ok(Target::terminal(named.map_or_else(first, Ok)?));
    }
    let packing = if has_ending(path, "gz") { Packing::Gzip } else { Packing::Plain };
    let inner = if packing == Packing::Gzip { path.with_extension("") } else { path.to_owned() };
    // A pipe or a device has no ending that says anything.
    let is_no_file = path.exists() && !path.is_file() && !path.is_dir();
    let by_name = || K::formats().iter().find(|one| one.endings.iter().any(|ending| has_ending(&inner, ending)));
    let reporter = match named.or_else(by_name) {
        Some(reporter) => reporter,
        None if is_no_file => first()?,
        None => return Err(unknown_ending::<K>(path)),
    };
    Ok(Target { file: Some(path.to_owned()), packing, reporter })
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|one| one.eq_ignore_ascii_case(ending))
}

fn unknown_ending<K: ReportKind>(path: &Path) -> Failure {
    let known = K::formats().iter().flat_map(|one| one.endings.iter().map(move |ending| (ending, one.name)));
    let known: Vec<String> = known.map(|(ending, name)| format!(".{ending} ({name})")).collect();
    let help = format!("end the name in {}, or name the format with --format", known.join(", "));
    miette!(help = help, "{}: the name does not say in which format to write", path.display()).into()
}

impl<K: ReportKind> Target<K> {
    fn terminal(reporter: &'static Reporter<K>) -> Self {
        Self { file: None, packing: Packing::Plain, reporter }
    }

    /// Refuses to write over a file that is no earlier report like this one.
    fn refuse_foreign(&self) -> Result<(), Failure> {
        let Some(path) = self.file.as_deref() else { return Ok(()) };
        let is_lost = path.is_file() && path.metadata().map_or(true, |facts| facts.len() > 0);
        if !is_lost || is_own(path, self.reporter.mark) {
            return Ok(());
        }
        let what = format!("report of scorelint {} in the format {}", K::NAME, self.reporter.name);
        let help = "write to another file, or replace this one with --force";
        Err(miette!(help = help, "{} exists and is no {what}; nothing was written", path.display()).into())
    }

    fn write(&self, subject: &K::Subject<'_>, color: When) -> Result<(), Failure> {
        let what = "the report";
        let style = style(self.destination(), color);
        let written = match self.file.as_deref() {
            None => {
                let mut out = BufWriter::new(io::stdout().lock());
                (self.reporter.write)(&mut out, subject, &style).and_then(|()| out.flush())
            }
            Some(path) => self.write_file(path, subject, &style),
        };
        let place = self.file.as_ref().map_or_else(String::new, |path| format!("{}: ", path.display()));
        Ok(settled(what, &place, written)?)
    }

    /// Writes a file, which gets its name once it is whole.
    fn write_file(&self, path: &Path, subject: &K::Subject<'_>, style: &Style) -> io::Result<()> {
        let mut out = BufWriter::new(AtomicFile::at(path)?);
        match self.packing {
            Packing::Plain => (self.reporter.write)(&mut out, subject, style)?,
            Packing::Gzip => {
                let mut packed = GzEncoder::new(&mut out, Compression::fast());
                (self.reporter.write)(&mut packed, subject, style)?;
                packed.finish()?;
            }
        }
        out.into_inner().map_err(io::IntoInnerError::into_error)?.keep()
    }

    fn destination(&self) -> Destination {
        if self.file.is_some() { Destination::File } else { Destination::Terminal }
    }
}

impl<K: ReportKind> Targets<K> {
    /// What all of them together need.
    pub(super) fn needs(&self) -> Needs {
        self.all.iter().fold(Needs::default(), |needs, target| needs.and(target.reporter.needs))
    }

    /// Leaves out those that are not written where no file could be read.
    pub(super) fn without_inputs(mut self) -> Self {
        self.all.retain(|target| target.reporter.needs.without_inputs == WithoutInputs::Written);
        self
    }

    /// Writes all of them.
    ///
    /// # Errors
    /// When one cannot be written; those before it are.
    pub(super) fn write(&self, subject: &K::Subject<'_>) -> Result<(), Failure> {
        self.all.iter().try_for_each(|target| target.write(subject, self.color))
    }
}

/// The style of a report. One that goes to a file is plain, unless colour is asked for.
fn style(destination: Destination, color: When) -> Style {
    let is_file = destination == Destination::File;
    let colour = match color {
        When::Always => Colour::Ansi,
        When::Never => Colour::Off,
        When::Auto if is_file => Colour::Off,
        When::Auto => terminal::colour_on_stdout(),
    };
    let has_links = color != When::Never && !is_file && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    Style {
        width: terminal::width(),
        colour,
        links: if has_links { Links::Clickable } else { Links::Off },
        signs: if is_file { Signs::Unicode } else { terminal::signs_on_stdout() },
        destination,
    }
}
