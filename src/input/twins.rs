//! A delimited and a fixed-width file of the same name are the two forms of one download. One of them is read, after
//! a look at whether the other holds as many records.

use super::candidate::FileCandidate;
use super::error::InputError;
use super::index::{Cursor, Index};
use super::detected::Detected;
use super::model::Block;
use super::names::same_data;
use super::options::InputOptions;
use super::skipped::Skipped;
use crate::finding::FileFinding;
use crate::finding::draft::file;

/// A fixed-width file next to its delimited form.
pub struct Twin {
    /// The fixed-width file.
    pub(super) fixed: FileCandidate,
    /// The name of the delimited one as it is listed.
    pub(super) delimited: String,
}

/// What two forms have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Extent {
    year: u16,
    records: u64,
}

/// What a comparison came to.
pub(super) enum Compared {
    /// Both hold as many records of the same year.
    Alike,
    /// They do not, which is said of the delimited file.
    Different(FileFinding),
}

impl Twin {
    /// The fixed-width file, where nobody looks into it.
    pub fn unread(&self) -> Skipped {
        Skipped { path: self.fixed.name(), why: format!("it is the fixed-width form of {}", self.delimited) }
    }

    /// Why the fixed-width file is passed over.
    pub(super) fn skipped(&self, compared: &Compared) -> String {
        match compared {
            Compared::Alike => same_data(&self.delimited),
            Compared::Different(_) => format!("{} was read instead, and does not hold the same data", self.delimited),
        }
    }

    /// Says of the delimited file what the comparison came to.
    pub(super) fn note(&self, delimited: &mut FileCandidate, compared: Compared) {
        let in_archive = |file: &FileCandidate| file.member().map_or_else(|| file.name(), str::to_owned);
        let (name, value) = (in_archive(&self.fixed), in_archive(delimited));
        let why = match compared {
            Compared::Alike => format!("{name} holds the same data in fixed width and was not read"),
            Compared::Different(finding) => {
                delimited.notes.push(finding);
                format!("{name} does not hold the same data and was not read")
            }
        };
        delimited.origin.detected.push(Detected { what: "source", value, why });
    }

    /// Compares the number of records with that of the delimited file.
    pub(super) fn compare(&self, delimited: &FileCandidate, options: &InputOptions) -> Compared {
        // What is said about the files (a dialect, a sheet) is said about the one that is read.
        let options = InputOptions { limits: options.limits, ..InputOptions::default() };
        let words = match (extent(delimited, &options), extent(&self.fixed, &options)) {
            (Ok(one), Ok(two)) if one == two => return Compared::Alike,
            (Ok(one), Ok(two)) if one.year != two.year => format!("it is of {}, the other of {}", two.year, one.year),
            (Ok(one), Ok(two)) => format!("it holds {} records, the other {}", two.records, one.records),
            (_, Err(error)) => format!("it cannot be read ({})", error.reason()),
            // Said where it is opened.
            (Err(_), _) => return Compared::Alike,
        };
        let finding = file("L039").with("other", self.fixed.name()).with("difference", words);
        Compared::Different(finding.done())
    }
}

fn extent(one: &FileCandidate, options: &InputOptions) -> Result<Extent, InputError> {
    let mut opened = one.open_as_stored(options)?;
    let mut index = Index::of(&opened.info).wanting([0]);
    let (mut block, mut records) = (Block::default(), 0);
    while opened.source.next(&mut block)? {
        let mut cursor = Cursor::default();
        while index.fill(&block, opened.info.separator, &mut cursor) {
            records += index.rows() as u64;
        }
    }
    Ok(Extent { year: opened.info.year, records })
}
