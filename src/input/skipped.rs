//! Files that are passed over, with the reason.

/// A file that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its name, with that of its archive.
    pub path: String,
    /// Why.
    pub why: String,
}
