//! Accommodations and designated supports: which settings a layout offers for a test, and which
//! of them a student has.

use super::facts::SynthFacts;
use super::fields::{Fields, column};
use super::random::Random;
use super::record::{Col, MadeRecord};
use crate::layout::{Field, FieldKind, Layout, RecordType, registry};
use crate::table;

/// What decides which resources a student may have.
pub(super) struct SupportSetting {
    pub(super) grade: u8,
    pub(super) has_plan: bool,
    pub(super) is_paper: bool,
    /// An unlisted resource that changes what is measured was used.
    pub(super) is_ruled: bool,
    pub(super) is_newcomer: bool,
}

/// One resource with its columns, one a part of the test.
#[derive(Clone, Debug)]
struct Resource {
    name: String,
    columns: Vec<(Col, Vec<&'static str>)>,
    on_paper: bool,
    online: bool,
    grades: Option<Vec<u8>>,
}

/// The resources of a test in a year.
pub(super) struct Supports {
    accommodations: Vec<Resource>,
    supports: Vec<Resource>,
    glossary: Vec<Col>,
    /// The first column for unlisted resources, and its code.
    unlisted: Option<(Col, &'static str)>,
}

/// Unlisted resources come with a ruling, so they are not drawn like the others.
const UNLISTED: &str = "nea_unlisted_resources";

impl Supports {
    /// The resources that the layout names for a test.
    pub(super) fn new(layout: &Layout, record_type: RecordType, facts: &SynthFacts) -> Self {
        let plain_glossary = facts.codes.plain_glossary;
        let mut resources: Vec<Resource> = Vec::new();
        let mut glossary = Vec::new();
        let mut unlisted = None;
        for field in &layout.fields {
            let Some(name) = field.id.map(|id| registry().info(id).name) else { continue };
            let offered = codes_of(field);
            let is_offered = field.applies_to.contains(record_type) && field.kind != FieldKind::Blank;
            if !is_offered || offered.is_empty() || !is_resource(name) {
                continue;
            }
            let place = column(layout, record_type, name);
            if name.starts_with(UNLISTED) {
                unlisted = unlisted.or(offered.first().map(|code| (place, *code)));
                continue;
            }
            if offered.contains(&plain_glossary) {
                glossary.push(place);
            }
            let offered = offered.into_iter().filter(|code| *code != plain_glossary).collect();
            let stem = name.trim_end_matches(|last: char| last.is_ascii_digit()).trim_end_matches('_');
            match resources.iter_mut().find(|resource| resource.name == stem) {
                Some(resource) => resource.columns.push((place, offered)),
                None => resources.push(resource(stem, field, place, offered)),
            }
        }
        let (accommodations, supports) = resources.into_iter().partition(|resource| resource.is_accommodation());
        Self { accommodations, supports, glossary, unlisted }
    }

    /// Writes the resources of one sitting, and the two indicators.
    pub(super) fn write(
        &self,
        setting: &SupportSetting,
        facts: &SynthFacts,
        mut random: Random,
        fields: &Fields,
        record: &mut MadeRecord,
    ) {
        let shares = &facts.shares;
        let mut accommodated = false;
        if setting.has_plan && random.chance(shares.accommodation) {
            accommodated = choose(&self.accommodations, setting, &mut random, record);
        }
        let is_unlisted = setting.is_ruled || (setting.has_plan && !setting.is_paper && random.chance(shares.unlisted));
        if let Some((column, code)) = self.unlisted.filter(|_| is_unlisted) {
            record.set(column, code.as_bytes());
            record.set(fields.unlisted_resource_construct_change, if setting.is_ruled { b"Y" } else { b"N" });
            accommodated = true;
        }
        let is_likely = setting.has_plan || setting.is_newcomer;
        let support_share = if is_likely { shares.support_where_likely } else { shares.support };
        let supported = random.chance(support_share) && choose(&self.supports, setting, &mut random, record);
        if !setting.is_paper && random.chance(shares.glossary) {
            for place in self.glossary.iter().filter(|place| record.is_blank(**place)).copied().collect::<Vec<_>>() {
                record.set(place, facts.codes.plain_glossary.as_bytes());
            }
        }
        record.yes_no(fields.accommodations_available, accommodated);
        record.yes_no(fields.designated_supports_available, supported);
    }
}

impl Resource {
    fn is_accommodation(&self) -> bool {
        self.name.starts_with("ea_") || self.name.starts_with("nea_")
    }

    fn fits(&self, setting: &SupportSetting) -> bool {
        let form = if setting.is_paper { self.on_paper } else { self.online };
        form && self.grades.as_ref().is_none_or(|grades| grades.contains(&setting.grade))
    }
}

/// Sets one resource out of a list in all parts that have it; false when none fits.
fn choose(list: &[Resource], setting: &SupportSetting, random: &mut Random, record: &mut MadeRecord) -> bool {
    let fitting = list.iter().filter(|resource| resource.fits(setting)).count();
    let chosen = random.below(u32::try_from(fitting).unwrap_or_default());
    let place = usize::try_from(chosen).unwrap_or_default();
    let Some(resource) = list.iter().filter(|resource| resource.fits(setting)).nth(place) else { return false };
    let Some((_, codes)) = resource.columns.first() else { return false };
    let Some(code) = random.one_of(codes).copied() else { return false };
    let columns = if setting.is_paper { 1 } else { resource.columns.len() };
    for (column, codes) in resource.columns.iter().take(columns) {
        let code = if codes.contains(&code) { Some(&code) } else { codes.first() };
        if let Some(code) = code {
            record.set(*column, code.as_bytes());
        }
    }
    true
}

fn resource(stem: &str, field: &Field, place: Col, codes: Vec<&'static str>) -> Resource {
    let limits = table::lines("rules/synth/supports.tsv", &["resource", "grades", "source"], |row| {
        Ok((row.get("resource")?, row.numbers("grades")?))
    });
    let is_paper_only = stem.contains("_paper_");
    let is_embedded = stem.starts_with("ea_") || stem.starts_with("eds_");
    Resource {
        name: stem.to_owned(),
        columns: vec![(place, codes)],
        on_paper: !is_embedded && (is_paper_only || field.name.contains("or Paper")),
        online: !is_paper_only && !field.name.contains("(Paper)"),
        grades: limits.into_iter().find(|(resource, _)| *resource == stem).map(|(_, grades)| grades),
    }
}

/// Whether a field is an accommodation or a designated support; universal tools are neither.
fn is_resource(name: &str) -> bool {
    let families = ["ea_", "nea_", "eds_", "neds_"];
    families.iter().any(|family| name.starts_with(family))
}

/// The codes that fit the width; a setting that can be Yes or No is set to Yes.
fn codes_of(field: &Field) -> Vec<&'static str> {
    let width = field.length.unwrap_or(u32::MAX);
    let fits = |code: &&str| u32::try_from(code.len()).unwrap_or(u32::MAX) <= width;
    let codes = field.codes.iter().map(|code| code.code);
    match field.kind {
        FieldKind::YesNo => codes.filter(|code| *code == "Yes").collect(),
        _ => codes.filter(fits).collect(),
    }
}
