//! Why an official file cannot be read, in words that say what to give instead.

use miette::Diagnostic;
use thiserror::Error;

use crate::input::{InputError, InputErrorKind};

/// An official file that cannot be read.
#[derive(Debug, Error, Diagnostic)]
#[allow(missing_docs)] // `path` in every variant
pub enum OfficialError {
    /// It cannot be opened or read to its end.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),

    /// A folder or archive without files.
    #[error("{path} holds no official file")]
    #[diagnostic(help(
        "research files of CAASPP results end in .txt, .csv or .zip; name the file itself if yours does not"
    ))]
    NoFiles { path: String },

    /// There is nothing in the file.
    #[error("{path} is empty")]
    #[diagnostic(help("download the research file again; a broken download can leave an empty file behind"))]
    Empty { path: String },

    /// It is something else.
    #[error("{path}: this is {kind}, not an official research file")]
    Other {
        path: String,
        /// What it is, with an article.
        kind: String,
        /// What to give instead.
        #[help]
        help: String,
    },

    /// No header of an official file.
    #[error("{path}: no official file has {}{nearest}", these(*.columns))]
    Unknown {
        path: String,
        /// How many there are.
        columns: usize,
        /// The form that comes closest, in words; may be blank.
        nearest: String,
        /// What to give instead.
        #[help]
        help: &'static str,
    },

    /// A header of an official file, but not whole.
    #[error("{path}: {kind} without a column for {missing}")]
    #[diagnostic(help("columns were taken out; download the file again, delimited, and give it as it is"))]
    Incomplete {
        path: String,
        /// What it is, with an article.
        kind: &'static str,
        /// What the missing columns hold.
        missing: String,
    },

    /// There are no rows.
    #[error("{path} has a header and no rows")]
    #[diagnostic(help("download the file again; choose the county or district whose results you want"))]
    NoRows { path: String },

    /// A template as it was written.
    #[error("{path}: no number was typed into this table")]
    #[diagnostic(help("type the numbers of the preview page into the columns from Enrolled on, and save the table"))]
    NothingTyped { path: String },

    /// A cell of a table of typed numbers that cannot be understood.
    #[error("{path}:{line}: column {column}: {what}")]
    Cell {
        path: String,
        /// The line, 1-based.
        line: u64,
        /// The heading of its column.
        column: String,
        /// What is wrong.
        what: String,
        /// What to do.
        #[help]
        help: &'static str,
    },
}

impl OfficialError {
    /// Whether the file is fine in itself and merely no official file.
    pub fn is_another_kind(&self) -> bool {
        match self {
            Self::Input(error) => error.is_another_kind(),
            Self::Other { .. } | Self::Unknown { .. } => true,
            Self::NoFiles { .. }
            | Self::Empty { .. }
            | Self::Incomplete { .. }
            | Self::NoRows { .. }
            | Self::NothingTyped { .. }
            | Self::Cell { .. } => false,
        }
    }
}

fn these(columns: usize) -> String {
    if columns == 1 { "this single column".to_owned() } else { format!("these {columns} columns") }
}

/// A failure of the stream.
pub(super) fn failed(path: &str, source: std::io::Error) -> OfficialError {
    InputError::new(path.to_owned(), InputErrorKind::Io { reason: source }).into()
}
