//! What a report format is: its name, the file endings it goes by, what it needs to be written, and
//! how a file in it is recognised. Each kind of report lists its formats in one table.

use std::fmt::Debug;
use std::io::{self, Write};

use super::Style;

/// A kind of report: what it is made from and the formats it can be written in.
pub trait ReportKind: Clone + Debug + Send + Sync + Sized + 'static {
    /// What a report of this kind is made from.
    type Subject<'a>;
    /// The command that makes it, for messages.
    const NAME: &'static str;
    /// Its formats; the first is the one for people.
    fn formats() -> &'static [Reporter<Self>];
}

/// One format of one kind of report.
pub struct Reporter<K: ReportKind> {
    /// Its name after `--format`.
    pub name: &'static str,
    /// The endings of file names that choose it, without the dot; none where only its name does.
    pub endings: &'static [&'static str],
    /// What it is for, in the help.
    pub about: &'static str,
    /// What has to be known to write it.
    pub needs: Needs,
    /// What a file of this format and kind has near its start.
    pub mark: FormatSignature,
    /// Writes a report.
    pub write: fn(&mut dyn Write, &K::Subject<'_>, &Style) -> io::Result<()>,
}

/// What a format needs to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Which findings.
    pub findings: SampleLimit,
    /// What is to be known of the files that were read.
    pub hashes: Hashes,
    /// What happens where no file could be read.
    pub without_inputs: WithoutInputs,
}

/// How many findings of a rule a format shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleLimit {
    /// Some of each rule.
    #[default]
    Samples,
    /// Every one.
    All,
}

/// Whether a format names the hash of each file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hashes {
    /// It does not.
    #[default]
    Left,
    /// The SHA-256.
    Named,
}

/// Whether a report is written where no file could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WithoutInputs {
    /// Not written: the errors on standard error say all.
    #[default]
    Left,
    /// Written: a program that reads it learns why it is empty.
    Written,
}

/// How a file is recognised as a report of this kind and format, so that it may be written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatSignature {
    /// A text within its first bytes.
    Text(&'static str),
    /// The same, or an empty list, in which nothing can be lost.
    TextOrEmptyList(&'static str),
    /// A text among the properties of a workbook.
    Workbook(&'static str),
}

impl Needs {
    /// The needs of a format that holds every finding and names what it is about.
    pub const WHOLE: Self =
        Self { findings: SampleLimit::All, hashes: Hashes::Named, without_inputs: WithoutInputs::Written };

    /// The needs of a format that lists every finding, for people.
    pub const LIST: Self = Self { findings: SampleLimit::All, hashes: Hashes::Left, without_inputs: WithoutInputs::Left };

    /// The needs of a format that shows samples.
    pub const SAMPLES: Self =
        Self { findings: SampleLimit::Samples, hashes: Hashes::Left, without_inputs: WithoutInputs::Left };

    /// What two formats together need.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let findings = if self.findings == SampleLimit::All { SampleLimit::All } else { other.findings };
        let hashes = if self.hashes == Hashes::Named { Hashes::Named } else { other.hashes };
        let without_inputs = match self.without_inputs {
            WithoutInputs::Written => WithoutInputs::Written,
            WithoutInputs::Left => other.without_inputs,
        };
        Self { findings, hashes, without_inputs }
    }
}
