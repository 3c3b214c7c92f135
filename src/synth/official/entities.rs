//! The entities of official files: who they are, what they are called.

use std::collections::BTreeMap;

use super::known::known;
use crate::account::{Account, CubeEntity};
use crate::synth::facts::{SynthFacts, MadeSchool, SchoolKind};

/// Names in official files are cut after so many characters.
const LONGEST_NAME: usize = 50;

const STATE: u8 = 4;
const COUNTY: u8 = 5;
const DISTRICT: u8 = 6;
const SCHOOL: u8 = 7;
const DIRECT_CHARTER: u8 = 9;
const LOCAL_CHARTER: u8 = 10;

/// One entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OfficialEntity {
    pub(super) entity_type: u8,
    pub(super) code: String,
    pub(super) county_name: String,
    pub(super) district_name: String,
    pub(super) school_name: String,
}

impl OfficialEntity {
    /// Whether it is a district.
    pub(super) fn is_district(&self) -> bool {
        self.entity_type == DISTRICT
    }

    /// Whether it holds more than the records of the district.
    pub(super) fn holds_others(&self) -> bool {
        matches!(self.entity_type, STATE | COUNTY)
    }

    /// The zip code; only schools have one.
    pub(super) fn zip(&self, year: u16) -> &'static str {
        if self.school_name.is_empty() { "" } else { known("zip", year) }
    }
}

/// All entities by their codes: those that records reach, and those of the district without any.
pub(super) fn entities(account: &Account, facts: &SynthFacts) -> BTreeMap<String, OfficialEntity> {
    let year = account.counting.year;
    let mut all = BTreeMap::new();
    for (entity, _) in account.cube.entities().filter(|(entity, _)| entity.entity_type != 0) {
        let one = named(entity, facts, year);
        all.insert(one.code.clone(), one);
    }
    for school in facts.schools.iter().filter(|school| !school.is_nonpublic()) {
        all.entry(school.code.to_owned()).or_insert_with(|| of_school(school, own_type(school), year));
    }
    all.extend(others(year).into_iter().map(|one| (one.code.clone(), one)));
    all
}

/// The district and school in which the county's other students are.
fn others(year: u16) -> [OfficialEntity; 2] {
    let one = |entity_type: u8, code: &str, school: &str| OfficialEntity {
        entity_type,
        code: known(code, year).to_owned(),
        county_name: known("county", year).to_owned(),
        district_name: known("others-district-name", year).to_owned(),
        school_name: known(school, year).to_owned(),
    };
    [one(DISTRICT, "others-district", ""), one(SCHOOL, "others-school", "others-school-name")]
}

fn named(entity: CubeEntity, facts: &SynthFacts, year: u16) -> OfficialEntity {
    let code = entity.code_text();
    let district = district_name(&code, facts);
    let county = if entity.entity_type == STATE { known("state", year) } else { known("county", year) };
    if let Some(school) = facts.schools.iter().find(|school| school.code == code) {
        // Records that do not tell locally funded charters from other schools say nothing of the type.
        let is_untold = entity.entity_type == SCHOOL && school.charter_indicator.is_empty();
        let entity_type = if is_untold { own_type(school) } else { entity.entity_type };
        return of_school(school, entity_type, year);
    }
    let school = if entity.is_district_level() {
        known("district-level", year).replace("{district}", district)
    } else {
        String::new()
    };
    OfficialEntity {
        entity_type: entity.entity_type,
        code,
        county_name: county.to_owned(),
        district_name: if matches!(entity.entity_type, STATE | COUNTY) { String::new() } else { cut(district) },
        school_name: cut(&school),
    }
}

/// The type of a school by what it is to the district.
fn own_type(school: &MadeSchool) -> u8 {
    match school.kind {
        SchoolKind::LocallyFunded => LOCAL_CHARTER,
        SchoolKind::DirectFunded => DIRECT_CHARTER,
        _ => SCHOOL,
    }
}

fn of_school(school: &MadeSchool, entity_type: u8, year: u16) -> OfficialEntity {
    // A direct-funded charter stands under its own name, whoever authorized it.
    let district = if entity_type == DIRECT_CHARTER { school.name } else { school.lea_name };
    OfficialEntity {
        entity_type,
        code: school.code.to_owned(),
        county_name: known("county", year).to_owned(),
        district_name: cut(district),
        school_name: cut(school.name),
    }
}

fn district_name<'f>(code: &str, facts: &'f SynthFacts) -> &'f str {
    let is_of_district = |school: &&MadeSchool| {
        matches!(school.kind, SchoolKind::District | SchoolKind::Other) && school.code.get(..7) == code.get(..7)
    };
    facts.schools.iter().find(is_of_district).map_or("", |school| school.lea_name)
}

fn cut(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// What a column of official files holds of an entity.
pub(super) fn entity_cell(entity: &OfficialEntity, measure: &str, year: u16) -> String {
    let part = |from: usize, to: usize| entity.code.get(from..to).unwrap_or_default().to_owned();
    match measure {
        "county" => part(0, 2),
        "district" => part(2, 7),
        "school" => part(7, 14),
        "year" => year.to_string(),
        "type" => entity.entity_type.to_string(),
        "county_name" => entity.county_name.clone(),
        "district_name" => entity.district_name.clone(),
        "school_name" => entity.school_name.clone(),
        "zip" => entity.zip(year).to_owned(),
        _ => String::new(),
    }
}
