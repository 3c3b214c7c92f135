//! What each form for records taken together means, on files of a few records.

use scorelint::layout::registry;
use scorelint::rule::{AllStudents, Demand, RecordView, judge_set};

use crate::support::rules::{ArbitraryRecord, record, rule_text, rules_of};

/// The groups that a demand judges, and those that break it.
fn judged(when: &str, require: &str, records: &[ArbitraryRecord]) -> (usize, usize) {
    let quoted = |text: &str| format!("\"{text}\"");
    let (when, require) = (quoted(when), quoted(require));
    let changes = [("scope", "\"set\""), ("when", when.as_str()), ("require", require.as_str())];
    let rules = rules_of(&[rule_text(&changes)]);
    let instances = rules.bind(rules.find("LOC001").unwrap(), 2022).unwrap();
    let Demand::Set(test) = &instances[0].demand else { panic!("a set rule") };
    let views: Vec<&dyn RecordView> = records.iter().map(|record| record as &dyn RecordView).collect();
    let fields: Vec<_> = registry().fields().map(|(id, _)| id).collect();
    let outcome = judge_set(&instances[0].when, test, &views, &fields, &AllStudents);
    (outcome.groups.len(), outcome.groups.iter().filter(|group| group.broke).count())
}

fn students(cells: &[(&str, &str)]) -> Vec<ArbitraryRecord> {
    cells.iter().map(|(ssid, test)| record(&[("ssid", ssid), ("record_type", test), ("last_name", test)])).collect()
}

#[test]
fn unique_by_reads_keys_like_values_and_passes_blanks_by() {
    let records = students(&[("1", "01"), ("1", "1"), (" 1 ", "02"), ("", "01"), ("", "01")]);
    assert_eq!(judged("always", "unique by (ssid, record_type)", &records), (2, 1));
}

#[test]
fn unique_record_looks_at_every_cell_as_written() {
    let records = students(&[("1", "01"), ("1", "1"), ("1", "01")]);
    assert_eq!(judged("always", "unique record", &records), (2, 1));
}

#[test]
fn unique_among_finds_a_value_in_two_fields_of_one_record() {
    let records =
        [record(&[("opportunity_1_id", "7"), ("opportunity_2_id", "7")]), record(&[("opportunity_1_id", "8")])];
    assert_eq!(judged("always", "unique among (opportunity_*_id)", &records), (2, 1));
}

#[test]
fn same_holds_where_one_of_its_values_does_and_in_groups_of_one() {
    let records = students(&[("1", "01"), ("1", "02"), ("2", "01")]);
    assert_eq!(judged("always", "same record_type within (ssid)", &records), (2, 1));
    assert_eq!(judged("always", "same record_type or same subject(record_type) within (ssid)", &records), (2, 1));
    let records = students(&[("1", "01"), ("1", "03")]);
    assert_eq!(judged("always", "same record_type or same subject(record_type) within (ssid)", &records), (1, 0));
}

#[test]
fn exists_looks_beyond_the_participants() {
    let records = students(&[("1", "01"), ("1", "02"), ("2", "01"), ("3", "02")]);
    let require = "exists (record_type is '02') with same (ssid)";
    assert_eq!(judged("record_type is '01'", require, &records), (2, 1));
}

#[test]
fn at_most_counts_participants() {
    let records = students(&[("1", "01"), ("1", "02"), ("1", "06"), ("2", "01")]);
    assert_eq!(judged("always", "at most 1 where record_type is one of ('01', '02') within (ssid)", &records), (2, 1));
    assert_eq!(
        judged("record_type is not '02'", "at most 1 where record_type is one of ('01', '02') within (ssid)", &records),
        (2, 0)
    );
}

#[test]
fn share_passes_small_groups_by_and_is_exact_at_its_edge() {
    let tested = |count: usize| {
        (0..20).map(move |place| record(&[("include_indicator", if place < count { "Y" } else { "N" })]))
    };
    let require =
        |among| format!("share of (include_indicator is 'Y') within (student_group) at least 95 percent among {among}");
    let judge = |count, among| judged("always", &require(among), &tested(count).collect::<Vec<_>>());
    assert_eq!([judge(19, 10), judge(18, 10), judge(18, 21)], [(1, 0), (1, 1), (0, 0)]);
}
