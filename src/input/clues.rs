//! What the file name and the first records say about a file: view, LEA, year.

use std::collections::{HashMap, HashSet};

use super::index::{Cursor, Index};
use super::known::headings;
use super::detected::{Detected};
use super::model::{Block, Column, FileInfo, Meaning, View};
use super::repeated::HeaderLine;
use super::view::{ENROLLED_LEA, EXCEPTIONS, Leas, TESTED_LEA, view_of};
use crate::finding::FileFinding;
use crate::finding::draft::file;
use crate::layout::{FieldId, registry};

/// The day that tells the school year; testing windows can end in the next one.
const WINDOW_START: &str = "school_window_1_start";

/// Records looked at.
const MOST_RECORDS: usize = 2000;

/// What a file name says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NameClues {
    /// The view, if the name holds one of the two words.
    pub view: Option<View>,
    /// The first word of 14 digits.
    pub lea: Option<String>,
    /// The year after `Data_`, as in names given by TOMS, or a year that stands by itself.
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
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric()).collect();
    let is_lea = |word: &&&str| word.len() == 14 && is_digits(word);
    let lea = words.iter().find(is_lea).map(|word| (*word).to_owned());
    let is_of_toms = lea.is_some() || words.contains(&"caaspp");
    let year = lower.split("data_").skip(1).find_map(leading_year);
    NameClues { view, lea, year: year.or_else(|| year_among(&words).filter(|_| is_of_toms)) }
}

/// The year at the start of a text, as after `Data_` in names given by TOMS.
fn leading_year(text: &str) -> Option<u16> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..4).filter(|_| digits == 4)?.parse().ok()
}

/// The year that stands among the words of a name by itself, as in `…_CAASPP_2022_DLMTR`. A number before or after it
/// makes it a date or a span of years, which says nothing about the administration.
fn year_among(words: &[&str]) -> Option<u16> {
    let is_short_number = |place: usize| words.get(place).is_some_and(|word| word.len() <= 2 && is_digits(word));
    let years = words.iter().enumerate().filter(|(place, word)| {
        let is_date = is_short_number(place + 1) || place.checked_sub(1).is_some_and(is_short_number);
        word.len() == 4 && word.starts_with("20") && is_digits(word) && !is_date
    });
    let mut years = years.map(|(_, word)| *word);
    let year = years.next()?;
    years.all(|other| other == year).then(|| year.parse().ok()).flatten()
}

fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The year that the name of a file says, as in names given by TOMS.
pub fn year_in_name(info: &FileInfo) -> Option<u16> {
    let own = info.path.file_name().and_then(|name| name.to_str());
    read_name(info.member.as_deref().or(own)?).year
}

/// What the first records say.
#[derive(Default)]
pub struct FirstRecords {
    /// The LEAs of records that have two.
    leas: Vec<Leas>,
    /// How many testing windows begin in each school year.
    windows: HashMap<u16, usize>,
    /// Whether the block held a record at all.
    pub has_records: bool,
    /// Whether every record ends with one empty cell too many.
    pub trailing: bool,
    students: Students,
}

/// The students of the first records.
#[derive(Default)]
struct Students {
    numbers: HashSet<u64>,
    /// Whether one has two records.
    repeated: bool,
    /// Records in ELA, and in anything else.
    ela: usize,
    others: usize,
}

impl Students {
    fn take(&mut self, ssid: &str, record_type: &str) {
        let Ok(number) = ssid.parse() else { return };
        self.repeated |= !self.numbers.insert(number);
        match record_type.trim_start_matches('0') {
            "1" | "3" => self.ela += 1,
            "" => {}
            _ => self.others += 1,
        }
    }
}

/// The columns looked at.
struct Places {
    enrolled: Option<usize>,
    tested: Option<usize>,
    exceptions: Vec<(usize, &'static str)>,
    window: Option<usize>,
    student: Option<(usize, usize)>,
}

impl Places {
    fn of(columns: &[Column]) -> Self {
        let place = |name: &str| {
            let id = registry().id(name)?;
            columns.iter().position(|column| column.meaning == Meaning::Field(id))
        };
        let exceptions = EXCEPTIONS.iter().filter_map(|(name, value)| Some((place(name)?, *value)));
        Self {
            enrolled: place(ENROLLED_LEA),
            tested: place(TESTED_LEA),
            exceptions: exceptions.collect(),
            window: place(WINDOW_START),
            student: place("ssid").zip(place("record_type")),
        }
    }
}

impl FirstRecords {
    /// Looks at the first block of a file.
    pub fn of(block: &Block, separator: u8, columns: &[Column]) -> Self {
        let places = Places::of(columns);
        let header = HeaderLine::new(columns.first().map_or("", |column| &column.name), separator);
        let (mut index, mut cursor) = (Index::with(header, columns.len()), Cursor::default());
        let (mut sample, mut rows, mut trailing) = (Self::default(), 0, 0);
        while rows < MOST_RECORDS && index.fill(block, separator, &mut cursor) {
            for row in 0..index.rows() {
                sample.take(&places, |column| index.cell(&block.bytes, row, column));
            }
            rows += index.rows();
            trailing += index.trailing();
        }
        sample.has_records = rows > 0;
        sample.trailing = rows > 0 && trailing == rows as u64;
        sample
    }

    /// Takes in a record, given its cells.
    fn take<'a>(&mut self, places: &Places, cell: impl Fn(usize) -> &'a [u8]) {
        let text = |column: Option<usize>| {
            let cell = column.map_or(&b""[..], &cell);
            std::str::from_utf8(cell).unwrap_or_default().trim()
        };
        let is_exception = places.exceptions.iter().any(|(column, value)| text(Some(*column)) == *value);
        self.leas.extend(Leas::new(text(places.enrolled), text(places.tested), is_exception));
        if let Some((ssid, record_type)) = places.student {
            self.students.take(text(Some(ssid)), text(Some(record_type)));
        }
        if let Some(year) = school_year(text(places.window)) {
            *self.windows.entry(year).or_default() += 1;
        }
    }

    /// The finding for a file in which each student has one record, though it holds several tests.
    pub fn one_record_a_student(&self) -> Option<FileFinding> {
        const FEWEST: usize = 30;
        let Students { numbers, repeated, ela, others } = &self.students;
        let is_cut = !repeated && numbers.len() >= FEWEST && *ela * 2 >= FEWEST && *others > 0;
        is_cut.then(|| file("L042").with("count", numbers.len()).done())
    }

    /// The most frequent school year of the testing windows.
    pub fn window_year(&self) -> Option<u16> {
        self.windows.iter().max_by_key(|(year, count)| (**count, **year)).map(|(year, _)| *year)
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
pub fn apply(info: &mut FileInfo, stated: Option<View>, name: &NameClues, sample: &FirstRecords) -> Vec<FileFinding> {
    let mut findings = Vec::new();
    let has_tested_lea = year_has(info.year, TESTED_LEA);
    let (view, why) = match (stated, name.view) {
        (Some(view), _) => (view, "stated by the user".to_owned()),
        (None, Some(view)) => (view, "the file name says so".to_owned()),
        (None, None) if !has_tested_lea => {
            (View::Unknown, format!("the file name does not say it, and records of {} do not tell", info.year))
        }
        (None, None) => view_of(&sample.leas),
    };
    info.view = view;
    info.detected.push(Detected { what: "view", value: view.as_str().to_owned(), why });
    if view == View::Unknown && has_tested_lea {
        findings.push(file("L029").done());
    }
    findings.extend(sample.one_record_a_student());
    info.lea = name.lea.clone();
    if let Some(lea) = &info.lea {
        let why = "the file name starts with its 14 digits".to_owned();
        info.detected.push(Detected { what: "lea", value: lea.clone(), why });
    }
    let is_known = registry().base(info.year).is_none();
    if let Some(year) = name.year.filter(|year| is_known && *year != info.year) {
        findings.push(file("L010").with("name_year", year).with("layout_year", info.year).done());
    }
    findings
}

fn year_has(year: u16, field: &str) -> bool {
    let id: Option<FieldId> = registry().id(field);
    id.is_some_and(|id| registry().layout(year).is_some_and(|layout| layout.has(id)))
}

/// Of years that fit a header equally, the one that the testing windows are of, or the file name says where
/// there are none; the newest where they are later.
pub fn decide(year: u16, rivals: &[u16], sample: &FirstRecords, named: Option<u16>) -> Option<u16> {
    let window = sample.window_year().or(named)?;
    let by = registry().base(window).unwrap_or(window);
    let fits = by == year || rivals.contains(&by);
    (fits && headings().years.contains(&by)).then_some(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_words_around_code_and_year() {
        let clues = |name: &str| {
            let clues = read_name(name);
            (clues.lea.unwrap_or_default(), clues.year)
        };
        let code = || "58999990000000".to_owned();
        assert_eq!(clues("58999990000000_CAASPP_2022_DLMTR.csv"), (code(), Some(2022)));
        assert_eq!(clues("Copy of 58999990000000_CAASPP_SCRUB_2024.csv"), (code(), Some(2024)));
        assert_eq!(clues("58999990000000_Student_Results_2019_Tested_DLMTR.csv"), (code(), Some(2019)));
        assert_eq!(clues("CAASPP_2024-05-06.csv"), (String::new(), None));
        assert_eq!(clues("CAASPP 2023-24.csv"), (String::new(), None));
        assert_eq!(clues("scores_2022.csv"), (String::new(), None));
        assert_eq!(clues("589999900000001_x.csv"), (String::new(), None));
    }
}
