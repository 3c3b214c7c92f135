//! One rule that broke: what is wrong, how often and where, a few samples, what to do.

use std::fmt::{self, Display};

use miette::{Diagnostic, GraphicalReportHandler, LabeledSpan, SourceCode};

use super::sample::ShownSample;
use super::facts;
use super::frame::Frame;
use super::source::{LineStyles, Samples, renumber};
use super::{Links, Look, Signs, paint};
use crate::outcome::Finding;
use crate::report::check::{Material, RuleWords};
use crate::rule::Severity;

/// The owner of rules that report what is as it should be.
const NO_ONE: &str = "no one (expected)";

/// The block of a rule, as text for the terminal.
pub fn render(material: &Material<'_>, rule: usize, findings: &[&Finding], look: Look) -> String {
    let (Some(outcome), Some(words)) = (material.outcome.rules.get(rule), material.words.get(rule)) else {
        return String::new();
    };
    let mut shown = samples(material, findings, look);
    let common = common_message(&shown);
    if outcome.severity != Severity::Notice {
        draw_frames(material, &mut shown, common.is_some(), look);
    }
    let text = facts::lines(material, outcome, words, common.as_deref(), findings, &shown).join("\n");
    let samples = Samples::new(shown.into_iter().filter_map(|sample| sample.frame).collect());
    let block = RuleBlock {
        code: format!("{}[{}] {}", outcome.severity, outcome.code, words.name),
        severity: outcome.severity,
        text,
        help: help(words),
        url: words.url.clone(),
        labels: samples.labels(),
        samples,
    };
    draw(&block, look)
}

fn samples<'a>(material: &Material<'_>, findings: &[&'a Finding], look: Look) -> Vec<ShownSample<'a>> {
    let shown = findings.iter().take(look.samples);
    shown.map(|finding| ShownSample { finding, message: material.message(finding), frame: None }).collect()
}

/// The message, where all samples have the same.
fn common_message(shown: &[ShownSample<'_>]) -> Option<String> {
    let first = &shown.first()?.message;
    shown.iter().all(|sample| sample.message == *first).then(|| first.clone())
}

/// Draws a frame for each sample that has cells. Notices have none: they are shown by their lines
/// alone, so that they do not bury the defects.
fn draw_frames(material: &Material<'_>, shown: &mut [ShownSample<'_>], is_common: bool, look: Look) {
    for sample in shown {
        let own = (!is_common).then_some(sample.message.as_str());
        sample.frame = Frame::of(material, sample.finding, own, look);
    }
}

/// What to do, and who can do it where anybody has to.
fn help(words: &RuleWords) -> Option<String> {
    let owners: Vec<&str> = words.owners.iter().map(String::as_str).filter(|owner| *owner != NO_ONE).collect();
    match (words.help.as_str(), owners.as_slice()) {
        ("", _) => None,
        (help, []) => Some(help.to_owned()),
        (help, owners) => Some(format!("{help}\nwho: {}", owners.join(" or "))),
    }
}

fn draw(block: &RuleBlock, look: Look) -> String {
    let theme = paint::theme(look, block.samples.label_styles(look, block.severity));
    let characters = theme.characters.clone();
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(look.width)
        .with_context_lines(1)
        .with_urls(look.links == Links::Clickable)
        .with_link_display_text(if look.signs == Signs::Unicode { "↗" } else { "(more)" })
        .with_syntax_highlighting(LineStyles::new(&block.samples, look));
    let mut drawn = String::new();
    // Writing to a String cannot fail; a failure of miette itself must not lose the finding.
    if handler.render_report(&mut drawn, block).is_err() {
        return format!("{}\n{block}\n", block.code);
    }
    let drawn = if block.severity == Severity::Notice { without_blank_lines(&drawn) } else { drawn };
    renumber(&drawn, &block.samples, &characters)
}

/// Notices are many and short; miette's blank line below the code would double their length.
fn without_blank_lines(drawn: &str) -> String {
    let lines: Vec<&str> = drawn.lines().filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// A rule that broke, in the form miette draws.
#[derive(Debug)]
struct RuleBlock {
    code: String,
    severity: Severity,
    text: String,
    help: Option<String>,
    url: Option<String>,
    labels: Vec<LabeledSpan>,
    samples: Samples,
}

impl Display for RuleBlock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl std::error::Error for RuleBlock {}

impl Diagnostic for RuleBlock {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Notice => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.url.as_ref().map(|url| Box::new(url) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.samples)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
