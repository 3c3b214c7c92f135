//! Gives miette a few lines a sample instead of the file, with the true path, line and column.

use std::collections::HashMap;

use miette::highlighters::{Highlighter, HighlighterState};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters};
use owo_colors::{Style, Styled};

use super::cells::CellRole;
use super::frame::{Frame, LineKind};
use super::{Look, paint};
use crate::report::link::linked;
use crate::rule::Severity;

/// The samples of one rule, one behind the other.
///
/// A span belongs to the sample it lies in; none reaches from one into the next, so that miette
/// draws a frame for each.
#[derive(Debug)]
pub struct Samples {
    frames: Vec<(usize, Frame)>,
    text: String,
}

impl Samples {
    pub fn new(frames: Vec<Frame>) -> Self {
        let mut samples = Self { frames: Vec::new(), text: String::new() };
        for frame in frames {
            let start = samples.text.len();
            samples.text.push_str(&frame.text());
            // One byte apart, so that an empty span at an end belongs to one sample only.
            samples.text.push('\n');
            samples.frames.push((start, frame));
        }
        samples
    }

    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter().map(|(_, frame)| frame)
    }

    /// All labels, ascending.
    pub fn labels(&self) -> Vec<LabeledSpan> {
        let labels = self.frames.iter().flat_map(|(start, frame)| {
            let base = start + frame.value_start();
            frame.spans.iter().map(move |span| {
                let at = (base + span.start, span.end - span.start);
                match span.role {
                    CellRole::Pointed => LabeledSpan::new_primary_with_span(span.label.clone(), at),
                    _ => LabeledSpan::new_with_span(span.label.clone(), at),
                }
            })
        });
        labels.collect()
    }

    /// The style of each label, in the same order.
    pub fn label_styles(&self, look: Look, severity: Severity) -> Vec<Style> {
        let spans = self.frames().flat_map(|frame| &frame.spans);
        spans
            .map(|span| match span.role {
                CellRole::Pointed => paint::severity(look, severity),
                _ => paint::neighbour(look),
            })
            .collect()
    }

    fn frame_at(&self, span: &SourceSpan) -> Option<(usize, &Frame)> {
        let end = span.offset() + span.len();
        let found =
            self.frames.iter().find(|(start, frame)| *start <= span.offset() && end <= start + frame.text().len());
        found.map(|(start, frame)| (*start, frame))
    }
}

impl SourceCode for Samples {
    /// Asked for a span without context, miette wants to know where it is: the true place. Asked
    /// with context, it wants to draw: the whole sample, numbered so that the last line has (about)
    /// the true number, which [`renumber`] puts right.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, frame) = self.frame_at(span).ok_or(MietteError::OutOfBounds)?;
        let name = frame.path.clone();
        let data = |from: usize, to: usize| self.text.as_bytes().get(from..to).unwrap_or_default();
        let contents = if lines_before == 0 && lines_after == 0 {
            let bytes = data(span.offset(), span.offset() + span.len());
            let (line, column) = (to_usize(frame.line), to_usize(frame.column));
            MietteSpanContents::new_named(name, bytes, *span, line.saturating_sub(1), column.saturating_sub(1), 1)
        } else {
            let length = frame.text().len();
            let lines = frame.lines.len();
            let first = to_usize(frame.line).saturating_sub(lines);
            let whole = SourceSpan::from((start, length));
            MietteSpanContents::new_named(name, data(start, start + length), whole, first, 0, lines)
        };
        Ok(Box::new(contents))
    }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Sets right what miette draws for a plain source: only the record's own line has a number, as
/// the lines above it are not of the file, only labels with words have a stem, and places are links.
pub fn renumber(rendered: &str, samples: &Samples, characters: &ThemeCharacters) -> String {
    let frame_top = format!("{}{}[", characters.ltop, characters.hbar);
    let bar = characters.vbar;
    let mut frames = samples.frames();
    let mut open: Option<(&Frame, usize)> = None;
    let mut lines = Vec::new();
    for line in rendered.lines() {
        if open.is_none() && line.trim_start().starts_with(&frame_top) {
            open = frames.next().map(|frame| (frame, 0));
            lines.push(open.map_or_else(|| line.to_owned(), |(frame, _)| with_link(line, frame)));
            continue;
        }
        let Some((frame, drawn)) = open else {
            lines.push(without_stems(line, characters));
            continue;
        };
        let is_last = drawn + 1 == frame.lines.len();
        let number = if is_last { frame.line.to_string() } else { String::new() };
        lines.push(with_number(line, &number, bar));
        open = (!is_last).then_some((frame, drawn + 1));
    }
    lines.join("\n") + "\n"
}

/// The top of a frame, whose place leads to the file.
fn with_link(line: &str, frame: &Frame) -> String {
    let Some(url) = &frame.url else { return line.to_owned() };
    let place = format!("{}:{}:{}", frame.path, frame.line, frame.column);
    line.replacen(&place, &linked(&place, url), 1)
}

/// A line of labels without the stems of cells that are underlined but have no words.
fn without_stems(line: &str, characters: &ThemeCharacters) -> String {
    let labels = line.trim_start().strip_prefix(characters.vbar_break);
    match labels.and_then(|labels| labels.split_once(characters.lbot)) {
        Some((stems, label)) => {
            let margin = &line[..line.len() - line.trim_start().len()];
            let stems = stems.replace(characters.vbar, " ");
            format!("{margin}{}{stems}{}{label}", characters.vbar_break, characters.lbot)
        }
        None => line.to_owned(),
    }
}

/// The line with another number before the bar, aligned to the right where the old one stood.
fn with_number(line: &str, number: &str, bar: char) -> String {
    let Some((before, behind)) = line.split_once(bar) else {
        return line.to_owned();
    };
    let mut in_escape = false;
    let is_digit: Vec<bool> = before
        .chars()
        .map(|one| {
            in_escape = one == '\u{1b}' || (in_escape && one != 'm');
            !in_escape && one.is_ascii_digit()
        })
        .collect();
    let places = is_digit.iter().filter(|one| **one).count();
    let mut digits = format!("{number:>places$}").chars().collect::<Vec<_>>().into_iter();
    let before: String = before
        .chars()
        .zip(is_digit)
        .map(|(one, digit)| if digit { digits.next().unwrap_or(' ') } else { one })
        .collect();
    format!("{before}{bar}{behind}")
}

/// Styles the lines of the frames by what they are.
pub struct LineStyles {
    kinds: HashMap<usize, Vec<LineKind>>,
    look: Look,
}

impl LineStyles {
    pub fn new(samples: &Samples, look: Look) -> Self {
        let kinds = samples.frames.iter().map(|(start, frame)| (*start, frame.kinds())).collect();
        Self { kinds, look }
    }
}

impl Highlighter for LineStyles {
    fn start_highlighter_state<'h>(&'h self, source: &dyn SpanContents<'_>) -> Box<dyn HighlighterState + 'h> {
        let kinds = self.kinds.get(&source.span().offset()).map_or(&[][..], Vec::as_slice);
        Box::new(SourceLines { kinds: kinds.iter(), look: self.look })
    }
}

struct SourceLines<'h> {
    kinds: std::slice::Iter<'h, LineKind>,
    look: Look,
}

impl HighlighterState for SourceLines<'_> {
    fn highlight_line<'s>(&mut self, line: &'s str) -> Vec<Styled<&'s str>> {
        let style = match self.kinds.next() {
            Some(LineKind::Note) => paint::faint(self.look),
            Some(LineKind::Names) => paint::strong(self.look),
            Some(LineKind::Message | LineKind::Values) | None => Style::new(),
        };
        vec![style.style(line)]
    }
}
