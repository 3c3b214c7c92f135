//! The cause files: every one can be read and bound to each of its years, and every known reason
//! for a difference is either a cause or listed as something else.

use std::collections::BTreeSet;

use scorelint::cause::{beyond, bound_causes, causes, families};
use scorelint::counting::CountingRules;
use scorelint::layout::registry;

#[test]
fn causes_are_bound_to_each_of_their_years() {
    let mut mistakes = Vec::new();
    for year in registry().years() {
        if let Err(error) = bound_causes(&CountingRules::of(year).unwrap()) {
            mistakes.push(format!("{year}: {error}"));
        }
    }
    assert_eq!(mistakes, Vec::<String>::new());
}

#[test]
fn every_cause_says_what_it_is_and_how_to_recognise_it() {
    for cause in causes().unwrap() {
        assert!(!cause.sources.is_empty(), "{} has no source", cause.id);
        assert!(!cause.who.is_empty(), "{} says not who can mend it", cause.id);
        assert!(cause.prose.len() > 60, "{} has no prose", cause.id);
        assert!(cause.path.ends_with(&format!("{}/{}.md", cause.family, cause.id)), "{} lies elsewhere", cause.path);
        let title = cause.title.chars().next().unwrap();
        assert!(title.is_lowercase() || cause.title.starts_with("CAA"), "{} begins with a capital", cause.id);
        assert!(!cause.title.ends_with('.'), "{} ends with a stop", cause.id);
    }
}

#[test]
fn every_family_has_causes_and_every_cause_a_family() {
    let known: BTreeSet<&str> = families().map(|family| family.id).collect();
    let used: BTreeSet<&str> = causes().unwrap().iter().map(|cause| cause.family.as_str()).collect();
    assert_eq!(known, used);
    let seeing: Vec<&str> = families().filter(|family| family.sees_earlier).map(|family| family.id).collect();
    assert_eq!(seeing, ["placement", "cast", "time"]);
}

/// Where a layout has the fields, causes of place hold; what a year lacks is said in the cause.
#[test]
fn causes_of_place_hold_in_all_years_with_their_fields() {
    let lacking = |year: u16| {
        let bound = bound_causes(&CountingRules::of(year).unwrap()).unwrap();
        let held: BTreeSet<&str> = bound.iter().map(|cause| cause.cause.id.as_str()).collect();
        let placement = causes().unwrap().iter().filter(|cause| cause.family == "placement");
        placement.map(|cause| cause.id.as_str()).filter(|id| !held.contains(id)).collect::<Vec<_>>()
    };
    assert_eq!(lacking(2021), Vec::<&str>::new());
    assert_eq!(lacking(2018), ["moved-one-part-only"]);
    assert_eq!(lacking(2017), ["nps-flag-source-differs", "moved-one-part-only"]);
}

#[test]
fn no_reason_stands_twice() {
    let mut seen = BTreeSet::new();
    let all = causes().unwrap().iter().map(|cause| cause.id.as_str()).chain(beyond().map(|one| one.id));
    for id in all {
        assert!(seen.insert(id), "{id} stands twice");
    }
    // The 128 known reasons, and those that were added.
    assert!(seen.len() >= 128);
}
