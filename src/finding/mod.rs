//! Findings about a file as such, made while it is detected and read. They belong to the lowest layer, which readers
//! and checks share.

pub mod draft;

use std::fmt;

use crate::layout::FieldId;

/// A value on its way into a message; masked by the report unless it may be shown.
///
/// A value computed from cells (an expected level, a group's key) tells about the student as much
/// as they do: it carries the most sensitive of their fields.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// The placeholder's name: a field id, or `expected`, `count`, `k` …
    pub name: String,
    /// The text as it stands in the file, neither masked nor neutralised.
    pub value: String,
    /// The field it comes from; decides the masking. `None` for computed and public facts.
    pub field: Option<FieldId>,
}

// Debug output ends up in panics and logs: values of students stay out of it.
impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Shown").field("name", &self.name).field("field", &self.field).finish_non_exhaustive()
    }
}

/// A finding about a file, made while reading it, before it has a place in the outcome.
#[derive(Clone, Debug, Default)]
pub struct FileFinding {
    /// The code of the (built-in) rule, for example `L018`.
    pub code: &'static str,
    /// The line, 1-based, where there is one.
    pub line: Option<u64>,
    /// The byte offset in the (decompressed, decoded) file.
    pub byte: Option<u64>,
    /// The column pointed at, 0-based.
    pub column: Option<usize>,
    /// How many records or columns it stands for; 0 means 1.
    pub count: u64,
    /// Values for the message.
    pub shown: Vec<Shown>,
    /// Whether it is a breach, or could not be decided.
    pub verdict: FileVerdict,
}

impl FileFinding {
    /// What it says is missing from the file, where it says so: counts are too small by it. Values are as they stand
    /// in the file.
    pub fn loss(&self) -> Option<String> {
        let value = |name: &str| {
            let shown = self.shown.iter().find(|shown| shown.name == name);
            shown.map_or("", |shown| shown.value.as_str())
        };
        match self.code {
            "L031" => Some(format!("the record in line {} is too long and was skipped", value("line"))),
            "L035" => Some(format!("reading stopped in line {}: {}", value("line"), value("reason"))),
            "L036" => {
                Some(format!("the list of files in its archive is missing: read {}; {}", value("found"), value("lost")))
            }
            "L039" => Some(format!("{} was passed over, but {}", value("other"), value("difference"))),
            _ => None,
        }
    }
}

/// What a look at a file came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileVerdict {
    /// The rule is broken.
    #[default]
    Broke,
    /// What it asks for cannot be read in this file.
    Undecidable,
}
