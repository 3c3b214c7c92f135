//! Reads research files row by row. A row that is not wanted is left after its first cells.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::Range;

use super::error::OfficialError;
use super::figures::FigureColumns;
use super::header::OfficialHeader;
use super::knowledge::knowledge;
use super::lines::{LineReader, cell, split};
use super::entity_code::code_of;
use super::error::failed;
use super::lookups::year_in_name;
use super::model::{FileOrigin, OfficialFile, OfficialRow, PublicEntity, Trouble, TroubleKind, type_of_code};
use super::value::read_count;
use crate::input::{Detected, Encoding};

/// Rows that cannot be used which are kept.
const KEPT_TROUBLES: usize = 1000;

/// Which rows are wanted.
#[derive(Clone, Debug, Default)]
pub struct WantedRows {
    /// Codes of entities, fourteen digits or the first of them; all where it is empty.
    pub entities: Vec<String>,
    /// Official numbers of student groups; all where it is empty.
    pub groups: Vec<u16>,
}

impl WantedRows {
    fn has_entity(&self, code: &[u8; 14]) -> bool {
        self.entities.is_empty() || self.entities.iter().any(|wanted| code.starts_with(wanted.as_bytes()))
    }

    /// Whether a row is wanted.
    pub(super) fn has(&self, row: &OfficialRow) -> bool {
        self.has_entity(&row.place.code) && self.has_group(row.group)
    }

    fn has_group(&self, group: u16) -> bool {
        self.groups.is_empty() || self.groups.contains(&group)
    }
}

/// Whether columns about areas, domains and claims are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Areas {
    /// Left out.
    #[default]
    LeftOut,
    /// Read.
    Read,
}

/// What is known of a file before its rows are read.
pub struct OfficialSource {
    /// The path as given.
    pub path: std::path::PathBuf,
    /// The name inside a zip.
    pub member: Option<String>,
    /// The name for messages.
    pub name: String,
    /// The encoding.
    pub encoding: Encoding,
    /// What was detected on the way.
    pub detected: Vec<Detected>,
    /// Size as stored.
    pub bytes: Option<u64>,
    /// Longest line.
    pub longest: usize,
}

/// Where the cells that say what a row is about stand.
struct Keys {
    /// County, district, school.
    code: [usize; 3],
    entity_type: Option<usize>,
    year: Option<usize>,
    test: usize,
    group: usize,
    grade: usize,
    /// Cells up to the last of the code.
    first: usize,
}

impl Keys {
    fn of(path: &str, header: &OfficialHeader) -> Result<Self, OfficialError> {
        let [county, district, school, test, group, grade, ..] =
            header.places(path, ["county", "district", "school", "test", "group", "grade", "tested", "with_scores"])?;
        let code = [county, district, school];
        let first = code.into_iter().max().unwrap_or_default() + 1;
        Ok(Self { code, entity_type: header.place("type"), year: header.place("year"), test, group, grade, first })
    }
}

/// Reads the rows of a research file.
///
/// # Errors
/// When columns are missing, there are no rows, or the stream fails.
pub fn read_scores<R: Read>(
    source: OfficialSource,
    header: OfficialHeader,
    stream: R,
    wanted: &WantedRows,
    areas: Areas,
) -> Result<OfficialFile, OfficialError> {
    let keys = Keys::of(&source.name, &header)?;
    let (name, longest) = (source.name.clone(), source.longest);
    let mut reader = RowReader { file: empty_file(source, &header), keys, figures: None, wanted, areas, header: &header };
    let mut lines = LineReader::new(stream, longest);
    let mut cells = Vec::new();
    while let Some((number, line)) = lines.next().map_err(|error| failed(&name, error))? {
        if number > header.line && !line.is_empty() {
            reader.row(number, line, &mut cells);
        }
    }
    let file = reader.file;
    if file.rows.is_empty() && file.passed_over == 0 && file.trouble_count == 0 {
        return Err(OfficialError::NoRows { path: name });
    }
    Ok(settled(file))
}

pub(super) fn empty_file(source: OfficialSource, header: &OfficialHeader) -> OfficialFile {
    let mut detected = source.detected;
    detected.extend(header.detected.iter().cloned());
    OfficialFile {
        version: version_in_name(source.member.as_deref().unwrap_or(&source.name)),
        path: source.path,
        member: source.member,
        origin: FileOrigin::Research,
        program: "",
        year: 0,
        separator: header.separator,
        encoding: source.encoding,
        detected,
        headings: header.names.clone(),
        areas: Vec::new(),
        header_line: header.line,
        rows: Vec::new(),
        passed_over: 0,
        troubles: Vec::new(),
        trouble_count: 0,
        repaired_codes: 0,
        rewritten: 0,
        other_districts: BTreeSet::new(),
        last_district: [0; 7],
        bytes: source.bytes,
    }
}

struct RowReader<'a> {
    file: OfficialFile,
    keys: Keys,
    /// Known once a row has shown the year.
    figures: Option<FigureColumns>,
    wanted: &'a WantedRows,
    areas: Areas,
    header: &'a OfficialHeader,
}

impl RowReader<'_> {
    fn row(&mut self, number: u64, line: &[u8], cells: &mut Vec<Range<u32>>) {
        split(line, self.header.separator, self.keys.first, cells);
        let code = code_of(self.keys.code.map(|place| cell(line, cells, place)));
        if let Some((code, _)) = code.filter(|(code, _)| !self.wanted.has_entity(code)) {
            self.file.pass_over(&code);
            return;
        }
        split(line, self.header.separator, usize::MAX, cells);
        if line.iter().all(|byte| *byte == self.header.separator || byte.is_ascii_whitespace()) {
            return;
        }
        if let Some(what) = self.wrong_length(line, cells) {
            return self.trouble(number, what);
        }
        match self.read(number, line, cells, code) {
            Ok(Some(row)) => self.file.rows.push(row),
            Ok(None) => self.file.passed_over += 1,
            Err(what) => self.trouble(number, what),
        }
    }

    /// One blank cell too many at the end is no column.
    fn wrong_length(&self, line: &[u8], cells: &[Range<u32>]) -> Option<TroubleKind> {
        let columns = self.header.names.len();
        let has_blank_end = cells.len() == columns + 1 && cell(line, cells, columns).is_empty();
        (cells.len() != columns && !has_blank_end).then_some(TroubleKind::Cells(cells.len()))
    }

    fn read(
        &mut self,
        number: u64,
        line: &[u8],
        cells: &[Range<u32>],
        code: Option<([u8; 14], bool)>,
    ) -> Result<Option<OfficialRow>, TroubleKind> {
        let keys = &self.keys;
        let text = |place: usize| cell(line, cells, place);
        let number_at = |place: usize| {
            let number = read_count(text(place)).and_then(|number| u16::try_from(number).ok());
            number.ok_or(TroubleKind::Key(place))
        };
        let (code, is_repaired) = code.ok_or(TroubleKind::Key(keys.code[0]))?;
        let group = number_at(keys.group)?;
        if !self.wanted.has_group(group) {
            return Ok(None);
        }
        let test = number_at(keys.test)?;
        let grade = number_at(keys.grade)?;
        let grade = u8::try_from(grade).map_err(|_| TroubleKind::Key(keys.grade))?;
        let entity_type = keys.entity_type.and_then(|place| number_at(place).ok());
        let entity_type = entity_type.and_then(|one| u8::try_from(one).ok());
        let year = keys.year.map(number_at).transpose()?;
        let figures = self.figures_of(year, test)?;
        let (values, rewritten) = figures.read(line, cells);
        self.file.rewritten += u64::from(rewritten);
        self.file.repaired_codes += u64::from(is_repaired);
        let entity_type = entity_type.unwrap_or_else(|| type_of_code(&code));
        Ok(Some(OfficialRow { place: PublicEntity { code, entity_type }, test, grade, group, line: number, values }))
    }

    /// The first row tells the year and the program; a row of another year is in trouble.
    fn figures_of(&mut self, year: Option<u16>, test: u16) -> Result<&FigureColumns, TroubleKind> {
        let file = &mut self.file;
        if file.year == 0 {
            let named = || year_in_name(&file.name());
            file.year = year.or_else(named).unwrap_or_default();
            let why = if year.is_some() { "the year of its first row" } else { "the year in its name" };
            file.detected.push(Detected { what: "year", value: file.year.to_string(), why: why.to_owned() });
            program_of(file, test);
        }
        if let Some(other) = year.filter(|year| *year != file.year) {
            return Err(TroubleKind::Year(other));
        }
        if self.figures.is_none() {
            file.areas = if self.areas == Areas::Read { self.header.areas() } else { Vec::new() };
        }
        let file = &self.file;
        Ok(self.figures.get_or_insert_with(|| FigureColumns::new(self.header, file.year, file.areas.clone())))
    }

    fn trouble(&mut self, line: u64, what: TroubleKind) {
        let file = &mut self.file;
        file.trouble_count += 1;
        if file.troubles.len() < KEPT_TROUBLES {
            file.troubles.push(Trouble { line, what });
        }
    }
}

fn program_of(file: &mut OfficialFile, test: u16) {
    if let Some(program) = knowledge().program_of(test) {
        file.program = program.id;
        let why = format!("test {test} is one of {}", program.name);
        file.detected.push(Detected { what: "program", value: program.id.to_owned(), why });
    }
}

fn settled(mut file: OfficialFile) -> OfficialFile {
    if file.rewritten > 0 {
        let why = "so many figures are not written as the state does (percent signs, decimal commas, separators of \
                   thousands, zeros at the end); each can only mean one number"
            .to_owned();
        file.detected.push(Detected { what: "rewritten", value: file.rewritten.to_string(), why });
    }
    if let Some(version) = file.version {
        let why = "the version in its name; a higher one is a re-issue".to_owned();
        file.detected.push(Detected { what: "version", value: version.to_string(), why });
    }
    file.rows.shrink_to_fit();
    file
}

/// The version in a file's name: 2 in `cast_ca2021_1_csv_v2.txt`.
fn version_in_name(name: &str) -> Option<u8> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase();
    let parts = base.split(['_', '.', ' ', '-', '(']);
    parts.filter_map(|part| part.strip_prefix('v')).filter_map(|digits| digits.parse().ok()).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_get_their_leading_zeros_back() {
        assert_eq!(code_of([b"01", b"10017", b"0112607"]), Some((*b"01100170112607", false)));
        assert_eq!(code_of([b"1", b"10017", b"0"]), Some((*b"01100170000000", true)));
        assert_eq!((code_of([b"", b"10017", b"0"]), code_of([b"x1", b"10017", b"0"])), (None, None));
    }

    #[test]
    fn names_tell_version_and_year() {
        assert_eq!(version_in_name("a_v9/cast_ca2021_1_csv_v2.txt"), Some(2));
        assert_eq!(version_in_name("sb_ca2025entities_csv.txt"), None);
        assert_eq!(year_in_name("x/StudentGroups_2022.txt"), Some(2022));
        assert_eq!(year_in_name("sb_ca2025_all_48_csv_v1"), Some(2025));
    }
}
