//! Everything that is told of records, compiled for one file.

use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::fields::{Reads, Visitor};
use super::super::program::{Compiler, NodeId, NumId, TextPlan};
use super::super::tally::{LeafPlace, TallyError, number, text as text_plan};
use super::{NO_PLACE, Parameter, Supposition, Told, TraceOptions};
use crate::counting::{Book, Place};
use crate::layout::registry;
use crate::rule::{Expr, Stand, Stands, substituted, substituted_number, substituted_text};

/// Everything that is told, compiled for one file.
pub(in crate::engine) struct TracePlan<'a> {
    pub(super) known: &'a FxHashSet<u64>,
    pub(super) base: FacetPlan,
    pub(super) suppositions: Vec<SupposedPlan>,
    pub(super) identity: Option<TextPlan>,
    pub(super) keys: Vec<Option<Vec<TextPlan>>>,
    pub(super) places: Names<LeafPlace>,
    pub(super) texts: Names<String>,
    pub(super) untold: Vec<(usize, &'static str)>,
}

/// How facets are found.
pub(super) struct FacetPlan {
    pub(super) classes: Vec<(u8, NodeId)>,
    pub(super) places: Vec<PlacePlan>,
    pub(super) members: Vec<(usize, NodeId)>,
    pub(super) record_type: NumId,
    pub(super) grade: NumId,
    pub(super) score: Option<NumId>,
    pub(super) level: Option<NumId>,
}

/// The facets that a supposition changes; `None` where it cannot change them.
pub(super) struct SupposedPlan {
    pub(super) place: u16,
    pub(super) when: NodeId,
    pub(super) counts: bool,
    pub(super) told: Told,
    pub(super) parameter: ParameterPlan,
    pub(super) classes: Option<Vec<(u8, NodeId)>>,
    pub(super) places: Option<Vec<PlacePlan>>,
    pub(super) members: Vec<(usize, NodeId)>,
    pub(super) grade: Option<NumId>,
}

pub(super) enum ParameterPlan {
    None,
    Day(NumId),
    Text(TextPlan),
}

pub(super) struct PlacePlan {
    pub(super) when: NodeId,
    pub(super) entity_type: u8,
    pub(super) district_level: bool,
    pub(super) code: TextPlan,
    pub(super) name: Option<TextPlan>,
    pub(super) lea_name: Option<TextPlan>,
}

/// Numbers given to values in the order threads come upon them.
pub(super) struct Names<T>(Mutex<FxHashMap<T, u32>>);

impl<T: Clone + Eq + std::hash::Hash + Ord> Names<T> {
    fn new() -> Self {
        Self(Mutex::new(FxHashMap::default()))
    }

    pub(super) fn number(&self, value: &T) -> u32 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.get(value) {
            return *number;
        }
        let next = u32::try_from(known.len()).unwrap_or(NO_PLACE - 1);
        known.insert(value.clone(), next);
        next
    }

    pub(super) fn into_all(self) -> Vec<T> {
        let known = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<(u32, T)> = known.into_iter().map(|(value, number)| (number, value)).collect();
        all.sort_unstable_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, value)| value).collect()
    }
}

impl<'a> TracePlan<'a> {
    pub(super) fn new(
        compiler: &mut Compiler<'_>,
        book: &'a Book,
        options: &TraceOptions<'a>,
    ) -> Result<Self, TallyError> {
        let include = registry().id("include_indicator");
        if let Some(field) = include.filter(|field| compiler.lacks(*field)) {
            return Err(TallyError::Missing(registry().info(field).title));
        }
        let base = FacetPlan::new(compiler, book)?;
        let (mut suppositions, mut untold) = (Vec::new(), Vec::new());
        for (place, one) in options.suppositions.iter().enumerate() {
            match SupposedPlan::new(compiler, book, place, one) {
                Ok(plan) => suppositions.push(plan),
                Err(column) => untold.push((place, column)),
            }
        }
        let keys = options.keys.iter();
        let keys = keys.map(|key| key.iter().map(|text| text_plan(compiler, text)).collect()).collect();
        let identity = text_plan(compiler, &book.measures.identity);
        let (places, texts) = (Names::new(), Names::new());
        Ok(Self { known: options.known, base, suppositions, identity, keys, places, texts, untold })
    }
}

/// The node of a condition, or the title of a column it needs that the file lacks.
fn node(compiler: &mut Compiler<'_>, expr: &Expr) -> Result<NodeId, &'static str> {
    match compiler.missing(&Reads::of(expr)) {
        None => Ok(compiler.node(expr)),
        Some(field) => Err(registry().info(field).title),
    }
}

fn place_plan(compiler: &mut Compiler<'_>, place: &Place, stands: &Stands) -> Option<PlacePlan> {
    Some(PlacePlan {
        when: node(compiler, &substituted(&place.when, stands)).ok()?,
        entity_type: place.entity_type,
        district_level: place.district_level,
        code: text_plan(compiler, &substituted_text(&place.code, stands))?,
        name: place.name.as_ref().and_then(|name| text_plan(compiler, &substituted_text(name, stands))),
        lea_name: place.lea_name.as_ref().and_then(|name| text_plan(compiler, &substituted_text(name, stands))),
    })
}

fn class_plans(compiler: &mut Compiler<'_>, book: &Book, stands: &Stands) -> Vec<(u8, NodeId)> {
    let numbered = book.classes.iter().enumerate().map(|(place, class)| (u8::try_from(place), class));
    let told = numbered
        .filter_map(|(place, class)| Some((place.ok()?, node(compiler, &substituted(&class.condition, stands)).ok()?)));
    told.collect()
}

impl FacetPlan {
    fn new(compiler: &mut Compiler<'_>, book: &Book) -> Result<Self, TallyError> {
        let stands = Stands::new();
        let classes = class_plans(compiler, book, &stands);
        let places = book.places.iter().filter_map(|place| place_plan(compiler, place, &stands)).collect();
        let groups = book.groups.iter().enumerate().take(u64::BITS as usize);
        let members = groups.filter_map(|(place, group)| Some((place, node(compiler, &group.condition).ok()?)));
        Ok(Self {
            classes,
            places,
            members: members.collect(),
            record_type: number(compiler, &book.measures.record_type).map_err(TallyError::Missing)?,
            grade: number(compiler, &book.measures.grade).map_err(TallyError::Missing)?,
            score: number(compiler, &book.measures.score).ok(),
            level: number(compiler, &book.measures.level).ok(),
        })
    }
}

impl SupposedPlan {
    fn new(compiler: &mut Compiler<'_>, book: &Book, place: usize, one: &Supposition) -> Result<Self, &'static str> {
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
            Parameter::None => ParameterPlan::None,
            Parameter::Day(day) => ParameterPlan::Day(number(compiler, day)?),
            Parameter::Text(text) => ParameterPlan::Text(text_plan(compiler, text).ok_or("the parameter")?),
        };
        let reads = |reads: &Reads| reads.fields.iter().any(|field| one.sees.contains_key(field));
        let sees_class = book.classes.iter().any(|class| reads(&Reads::of(&class.condition)));
        let sees_place = book.places.iter().any(|place| {
            let mut of = Reads::of(&place.when);
            of.text(&place.code);
            reads(&of)
        });
        let mut of_grade = Reads::default();
        of_grade.num(&book.measures.grade);
        let classes = sees_class.then(|| class_plans(compiler, book, &one.sees));
        let places =
            sees_place.then(|| book.places.iter().filter_map(|place| place_plan(compiler, place, &one.sees)).collect());
        let grade = match reads(&of_grade) {
            true => Some(number(compiler, &substituted_number(&book.measures.grade, &one.sees))?),
            false => None,
        };
        let mut members = Vec::new();
        for (group, info) in book.groups.iter().enumerate().take(u64::BITS as usize) {
            let own = one.groups.iter().find(|(place, _)| *place == group).map(|(_, expr)| expr.clone());
            let seen = || reads(&Reads::of(&info.condition)).then(|| substituted(&info.condition, &one.sees));
            if let Some(expr) = own.or_else(seen) {
                members.push((group, node(compiler, &expr)?));
            }
        }
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        Ok(Self { place, when, counts: one.counts, told: one.told, parameter, classes, places, members, grade })
    }
}
