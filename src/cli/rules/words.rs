//! Facts about a rule in words, for the list, the pages and `explain`.

use crate::layout::{RecordTypes, registry};
use crate::rule::{Example, ExampleRow, Grouping, Need, Rule, RuleSet, Scope, SecondTable, Severity, Source, Years};

const ARROW: &str = "<-";

/// `2017 and later`, `2019 to 2023`, `2017, 2019 and later`.
pub(in crate::cli) fn years(years: &Years) -> String {
    let one = |(from, to): &(u16, u16)| match to {
        &u16::MAX => format!("{from} and later"),
        to if to == from => from.to_string(),
        to => format!("{from} to {to}"),
    };
    years.0.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `2017..2019, 2021..`, as rule files write it.
pub(in crate::cli) fn short_years(years: &Years) -> String {
    let one = |(from, to): &(u16, u16)| match to {
        &u16::MAX => format!("{from}.."),
        to if to == from => from.to_string(),
        to => format!("{from}..{to}"),
    };
    years.0.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `01, 02`; `all` where the rule names none.
pub(in crate::cli) fn tests(tests: RecordTypes) -> String {
    if tests == RecordTypes::ALL {
        return "all".to_owned();
    }
    tests.iter().map(|test| test.to_string()).collect::<Vec<_>>().join(", ")
}

pub(in crate::cli) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Cell => "cell",
        Scope::Record => "record",
        Scope::Set => "records together",
        Scope::File => "file",
        Scope::Official => "official file",
    }
}

pub(in crate::cli) fn grouping(grouping: Grouping) -> Option<&'static str> {
    match grouping {
        Grouping::Each => None,
        Grouping::Column => Some("one finding for a column, with the number of cells"),
        Grouping::Count => Some("one finding for the file, with the number of records"),
    }
}

pub(in crate::cli) fn need(need: Need) -> &'static str {
    match need {
        Need::EntityList => "the official list of schools and districts of the year (--entities)",
        Need::EarlierFile => "an earlier student file (--earlier)",
        Need::Roster => "the enrolled view or a roster of the same year (--enrolled)",
        Need::Official => "the official results",
        Need::View => "to know whether this is the tested or the enrolled view",
        Need::TestedView => "the tested view",
        Need::Delimited => "a delimited file",
        Need::FixedWidth => "a fixed-width file",
        Need::Quoting => "a file separated by commas or tabs",
        Need::NameYear => "a year in the file name, as TOMS gives it",
        Need::NameLea => "the code of the LEA in the file name, as TOMS gives it",
        Need::KnownLayout => "a year whose layout is known",
        Need::UnknownLayout => "a year whose layout is not known",
    }
}

/// `layout 2022, field 122`; `layout 2022, include indicators`.
pub(in crate::cli) fn source(source: &Source) -> String {
    let field = source.field.map(|field| format!("field {field}"));
    let layout = source.layout.map(|year| format!("layout {year}"));
    [layout, field, source.table.clone(), source.text.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The severity, and the years in which it is another one.
pub(in crate::cli) fn severity(rules: &RuleSet, rule: &Rule) -> String {
    let own = match rule.carried && !rule.keeps_severity && rule.severity == Severity::Error {
        true => "error; warning in years whose value sets are carried over".to_owned(),
        false => rule.severity.to_string(),
    };
    let mut others: Vec<(Severity, Years)> = Vec::new();
    for year in registry().years().filter(|year| rule.years.contains(*year)) {
        let severity = rules.severity(rule, year);
        if severity == rule.severity_unamended(year) {
            continue;
        }
        let span = Years(vec![(year, year)]);
        match others.iter_mut().find(|(one, _)| *one == severity) {
            Some((_, years)) => *years = years.with(&span),
            None => others.push((severity, span)),
        }
    }
    let changes = others.into_iter().map(|(severity, span)| format!("; {severity} in {}", years(&span)));
    changes.fold(own, |all, change| all + &change)
}

/// An example as it stands in the rule file, columns aligned; where these are wider than the page, each
/// record is a line of fields and values.
pub(in crate::cli) fn example(example: &Example, width: usize) -> Vec<String> {
    if let Some(fixture) = &example.fixture {
        let mut lines = vec![format!("# expect: {}", fixture.expect)];
        lines.extend(String::from_utf8_lossy(&fixture.content).lines().map(visible));
        return lines;
    }
    if !example.recipes.is_empty() {
        let rows: Vec<(Vec<String>, String)> =
            example.recipes.iter().map(|recipe| (vec![visible(&recipe.steps)], recipe.expect.to_string())).collect();
        return aligned(&[], &rows, width);
    }
    let mut lines: Vec<String> = example.second.iter().flat_map(|table| second_table(table, width)).collect();
    let headings: Vec<String> =
        example.rows.first().map(|row| row.cells.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default();
    let cells = |row: &ExampleRow| row.cells.iter().map(|(_, value)| cell(value)).collect::<Vec<_>>();
    let rows: Vec<_> = example.rows.iter().map(|row| (cells(row), row.expect.to_string())).collect();
    lines.extend(aligned(&headings, &rows, width));
    lines
}

/// A second file of an example, set off from its records.
fn second_table(table: &SecondTable, width: usize) -> Vec<String> {
    let headings: Vec<String> =
        table.rows.first().map(|row| row.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default();
    let cells = |row: &Vec<(String, String)>| row.iter().map(|(_, value)| cell(value)).collect::<Vec<_>>();
    let rows: Vec<_> = table.rows.iter().map(|row| (cells(row), String::new())).collect();
    let mut lines = vec![format!("{} {}", table.kind.as_str(), table.year)];
    let indented = aligned(&headings, &rows, width.saturating_sub(2));
    lines.extend(indented.into_iter().map(|line| format!("  {line}")));
    lines.push(String::new());
    lines
}

fn aligned(headings: &[String], rows: &[(Vec<String>, String)], width: usize) -> Vec<String> {
    let lines = columns(headings, rows);
    let is_too_wide = lines.iter().any(|line| line.chars().count() > width);
    if is_too_wide && !headings.is_empty() { one_by_one(headings, rows, width) } else { lines }
}

/// `- record_type 01, condition_code NTE <- warning`, wrapped.
fn one_by_one(headings: &[String], rows: &[(Vec<String>, String)], width: usize) -> Vec<String> {
    /// Keeps a field and its value on one line.
    const TIED: &str = "\u{a0}";
    let line = |(cells, outcome): &(Vec<String>, String)| {
        let pair = |(name, cell): (&String, &String)| format!("{name} {cell}").replace(' ', TIED);
        let pairs: Vec<String> = headings.iter().zip(cells).map(pair).collect();
        let arrow = if outcome.is_empty() { String::new() } else { format!(" {ARROW} {outcome}") };
        let options = textwrap::Options::new(width)
            .initial_indent("- ")
            .subsequent_indent("  ")
            .word_separator(textwrap::WordSeparator::AsciiSpace);
        let text = pairs.join(", ") + &arrow;
        textwrap::wrap(&text, options).into_iter().map(|line| line.replace(TIED, " ")).collect()
    };
    rows.iter().flat_map(|row| -> Vec<String> { line(row) }).collect()
}

fn columns(headings: &[String], rows: &[(Vec<String>, String)]) -> Vec<String> {
    let columns = rows.iter().map(|(cells, _)| cells.len()).max().unwrap_or(0).max(headings.len());
    let widest = |place: usize| {
        let cells = rows.iter().filter_map(|(cells, _)| cells.get(place)).chain(headings.get(place));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ")
    };
    let mut lines: Vec<String> = Vec::with_capacity(rows.len() + 1);
    if !headings.is_empty() {
        lines.push(line(headings).trim_end().to_owned());
    }
    for (cells, outcome) in rows {
        let arrow = if outcome.is_empty() { String::new() } else { format!("  {ARROW} {outcome}") };
        lines.push(format!("{}{arrow}", line(cells)).trim_end().to_owned());
    }
    lines
}

/// `.` for blank, quoted where spaces or invisible characters would be lost.
fn cell(value: &str) -> String {
    if value.is_empty() {
        return ".".to_owned();
    }
    let shown = visible(value);
    if shown != value || value.contains(' ') || value.starts_with('"') || value == "." {
        return format!("\"{}\"", shown.replace('"', "\\\""));
    }
    shown
}

fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, letter| {
        match letter {
            '\t' => out.push_str("\\t"),
            letter if crate::rule::read::is_invisible(letter) => out.extend(letter.escape_unicode()),
            letter => out.push(letter),
        }
        out
    })
}
