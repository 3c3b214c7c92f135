//! Arbitrary conditions on arbitrary records: the compiled masks say what the reference
//! interpreter says.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use scorelint::engine::{truths_of};
use scorelint::layout::{FieldId, registry};
use scorelint::rule::{RecordView, Truth, condition, truth};

const YEAR: u16 = 2022;
const FIELDS: [&str; 8] = [
    "record_type",
    "ssid",
    "last_name",
    "grade_assessed",
    "include_indicator",
    "scale_score",
    "test_start_date_1",
    "eds_print_size_1",
];
const DAYS: [&str; 3] = ["test_start_date_1", "test_completion_date_1", "date_of_birth"];
const NUMBERS: [&str; 3] = ["scale_score", "grade_assessed", "record_type"];
const WORDS: [&str; 8] = ["01", "06", "Y", "n", "11", "TDS_PS_L1", "a'b", "\u{f1}"];
const REGEXES: [&str; 6] = ["^[0-9]{10}$", "^[1-9]", "al", "[^ -~]", "^$", "^(Y|N)?$"];
const CELLS: [&str; 16] = [
    "", " ", "01", "1", "Y", "n", "11", "2430", "NS", "2022-04-15", "2022-02-30", "4/15/2022", "TDS_PS_L1", "A&B",
    "\u{a0}x", "Mu\u{c3}\u{b1}oz",
];

/// The bytes of an input, used up one by one; zeros when they are gone.
struct Source<'b>(&'b [u8]);

impl<'b> Source<'b> {
    fn byte(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first)
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.byte() % all.len()]
    }

    fn text(&mut self, longest: usize) -> &'b [u8] {
        let length = self.byte().min(longest).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        text
    }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
}

fn words(source: &mut Source<'_>) -> String {
    let count = 1 + source.byte() % 3;
    let words: Vec<String> = (0..count).map(|_| quoted(source.one(&WORDS))).collect();
    words.join(", ")
}

fn text(source: &mut Source<'_>, depth: u8) -> String {
    match source.byte() % if depth == 0 { 3 } else { 7 } {
        0 | 1 => source.one(&FIELDS).to_owned(),
        2 => format!("written({})", source.one(&FIELDS)),
        3 => format!("prefix({}, {})", text(source, depth - 1), source.byte() % 12),
        4 => format!("suffix({}, {})", text(source, depth - 1), source.byte() % 12),
        5 => format!("drop_last({}, {})", text(source, depth - 1), source.byte() % 12),
        _ => "subject(record_type)".to_owned(),
    }
}

fn number(source: &mut Source<'_>, depth: u8) -> String {
    match source.byte() % if depth == 0 { 3 } else { 8 } {
        0 => (source.byte() * 12).to_string(),
        1 | 2 => source.one(&NUMBERS).to_owned(),
        3 => format!("number({})", text(source, depth - 1)),
        4 => format!("{} + {}", number(source, 0), number(source, 0)),
        5 => format!("school_year({})", source.one(&DAYS)),
        6 => format!("age({}, {})", source.one(&DAYS), source.one(&DAYS)),
        _ => {
            let [yes, no] = [number(source, 0), number(source, 0)];
            format!("({yes} if {} else {no})", asked(source, depth - 1))
        }
    }
}

fn asked(source: &mut Source<'_>, depth: u8) -> String {
    match source.byte() % 14 {
        0 => format!("{} is blank", text(source, depth)),
        1 => format!("{} is filled", source.one(&FIELDS)),
        2 => format!("{} is one of ({})", text(source, depth), words(source)),
        3 => format!("written({}) is exactly one of ({})", source.one(&FIELDS), words(source)),
        4 => format!("{} matches /{}/i", source.one(&FIELDS), source.one(&REGEXES)),
        5 => format!("written({}) does not match /{}/", source.one(&FIELDS), source.one(&REGEXES)),
        6 => format!("{} is a number", source.one(&NUMBERS)),
        7 => format!("{} is a date", source.one(&DAYS)),
        8 => format!("{} {} {}", number(source, depth), source.one(&["=", "<>", "<", "<=", ">", ">="]), number(source, depth)),
        9 => format!("{} < {} + {}", source.one(&DAYS), source.one(&DAYS), source.byte()),
        10 => format!("{} is {}", text(source, depth), text(source, depth)),
        11 => format!("{} is longer than its width", source.one(&FIELDS)),
        12 => format!("{} is invisible", source.one(&FIELDS)),
        _ => format!("{} has broken letters", source.one(&FIELDS)),
    }
}

fn expression(source: &mut Source<'_>, depth: u8) -> String {
    match source.byte() % if depth == 0 { 1 } else { 5 } {
        0 | 1 => asked(source, 2),
        2 => format!("not ({})", expression(source, depth - 1)),
        3 => format!("({}) and ({})", expression(source, depth - 1), expression(source, depth - 1)),
        _ => format!("({}) or ({})", expression(source, depth - 1), expression(source, depth - 1)),
    }
}

struct Record(BTreeMap<FieldId, String>);

impl RecordView for Record {
    fn cell(&self, field: FieldId) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }
}

fn record(source: &mut Source<'_>) -> Record {
    let cell = |source: &mut Source<'_>| match source.byte() {
        known if known < 200 => CELLS[known % CELLS.len()].to_owned(),
        _ => String::from_utf8_lossy(source.text(24)).replace('\0', "0"),
    };
    let fields = FIELDS.iter().chain(&DAYS).filter_map(|name| registry().id(name));
    Record(fields.map(|field| (field, cell(source))).collect())
}

fuzz_target!(|bytes: &[u8]| {
    let mut source = Source(bytes);
    let text = expression(&mut source, 4);
    let expr = match condition("fuzz", &text, YEAR, &[]) {
        Ok(expr) => expr,
        Err(error) => panic!("{text}: {error}"),
    };
    let records: Vec<Record> = (0..1 + source.byte() % 70).map(|_| record(&mut source)).collect();
    let views: Vec<&dyn RecordView> = records.iter().map(|record| record as &dyn RecordView).collect();
    let expected: Vec<Truth> = views.iter().map(|view| truth(&expr, *view)).collect();
    assert_eq!(truths_of(&expr, &views), expected, "{text}");
});
