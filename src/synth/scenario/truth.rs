//! The truth about a scenario, as it is written next to the files.

use std::collections::BTreeMap;

use serde::Serialize;

use super::parameter::ChosenParameter;

/// The form of the file; a change that readers could trip over gets another number.
const SCHEMA: &str = "scorelint/scenario/1";

/// What was made, and why file and official numbers differ.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioTruth {
    schema: &'static str,
    /// The year.
    pub year: u16,
    /// The seed.
    pub seed: u64,
    /// The scenario; none where nothing differs for a reason.
    pub scenario: Option<String>,
    /// The score files.
    pub files: Vec<String>,
    /// Earlier downloads of the first of them.
    pub earlier: Vec<String>,
    /// The official files.
    pub official: Vec<String>,
    /// The causes, in the order in which they were applied.
    pub causes: Vec<TrueCause>,
    /// Records that were damaged at random.
    pub noise: Vec<Harmed>,
}

/// Records that were damaged in one way.
#[derive(Clone, Debug, Serialize)]
pub struct Harmed {
    /// The way.
    pub kind: &'static str,
    /// Those that are in a file.
    pub records: Vec<FileLine>,
    /// Those that the files lack.
    pub missing: u64,
}

/// A cause and the records it owns.
#[derive(Clone, Debug, Serialize)]
pub struct TrueCause {
    /// Its id.
    pub cause: &'static str,
    /// What it is about.
    pub parameters: BTreeMap<&'static str, ParameterValue>,
    /// The records whose contribution to some number differs.
    pub records: Vec<FileLine>,
    /// Records of the official side that the files lack.
    pub missing: u64,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// A line of a score file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FileLine {
    /// The place of the file in `files`.
    pub file: usize,
    /// The line, 1-based, the header included.
    pub line: u64,
}

impl ScenarioTruth {
    pub(super) fn new(year: u16, seed: u64, scenario: Option<String>) -> Self {
        let (files, earlier, official) = (Vec::new(), Vec::new(), Vec::new());
        let (causes, noise) = (Vec::new(), Vec::new());
        Self { schema: SCHEMA, year, seed, scenario, files, earlier, official, causes, noise }
    }
}

impl TrueCause {
    pub(super) fn new(cause: &'static str, parameter: Option<&ChosenParameter>) -> Self {
        let value = |parameter: &ChosenParameter| match parameter.values.as_slice() {
            [one] => ParameterValue::One(one.clone()),
            several => ParameterValue::Several(several.to_vec()),
        };
        let parameters = parameter.map(|parameter| (parameter.name, value(parameter)));
        Self { cause, parameters: parameters.into_iter().collect(), records: Vec::new(), missing: 0 }
    }
}
