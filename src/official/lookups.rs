//! The lists that go with results: entities with their types and names, student groups, tests.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;

use super::error::OfficialError;
use super::header::OfficialHeader;
use super::lines::{LineReader, cell, name, split};
use super::entity_code::code_of;
use super::error::failed;

/// The entities of a year.
#[derive(Clone, Debug)]
pub struct EntityList {
    /// The path as given.
    pub path: PathBuf,
    /// The name inside a zip.
    pub member: Option<String>,
    /// The spring year.
    pub year: u16,
    /// The entities, by code.
    pub entities: HashMap<[u8; 14], ListedEntity>,
}

/// An entity of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEntity {
    /// Its type.
    pub entity_type: u8,
    /// The county.
    pub county: String,
    /// The district; for a direct-funded charter, the charter itself.
    pub district: String,
    /// The school.
    pub school: String,
    /// The line it stands on, 1-based.
    pub line: u64,
}

/// The student groups or tests of a lookup, by number.
#[derive(Clone, Debug)]
pub struct OfficialLookup {
    /// The path as given.
    pub path: PathBuf,
    /// The name inside a zip.
    pub member: Option<String>,
    /// The year in the file's name, where there is one.
    pub year: Option<u16>,
    /// Names, with the category for groups, by number.
    pub names: BTreeMap<u16, (String, String)>,
}

/// Where a list comes from.
pub struct ListPlace {
    /// The path as given.
    pub path: PathBuf,
    /// The name inside a zip.
    pub member: Option<String>,
    /// The name for messages.
    pub name: String,
    /// Longest line.
    pub longest: usize,
}

/// Reads an entity list. Rows without a code are no entities and are left out.
///
/// # Errors
/// When columns are missing or the stream fails.
pub fn read_entities<R: Read>(place: ListPlace, header: &OfficialHeader, stream: R) -> Result<EntityList, OfficialError> {
    let wanted = ["county", "district", "school", "type", "year", "county_name", "district_name", "school_name"];
    let columns = header.places(&place.name, wanted)?;
    let mut list = EntityList { path: place.path, member: place.member, year: 0, entities: HashMap::new() };
    each_line(&place.name, place.longest, header, stream, |number, texts| {
        let [county, district, school, kind, year, county_name, district_name, school_name] =
            columns.map(|column| texts.at(column));
        let (Some((code, _)), Some(entity_type)) = (code_of([county, district, school]), small(kind)) else { return };
        if list.year == 0 {
            list.year = small(year).unwrap_or_default();
        }
        let entity = ListedEntity {
            entity_type: u8::try_from(entity_type).unwrap_or_default(),
            county: name(county_name),
            district: name(district_name),
            school: name(school_name),
            line: number,
        };
        list.entities.entry(code).or_insert(entity);
    })?;
    if list.entities.is_empty() {
        return Err(OfficialError::NoRows { path: place.name });
    }
    Ok(list)
}

/// Reads a lookup of student groups or tests.
///
/// # Errors
/// When columns are missing or the stream fails.
pub fn read_lookup<R: Read>(
    place: ListPlace,
    number: &str,
    header: &OfficialHeader,
    stream: R,
) -> Result<OfficialLookup, OfficialError> {
    let [id, text] = header.places(&place.name, [number, "name"])?;
    let category = header.place("category");
    let year = year_in_name(place.member.as_deref().unwrap_or(&place.name));
    let mut lookup = OfficialLookup { path: place.path, member: place.member, year, names: BTreeMap::new() };
    each_line(&place.name, place.longest, header, stream, |_, texts| {
        let Some(id) = small(texts.at(id)) else { return };
        let category = category.map(|place| name(texts.at(place))).unwrap_or_default();
        lookup.names.entry(id).or_insert((name(texts.at(text)), category));
    })?;
    if lookup.names.is_empty() {
        return Err(OfficialError::NoRows { path: place.name });
    }
    Ok(lookup)
}

/// Calls `row` with the number and the cells of each line after the header.
fn each_line<R: Read>(
    path: &str,
    longest: usize,
    header: &OfficialHeader,
    stream: R,
    mut row: impl FnMut(u64, &Texts<'_>),
) -> Result<(), OfficialError> {
    let mut lines = LineReader::new(stream, longest);
    let mut cells = Vec::new();
    while let Some((number, line)) = lines.next().map_err(|error| failed(path, error))? {
        if number <= header.line || line.trim_ascii().is_empty() {
            continue;
        }
        split(line, header.separator, header.names.len(), &mut cells);
        row(number, &Texts { line, cells: &cells });
    }
    Ok(())
}

/// The cells of a line.
struct Texts<'a> {
    line: &'a [u8],
    cells: &'a [Range<u32>],
}

impl<'a> Texts<'a> {
    fn at(&self, place: usize) -> &'a [u8] {
        cell(self.line, self.cells, place)
    }
}

fn small(text: &[u8]) -> Option<u16> {
    super::value::read_count(text).and_then(|number| u16::try_from(number).ok())
}

/// The year in a file's name: `sb_ca2022_all.txt`, `StudentGroups_2022.txt`.
pub fn year_in_name(name: &str) -> Option<u16> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let runs = base.split(|one: char| !one.is_ascii_digit());
    runs.filter(|run| run.len() == 4).filter_map(|run| run.parse().ok()).find(|year| (2014..2100).contains(year))
}
