//! What a cause is about besides the records: a day, a school, two schools, chosen by the seed.

use super::super::facts::{SynthFacts, SchoolKind};
use super::bound::Parameters;

/// A parameter of a cause and what was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChosenParameter {
    pub(super) name: &'static str,
    pub(super) values: Vec<String>,
}

impl ChosenParameter {
    /// Chooses; `wanted` is a span of days after the window opens (`68..76`), or what the schools
    /// are to the district.
    pub(super) fn choose(name: &'static str, wanted: &str, facts: &SynthFacts, seed: u64) -> Self {
        let values = match wanted.split_once("..") {
            Some((from, to)) => vec![day(from, to, facts, seed)],
            None if name.ends_with('s') => schools(wanted, 2, facts, seed),
            None => schools(wanted, 1, facts, seed),
        };
        Self { name, values }
    }

    /// The names that the tables know the values by: `school`, or `school_1` and `school_2`.
    pub(super) fn known(&self) -> Parameters {
        let numbered = |place: usize| match (self.name, place) {
            ("schools", 0) => "school_1",
            ("schools", _) => "school_2",
            (name, _) => name,
        };
        self.values.iter().enumerate().map(|(place, value)| (numbered(place), value.clone())).collect()
    }
}

fn day(from: &str, to: &str, facts: &SynthFacts, seed: u64) -> String {
    let (from, to) = (from.parse().unwrap_or(0_i32), to.parse().unwrap_or(0_i32));
    let span = u64::try_from(to - from + 1).unwrap_or(1).max(1);
    let shift = i32::try_from(seed % span).unwrap_or_default();
    String::from_utf8_lossy(&facts.year.window.opens.plus(from + shift).iso()).into_owned()
}

fn schools(kind: &str, wanted: u64, facts: &SynthFacts, seed: u64) -> Vec<String> {
    let is_meant = |one: SchoolKind| match kind {
        "LF" => one == SchoolKind::LocallyFunded,
        _ => one == SchoolKind::District,
    };
    let fitting: Vec<&str> =
        facts.schools.iter().filter(|school| is_meant(school.kind)).map(|school| school.code).collect();
    let count = u64::try_from(fitting.len()).unwrap_or(1).max(1);
    // The second is some other school than the first.
    let step = 1 + (seed / count) % count.saturating_sub(1).max(1);
    let places = (0..wanted).map(|number| (seed + number * step) % count);
    places.filter_map(|place| fitting.get(usize::try_from(place).ok()?)).map(|code| (*code).to_owned()).collect()
}
