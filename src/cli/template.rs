//! `scorelint template`: a table for the numbers of the preview page, filled with the cells that
//! the score files have.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use miette::miette;

use super::exit::{Exit, Failure};
use super::output::{Replacing, refuse_existing, refuse_inputs, write_new, write_out};
use super::progress::{Progress, ProgressWish};
use super::{memory, size};
use crate::account::{Account, AccountOptions, CubeFilter, Dimension, Sharing, account};
use crate::input::InputOptions;
use crate::official::{ALL_STUDENTS, TemplateRow, template_workbook, write_template_csv};

const EXAMPLES: &str = "\
Examples:
  scorelint template TestedStudents_2025.txt -o preview.xlsx
      A workbook to type the numbers of the preview page into; leave empty what you do not look at.

  scorelint template --groups 1,31,160 TestedStudents_2025.txt -o preview.csv
      Also for two student groups, as comma-separated text.

  scorelint reconcile TestedStudents_2025.txt --official preview.xlsx
      Compare, when the numbers are typed in.

Exit codes:
  0  the table is written
  2  wrong usage, or a file that cannot be read to its end, or written
  4  a fault of scorelint itself";

/// Arguments of `template`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Args {
    /// Score files, folders with score files, or - for standard input
    #[arg(value_name = "FILE|FOLDER|-", required = true)]
    paths: Vec<PathBuf>,
    /// Student groups by their official numbers, or all; all students (1) where it is not given
    #[arg(long, value_name = "all|NUMBERS", value_parser = groups)]
    groups: Option<Groups>,
    /// Write to this file: .csv, or .xlsx for a workbook; comma-separated text to the terminal
    /// where it is not given
    #[arg(long, short, visible_alias = "output", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file if there is one, with the numbers that were typed into it
    #[arg(long)]
    force: bool,
    /// Read the files by the layout of this year
    #[arg(long, value_name = "YEAR")]
    year: Option<u16>,
    /// Show no progress bar
    #[arg(long)]
    no_progress: bool,
}

#[derive(Clone, Debug)]
enum Groups {
    All,
    These(Vec<u16>),
}

fn groups(text: &str) -> Result<Groups, String> {
    if text == "all" {
        return Ok(Groups::All);
    }
    let numbers: Result<Vec<u16>, _> = text.split(',').map(|one| one.trim().parse()).collect();
    numbers.map(Groups::These).map_err(|_| "write all, or numbers with commas between them".to_owned())
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    refuse_inputs(args.out.as_deref(), &args.paths)?;
    let replacing = Replacing::of_flag(args.force);
    if let Some(path) = &args.out {
        if !has_known_ending(path) {
            return Err(unknown_ending(path).into());
        }
        refuse_existing(path, replacing)?;
    }
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let input = InputOptions { year: args.year, ..InputOptions::default() };
    let bytes = size::total(&args.paths);
    memory::prepare(bytes);
    let bar = Progress::new(bytes, ProgressWish::of_flag(args.no_progress));
    let report_progress = |bytes| bar.report(bytes);
    let counted = account(&args.paths, &AccountOptions { input, threads, progress: Some(&report_progress) });
    bar.finish();
    let accounts = match counted {
        Ok(accounts) => accounts,
        Err(error) => {
            super::errors::tell(&error);
            return Ok(Exit::Unreadable);
        }
    };
    for error in accounts.unreadable.iter() {
        super::errors::tell(error);
    }
    if accounts.is_incomplete() {
        return Err(miette!(
            help = "give files that can be read to their end",
            "a table made from a part of the records would leave cells out"
        )
        .into());
    }
    let rows: Vec<TemplateRow> =
        accounts.years.iter().flat_map(|account| rows(account, args.groups.as_ref())).collect();
    let Some(path) = &args.out else {
        write_out("the table", |mut out| write_template_csv(&mut out, &rows))?;
        return Ok(Exit::Clean);
    };
    write_new("the table", path, &table(path, &rows)?, replacing)?;
    Ok(Exit::Clean)
}

/// The table as the ending of the file's name says: a workbook, or comma-separated text.
fn table(path: &Path, rows: &[TemplateRow]) -> miette::Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| miette!("the table cannot be made: {error}");
    match path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("xlsx") => template_workbook(rows).map_err(|error| failed(&error)),
        Some("csv") => {
            let mut bytes = Vec::new();
            write_template_csv(&mut bytes, rows).map_err(|error| failed(&error))?;
            Ok(bytes)
        }
        _ => Err(unknown_ending(path)),
    }
}

fn has_known_ending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ["xlsx", "csv"].iter().any(|one| ending.eq_ignore_ascii_case(one)))
}

fn unknown_ending(path: &Path) -> miette::Report {
    let help = "end the name in .xlsx for a workbook, or in .csv for comma-separated text";
    miette!(help = help, "{}: the name does not say in which format to write", path.display())
}

/// The cells of the LEA's own districts, schools and charters: files tell all about no other.
fn rows(account: &Account, groups: Option<&Groups>) -> Vec<TemplateRow> {
    let numbers = match groups {
        None => vec![ALL_STUDENTS],
        Some(Groups::All) => Vec::new(),
        Some(Groups::These(numbers)) => numbers.clone(),
    };
    let by = vec![Dimension::School, Dimension::Test, Dimension::Grade, Dimension::Group];
    let filter = CubeFilter { groups: numbers, by, ..CubeFilter::default() };
    let grades: HashMap<u8, &str> = account.counting.grades.iter().map(|row| (row.code, row.name.as_str())).collect();
    let cells = account.cells(&filter, Sharing::Internal);
    let own = cells.filter(|cell| matches!(cell.entity.entity_type, 6 | 7 | 9 | 10));
    own.filter_map(|cell| {
        let group = account.counting.groups.get(cell.group)?;
        Some(TemplateRow {
            year: account.counting.year,
            code: cell.entity.code_text(),
            entity: account.cube.name_of(cell.entity).to_owned(),
            entity_type: cell.entity.entity_type,
            test: (cell.test.id, cell.test.name.clone()),
            grade: (cell.grade, grades.get(&cell.grade).copied().unwrap_or_default().to_owned()),
            group: (group.id, group.label.clone()),
        })
    })
    .collect()
}
