//! Makes findings about files, with the values their messages name.

use super::{FileFinding, Shown, FileVerdict};

/// A finding in the making.
pub struct Draft(FileFinding);

/// A finding about the file as a whole.
pub fn file(code: &'static str) -> Draft {
    Draft(FileFinding { code, ..FileFinding::default() })
}

/// A finding at a line (1-based) and byte offset.
pub fn at_line(code: &'static str, line: u64, byte: u64) -> Draft {
    let finding = FileFinding { code, line: Some(line), byte: Some(byte), ..FileFinding::default() };
    Draft(finding).with("line", line).with("byte", byte)
}

/// A finding about a column (0-based); its position is shown 1-based, as spreadsheets count.
pub fn at_column(code: &'static str, column: usize) -> Draft {
    let finding = FileFinding { code, column: Some(column), ..FileFinding::default() };
    Draft(finding).with("position", column + 1)
}

impl Draft {
    /// Adds a value for the message.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.shown.push(Shown { name: name.to_owned(), value: value.to_string(), field: None });
        self
    }

    /// Says how many records or columns it stands for.
    pub fn count(mut self, count: u64) -> Self {
        self.0.count = count;
        self
    }

    /// Says that the file does not let the rule be decided.
    pub fn undecidable(mut self) -> Self {
        self.0.verdict = FileVerdict::Undecidable;
        self
    }

    /// The finished finding.
    pub fn done(self) -> FileFinding {
        self.0
    }
}
