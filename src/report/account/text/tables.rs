//! The tables of a page: by test, grade, school, district and student group.

use std::io;

use owo_colors::{OwoColorize, Style as Paint};

use super::{AccountPage, Means, padded, percent};
use crate::account::CubeEntity;
use crate::account::{ALL_STUDENTS, AccountCell, Sharing};
use crate::counting::underivable_groups;
use crate::number::grouped;

impl<'a> AccountPage<'a> {
    pub(super) fn by_test(&mut self) -> io::Result<()> {
        for entity in self.tops() {
            let cells = self.cells(entity, vec![self.grade()], vec![self.group()]);
            let title = format!("By test: {}; {}", self.entity_title(entity), self.held_still());
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

    /// The participation rates of accountability, which are not the share of the enrolled who were tested. Passed
    /// on, they would tell how many students are left out of them.
    pub(super) fn participation(&mut self) -> io::Result<()> {
        let account = self.account;
        let all = account.participation();
        let is_whole = self.filter.tests.is_empty() && self.filter.grades.is_empty() && self.filter.groups.is_empty();
        if self.sharing == Sharing::Shared || !is_whole {
            return Ok(());
        }
        for entity in self.tops() {
            let own: Vec<_> = all.iter().filter(|one| one.entity == entity).collect();
            let Some(first) = own.first() else { continue };
            self.table(&format!("Participation as accountability counts it: {}; all students", self.entity_title(entity)))?;
            let label = padded("", self.label(self.means()));
            self.line(&format!("{label}{:>9}{:>8}{:>9}", "expected", "tested", "rate"))?;
            for one in &own {
                let label = padded(&one.rule.subject, self.label(self.means()));
                let (mark, paint) = if one.is_low() { ("!", self.style.doubtful()) } else { (" ", Paint::new()) };
                let rate = format!("{:>8}{mark}", percent(one.rate())).style(paint).to_string();
                self.line(&format!("{label}{:>9}{:>8}{rate}", grouped(one.expected), grouped(one.took_part)))?;
            }
            let text = format!(
                "general and alternate tests together; without medical emergencies and, in ELA, exempt first-year \
                 learners; ! under {} percent of {} or more (inferred)",
                first.rule.line, first.rule.least
            );
            let width = self.width;
            self.wrapped(&text, width, "")?;
        }
        Ok(())
    }

    /// What the lines `or:` of a table say.
    pub(super) fn other_ways(&mut self, cells: &[AccountCell<'_>]) -> io::Result<()> {
        let is_used = |label: &str| cells.iter().flat_map(|cell| &cell.variants).any(|(one, _)| *one == label);
        let account = self.account;
        let used: Vec<_> = account.counting.class_variants.iter().filter(|one| is_used(&one.label)).collect();
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

    pub(super) fn by_grade(&mut self) -> io::Result<()> {
        for entity in self.tops() {
            let cells = self.cells(entity, self.filter.grades.clone(), vec![self.group()]);
            let title = format!("By grade: {}; {}", self.entity_title(entity), self.group_name(self.group()));
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

    pub(super) fn by_school(&mut self) -> io::Result<()> {
        let schools = self.entities_of(&[6, 7, 9, 10]);
        self.by_entity("By school", schools)
    }

    /// What a county office sees first: its districts and charters.
    pub(super) fn by_lea(&mut self) -> io::Result<()> {
        let mut entities = self.entities_of(&[4, 5, 6, 9]);
        if entities.iter().filter(|one| one.entity_type == 5).count() < 2 {
            // The only county and all records are the same.
            entities.retain(|one| one.entity_type != 4);
        }
        self.by_entity("By district and charter", entities)?;
        self.line("schools: --by school")
    }

    pub(super) fn entities_of(&self, types: &[u8]) -> Vec<CubeEntity> {
        let all = self.account.cube.entities().map(|(entity, _)| entity);
        all.filter(|entity| types.contains(&entity.entity_type) && self.filter.has_entity(*entity)).collect()
    }

    pub(super) fn by_entity(&mut self, what: &str, entities: Vec<CubeEntity>) -> io::Result<()> {
        let title = format!("{what}; {}", self.held_still());
        self.table(&title)?;
        self.heading(self.means())?;
        let mut cells: Vec<AccountCell<'_>> = Vec::new();
        for entity in entities {
            cells.extend(self.cells(entity, vec![self.grade()], vec![self.group()]));
        }
        // Totals come first. A district stands over its schools, a direct-funded charter after them.
        cells.sort_by_cached_key(|cell| {
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
    pub(super) fn low_groups(&mut self) -> io::Result<()> {
        /// Groups of a test that are listed; all are with `--by group`.
        const LISTED: usize = 12;
        let line = self.account.counting.measures.participation_line;
        let few = self.account.counting.suppression.results_to;
        let is_low = |cell: &AccountCell<'_>| {
            let is_all = self.account.counting.groups.get(cell.group).is_some_and(|group| group.id == ALL_STUDENTS);
            let has_many = cell.figures.enrolled.is_some_and(|enrolled| enrolled > few);
            !is_all && has_many && cell.figures.participation().is_some_and(|rate| rate < line * 100)
        };
        for entity in self.tops() {
            let cells = self.cells(entity, vec![self.grade()], self.filter.groups.clone());
            let low: Vec<&AccountCell<'_>> = cells.iter().filter(|cell| is_low(cell)).collect();
            if low.is_empty() {
                continue;
            }
            let title = self.entity_title(entity);
            self.table(&format!(
                "Student groups under {line} percent tested: {title}; {}",
                self.grade_name(self.grade())
            ))?;
            self.line(&format!("groups of more than {few} enrolled; all groups: --by group"))?;
            self.heading(self.means())?;
            let mut test = None;
            for of_test in low.chunk_by(|one, next| one.test.id == next.test.id) {
                for cell in of_test.iter().take(LISTED) {
                    self.test_line(&mut test, cell)?;
                    let label = self.account.counting.groups.get(cell.group).map_or("", |group| group.label.as_str());
                    self.row(&format!("  {label}"), &cell.figures, self.means())?;
                }
                if let more @ 1.. = of_test.len().saturating_sub(LISTED) {
                    self.line(&format!("  and {more} more: --by group"))?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn by_group(&mut self) -> io::Result<()> {
        let account = self.account;
        for entity in self.tops() {
            let mut cells = self.cells(entity, vec![self.grade()], self.filter.groups.clone());
            cells.sort_by_key(|cell| (cell.test.id, self.category_place(cell.group), cell.group));
            let title = format!("By student group: {}; {}", self.entity_title(entity), self.grade_name(self.grade()));
            self.table(&title)?;
            self.heading(self.means())?;
            let (mut test, mut category) = (None, "");
            for cell in &cells {
                if self.test_line(&mut test, cell)? {
                    category = "";
                }
                let Some(group) = self.account.counting.groups.get(cell.group) else { continue };
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
                |cell: &&AccountCell<'_>| account.counting.groups.get(cell.group).is_some_and(|one| one.id == ALL_STUDENTS);
            if cells.iter().any(|cell| !cell.variants.is_empty() && !is_all(&cell)) {
                self.line("or: the definition of the group is not published; counted both ways")?;
            }
            self.other_ways(&cells)?;
        }
        let not_told = underivable_groups(self.account.counting.year);
        if !not_told.is_empty() {
            let names: Vec<String> = not_told.into_iter().map(|(id, name)| format!("{name} ({id})")).collect();
            let width = self.width;
            self.wrapped(&format!("not in the file: {}", names.join(", ")), width, "")?;
        }
        Ok(())
    }

    /// The name of the test, where another one begins.
    pub(super) fn test_line(&mut self, last: &mut Option<u16>, cell: &AccountCell<'_>) -> io::Result<bool> {
        if *last == Some(cell.test.id) {
            return Ok(false);
        }
        *last = Some(cell.test.id);
        self.line(&cell.test.short)?;
        Ok(true)
    }

    /// The place of a group's category: that of its first group.
    pub(super) fn category_place(&self, group: usize) -> usize {
        let groups = &self.account.counting.groups;
        let category = groups.get(group).map(|group| &group.category);
        groups.iter().position(|one| Some(&one.category) == category).unwrap_or(group)
    }
}
