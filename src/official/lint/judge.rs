//! Counts how a check came out, and keeps findings for the report.

use crate::finding::{FileFinding, Shown};
use crate::official::interval::Interval;
use crate::official::model::OfficialRow;

/// How one check came out for one file.
#[derive(Clone, Debug)]
pub struct LintOutcome {
    /// The code of its rule.
    pub code: &'static str,
    /// Cases that it applied to.
    pub applicable: u64,
    /// Of these, how many broke it.
    pub broke: u64,
    /// Of these, how many a hidden figure decides.
    pub undecidable: u64,
    /// Findings, the first ones where there are many.
    pub findings: Vec<FileFinding>,
}

/// A check at work.
pub struct LintCheck {
    judged: LintOutcome,
    kept: usize,
}

impl LintCheck {
    pub fn new(code: &'static str, kept: usize) -> Self {
        Self { judged: LintOutcome { code, applicable: 0, broke: 0, undecidable: 0, findings: Vec::new() }, kept }
    }

    /// It holds here.
    pub fn held(&mut self) {
        self.judged.applicable += 1;
    }

    /// A hidden figure decides whether it holds here.
    pub fn undecided(&mut self) {
        self.judged.applicable += 1;
        self.judged.undecidable += 1;
    }

    /// It is broken here.
    pub fn broke(&mut self, found: LintFinding) {
        self.judged.applicable += found.0.count.max(1);
        self.judged.broke += found.0.count.max(1);
        if self.judged.findings.len() < self.kept {
            let code = self.judged.code;
            self.judged.findings.push(FileFinding { code, ..found.0 });
        }
    }

    /// It is broken here, reported only while there is space: most files with many findings have few kinds.
    fn fail(&mut self, found: impl FnOnce() -> LintFinding) {
        if self.judged.findings.len() < self.kept {
            return self.broke(found());
        }
        self.judged.applicable += 1;
        self.judged.broke += 1;
    }

    /// Holds where the condition is true, is broken where not.
    pub fn require(&mut self, holds: bool, found: impl FnOnce() -> LintFinding) {
        if holds { self.held() } else { self.fail(found) }
    }

    /// Two figures that must be equal: broken where no number is in both.
    pub fn equal(&mut self, one: Interval, other: Interval, found: impl FnOnce() -> LintFinding) {
        match (one.intersects(other), one.exact().is_some() && other.exact().is_some()) {
            (false, _) => self.fail(found),
            (true, true) => self.held(),
            (true, false) => self.undecided(),
        }
    }

    /// One figure that must not exceed another.
    pub fn at_most(&mut self, lower: Interval, higher: Interval, found: impl FnOnce() -> LintFinding) {
        match (higher.is_below(lower), lower.hi() <= higher.lo()) {
            (true, _) => self.fail(found),
            (false, true) => self.held(),
            (false, false) => self.undecided(),
        }
    }

    pub fn finish(self) -> LintOutcome {
        self.judged
    }
}

/// A finding in the making.
pub struct LintFinding(FileFinding);

impl LintFinding {
    /// About the file as a whole.
    pub fn of_file() -> Self {
        Self(FileFinding::default())
    }

    /// At a line.
    pub fn at_line(line: u64) -> Self {
        Self(FileFinding { line: Some(line), ..FileFinding::default() }).with("line", line)
    }

    /// About a row.
    pub fn of(row: &OfficialRow) -> Self {
        Self::at_line(row.line).with("cell", cell_of(row))
    }

    /// In a column, by its place.
    pub fn in_column(mut self, column: Option<usize>) -> Self {
        self.0.column = column;
        self
    }

    /// Adds a value for the message.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.shown.push(Shown { name: name.to_owned(), value: value.to_string(), field: None });
        self
    }

    /// Says how many cases it stands for.
    pub fn count(mut self, count: u64) -> Self {
        self.0.count = count;
        self.with("count", count)
    }
}

/// A row in words: its entity, test, grade row and student group.
pub fn cell_of(row: &OfficialRow) -> String {
    let code = row.place.code_text();
    let (county, rest) = code.split_at_checked(2).unwrap_or((&code, ""));
    let (district, school) = rest.split_at_checked(5).unwrap_or((rest, ""));
    format!("{county}-{district}-{school} test {} grade {} group {}", row.test, row.grade, row.group)
}

/// Hundredths as a percent: `33.25`.
pub fn hundredths(number: i64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

/// Tenths as a mean: `2424.0`.
pub fn tenths(number: i64) -> String {
    format!("{}.{}", number / 10, number % 10)
}
