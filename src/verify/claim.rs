//! A saved reconciliation, `scorelint/reconcile/1`, as far as it is to be confirmed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::coverage::fields_of;

/// How gzip-compressed files begin.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The form that can be read.
const SCHEMA: &str = "scorelint/reconcile/1";

/// What a reconciliation claims.
#[derive(Clone, Debug, Deserialize)]
pub struct Claim {
    schema: String,
    /// What has written it.
    pub tool: ClaimedTool,
    /// The spring year.
    pub year: u16,
    /// The year as its title says it.
    #[serde(default)]
    pub title: Option<String>,
    /// What it says of the layout.
    #[serde(default)]
    pub notice: Option<String>,
    /// What the user asked for.
    pub asked: ClaimedRequest,
    /// The choice of figures it was written with; `None` where it has all.
    #[serde(default)]
    pub filter: Option<ClaimedFilter>,
    /// The score files.
    pub inputs: Vec<ClaimedInput>,
    /// Results that two score files have both.
    pub copies: Vec<CopiesClaim>,
    /// Records that stand in the enrolled view alone.
    pub enrolled_alone: u64,
    /// What of the counts is not known, in words.
    #[serde(default)]
    pub not_known: Vec<String>,
    /// The official files.
    pub official: Vec<OfficialClaim>,
    /// The lists given with them.
    pub lists: Vec<ListClaim>,
    /// The districts and charters whose files these are.
    pub leas: Vec<LeaClaim>,
    /// How many figures stand how.
    pub summary: ClaimedSummary,
    /// The causes.
    pub causes: Vec<CauseClaim>,
    /// Where what is unexplained lies.
    pub unexplained: Vec<ResidueClaim>,
    /// The figures.
    pub cells: Vec<CellClaim>,
    /// What the files cannot tell.
    pub not_checkable: Vec<OpenClaim>,
    /// All names of fields that the file has: `cells[].steps[].amount`.
    #[serde(skip)]
    pub fields: BTreeSet<String>,
}

/// The program that has written a reconciliation.
#[derive(Clone, Debug, Deserialize)]
pub struct ClaimedTool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of the knowledge it rests on.
    pub rules_sha256: String,
}

/// What the user asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct ClaimedRequest {
    /// The layout year.
    pub year: Option<u16>,
    /// The view.
    pub view: Option<String>,
    /// Districts and charters whose files these are.
    pub leas: Vec<String>,
    /// Causes taken for true.
    pub assume: Vec<String>,
    /// Causes ruled out.
    pub without: Vec<String>,
}

/// A choice of figures; what is not named is not narrowed.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ClaimedFilter {
    /// Codes, or the first digits of codes.
    #[serde(default)]
    pub entities: Vec<String>,
    /// Tests.
    #[serde(default)]
    pub tests: Vec<u16>,
    /// Grade rows.
    #[serde(default)]
    pub grades: Vec<u8>,
    /// Student groups.
    #[serde(default)]
    pub groups: Vec<u16>,
    /// One figure.
    #[serde(default)]
    pub cell: Option<String>,
}

/// A score file.
#[derive(Clone, Debug, Deserialize)]
pub struct ClaimedInput {
    /// Its path, as it was given.
    pub path: String,
    /// The name in an archive.
    pub member: Option<String>,
    /// The view.
    pub view: String,
    /// The LEA that its name tells.
    pub lea: Option<String>,
    /// Records read.
    pub records: u64,
    /// Whether it is an earlier download.
    pub earlier: bool,
    /// The hash of the file.
    pub sha256: Option<String>,
}

/// Results that two score files have both.
#[derive(Clone, Debug, Deserialize)]
pub struct CopiesClaim {
    /// The file whose copies count.
    pub counted: usize,
    /// The other.
    pub other: usize,
    /// How many.
    pub results: u64,
    /// Of these, how many are newer.
    pub newer: u64,
}

/// An official file.
#[derive(Clone, Debug, Deserialize)]
pub struct OfficialClaim {
    /// Its name.
    pub path: String,
    /// The program.
    pub program: String,
    /// The version in its name.
    pub version: Option<u8>,
    /// Rows read.
    pub rows: usize,
    /// Rows that cannot be read.
    pub unreadable_rows: u64,
    /// The hash of the file.
    pub sha256: Option<String>,
}

/// An entity list or a lookup.
#[derive(Clone, Debug, Deserialize)]
pub struct ListClaim {
    /// Its name.
    pub path: String,
    /// What it is.
    pub kind: String,
    /// Its entries.
    pub entries: usize,
    /// The hash of the file.
    pub sha256: Option<String>,
}

/// A district or charter.
#[derive(Clone, Debug, Deserialize)]
pub struct LeaClaim {
    /// Its code.
    pub lea: String,
    /// How it is known.
    pub why: String,
}

/// How many figures stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ClaimedSummary {
    /// Agree.
    pub equal: u64,
    /// Differ and are explained.
    pub explained: u64,
    /// Differ, and a part is explained.
    pub partly_explained: u64,
    /// Differ and are not.
    pub unexplained: u64,
    /// Hidden, and agree with what they can be.
    pub within_suppression: u64,
    /// Cannot be compared.
    pub not_checkable: u64,
}

/// A cause that was found.
#[derive(Clone, Debug, Deserialize)]
pub struct CauseClaim {
    /// Its name.
    pub id: String,
    /// What it is.
    pub title: String,
    /// How sure it is.
    pub certainty: String,
    /// Day or school.
    pub parameters: BTreeMap<String, String>,
    /// Who can mend it.
    pub who: String,
    /// Until when.
    pub until: String,
    /// Where it was read.
    pub sources: Vec<String>,
    /// Whether the user took it for true.
    pub assumed: bool,
    /// Its place by what it explains.
    pub rank: usize,
    /// Its records.
    pub records: Vec<RecordClaim>,
    /// Figures with a step of it.
    pub cells: u64,
    /// Why it has nothing to show, where the user took it for true and it has not.
    #[serde(default)]
    pub note: Option<String>,
}

/// Where something unexplained lies.
#[derive(Clone, Debug, Deserialize)]
pub struct ResidueClaim {
    /// The figure, by its place.
    pub cell: usize,
    /// What is left over.
    pub amount: i64,
    /// Groups that hold all of it.
    pub groups: Vec<u16>,
}

/// What the files cannot tell.
#[derive(Clone, Debug, Deserialize)]
pub struct OpenClaim {
    /// Its name.
    pub id: String,
    /// What it is.
    pub what: String,
    /// What would decide it.
    pub decided_by: String,
    /// Figures that could not be compared for this reason.
    pub cells: u64,
}

/// A figure.
#[derive(Clone, Debug, Deserialize)]
pub struct CellClaim {
    /// The entity.
    pub entity: String,
    /// Its type.
    pub entity_type: u8,
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
    pub official: ClaimedFigure,
    /// How it stands.
    pub status: String,
    /// Why it cannot be compared.
    #[serde(default)]
    pub reason: Option<String>,
    /// The steps.
    pub steps: Vec<StepClaim>,
    /// What is left over.
    pub unexplained: i64,
}

/// An official figure.
#[derive(Clone, Debug, Deserialize)]
pub struct ClaimedFigure {
    /// As it is printed.
    pub shown: String,
    /// The least it can be.
    pub lo: Option<i64>,
    /// The most it can be.
    pub hi: Option<i64>,
}

/// A step of a ladder.
#[derive(Clone, Debug, Deserialize)]
pub struct StepClaim {
    /// Its cause.
    pub cause: String,
    /// The rank of its cause.
    pub rank: usize,
    /// How sure its cause is.
    pub certainty: String,
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
        let mut claim: Self = serde_json::from_slice(&text).map_err(|error| {
            // The text may hold anything: only the place is reported.
            wrong(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if claim.schema != SCHEMA {
            return Err(wrong(format!("its form is not {SCHEMA}")));
        }
        claim.fields = fields_of(&text).map_err(|error| wrong(format!("line {}", error.line())))?;
        Ok(claim)
    }
}
