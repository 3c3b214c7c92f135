//! Makes the tables of a year out of those of another and a layout file.

use std::ops::Range;

use toml::Spanned;

use super::{AddedColumn, LayoutFile, LayoutFileErrors};
use crate::knowledge;
use crate::layout::find::plain_name;
use crate::layout::model::Certainty;
use crate::spanned::{SourceText, SpannedError};
use crate::years::Years;

const YEARS: &str = "rules/layouts/years.tsv";
const FIELDS: &str = "rules/layouts/canonical-fields.tsv";
const ACCEPTED: &str = "rules/layouts/accepted.tsv";
const LABELS: &str = "rules/layouts/labels.tsv";
const RANGES: &str = "rules/codes/scale-score-ranges.tsv";
const TESTS: &str = "rules/counting/tests.tsv";
const FACTS: &str = "rules/layouts/facts.tsv";

/// Names less alike than this are not suggested (Jaro-Winkler, 1 is equal).
const ALIKE: f64 = 0.85;

const TYPES: [&str; 7] = ["text", "code", "digits", "date", "integer", "yesno", "yn"];
const SENSITIVITIES: [&str; 4] = ["public", "student-data", "quasi-identifier", "direct-identifier"];

/// A table that is being changed.
struct EditedTable {
    path: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl EditedTable {
    fn of(path: &str) -> Self {
        let text = knowledge::text(path).unwrap_or_default();
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let cells = |line: &str| line.split('\t').map(str::to_owned).collect();
        Self { path: path.to_owned(), columns: lines.next().map(cells).unwrap_or_default(), rows: lines.map(cells).collect() }
    }

    fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).unwrap_or_default()
    }

    fn cell(&self, row: usize, column: &str) -> &str {
        self.rows.get(row).and_then(|row| row.get(self.column(column))).map_or("", String::as_str)
    }

    fn set(&mut self, row: usize, column: &str, text: impl Into<String>) {
        let place = self.column(column);
        if let Some(cell) = self.rows.get_mut(row).and_then(|row| row.get_mut(place)) {
            *cell = text.into();
        }
    }

    /// A row with these cells, the others blank.
    fn row(&self, cells: &[(&str, &str)]) -> Vec<String> {
        let cell = |column: &String| cells.iter().find(|(name, _)| name == column).map_or("", |(_, text)| text);
        self.columns.iter().map(|column| plain(cell(column))).collect()
    }

    fn file(self) -> (String, String) {
        let lines = std::iter::once(&self.columns).chain(&self.rows).map(|cells| cells.join("\t") + "\n");
        let text = lines.collect();
        (self.path, text)
    }
}

/// A text without what would end a cell.
fn plain(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

/// What is wrong, and where.
struct LayoutMistake {
    span: Range<usize>,
    message: String,
    label: &'static str,
    help: Option<String>,
}

/// The year that is being made.
struct MadeYear<'a> {
    file: &'a LayoutFile,
    layout: EditedTable,
    mistakes: Vec<LayoutMistake>,
}

impl LayoutFile {
    /// The tables that differ from those of the program: path and text.
    ///
    /// # Errors
    /// Everything in the file that does not fit the year it is based on.
    pub fn tables(&self, source: &SourceText) -> Result<Vec<(String, String)>, LayoutFileErrors> {
        let base = self.base.get_ref();
        let mut made = MadeYear {
            file: self,
            layout: EditedTable::of(&format!("rules/layouts/{base}.tsv")),
            mistakes: Vec::new(),
        };
        let files = made.tables();
        if made.mistakes.is_empty() {
            return Ok(files);
        }
        made.mistakes.sort_by_key(|one| one.span.start);
        let error = |one: LayoutMistake| {
            SpannedError::at(source, one.span, one.message, one.label.to_owned()).with_help(one.help)
        };
        Err(LayoutFileErrors(made.mistakes.into_iter().map(error).collect()))
    }
}

impl MadeYear<'_> {
    fn tables(&mut self) -> Vec<(String, String)> {
        if self.layout.rows.is_empty() {
            let message = format!("there is no layout of {}", self.file.base.get_ref());
            let known: Vec<String> = knowledge::paths("rules/layouts").filter_map(year_of_table).collect();
            let help = format!("layouts are known of {}", known.join(", "));
            self.mistake(self.file.base.span(), message, "no known year", Some(help));
            return Vec::new();
        }
        if !(2000..3000).contains(self.file.year.get_ref()) {
            self.mistake(self.file.year.span(), "this is no year".to_owned(), "write the spring, as 2027", None);
        }
        let has_places = self.file.add.is_empty() && self.file.drop.is_empty();
        let years = self.years(has_places);
        self.carry();
        self.rename();
        let fields = self.add();
        self.drop();
        let others = [self.accepted(), self.ranges(), self.tests(), self.labels(), self.facts()];
        self.number(has_places);
        self.layout.path = format!("rules/layouts/{}.tsv", self.file.year.get_ref());
        let layout = std::mem::replace(&mut self.layout, EditedTable::of(YEARS));
        [layout, years, fields].into_iter().chain(others).map(EditedTable::file).collect()
    }

    fn mistake(&mut self, span: Range<usize>, message: String, label: &'static str, help: Option<String>) {
        self.mistakes.push(LayoutMistake { span, message, label, help });
    }

    fn certainty(&self) -> &'static str {
        self.file.certainty.as_str()
    }

    fn source(&self) -> &str {
        if self.file.source.is_empty() { "a layout file" } else { &self.file.source }
    }

    fn year(&self) -> String {
        self.file.year.get_ref().to_string()
    }

    /// The row among the years, in its place.
    fn years(&self, has_places: bool) -> EditedTable {
        let mut years = EditedTable::of(YEARS);
        let (year, base) = (self.year(), self.file.base.get_ref().to_string());
        let of_base = (0..years.rows.len()).find(|row| years.cell(*row, "year") == base);
        let cell = |column: &str| of_base.map_or("", |row| years.cell(row, column)).to_owned();
        let (lengths, narrow, codes) = (cell("record_lengths"), cell("narrow_field"), cell("codes_from"));
        let (lengths, narrow) = if has_places { (lengths, narrow) } else { (String::new(), String::new()) };
        let row = years.row(&[
            ("year", &year),
            ("record_lengths", &lengths),
            ("narrow_field", &narrow),
            ("certainty", self.certainty()),
            ("values_carried", "yes"),
            ("codes_from", &codes),
            ("source", self.source()),
            ("notes", &format!("a layout file changes the layout of {base}")),
        ]);
        years.rows.retain(|row| row.first() != Some(&year));
        years.rows.push(row);
        years.rows.sort();
        years
    }

    /// Says of every row of the base that it is carried over.
    fn carry(&mut self) {
        if self.file.certainty == Certainty::Documented {
            return;
        }
        let carried = format!("carried from {} by name", self.file.base.get_ref());
        for row in 0..self.layout.rows.len() {
            let own = self.layout.cell(row, "provenance");
            if !own.contains("carried") {
                let provenance = if own.is_empty() { carried.clone() } else { format!("{own}|{carried}") };
                self.layout.set(row, "provenance", provenance);
            }
        }
    }

    /// The row of a column, by its heading, printed name or id.
    fn find(&mut self, name: &Spanned<String>) -> Option<usize> {
        let found = self.row_of(name.get_ref());
        if found.is_none() {
            let base = self.file.base.get_ref();
            let message = format!("the layout of {base} has no column {}", name.get_ref());
            let help = self.nearest(name.get_ref()).map(|near| format!("did you mean {near}?"));
            self.mistake(name.span(), message, "no such column", help);
        }
        found
    }

    fn row_of(&self, name: &str) -> Option<usize> {
        let wanted = plain_name(name);
        let is = |row: &usize, column: &str| plain_name(self.layout.cell(*row, column)) == wanted;
        let named = |row: &usize| self.layout.cell(*row, "id") != "filler";
        let rows = || (0..self.layout.rows.len()).filter(named);
        let by = |column: &str| rows().find(|row| is(row, column));
        by("column").or_else(|| by("id")).or_else(|| by("name")).filter(|_| !wanted.is_empty())
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let wanted = plain_name(name);
        let headings = self.layout.rows.iter().enumerate().map(|(row, _)| self.layout.cell(row, "column"));
        let scored = headings.map(|heading| (strsim::jaro_winkler(&wanted, &plain_name(heading)), heading));
        let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
        (best.0 >= ALIKE).then(|| best.1.to_owned())
    }

    /// Whether a heading is free; a mistake if not.
    fn is_free(&mut self, heading: &Spanned<String>) -> bool {
        let is_taken = self.row_of(heading.get_ref()).is_some();
        let is_name = !plain_name(heading.get_ref()).is_empty() && *heading.get_ref() == plain(heading.get_ref());
        if is_taken {
            let message = format!("there is a column {} already", heading.get_ref());
            self.mistake(heading.span(), message, "taken", None);
        }
        if !is_name {
            self.mistake(heading.span(), "this is no heading".to_owned(), "write a name", None);
        }
        !is_taken && is_name
    }

    fn rename(&mut self) {
        for rename in &self.file.rename {
            if let Some(row) = self.find(&rename.from).filter(|_| self.is_free(&rename.to)) {
                self.layout.set(row, "column", rename.to.get_ref());
            }
        }
    }

    /// Moves rows that the year lacks to the end, without a number: rules name their fields all the same.
    fn drop(&mut self) {
        for name in &self.file.drop {
            let Some(row) = self.find(name) else { continue };
            self.layout.set(row, "field", "-");
            let gone = self.layout.rows.remove(row);
            self.layout.rows.push(gone);
        }
    }

    /// Adds the new columns; the table of fields with what they are.
    fn add(&mut self) -> EditedTable {
        let mut fields = EditedTable::of(FIELDS);
        for column in &self.file.add {
            let id = column.id.clone().unwrap_or_else(|| Spanned::new(column.column.span(), snake(column.column.get_ref())));
            let is_known = fields.rows.iter().any(|row| row.first() == Some(id.get_ref()));
            let is_id = id.get_ref().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if !is_id || id.get_ref().is_empty() {
                let help = Some("write it as testing_room".to_owned());
                self.mistake(id.span(), "an id has small letters, digits and _ only".to_owned(), "this id", help);
            }
            self.one_of(&column.r#type, &TYPES, "no such type");
            self.one_of(&column.sensitivity, &SENSITIVITIES, "no such word");
            let place = self.place(column);
            if !self.is_free(&column.column) {
                continue;
            }
            let title = column.title.as_deref().unwrap_or(column.column.get_ref());
            let row = self.new_row(column, id.get_ref(), title);
            self.layout.rows.insert(place, row);
            if !is_known {
                let row = fields.row(&[
                    ("id", id.get_ref()),
                    ("title", title),
                    ("section", "Results"),
                    ("kind", "score"),
                    ("sensitivity", column.sensitivity.get_ref()),
                ]);
                fields.rows.push(row);
            }
        }
        fields
    }

    fn one_of(&mut self, word: &Spanned<String>, known: &[&str], label: &'static str) {
        if !known.contains(&word.get_ref().as_str()) {
            let help = Some(format!("known: {}", known.join(", ")));
            self.mistake(word.span(), format!("`{}` is not known", word.get_ref()), label, help);
        }
    }

    /// Where a new column goes: before the end-of-record mark where nothing is said.
    fn place(&mut self, column: &AddedColumn) -> usize {
        let last = self.layout.rows.len().saturating_sub(1);
        match (&column.before, &column.after) {
            (Some(_), Some(after)) => {
                self.mistake(after.span(), "a column stands before or after another".to_owned(), "one too many", None);
                last
            }
            (Some(before), None) => self.find(before).unwrap_or(last),
            (None, Some(after)) => self.find(after).map_or(last, |row| row + 1),
            (None, None) => last,
        }
    }

    fn new_row(&mut self, column: &AddedColumn, id: &str, title: &str) -> Vec<String> {
        for test in &column.tests {
            self.record_type(test);
        }
        let tests: Vec<&str> = column.tests.iter().map(|test| test.get_ref().as_str()).collect();
        let codes: Vec<String> =
            column.codes.iter().map(|one| self.code(&one.code, &one.means)).collect();
        let provenance = if self.file.certainty == Certainty::Documented { "" } else { "layout file" };
        self.layout.row(&[
            ("field", "0"),
            ("id", id),
            ("name", title),
            ("column", column.column.get_ref()),
            ("section", "Layout file"),
            ("type", column.r#type.get_ref()),
            ("blank_ok", "unstated"),
            ("values", &codes.join("|")),
            ("applies_to", &tests.join("|")),
            ("notes", self.source()),
            ("provenance", provenance),
        ])
    }

    /// A code with its meaning, as a cell has it.
    fn code(&mut self, code: &Spanned<String>, means: &str) -> String {
        if code.get_ref().is_empty() || code.get_ref().contains(['|', '=', '\t', '\n']) {
            self.mistake(code.span(), "this is no code".to_owned(), "write letters and digits", None);
        }
        let means = plain(means).replace('|', "/");
        if means.is_empty() { code.get_ref().clone() } else { format!("{}={means}", code.get_ref()) }
    }

    /// Whether a text is a record type; a mistake if not.
    fn record_type(&mut self, test: &Spanned<String>) -> bool {
        let is_type = matches!(test.get_ref().as_bytes(), [b'0', b'1'..=b'9']);
        if !is_type {
            let help = Some("write the record type, as 01".to_owned());
            self.mistake(test.span(), format!("`{}` is no test", test.get_ref()), "no record type", help);
        }
        is_type
    }

    /// The codes that a column may hold besides.
    fn accepted(&mut self) -> EditedTable {
        let mut accepted = EditedTable::of(ACCEPTED);
        for one in &self.file.codes {
            self.code(&one.code, &one.means);
            let Some(row) = self.find(&one.column) else { continue };
            let row = accepted.row(&[
                ("years", &self.year()),
                ("field", self.layout.cell(row, "id")),
                ("value", one.code.get_ref()),
                ("source", &format!("{}: {}", self.source(), one.means)),
                ("certainty", self.certainty()),
            ]);
            accepted.rows.push(row);
        }
        accepted
    }

    fn ranges(&mut self) -> EditedTable {
        let mut ranges = EditedTable::of(RANGES);
        for changed in &self.file.ranges {
            self.record_type(&changed.test);
            let levels = changed.levels.get_ref();
            let rise = levels.iter().all(|(low, high)| low <= high) && levels.windows(2).all(|pair| pair[0].1 < pair[1].0);
            if levels.is_empty() || !rise {
                let help = Some("write the lowest and highest score of each level, lowest first: [[2114, 2366], …]".to_owned());
                self.mistake(changed.levels.span(), "scores of levels have to rise".to_owned(), "these scores", help);
            }
            let grade = changed.grade.get_ref().to_string();
            let is_of = |table: &EditedTable, row: usize| {
                table.cell(row, "record_type") == changed.test.get_ref() && table.cell(row, "grade") == grade
            };
            let name = (0..ranges.rows.len()).find(|row| ranges.cell(*row, "record_type") == changed.test.get_ref());
            let name = name.map_or_else(String::new, |row| ranges.cell(row, "test").to_owned());
            self.end(&mut ranges, is_of);
            for (level, (low, high)) in (1..).zip(levels) {
                let row = ranges.row(&[
                    ("test", &name),
                    ("record_type", changed.test.get_ref()),
                    ("grade", &grade),
                    ("level", &u8::to_string(&level)),
                    ("min", &low.to_string()),
                    ("max", &high.to_string()),
                    ("years", &self.year()),
                    ("note", self.source()),
                ]);
                ranges.rows.push(row);
            }
        }
        ranges
    }

    /// Takes the year out of the spans of rows; those that are left with none go.
    fn end(&self, table: &mut EditedTable, is_of: impl Fn(&EditedTable, usize) -> bool) {
        let year = Years(vec![(*self.file.year.get_ref(), *self.file.year.get_ref())]);
        let mut kept = Vec::new();
        for row in 0..table.rows.len() {
            if is_of(table, row)
                && let Ok(years) = Years::parse(table.cell(row, "years"))
            {
                let left = years.without(&year);
                kept.push(!left.0.is_empty());
                table.set(row, "years", left.to_string());
            } else {
                kept.push(true);
            }
        }
        let mut kept = kept.into_iter();
        table.rows.retain(|_| kept.next().unwrap_or(true));
    }

    fn tests(&mut self) -> EditedTable {
        let mut tests = EditedTable::of(TESTS);
        for changed in &self.file.tests {
            if !self.record_type(&changed.test) {
                continue;
            }
            let year = *self.file.year.get_ref();
            let holds = |table: &EditedTable, row: usize| {
                let years = Years::parse(table.cell(row, "years"));
                table.cell(row, "record_type") == changed.test.get_ref() && years.is_ok_and(|years| years.contains(year))
            };
            let Some(own) = (0..tests.rows.len()).find(|row| holds(&tests, *row)) else {
                let message = format!("no test with public results has the record type {}", changed.test.get_ref());
                self.mistake(changed.test.span(), message, "no such test", None);
                continue;
            };
            let levels = if changed.levels.is_empty() { tests.cell(own, "levels").to_owned() } else { changed.levels.len().to_string() };
            let met = changed.met_from.as_ref().map_or_else(|| tests.cell(own, "met_from").to_owned(), |met| met.get_ref().to_string());
            let is_met = met.parse::<usize>().ok() <= levels.parse::<usize>().ok();
            let is_few = levels.parse::<usize>().is_ok_and(|levels| levels <= 4);
            if !is_met || !is_few {
                let span = changed.met_from.as_ref().map_or_else(|| changed.test.span(), Spanned::span);
                let message = "there are at most four levels, and the first that is met is one of them".to_owned();
                self.mistake(span, message, "this test", None);
            }
            let mut row = tests.rows[own].clone();
            let at = |name: &str| tests.column(name);
            let cells = [
                ("years", self.year()),
                ("levels", levels),
                ("met_from", met),
                ("certainty", changed.certainty.as_str().to_owned()),
                ("source", self.source().to_owned()),
            ];
            for (name, text) in cells {
                if let Some(cell) = row.get_mut(at(name)) {
                    *cell = text;
                }
            }
            self.end(&mut tests, holds);
            tests.rows.push(row);
        }
        tests
    }

    /// The names of levels, as words that may stand in place of codes.
    fn labels(&self) -> EditedTable {
        let mut labels = EditedTable::of(LABELS);
        for (_, place, name) in self.file.level_names() {
            let row = labels.row(&[
                ("field", "achievement_level"),
                ("label", name),
                ("code", &place.to_string()),
                ("source", self.source()),
            ]);
            if !labels.rows.contains(&row) {
                labels.rows.push(row);
            }
        }
        labels
    }

    fn facts(&self) -> EditedTable {
        let mut facts = EditedTable::of(FACTS);
        for fact in &self.file.facts {
            let row = facts.row(&[
                ("years", &self.year()),
                ("about", &fact.about),
                ("fact", &fact.says),
                ("certainty", fact.certainty.as_str()),
                ("source", &fact.source),
            ]);
            facts.rows.push(row);
        }
        facts
    }

    /// Numbers the columns anew. Where some were added or dropped, positions in fixed-width files are not known.
    fn number(&mut self, has_places: bool) {
        let mut next = 1;
        for row in 0..self.layout.rows.len() {
            let own = self.layout.cell(row, "field").to_owned();
            if !has_places {
                ["start", "end"].into_iter().for_each(|column| self.layout.set(row, column, ""));
            }
            if own == "-" {
                continue;
            }
            // A row of several fillers stands for several columns.
            let span = own.split_once('-').and_then(|(first, last)| {
                Some(last.parse::<u16>().ok()?.saturating_sub(first.parse::<u16>().ok()?))
            });
            let last = next + span.unwrap_or(0);
            self.layout.set(row, "field", if last > next { format!("{next}-{last}") } else { next.to_string() });
            next = last + 1;
        }
    }
}

/// `rules/layouts/2025.tsv` is the table of 2025.
fn year_of_table(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?.strip_suffix(".tsv")?;
    name.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.to_owned())
}

/// `TestingRoom` as `testing_room`.
fn snake(heading: &str) -> String {
    let mut id = String::new();
    let mut before = ' ';
    for letter in heading.chars() {
        let starts = letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        let is_letter = letter.is_ascii_alphanumeric();
        if (starts || !is_letter) && !id.is_empty() && !id.ends_with('_') {
            id.push('_');
        }
        if is_letter {
            id.push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    id.trim_end_matches('_').to_owned()
}
