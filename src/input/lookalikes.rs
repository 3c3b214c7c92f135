//! Recognises files that are often mistaken for a student score file.

use crate::layout::plain_name;
use crate::table::Table;

/// What a file is instead of a student score file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookalike {
    /// Its name, with an article.
    pub kind: &'static str,
    /// What to do.
    pub help: &'static str,
}

/// Recognises a file by its headings (`rules/layouts/other-files.tsv`).
pub fn recognise(names: &[String]) -> Option<Lookalike> {
    let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
    let rows = Table::new(include_str!("../../rules/layouts/other-files.tsv")).rows();
    let mut kinds = rows.filter(|row| {
        let mut wanted = row.get("names").split('|').map(plain_name);
        match row.get("match") {
            "all" => wanted.all(|name| plain.contains(&name)),
            _ => wanted.any(|name| plain.iter().any(|one| one.contains(&name))),
        }
    });
    kinds.next().map(|row| Lookalike { kind: row.get("kind"), help: row.get("help") })
}

/// Recognises a fixed-width file by the number of characters of its records (`rules/layouts/other-records.tsv`).
pub fn of_length(length: usize) -> Option<Lookalike> {
    let mut rows = Table::new(include_str!("../../rules/layouts/other-records.tsv")).rows();
    let found = rows.find(|row| row.get("length").parse() == Ok(length))?;
    Some(Lookalike { kind: found.get("kind"), help: found.get("help") })
}
