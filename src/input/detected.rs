//! Something that was detected about a file, with the reason.

/// One thing found out about a file, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// `layout`, `dialect`, `encoding`, `view`, `lea`, `compression`; `header` (other
    /// spellings of headings, lines above them), `cells` (codes that a workbook holds as numbers),
    /// `source` (of two forms of the
    /// same data, the one read) and `skipped` (what was passed over in a folder or archive). Of an
    /// official file also `kind`, `year`, `program`, `version` and `types`.
    pub what: &'static str,
    /// The value chosen.
    pub value: String,
    /// Why, as a sentence fragment: `401 of 401 header names are those of 2025`.
    pub why: String,
}
