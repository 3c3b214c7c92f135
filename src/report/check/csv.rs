//! The findings as a table for spreadsheets: one a row, codes as text, nothing that is taken for a formula.

use std::io::{self, Write};

use super::facts::FindingFacts;
use super::Material;
use crate::report::spreadsheet::{BYTE_ORDER_MARK, cell, code};

/// The columns; they keep their names and order.
const COLUMNS: [&str; 19] = [
    "rule",
    "name",
    "severity",
    "file",
    "line",
    "column",
    "column_letter",
    "field",
    "test",
    "school",
    "student",
    "count",
    "waived",
    "follows_from",
    "owner",
    "message",
    "what_to_do",
    "other_lines",
    "key",
];

/// The first line of every table.
pub const HEADER: &str = "rule,name,severity,file,line,column,column_letter,field,test,school,student,count,waived,\
follows_from,owner,message,what_to_do,other_lines,key";

/// Writes the table.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    out.write_all(BYTE_ORDER_MARK.as_bytes())?;
    let mut table = csv::Writer::from_writer(out);
    write_rows(&mut table, material).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })?;
    table.flush()
}

fn write_rows(table: &mut csv::Writer<&mut dyn Write>, material: &Material<'_>) -> csv::Result<()> {
    table.write_record(COLUMNS)?;
    for error in &material.outcome.unreadable {
        let code = error_code(error);
        let row = |column: &'static str| match column {
            "rule" => code.clone(),
            "name" => "file-not-read".to_owned(),
            "severity" => "error".to_owned(),
            "file" => cell(error.path()),
            "count" => "1".to_owned(),
            "message" => cell(&error.reason()),
            _ => String::new(),
        };
        table.write_record(COLUMNS.map(row))?;
    }
    for finding in material.findings() {
        let Some(facts) = FindingFacts::of(material, finding) else { continue };
        let name = material.rule_of(finding).map_or("", |(_, words)| words.name.as_str());
        let file = material.place(finding).path;
        table.write_record(COLUMNS.map(|column| value(column, &facts, name, &file)))?;
    }
    Ok(())
}

fn error_code(error: &crate::input::InputError) -> String {
    use miette::Diagnostic;
    error.code().map_or_else(|| "unreadable".to_owned(), |code| code.to_string())
}

fn value(column: &str, facts: &FindingFacts<'_>, name: &str, file: &str) -> String {
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    match column {
        "rule" => facts.rule.to_owned(),
        "name" => name.to_owned(),
        "severity" => facts.severity.to_owned(),
        "file" => cell(file),
        "line" => number(facts.line),
        "column" => cell(facts.column.unwrap_or_default()),
        "column_letter" => facts.column_letter.clone().unwrap_or_default(),
        "field" => facts.field.unwrap_or_default().to_owned(),
        // A bare 01 would lose its zero.
        "test" => facts.record_type.as_ref().map_or_else(String::new, |test| cell(&format!("test {test}"))),
        "school" => facts.school.map_or_else(String::new, code),
        // A pseudonym can look like a number with an exponent.
        "student" => facts.student.as_ref().map_or_else(String::new, |student| format!("student {student}")),
        "count" => facts.count.to_string(),
        "waived" => if facts.waived { "yes" } else { "no" }.to_owned(),
        "follows_from" => facts.follows_from.unwrap_or_default().to_owned(),
        "owner" => cell(&facts.owners.join("; ")),
        "message" => cell(&facts.message),
        "what_to_do" => cell(facts.help),
        "other_lines" => facts.related.iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
        "key" => cell(facts.key.as_deref().unwrap_or_default()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_the_columns() {
        assert_eq!(HEADER, COLUMNS.join(","));
    }
}
