//! Why a file cannot be read, in words that say what to do.

use miette::Diagnostic;
use thiserror::Error;

/// A file that cannot be read at all, or not to its end.
#[derive(Debug, Error, Diagnostic)]
pub enum InputError {
    /// The operating system refused.
    #[error("{path} cannot be read: {source}")]
    #[diagnostic(help("check that the path is right, that the file is not open elsewhere, and that you may read it"))]
    Io {
        /// The path as given.
        path: String,
        /// Its reason.
        source: std::io::Error,
    },

    /// There is nothing in the file.
    #[error("{path} is empty")]
    #[diagnostic(help("download the file again from TOMS; a broken download can leave an empty file behind"))]
    Empty {
        /// The path as given.
        path: String,
    },

    /// L004: no delimiter, and not a fixed-width record.
    #[error("{path}: no delimiter found in the header line")]
    #[diagnostic(
        code(L004),
        help(
            "a student score file separates its columns with ^ (or a comma or tab after it was saved again); \
             download it again from TOMS, or name the form with --dialect"
        )
    )]
    NoDelimiter {
        /// The path as given.
        path: String,
    },

    /// L007: a delimited file that starts with a record.
    #[error("{path}: first line looks like a student record, the header is missing")]
    #[diagnostic(code(L007))]
    HeaderMissing {
        /// The path as given.
        path: String,
        /// What to do.
        #[help]
        help: String,
    },

    /// L008: no layout fits.
    #[error("{path}: {columns} columns match no known layout year")]
    #[diagnostic(code(L008))]
    UnknownLayout {
        /// The path as given.
        path: String,
        /// Columns of the file.
        columns: usize,
        /// The layout that comes closest, if any does.
        nearest: Option<Box<Nearest>>,
    },

    /// L008: several layouts fit equally well.
    #[error("{path}: {columns} columns fit the layouts of {} equally well", list_years(years))]
    #[diagnostic(
        code(L008),
        help("the columns that tell these years apart were dropped; name the year with --year, for example --year {}", years.first().copied().unwrap_or_default())
    )]
    AmbiguousLayout {
        /// The path as given.
        path: String,
        /// Columns of the file.
        columns: usize,
        /// The years, newest first.
        years: Vec<u16>,
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

fn list_years(years: &[u16]) -> String {
    let words: Vec<String> = years.iter().map(u16::to_string).collect();
    words.join(", ")
}

impl InputError {
    /// The same error about another path: inner functions do not know where bytes come from.
    #[must_use]
    pub fn at(mut self, name: &str) -> Self {
        match &mut self {
            Self::Io { path, .. }
            | Self::Empty { path }
            | Self::NoDelimiter { path }
            | Self::HeaderMissing { path, .. }
            | Self::UnknownLayout { path, .. }
            | Self::AmbiguousLayout { path, .. } => name.clone_into(path),
        }
        self
    }
}
