//! The reference interpreter for records taken together: every group is built in full and looked
//! at once.

use std::collections::{BTreeMap, BTreeSet};

use super::interpret::{number, text, truth};
use super::ir::{Expr, KeyPart, SetTest, TextExpr, Truth};
use super::record::RecordView;
use crate::layout::FieldId;

/// Which student groups a record belongs to.
pub trait StudentGroups {
    /// The names of the groups, in the order of the year's list.
    fn groups(&self, record: &dyn RecordView) -> Vec<String>;
}

/// Every record belongs to the group of all students, and to no other.
pub struct AllStudents;

impl StudentGroups for AllStudents {
    fn groups(&self, _record: &dyn RecordView) -> Vec<String> {
        vec!["All Students".to_owned()]
    }
}

/// One group that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedGroup {
    /// Its key, one text a part.
    pub key: Vec<String>,
    /// Its participating records, by their place in the file.
    pub records: Vec<usize>,
    /// Whether it breaks the rule.
    pub broke: bool,
}

/// How a demand on a set came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetOutcome {
    /// Every group that was judged, by key.
    pub groups: Vec<JudgedGroup>,
    /// Records for which it is unknown whether they take part.
    pub undecided: usize,
}

/// Judges all records of a file together.
pub fn judge_set(
    when: &Expr,
    test: &SetTest,
    records: &[&dyn RecordView],
    fields: &[FieldId],
    student_groups: &dyn StudentGroups,
) -> SetOutcome {
    let of = |wanted: Truth| {
        let numbered = records.iter().enumerate();
        numbered.filter(move |(_, record)| truth(when, **record) == wanted).map(|(place, _)| place).collect::<Vec<_>>()
    };
    let taking_part = of(Truth::True);
    let judge = SetInterpreter { records, fields, student_groups };
    SetOutcome { groups: judge.groups(test, &taking_part), undecided: of(Truth::Unknown).len() }
}

struct SetInterpreter<'a> {
    records: &'a [&'a dyn RecordView],
    fields: &'a [FieldId],
    student_groups: &'a dyn StudentGroups,
}

type KeyedRecords = BTreeMap<Vec<String>, Vec<usize>>;

impl SetInterpreter<'_> {
    fn groups(&self, test: &SetTest, taking_part: &[usize]) -> Vec<JudgedGroup> {
        match test {
            SetTest::UniqueBy(keys) => judged(self.group_by(keys, taking_part), |places| places.len() > 1),
            SetTest::UniqueRecord => judged(self.whole_records(taking_part), |places| places.len() > 1),
            SetTest::UniqueAmong(fields) => judged(self.values_among(fields, taking_part), |places| places.len() > 1),
            SetTest::Same { values, within } => judged(self.group_by(within, taking_part), |places| {
                !values.iter().any(|value| self.is_same(value, places))
            }),
            SetTest::Exists { conditions, with_same } => {
                let everywhere = self.group_by(with_same, &(0..self.records.len()).collect::<Vec<_>>());
                let grouped = self.group_by(with_same, taking_part);
                let groups = grouped.into_iter().map(|(key, records)| {
                    let all = everywhere.get(&key).map_or(&[][..], Vec::as_slice);
                    let met = |condition: &Expr| self.count(condition, all) > 0;
                    let broke = !conditions.iter().all(met);
                    JudgedGroup { key, records, broke }
                });
                groups.collect()
            }
            SetTest::AtMost { limit, of, within } => {
                let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
                judged(self.group_by(within, taking_part), |places| self.count(of, places) > limit)
            }
            SetTest::Share { of, within, percent, among } => {
                let mut grouped = self.group_by(within, taking_part);
                grouped.retain(|_, places| places.len() >= usize::try_from(*among).unwrap_or(usize::MAX));
                let percent = usize::try_from(*percent).unwrap_or(usize::MAX);
                judged(grouped, |places| self.count(of, places) * 100 < percent.saturating_mul(places.len()))
            }
        }
    }

    fn count(&self, condition: &Expr, places: &[usize]) -> usize {
        places.iter().filter(|place| truth(condition, self.records[**place]) == Truth::True).count()
    }

    fn group_by(&self, keys: &[KeyPart], places: &[usize]) -> KeyedRecords {
        let mut grouped = KeyedRecords::new();
        for place in places {
            for key in self.keys(keys, self.records[*place]) {
                grouped.entry(key).or_default().push(*place);
            }
        }
        grouped
    }

    /// Every key of a record: one, or one for each student group; none where a part is blank or
    /// unknown.
    fn keys(&self, keys: &[KeyPart], record: &dyn RecordView) -> Vec<Vec<String>> {
        let mut all = vec![Vec::new()];
        for key in keys {
            let parts = match key {
                KeyPart::StudentGroup => self.student_groups.groups(record),
                key => single(key, record).into_iter().filter(|part| !part.is_empty()).collect(),
            };
            let longer = |whole: &Vec<String>| {
                parts.iter().map(|part| [whole.as_slice(), std::slice::from_ref(part)].concat()).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(longer).collect();
        }
        all
    }

    fn whole_records(&self, places: &[usize]) -> KeyedRecords {
        let mut grouped = KeyedRecords::new();
        for place in places {
            let cells = self.fields.iter().map(|field| self.records[*place].cell(*field).to_owned()).collect();
            grouped.entry(cells).or_default().push(*place);
        }
        grouped
    }

    fn values_among(&self, fields: &[FieldId], places: &[usize]) -> KeyedRecords {
        let mut grouped = KeyedRecords::new();
        for place in places {
            for field in fields {
                let cell = super::ir::CellRef { field: *field, form: super::ir::CellForm::Value };
                let value = folded(&text(&TextExpr::Cell(cell), self.records[*place]));
                if !value.is_empty() {
                    grouped.entry(vec![value]).or_default().push(*place);
                }
            }
        }
        grouped
    }

    /// Whether all records with a known value have the same one. Blank is a value.
    fn is_same(&self, value: &KeyPart, places: &[usize]) -> bool {
        let values: BTreeSet<String> = places.iter().filter_map(|place| single(value, self.records[*place])).collect();
        values.len() <= 1
    }
}

fn judged(grouped: KeyedRecords, broke: impl Fn(&[usize]) -> bool) -> Vec<JudgedGroup> {
    grouped.into_iter().map(|(key, records)| JudgedGroup { broke: broke(&records), key, records }).collect()
}

/// The value of a key part; `None` where it is unknown.
fn single(key: &KeyPart, record: &dyn RecordView) -> Option<String> {
    match key {
        KeyPart::Text(of) => Some(folded(&text(of, record))),
        KeyPart::Num(num) => number(num, record).map(|number| number.to_string()),
        KeyPart::Truth(expr) => match truth(expr, record) {
            Truth::Unknown => None,
            answer => Some((answer == Truth::True).to_string()),
        },
        KeyPart::File => Some("file".to_owned()),
        KeyPart::StudentGroup => None,
    }
}

/// Case and outer spaces do not count.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_ascii_uppercase()
}
