//! The official student groups of a year, and where their definition is not certain, the other
//! ways to read it.

use std::collections::HashMap;

use super::spans;
use crate::layout::{Certainty, certainty};
use crate::rule::{Expr, RecordView, RuleError, StudentGroups, Truth, truth};
use crate::table::{self, TableRow, TableError};

const GROUPS: &str = "rules/counting/student-groups.tsv";
const GROUP_COLUMNS: [&str; 8] = ["id", "years", "name", "category", "certainty", "condition", "note", "source"];
const VARIANTS: &str = "rules/counting/student-group-variants.tsv";
const VARIANT_COLUMNS: [&str; 5] = ["id", "years", "label", "condition", "source"];

/// A student group of a year.
#[derive(Clone, Debug)]
pub struct StudentGroup {
    /// The number of the public files.
    pub id: u16,
    /// The name of the year, as the site has it.
    pub name: String,
    /// The heading it stands under on the site.
    pub category: String,
    /// The name, with the category where the name alone occurs twice.
    pub label: String,
    /// How sure the condition is.
    pub certainty: Certainty,
    /// Who belongs to it.
    pub condition: Expr,
    /// Other ways to read the definition.
    pub variants: Vec<GroupVariant>,
}

/// Another way to read the definition of a group.
#[derive(Clone, Debug)]
pub struct GroupVariant {
    /// What is different: `CALPADS value`.
    pub label: String,
    /// Who belongs to the group then.
    pub condition: Expr,
}

/// The student groups of a year that can be determined from a score file, by their number.
///
/// # Errors
/// A mistake in the shipped tables; a test makes sure that there is none.
pub fn student_groups(year: u16) -> Result<Vec<StudentGroup>, Box<RuleError>> {
    let mut names: HashMap<&str, usize> = HashMap::new();
    for name in spans::lines_of(GROUPS, &GROUP_COLUMNS, year, |row| row.get("name"))? {
        *names.entry(name).or_default() += 1;
    }
    let variants = variants(year)?;
    let groups = spans::lines_of(GROUPS, &GROUP_COLUMNS, year, |row| {
        if row.get("condition")?.is_empty() {
            return Ok(None);
        }
        let namesakes = names.get(row.get("name")?).copied().unwrap_or_default();
        group(row, year, namesakes, &variants).map(Some)
    })?;
    Ok(groups.into_iter().flatten().collect())
}

/// The student groups of a year that no score file tells of: their numbers and names.
pub fn underivable_groups(year: u16) -> Vec<(u16, String)> {
    let named = |(id, name, is_derivable): (u16, String, bool)| (!is_derivable).then_some((id, name));
    names(year).into_iter().filter_map(named).collect()
}

/// All student groups of a year: their numbers and names.
pub fn group_names(year: u16) -> Vec<(u16, String)> {
    names(year).into_iter().map(|(id, name, _)| (id, name)).collect()
}

/// Number and name of each group of a year, and whether a score file tells of it.
fn names(year: u16) -> Vec<(u16, String, bool)> {
    let read = |row: &TableRow<'static>| {
        Ok::<_, TableError>((row.number("id")?, row.text("name")?, !row.get("condition")?.is_empty()))
    };
    spans::lines_of(GROUPS, &GROUP_COLUMNS, year, read).unwrap_or_else(|error| {
        table::keep(error);
        Vec::new()
    })
}

fn group(
    row: &TableRow<'static>,
    year: u16,
    namesakes: usize,
    variants: &[(u16, GroupVariant)],
) -> Result<StudentGroup, Box<RuleError>> {
    let (id, name, category) = (row.number("id")?, row.text("name")?, row.text("category")?);
    let label = if namesakes > 1 { format!("{name} ({category})") } else { name.clone() };
    let own = variants.iter().filter(|(of, _)| *of == id);
    Ok(StudentGroup {
        id,
        label,
        name,
        category,
        certainty: certainty(row)?,
        condition: spans::bound(GROUPS, row, "condition", year)?,
        variants: own.map(|(_, variant)| variant.clone()).collect(),
    })
}

/// The other ways to read groups of a year, with the numbers of the groups.
fn variants(year: u16) -> Result<Vec<(u16, GroupVariant)>, Box<RuleError>> {
    spans::lines_of(VARIANTS, &VARIANT_COLUMNS, year, |row| {
        let condition = spans::bound(VARIANTS, row, "condition", year)?;
        Ok((row.number("id")?, GroupVariant { label: row.text("label")?, condition }))
    })
}

impl StudentGroups for Vec<StudentGroup> {
    fn groups(&self, record: &dyn RecordView) -> Vec<String> {
        let of = self.iter().filter(|group| truth(&group.condition, record) == Truth::True);
        of.map(|group| group.label.clone()).collect()
    }
}
