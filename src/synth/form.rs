//! The forms in which score files of a synthetic district are written.

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeForm {
    /// Cells separated by `^`, no quoting, as TOMS writes it.
    Caret,
    /// Separated by commas, quoted where needed.
    Comma,
    /// Separated by tabs.
    Tab,
    /// Fixed-width columns, no header.
    Fixed,
}

impl MadeForm {
    /// The word used on the command line and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caret => "caret",
            Self::Comma => "comma",
            Self::Tab => "tab",
            Self::Fixed => "fixed",
        }
    }

    /// The sign between two cells; `None` in fixed columns.
    pub(super) fn separator(self) -> Option<u8> {
        match self {
            Self::Caret => Some(b'^'),
            Self::Comma => Some(b','),
            Self::Tab => Some(b'\t'),
            Self::Fixed => None,
        }
    }
}
