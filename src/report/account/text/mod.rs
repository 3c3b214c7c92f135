//! The account for people: the page, and what its tables are drawn with: rows that fit the width of
//! the terminal, with bars for shares.

use std::collections::BTreeSet;
use std::io::{self, Write};

use owo_colors::OwoColorize;

use crate::account::{ALL_GRADES, ALL_STUDENTS, Account, Accounts, Dimension, CellFigures, FileAccount, CubeFilter, Sharing};
use crate::layout::registry;
use crate::privacy::text::{fit, neutralise, width as columns_of};
use crate::number::{grouped, plural};
use crate::report::{Signs, Style};

mod reasons;
mod tables;
mod words;

/// Whether a table has a column for means. Over all grades there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Shown,
    Left,
}

/// Narrowest and widest label of a row.
const LABEL: (usize, usize) = (22, 60);
/// Columns of all figures of a row but the mean.
const FIGURES: usize = 42;
/// Columns of the mean.
const MEAN: usize = 8;
/// Columns from which codes are shown next to names, and bars are longer.
const WIDE: usize = 110;

/// Writes the accounts of all years.
///
/// # Errors
/// When the writer fails.
pub fn write(
    out: &mut dyn Write,
    accounts: &Accounts,
    filter: &CubeFilter,
    sharing: Sharing,
    style: &Style,
) -> io::Result<()> {
    let style = *style;
    let width = style.width.max(LABEL.0 + FIGURES + MEAN + 8);
    let missing = missing(accounts, width, style);
    write!(out, "{missing}")?;
    for (place, account) in accounts.years.iter().enumerate() {
        if place > 0 || !missing.is_empty() {
            writeln!(out)?;
        }
        let is_incomplete = accounts.is_incomplete();
        let held = (ALL_GRADES, ALL_STUDENTS);
        let namesakes = account.cube.namesakes();
        let mut page = AccountPage { out, account, filter, sharing, width, style, is_incomplete, held, namesakes };
        page.write()?;
    }
    // The end stays in sight.
    if missing.is_empty() { Ok(()) } else { write!(out, "\n{missing}") }
}

/// What is missing from all counts; nothing if all is there.
fn missing(accounts: &Accounts, width: usize, style: Style) -> String {
    let unreadable = accounts.unreadable.iter().map(|error| format!("{}: {}", error.path(), error.reason()));
    let files = accounts.years.iter().flat_map(|account| &account.files);
    let losses = files.flat_map(|file| file.losses.iter().map(|loss| format!("{}: {loss}", file_name(file))));
    let lines: Vec<String> = unreadable.chain(losses).collect();
    if lines.is_empty() {
        return String::new();
    }
    let head = "INCOMPLETE: every count here may be too small, because something is missing:";
    let mut text = format!("{}\n", head.style(style.bad()));
    for line in lines {
        let options = textwrap::Options::new(width).initial_indent("  - ").subsequent_indent("    ");
        text += &(textwrap::fill(&neutralise(&line), options) + "\n");
    }
    text
}

struct AccountPage<'a> {
    out: &'a mut dyn Write,
    account: &'a Account,
    filter: &'a CubeFilter,
    sharing: Sharing,
    width: usize,
    style: Style,
    /// Whether something is missing from the counts.
    is_incomplete: bool,
    /// The grade row and the student group of the tables that do not tell these apart.
    held: (u8, u16),
    /// Types and names that several entities share.
    namesakes: BTreeSet<(u8, &'a str)>,
}

fn count(number: Option<u64>) -> String {
    number.map_or_else(|| "*".to_owned(), grouped)
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

impl<'a> AccountPage<'a> {
    fn write(&mut self) -> io::Result<()> {
        self.head()?;
        if self.filter.by.is_empty() {
            self.reasons()?;
            self.each_held(Self::by_test)?;
            self.participation()?;
            self.each_group(Self::by_grade)?;
            if self.leas().len() > 1 && self.filter.entities.is_empty() {
                self.each_held(Self::by_lea)?
            } else {
                self.each_held(Self::by_school)?
            }
            self.each_grade(Self::low_groups)?;
            return self.foot();
        }
        for dimension in self.filter.by.clone() {
            match dimension {
                Dimension::Reason => self.reasons()?,
                Dimension::Test => {
                    self.each_held(Self::by_test)?;
                    self.participation()?;
                }
                Dimension::Grade => self.each_group(Self::by_grade)?,
                Dimension::School => self.each_held(Self::by_school)?,
                Dimension::Group => self.each_grade(Self::by_group)?,
            }
        }
        self.foot()
    }

    /// A table for every grade row and student group that is asked for.
    fn each_held(&mut self, table: fn(&mut Self) -> io::Result<()>) -> io::Result<()> {
        for grade in chosen(&self.filter.grades, ALL_GRADES) {
            self.held.0 = grade;
            self.each_group(table)?;
        }
        Ok(())
    }

    /// A table for every grade row that is asked for.
    fn each_grade(&mut self, table: fn(&mut Self) -> io::Result<()>) -> io::Result<()> {
        for grade in chosen(&self.filter.grades, ALL_GRADES) {
            self.held.0 = grade;
            table(self)?;
        }
        Ok(())
    }

    /// A table for every student group that is asked for.
    fn each_group(&mut self, table: fn(&mut Self) -> io::Result<()>) -> io::Result<()> {
        for group in chosen(&self.filter.groups, ALL_STUDENTS) {
            self.held.1 = group;
            table(self)?;
        }
        Ok(())
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    fn title(&mut self, text: &str) -> io::Result<()> {
        let width = self.width;
        writeln!(self.out)?;
        for line in textwrap::wrap(text, width) {
            let line = fit(&line, width);
            self.line(&line.trim_end().style(self.style.strong()).to_string())?;
        }
        Ok(())
    }

    /// The title of a table of counts.
    fn table(&mut self, text: &str) -> io::Result<()> {
        let incomplete = if self.is_incomplete { "incomplete: " } else { "" };
        self.title(&format!("{incomplete}{text}"))
    }

    fn label(&self, means: Means) -> usize {
        let mean = if means == Means::Shown { MEAN } else { 0 };
        (self.width - FIGURES - mean - self.bar()).clamp(LABEL.0, LABEL.1)
    }

    fn bar(&self) -> usize {
        if self.width < WIDE { 8 } else { 24 }
    }

    fn drawn(&self, hundredths: u64) -> String {
        let room = self.bar() as u64 - 1;
        let full = ((hundredths * room + 5_000) / 10_000).min(room);
        let (sign, rest) = if self.style.signs == Signs::Unicode { ("█", "·") } else { ("#", ".") };
        let repeated = |sign: &str, times: u64| sign.repeat(usize::try_from(times).unwrap_or_default());
        format!("{}{}", repeated(sign, full), repeated(rest, room - full))
    }

    fn head(&mut self) -> io::Result<()> {
        let account = self.account;
        let files = plural(account.files.len() as u64, "file");
        let records = plural(account.records(), "record");
        let incomplete = if self.is_incomplete { " (incomplete)" } else { "" };
        let title = registry().title(account.counting.year);
        self.line(&format!("Account of {title}{incomplete}: {files}, {records}"))?;
        for file in &account.files {
            let text = file_line(file);
            let text = fit(&text, self.width).into_owned();
            self.line(&text)?;
            if let Some(damage) = file.damage() {
                let options = textwrap::Options::new(self.width).initial_indent("    ").subsequent_indent("    ");
                let text = format!("damaged, scorelint check says more: {damage}");
                for line in textwrap::wrap(&text, options) {
                    self.line(&line)?;
                }
            }
        }
        if self.sharing == Sharing::Shared {
            self.line("* stands for a small number, hidden by the limits of the public site")?;
        }
        Ok(())
    }

    /// A text in lines of a width, the first followed by an end.
    fn wrapped(&mut self, text: &str, width: usize, end: &str) -> io::Result<()> {
        let lines = textwrap::wrap(text, textwrap::Options::new(width.saturating_sub(2)).subsequent_indent("  "));
        for (place, line) in lines.iter().enumerate() {
            let line = if place == 0 { format!("{}{end}", padded(line, width)) } else { line.to_string() };
            self.line(&line)?;
        }
        Ok(())
    }

    fn heading(&mut self, means: Means) -> io::Result<()> {
        let label = padded("", self.label(means));
        let mean = if means == Means::Shown { "    mean" } else { "" };
        self.line(&format!("{label}{:>9}{:>8}{:>9}{:>8}{mean}{:>8} ", "enrolled", "tested", "rate", "scores", "met"))
    }

    fn row(&mut self, label: &str, figures: &CellFigures, means: Means) -> io::Result<()> {
        let rate = figures.participation().map_or_else(|| self.none(figures.enrolled.is_none()), percent);
        let rate = format!("{rate:>8} ");
        let results = figures.results.as_ref();
        let is_hidden = results.is_none() && figures.hidden;
        let mean = results.and_then(|one| one.mean).map(|mean| format!("{}.{}", mean / 10, mean % 10));
        let mean = if means == Means::Shown {
            format!("{:>8}", mean.unwrap_or_else(|| self.none(is_hidden)))
        } else {
            String::new()
        };
        let met = results.and_then(|one| one.met).map(|(_, share)| share);
        let bar = met.map_or_else(String::new, |met| self.drawn(met));
        let met = met.map_or_else(|| self.none(is_hidden), percent);
        self.line(&format!(
            "{}{:>9}{:>8}{rate}{:>8}{mean}{met:>8} {bar}",
            padded(label, self.label(means)),
            count(figures.enrolled),
            count(figures.tested),
            count(figures.with_scores),
        ))
    }

    /// What stands where there is no figure.
    fn none(&self, is_hidden: bool) -> String {
        (if is_hidden { "*" } else { "-" }).to_owned()
    }

    fn foot(&mut self) -> io::Result<()> {
        self.title("rate: tested of the enrolled of a test; met: met and above")?;
        if self.filter.by.is_empty() {
            self.line("tables by student group: --by group")?;
        }
        self.title("What these files cannot tell")?;
        let mut sentences: Vec<String> = self.account.limits().into_iter().map(|(_, text)| text.to_owned()).collect();
        let mut columns: Vec<&str> =
            self.account.files.iter().flat_map(|file| file.not_known.iter().map(|(_, column)| *column)).collect();
        columns.sort_unstable();
        columns.dedup();
        if !columns.is_empty() {
            sentences.push(format!(
                "columns that a file lacks, so that what rests on them is not known: {}",
                columns.join(", ")
            ));
        }
        let unidentified: u64 = self.account.files.iter().map(|file| file.unidentified).sum();
        if unidentified > 0 {
            sentences.push(format!(
                "{} without a student identifier: they may stand in another file as well",
                plural(unidentified, "record")
            ));
        }
        for sentence in sentences {
            let width = self.width;
            self.wrapped(&format!("- {sentence}"), width, "")?;
        }
        Ok(())
    }
}

/// What a filter names, else the one that stands for all.
fn chosen<N: Copy>(named: &[N], all: N) -> Vec<N> {
    if named.is_empty() { vec![all] } else { named.to_vec() }
}

/// A text brought to a width.
fn padded(text: &str, width: usize) -> String {
    let text = fit(text, width.saturating_sub(1));
    let room = width.saturating_sub(columns_of(&text));
    format!("{text}{}", " ".repeat(room))
}

fn file_name(file: &FileAccount) -> String {
    let path = file.info.path.display().to_string();
    let path = if path == "-" { "standard input".to_owned() } else { path };
    file.info.member.as_ref().map_or_else(|| path.clone(), |member| format!("{path}: {member}"))
}

fn file_line(file: &FileAccount) -> String {
    let name = file_name(file);
    let lea = file.info.lea.as_ref().map_or_else(String::new, |lea| format!(" of {lea}"));
    let view = file.info.view.as_str();
    format!("  {}, {view} view{lea}: {}", plural(file.records, "record"), neutralise(&name))
}
