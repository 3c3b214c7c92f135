//! The layout tables: read whole, without gaps.

use scorelint::layout::{RecordType, codes, registry};

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
