//! A reconciliation: every official figure, our own, and what lies between.

use super::pattern::RestPattern;
use super::with::{With};
use super::compared::{ComparedFigures, FigureStatus};
use super::records::{Copies, is_of_enrolled_alone};
use super::records::{InputFile};
use super::code::{CdsCode};
use crate::cause::Cause;
use crate::counting::CountingRules;
use crate::input::View;
use crate::official::Measure;

/// The comparison of score files with official ones.
#[derive(Debug)]
pub struct Reconciliation {
    /// The spring year.
    pub year: u16,
    /// What is known about counting in that year.
    pub counting: CountingRules,
    /// The score files, earlier downloads last.
    pub inputs: Vec<InputFile>,
    /// Results that stand in several score files.
    pub copies: Vec<Copies>,
    /// Records that only files by enrolled LEA have, while there are others.
    pub enrolled_alone: u64,
    /// What of the counts is not known because values cannot be read, and why, in words.
    pub not_known: Vec<String>,
    /// What the user asked for.
    pub asked: ReconcileRequest,
    /// The official files: name, and how they were recognised.
    pub officials: Vec<OfficialInput>,
    /// The lists that were given with them.
    pub lists: Vec<ListInput>,
    /// The districts and charters whose records are in the files, and how that is known.
    pub leas: Vec<(String, String)>,
    /// What entities are called.
    pub names: Vec<(CdsCode, String)>,
    /// Every figure that was compared, by entity, test, grade, group and measure.
    pub cells: ComparedFigures,
    /// The causes that were found, by how much they explain.
    pub causes: Vec<CauseFound>,
    /// Causes that could stand behind what is unexplained, without enough evidence to say so.
    pub possible: Vec<PossibleCause>,
    /// What the pattern of the rest says.
    pub patterns: Vec<RestPattern>,
    /// Where what is unexplained lies.
    pub residues: Vec<Residue>,
    /// What these files cannot tell.
    pub not_checkable: Vec<NotCheckable>,
    /// Records: file (by its place) and line, by number.
    pub records: Vec<RecordPlace>,
}

/// An official file.
#[derive(Clone, Debug)]
pub struct OfficialInput {
    /// Its name.
    pub name: String,
    /// The program, such as `SB`.
    pub program: String,
    /// The version in its name.
    pub version: Option<u8>,
    /// What was detected, and why.
    pub detected: Vec<(String, String)>,
    /// Rows that were read.
    pub rows: usize,
    /// What of it cannot be read.
    pub unreadable: UnreadableFigures,
    /// The SHA-256 of the file as it is stored, where it was wanted.
    pub sha256: Option<String>,
}

/// An entity list or a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListInput {
    /// Its name.
    pub name: String,
    /// What it is: `entities`, `groups` or `tests`.
    pub kind: &'static str,
    /// Its entries.
    pub entries: usize,
    /// The SHA-256 of the file as it is stored, where it was wanted.
    pub sha256: Option<String>,
}

/// What the user asked for, as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReconcileRequest {
    /// The layout year.
    pub year: Option<u16>,
    /// The view.
    pub view: Option<View>,
    /// Districts and charters whose files these are.
    pub leas: Vec<String>,
    /// Causes taken for true: name, and day or school.
    pub assume: Vec<String>,
    /// Causes ruled out.
    pub without: Vec<String>,
}

/// What of an official file cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreadableFigures {
    /// Rows, of whatever entity: what they are about cannot be read.
    pub rows: u64,
    /// Figures of the districts whose score files were given.
    pub figures: u64,
    /// The first of the figures: its line, what it is, and its text.
    pub first: Option<(u64, Measure, String)>,
}

impl UnreadableFigures {
    /// Whether all of the file could be read.
    pub fn is_nothing(&self) -> bool {
        self.rows == 0 && self.figures == 0
    }
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPlace {
    /// The file, by its place.
    pub input: usize,
    /// The line, 1-based.
    pub line: u32,
}

/// A cause that was found.
#[derive(Clone, Debug)]
pub struct CauseFound {
    /// The cause.
    pub cause: &'static Cause,
    /// What it was found with.
    pub with: With,
    /// Its records, by their place in [`Reconciliation::records`].
    pub records: Vec<u32>,
    /// What stands for and against it; `None` where the files lack its records.
    pub evidence: Option<CauseEvidence>,
    /// Figures with a step of it.
    pub cells: u64,
    /// Figures that agree with it and not without it.
    pub mended: u32,
    /// Figures that agree without it and not with it.
    pub broken: u32,
    /// Its place by what it explains, from 1.
    pub rank: usize,
    /// Causes that explain just as much in its place, and what with.
    pub tied_with: Vec<(&'static Cause, With)>,
    /// Whether the user supposed it.
    pub is_assumed: bool,
    /// Why it has nothing to show, where the user supposed it and it has not.
    pub note: Option<&'static str>,
}

/// What stands for and against a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CauseEvidence {
    /// By how many bits it makes shorter what is left of the official numbers, its own price taken off.
    pub bits: i64,
    /// Students who count with it as the official numbers have them, and not without it.
    pub moved_right: u64,
    /// Students who do without it and not with it.
    pub moved_wrong: u64,
    /// Rows that come closer.
    pub rows: u32,
}

/// How strong evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceStrength {
    /// By chance less than once in four thousand.
    Strong,
    /// By chance less than once in thirty.
    Moderate,
    /// More likely than not to be chance.
    Weak,
    /// There are not enough figures to say.
    TooFew,
}

impl CauseEvidence {
    /// The bits from which evidence is strong: 4,096 to 1.
    pub const STRONG: i64 = 12;
    const MODERATE: i64 = 5;
    const FEWEST_ROWS: u32 = 3;

    /// How strong it is.
    pub fn strength(&self) -> EvidenceStrength {
        match self.bits {
            Self::STRONG.. => EvidenceStrength::Strong,
            _ if self.rows < Self::FEWEST_ROWS => EvidenceStrength::TooFew,
            Self::MODERATE.. => EvidenceStrength::Moderate,
            _ => EvidenceStrength::Weak,
        }
    }
}

impl EvidenceStrength {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Moderate => "moderate",
            Self::Weak => "weak",
            Self::TooFew => "too-few-figures",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::TooFew => "too few figures to tell",
            other => other.as_str(),
        }
    }
}

/// A cause that could stand behind what is unexplained.
#[derive(Clone, Debug)]
pub struct PossibleCause {
    /// The cause.
    pub cause: &'static Cause,
    /// What it would be with.
    pub with: With,
    /// What stands for and against it.
    pub evidence: CauseEvidence,
    /// How many records it is about.
    pub records: usize,
    /// The row that would tell most about it, of those that the official files do not have.
    pub look_up: Option<RowToLookUp>,
}

/// An official row that was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowToLookUp {
    /// The entity.
    pub code: CdsCode,
    /// The official number of the test.
    pub test: u16,
    /// The grade row.
    pub grade: u8,
    /// Records that would move there.
    pub records: usize,
}

/// Something unexplained, as small as it can be narrowed down.
#[derive(Clone, Debug)]
pub struct Residue {
    /// The figure, by its place among the cells.
    pub cell: usize,
    /// What is left over.
    pub amount: i64,
    /// Student groups that hold all of it.
    pub groups: Vec<u16>,
}

/// Something that score files cannot tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCheckable {
    /// Its name in `rules/causes/beyond.tsv` or of a cause.
    pub id: &'static str,
    /// What it is.
    pub words: String,
    /// What would decide it.
    pub decided_by: String,
    /// Figures that could not be compared for this reason.
    pub cells: u64,
}

/// How many figures stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts {
    /// Agree.
    pub equal: u64,
    /// Differ and are explained.
    pub explained: u64,
    /// Differ, and causes explain a part.
    pub partly: u64,
    /// Differ and are not.
    pub unexplained: u64,
    /// Hidden, and agree with what they can be.
    pub hidden: u64,
    /// Cannot be compared.
    pub not_checkable: u64,
}

impl StatusCounts {
    /// Figures with an official number that were compared.
    pub fn compared(&self) -> u64 {
        self.equal + self.explained + self.partly + self.unexplained
    }
}

impl Reconciliation {
    /// How many figures stand how.
    pub fn tally(&self) -> StatusCounts {
        let mut tally = StatusCounts::default();
        for cell in &self.cells {
            match cell.status {
                FigureStatus::Equal => tally.equal += 1,
                FigureStatus::Explained => tally.explained += 1,
                FigureStatus::PartlyExplained => tally.partly += 1,
                FigureStatus::Unexplained => tally.unexplained += 1,
                FigureStatus::WithinSuppression => tally.hidden += 1,
                FigureStatus::NotCheckable(_) => tally.not_checkable += 1,
            }
        }
        tally
    }

    /// Whether something in the official files cannot be read.
    pub fn has_unreadable(&self) -> bool {
        self.officials.iter().any(|file| !file.unreadable.is_nothing())
    }

    /// Whether the score files are by enrolled LEA alone.
    pub fn is_of_enrolled_alone(&self) -> bool {
        is_of_enrolled_alone(&self.inputs)
    }

    /// What an entity is called; its code where no file tells.
    pub fn name_of(&self, code: &CdsCode) -> String {
        let known = self.names.binary_search_by_key(code, |(one, _)| *one);
        known
            .ok()
            .and_then(|place| self.names.get(place))
            .map_or_else(|| String::from_utf8_lossy(code).into_owned(), |(_, name)| name.clone())
    }
}
