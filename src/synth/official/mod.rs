//! Official files as the public site has them, made from an account: research files of the year's
//! own form with its suppression, and the list of entities.

mod entities;
mod forms;
mod known;
mod others;
mod rows;

use std::collections::BTreeMap;

use encoding_rs::WINDOWS_1252;

use super::facts::SynthFacts;
use crate::account::Account;
use entities::{OfficialEntity, entities, entity_cell};
pub(super) use forms::published_tests;
use forms::{OfficialForm, forms};
use known::known;
use rows::Research;

/// The official files of a district.
#[derive(Debug)]
pub(super) struct OfficialFiles {
    files: Vec<(String, Vec<u8>)>,
    rows: u64,
}

impl OfficialFiles {
    /// The files that an account makes.
    pub(super) fn new(account: &Account, facts: &SynthFacts) -> Self {
        let year = account.counting.year;
        let all = entities(account, facts);
        let research = Research::new(account, &all);
        let version = known("version", year);
        let mut files = Vec::new();
        let mut count = 0;
        for form in forms("scores", year) {
            let rows = research.rows(&form.tests, form.is_quoted);
            if rows.is_empty() {
                continue;
            }
            count += rows.len();
            let name = format!("{}_ca{year}_all_{}_csv_v{version}.txt", form.prefix, county(&all));
            let mut text = OfficialText::new(&form, "\n", known("unquoted-scores", year));
            for row in &rows {
                text.line(&form, |measure| research.cell(row, measure));
            }
            files.push((name, text.bytes()));
        }
        for form in forms("entities", year) {
            let mut text = OfficialText::new(&form, "\r\n", known("unquoted-entities", year));
            for entity in all.values() {
                text.line(&form, |measure| entity_cell(entity, measure, year));
            }
            files.push((format!("sb_ca{year}entities_csv.txt"), text.bytes()));
        }
        Self { files, rows: u64::try_from(count).unwrap_or(u64::MAX) }
    }

    /// Names and contents.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// Rows of results.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }
}

/// The number of the county.
fn county(all: &BTreeMap<String, OfficialEntity>) -> String {
    let district = all.values().find(|entity| entity.is_district());
    district.and_then(|entity| entity.code.get(..2)).unwrap_or("00").to_owned()
}

/// The text of a file being made.
struct OfficialText {
    text: String,
    end: &'static str,
    /// Measures that stood without quotes before 2020.
    unquoted: Vec<&'static str>,
}

impl OfficialText {
    fn new(form: &OfficialForm, end: &'static str, unquoted: &'static str) -> Self {
        let mut text = Self { text: String::new(), end, unquoted: unquoted.split('|').collect() };
        for (place, (heading, _)) in form.columns.iter().enumerate() {
            text.cell(form, place, heading, form.is_quoted);
        }
        text.text.push_str(end);
        text
    }

    fn line(&mut self, form: &OfficialForm, cell: impl Fn(&str) -> String) {
        for (place, (_, measure)) in form.columns.iter().enumerate() {
            let is_quoted = form.is_quoted && !self.unquoted.contains(measure);
            self.cell(form, place, &cell(measure), is_quoted);
        }
        self.text.push_str(self.end);
    }

    fn cell(&mut self, form: &OfficialForm, place: usize, cell: &str, is_quoted: bool) {
        if place > 0 {
            self.text.push(if form.is_quoted { ',' } else { '^' });
        }
        if is_quoted {
            self.text.push('"');
        }
        self.text.push_str(cell);
        if is_quoted {
            self.text.push('"');
        }
    }

    fn bytes(self) -> Vec<u8> {
        WINDOWS_1252.encode(&self.text).0.into_owned()
    }
}
