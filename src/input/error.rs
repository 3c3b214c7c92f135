//! Why a file cannot be read, in words that say what to do.

use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

use crate::finding::FileFinding;
use crate::finding::draft::file;

/// A file that cannot be read at all, or not to its end.
#[derive(Debug, Error, Diagnostic)]
#[error("{path}{kind}")]
#[diagnostic(forward(kind))]
pub struct InputError {
    /// The path as given; inner functions leave it empty and [`InputError::at`] fills it.
    path: String,
    // Boxed, as it is large and nearly always absent.
    kind: Box<InputErrorKind>,
}

/// What is wrong with a file. The text of each follows a path.
#[derive(Debug, Error, Diagnostic)]
pub enum InputErrorKind {
    /// The operating system refused.
    #[error(" cannot be read: {reason}")]
    #[diagnostic(help("check that you may read it and that it is not open in another program"))]
    Io {
        /// What it says. No source of the error, which would be reported once more.
        reason: std::io::Error,
    },

    /// There is no such file.
    #[error(" does not exist")]
    #[diagnostic(help("check the spelling and the folder; put a name with spaces in quotes"))]
    Missing,

    /// There is nothing in the file.
    #[error(" is empty")]
    #[diagnostic(help("download the file again from TOMS; a broken download can leave an empty file behind"))]
    Empty,

    /// A folder or archive without anything that looks like a score file.
    #[error(" holds no score file")]
    #[diagnostic(help(
        "score files end in .csv, .dat, .txt, .tsv, .xlsx, .gz or .zip; name the file itself if yours does not"
    ))]
    NoScoreFiles,

    /// Not text at all.
    #[error(" is {kind}, not a text file")]
    #[diagnostic(help("choose the .csv, .dat, .xlsx or .zip file that came from TOMS"))]
    Binary {
        /// What it looks like, with an article.
        kind: &'static str,
    },

    /// L028: another kind of file.
    #[error(": this looks like {kind}, not a student score file")]
    #[diagnostic(code(L028))]
    NotScores {
        /// What it looks like, with an article.
        kind: &'static str,
        /// What to do.
        #[help]
        help: &'static str,
    },

    /// L004: no delimiter, and not a fixed-width record.
    #[error(": no delimiter found in the header line")]
    #[diagnostic(code(L004))]
    NoDelimiter {
        /// What to do.
        #[help]
        help: String,
    },

    /// L007: a delimited file that starts with a record.
    #[error(": first line looks like a student record, the header is missing")]
    #[diagnostic(code(L007))]
    HeaderMissing {
        /// What to do.
        #[help]
        help: String,
    },

    /// L008: no layout fits the header.
    #[error(": {} no known layout year{}", matching(*columns), shown(nearest))]
    #[diagnostic(code(L008))]
    UnknownLayout {
        /// Columns of the file.
        columns: usize,
        /// The layout that comes closest, if any does.
        nearest: Option<Box<Nearest>>,
        /// What to do.
        #[help]
        help: String,
    },

    /// L008: several layouts fit equally well.
    #[error(": {columns} columns fit the layouts of {} equally well", listed(years))]
    #[diagnostic(code(L008))]
    AmbiguousLayout {
        /// Columns of the file.
        columns: usize,
        /// The years, newest first.
        years: Vec<u16>,
        /// What to do.
        #[help]
        help: String,
    },

    /// L008: fixed-width records of a length that no layout has.
    #[error(": records of {length} characters match no known layout year")]
    #[diagnostic(code(L008))]
    UnknownLength {
        /// Characters of most records.
        length: usize,
        /// What to do.
        #[help]
        help: String,
    },

    /// A year was stated that has no layout (of this form).
    #[error(": there is no layout of {year}{form}")]
    #[diagnostic(help("known years are {known}; leave out --year to have the layout found"))]
    NoSuchYear {
        /// The year asked for.
        year: u16,
        /// ` for fixed-width files`, or nothing.
        form: &'static str,
        /// The years that could be named.
        known: String,
    },

    /// An archive or workbook that cannot be read.
    #[error(" is damaged or not supported: {reason}")]
    #[diagnostic(help(
        "download it again; if that does not help, unpack it with another program and name the file inside"
    ))]
    BrokenArchive {
        /// What is wrong.
        reason: String,
    },

    /// A member of an archive needs a password.
    #[error(": {member} is protected by a password")]
    #[diagnostic(help("unpack it with the password and name the file inside"))]
    Encrypted {
        /// Its name.
        member: String,
    },

    /// A sheet was named that the workbook does not have.
    #[error(" has no sheet of that name")]
    #[diagnostic(help("its sheets are {sheets}"))]
    NoSuchSheet {
        /// The names of its sheets.
        sheets: String,
    },

    /// Wildcards that no file matches.
    #[error(" matches no file")]
    #[diagnostic(help("check the spelling and the folder; * stands for any letters, ? for one"))]
    NoMatch,

    /// A part of the file is missing, so that numbers from it would be wrong.
    #[error(" is not whole: {losses}")]
    #[diagnostic(help("download it again; scorelint check says more"))]
    Incomplete {
        /// What is missing.
        losses: String,
    },

    /// An archive in an archive.
    #[error(": {member} is packed a second time")]
    #[diagnostic(help("unpack the outer archive and name the inner one"))]
    Nested {
        /// Its name.
        member: String,
    },

    /// More than a limit allows.
    #[error(" holds or expands to more than the limit of {limit} bytes")]
    #[diagnostic(help(
        "name the file instead of piping it; if it is an archive you trust, unpack it and name the file inside"
    ))]
    TooLarge {
        /// The limit.
        limit: u64,
    },
}

/// The layout that comes closest to a header, and where they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// Its year.
    pub year: u16,
    /// Its number of columns.
    pub columns: u16,
    /// Names that both have.
    pub hits: usize,
    /// Names that the layout lacks, each with the heading it resembles.
    pub unknown: Vec<(String, Option<String>)>,
    /// Headings that the file lacks.
    pub missing: Vec<String>,
}

/// What `-` stands for.
pub(super) const STANDARD_INPUT: &str = "standard input";

/// How many names of a difference are listed in an error.
const LISTED: usize = 8;

impl fmt::Display for Nearest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = if self.hits == 1 { "name" } else { "names" };
        write!(out, "; nearest is {} with {} columns, {} {names} in common", self.year, self.columns, self.hits)?;
        if !self.unknown.is_empty() {
            let names = self.unknown.iter().map(|(name, meant)| match meant {
                Some(meant) => format!("{} (did you mean {meant}?)", visible(name)),
                None => visible(name),
            });
            write!(out, "\n  not in the layout: {}", cut(names, self.unknown.len()))?;
        }
        if !self.missing.is_empty() {
            write!(out, "\n  missing from the file: {}", cut(self.missing.iter().cloned(), self.missing.len()))?;
        }
        Ok(())
    }
}

fn cut(names: impl Iterator<Item = String>, count: usize) -> String {
    let mut text = names.take(LISTED).collect::<Vec<_>>().join(", ");
    if count > LISTED {
        text += &format!(" and {} more", count - LISTED);
    }
    text
}

/// A name from a file, harmless on a terminal: headings are not student data, but may hold
/// anything.
fn visible(name: &str) -> String {
    const LONGEST: usize = 60;
    let is_harmful = |one: char| {
        one.is_control() || matches!(one, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    let mut text: String =
        name.chars().take(LONGEST).map(|one| if is_harmful(one) { '\u{FFFD}' } else { one }).collect();
    if name.chars().count() > LONGEST {
        text.push('…');
    }
    text
}

fn matching(columns: usize) -> String {
    if columns == 1 { "1 column matches".to_owned() } else { format!("{columns} columns match") }
}

fn shown(nearest: &Option<Box<Nearest>>) -> String {
    nearest.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// `2022, 2023 and 2025`, or `2017 to 2025` where none is left out.
pub(super) fn listed(years: &[u16]) -> String {
    let follow = years.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    if let (Some(first), Some(last), true) = (years.first(), years.last(), follow && years.len() > 2) {
        return format!("{first} to {last}");
    }
    let words: Vec<String> = years.iter().map(u16::to_string).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

impl From<InputErrorKind> for InputError {
    fn from(kind: InputErrorKind) -> Self {
        Self { path: String::new(), kind: Box::new(kind) }
    }
}

impl InputError {
    /// An error about a path.
    pub(crate) fn new(path: String, kind: InputErrorKind) -> Self {
        Self { path, ..Self::from(kind) }
    }

    /// The same error about this path: inner functions do not know where their bytes come from.
    #[must_use]
    pub fn at(mut self, name: &str) -> Self {
        if self.path.is_empty() {
            self.path = if name == "-" { STANDARD_INPUT.to_owned() } else { visible_path(name) };
        }
        self
    }

    /// The path of the file, with the name in its archive.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    pub fn kind(&self) -> &InputErrorKind {
        &self.kind
    }

    /// What is wrong, in one line and without the path.
    pub fn reason(&self) -> String {
        let text = self.kind.to_string();
        text.trim_start_matches([':', ' ']).lines().next().unwrap_or_default().to_owned()
    }

    /// Whether the file is fine in itself and merely no score file of a known layout.
    pub fn is_another_kind(&self) -> bool {
        matches!(
            *self.kind,
            InputErrorKind::NotScores { .. }
                | InputErrorKind::UnknownLayout { .. }
                | InputErrorKind::NoDelimiter { .. }
                | InputErrorKind::Binary { .. }
        )
    }

    /// The finding of the rule that this error is, where it is one.
    pub fn finding(&self) -> Option<FileFinding> {
        let draft = match &*self.kind {
            InputErrorKind::NoDelimiter { .. } => file("L004"),
            InputErrorKind::HeaderMissing { .. } => file("L007"),
            InputErrorKind::UnknownLayout { columns, .. } | InputErrorKind::AmbiguousLayout { columns, .. } => {
                file("L008").with("columns", columns)
            }
            InputErrorKind::UnknownLength { length, .. } => file("L008").with("columns", length),
            InputErrorKind::NotScores { kind, .. } => file("L028").with("kind", kind),
            _ => return None,
        };
        Some(draft.done())
    }
}

pub(super) fn visible_path(name: &str) -> String {
    name.chars().map(|one| if one.is_control() { '\u{FFFD}' } else { one }).collect()
}
