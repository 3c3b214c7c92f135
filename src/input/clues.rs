//! What the file name and the first records say about a file: view, LEA, year.

use std::collections::HashMap;

use super::finding::file;
use super::known::headings;
use super::model::{Block, Column, Detected, FileInfo, Meaning, View};
use crate::engine::FileFinding;
use crate::layout::{FieldId, registry};

/// The LEA that a student is enrolled in.
const ENROLLED_LEA: &str = "calpads_district_code";
/// The LEA that a result counts for.
const TESTED_LEA: &str = "final_tested_lea_code";
/// The day that tells the school year; testing windows can end in the next one.
const WINDOW_START: &str = "school_window_1_start";

/// Records looked at.
const MOST_RECORDS: usize = 2000;

/// What a file name says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NameClues {
    /// The view, if the name holds one of the two words.
    pub view: Option<View>,
    /// The 14 digits at its start.
    pub lea: Option<String>,
    /// The year after `Data_`, as in names given by TOMS.
    pub year: Option<u16>,
}

/// Reads a file name such as `58999990000000_CAASPP_…_TestedStudentScoreData_2023_DLMTR.csv`.
pub fn read_name(name: &str) -> NameClues {
    let lower = name.to_lowercase();
    let view = match (lower.contains("tested"), lower.contains("enrolled")) {
        (true, false) => Some(View::Tested),
        (false, true) => Some(View::Enrolled),
        _ => None,
    };
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let lea = name.get(..14).filter(|_| digits == 14).map(str::to_owned);
    let year = lower.split("data_").skip(1).find_map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest.get(..4).filter(|_| digits == 4)?.parse().ok()
    });
    NameClues { view, lea, year }
}

/// The year that the name of a file says, as in names given by TOMS.
pub fn year_in_name(info: &FileInfo) -> Option<u16> {
    let own = info.path.file_name().and_then(|name| name.to_str());
    read_name(info.member.as_deref().or(own)?).year
}

/// The values of a few columns in the first records.
pub struct Sample {
    fields: [Option<usize>; 3],
    rows: Vec<[String; 3]>,
    /// Whether the block held a record at all.
    pub has_records: bool,
    /// Whether every record ends with one empty cell too many.
    pub trailing: bool,
}

impl Sample {
    /// Looks at the first block of a file.
    pub fn of(block: &Block, separator: u8, columns: &[Column]) -> Self {
        let place = |name: &str| {
            let id = registry().id(name)?;
            columns.iter().position(|column| column.meaning == Meaning::Field(id))
        };
        let fields = [place(ENROLLED_LEA), place(TESTED_LEA), place(WINDOW_START)];
        let mut sample = Self { fields, rows: Vec::new(), has_records: false, trailing: false };
        match &block.cells {
            None => sample.take_lines(&block.bytes, separator, columns.len()),
            Some(cells) => {
                sample.has_records = !cells.starts.is_empty();
                let rows = 0..cells.starts.len().min(MOST_RECORDS);
                let text = |row, field: Option<usize>| {
                    let cell = field.map_or(&b""[..], |field| cells.cell(&block.bytes, row, field));
                    String::from_utf8_lossy(cell).trim().to_owned()
                };
                sample.rows = rows.map(|row| fields.map(|field| text(row, field))).collect();
            }
        }
        sample
    }

    fn take_lines(&mut self, bytes: &[u8], separator: u8, columns: usize) {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !matches!(line, [] | [b'\r']));
        let mut trailing = 0;
        for line in lines.take(MOST_RECORDS) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let last = memchr::memrchr(separator, line).map_or(line, |at| &line[at + 1..]);
            let is_trailing =
                (last.is_empty() || last == b"\"\"") && memchr::memchr_iter(separator, line).count() == columns;
            trailing += usize::from(is_trailing);
            let text = |field: Option<usize>| {
                let cell = field.and_then(|field| cell_of(line, separator, field)).unwrap_or_default();
                String::from_utf8_lossy(cell).trim().to_owned()
            };
            self.rows.push(self.fields.map(text));
        }
        self.has_records = !self.rows.is_empty();
        self.trailing = self.has_records && trailing == self.rows.len();
    }

    /// The view, where in one of two columns all LEAs are the same and in the other they are not.
    pub fn view(&self) -> Option<(View, &'static str)> {
        let several = |at: usize| {
            let mut codes = self.rows.iter().map(|row| row[at].as_str()).filter(|code| !code.is_empty());
            let first = codes.next()?;
            Some(codes.any(|code| code != first))
        };
        match (several(0)?, several(1)?) {
            (true, false) => Some((View::Tested, "the first records have one tested LEA and several enrolled LEAs")),
            (false, true) => Some((View::Enrolled, "the first records have one enrolled LEA and several tested LEAs")),
            _ => None,
        }
    }

    /// The most frequent school year of the testing windows.
    pub fn window_year(&self) -> Option<u16> {
        let mut counts: HashMap<u16, usize> = HashMap::new();
        for year in self.rows.iter().filter_map(|row| school_year(&row[2])) {
            *counts.entry(year).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(year, count)| (*count, *year)).map(|(year, _)| year)
    }
}

/// The spring of the school year that a day (`YYYY-MM-DD`) belongs to; July 1 begins the next.
fn school_year(day: &str) -> Option<u16> {
    let mut parts = day.split('-');
    let year: u16 = parts.next().filter(|part| part.len() == 4)?.parse().ok()?;
    let month: u16 = parts.next()?.parse().ok()?;
    let is_day = parts.next()?.parse::<u16>().is_ok_and(|day| (1..=31).contains(&day));
    ((1..=12).contains(&month) && is_day && parts.next().is_none()).then_some(year + u16::from(month >= 7))
}

/// Settles the view and adds what the name and the first records say.
pub fn apply(info: &mut FileInfo, stated: Option<View>, name: &NameClues, sample: &Sample) -> Vec<FileFinding> {
    let mut findings = Vec::new();
    let found = match (stated, name.view) {
        (Some(view), _) => Some((view, "stated by the user")),
        (None, Some(view)) => Some((view, "the file name says so")),
        (None, None) => sample.view(),
    };
    let (view, why) = found.unwrap_or((View::Unknown, "neither the file name nor the first records tell"));
    info.view = view;
    info.detected.push(Detected { what: "view", value: view.as_str().to_owned(), why: why.to_owned() });
    if view == View::Unknown && year_has(info.year, TESTED_LEA) {
        findings.push(file("L029").done());
    }
    info.lea = name.lea.clone();
    if let Some(lea) = &info.lea {
        let why = "the file name starts with its 14 digits".to_owned();
        info.detected.push(Detected { what: "lea", value: lea.clone(), why });
    }
    if let Some(year) = name.year.filter(|year| *year != info.year) {
        findings.push(file("L010").with("name_year", year).with("layout_year", info.year).done());
    }
    findings
}

fn year_has(year: u16, field: &str) -> bool {
    let id: Option<FieldId> = registry().id(field);
    id.is_some_and(|id| registry().layout(year).is_some_and(|layout| layout.has(id)))
}

/// Of years that fit a header equally, the one that the testing windows are of.
pub fn decide(year: u16, rivals: &[u16], sample: &Sample) -> Option<u16> {
    let window = sample.window_year()?;
    let fits = window == year || rivals.contains(&window);
    (fits && headings().years.contains(&window)).then_some(window)
}

/// A cell of a line.
fn cell_of(line: &[u8], separator: u8, place: usize) -> Option<&[u8]> {
    let mut ends = memchr::memchr_iter(separator, line);
    let start = match place.checked_sub(1) {
        Some(before) => ends.nth(before)? + 1,
        None => 0,
    };
    Some(&line[start..ends.next().unwrap_or(line.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_given_by_toms_say_view_lea_and_year() {
        let name = "58999990000000_CAASPP_Student_Score_Data_File_TestedStudentScoreData_2023_DLMTR.csv";
        let clues = read_name(name);
        assert_eq!(
            (clues.view, clues.lea.as_deref(), clues.year),
            (Some(View::Tested), Some("58999990000000"), Some(2023))
        );
        assert_eq!(read_name("58999990000000_Student_Results_DLMTR.csv").view, None);
        assert_eq!(read_name("copy of scores.csv"), NameClues::default());
    }

    #[test]
    fn july_begins_the_next_school_year() {
        assert_eq!(school_year("2025-04-11"), Some(2025));
        assert_eq!(school_year("2020-08-01"), Some(2021));
        assert_eq!(school_year("4/11/2025"), None);
    }
}
