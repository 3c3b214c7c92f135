//! What a page calls its entities, grades and student groups, and which of them it is about.

use std::collections::BTreeSet;

use super::{Means, AccountPage, WIDE};
use crate::account::CubeEntity;
use crate::account::{AccountCell, CubeFilter};
use crate::counting::entity_type_name;
use crate::privacy::text::neutralise;

impl<'a> AccountPage<'a> {
    /// The entities that tables without schools are about: those asked for, else the districts
    /// and charters whose file this is, else everything there is.
    pub(super) fn tops(&self) -> Vec<CubeEntity> {
        let entities = || self.account.cube.entities().map(|(entity, _)| entity);
        if !self.filter.entities.is_empty() {
            let named = entities().filter(|entity| self.filter.has_entity(*entity) && entity.entity_type != 0);
            let named: Vec<CubeEntity> = named.collect();
            // A district's schools are in its own figures.
            let districts: BTreeSet<CubeEntity> = named.iter().copied().filter(|one| one.entity_type == 6).collect();
            let has_district = |one: &CubeEntity| one.district().is_some_and(|district| districts.contains(&district));
            return named.into_iter().filter(|entity| !has_district(entity)).collect();
        }
        let leas = self.leas();
        match leas.as_slice() {
            [] => entities().filter(|one| one.entity_type == 4).collect(),
            [lea] => vec![*lea],
            leas => {
                let is_of_county = |one: &CubeEntity| {
                    one.entity_type == 5 && leas.iter().any(|lea| lea.code_text()[..2] == one.code_text()[..2])
                };
                let counties: Vec<CubeEntity> = entities().filter(is_of_county).collect();
                let state = entities().filter(|one| one.entity_type == 4 && counties.len() > 1);
                state.chain(counties.iter().copied()).collect()
            }
        }
    }

    /// The districts whose tested view was read; where there is none, the direct-funded charters.
    pub(super) fn leas(&self) -> Vec<CubeEntity> {
        let whole = |entity_type: u8| {
            let entities = self.account.cube.entities().map(|(entity, _)| entity);
            entities.filter(move |one| one.entity_type == entity_type && self.account.is_whole(*one))
        };
        let districts: Vec<CubeEntity> = whole(6).collect();
        // The file of a district holds the records of its direct-funded charters too.
        if districts.len() == 1 { districts } else { districts.into_iter().chain(whole(9)).collect() }
    }

    pub(super) fn entity_title(&self, entity: CubeEntity) -> String {
        let code = entity.code_text();
        let name = neutralise(self.account.cube.name_of(entity)).into_owned();
        match entity.entity_type {
            4 => "All records of these files".to_owned(),
            5 => format!("County {}, as far as these files reach", &code[..2]),
            kind if name.is_empty() => format!("{code} ({})", entity_type_name(kind)),
            kind if self.width < WIDE => format!("{name} ({})", entity_type_name(kind)),
            kind => format!("{name} ({}, {code})", entity_type_name(kind)),
        }
    }

    pub(super) fn name(&self, entity: CubeEntity) -> String {
        let code = entity.code_text();
        let name = self.account.cube.name_of(entity);
        match entity.entity_type {
            4 => return "all records".to_owned(),
            5 => return format!("County {}", &code[..2]),
            _ => {}
        }
        let name = match (entity.is_district_level(), name.is_empty()) {
            (true, _) => "District Level Program".to_owned(),
            (false, true) => String::new(),
            (false, false) => neutralise(name).into_owned(),
        };
        // Students of other districts, as the enrolled view has them.
        let is_part = entity.entity_type == 6 && !self.account.is_whole(entity);
        let part = if is_part && !self.account.whole.is_empty() { "in part: " } else { "" };
        let is_narrow = self.width < WIDE && !self.has_namesake(entity);
        match (name.is_empty(), is_narrow) {
            (true, _) => format!("{part}{code}"),
            (false, true) => format!("{part}{name}"),
            (false, false) => format!("{part}{code} {name}"),
        }
    }

    /// Whether another entity of its type has the same name.
    pub(super) fn has_namesake(&self, entity: CubeEntity) -> bool {
        self.namesakes.contains(&(entity.entity_type, self.account.cube.name_of(entity)))
    }

    /// Cells of one entity and the tests asked for.
    pub(super) fn cells(&self, entity: CubeEntity, grades: Vec<u8>, groups: Vec<u16>) -> Vec<AccountCell<'a>> {
        let filter = CubeFilter { tests: self.filter.tests.clone(), grades, groups, ..CubeFilter::default() };
        self.account.cells_of(entity, &filter, self.sharing)
    }

    /// The grade row of tables that do not go by grade.
    pub(super) fn grade(&self) -> u8 {
        self.held.0
    }

    /// The group of tables that do not go by group.
    pub(super) fn group(&self) -> u16 {
        self.held.1
    }

    pub(super) fn grade_name(&self, code: u8) -> String {
        let row = self.account.counting.grades.iter().find(|row| row.code == code);
        row.map_or_else(|| format!("grade {code}"), |row| row.name.clone())
    }

    pub(super) fn group_name(&self, id: u16) -> &'a str {
        let group = self.account.counting.groups.iter().find(|group| group.id == id);
        group.map_or("", |group| group.label.as_str())
    }

    /// Whether the table of one grade row has means.
    pub(super) fn means(&self) -> Means {
        let grade = self.grade();
        let has_mean = self.account.counting.grades.iter().any(|row| row.code == grade && row.has_mean);
        if has_mean { Means::Shown } else { Means::Left }
    }

    /// What a table holds still that goes neither by grade nor by group: `all grades, All Students`.
    pub(super) fn held_still(&self) -> String {
        format!("{}, {}", self.grade_name(self.grade()), self.group_name(self.group()))
    }
}
