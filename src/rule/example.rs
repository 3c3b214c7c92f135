//! Reads the body of a rule file: its prose, and the examples in fenced blocks.

use std::ops::Range;

use crate::layout::registry;

use super::error::{RuleMistake, RuleError};
use crate::spanned::SourceText;
use super::fields;
use super::model::{Example, ExampleRow, Expect, Fixture, Recipe, Scope, SecondKind, SecondTable, Severity};

type Read<T> = Result<T, Box<RuleError>>;

const ARROW: &str = "<-";
/// The headings of an entity list in an example.
pub(super) const ENTITY: [&str; 2] = ["code", "type"];
const EXPECT: &str = "# expect:";
/// At the end of an example file: the last line has no line end.
const CUT: &str = "\\c";

/// How much of a rule file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadExtent {
    /// All of it.
    Whole,
    /// All but the examples, which are passed over unread.
    WithoutExamples,
}

/// The prose without the examples, and the examples. `start` is the place of the body in the file.
pub(super) fn read(
    source: &SourceText,
    start: usize,
    body: &str,
    scope: Scope,
    extent: ReadExtent,
) -> Read<(String, Vec<Example>)> {
    let mut lines = ExampleLines { source, rest: body, at: start };
    let (mut prose, mut examples) = (String::new(), Vec::new());
    let mut second: Vec<SecondTable> = Vec::new();
    while let Some((line, span)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            prose.push_str(line);
            prose.push('\n');
            continue;
        };
        let block = lines.block(&span)?;
        match info.split_whitespace().collect::<Vec<_>>()[..] {
            [word, ..] if extent == ReadExtent::WithoutExamples && is_example(word) => {}
            ["caaspp", year] => {
                let example = table(source, layout_year(source, year, &span)?, &block, scope)?;
                examples.push(Example { second: second.clone(), ..example });
            }
            [word, year] if second_kind(word).is_some() => {
                let year = layout_year(source, year, &span)?;
                let table = second_kind(word).map(|kind| second_table(source, kind, year, &block));
                second.retain(|one| one.kind.as_str() != word || one.year != year);
                second.extend(table.transpose()?);
            }
            ["official", year] => examples.push(official(source, results_year(source, year, &span)?, &block)?),
            ["text", year] => examples.push(fixture(source, layout_year(source, year, &span)?, &block, &span)?),
            ["file", year] => examples.push(recipes(source, layout_year(source, year, &span)?, &block)?),
            ["caaspp"] => return Err(at(source, span, "example names no year", "write ```caaspp 2025")),
            _ => {
                prose.push_str(&format!("{line}\n"));
                block.iter().for_each(|(line, _)| prose.push_str(&format!("{line}\n")));
                prose.push_str("```\n");
            }
        }
    }
    Ok((prose.trim().to_owned(), examples))
}

/// Whether a block that begins with this word is an example or belongs to one.
fn is_example(word: &str) -> bool {
    matches!(word, "caaspp" | "official" | "text" | "file") || second_kind(word).is_some()
}

fn at(source: &SourceText, span: Range<usize>, message: &str, help: &str) -> Box<RuleError> {
    RuleMistake::new(span.clone(), message, "here").help(help).in_file(source, span)
}

type Line<'a> = (&'a str, Range<usize>);

struct ExampleLines<'a> {
    source: &'a SourceText,
    rest: &'a str,
    at: usize,
}

impl<'a> ExampleLines<'a> {
    /// The lines up to the closing fence.
    fn block(&mut self, opening: &Range<usize>) -> Read<Vec<Line<'a>>> {
        let mut block = Vec::new();
        for (line, span) in self.by_ref() {
            if line.starts_with("```") {
                return Ok(block);
            }
            block.push((line, span));
        }
        Err(at(self.source, opening.clone(), "fenced block does not end", "close it with a line of ```"))
    }
}

impl<'a> Iterator for ExampleLines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        let start = self.at;
        self.at += self.rest.len() - rest.len();
        self.rest = rest;
        let line = line.strip_suffix('\r').unwrap_or(line);
        Some((line, start..start + line.len()))
    }
}

fn layout_year(source: &SourceText, year: &str, span: &Range<usize>) -> Read<u16> {
    let newest = || registry().years().next_back().filter(|_| year == "newest");
    let known = year.parse().ok().filter(|year| registry().years().any(|one| one == *year));
    known.or_else(newest).ok_or_else(|| {
        let years: Vec<String> = registry().years().map(|year| year.to_string()).collect();
        let help = format!("layouts are known of {}", years.join(", "));
        at(source, span.clone(), &format!("there is no layout of `{year}`"), &help)
    })
}

/// The year of public results, which are older than the layouts.
fn results_year(source: &SourceText, year: &str, span: &Range<usize>) -> Read<u16> {
    const FIRST: u16 = 2015;
    let known = year.parse().ok().filter(|year| *year >= FIRST);
    known
        .ok_or_else(|| at(source, span.clone(), &format!("there are no results of `{year}`"), "write ```official 2022"))
}

fn line_number(source: &SourceText, place: usize) -> usize {
    let before = source.text.as_bytes().get(..place).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() + 1
}

// Tables.

/// A heading: its name and the character it starts at.
struct ExampleHeading {
    name: String,
    start: usize,
}

fn table(source: &SourceText, year: u16, block: &[Line<'_>], scope: Scope) -> Read<Example> {
    let rows = table_rows(source, block, known_headings)?;
    check_outcomes(source, &rows, block, scope)?;
    Ok(Example { year, rows, fixture: None, recipes: Vec::new(), second: Vec::new() })
}

/// Rows of public results. An outcome on each row judges each by itself, one on the last row all of
/// them together.
fn official(source: &SourceText, year: u16, block: &[Line<'_>]) -> Read<Example> {
    let rows = table_rows(source, block, |_, line, _| Ok(cut_headings(line)))?;
    let together = rows.iter().any(|row| row.expect == Expect::Part);
    check_outcomes(source, &rows, block, if together { Scope::Set } else { Scope::Record })?;
    Ok(Example { year, rows, fixture: None, recipes: Vec::new(), second: Vec::new() })
}

type ExampleHeadings = fn(&SourceText, &str, &Range<usize>) -> Read<Vec<ExampleHeading>>;

fn table_rows(source: &SourceText, block: &[Line<'_>], headings: ExampleHeadings) -> Read<Vec<ExampleRow>> {
    let mut lines = block.iter().filter(|(line, _)| !line.trim().is_empty());
    let Some((header, span)) = lines.next() else { return Ok(Vec::new()) };
    let headings = headings(source, header, span)?;
    let first = line_number(source, span.start);
    let mut rows: Vec<ExampleRow> = Vec::new();
    for (ahead, (line, span)) in (1..).zip(lines) {
        rows.push(row(source, &headings, line, span, first + ahead)?);
    }
    Ok(rows)
}

fn second_kind(word: &str) -> Option<SecondKind> {
    let all = [SecondKind::Earlier, SecondKind::Roster, SecondKind::Checked, SecondKind::Entities];
    all.into_iter().find(|kind| kind.as_str() == word)
}

/// A second file: rows without outcomes.
fn second_table(source: &SourceText, kind: SecondKind, year: u16, block: &[Line<'_>]) -> Read<SecondTable> {
    let mut lines = block.iter().filter(|(line, _)| !line.trim().is_empty());
    let mut table = SecondTable { kind, year, rows: Vec::new() };
    let Some((header, span)) = lines.next() else {
        return Ok(table);
    };
    let is_known = |name: &str| match kind {
        SecondKind::Entities => ENTITY.contains(&name),
        _ => registry().id(name).is_some(),
    };
    let headings = headings_of(source, header, span, is_known)?;
    for (line, span) in lines {
        let row = row(source, &headings, line, span, 0)?;
        if row.expect != Expect::Part {
            let help = "outcomes stand in the ```caaspp block below";
            return Err(at(source, span.clone(), "a line of a second file has an outcome", help));
        }
        table.rows.push(row.cells);
    }
    Ok(table)
}

fn check_outcomes(source: &SourceText, rows: &[ExampleRow], block: &[Line<'_>], scope: Scope) -> Read<()> {
    let whole = block.first().map_or(0..0, |(_, span)| span.clone());
    let open = rows.iter().rposition(|row| row.expect == Expect::Part);
    let closed = rows.iter().position(|row| row.expect != Expect::Part);
    match (scope, open, closed) {
        (Scope::Set, _, Some(closed)) if closed + 1 == rows.len() => Ok(()),
        (Scope::Set, ..) => Err(at(
            source,
            whole,
            "in an example of a set rule the last line carries the outcome",
            "write `<- held` there, and there only",
        )),
        (_, None, _) => Ok(()),
        (_, Some(_), _) => Err(at(
            source,
            whole,
            "a line of this example has no outcome",
            "end every line with `<- error`, `<- held` or `<- n/a`",
        )),
    }
}

fn cut_headings(line: &str) -> Vec<ExampleHeading> {
    let mut headings: Vec<ExampleHeading> = Vec::new();
    let mut previous = ' ';
    for (place, letter) in line.chars().enumerate() {
        match (letter == ' ', previous == ' ') {
            (false, true) => headings.push(ExampleHeading { name: letter.to_string(), start: place }),
            (false, false) => {
                if let Some(last) = headings.last_mut() {
                    last.name.push(letter);
                }
            }
            _ => {}
        }
        previous = letter;
    }
    headings
}

/// The headings of a table of records: fields.
fn known_headings(source: &SourceText, line: &str, span: &Range<usize>) -> Read<Vec<ExampleHeading>> {
    headings_of(source, line, span, |name| registry().id(name).is_some())
}

/// Headings that are all known, and stand once.
fn headings_of(
    source: &SourceText,
    line: &str,
    span: &Range<usize>,
    is_known: impl Fn(&str) -> bool,
) -> Read<Vec<ExampleHeading>> {
    let headings = cut_headings(line);
    let mut seen: Vec<&str> = Vec::new();
    for heading in &headings {
        if !is_known(&heading.name) {
            let mistake = fields::unknown(&heading.name, 0..0);
            let from = span.start + byte_of(line, heading.start);
            return Err(mistake.in_file(source, from..from + heading.name.len()));
        }
        if seen.contains(&heading.name.as_str()) {
            return Err(at(
                source,
                span.clone(),
                &format!("`{}` stands twice in the headings", heading.name),
                "name it once",
            ));
        }
        seen.push(&heading.name);
    }
    Ok(headings)
}

fn byte_of(line: &str, place: usize) -> usize {
    line.char_indices().nth(place).map_or(line.len(), |(byte, _)| byte)
}

fn row(source: &SourceText, headings: &[ExampleHeading], line: &str, span: &Range<usize>, number: usize) -> Read<ExampleRow> {
    let (cells, outcome) =
        line.rsplit_once(ARROW).map_or((line, None), |(cells, outcome)| (cells, Some(outcome.trim())));
    let expect = match outcome {
        None => Expect::Part,
        Some(outcome) => expectation(outcome).ok_or_else(|| {
            let help = "one of: error, warning, notice (with `: field`), held, n/a, undecidable";
            at(source, span.clone(), &format!("`{outcome}` is no outcome"), help)
        })?,
    };
    let mut found = Vec::with_capacity(headings.len());
    for (place, heading) in headings.iter().enumerate() {
        let start = byte_of(cells, heading.start);
        let end = headings.get(place + 1).map_or(cells.len(), |next| byte_of(cells, next.start));
        let text = cells.get(start..end).unwrap_or_default();
        let misaligned = || {
            let message = format!("cell under `{}` is not aligned with its heading", heading.name);
            at(source, span.clone(), &message, "a cell starts where its heading starts; write . for a blank cell")
        };
        let touches_previous = !cells[..start].is_empty() && !cells[..start].ends_with(' ');
        if text.is_empty() || text.starts_with(' ') || touches_previous {
            return Err(misaligned());
        }
        let value = cell(text.trim_end()).ok_or_else(misaligned)?;
        found.push((heading.name.clone(), value));
    }
    Ok(ExampleRow { cells: found, expect, line: number })
}

/// The value of a cell as written; `None` for a broken one.
fn cell(text: &str) -> Option<String> {
    if text == "." {
        return Some(String::new());
    }
    let Some(quoted) = text.strip_prefix('"') else {
        return (!text.contains("  ")).then(|| text.to_owned());
    };
    String::from_utf8(unescaped(quoted.strip_suffix('"')?)?).ok()
}

/// Resolves `\t`, `\r`, `\"`, `\\`, `\u{a0}` and the raw byte `\x{ff}`; `None` for another escape.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.extend_from_slice(before.as_bytes());
        let mut letters = after.chars();
        let kind = letters.next()?;
        rest = letters.as_str();
        match kind {
            't' => out.push(b'\t'),
            'r' => out.push(b'\r'),
            '"' | '\\' => out.push(u8::try_from(kind).ok()?),
            'u' | 'x' => {
                let (digits, after) = rest.strip_prefix('{')?.split_once('}')?;
                let code = u32::from_str_radix(digits, 16).ok()?;
                rest = after;
                if kind == 'x' {
                    out.push(u8::try_from(code).ok()?);
                    continue;
                }
                out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return None,
        }
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}

fn expectation(text: &str) -> Option<Expect> {
    let (word, field) = text.split_once(':').map_or((text, None), |(word, field)| (word.trim(), Some(field.trim())));
    let broke = |severity| Some(Expect::Broke { severity, field: field.map(str::to_owned) });
    match word {
        "error" => broke(Some(Severity::Error)),
        "warning" => broke(Some(Severity::Warning)),
        "notice" => broke(Some(Severity::Notice)),
        "broke" => broke(None),
        "held" => Some(Expect::Held),
        "n/a" => Some(Expect::NotApplicable),
        "undecidable" => Some(Expect::Undecidable),
        "refused" => Some(Expect::Refused),
        _ => None,
    }
}

// Files.

fn fixture(source: &SourceText, year: u16, block: &[Line<'_>], opening: &Range<usize>) -> Read<Example> {
    let help = "start the block with `# expect: broke`, `# expect: held` or `# expect: n/a`";
    let missing = || at(source, opening.clone(), "example file does not say what must come out", help);
    let ((first, span), rest) = block.split_first().ok_or_else(missing)?;
    let expect = first.strip_prefix(EXPECT).and_then(|outcome| expectation(outcome.trim())).ok_or_else(missing)?;
    let mut content = Vec::new();
    for (place, (line, span)) in (1..).zip(rest) {
        let cut = line.strip_suffix(CUT).filter(|_| place == rest.len());
        let bytes = unescaped(cut.unwrap_or(line));
        content.extend(bytes.ok_or_else(|| {
            let help = "known are \\t, \\r, \\\\, \\u{…}, \\x{…}, and \\c at the end for no last line end";
            at(source, span.clone(), "escape cannot be read", help)
        })?);
        content.extend(cut.is_none().then_some(b'\n'));
    }
    let fixture = Fixture { content, expect, line: line_number(source, span.start) + 1 };
    Ok(Example { year, rows: Vec::new(), fixture: Some(fixture), recipes: Vec::new(), second: Vec::new() })
}

fn recipes(source: &SourceText, year: u16, block: &[Line<'_>]) -> Read<Example> {
    let mut recipes = Vec::new();
    for (line, span) in block.iter().filter(|(line, _)| !line.trim().is_empty()) {
        let stated = line.rsplit_once(ARROW).and_then(|(steps, outcome)| Some((steps, expectation(outcome.trim())?)));
        let (steps, expect) = stated.ok_or_else(|| {
            let help = "end it with `<- error`, `<- warning`, `<- notice`, `<- held`, `<- n/a` or `<- refused`";
            at(source, span.clone(), "example file does not say what must come out", help)
        })?;
        recipes.push(Recipe { steps: steps.trim().to_owned(), expect, line: line_number(source, span.start) });
    }
    Ok(Example { year, rows: Vec::new(), fixture: None, recipes, second: Vec::new() })
}
