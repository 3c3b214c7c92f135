//! Reads the cause files: front matter between `+++` lines, then prose for people.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::layout::Certainty;
use crate::years::Years;

/// The shipped cause files with their paths in the project.
const EMBEDDED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/causes.rs"));

const FENCE: &str = "+++\n";

/// A cause of difference as its file has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Its name in all output.
    pub id: String,
    /// What it is, in a few words; `{parameter}` stands for the day, school or list it was found with.
    pub title: String,
    /// One of `rules/causes/families.tsv`.
    pub family: String,
    /// `documented`, `inferred` or `unknown`.
    certainty: String,
    /// Its place among steps: what happens to a record first comes first.
    pub order: u16,
    /// Who can mend it.
    pub who: String,
    /// Until when; blank where that is not known or does not apply.
    #[serde(default)]
    pub until: String,
    /// Where it was read.
    pub sources: Vec<String>,
    /// What it supposes, by years.
    #[serde(rename = "case")]
    pub cases: Vec<Case>,
    /// What it is and how to recognise it.
    #[serde(skip)]
    pub prose: String,
    /// The path in the project.
    #[serde(skip)]
    pub path: String,
}

/// What a cause supposes in some years.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The years, as `2017..2021`.
    pub years: Years,
    /// Which records it is about; all where it is missing.
    pub when: Option<String>,
    /// The state has seen these values instead: field, and a text in the rule language.
    #[serde(default)]
    pub sees: BTreeMap<String, String>,
    /// Student groups with another definition: number, and a condition.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// Whether such records count with the state at all.
    #[serde(default = "yes")]
    pub counts: bool,
    /// A day; the cause is about records whose day lies after one that is to be found.
    pub as_of: Option<String>,
    /// A text; the cause is about the records of one of its values at a time.
    pub each: Option<String>,
    /// What must be seen elsewhere before it is supposed: `official-type-9`, `official-type-10`.
    pub evidence: Option<String>,
    /// Fields that name a student and test: all but the first record of a name are taken out.
    #[serde(default)]
    pub repeats: Vec<String>,
    /// Records that these fields show to be repeated anyway are left to another cause.
    #[serde(default)]
    pub but_not: Vec<String>,
    /// What the state took from an earlier download.
    pub earlier: Option<String>,
    /// What is missing from the files as a whole: `school`.
    pub absent: Option<String>,
    /// The records it is about stand in one view only: `enrolled-view`. They count by themselves nowhere.
    pub only_in: Option<String>,
    /// What makes the cause superfluous: `earlier` (an earlier download is given).
    pub unless: Option<String>,
}

fn yes() -> bool {
    true
}

/// A mistake in a cause file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{path}: {message}")]
pub struct CauseError {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Cause {
    fn read(path: &str, text: &str) -> Result<Self, CauseError> {
        let wrong = |message: String| CauseError { path: path.to_owned(), message };
        let parts = text.strip_prefix(FENCE).and_then(|rest| rest.split_once(&format!("\n{FENCE}")));
        let Some((front, prose)) = parts else {
            return Err(wrong("there is no front matter between two lines of +++".to_owned()));
        };
        let cause: Self = toml::from_str(front).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { prose: prose.trim().to_owned(), path: path.to_owned(), ..cause })
    }

    /// How sure it is that the state counts so.
    pub fn certainty(&self) -> Certainty {
        match self.certainty.as_str() {
            "documented" => Certainty::Documented,
            "inferred" => Certainty::Inferred,
            _ => Certainty::Unknown,
        }
    }
}

/// The shipped causes in the order of their steps.
///
/// # Errors
/// A mistake in a shipped file; a test makes sure that there is none.
pub fn causes() -> Result<&'static [Cause], &'static CauseError> {
    static CAUSES: LazyLock<Result<Vec<Cause>, CauseError>> = LazyLock::new(|| {
        let mut causes: Vec<Cause> =
            EMBEDDED.iter().map(|(path, text)| Cause::read(path, text)).collect::<Result<_, _>>()?;
        causes.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        Ok(causes)
    });
    CAUSES.as_deref()
}
