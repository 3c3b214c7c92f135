//! Whatever a layout says about a field is checked by some rule, or listed in
//! `rules/layouts/unchecked.tsv` with the reason. Found out by trying: a record with a wrong value
//! in the field must break a rule that points at it.

use std::collections::HashMap;

use scorelint::layout::{Field, FieldId, FieldKind, Layout, RecordType, codes, registry, value_set};
use scorelint::rule::read::Pattern;
use scorelint::rule::{Expect, Instance, RecordView, RuleSet, Scope, judge_record};
use scorelint::years::Years;

use crate::support;

/// What a layout row can say about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Values,
    Format,
    Width,
    Tests,
}

const EVERYTHING: [What; 4] = [What::Values, What::Format, What::Width, What::Tests];

impl What {
    fn as_str(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Format => "format",
            Self::Width => "width",
            Self::Tests => "tests",
        }
    }
}

/// A record that is blank but for a few cells.
struct Cells(HashMap<FieldId, String>);

impl RecordView for Cells {
    fn cell(&self, field: FieldId) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }
}

/// The instances of a year that point at each field.
struct Rules(HashMap<FieldId, Vec<Instance>>);

impl Rules {
    fn of(set: &RuleSet, year: u16) -> Self {
        let mut by_field: HashMap<FieldId, Vec<Instance>> = HashMap::new();
        for rule in set.rules().filter(|rule| matches!(rule.scope, Scope::Cell | Scope::Record)) {
            if !rule.years.contains(year) {
                continue;
            }
            for instance in set.bind(rule, year).expect("a bound rule") {
                for field in &instance.labels {
                    by_field.entry(*field).or_default().push(instance.clone());
                }
            }
        }
        Self(by_field)
    }

    fn notice(&self, id: FieldId, record: &Cells) -> bool {
        let broke = |instance: &Instance| matches!(judge_record(instance, record), Expect::Broke { .. });
        self.0.get(&id).is_some_and(|instances| instances.iter().any(broke))
    }
}

fn record_type_id() -> FieldId {
    registry().id("record_type").expect("a field")
}

fn tests(layout: &Layout) -> Vec<RecordType> {
    codes().record_types(layout.year()).filter_map(|code| code.code.parse().ok().map(RecordType)).collect()
}

fn record(id: FieldId, value: &str, test: RecordType) -> Cells {
    Cells(HashMap::from([(record_type_id(), test.to_string()), (id, value.to_owned())]))
}

/// Whether the row says something of this kind.
fn states(layout: &Layout, id: FieldId, field: &Field, what: What) -> bool {
    match what {
        What::Values => value_set(layout, id, None).is_some(),
        What::Format => {
            matches!(field.kind, FieldKind::Date | FieldKind::Digits | FieldKind::Integer) || !field.format.is_empty()
        }
        What::Width => field.length.is_some(),
        What::Tests => {
            !field.applies_to.is_empty() && tests(layout).iter().any(|test| !field.applies_to.contains(*test))
        }
    }
}

/// Whether a rule notices a record that goes against the row.
fn is_checked(layout: &Layout, rules: &Rules, id: FieldId, field: &Field, what: What) -> bool {
    let fitting =
        tests(layout).into_iter().find(|test| field.applies_to.is_empty() || field.applies_to.contains(*test));
    let Some(test) = fitting else { return false };
    match what {
        What::Values | What::Format => rules.notice(id, &record(id, "?~", test)),
        What::Width => {
            let long = "A".repeat(field.length.map_or(0, |length| length as usize) + 1);
            rules.notice(id, &record(id, &long, test))
        }
        What::Tests => {
            let values = sound_values(layout, id, field);
            let others = tests(layout).into_iter().filter(|test| !field.applies_to.contains(*test));
            others.into_iter().all(|test| values.iter().any(|value| rules.notice(id, &record(id, value, test))))
        }
    }
}

/// Values that only the wrong test makes wrong.
fn sound_values(layout: &Layout, id: FieldId, field: &Field) -> Vec<String> {
    if let Some(set) = value_set(layout, id, None) {
        return set.listed.iter().map(|code| code.code.to_owned()).collect();
    }
    let width = field.length.map_or(4, |length| length as usize);
    vec![match field.kind {
        FieldKind::Date => format!("{}-04-15", layout.year()),
        FieldKind::Text => "A".repeat(width.min(20)),
        _ => "5".repeat(width),
    }]
}

fn unchecked() -> Vec<(u16, &'static str, What)> {
    let set = RuleSet::embedded().expect("sound rules");
    let mut found = Vec::new();
    for layout in registry().layouts() {
        let rules = Rules::of(&set, layout.year());
        for field in &layout.fields {
            let Some(id) = field.id else { continue };
            for what in EVERYTHING {
                if states(layout, id, field, what) && !is_checked(layout, &rules, id, field, what) {
                    found.push((layout.year(), registry().info(id).name, what));
                }
            }
        }
    }
    found
}

/// A row of `unchecked.tsv`.
struct Excuse {
    years: Years,
    field: String,
    what: String,
}

impl Excuse {
    fn covers(&self, (year, field, what): &(u16, &str, What)) -> bool {
        self.years.contains(*year) && Pattern::new(&self.field).fits(field) && self.what == what.as_str()
    }
}

fn excuses() -> Vec<Excuse> {
    let rows = support::table("rules/layouts/unchecked.tsv").into_iter();
    rows.map(|row| {
        assert!(!row.get("reason").is_empty(), "no reason for {}", row.get("field"));
        Excuse {
            years: Years::parse(row.get("years")).expect("spans of years"),
            field: row.get("field").to_owned(),
            what: row.get("what").to_owned(),
        }
    })
    .collect()
}

#[test]
fn what_a_layout_says_is_checked_or_excused() {
    let (found, excuses) = (unchecked(), excuses());
    let open: Vec<_> = found.iter().filter(|one| !excuses.iter().any(|excuse| excuse.covers(one))).collect();
    assert!(open.is_empty(), "neither checked nor in unchecked.tsv: {open:#?}");
    for excuse in &excuses {
        let is_needed = found.iter().any(|one| excuse.covers(one));
        assert!(is_needed, "unchecked.tsv lists {} ({}), which is checked", excuse.field, excuse.what);
    }
}
