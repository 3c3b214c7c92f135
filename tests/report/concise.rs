//! One line a finding.

use scorelint::privacy::mask::Reveal;
use scorelint::report::{Material, write_concise};

use crate::support::outcome::district;
use crate::support::snapshots;

#[test]
fn every_finding_has_a_line() {
    let (outcome, rules) = district();
    let mut out = Vec::new();
    write_concise(&mut out, &Material::new(&outcome, &rules, Reveal::Public, None)).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), outcome.findings.len() + 1);
    snapshots().bind(|| insta::assert_snapshot!(text));
}
