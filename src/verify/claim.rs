//! A saved reconciliation, `scorelint/reconcile/1`, as far as it is to be confirmed.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// How gzip-compressed files begin.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The form that can be read.
const SCHEMA: &str = "scorelint/reconcile/1";

/// What a reconciliation claims.
#[derive(Clone, Debug, Deserialize)]
pub struct Claim {
    schema: String,
    /// The spring year.
    pub year: u16,
    /// The choice of figures it was written with; `None` where it has all.
    #[serde(default)]
    filter: Option<IgnoredAny>,
    /// The score files.
    pub inputs: Vec<Input>,
    /// The causes.
    pub causes: Vec<CauseClaim>,
    /// The figures.
    pub cells: Vec<CellClaim>,
}

/// A score file.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Its path, as it was given.
    pub path: String,
    /// Records read.
    pub records: u64,
    /// Whether it is an earlier download.
    pub earlier: bool,
}

/// A cause that was found.
#[derive(Clone, Debug, Deserialize)]
pub struct CauseClaim {
    /// Its name.
    pub id: String,
    /// Day or school.
    pub parameters: BTreeMap<String, String>,
    /// Its place by what it explains.
    pub rank: usize,
    /// Why it has nothing to show, where the user took it for true and it has not.
    #[serde(default)]
    pub note: Option<String>,
}

/// A figure.
#[derive(Clone, Debug, Deserialize)]
pub struct CellClaim {
    /// The entity.
    pub entity: String,
    /// The official number of the test.
    pub test: u16,
    /// The grade row.
    pub grade: u8,
    /// The official number of the student group.
    pub group: u16,
    /// What the figure is.
    pub measure: String,
    /// Our own.
    pub ours: Option<i64>,
    /// The official one.
    pub official: Shown,
    /// How it stands.
    pub status: String,
    /// The steps.
    pub steps: Vec<StepClaim>,
    /// What is left over.
    pub unexplained: i64,
}

/// An official figure.
#[derive(Clone, Debug, Deserialize)]
pub struct Shown {
    /// As it is printed.
    pub shown: String,
}

/// A step of a ladder.
#[derive(Clone, Debug, Deserialize)]
pub struct StepClaim {
    /// The rank of its cause.
    pub rank: usize,
    /// What it adds.
    pub amount: i64,
    /// Whether the amount only fits within bounds.
    pub bounded: bool,
    /// The records it owns.
    pub records: Vec<RecordClaim>,
}

/// A record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct RecordClaim {
    /// The file, by its place.
    pub input: usize,
    /// The line, 1-based.
    pub line: u64,
}

/// Why a saved reconciliation cannot be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ClaimError {
    /// The file cannot be opened.
    #[error("cannot read {}", path.display())]
    #[diagnostic(help("check the spelling and the folder; put a name with spaces in quotes"))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("{} is no saved reconciliation: {why}", path.display())]
    #[diagnostic(help(
        "make one with scorelint reconcile FILE --official OFFICIAL --format json --output RECONCILIATION.json"
    ))]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl Claim {
    /// Whether it has a choice of figures, not all.
    pub fn is_part(&self) -> bool {
        self.filter.is_some()
    }

    /// Reads a saved reconciliation.
    ///
    /// # Errors
    /// When the file cannot be read or is something else.
    pub fn read(path: &Path) -> Result<Self, ClaimError> {
        let unread = |source| ClaimError::Read { path: path.to_owned(), source };
        let mut text = std::fs::read(path).map_err(unread)?;
        if text.starts_with(&GZIP) {
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(text.as_slice()).read_to_end(&mut unpacked).map_err(unread)?;
            text = unpacked;
        }
        let wrong = |why: String| ClaimError::Form { path: path.to_owned(), why };
        let claim: Self = serde_json::from_slice(&text).map_err(|error| {
            // The text may hold anything: only the place is told.
            wrong(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if claim.schema != SCHEMA {
            return Err(wrong(format!("its form is not {SCHEMA}")));
        }
        Ok(claim)
    }
}
