//! The report for people: what was read, one block a broken rule, a summary.

mod block;
mod cells;
mod facts;
mod frame;
mod head;
mod paint;
mod sample;
mod source;
mod summary;

use std::io::{self, Write};

use super::Material;
use crate::outcome::Finding;
use crate::report::{Colour, Links, Signs, Style};

/// How the report looks; all of it depends on the terminal and the wishes of the user.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Coloured with escape sequences.
    pub colour: Colour,
    /// Clickable links.
    pub links: Links,
    /// The signs that frames are drawn with.
    pub signs: Signs,
    /// Most samples of a rule.
    pub samples: usize,
    /// Whether the time spent on each rule is listed.
    pub timings: super::Timings,
}

impl Look {
    /// The look of a report in a style.
    pub fn of(style: &Style, samples: usize, timings: super::Timings) -> Self {
        let Style { width, colour, links, signs, .. } = *style;
        Self { width, colour, links, signs, samples, timings }
    }
}

/// The narrowest and the widest layout; beyond it lines are hard to follow.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=160;

/// Writes the report.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>, look: Look) -> io::Result<()> {
    let look = Look { width: look.width.clamp(*WIDTHS.start(), *WIDTHS.end()), ..look };
    head::write(out, material, look)?;
    let findings = by_rule(material);
    for place in block_order(material) {
        let samples = findings.get(place).map_or(&[][..], Vec::as_slice);
        write!(out, "\n{}", paint::signs(look, block::render(material, place, samples, look)))?;
    }
    summary::write(out, material, look)
}

/// The findings of each rule that are not waived, in the order of the file.
fn by_rule<'a>(material: &Material<'a>) -> Vec<Vec<&'a Finding>> {
    let mut findings = vec![Vec::new(); material.outcome.rules.len()];
    for finding in material.open_findings() {
        if let Some(list) = findings.get_mut(finding.rule) {
            list.push(finding);
        }
    }
    findings
}

/// The rules that broke and are not waived: the gravest first, then by code.
fn block_order(material: &Material<'_>) -> Vec<usize> {
    let rules = &material.outcome.rules;
    let mut broken: Vec<usize> =
        (0..rules.len()).filter(|place| rules[*place].open() > 0 && material.reports(rules[*place].severity)).collect();
    broken.sort_by(|left, right| {
        let (left, right) = (&rules[*left], &rules[*right]);
        right.severity.cmp(&left.severity).then_with(|| left.code.cmp(&right.code))
    });
    broken
}
