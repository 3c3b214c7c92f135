//! Compiles the counting rules of a year for the columns of one file.

use super::count_group::EntityCode;
use super::{TallyError, TallyOptions};
use crate::counting::CountingRules;
use crate::engine::compiler::Compiler;
use crate::engine::evaluate::Batch;
use crate::engine::fields::{Reads, Visitor};
use crate::engine::nodes::{NodeId, NumId, TextPlan};
use crate::layout::{FieldId, registry};
use crate::rule::{Expr, Num, TextExpr};

/// Everything that is counted, compiled for one file.
pub(crate) struct TallyPlan<'a> {
    pub(crate) counting: &'a CountingRules,
    pub(crate) options: &'a TallyOptions<'a>,
    /// The place in the counting rules and the condition.
    pub(crate) classes: Vec<(usize, NodeId)>,
    pub(crate) contradictions: Vec<(usize, NodeId)>,
    pub(crate) sets: Vec<(usize, Option<usize>)>,
    pub(crate) members: Vec<NodeId>,
    pub(crate) places: Vec<PlacePlan>,
    pub(crate) record_type: NumId,
    pub(crate) grade: NumId,
    pub(crate) score: Option<NumId>,
    pub(crate) level: Option<NumId>,
    pub(crate) identity: Option<TextPlan>,
}

pub(crate) struct PlacePlan {
    pub(crate) when: NodeId,
    pub(crate) entity_type: u8,
    pub(crate) district_level: bool,
    pub(crate) code: TextPlan,
    pub(crate) name: Option<TextPlan>,
    pub(crate) lea_name: Option<TextPlan>,
}

impl<'a> TallyPlan<'a> {
    pub(crate) fn new(
        compiler: &mut Compiler<'_>,
        counting: &'a CountingRules,
        options: &'a TallyOptions<'a>,
        not_known: &mut Vec<(String, &'static str)>,
    ) -> Result<Self, TallyError> {
        let mut known = |compiler: &mut Compiler<'_>, expr: &Expr, what: &str| match compiler.missing(&Reads::of(expr)) {
            None => Some(compiler.node(expr)),
            Some(field) => {
                not_known.push((what.to_owned(), title(field)));
                None
            }
        };
        let mut classes = Vec::new();
        for (place, class) in counting.classes.iter().enumerate() {
            classes.extend(known(compiler, &class.condition, &class.reason).map(|node| (place, node)));
        }
        let mut contradictions = Vec::new();
        for (place, one) in counting.contradictions.iter().enumerate() {
            contradictions.extend(known(compiler, &one.condition, &one.words).map(|node| (place, node)));
        }
        let (mut sets, mut members) = (Vec::new(), Vec::new());
        for (place, group) in counting.groups.iter().enumerate() {
            let variants = group.variants.iter().enumerate().map(|(one, variant)| (Some(one), &variant.condition));
            for (variant, condition) in std::iter::once((None, &group.condition)).chain(variants) {
                if let Some(node) = known(compiler, condition, &group.label) {
                    sets.push((place, variant));
                    members.push(node);
                }
            }
        }
        let mut places = Vec::new();
        for place in &counting.places {
            let Some(when) = known(compiler, &place.when, "the place of some records") else { continue };
            let Some(code) = text(compiler, &place.code) else { continue };
            places.push(PlacePlan {
                when,
                entity_type: place.entity_type,
                district_level: place.district_level,
                code,
                name: place.name.as_ref().and_then(|name| text(compiler, name)),
                lea_name: place.lea_name.as_ref().and_then(|name| text(compiler, name)),
            });
        }
        let include = registry().id("include_indicator");
        if let Some(field) = include.filter(|field| compiler.lacks(*field)) {
            return Err(TallyError::Missing(title(field)));
        }
        let needed = |compiler: &mut Compiler<'_>, num: &Num| number(compiler, num).map_err(TallyError::Missing);
        let measures = &counting.measures;
        Ok(Self {
            counting,
            options,
            classes,
            contradictions,
            sets,
            members,
            places,
            record_type: needed(compiler, &measures.record_type)?,
            grade: needed(compiler, &measures.grade)?,
            score: number(compiler, &measures.score).ok(),
            level: number(compiler, &measures.level).ok(),
            identity: options.asks_who().then(|| text(compiler, &measures.identity)).flatten(),
        })
    }
}

impl PlacePlan {
    pub(crate) fn of(&self, batch: &Batch<'_>, row: usize) -> EntityCode {
        match self.code.plain(batch, row) {
            Some(digits) => EntityCode::new(self.entity_type, digits.trim_ascii(), self.district_level),
            None => {
                EntityCode::new(self.entity_type, self.code.make(batch, row).trim().as_bytes(), self.district_level)
            }
        }
    }
}

fn title(field: FieldId) -> &'static str {
    registry().info(field).title
}

/// The number, or the title of a column it needs that the file lacks.
pub(crate) fn number(compiler: &mut Compiler<'_>, num: &Num) -> Result<NumId, &'static str> {
    let mut reads = Reads::default();
    reads.num(num);
    match compiler.missing(&reads) {
        Some(field) => Err(title(field)),
        None => Ok(compiler.num(num)),
    }
}

/// The text; none where the file lacks a column it needs.
pub(crate) fn text(compiler: &mut Compiler<'_>, text: &TextExpr) -> Option<TextPlan> {
    let mut reads = Reads::default();
    reads.text(text);
    compiler.missing(&reads).is_none().then(|| compiler.text(text))
}
