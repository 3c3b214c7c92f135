//! The layout tables: read whole, without gaps.

use std::collections::HashSet;

use scorelint::layout::{Layout, RecordType, accepted, codes, registry, value_set};

use crate::support;

#[test]
fn every_year_has_its_printed_number_of_fields() {
    let counts: Vec<(u16, usize)> = registry().layouts().map(|one| (one.year(), one.fields.len())).collect();
    let expected = [
        (2017, 227),
        (2018, 249),
        (2019, 292),
        (2020, 333),
        (2021, 351),
        (2022, 365),
        (2023, 363),
        (2024, 375),
        (2025, 401),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn level_four_of_high_school_science_starts_at_636() {
    let level = |score| codes().level_for(RecordType(6), 11, 2025, score);
    assert_eq!((level(635), level(636)), (Some(3), Some(4)));
}

fn set(year: u16, field: &str, record_type: u8) -> Option<Vec<&'static str>> {
    let id = registry().id(field).expect("a canonical field");
    let layout = registry().layout(year).expect("a layout");
    let set = value_set(layout, id, Some(RecordType(record_type)))?;
    Some(set.iter().map(|code| code.code).collect())
}

#[test]
fn a_value_set_follows_the_test() {
    assert_eq!(set(2022, "include_indicator", 3).unwrap(), ["N", "E", "R", "Y"]);
    assert_eq!(set(2025, "include_indicator", 6).unwrap(), ["N", "T", "R", "Y"]);
    assert_eq!(set(2022, "condition_code", 5).unwrap(), ["INC0", "INC1", "NER", "NT", "NTE", "PGE"]);
    assert_eq!(set(2022, "achievement_level", 4).unwrap(), ["1", "2", "3", "9"]);
    assert_eq!(set(2022, "achievement_level", 1).unwrap(), ["1", "2", "3", "4", "9"]);
}

#[test]
fn a_test_that_no_table_knows_may_hold_what_any_test_may() {
    // The 2018 tables are carried from 2019, which no longer has the Spanish test 08.
    assert_eq!(set(2018, "include_indicator", 8), set(2018, "include_indicator", 0));
    assert!(set(2018, "record_type", 1).unwrap().contains(&"09"));
}

#[test]
fn a_field_without_a_printed_list_has_no_value_set() {
    assert_eq!(set(2022, "student_exit_code", 1), None);
    assert_eq!(set(2023, "elas_correction_code", 1), None);
}

#[test]
fn every_accepted_value_names_a_field_of_its_years() {
    for row in support::table("rules/layouts/accepted.tsv") {
        let value = row.get("value");
        let accepts = |layout: &&Layout| {
            registry().fields().any(|(id, _)| accepted(layout.year(), id).any(|one| one.value == value))
        };
        assert!(registry().layouts().any(|layout| accepts(&layout)), "{value} is accepted nowhere");
    }
}

/// What real files hold though the layout does not list it; see `rules/layouts/deviations.tsv`.
#[test]
fn unlisted_values_of_real_files_are_accepted() {
    let seen = [
        (2018, "eds_translations_glossary_1", "TDS_WL_Glossary"),
        (2019, "eds_translations_glossary_2", "TDS_WL_Glossary"),
        (2018, "gender", "F"),
        (2019, "gender", "Male"),
        (2018, "accommodations_available", "YES"),
        (2022, "neds_read_aloud_in_spanish_1", "NEDS_RA_Stimuli&Items_ESN"),
        (2022, "neds_read_aloud_in_spanish_2", "NEDS_RA_Items_Stimuli_ESN"),
        (2022, "calpads_primary_language", "09"),
        (2023, "calpads_primary_language", "9"),
        (2025, "calpads_primary_language", "SPA"),
        (2018, "condition_code_minus_2", "INC0"),
        (2022, "reporting_ethnicity", "800"),
    ];
    for (year, field, value) in seen {
        assert!(set(year, field, 1).unwrap().contains(&value), "{year} {field} {value}");
    }
}

#[test]
fn columns_and_ids_are_unique_in_every_year() {
    for layout in registry().layouts() {
        let columns: Vec<_> = layout.fields.iter().map(|field| field.column).filter(|name| !name.is_empty()).collect();
        let ids: Vec<_> = layout.fields.iter().filter_map(|field| field.id).collect();
        assert_eq!(columns.iter().collect::<HashSet<_>>().len(), columns.len(), "columns of {}", layout.year());
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "ids of {}", layout.year());
        assert!(layout.fields.iter().zip(1..).all(|(field, number)| field.number == number || layout.year() == 2020));
    }
}

#[test]
fn positions_are_contiguous_and_add_up_to_the_record_length() {
    for layout in registry().layouts().filter(|layout| !layout.info.record_lengths.is_empty()) {
        let mut next = 1;
        for field in &layout.fields {
            let (start, end) = field.span.expect("a position");
            assert_eq!((layout.year(), field.number, start), (layout.year(), field.number, next));
            assert_eq!(field.length, Some(end - start + 1), "{} field {}", layout.year(), field.number);
            next = end + 1;
        }
        assert_eq!(layout.info.record_lengths[0], next - 1, "length of {}", layout.year());
    }
}
