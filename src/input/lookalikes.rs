//! Recognises files that are often mistaken for a student score file.

use crate::layout::plain_name;
use crate::table;

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
    let columns = ["kind", "names", "match", "help", "source"];
    let kinds = table::lines("rules/layouts/other-files.tsv", &columns, |row| {
        let mut wanted = row.parts("names")?.map(plain_name);
        let fits = if row.word("match", &[("all", true), ("part", false)])? {
            wanted.all(|name| plain.contains(&name))
        } else {
            wanted.any(|name| plain.iter().any(|one| one.contains(&name)))
        };
        Ok(fits.then_some(Lookalike { kind: row.get("kind")?, help: row.get("help")? }))
    });
    kinds.into_iter().flatten().next()
}

/// Recognises a fixed-width file by the number of characters of its records (`rules/layouts/other-records.tsv`).
pub fn of_length(length: usize) -> Option<Lookalike> {
    let rows = table::lines("rules/layouts/other-records.tsv", &["length", "kind", "help", "source"], |row| {
        Ok((row.number::<usize>("length")?, Lookalike { kind: row.get("kind")?, help: row.get("help")? }))
    });
    rows.into_iter().find(|(one, _)| *one == length).map(|(_, lookalike)| lookalike)
}
