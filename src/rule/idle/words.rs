//! Why a cell cannot hold a word, by its row of the layout: its codes, its form, its width. Where
//! the row says nothing, it can hold anything.

use std::sync::LazyLock;

use regex::RegexBuilder;

use crate::layout::{Field, FieldId, FieldKind, Layout, codes};

use super::super::error::{did_you_mean, short_list};
use super::super::ir::TextExpr;
use super::super::read;
use super::super::values::{RuleCodes, value_set};

/// Why a word cannot stand in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// There is a list, and the word is not in it.
    Codes(Vec<String>),
    /// The word has not this form.
    Form(&'static str),
    /// The word is no day as files write it.
    Day,
    /// The word has more characters than this.
    Width(u32),
}

impl Refusal {
    /// What to do about it.
    pub fn help(&self, word: &str) -> String {
        match self {
            Self::Codes(known) => did_you_mean(word, known.iter().map(String::as_str))
                .unwrap_or_else(|| format!("it can be {}", short_list(known))),
            Self::Form(form) => format!("the layouts give it the form `{form}`"),
            Self::Day => "days are written as 2021-07-01".to_owned(),
            Self::Width(width) => format!("it has no more than {width} characters"),
        }
    }
}

/// Why the text can never be the word; `None` where it can, or where that cannot be determined.
pub(super) fn refusal(text: &TextExpr, word: &str, layout: &Layout) -> Option<Refusal> {
    match text {
        TextExpr::Cell(cell) => cell_refusal(layout, cell.field, word),
        TextExpr::Subject(_) => not_listed(subjects(), word),
        _ => longest(text, layout).and_then(|width| too_long(word, width)),
    }
}

/// Why a cell cannot hold a word in the year of the layout.
pub(super) fn cell_refusal(layout: &Layout, id: FieldId, word: &str) -> Option<Refusal> {
    let field = layout.field(id)?;
    if let Some(set) = value_set(layout, id) {
        let (RuleCodes::One(known) | RuleCodes::ByTest { others: known, .. }) = &*set;
        // Several codes of one cell are joined by `&`.
        return word.split('&').find_map(|part| not_listed(&known.exact, part));
    }
    if field.kind == FieldKind::Blank {
        return None;
    }
    not_of_the_form(field, word).or_else(|| too_long(word, field.length?))
}

fn not_listed(known: &[String], word: &str) -> Option<Refusal> {
    let is_known = known.iter().any(|code| code.eq_ignore_ascii_case(word));
    (!is_known).then(|| Refusal::Codes(known.to_vec()))
}

fn not_of_the_form(field: &Field, word: &str) -> Option<Refusal> {
    if field.kind == FieldKind::Date {
        return read::day(word).is_none().then_some(Refusal::Day);
    }
    if field.format.is_empty() {
        return None;
    }
    let form = RegexBuilder::new(&format!("^(?:{})$", field.format)).case_insensitive(true).build().ok()?;
    (!form.is_match(word)).then_some(Refusal::Form(field.format))
}

fn too_long(word: &str, width: u32) -> Option<Refusal> {
    let length = u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
    (length > width).then_some(Refusal::Width(width))
}

/// The most characters a text can have; `None` where that is not known.
pub(super) fn longest(text: &TextExpr, layout: &Layout) -> Option<u32> {
    let cut = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    match text {
        TextExpr::Const(fixed) => Some(cut(fixed.chars().count())),
        TextExpr::Cell(cell) => layout.field(cell.field)?.length,
        TextExpr::Prefix(of, length) | TextExpr::Suffix(of, length) => {
            Some(longest(of, layout).map_or(cut(*length), |most| most.min(cut(*length))))
        }
        TextExpr::DropLast(of, length) => Some(longest(of, layout)?.saturating_sub(cut(*length))),
        TextExpr::Matched(_) | TextExpr::Subject(_) | TextExpr::TestName(..) => None,
    }
}

/// Every subject of every test.
fn subjects() -> &'static [String] {
    static SUBJECTS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let types = crate::layout::registry().years().flat_map(|year| codes().record_types(year));
        let mut all: Vec<String> = types.map(|code| read::subject(code.code).to_owned()).collect();
        all.sort_unstable();
        all.dedup();
        all
    });
    &SUBJECTS
}
