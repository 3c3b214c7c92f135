//! Layout files: what a year has otherwise than a year whose layout is known, written in TOML by whoever has the
//! new layout in hand. A layout file becomes tables, so that everything else sees a year like any other.

mod error;
mod tables;

use std::sync::LazyLock;

use serde::Deserialize;
use toml::Spanned;

pub use error::LayoutFileErrors;

use super::model::Certainty;
use crate::knowledge;
use crate::spanned::{SourceText, SpannedError};

/// A layout file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutFile {
    /// The spring of the administration that it is of.
    pub year: Spanned<u16>,
    /// The year whose layout it changes.
    pub base: Spanned<u16>,
    /// How sure it is.
    #[serde(default = "unknown")]
    pub certainty: Certainty,
    /// The document or file it was read from.
    #[serde(default)]
    pub source: String,
    /// Columns of the base that the year does not have.
    #[serde(default)]
    drop: Vec<Spanned<String>>,
    #[serde(default)]
    rename: Vec<RenamedHeading>,
    #[serde(default)]
    add: Vec<AddedColumn>,
    #[serde(default)]
    codes: Vec<AddedCode>,
    #[serde(default)]
    ranges: Vec<ChangedRange>,
    #[serde(default)]
    tests: Vec<ChangedTest>,
    /// What else is known of the year.
    #[serde(default)]
    pub facts: Vec<StatedFact>,
}

/// A column under another heading.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RenamedHeading {
    from: Spanned<String>,
    to: Spanned<String>,
}

/// A column that the base does not have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddedColumn {
    column: Spanned<String>,
    id: Option<Spanned<String>>,
    title: Option<String>,
    before: Option<Spanned<String>>,
    after: Option<Spanned<String>>,
    #[serde(default = "text")]
    r#type: Spanned<String>,
    #[serde(default)]
    codes: Vec<CodeMeaning>,
    #[serde(default)]
    tests: Vec<Spanned<String>>,
    #[serde(default = "student_data")]
    sensitivity: Spanned<String>,
}

/// A code of a column with its meaning.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeMeaning {
    code: Spanned<String>,
    #[serde(default)]
    means: String,
}

/// A code that a column of the base may hold as well.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddedCode {
    column: Spanned<String>,
    code: Spanned<String>,
    #[serde(default)]
    means: String,
}

/// The score ranges of a test and grade, which take the place of those of the base.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangedRange {
    test: Spanned<String>,
    grade: Spanned<u8>,
    /// Lowest and highest score of each level, lowest level first.
    levels: Spanned<Vec<(u16, u16)>>,
}

/// What is new about a test.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangedTest {
    test: Spanned<String>,
    /// The names of the achievement levels, lowest first.
    #[serde(default)]
    levels: Vec<String>,
    /// The first level that counts as met, from 1; 0 for none.
    met_from: Option<Spanned<usize>>,
    #[serde(default = "unknown")]
    certainty: Certainty,
}

/// Something known of a year that no table has a place for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedFact {
    /// What it is about.
    pub about: String,
    /// What is known.
    pub says: String,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where it was read.
    pub source: String,
}

fn unknown() -> Certainty {
    Certainty::Unknown
}

fn text() -> Spanned<String> {
    Spanned::new(0..0, "text".to_owned())
}

fn student_data() -> Spanned<String> {
    Spanned::new(0..0, "student-data".to_owned())
}

impl LayoutFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is no TOML, a key that is not known, a value that is not of its kind.
    pub fn parse(source: &SourceText) -> Result<Self, LayoutFileErrors> {
        toml::from_str(&source.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            LayoutFileErrors(vec![SpannedError::at(source, span, error.message().to_owned(), "here".to_owned())])
        })
    }

    /// The names of achievement levels that it gives: test, place from 1, and name.
    pub fn level_names(&self) -> impl Iterator<Item = (&str, usize, &str)> {
        self.tests.iter().flat_map(|test| {
            (1..).zip(&test.levels).map(|(place, name)| (test.test.get_ref().as_str(), place, name.as_str()))
        })
    }

    /// The facts that its tests state.
    pub fn facts_of_tests(&self) -> Vec<StatedFact> {
        let tests = self.tests.iter().filter(|test| !test.levels.is_empty());
        let fact = |test: &ChangedTest| StatedFact {
            about: format!("achievement levels of test {}", test.test.get_ref()),
            says: format!("from the lowest: {}", test.levels.join(", ")),
            certainty: test.certainty,
            source: self.source.clone(),
        };
        tests.map(fact).collect()
    }
}

/// The layout files that the program carries, of years whose layout is not known yet.
pub fn carried() -> &'static [LayoutFile] {
    static CARRIED: LazyLock<Vec<LayoutFile>> = LazyLock::new(|| {
        let files = knowledge::layout_files();
        // A test reads them all; one that cannot be read says nothing.
        files.filter_map(|(path, text)| LayoutFile::parse(&source(path, text)).ok()).collect()
    });
    &CARRIED
}

fn source(name: &str, text: &str) -> SourceText {
    SourceText { name: name.to_owned(), text: text.to_owned() }
}
