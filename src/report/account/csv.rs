//! The account as a long table: one figure a line, for spreadsheets and statistics.

use std::io::{self, Write};

use crate::account::{Account, Accounts, AccountCell, Dimension, CubeEntity, CellFigures, CubeFilter, Sharing};
use crate::counting::entity_type_name;
use crate::report::spreadsheet::cell as cell_text;

/// The columns; they keep their names and order.
const COLUMNS: [&str; 14] = [
    "year",
    "entity",
    "entity_type",
    "entity_type_name",
    "entity_name",
    "test",
    "test_name",
    "grade",
    "group",
    "group_name",
    "variant",
    "reason",
    "measure",
    "value",
];

/// The first line of every table.
pub const HEADER: &str = "year,entity,entity_type,entity_type_name,entity_name,test,test_name,grade,group,group_name,variant,reason,measure,value";

/// What stands for a hidden value, as in the public files.
const HIDDEN: &str = "*";

/// Writes the accounts of all years.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, accounts: &Accounts, filter: &CubeFilter, sharing: Sharing) -> io::Result<()> {
    write_table(out, accounts, filter, sharing).map_err(|error| match error.into_kind() {
        // As it was: a closed pipe is recognised by the kind of the error.
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

fn write_table(out: &mut dyn Write, accounts: &Accounts, filter: &CubeFilter, sharing: Sharing) -> csv::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for error in &accounts.unreadable {
        missing(&mut table, "", &format!("{}: {}", error.path(), error.reason()))?;
    }
    for account in &accounts.years {
        let losses = account.files.iter().flat_map(|file| file.losses.iter().map(move |loss| (file, loss)));
        for (file, loss) in losses {
            missing(&mut table, &account.counting.year.to_string(), &format!("{}: {loss}", file.info.path.display()))?;
        }
        for cell in account.cells(filter, sharing) {
            let start = start(account, &cell);
            lines(&mut table, &start, "", &cell.figures)?;
            for (variant, figures) in &cell.variants {
                lines(&mut table, &start, variant, figures)?;
            }
        }
        if filter.tells(Dimension::Reason) {
            classes(&mut table, account, filter, sharing)?;
        }
    }
    Ok(table.flush()?)
}

/// A line that says what is missing from all others.
fn missing<W: Write>(table: &mut csv::Writer<W>, year: &str, reason: &str) -> Result<(), csv::Error> {
    let reason = cell_text(reason);
    let value = |column: &'static str| match column {
        "year" => year,
        "reason" => &reason,
        "measure" => "incomplete",
        "value" => "1",
        _ => "",
    };
    table.write_record(COLUMNS.map(value))
}

/// The cells that all lines of a cell begin with.
fn start(account: &Account, cell: &AccountCell<'_>) -> Vec<String> {
    let group = account.counting.groups.get(cell.group);
    let mut start = place(account, cell.entity);
    start.extend([
        cell.test.id.to_string(),
        cell.test.name.clone(),
        cell.grade.to_string(),
        group.map_or_else(String::new, |group| group.id.to_string()),
        group.map_or_else(String::new, |group| group.label.clone()),
    ]);
    start
}

fn place(account: &Account, entity: CubeEntity) -> Vec<String> {
    vec![
        account.counting.year.to_string(),
        entity.code_text(),
        entity.entity_type.to_string(),
        entity_type_name(entity.entity_type).to_owned(),
        cell_text(account.cube.name_of(entity)),
    ]
}

fn lines<W: Write>(
    table: &mut csv::Writer<W>,
    start: &[String],
    variant: &str,
    figures: &CellFigures,
) -> Result<(), csv::Error> {
    let mut line = |measure: &str, value: String| {
        let end = [variant, "", measure, &value];
        table.write_record(start.iter().map(String::as_str).chain(end))
    };
    let shown = |count: Option<u64>| count.map_or_else(|| HIDDEN.to_owned(), |count| count.to_string());
    line("enrolled", shown(figures.enrolled))?;
    line("tested", shown(figures.tested))?;
    line("with_scores", shown(figures.with_scores))?;
    if let Some(rate) = figures.participation() {
        line("participation_percent", hundredths(rate))?;
    }
    let Some(results) = &figures.results else { return Ok(()) };
    line("score_sum", results.score_sum.to_string())?;
    if let Some(mean) = results.mean {
        line("mean", format!("{}.{}", mean / 10, mean % 10))?;
    }
    for (place, (level, share)) in results.levels.iter().zip(&results.shares).enumerate() {
        line(&format!("level_{}", place + 1), level.to_string())?;
        line(&format!("level_{}_percent", place + 1), hundredths(*share))?;
    }
    if let Some((met, share)) = results.met {
        line("met_and_above", met.to_string())?;
        line("met_and_above_percent", hundredths(share))?;
    }
    Ok(())
}

fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

fn classes<W: Write>(
    table: &mut csv::Writer<W>,
    account: &Account,
    filter: &CubeFilter,
    sharing: Sharing,
) -> Result<(), csv::Error> {
    for (entity, record_type, class, records) in account.shown_classes(sharing) {
        let test = account.counting.test_of(record_type);
        let wanted = filter.tests.is_empty() || test.is_some_and(|test| filter.has_test(test.id));
        let Some(class) = account.counting.classes.get(class).filter(|_| wanted && filter.has_entity(entity)) else {
            continue;
        };
        let mut line = place(account, entity);
        line.push(test.map_or_else(String::new, |test| test.id.to_string()));
        line.push(test.map_or_else(|| format!("record type {record_type:02}"), |test| test.name.clone()));
        let records = records.map_or_else(|| HIDDEN.to_owned(), |records| records.to_string());
        line.extend(["", "", "", "", &class.id, "records", &records].map(str::to_owned));
        table.write_record(&line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_names_the_columns() {
        assert_eq!(HEADER, COLUMNS.join(","));
    }
}
