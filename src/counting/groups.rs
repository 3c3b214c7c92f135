//! The official student groups of a year, and where their definition is not certain, the other
//! ways to read it.

use std::collections::HashMap;

use super::spans;
use crate::layout::Certainty;
use crate::rule::{Expr, RecordView, RuleError, StudentGroups, Truth, truth};
use crate::table::{Row, Table};

const GROUPS: &str = include_str!("../../rules/counting/student-groups.tsv");
const GROUPS_NAME: &str = "rules/counting/student-groups.tsv";
const VARIANTS: &str = include_str!("../../rules/counting/student-group-variants.tsv");
const VARIANTS_NAME: &str = "rules/counting/student-group-variants.tsv";

/// A student group of a year.
#[derive(Clone, Debug)]
pub struct Group {
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
    pub variants: Vec<Variant>,
}

/// Another way to read the definition of a group.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What is different: `CALPADS value`.
    pub label: String,
    /// Who belongs to the group then.
    pub condition: Expr,
}

/// The student groups of a year that can be told from a score file, by their number.
///
/// # Errors
/// A mistake in the shipped tables; a test makes sure that there is none.
pub fn student_groups(year: u16) -> Result<Vec<Group>, Box<RuleError>> {
    let mut names: HashMap<&str, usize> = HashMap::new();
    for row in rows_of(year) {
        *names.entry(row.get("name")).or_default() += 1;
    }
    let derivable = rows_of(year).filter(|row| !row.get("condition").is_empty());
    derivable.map(|row| group(&row, year, names.get(row.get("name")).copied().unwrap_or_default())).collect()
}

/// The student groups of a year that no score file tells of: their numbers and names.
pub fn underivable_groups(year: u16) -> Vec<(u16, String)> {
    let rows = rows_of(year).filter(|row| row.get("condition").is_empty());
    rows.filter_map(|row| Some((row.get("id").parse().ok()?, row.get("name").to_owned()))).collect()
}

/// All student groups of a year: their numbers and names.
pub fn group_names(year: u16) -> Vec<(u16, String)> {
    rows_of(year).filter_map(|row| Some((row.get("id").parse().ok()?, row.get("name").to_owned()))).collect()
}

fn rows_of(year: u16) -> impl Iterator<Item = Row<'static>> {
    Table::new(GROUPS).rows().filter(move |row| spans::holds(row, year))
}

fn group(row: &Row<'_>, year: u16, namesakes: usize) -> Result<Group, Box<RuleError>> {
    let (name, category) = (row.get("name").to_owned(), row.get("category").to_owned());
    let label = if namesakes > 1 { format!("{name} ({category})") } else { name.clone() };
    Ok(Group {
        id: row.get("id").parse().unwrap_or_default(),
        label,
        name,
        category,
        certainty: spans::certainty(row.get("certainty")),
        condition: spans::bound(GROUPS_NAME, row, "condition", year)?,
        variants: variants(row.get("id"), year)?,
    })
}

fn variants(id: &str, year: u16) -> Result<Vec<Variant>, Box<RuleError>> {
    let rows = Table::new(VARIANTS).rows().filter(|row| row.get("id") == id && spans::holds(row, year));
    let variant = |row: Row<'_>| {
        let condition = spans::bound(VARIANTS_NAME, &row, "condition", year)?;
        Ok(Variant { label: row.get("label").to_owned(), condition })
    };
    rows.map(variant).collect()
}

impl StudentGroups for Vec<Group> {
    fn groups(&self, record: &dyn RecordView) -> Vec<String> {
        let of = self.iter().filter(|group| truth(&group.condition, record) == Truth::True);
        of.map(|group| group.label.clone()).collect()
    }
}
