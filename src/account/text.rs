//! The account for people: tables that fit the width of the terminal, with bars for shares.

use std::io::{self, Write};

use super::cells::{ALL_GRADES, ALL_STUDENTS, Cell, Dimension, Figures, Filter, Sharing, share};
use super::cube::Entity;
use super::{Account, Accounts, FileAccount};
use crate::counting::{entity_type_name, underivable_groups};
use crate::privacy::text::{fit, neutralise, width as columns_of};

/// Whether bars and dots may be drawn with other signs than ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// Block characters.
    Unicode,
    /// ASCII only.
    Ascii,
}

/// Whether a table has a column for means. Over all grades there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Shown,
    Left,
}

/// Narrowest and widest label of a row.
const LABEL: (usize, usize) = (22, 60);
/// Columns of all figures of a row but the mean.
const FIGURES: usize = 42;
/// Columns of the mean.
const MEAN: usize = 8;
/// Columns from which codes are shown beside names, and bars are longer.
const WIDE: usize = 110;

/// Writes the accounts of all years.
///
/// # Errors
/// When the writer fails.
pub fn write(
    out: &mut dyn Write,
    accounts: &Accounts,
    filter: &Filter,
    sharing: Sharing,
    (width, signs): (usize, Signs),
) -> io::Result<()> {
    let width = width.max(LABEL.0 + FIGURES + MEAN + 8);
    let missing = missing(accounts, width);
    write!(out, "{missing}")?;
    for (place, account) in accounts.years.iter().enumerate() {
        if place > 0 || !missing.is_empty() {
            writeln!(out)?;
        }
        let is_incomplete = accounts.is_incomplete();
        let held = (ALL_GRADES, ALL_STUDENTS);
        let mut page = Page { out, account, filter, sharing, width, signs, is_incomplete, held };
        page.write()?;
    }
    // The end stays in sight.
    if missing.is_empty() { Ok(()) } else { write!(out, "\n{missing}") }
}

/// What is missing from all counts; nothing if all is there.
fn missing(accounts: &Accounts, width: usize) -> String {
    let unreadable = accounts.unreadable.iter().map(|error| format!("{}: {}", error.path(), error.reason()));
    let files = accounts.years.iter().flat_map(|account| &account.files);
    let losses = files.flat_map(|file| file.losses.iter().map(|loss| format!("{}: {loss}", file_name(file))));
    let lines: Vec<String> = unreadable.chain(losses).collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut text = "INCOMPLETE: every count here may be too small, because something is missing:\n".to_owned();
    for line in lines {
        let options = textwrap::Options::new(width).initial_indent("  - ").subsequent_indent("    ");
        text += &(textwrap::fill(&neutralise(&line), options) + "\n");
    }
    text
}

struct Page<'a> {
    out: &'a mut dyn Write,
    account: &'a Account,
    filter: &'a Filter,
    sharing: Sharing,
    width: usize,
    signs: Signs,
    /// Whether something is missing from the counts.
    is_incomplete: bool,
    /// The grade row and the student group of the tables that do not tell these apart.
    held: (u8, u16),
}

/// With a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn count(number: Option<u64>) -> String {
    number.map_or_else(|| "*".to_owned(), grouped)
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn plural(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

impl<'a> Page<'a> {
    fn write(&mut self) -> io::Result<()> {
        self.head()?;
        if self.filter.by.is_empty() {
            self.reasons()?;
            self.each_held(Self::by_test)?;
            self.each_group(Self::by_grade)?;
            if self.leas().len() > 1 && self.filter.entities.is_empty() {
                self.each_held(Self::by_lea)?
            } else {
                self.each_held(Self::by_school)?
            }
            self.each_grade(Self::low_groups)?;
            return self.foot();
        }
        for dimension in self.filter.by.clone() {
            match dimension {
                Dimension::Reason => self.reasons()?,
                Dimension::Test => self.each_held(Self::by_test)?,
                Dimension::Grade => self.each_group(Self::by_grade)?,
                Dimension::School => self.each_held(Self::by_school)?,
                Dimension::Group => self.each_grade(Self::by_group)?,
            }
        }
        self.foot()
    }

    /// A table for every grade row and student group that is asked for.
    fn each_held(&mut self, table: fn(&mut Self) -> io::Result<()>) -> io::Result<()> {
        for grade in chosen(&self.filter.grades, ALL_GRADES) {
            self.held.0 = grade;
            self.each_group(table)?;
        }
        Ok(())
    }

    /// A table for every grade row that is asked for.
    fn each_grade(&mut self, table: fn(&mut Self) -> io::Result<()>) -> io::Result<()> {
        for grade in chosen(&self.filter.grades, ALL_GRADES) {
            self.held.0 = grade;
            table(self)?;
        }
        Ok(())
    }

    /// A table for every student group that is asked for.
    fn each_group(&mut self, table: fn(&mut Self) -> io::Result<()>) -> io::Result<()> {
        for group in chosen(&self.filter.groups, ALL_STUDENTS) {
            self.held.1 = group;
            table(self)?;
        }
        Ok(())
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    fn title(&mut self, text: &str) -> io::Result<()> {
        let width = self.width;
        writeln!(self.out)?;
        for line in textwrap::wrap(text, width) {
            self.line(&fit(&line, width))?;
        }
        Ok(())
    }

    /// The title of a table of counts.
    fn table(&mut self, text: &str) -> io::Result<()> {
        let incomplete = if self.is_incomplete { "incomplete: " } else { "" };
        self.title(&format!("{incomplete}{text}"))
    }

    fn label(&self, means: Means) -> usize {
        let mean = if means == Means::Shown { MEAN } else { 0 };
        (self.width - FIGURES - mean - self.bar()).clamp(LABEL.0, LABEL.1)
    }

    fn bar(&self) -> usize {
        if self.width < WIDE { 8 } else { 24 }
    }

    fn drawn(&self, hundredths: u64) -> String {
        let room = self.bar() as u64 - 1;
        let full = ((hundredths * room + 5_000) / 10_000).min(room);
        let (sign, rest) = if self.signs == Signs::Unicode { ("█", "·") } else { ("#", ".") };
        let repeated = |sign: &str, times: u64| sign.repeat(usize::try_from(times).unwrap_or_default());
        format!("{}{}", repeated(sign, full), repeated(rest, room - full))
    }

    fn head(&mut self) -> io::Result<()> {
        let account = self.account;
        let files = plural(account.files.len() as u64, "file");
        let records = plural(account.records(), "record");
        let incomplete = if self.is_incomplete { " (incomplete)" } else { "" };
        self.line(&format!("Account of {}{incomplete}: {files}, {records}", account.book.year))?;
        for file in &account.files {
            let text = file_line(file);
            let text = fit(&text, self.width).into_owned();
            self.line(&text)?;
        }
        if self.sharing == Sharing::Shared {
            self.line("* stands for a small number, hidden by the limits of the public site")?;
        }
        Ok(())
    }

    /// Records by reason. Their sum is the number of records read.
    fn reasons(&mut self) -> io::Result<()> {
        let account = self.account;
        let rows: Vec<(String, u64)> = if self.filter.entities.is_empty() && self.filter.tests.is_empty() {
            account.reasons().into_iter().map(|(_, reason, records)| (reason.to_owned(), records)).collect()
        } else {
            self.reasons_of_entities()
        };
        let total: u64 = rows.iter().map(|(_, records)| records).sum();
        let is_narrowed = !self.filter.grades.is_empty() || !self.filter.groups.is_empty();
        let scope = if is_narrowed { " (all grades and student groups)" } else { "" };
        self.title(&format!("What became of the records{scope}"))?;
        let counts: Vec<u64> = rows.iter().map(|(_, records)| *records).collect();
        let shown = account.shown_parts(&counts, self.sharing);
        for ((reason, _), shown) in rows.iter().zip(shown).filter(|((_, records), _)| *records > 0) {
            self.reason(reason, shown, total)?;
        }
        let is_part = !self.filter.entities.is_empty() || !self.filter.tests.is_empty();
        if is_part {
            self.total("records in this selection", total)?;
        }
        self.total("records read", account.records())?;
        self.contradictions()
    }

    fn total(&mut self, words: &str, records: u64) -> io::Result<()> {
        let shown = count(self.account.shown_count(records, self.sharing));
        self.line(&format!("{}{shown:>10}", padded(words, self.reason_label())))
    }

    fn reason_label(&self) -> usize {
        (self.width - 20 - self.bar()).min(72)
    }

    fn reason(&mut self, reason: &str, shown: Option<u64>, total: u64) -> io::Result<()> {
        let label = self.reason_label();
        let part = shown.map(|records| share(records, total));
        let (share, bar) = part.map(|part| (percent(part), self.drawn(part))).unwrap_or_default();
        self.wrapped(reason, label, &format!("{:>10}{share:>9} {bar}", count(shown)))
    }

    /// Records by reason of the chosen entities, none counted twice.
    fn reasons_of_entities(&self) -> Vec<(String, u64)> {
        let account = self.account;
        let mut rows: Vec<(String, u64)> = account.book.classes.iter().map(|class| (class.reason.clone(), 0)).collect();
        let tops = self.tops();
        for (entity, record_type, class, records) in account.cube.classes_by_entity() {
            let test = account.book.test_of(record_type).map(|test| test.id);
            let of_test = self.filter.tests.is_empty() || test.is_some_and(|test| self.filter.has_test(test));
            if of_test && tops.contains(&entity) {
                rows[class].1 += records;
            }
        }
        rows
    }

    fn contradictions(&mut self) -> io::Result<()> {
        let account = self.account;
        let mut rows: Vec<(String, u64)> = Vec::new();
        for (record_type, place, records) in account.cube.contradictions() {
            let test = account.book.test_of(record_type);
            let wanted = self.filter.tests.is_empty() || test.is_some_and(|test| self.filter.has_test(test.id));
            let Some(one) = account.book.contradictions.get(place).filter(|_| wanted) else { continue };
            match rows.iter_mut().find(|(words, _)| *words == one.words) {
                Some((_, all)) => *all += records,
                None => rows.push((one.words.clone(), records)),
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.title("Values that contradict each other (the include indicator decides; all files)")?;
        for (words, records) in rows {
            let shown = count(account.shown_count(records, self.sharing));
            let label = self.reason_label();
            self.wrapped(&words, label, &format!("{shown:>10}"))?;
        }
        Ok(())
    }

    /// A text in lines of a width, the first followed by an end.
    fn wrapped(&mut self, text: &str, width: usize, end: &str) -> io::Result<()> {
        let lines = textwrap::wrap(text, textwrap::Options::new(width.saturating_sub(2)).subsequent_indent("  "));
        for (place, line) in lines.iter().enumerate() {
            let line = if place == 0 { format!("{}{end}", padded(line, width)) } else { line.to_string() };
            self.line(&line)?;
        }
        Ok(())
    }

    /// The entities that tables without schools are about: those asked for, else the districts
    /// and charters whose file this is, else everything there is.
    fn tops(&self) -> Vec<Entity> {
        let entities = || self.account.cube.entities().map(|(entity, _)| entity);
        if !self.filter.entities.is_empty() {
            let named = entities().filter(|entity| self.filter.has_entity(*entity) && entity.entity_type != 0);
            let named: Vec<Entity> = named.collect();
            // A district's schools are in its own figures.
            let has_district =
                |code: &str| named.iter().any(|one| one.entity_type == 6 && one.code_text()[..7] == code[..7]);
            let kept = named
                .iter()
                .filter(|entity| !matches!(entity.entity_type, 7 | 10) || !has_district(&entity.code_text()));
            return kept.copied().collect();
        }
        let leas = self.leas();
        match leas.as_slice() {
            [] => entities().filter(|one| one.entity_type == 4).collect(),
            [lea] => vec![*lea],
            leas => {
                let is_of_county = |one: &Entity| {
                    one.entity_type == 5 && leas.iter().any(|lea| lea.code_text()[..2] == one.code_text()[..2])
                };
                let counties: Vec<Entity> = entities().filter(is_of_county).collect();
                let state = entities().filter(|one| one.entity_type == 4 && counties.len() > 1);
                state.chain(counties.iter().copied()).collect()
            }
        }
    }

    /// The districts whose tested view was read; where there is none, the direct-funded charters.
    fn leas(&self) -> Vec<Entity> {
        let whole = |entity_type: u8| {
            let entities = self.account.cube.entities().map(|(entity, _)| entity);
            entities.filter(move |one| one.entity_type == entity_type && self.account.is_whole(*one))
        };
        let districts: Vec<Entity> = whole(6).collect();
        // The file of a district holds the records of its direct-funded charters too.
        if districts.len() == 1 { districts } else { districts.into_iter().chain(whole(9)).collect() }
    }

    fn entity_title(&self, entity: Entity) -> String {
        let code = entity.code_text();
        let name = neutralise(self.account.cube.name_of(entity)).into_owned();
        match entity.entity_type {
            4 => "All records of these files".to_owned(),
            5 => format!("County {}, as far as these files reach", &code[..2]),
            kind if name.is_empty() => format!("{code} ({})", entity_type_name(kind)),
            kind if self.width < WIDE => format!("{name} ({})", entity_type_name(kind)),
            kind => format!("{name} ({}, {code})", entity_type_name(kind)),
        }
    }

    fn name(&self, entity: Entity) -> String {
        let code = entity.code_text();
        let name = self.account.cube.name_of(entity);
        match entity.entity_type {
            4 => return "all records".to_owned(),
            5 => return format!("County {}", &code[..2]),
            _ => {}
        }
        let name = match (entity.is_district_level(), name.is_empty()) {
            (true, _) => "District Level Program".to_owned(),
            (false, true) => String::new(),
            (false, false) => neutralise(name).into_owned(),
        };
        // Students of other districts, as the enrolled view has them.
        let is_part = entity.entity_type == 6 && !self.account.is_whole(entity);
        let part = if is_part && !self.account.whole.is_empty() { "in part: " } else { "" };
        let is_narrow = self.width < WIDE && !self.has_namesake(entity);
        match (name.is_empty(), is_narrow) {
            (true, _) => format!("{part}{code}"),
            (false, true) => format!("{part}{name}"),
            (false, false) => format!("{part}{code} {name}"),
        }
    }

    /// Whether another entity of its type has the same name.
    fn has_namesake(&self, entity: Entity) -> bool {
        let name = self.account.cube.name_of(entity);
        let same = self
            .account
            .cube
            .entities()
            .filter(|(one, other)| *one != entity && one.entity_type == entity.entity_type && *other == name);
        !name.is_empty() && same.count() > 0
    }

    /// Cells of one entity and the tests asked for.
    fn cells(&self, entity: Entity, grades: Vec<u8>, groups: Vec<u16>) -> Vec<Cell<'a>> {
        let entities = vec![entity.code_text()];
        let filter = Filter { entities, tests: self.filter.tests.clone(), grades, groups, by: Vec::new() };
        self.account.cells(&filter, self.sharing).filter(|cell| cell.entity == entity).collect()
    }

    /// The grade row of tables that do not go by grade.
    fn grade(&self) -> u8 {
        self.held.0
    }

    /// The group of tables that do not go by group.
    fn group(&self) -> u16 {
        self.held.1
    }

    fn grade_name(&self, code: u8) -> String {
        let row = self.account.book.grades.iter().find(|row| row.code == code);
        row.map_or_else(|| format!("grade {code}"), |row| row.name.clone())
    }

    fn group_name(&self, id: u16) -> &'a str {
        let group = self.account.book.groups.iter().find(|group| group.id == id);
        group.map_or("", |group| group.label.as_str())
    }

    /// Whether the table of one grade row has means.
    fn means(&self) -> Means {
        let grade = self.grade();
        let has_mean = self.account.book.grades.iter().any(|row| row.code == grade && row.has_mean);
        if has_mean { Means::Shown } else { Means::Left }
    }

    /// What a table holds still: `all grades, All Students`.
    fn fixed(&self, with_grade: bool, with_group: bool) -> String {
        let grade = with_grade.then(|| self.grade_name(self.grade()));
        let group = with_group.then(|| self.group_name(self.group()).to_owned());
        grade.into_iter().chain(group).collect::<Vec<_>>().join(", ")
    }

    fn by_test(&mut self) -> io::Result<()> {
        for entity in self.tops() {
            let cells = self.cells(entity, vec![self.grade()], vec![self.group()]);
            let title = format!("By test: {}; {}", self.entity_title(entity), self.fixed(true, true));
            self.table(&title)?;
            self.heading(self.means())?;
            for cell in &cells {
                self.row(&cell.test.short, &cell.figures, self.means())?;
                for (variant, figures) in &cell.variants {
                    self.row(&format!("  or: {variant}"), figures, self.means())?;
                }
            }
            self.other_ways(&cells)?;
        }
        Ok(())
    }

    /// What the lines `or:` of a table say.
    fn other_ways(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let is_used = |label: &str| cells.iter().flat_map(|cell| &cell.variants).any(|(one, _)| *one == label);
        let account = self.account;
        let used: Vec<_> = account.book.class_variants.iter().filter(|one| is_used(&one.label)).collect();
        if used.is_empty() {
            return Ok(());
        }
        self.line("or: the official practice is not published for certain; counted another way")?;
        for variant in used {
            let width = self.width;
            self.wrapped(&format!("  {}: {}", variant.label, variant.words), width, "")?;
        }
        Ok(())
    }

    fn by_grade(&mut self) -> io::Result<()> {
        for entity in self.tops() {
            let cells = self.cells(entity, self.filter.grades.clone(), vec![self.group()]);
            let title = format!("By grade: {}; {}", self.entity_title(entity), self.fixed(false, true));
            self.table(&title)?;
            self.heading(Means::Shown)?;
            let mut test = None;
            for cell in cells {
                self.test_line(&mut test, &cell)?;
                self.row(&format!("  {}", self.grade_name(cell.grade)), &cell.figures, Means::Shown)?;
            }
        }
        Ok(())
    }

    fn by_school(&mut self) -> io::Result<()> {
        let schools = self.entities_of(&[6, 7, 9, 10]);
        self.by_entity("By school", schools)
    }

    /// What a county office sees first: its districts and charters.
    fn by_lea(&mut self) -> io::Result<()> {
        let mut entities = self.entities_of(&[4, 5, 6, 9]);
        if entities.iter().filter(|one| one.entity_type == 5).count() < 2 {
            // The only county and all records are the same.
            entities.retain(|one| one.entity_type != 4);
        }
        self.by_entity("By district and charter", entities)?;
        self.line("schools: --by school")
    }

    fn entities_of(&self, types: &[u8]) -> Vec<Entity> {
        let all = self.account.cube.entities().map(|(entity, _)| entity);
        all.filter(|entity| types.contains(&entity.entity_type) && self.filter.has_entity(*entity)).collect()
    }

    fn by_entity(&mut self, what: &str, entities: Vec<Entity>) -> io::Result<()> {
        let title = format!("{what}; {}", self.fixed(true, true));
        self.table(&title)?;
        self.heading(self.means())?;
        let mut cells: Vec<Cell<'_>> = Vec::new();
        for entity in entities {
            cells.extend(self.cells(entity, vec![self.grade()], vec![self.group()]));
        }
        // Totals come first. A district stands over its schools, a direct-funded charter after them.
        cells.sort_by_key(|cell| {
            let kind = cell.entity.entity_type;
            let district = if kind == 9 { String::new() } else { cell.entity.code_text()[..7].to_owned() };
            (cell.test.id, kind > 5, kind == 9, district, kind != 6, cell.entity)
        });
        let mut test = None;
        for cell in cells {
            self.test_line(&mut test, &cell)?;
            let indent = if matches!(cell.entity.entity_type, 7 | 10) { "  " } else { " " };
            self.row(&format!("{indent}{}", self.name(cell.entity)), &cell.figures, self.means())?;
        }
        Ok(())
    }

    /// The student groups of which too few were tested.
    fn low_groups(&mut self) -> io::Result<()> {
        /// Groups of a test that are listed; all are with `--by group`.
        const LISTED: usize = 12;
        let line = self.account.book.measures.participation_line;
        let few = self.account.book.suppression.results_to;
        let is_low = |cell: &Cell<'_>| {
            let is_all = self.account.book.groups.get(cell.group).is_some_and(|group| group.id == ALL_STUDENTS);
            let has_many = cell.figures.enrolled.is_some_and(|enrolled| enrolled > few);
            !is_all && has_many && cell.figures.participation().is_some_and(|rate| rate < line * 100)
        };
        for entity in self.tops() {
            let cells = self.cells(entity, vec![self.grade()], self.filter.groups.clone());
            let low: Vec<&Cell<'_>> = cells.iter().filter(|cell| is_low(cell)).collect();
            if low.is_empty() {
                continue;
            }
            let title = self.entity_title(entity);
            self.table(&format!("Student groups under {line} percent tested: {title}; {}", self.fixed(true, false)))?;
            self.line(&format!("groups of more than {few} enrolled; all groups: --by group"))?;
            self.heading(self.means())?;
            let mut test = None;
            for of_test in low.chunk_by(|one, next| one.test.id == next.test.id) {
                for cell in of_test.iter().take(LISTED) {
                    self.test_line(&mut test, cell)?;
                    let label = self.account.book.groups.get(cell.group).map_or("", |group| group.label.as_str());
                    self.row(&format!("  {label}"), &cell.figures, self.means())?;
                }
                if let more @ 1.. = of_test.len().saturating_sub(LISTED) {
                    self.line(&format!("  and {more} more: --by group"))?;
                }
            }
        }
        Ok(())
    }

    fn by_group(&mut self) -> io::Result<()> {
        let account = self.account;
        for entity in self.tops() {
            let mut cells = self.cells(entity, vec![self.grade()], self.filter.groups.clone());
            cells.sort_by_key(|cell| (cell.test.id, self.category_place(cell.group), cell.group));
            let title = format!("By student group: {}; {}", self.entity_title(entity), self.fixed(true, false));
            self.table(&title)?;
            self.heading(self.means())?;
            let (mut test, mut category) = (None, "");
            for cell in &cells {
                if self.test_line(&mut test, cell)? {
                    category = "";
                }
                let Some(group) = self.account.book.groups.get(cell.group) else { continue };
                if category != group.category && group.category != group.name {
                    self.line(&format!(" {}", group.category))?;
                }
                category = &group.category;
                self.row(&format!("  {}", group.name), &cell.figures, self.means())?;
                for (variant, figures) in &cell.variants {
                    self.row(&format!("    or: {variant}"), figures, self.means())?;
                }
            }
            let is_all =
                |cell: &&Cell<'_>| account.book.groups.get(cell.group).is_some_and(|one| one.id == ALL_STUDENTS);
            if cells.iter().any(|cell| !cell.variants.is_empty() && !is_all(&cell)) {
                self.line("or: the definition of the group is not published; counted both ways")?;
            }
            self.other_ways(&cells)?;
        }
        let not_told = underivable_groups(self.account.book.year);
        if !not_told.is_empty() {
            let names: Vec<String> = not_told.into_iter().map(|(id, name)| format!("{name} ({id})")).collect();
            let width = self.width;
            self.wrapped(&format!("not in the file: {}", names.join(", ")), width, "")?;
        }
        Ok(())
    }

    /// The name of the test, where another one begins.
    fn test_line(&mut self, last: &mut Option<u16>, cell: &Cell<'_>) -> io::Result<bool> {
        if *last == Some(cell.test.id) {
            return Ok(false);
        }
        *last = Some(cell.test.id);
        self.line(&cell.test.short)?;
        Ok(true)
    }

    /// The place of a group's category: that of its first group.
    fn category_place(&self, group: usize) -> usize {
        let groups = &self.account.book.groups;
        let category = groups.get(group).map(|group| &group.category);
        groups.iter().position(|one| Some(&one.category) == category).unwrap_or(group)
    }

    fn heading(&mut self, means: Means) -> io::Result<()> {
        let label = padded("", self.label(means));
        let mean = if means == Means::Shown { "    mean" } else { "" };
        self.line(&format!("{label}{:>9}{:>8}{:>9}{:>8}{mean}{:>8} ", "enrolled", "tested", "rate", "scores", "met"))
    }

    fn row(&mut self, label: &str, figures: &Figures, means: Means) -> io::Result<()> {
        let line = self.account.book.measures.participation_line;
        let is_low = |rate: u64| rate < line * 100;
        let rate = figures.participation();
        let mark = if rate.is_some_and(is_low) { "!" } else { " " };
        let rate = rate.map_or_else(|| self.none(figures.enrolled.is_none()), percent);
        let results = figures.results.as_ref();
        let is_hidden = results.is_none() && figures.hidden;
        let mean = results.and_then(|one| one.mean).map(|mean| format!("{}.{}", mean / 10, mean % 10));
        let mean = if means == Means::Shown {
            format!("{:>8}", mean.unwrap_or_else(|| self.none(is_hidden)))
        } else {
            String::new()
        };
        let met = results.and_then(|one| one.met).map(|(_, share)| share);
        let bar = met.map_or_else(String::new, |met| self.drawn(met));
        let met = met.map_or_else(|| self.none(is_hidden), percent);
        self.line(&format!(
            "{}{:>9}{:>8}{rate:>8}{mark}{:>8}{mean}{met:>8} {bar}",
            padded(label, self.label(means)),
            count(figures.enrolled),
            count(figures.tested),
            count(figures.with_scores),
        ))
    }

    /// What stands where there is no figure.
    fn none(&self, is_hidden: bool) -> String {
        (if is_hidden { "*" } else { "-" }).to_owned()
    }

    fn foot(&mut self) -> io::Result<()> {
        let line = self.account.book.measures.participation_line;
        self.title(&format!("! fewer than {line} percent of the enrolled were tested; met: met and above"))?;
        if self.filter.by.is_empty() {
            self.line("tables by student group: --by group")?;
        }
        self.title("What these files cannot tell")?;
        let mut sentences: Vec<String> = self.account.limits().into_iter().map(|(_, text)| text.to_owned()).collect();
        let mut columns: Vec<&str> =
            self.account.files.iter().flat_map(|file| file.untold.iter().map(|(_, column)| *column)).collect();
        columns.sort_unstable();
        columns.dedup();
        if !columns.is_empty() {
            sentences.push(format!(
                "columns that a file lacks, so that what rests on them is not told: {}",
                columns.join(", ")
            ));
        }
        let unidentified: u64 = self.account.files.iter().map(|file| file.unidentified).sum();
        if unidentified > 0 {
            sentences.push(format!(
                "{} without a student identifier: they may stand in another file as well",
                plural(unidentified, "record")
            ));
        }
        for sentence in sentences {
            let width = self.width;
            self.wrapped(&format!("- {sentence}"), width, "")?;
        }
        Ok(())
    }
}

/// What a filter names, else the one that stands for all.
fn chosen<N: Copy>(named: &[N], all: N) -> Vec<N> {
    if named.is_empty() { vec![all] } else { named.to_vec() }
}

/// A text brought to a width.
fn padded(text: &str, width: usize) -> String {
    let text = fit(text, width.saturating_sub(1));
    let room = width.saturating_sub(columns_of(&text));
    format!("{text}{}", " ".repeat(room))
}

fn file_name(file: &FileAccount) -> String {
    let path = file.info.path.display().to_string();
    let path = if path == "-" { "standard input".to_owned() } else { path };
    file.info.member.as_ref().map_or_else(|| path.clone(), |member| format!("{path}: {member}"))
}

fn file_line(file: &FileAccount) -> String {
    let name = file_name(file);
    let lea = file.info.lea.as_ref().map_or_else(String::new, |lea| format!(" of {lea}"));
    let view = file.info.view.as_str();
    format!("  {}, {view} view{lea}: {}", plural(file.records, "record"), neutralise(&name))
}
