//! Layouts, fields and comparisons as text for people.

use crate::layout::{
    Accepted, BlankRule, Certainty, Code, CodeChange, Comparison, Field, FieldChange, FieldId, FieldInfo, Layout,
    RecordType, RecordTypes, Sensitivity, accepted, codes, depends_on_test, registry, value_set, years_with,
};

use crate::cli::page::Page;

/// From this width on a layout is one table; below it every field takes two lines.
const WIDE: usize = 120;
/// Longer headings and ids are wrapped.
const WIDEST_NAME: usize = 36;
/// Longer lists of codes are summed up where they are not the subject.
const FEW_CODES: usize = 16;

pub(super) fn years(mut page: Page) -> String {
    page.heading("Layouts");
    let rows: Vec<Vec<String>> = registry()
        .layouts()
        .map(|layout| {
            let info = &layout.info;
            let lengths: Vec<String> = info.record_lengths.iter().map(u32::to_string).collect();
            vec![
                layout.year().to_string(),
                layout.fields.len().to_string(),
                if lengths.is_empty() { "none".to_owned() } else { lengths.join(" or ") },
                info.certainty.as_str().to_owned(),
                remarks(info.source, info.notes),
            ]
        })
        .collect();
    page.columns(&["year", "columns", "fixed width", "certainty", "source"], &rows, 12);
    page.finish()
}

pub(super) fn layout(mut page: Page, layout: &Layout, with_fillers: bool, wanted: impl Fn(FieldId) -> bool) -> String {
    year_head(&mut page, layout);
    let mut rows = Vec::new();
    let mut section = "";
    let mut place = 0;
    while let Some(field) = layout.fields.get(place) {
        let Some(id) = field.id else {
            let run = layout.fields[place..].iter().take_while(|field| field.is_filler()).count();
            if with_fillers {
                rows.push(LayoutLine::Fillers(field.number, run));
            }
            place += run;
            continue;
        };
        place += 1;
        if !wanted(id) {
            continue;
        }
        let info = registry().info(id);
        if field.section != section {
            section = field.section;
            rows.push(LayoutLine::Section(section));
        }
        rows.push(LayoutLine::Field(field, info));
    }
    if page.width() >= WIDE {
        wide(&mut page, layout, &rows)
    } else {
        narrow(&mut page, layout, &rows)
    }
    page.finish()
}

enum LayoutLine<'a> {
    Section(&'static str),
    Field(&'a Field, &'static FieldInfo),
    Fillers(u16, usize),
}

fn year_head(page: &mut Page, layout: &Layout) {
    let (year, info) = (layout.year(), &layout.info);
    page.heading(&format!("{year} ({}-{:02}): {} columns", year - 1, year % 100, layout.fields.len()));
    page.labelled("source", info.source);
    page.labelled("certainty", info.certainty.as_str());
    page.labelled("remarks", info.notes);
    let lengths: Vec<String> = info.record_lengths.iter().map(u32::to_string).collect();
    page.labelled(
        "fixed width",
        &if lengths.is_empty() { "none".to_owned() } else { lengths.join(" or ") + " characters" },
    );
    if layout.fields.iter().any(|field| field.certainty() != Certainty::Documented) {
        page.labelled("marks", "~ carried over from another year   ? known by its name only");
    }
}

fn wide(page: &mut Page, layout: &Layout, rows: &[LayoutLine]) {
    const HEADINGS: [&str; 7] = ["no", "column", "id", "type", "width", "source", "values"];
    let cells = |row: &LayoutLine| match row {
        LayoutLine::Section(_) => Vec::new(),
        LayoutLine::Fillers(first, count) => vec![span(*first, *count), filler_word(*count).to_owned()],
        LayoutLine::Field(field, info) => vec![
            number(field),
            field.column.to_owned(),
            info.name.to_owned(),
            field.kind.as_str().to_owned(),
            width(field),
            field.source.to_owned(),
            values(layout, field),
        ],
    };
    let table: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let widths = page.column_widths(&HEADINGS, &table, WIDEST_NAME);
    page.heading("Columns");
    page.titles(&HEADINGS, &widths);
    for (row, cells) in rows.iter().zip(&table) {
        match row {
            LayoutLine::Section(section) => page.heading(section),
            _ => page.row(cells, &widths),
        }
    }
}

fn narrow(page: &mut Page, layout: &Layout, rows: &[LayoutLine]) {
    for row in rows {
        match row {
            LayoutLine::Section(section) => page.heading(section),
            LayoutLine::Fillers(first, count) => {
                page.aside(0, &format!("{:<6}{}", span(*first, *count), filler_word(*count)))
            }
            LayoutLine::Field(field, info) => {
                page.paragraph(0, &format!("{:<6}{}", number(field), info.name));
                let facts = [field.column.to_owned(), field.kind.as_str().to_owned(), characters(field), from(field)];
                let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
                page.aside(6, &facts.join(", "));
                page.paragraph(6, &values(layout, field));
            }
        }
    }
}

fn number(field: &Field) -> String {
    let mark = match field.certainty() {
        Certainty::Documented => "",
        Certainty::Inferred => "~",
        Certainty::Unknown => "?",
    };
    format!("{}{mark}", field.number)
}

fn width(field: &Field) -> String {
    field.length.map_or_else(|| "?".to_owned(), |length| length.to_string())
}

fn characters(field: &Field) -> String {
    match field.length {
        Some(1) => "1 character".to_owned(),
        Some(length) => format!("{length} characters"),
        None => "width unknown".to_owned(),
    }
}

fn from(field: &Field) -> String {
    if field.source.is_empty() { String::new() } else { format!("from {}", field.source) }
}

fn span(first: u16, count: usize) -> String {
    if count == 1 { first.to_string() } else { format!("{first}-{}", usize::from(first) + count - 1) }
}

fn filler_word(count: usize) -> &'static str {
    if count == 1 { "filler" } else { "fillers" }
}

/// What a cell may hold, in short.
fn values(layout: &Layout, field: &Field) -> String {
    let set = field.id.and_then(|id| value_set(layout, id, None));
    let Some(set) = set else {
        return if field.kind == crate::layout::FieldKind::Blank {
            "not used".to_owned()
        } else {
            field.format.to_owned()
        };
    };
    short_list(&set.listed)
}

fn short_list(list: &[Code]) -> String {
    if list.len() <= FEW_CODES {
        return list.iter().map(|code| code.code).collect::<Vec<_>>().join(" ");
    }
    let ends = [list.first(), list.get(1), list.last()].map(|code| code.map_or("", |code| code.code));
    format!("{} codes: {} {} … {}", list.len(), ends[0], ends[1], ends[2])
}

fn remarks(first: &str, second: &str) -> String {
    if second.is_empty() { first.to_owned() } else { format!("{first}; {second}") }
}

pub(super) fn field(mut page: Page, layout: &Layout, id: FieldId) -> String {
    let (Some(field), info) = (layout.field(id), registry().info(id)) else { return page.finish() };
    page.heading(&format!("{} in {}: {}", info.name, layout.year(), info.title));
    page.labelled("column", &format!("{}, number {}", field.label(), field.number));
    let position = field.span.map(|(start, end)| format!(", characters {start} to {end} of the fixed-width record"));
    page.labelled("form", &format!("{}, {}{}", field.kind.as_str(), characters(field), position.unwrap_or_default()));
    page.labelled("format", field.format);
    page.labelled("blank", blank(field.blank));
    page.labelled("tests", &field.applies_to.iter().map(|test| test_name(layout, test)).collect::<Vec<_>>().join(", "));
    page.labelled("section", &format!("{} (printed: {})", info.section, field.section));
    page.labelled("source", field.source);
    page.labelled("shown", sensitivity(info.sensitivity));
    page.labelled("certainty", &remarks(field.certainty().as_str(), &field.provenance.replace('|', ", ")));
    page.labelled("remarks", field.notes);
    field_codes(&mut page, layout, id);
    field_years(&mut page, id);
    page.finish()
}

fn blank(rule: BlankRule) -> &'static str {
    match rule {
        BlankRule::Allowed => "allowed",
        BlankRule::Forbidden => "forbidden",
        BlankRule::Unstated => "the layout does not say",
    }
}

fn sensitivity(level: Sensitivity) -> &'static str {
    match level {
        Sensitivity::Public => "always: says nothing about a student",
        Sensitivity::StudentData => "masked unless asked for: a fact about a student",
        Sensitivity::QuasiIdentifier => "masked unless asked for: narrows down who it is",
        Sensitivity::DirectIdentifier => "masked unless asked for: names a student",
    }
}

fn test_name(layout: &Layout, test: RecordType) -> String {
    let code = test.to_string();
    let name = codes().record_types(layout.year()).find(|one| one.code == code);
    name.map_or(code, |one| format!("{} {}", one.code, one.label))
}

fn field_codes(page: &mut Page, layout: &Layout, id: FieldId) {
    if depends_on_test(layout, id) {
        for (tests, list) in codes_by_test(layout, id) {
            let names: Vec<String> = tests.iter().map(|test| test_name(layout, test)).collect();
            page.heading(&format!("Codes for {}", names.join(", ")));
            code_table(page, &list);
        }
    } else if let Some(set) = value_set(layout, id, None) {
        page.heading("Codes");
        code_table(page, &set.listed);
    }
    let unlisted = unlisted(layout, id);
    if !unlisted.is_empty() {
        page.heading("Accepted though not listed");
        let rows: Vec<Vec<String>> = unlisted
            .iter()
            .map(|one| vec![format!("  {}", one.value), remarks(one.certainty.as_str(), one.source)])
            .collect();
        page.columns(&["  value", "seen"], &rows, 40);
    }
}

/// The values that are accepted and that the year does not list.
pub(super) fn unlisted(layout: &Layout, id: FieldId) -> Vec<&'static Accepted> {
    let Some(set) = value_set(layout, id, None) else { return Vec::new() };
    let is_extra = |one: &&Accepted| set.accepted.iter().any(|code| code.code == one.value);
    accepted(layout.year(), id).filter(is_extra).collect()
}

/// The codes of each test, tests with the same codes together.
pub(super) fn codes_by_test(layout: &Layout, id: FieldId) -> Vec<(RecordTypes, Vec<Code>)> {
    let mut groups: Vec<(RecordTypes, Vec<Code>)> = Vec::new();
    let tests = codes().record_types(layout.year()).filter_map(|code| code.code.parse().ok().map(RecordType));
    for test in tests {
        let Some(set) = value_set(layout, id, Some(test)) else { continue };
        let bit = RecordTypes(1 << test.0);
        match groups.iter_mut().find(|(_, list)| *list == set.listed) {
            Some((tests, _)) => tests.0 |= bit.0,
            None => groups.push((bit, set.listed)),
        }
    }
    groups
}

fn code_table(page: &mut Page, list: &[Code]) {
    if list.iter().all(|code| code.label.is_empty()) {
        let all: Vec<&str> = list.iter().map(|code| code.code).collect();
        page.paragraph(2, &all.join("  "));
        return;
    }
    let rows: Vec<Vec<String>> =
        list.iter().map(|code| vec![format!("  {}", code.code), code.label.to_owned()]).collect();
    page.columns(&["  code", "meaning"], &rows, 42);
}

fn field_years(page: &mut Page, id: FieldId) {
    page.heading("Years");
    let rows: Vec<Vec<String>> = years_with(id)
        .into_iter()
        .filter_map(|year| registry().layout(year))
        .filter_map(|layout| Some((layout, layout.field(id)?)))
        .map(|(layout, field)| {
            vec![
                format!("  {}", layout.year()),
                number(field),
                field.kind.as_str().to_owned(),
                width(field),
                field.label().to_owned(),
                values(layout, field),
            ]
        })
        .collect();
    page.columns(&["  year", "no", "type", "width", "column", "values"], &rows, 24);
}

pub(super) fn comparison(mut page: Page, from: &Layout, to: &Layout, comparison: &Comparison) -> String {
    page.heading(&format!("From {} to {}", from.year(), to.year()));
    page.labelled("columns", &format!("{} to {}", from.fields.len(), to.fields.len()));
    page.labelled("fillers", &format!("{} to {}", comparison.fillers.0, comparison.fillers.1));
    page.labelled("shifted", &format!("{} fields have another number", comparison.shifted));
    if from.info.values_carried || to.info.values_carried {
        page.labelled(
            "caution",
            "codes are carried over where no layout was published: what looks the same may differ",
        );
    }
    fields_of(&mut page, "Added", to, &comparison.added);
    fields_of(&mut page, "Removed", from, &comparison.removed);
    let changed = &comparison.changed;
    pairs(&mut page, "Renamed", changed, |change| change.names.map(|(old, new)| (old.to_owned(), new.to_owned())));
    pairs(&mut page, "Moved", changed, |change| {
        change.moved.then(|| (format!("number {}", change.numbers.0), format!("number {}", change.numbers.1)))
    });
    pairs(&mut page, "Of another width", changed, |change| {
        change.widths.map(|(old, new)| (old.to_string(), new.to_string()))
    });
    pairs(&mut page, "Of another type", changed, |change| {
        change.kinds.map(|(old, new)| (old.as_str().to_owned(), new.as_str().to_owned()))
    });
    pairs(&mut page, "For other tests", changed, |change| change.tests.map(|(old, new)| (tests(old), tests(new))));
    code_lists(&mut page, changed);
    page.finish()
}

fn tests(set: RecordTypes) -> String {
    if set.is_empty() {
        return "not stated".to_owned();
    }
    set.iter().map(|test| test.to_string()).collect::<Vec<_>>().join(" ")
}

fn fields_of(page: &mut Page, title: &str, layout: &Layout, ids: &[FieldId]) {
    if ids.is_empty() {
        return;
    }
    page.heading(&format!("{title}: {}", ids.len()));
    let rows: Vec<Vec<String>> = ids
        .iter()
        .filter_map(|id| Some((layout.field(*id)?, registry().info(*id))))
        .map(|(field, info)| vec![format!("  {}", number(field)), info.name.to_owned(), field.label().to_owned()])
        .collect();
    page.columns(&["  no", "id", "column"], &rows, 44);
}

fn pairs(
    page: &mut Page,
    title: &str,
    changed: &[FieldChange],
    pair: impl Fn(&FieldChange) -> Option<(String, String)>,
) {
    let rows: Vec<Vec<String>> = changed
        .iter()
        .filter_map(|change| {
            let (old, new) = pair(change)?;
            Some(vec![format!("  {}", registry().info(change.id).name), format!("{old} to {new}")])
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    page.heading(&format!("{title}: {}", rows.len()));
    two_columns(page, &["  id", "change"], &rows);
}

fn code_lists(page: &mut Page, changed: &[FieldChange]) {
    let rows: Vec<Vec<String>> = changed
        .iter()
        .flat_map(|change| {
            change.codes.iter().map(|codes| vec![format!("  {}", registry().info(change.id).name), code_change(codes)])
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    page.heading(&format!("With other codes: {}", changed.iter().filter(|change| !change.codes.is_empty()).count()));
    two_columns(page, &["  id", "codes"], &rows);
}

/// Rows of an id and a text: side by side where there is room, one under the other where not.
fn two_columns(page: &mut Page, headings: &[&str], rows: &[Vec<String>]) {
    if page.width() >= WIDE {
        return page.columns(headings, rows, 46);
    }
    for row in rows {
        for (cell, indent) in row.iter().zip([2, 6]) {
            page.paragraph(indent, cell.trim_start());
        }
    }
}

fn code_change(change: &CodeChange) -> String {
    let tests =
        if change.record_types.is_empty() { String::new() } else { format!("{}: ", tests(change.record_types)) };
    let part = |word: &str, list: &[Code]| (!list.is_empty()).then(|| format!("{word} {}", short_list(list)));
    let parts: Vec<String> =
        [part("added", &change.added), part("removed", &change.removed)].into_iter().flatten().collect();
    tests + &parts.join("; ")
}
