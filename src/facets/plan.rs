//! Compiles the facets of records, and the suppositions about them, for one file.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::{FacetOptions, NO_PLACE, SupposedParameter, SupposedRecords, Supposition};
use crate::counting::{CountingRules, PlaceRule};
use crate::engine::compiler::Compiler;
use crate::engine::fields::{Reads, Visitor};
use crate::engine::nodes::{NodeId, NumId, TextPlan};
use crate::layout::registry;
use crate::rule::{Expr, Stand, Stands, substituted, substituted_number, substituted_text};
use crate::tally::{EntityCode, TallyError, number, text as text_plan};

/// The facets and suppositions, compiled for one file.
pub(crate) struct FacetsPlan {
    pub(crate) base: FacetPlan,
    pub(crate) suppositions: Vec<SupposedPlan>,
    pub(crate) identity: Option<TextPlan>,
    /// The days that tell how new a record is.
    pub(crate) newest: Vec<NumId>,
    pub(crate) keys: Vec<Option<Vec<TextPlan>>>,
    pub(crate) places: Names<EntityCode>,
    pub(crate) texts: Names<String>,
    pub(crate) not_known: Vec<(usize, &'static str)>,
}

/// How facets are found.
pub(crate) struct FacetPlan {
    pub(crate) classes: Vec<(u8, NodeId)>,
    pub(crate) places: Vec<FacetPlacePlan>,
    pub(crate) members: Vec<(usize, NodeId)>,
    pub(crate) record_type: NumId,
    pub(crate) grade: NumId,
    pub(crate) score: Option<NumId>,
    pub(crate) level: Option<NumId>,
}

/// The facets that a supposition changes; `None` where it cannot change them.
pub(crate) struct SupposedPlan {
    pub(crate) place: u16,
    pub(crate) when: NodeId,
    pub(crate) counts: bool,
    pub(crate) records: SupposedRecords,
    pub(crate) parameter: ParameterPlan,
    pub(crate) classes: Option<Vec<(u8, NodeId)>>,
    pub(crate) places: Option<Vec<FacetPlacePlan>>,
    pub(crate) members: Vec<(usize, NodeId)>,
    pub(crate) grade: Option<NumId>,
}

pub(crate) enum ParameterPlan {
    None,
    Day(NumId),
    Text(TextPlan),
}

pub(crate) struct FacetPlacePlan {
    pub(crate) when: NodeId,
    pub(crate) entity_type: u8,
    pub(crate) district_level: bool,
    pub(crate) code: TextPlan,
    pub(crate) name: Option<TextPlan>,
    pub(crate) lea_name: Option<TextPlan>,
}

/// Numbers given to values in the order threads come upon them.
pub(crate) struct Names<T>(Mutex<FxHashMap<T, u32>>);

impl<T: Clone + Eq + std::hash::Hash + Ord> Names<T> {
    fn new() -> Self {
        Self(Mutex::new(FxHashMap::default()))
    }

    pub(crate) fn number(&self, value: &T) -> u32 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.get(value) {
            return *number;
        }
        let next = u32::try_from(known.len()).unwrap_or(NO_PLACE - 1);
        known.insert(value.clone(), next);
        next
    }

    pub(crate) fn into_all(self) -> Vec<T> {
        let known = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<(u32, T)> = known.into_iter().map(|(value, number)| (number, value)).collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, value)| value).collect()
    }
}

impl FacetsPlan {
    pub(crate) fn new(
        compiler: &mut Compiler<'_>,
        counting: &CountingRules,
        options: &FacetOptions<'_>,
    ) -> Result<Self, TallyError> {
        let include = registry().id("include_indicator");
        if let Some(field) = include.filter(|field| compiler.lacks(*field)) {
            return Err(TallyError::Missing(registry().info(field).title));
        }
        let base = FacetPlan::new(compiler, counting)?;
        let (mut suppositions, mut not_known) = (Vec::new(), Vec::new());
        for (place, one) in options.suppositions.iter().enumerate() {
            match SupposedPlan::new(compiler, counting, place, one) {
                Ok(plan) => suppositions.push(plan),
                Err(column) => not_known.push((place, column)),
            }
        }
        let keys = options.keys.iter();
        let keys = keys.map(|key| key.iter().map(|text| text_plan(compiler, text)).collect()).collect();
        let identity = text_plan(compiler, &counting.measures.identity);
        let (places, texts) = (Names::new(), Names::new());
        let newest = counting.measures.newest.iter().filter_map(|day| number(compiler, day).ok()).collect();
        Ok(Self { base, suppositions, identity, newest, keys, places, texts, not_known })
    }
}

/// The node of a condition, or the title of a column it needs that the file lacks.
fn node(compiler: &mut Compiler<'_>, expr: &Expr) -> Result<NodeId, &'static str> {
    match compiler.missing(&Reads::of(expr)) {
        None => Ok(compiler.node(expr)),
        Some(field) => Err(registry().info(field).title),
    }
}

fn place_plan(compiler: &mut Compiler<'_>, place: &PlaceRule, stands: &Stands) -> Option<FacetPlacePlan> {
    Some(FacetPlacePlan {
        when: node(compiler, &substituted(&place.when, stands)).ok()?,
        entity_type: place.entity_type,
        district_level: place.district_level,
        code: text_plan(compiler, &substituted_text(&place.code, stands))?,
        name: place.name.as_ref().and_then(|name| text_plan(compiler, &substituted_text(name, stands))),
        lea_name: place.lea_name.as_ref().and_then(|name| text_plan(compiler, &substituted_text(name, stands))),
    })
}

fn class_plans(compiler: &mut Compiler<'_>, counting: &CountingRules, stands: &Stands) -> Vec<(u8, NodeId)> {
    let numbered = counting.classes.iter().enumerate().map(|(place, class)| (u8::try_from(place), class));
    let plans = numbered
        .filter_map(|(place, class)| Some((place.ok()?, node(compiler, &substituted(&class.condition, stands)).ok()?)));
    plans.collect()
}

impl FacetPlan {
    fn new(compiler: &mut Compiler<'_>, counting: &CountingRules) -> Result<Self, TallyError> {
        let stands = Stands::new();
        let classes = class_plans(compiler, counting, &stands);
        let places = counting.places.iter().filter_map(|place| place_plan(compiler, place, &stands)).collect();
        let groups = counting.groups.iter().enumerate().take(u64::BITS as usize);
        let members = groups.filter_map(|(place, group)| Some((place, node(compiler, &group.condition).ok()?)));
        Ok(Self {
            classes,
            places,
            members: members.collect(),
            record_type: number(compiler, &counting.measures.record_type).map_err(TallyError::Missing)?,
            grade: number(compiler, &counting.measures.grade).map_err(TallyError::Missing)?,
            score: number(compiler, &counting.measures.score).ok(),
            level: number(compiler, &counting.measures.level).ok(),
        })
    }
}

impl SupposedPlan {
    fn new(
        compiler: &mut Compiler<'_>,
        counting: &CountingRules,
        place: usize,
        one: &Supposition,
    ) -> Result<Self, &'static str> {
        let when = node(compiler, &one.when)?;
        for field in one.sees.values().filter_map(|stand| match stand {
            Stand::Field(field) => Some(*field),
            Stand::Fixed(_) => None,
        }) {
            if compiler.lacks(field) {
                return Err(registry().info(field).title);
            }
        }
        let parameter = match &one.parameter {
            SupposedParameter::None => ParameterPlan::None,
            SupposedParameter::Day(day) => ParameterPlan::Day(number(compiler, day)?),
            SupposedParameter::Text(text) => ParameterPlan::Text(text_plan(compiler, text).ok_or("the parameter")?),
        };
        let reads = |reads: &Reads| reads.fields.iter().any(|field| one.sees.contains_key(field));
        let sees_class = counting.classes.iter().any(|class| reads(&Reads::of(&class.condition)));
        let sees_place = counting.places.iter().any(|place| {
            let mut of = Reads::of(&place.when);
            of.text(&place.code);
            reads(&of)
        });
        let mut of_grade = Reads::default();
        of_grade.num(&counting.measures.grade);
        let classes = sees_class.then(|| class_plans(compiler, counting, &one.sees));
        let places = sees_place
            .then(|| counting.places.iter().filter_map(|place| place_plan(compiler, place, &one.sees)).collect());
        let grade = match reads(&of_grade) {
            true => Some(number(compiler, &substituted_number(&counting.measures.grade, &one.sees))?),
            false => None,
        };
        let mut members = Vec::new();
        for (group, info) in counting.groups.iter().enumerate().take(u64::BITS as usize) {
            let own = one.groups.iter().find(|(place, _)| *place == group).map(|(_, expr)| expr.clone());
            let seen = || reads(&Reads::of(&info.condition)).then(|| substituted(&info.condition, &one.sees));
            if let Some(expr) = own.or_else(seen) {
                members.push((group, node(compiler, &expr)?));
            }
        }
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        Ok(Self { place, when, counts: one.counts, records: one.records, parameter, classes, places, members, grade })
    }
}
