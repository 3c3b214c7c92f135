//! Adds up counts: schools to districts, counties and the state, grades to all grades.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;

use crate::counting::{ClassVariant, CountingRules, GradeRows, VariantRows};
use crate::tally::{CountGroup, EntityCode, GroupCells, PackedRow, SumRows};

const STATE: u8 = 4;
const COUNTY: u8 = 5;
const DISTRICT: u8 = 6;
const SCHOOL: u8 = 7;
const LOCAL_CHARTER: u8 = 10;

/// A state, county, district, school or charter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CubeEntity {
    /// Its type in the public files; 0 for records of no place.
    pub entity_type: u8,
    /// Its code, fourteen digits.
    code: [u8; 14],
}

impl CubeEntity {
    /// The code.
    pub fn code_text(self) -> String {
        String::from_utf8_lossy(&self.code).into_owned()
    }

    /// Whether it is the row of a district's own program: its school code repeats the district's.
    pub fn is_district_level(self) -> bool {
        self.entity_type == SCHOOL && self.code[..7] == self.code[7..]
    }

    fn of(place: EntityCode) -> Self {
        Self { entity_type: place.entity_type, code: place.code }
    }

    fn above(self, entity_type: u8, digits: usize) -> Self {
        let mut code = [b'0'; 14];
        code[..digits].copy_from_slice(&self.code[..digits]);
        Self { entity_type, code }
    }

    /// The district of a school or charter. A direct-funded charter is part of no district.
    pub fn district(self) -> Option<Self> {
        matches!(self.entity_type, SCHOOL | LOCAL_CHARTER).then(|| self.above(DISTRICT, 7))
    }

    /// The entity itself and all it is part of.
    fn with_all_above(self) -> Vec<Self> {
        let district = self.district();
        let higher = (self.entity_type != 0).then(|| [self.above(COUNTY, 2), self.above(STATE, 0)]);
        std::iter::once(self).chain(district).chain(higher.into_iter().flatten()).collect()
    }
}

/// What an entity is called in the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityName(pub String);

/// Where a cell stands: entity, test and grade row.
pub type CellKey = (CubeEntity, u16, u8);

/// How another way to count classes changes the counts of all students in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    enrolled: i32,
    tested: i32,
}

impl Shift {
    /// The counts after the change.
    pub fn applied(self, counts: &GroupCells) -> GroupCells {
        let shifted = |count: u64, by: i32| count.saturating_add_signed(by.into());
        GroupCells {
            enrolled: shifted(counts.enrolled, self.enrolled),
            tested: shifted(counts.tested, self.tested),
            ..*counts
        }
    }

    fn add(&mut self, other: Self) {
        self.enrolled += other.enrolled;
        self.tested += other.tested;
    }
}

/// The sums over all files of a year.
#[derive(Debug)]
pub struct Cube {
    entities: BTreeMap<CubeEntity, EntityName>,
    /// The number of each cell's row.
    cells: BTreeMap<CellKey, usize>,
    rows: Vec<PackedRow>,
    classes: BTreeMap<(CubeEntity, u8, usize), u64>,
    class_totals: Vec<u64>,
    contradictions: BTreeMap<(u8, usize), u64>,
    /// Changes by place and other way to count, where there is one.
    shifts: BTreeMap<(CellKey, u8), Shift>,
    /// Group and variant of each place in a cell.
    sets: Vec<(usize, Option<usize>)>,
    /// Whether some file shows who belongs to the set.
    known: Vec<bool>,
}

impl Cube {
    pub(super) fn new(counting: &CountingRules) -> Self {
        let sets: Vec<(usize, Option<usize>)> = counting
            .groups
            .iter()
            .enumerate()
            .flat_map(|(place, group)| {
                let variants = (0..group.variants.len()).map(Some);
                std::iter::once(None).chain(variants).map(move |variant| (place, variant))
            })
            .collect();
        Self {
            entities: BTreeMap::new(),
            cells: BTreeMap::new(),
            rows: Vec::new(),
            classes: BTreeMap::new(),
            class_totals: vec![0; counting.classes.len()],
            contradictions: BTreeMap::new(),
            shifts: BTreeMap::new(),
            known: vec![false; sets.len()],
            sets,
        }
    }

    /// Adds the count_groups of a file, which are used up one by one: all of a state twice take much room.
    pub(super) fn add(
        &mut self,
        counting: &CountingRules,
        sets: &[(usize, Option<usize>)],
        count_groups: Vec<CountGroup>,
    ) {
        let places: Vec<Option<usize>> = sets.iter().map(|set| self.sets.iter().position(|one| one == set)).collect();
        for place in places.iter().flatten() {
            self.known[*place] = true;
        }
        let mut rows = SumRows::new(self.sets.len(), std::mem::take(&mut self.rows));
        for count_group in count_groups {
            let own = CubeEntity::of(count_group.place);
            self.add_classes(own, &count_group);
            self.name(own, &count_group);
            let Some(test) = counting.test_of(count_group.record_type) else { continue };
            let grades = counting.grade_rows(count_group.record_type, count_group.grade, count_group.rows);
            self.add_shifts(counting, &count_group, own, test.id, &grades);
            let sums: Vec<_> = count_group.groups.sums().filter_map(|(set, sum)| Some((places[set]?, sum))).collect();
            for entity in own.with_all_above() {
                for grade in &grades {
                    let place = (entity, test.id, *grade);
                    let number = *self.cells.entry(place).or_insert_with(|| rows.push(PackedRow::default()));
                    let row = rows.row(number);
                    sums.iter().for_each(|(set, sum)| row[*set].add(sum));
                }
            }
        }
        self.rows = rows.packed();
    }

    fn add_shifts(
        &mut self,
        counting: &CountingRules,
        count_group: &CountGroup,
        own: CubeEntity,
        test: u16,
        counted: &[u8],
    ) {
        let of_test =
            |variant: &&ClassVariant| variant.tests.is_empty() || variant.tests.contains(&count_group.record_type);
        for (place, variant) in counting.class_variants.iter().enumerate().filter(|(_, variant)| of_test(variant)) {
            let shift = shift(counting, count_group, variant);
            if shift == Shift::default() {
                continue;
            }
            let mut grades = match variant.rows {
                VariantRows::Same => counted.to_vec(),
                VariantRows::Grade => counting.grade_rows(count_group.record_type, count_group.grade, GradeRows::Grade),
            };
            grades.retain(|grade| variant.rows == VariantRows::Same || !counted.contains(grade));
            for entity in own.with_all_above() {
                for grade in &grades {
                    self.shifts.entry(((entity, test, *grade), place as u8)).or_default().add(shift);
                }
            }
        }
    }

    fn add_classes(&mut self, own: CubeEntity, count_group: &CountGroup) {
        for (class, records) in count_group.classes.iter() {
            self.class_totals[class] += records;
            for entity in own.with_all_above() {
                *self.classes.entry((entity, count_group.record_type, class)).or_default() += records;
            }
        }
        for (place, records) in count_group.contradictions.iter() {
            *self.contradictions.entry((count_group.record_type, place)).or_default() += records;
        }
    }

    fn name(&mut self, own: CubeEntity, count_group: &CountGroup) {
        for entity in own.with_all_above() {
            let name = match entity.entity_type {
                DISTRICT => &count_group.lea_name,
                _ if entity == own => &count_group.name,
                _ => "",
            };
            let known = self.entities.entry(entity).or_default();
            if known.0.is_empty() {
                name.clone_into(&mut known.0);
            }
        }
    }

    /// All entities with their names; the name is blank where no record has one.
    pub fn entities(&self) -> impl Iterator<Item = (CubeEntity, &str)> {
        self.entities.iter().map(|(entity, name)| (*entity, name.0.as_str()))
    }

    /// The name of an entity.
    pub fn name_of(&self, entity: CubeEntity) -> &str {
        self.entities.get(&entity).map_or("", |name| name.0.as_str())
    }

    /// Types and names of entities that share them with others of their type.
    pub fn namesakes(&self) -> BTreeSet<(u8, &str)> {
        let mut seen = BTreeSet::new();
        let named = self.entities().filter(|(_, name)| !name.is_empty());
        named.map(|(entity, name)| (entity.entity_type, name)).filter(|one| !seen.insert(*one)).collect()
    }

    /// All cells: where they stand, and their counts.
    pub fn cells(&self) -> impl Iterator<Item = (CellKey, &PackedRow)> {
        self.cells_between(..)
    }

    /// The cells of one entity.
    pub fn cells_of(&self, entity: CubeEntity) -> impl Iterator<Item = (CellKey, &PackedRow)> {
        self.cells_between((entity, 0, 0)..=(entity, u16::MAX, u8::MAX))
    }

    fn cells_between(&self, places: impl RangeBounds<CellKey>) -> impl Iterator<Item = (CellKey, &PackedRow)> {
        self.cells.range(places).filter_map(|(place, number)| Some((*place, self.rows.get(*number)?)))
    }

    /// The counts of one cell by student group and variant, in the order of [`Cube::sets`].
    pub fn cell(&self, place: CellKey) -> Option<Vec<GroupCells>> {
        let row = self.rows.get(*self.cells.get(&place)?)?;
        let mut counts = vec![GroupCells::default(); self.sets.len()];
        row.counts().for_each(|(set, one)| counts[set] = one);
        Some(counts)
    }

    /// Group, and variant if it is one, of each count of a cell.
    pub fn sets(&self) -> &[(usize, Option<usize>)] {
        &self.sets
    }

    /// The place of a group's own counts in a cell; those of its variants follow.
    pub fn set_of(&self, group: usize) -> Option<usize> {
        self.sets.binary_search(&(group, None)).ok()
    }

    /// Whether some file shows who belongs to a group or variant.
    pub fn is_known(&self, place: usize) -> bool {
        self.known.get(place).copied().unwrap_or_default()
    }

    /// How the counts of all students in a cell change with the other ways to count classes: the
    /// place of the way in the counting rules, and the change.
    pub fn shifts(&self, place: CellKey) -> impl Iterator<Item = (usize, Shift)> {
        let changes = self.shifts.range((place, 0)..=(place, u8::MAX));
        changes
            .filter(|(_, shift)| **shift != Shift::default())
            .map(|((_, variant), shift)| (usize::from(*variant), *shift))
    }

    /// Records by class, in the order of the counting rules.
    pub fn classes(&self) -> impl Iterator<Item = u64> {
        self.class_totals.iter().copied()
    }

    /// Records by entity, record type and class.
    pub fn classes_by_entity(&self) -> impl Iterator<Item = (CubeEntity, u8, usize, u64)> {
        self.classes.iter().map(|((entity, record_type, class), records)| (*entity, *record_type, *class, *records))
    }

    /// Records with a contradiction, by record type and contradiction.
    pub fn contradictions(&self) -> impl Iterator<Item = (u8, usize, u64)> {
        self.contradictions.iter().map(|((record_type, place), records)| (*record_type, *place, *records))
    }
}

/// How a count_group's counts change where its classes are counted in another way.
fn shift(counting: &CountingRules, count_group: &CountGroup, variant: &ClassVariant) -> Shift {
    let mut shift = Shift::default();
    for place in &variant.classes {
        let Some(class) = counting.classes.get(*place) else { continue };
        let records = i32::try_from(count_group.classes.get(*place)).unwrap_or_default();
        let before = |counts: bool| i32::from(counts && variant.rows == VariantRows::Same);
        shift.add(Shift {
            enrolled: records * (i32::from(variant.enrolled) - before(class.enrolled)),
            tested: records * (i32::from(variant.tested) - before(class.tested)),
        });
    }
    shift
}
