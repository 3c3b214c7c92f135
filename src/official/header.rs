//! Tells what a text is from its header: results, an entity list, a lookup, or something else.

use super::error::OfficialError;
use super::knowledge::{OfficialKind, OfficialLayout, knowledge, other_file};
use super::lines::name;
use super::model::{AreaColumn, AreaFigure, Measure};
use crate::input::Detected;
use crate::layout::plain_name;

/// Lines looked at to find the header.
const LOOK: usize = 30;

/// Most columns of a header.
const MOST_COLUMNS: usize = 500;

/// The header of an official file.
#[derive(Clone, Debug)]
pub struct OfficialHeader {
    /// The kind of file.
    pub kind: OfficialKind,
    /// The byte between two cells.
    pub separator: u8,
    /// The headings as they stand in the file.
    pub names: Vec<String>,
    /// What each column holds; blank for what is not known.
    pub measures: Vec<&'static str>,
    /// The line it stands on, 1-based.
    pub line: u64,
    /// What was detected and why.
    pub detected: Vec<Detected>,
}

impl OfficialHeader {
    /// The place of the column that holds something.
    pub fn place(&self, measure: &str) -> Option<usize> {
        self.measures.iter().position(|one| *one == measure)
    }

    /// The places of columns without which nothing can be read.
    ///
    /// # Errors
    /// When one is missing.
    pub fn places<const N: usize>(&self, path: &str, wanted: [&str; N]) -> Result<[usize; N], OfficialError> {
        let missing: Vec<&str> = wanted.into_iter().filter(|measure| self.place(measure).is_none()).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ").replace('_', " ");
            return Err(OfficialError::Incomplete { path: path.to_owned(), kind: self.kind.name(), missing });
        }
        Ok(wanted.map(|measure| self.place(measure).unwrap_or_default()))
    }

    /// The columns about areas, domains and claims.
    pub fn areas(&self) -> Vec<AreaColumn> {
        let columns = self.measures.iter().enumerate();
        columns.filter_map(|(column, measure)| area_column(measure, column)).collect()
    }
}

/// `area_2_percent_above`: the second area, a percent.
fn area_column(measure: &str, column: usize) -> Option<AreaColumn> {
    let (area, what) = measure.strip_prefix("area_")?.split_once('_')?;
    let holds = match what.split('_').next()? {
        "percent" => AreaFigure::Percent,
        "count" => AreaFigure::Count,
        "total" => AreaFigure::Total,
        "mean" => AreaFigure::Mean,
        _ => return None,
    };
    Some(AreaColumn { area: area.parse().ok()?, holds, column })
}

/// The measure that a name of the tables stands for.
pub fn measure_of(name: &str) -> Option<Measure> {
    Measure::ALL.into_iter().find(|measure| measure.id() == name)
}

/// Finds the header of an official file in the first bytes of a text.
///
/// # Errors
/// When it is something else.
pub fn find_header(path: &str, head: &[u8]) -> Result<OfficialHeader, OfficialError> {
    let lines = head.split(|byte| *byte == b'\n').enumerate().take(LOOK);
    let mut first = None;
    for (number, line) in lines {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let (separator, names) = headings(line);
        let plain = plain_names(&names);
        if let Some(header) = header_as(separator, &names, &plain, number as u64 + 1) {
            return Ok(header);
        }
        if first.is_some() {
            continue;
        }
        let is_another = other_file(&plain).is_some();
        first = Some((line, plain));
        if is_another {
            break;
        }
    }
    let (line, plain) = first.unwrap_or_default();
    Err(unknown(path, &plain, line))
}

/// Splits a line by the separator that it has most of.
fn headings(line: &[u8]) -> (u8, Vec<String>) {
    let count = |byte: u8| memchr::memchr_iter(byte, line).count();
    let separator = [b';', b',', b'\t', b'^'].into_iter().max_by_key(|byte| count(*byte)).unwrap_or(b'^');
    let mut cells = Vec::new();
    super::lines::split(line, separator, MOST_COLUMNS, &mut cells);
    let names = (0..cells.len()).map(|place| name(super::lines::cell(line, &cells, place)));
    (separator, names.collect())
}

/// The header that these headings are, if they are one.
pub fn header_of(separator: u8, names: &[String], line: u64) -> Option<OfficialHeader> {
    header_as(separator, names, &plain_names(names), line)
}

/// As [`header_of`], of headings whose plain forms are known.
fn header_as(separator: u8, names: &[String], plain: &[String], line: u64) -> Option<OfficialHeader> {
    let kind = kind_of(plain)?;
    let measures = plain.iter().map(|name| knowledge().measure(kind, name).unwrap_or_default()).collect();
    let mut header = OfficialHeader { kind, separator, names: names.to_vec(), measures, line, detected: Vec::new() };
    header.detected.push(kind_detected(kind, plain));
    header.detected.push(separator_detected(separator));
    Some(header)
}

fn plain_names(names: &[String]) -> Vec<String> {
    names.iter().map(|name| plain_name(name)).collect()
}

/// The kind of file that has these headings.
fn kind_of(plain: &[String]) -> Option<OfficialKind> {
    let holds = |kind: OfficialKind, wanted: &[&str]| {
        let has = |measure: &str| plain.iter().any(|name| knowledge().measure(kind, name) == Some(measure));
        wanted.iter().all(|measure| has(measure))
    };
    let kinds: [(OfficialKind, &[&str]); 5] = [
        (OfficialKind::Scores, &["county", "district", "group", "grade", "test"]),
        (OfficialKind::Entities, &["county", "district", "school", "type", "county_name"]),
        (OfficialKind::Typed, &["entity", "test", "grade", "group"]),
        (OfficialKind::Groups, &["group", "name", "category"]),
        (OfficialKind::Tests, &["test", "name"]),
    ];
    kinds.into_iter().find(|(kind, wanted)| holds(*kind, wanted)).map(|(kind, _)| kind)
}

fn kind_detected(kind: OfficialKind, plain: &[String]) -> Detected {
    let why = match knowledge().nearest(kind, plain) {
        Some((layout, hits)) => fit(layout, hits, plain.len()),
        None => "its columns".to_owned(),
    };
    Detected { what: "kind", value: kind.name().to_owned(), why }
}

fn fit(layout: &OfficialLayout, hits: usize, columns: usize) -> String {
    let program = if layout.program.is_empty() { String::new() } else { format!("{} ", layout.program) };
    let span = layout.span.replace("..", " to ");
    let inferred = if layout.is_inferred { ", inferred at least in part" } else { "" };
    format!("{hits} of {columns} column names are those of {program}{}{inferred}", span.trim_end_matches(" to "))
}

fn separator_detected(separator: u8) -> Detected {
    let (value, name) = match separator {
        b'^' => ("caret", "carets"),
        b',' => ("comma", "commas"),
        b';' => ("semicolon", "semicolons"),
        _ => ("tab", "tabs"),
    };
    Detected { what: "dialect", value: value.to_owned(), why: format!("{name} stand between the column names") }
}

/// What a file without such a header is.
fn unknown(path: &str, plain: &[String], line: &[u8]) -> OfficialError {
    let path = path.to_owned();
    if let Some((kind, help)) = other_file(plain) {
        return OfficialError::Other { path, kind: kind.to_owned(), help: help.to_owned() };
    }
    if plain.len() < 3 && starts_with_codes(line) {
        let help = "download the delimited form of the same file; where columns stand in the fixed-width form was not \
                    published for all years";
        return OfficialError::Other { path, kind: "a fixed-width research file".to_owned(), help: help.to_owned() };
    }
    let nearest = knowledge().nearest(OfficialKind::Scores, plain).filter(|(_, hits)| *hits > 2);
    let nearest = nearest.map_or_else(String::new, |(layout, hits)| format!("; {}", fit(layout, hits, plain.len())));
    let help = "give a research file of CAASPP results (its name begins with sb_, cast_, caa_, caas_ or csa_), with or \
                without the entity list of the same year";
    OfficialError::Unknown { path, columns: plain.len(), nearest, help }
}

/// Whether a line begins with fourteen digits, as the rows of fixed-width files do.
fn starts_with_codes(line: &[u8]) -> bool {
    line.get(..14).is_some_and(|code| code.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_columns() {
        let kind = |text: &str| find_header("x", text.as_bytes()).map(|header| header.kind);
        assert_eq!(
            kind("County Code^District Code^School Code^Filler^Test Year^Type ID^County Name^District Name").unwrap(),
            OfficialKind::Entities
        );
        assert_eq!(kind("Demographic ID^Demographic ID Num^Demographic Name^Student Group").unwrap(), OfficialKind::Groups);
        assert_eq!(kind("Test ID^Test ID Num^Test Name").unwrap(), OfficialKind::Tests);
        let header =
            find_header("x", b"\"County Code\",\"District Code\",\"Subgroup ID\",\"Grade\",\"Test Id\"").unwrap();
        assert_eq!((header.kind, header.separator, header.place("group")), (OfficialKind::Scores, b',', Some(2)));
        assert!(
            header.places("x", ["county", "school"]).unwrap_err().to_string().contains("without a column for school")
        );
    }

    #[test]
    fn other_files_are_named() {
        let said = |text: &str| find_header("x", text.as_bytes()).unwrap_err().to_string();
        assert!(said("SSID^RecordType^IncludeIndicator").contains("a student score file"));
        assert!(said("CountyCode,RecordType,OverallPerfLvl1Pcnt").contains("an ELPAC file"));
        assert!(said("44698070000000 2022").contains("fixed-width"));
        assert!(said("a,b,c").contains("no official file has these 3 columns"));
    }
}
