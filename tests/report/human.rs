//! The report for people, at two widths, plain and coloured.

use scorelint::engine::Outcome;
use scorelint::privacy::mask::Reveal;
use scorelint::privacy::pseudonym::Pseudonyms;
use scorelint::report::{Colour, Links, Look, Material, RuleBook, Signs, Timings, write_human};

use crate::support::outcome::district;
use crate::support::snapshots;

pub fn look(width: usize) -> Look {
    Look { width, colour: Colour::Off, links: Links::Off, signs: Signs::Unicode, samples: 3, timings: Timings::Hidden }
}

pub fn render(outcome: &Outcome, rules: &RuleBook, reveal: Reveal, look: Look) -> String {
    let pseudonyms = Pseudonyms::new(b"0123456789abcdef").unwrap();
    let material = Material::new(outcome, rules, reveal, Some(&pseudonyms));
    let mut out = Vec::new();
    write_human(&mut out, &material, look).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_district_at_80_columns() {
    let (outcome, rules) = district();
    snapshots().bind(|| insta::assert_snapshot!(render(&outcome, &rules, Reveal::Public, look(80))));
}
