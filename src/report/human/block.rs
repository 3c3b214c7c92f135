//! One rule that broke: what is wrong, how often and where, a few samples, what to do.

use std::fmt::{self, Display};

use miette::{Diagnostic, GraphicalReportHandler, LabeledSpan, SourceCode};

use super::frame::{Frame, lines};
use super::source::{LineStyles, Samples, renumber};
use super::{Links, Look, Signs, paint};
use crate::engine::{Finding, RuleOutcome};
use crate::privacy::text::neutralise;
use crate::report::number::{counted, grouped, plural};
use crate::report::{Material, RuleWords};
use crate::rule::Severity;

/// Schools named in a block.
const SCHOOLS: usize = 3;
/// A space at which lines are not wrapped.
const NO_BREAK: char = '\u{A0}';

/// The block of a rule, as text for the terminal.
pub fn render(material: &Material<'_>, rule: usize, findings: &[&Finding], look: Look) -> String {
    let (Some(outcome), Some(words)) = (material.outcome.rules.get(rule), material.words.get(rule)) else {
        return String::new();
    };
    let shown: Vec<&Finding> = findings.iter().copied().take(look.samples).collect();
    let messages: Vec<String> = shown.iter().map(|finding| material.message(finding)).collect();
    let one_message = messages.first().filter(|first| messages.iter().all(|one| one == *first));
    let frames = frames(material, outcome, &shown, &messages, one_message.is_some(), look);
    let title = one_message.cloned().unwrap_or_else(|| words.name.replace('-', " "));
    let samples = Samples::new(frames);
    let block = Block {
        code: format!("{}[{}] {}", outcome.severity, outcome.code, words.name),
        severity: outcome.severity,
        text: text(material, outcome, words, &title, &shown, samples.frames().count()),
        help: help(words),
        url: words.url.clone(),
        labels: samples.labels(),
        samples,
    };
    draw(&block, look)
}

/// Notices are shown by their lines alone, so that they do not bury the defects.
fn frames(
    material: &Material<'_>,
    outcome: &RuleOutcome,
    shown: &[&Finding],
    messages: &[String],
    is_one_message: bool,
    look: Look,
) -> Vec<Frame> {
    if outcome.severity == Severity::Notice {
        return Vec::new();
    }
    let own = |message: &String| if is_one_message { None } else { Some(message.clone()) };
    let pairs = shown.iter().zip(messages);
    pairs.filter_map(|(finding, message)| Frame::of(material, finding, own(message).as_deref(), look.width)).collect()
}

/// The title and below it how often, where, and what else there is to know.
fn text(
    material: &Material<'_>,
    outcome: &RuleOutcome,
    words: &RuleWords,
    title: &str,
    shown: &[&Finding],
    frames: usize,
) -> String {
    let mut lines = vec![title.to_owned()];
    lines.extend(match (frames as u64, outcome.broke) {
        (_, 1) => None,
        (shown, all) if shown == 0 || shown == all => Some(counted(all, words.unit)),
        (shown, all) => Some(format!("showing {} of {}", grouped(shown), counted(all, words.unit))),
    });
    lines.extend(schools(outcome));
    if frames == 0 {
        lines.extend(places(material, shown));
    }
    if outcome.carried {
        lines.push("the codes it is held against are carried over from another year's layout".to_owned());
    }
    lines.join("\n")
}

/// The schools with the most findings.
fn schools(outcome: &RuleOutcome) -> Option<String> {
    if outcome.by_school.is_empty() {
        return None;
    }
    let name = |code: &str| if code.trim().is_empty() { "no school".to_owned() } else { neutralise(code).into_owned() };
    if let ([(code, _)], 1) = (outcome.by_school.as_slice(), outcome.broke) {
        return Some(format!("school {}", name(code)));
    }
    let named: Vec<String> = outcome
        .by_school
        .iter()
        .take(SCHOOLS)
        .map(|(code, count)| format!("{}{NO_BREAK}({})", name(code), grouped(*count)))
        .collect();
    let more = match outcome.by_school.len().saturating_sub(SCHOOLS) {
        0 => String::new(),
        more => format!(" and {}", plural(more as u64, "more school")),
    };
    Some(format!("by school: {}{more}", named.join(", ")))
}

/// Where findings without a frame are.
fn places(material: &Material<'_>, shown: &[&Finding]) -> Vec<String> {
    let mut by_path: Vec<(String, Vec<u64>)> = Vec::new();
    for finding in shown {
        let place = material.place(finding);
        match by_path.last_mut() {
            Some((path, numbers)) if *path == place.path => numbers.extend(place.line),
            _ => by_path.push((place.path, place.line.into_iter().collect())),
        }
    }
    by_path
        .into_iter()
        .map(
            |(path, numbers)| {
                if numbers.is_empty() { format!("in {path}") } else { format!("in {path}, {}", lines(&numbers)) }
            },
        )
        .collect()
}

fn help(words: &RuleWords) -> Option<String> {
    if words.help.is_empty() {
        return None;
    }
    let owners = words.owners.join(" or ");
    Some(if owners.is_empty() { words.help.clone() } else { format!("{}\nwho: {owners}", words.help) })
}

fn draw(block: &Block, look: Look) -> String {
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
    renumber(&drawn, &block.samples, &characters)
}

/// A rule that broke, in the form miette draws.
#[derive(Debug)]
struct Block {
    code: String,
    severity: Severity,
    text: String,
    help: Option<String>,
    url: Option<String>,
    labels: Vec<LabeledSpan>,
    samples: Samples,
}

impl Display for Block {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl std::error::Error for Block {}

impl Diagnostic for Block {
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
