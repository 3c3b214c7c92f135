//! Everything that is counted, compiled for the columns of one file.

use super::super::evaluate::Batch;
use super::super::fields::{Reads, Visitor};
use super::super::program::{Compiler, NodeId, NumId, TextPlan};
use super::leaf::LeafPlace;
use super::{TallyError, TallyOptions};
use crate::counting::Book;
use crate::layout::{FieldId, registry};
use crate::rule::{Expr, Num, Text};

/// Everything that is counted, compiled for one file.
pub(in crate::engine) struct TallyPlan<'a> {
    pub(super) book: &'a Book,
    pub(super) options: &'a TallyOptions<'a>,
    /// The place in the book and the condition.
    pub(super) classes: Vec<(usize, NodeId)>,
    pub(super) contradictions: Vec<(usize, NodeId)>,
    pub(super) sets: Vec<(usize, Option<usize>)>,
    pub(super) members: Vec<NodeId>,
    pub(super) places: Vec<PlacePlan>,
    pub(super) record_type: NumId,
    pub(super) grade: NumId,
    pub(super) score: Option<NumId>,
    pub(super) level: Option<NumId>,
    pub(super) identity: Option<TextPlan>,
}

pub(super) struct PlacePlan {
    pub(super) when: NodeId,
    pub(super) entity_type: u8,
    pub(super) district_level: bool,
    pub(super) code: TextPlan,
    pub(super) name: Option<TextPlan>,
    pub(super) lea_name: Option<TextPlan>,
}

impl<'a> TallyPlan<'a> {
    pub(super) fn new(
        compiler: &mut Compiler<'_>,
        book: &'a Book,
        options: &'a TallyOptions<'a>,
        untold: &mut Vec<(String, &'static str)>,
    ) -> Result<Self, TallyError> {
        let mut told = |compiler: &mut Compiler<'_>, expr: &Expr, what: &str| match compiler.missing(&Reads::of(expr)) {
            None => Some(compiler.node(expr)),
            Some(field) => {
                untold.push((what.to_owned(), title(field)));
                None
            }
        };
        let mut classes = Vec::new();
        for (place, class) in book.classes.iter().enumerate() {
            classes.extend(told(compiler, &class.condition, &class.reason).map(|node| (place, node)));
        }
        let mut contradictions = Vec::new();
        for (place, one) in book.contradictions.iter().enumerate() {
            contradictions.extend(told(compiler, &one.condition, &one.words).map(|node| (place, node)));
        }
        let (mut sets, mut members) = (Vec::new(), Vec::new());
        for (place, group) in book.groups.iter().enumerate() {
            let variants = group.variants.iter().enumerate().map(|(one, variant)| (Some(one), &variant.condition));
            for (variant, condition) in std::iter::once((None, &group.condition)).chain(variants) {
                if let Some(node) = told(compiler, condition, &group.label) {
                    sets.push((place, variant));
                    members.push(node);
                }
            }
        }
        let mut places = Vec::new();
        for place in &book.places {
            let Some(when) = told(compiler, &place.when, "the place of some records") else { continue };
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
        let measures = &book.measures;
        Ok(Self {
            book,
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
    pub(super) fn of(&self, batch: &Batch<'_>, row: usize) -> LeafPlace {
        match self.code.plain(batch, row) {
            Some(digits) => LeafPlace::new(self.entity_type, digits.trim_ascii(), self.district_level),
            None => LeafPlace::new(self.entity_type, self.code.make(batch, row).trim().as_bytes(), self.district_level),
        }
    }
}

fn title(field: FieldId) -> &'static str {
    registry().info(field).title
}

/// The number, or the title of a column it needs that the file lacks.
pub(in crate::engine) fn number(compiler: &mut Compiler<'_>, num: &Num) -> Result<NumId, &'static str> {
    let mut reads = Reads::default();
    reads.num(num);
    match compiler.missing(&reads) {
        Some(field) => Err(title(field)),
        None => Ok(compiler.num(num)),
    }
}

/// The text; none where the file lacks a column it needs.
pub(in crate::engine) fn text(compiler: &mut Compiler<'_>, text: &Text) -> Option<TextPlan> {
    let mut reads = Reads::default();
    reads.text(text);
    compiler.missing(&reads).is_none().then(|| compiler.text(text))
}
