//! What is known of official files: their columns, tests and look-alikes, from `rules/official`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::layout::plain_name;
use crate::rule::Years;
use crate::table::{self, TableRow, TableError};

/// The columns of `rules/official/layouts.tsv`.
const LAYOUT_COLUMNS: [&str; 8] = ["id", "kind", "program", "years", "separator", "columns", "certainty", "source"];

/// A kind of official file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfficialKind {
    /// Results by entity, test, grade and student group.
    Scores,
    /// The list of entities of a year.
    Entities,
    /// The list of student groups.
    Groups,
    /// The list of tests.
    Tests,
    /// A table into which somebody typed numbers.
    Typed,
}

impl OfficialKind {
    /// Its name, with an article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scores => "an official research file of CAASPP results",
            Self::Entities => "an official entity list",
            Self::Groups => "an official student group lookup",
            Self::Tests => "an official test lookup",
            Self::Typed => "a table of typed numbers",
        }
    }
}

/// A published form of a file.
#[derive(Debug)]
pub struct OfficialLayout {
    /// Its short name: `sb-2021`.
    pub id: &'static str,
    /// The kind of file.
    pub kind: OfficialKind,
    /// The program, for results.
    pub program: &'static str,
    /// The years it is of.
    pub years: Years,
    /// The years as the table writes them.
    pub span: &'static str,
    /// Whether no such file was at hand: its columns are those that others describe.
    pub is_inferred: bool,
    /// The plain headings, in order.
    pub headings: Vec<String>,
}

/// A program of tests: which file its results are in.
#[derive(Debug)]
pub struct TestProgram {
    /// Its short name: `SB`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The official numbers of its tests.
    pub tests: Vec<u16>,
    /// The grades it is given in.
    pub grades: Vec<u8>,
}

/// The letter that research files give the type of a test in a year; blank where none is known.
pub fn test_type(test: u16, year: u16) -> &'static str {
    let columns = ["test", "letter", "years", "certainty", "source"];
    let rows = table::lines("rules/official/test-types.tsv", &columns, |row| {
        let holds = row.number::<u16>("test")? == test && row.years()?.contains(year);
        Ok(holds.then_some(row.get("letter")?))
    });
    rows.into_iter().flatten().next().unwrap_or_default()
}

/// What is known of official files.
#[derive(Debug)]
pub struct Knowledge {
    /// The forms, oldest first within a program.
    pub layouts: Vec<OfficialLayout>,
    /// The programs.
    pub programs: Vec<TestProgram>,
    measures: HashMap<(OfficialKind, String), &'static str>,
}

/// The one copy of it.
pub fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::read);
    &KNOWLEDGE
}

impl Knowledge {
    fn read() -> Self {
        let mut layouts: Vec<OfficialLayout> = table::lines("rules/official/layouts.tsv", &LAYOUT_COLUMNS, read_layout);
        let mut measures = HashMap::new();
        table::lines("rules/official/columns.tsv", &["layout", "position", "heading", "measure"], |row| {
            let id = row.get("layout")?;
            let layout = layouts.iter_mut().find(|layout| layout.id == id);
            let layout = layout.ok_or_else(|| row.error(format!("there is no layout `{id}`")))?;
            let plain = plain_name(row.get("heading")?);
            measures.insert((layout.kind, plain.clone()), row.get("measure")?);
            layout.headings.push(plain);
            Ok(())
        });
        let columns = ["program", "name", "tests", "grades", "prefix", "certainty", "source"];
        let programs = table::lines("rules/official/programs.tsv", &columns, |row| {
            Ok(TestProgram {
                id: row.get("program")?,
                name: row.get("name")?,
                tests: row.numbers("tests")?,
                grades: row.numbers("grades")?,
            })
        });
        Self { layouts, programs, measures }
    }

    /// What a heading (as [`plain_name`] has it) stands for in a kind of file.
    pub fn measure(&self, kind: OfficialKind, plain: &str) -> Option<&'static str> {
        self.measures.get(&(kind, plain.to_owned())).copied()
    }

    /// Whether all student groups of a year are known without its lookup: since lookups have the form of today.
    pub fn knows_groups_of(&self, year: u16) -> bool {
        self.layouts.iter().any(|layout| layout.kind == OfficialKind::Groups && layout.years.contains(year))
    }

    /// The program that a test belongs to.
    pub fn program_of(&self, test: u16) -> Option<&TestProgram> {
        self.programs.iter().find(|program| program.tests.contains(&test))
    }

    /// The form that has most of these headings, and how many: of forms that have as many, the one
    /// with the fewest others.
    pub fn nearest(&self, kind: OfficialKind, names: &[String]) -> Option<(&OfficialLayout, usize)> {
        let of_kind = self.layouts.iter().filter(|layout| layout.kind == kind);
        let hits = |layout: &OfficialLayout| names.iter().filter(|name| layout.headings.contains(name)).count();
        of_kind
            .map(|layout| (layout, hits(layout)))
            .max_by_key(|(layout, hits)| (*hits, usize::MAX - layout.headings.len()))
            .filter(|(_, hits)| *hits > 0)
    }
}

/// What a file is instead of an official one, and what to do.
pub fn other_file(names: &[String]) -> Option<(&'static str, &'static str)> {
    let fits = |wanted: &str| {
        let wanted = plain_name(wanted);
        names.iter().any(|name| name.contains(&wanted))
    };
    let rows = table::lines("rules/official/other-files.tsv", &["kind", "names", "help"], |row| {
        Ok((row.parts("names")?.any(fits), row.get("kind")?, row.get("help")?))
    });
    rows.into_iter().find(|(fits, ..)| *fits).map(|(_, kind, help)| (kind, help))
}

fn read_layout(row: &TableRow<'static>) -> Result<OfficialLayout, TableError> {
    let kinds = [
        ("scores", OfficialKind::Scores),
        ("entities", OfficialKind::Entities),
        ("groups", OfficialKind::Groups),
        ("tests", OfficialKind::Tests),
        ("typed", OfficialKind::Typed),
    ];
    Ok(OfficialLayout {
        id: row.get("id")?,
        kind: row.word("kind", &kinds)?,
        program: row.get("program")?,
        years: row.years()?,
        span: row.get("years")?,
        is_inferred: row.get("certainty")? == "inferred",
        headings: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_the_tables_has_its_place() {
        let columns = columns();
        for layout in &knowledge().layouts {
            let own: Vec<_> = columns.iter().filter(|(id, ..)| *id == layout.id).collect();
            assert!(!own.is_empty(), "{}", layout.id);
            for (place, (_, position, _, measure)) in own.iter().enumerate() {
                assert_eq!(*position, place + 1, "{}", layout.id);
                assert!(!measure.is_empty(), "{}", layout.id);
            }
        }
        let stated = table::lines("rules/official/layouts.tsv", &LAYOUT_COLUMNS, |row| {
            assert!(!row.get("source")?.is_empty() && !row.get("certainty")?.is_empty());
            Ok((row.get("id")?, row.number::<usize>("columns")?))
        });
        for (layout, (id, columns)) in knowledge().layouts.iter().zip(stated) {
            assert_eq!((layout.id, layout.headings.len()), (id, columns));
        }
    }

    fn columns() -> Vec<(&'static str, usize, &'static str, &'static str)> {
        table::read("rules/official/columns.tsv", &["layout", "position", "heading", "measure"], |row| {
            Ok((row.get("layout")?, row.number("position")?, row.get("heading")?, row.get("measure")?))
        })
        .unwrap()
    }

    #[test]
    fn a_heading_means_the_same_in_every_layout() {
        let mut seen: HashMap<(OfficialKind, String), &str> = HashMap::new();
        for (id, _, heading, measure) in columns() {
            let kind = knowledge().layouts.iter().find(|layout| layout.id == id).unwrap().kind;
            let before = seen.insert((kind, plain_name(heading)), measure);
            assert!(before.is_none_or(|before| before == measure), "{heading}");
        }
    }

    #[test]
    fn tests_belong_to_programs() {
        assert_eq!(knowledge().program_of(17).map(|program| program.id), Some("CAST"));
        assert!(knowledge().program_of(5).is_none());
    }
}
