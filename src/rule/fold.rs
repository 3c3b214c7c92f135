//! Finds rules that can never fire, and rules that fire whenever they apply without saying so.
//! Only what is certain is reported: questions about the same cell, and bounds of the same number,
//! that exclude each other.

use std::collections::HashMap;

use super::bind::RuleParts;
use super::error::{RuleMistake, RuleError};
use super::interpret::holds;
use super::ir::{CellRef, Demand, Expr, CellForm, Instance, Num, Op, CellTest, Truth};
use super::read;
use super::typed::{and, not};

/// Conditions with more alternatives than this are not judged.
const MOST_ALTERNATIVES: usize = 2_000;

/// Reports a rule whose every instance, in every year, is idle or unconditional.
pub(super) fn judge(parts: &RuleParts, instances: &[Instance]) -> Result<(), Box<RuleError>> {
    if instances.iter().all(|instance| !can_hold(&instance.when)) {
        let piece = parts.when.as_ref().unwrap_or(&parts.require);
        let mistake = RuleMistake::new(0..piece.text.len(), "`when` can never be true", "excludes itself");
        return Err(piece.error(mistake.help("the rule would never apply to any record")));
    }
    let piece = &parts.require;
    if piece.text.trim() == "never" {
        return Ok(());
    }
    let fail =
        |message: &str, help: &str| Err(piece.error(RuleMistake::new(0..piece.text.len(), message, "here").help(help)));
    let demands: Option<Vec<(&Expr, &Expr)>> = instances.iter().map(record_demand).collect();
    let Some(demands) = demands else {
        return Ok(());
    };
    if demands.iter().all(|(when, require)| !can_hold(&and(vec![(*when).clone(), not((*require).clone())]))) {
        return fail("`require` always holds where the rule applies", "the rule could never find anything");
    }
    if demands.iter().all(|(when, require)| !can_hold(&and(vec![(*when).clone(), (*require).clone()]))) {
        return fail("`require` can never hold where the rule applies", "write `require = \"never\"` if that is meant");
    }
    Ok(())
}

fn record_demand(instance: &Instance) -> Option<(&Expr, &Expr)> {
    match &instance.demand {
        Demand::Record(require) => Some((&instance.when, require)),
        Demand::Set(_) => None,
    }
}

/// Whether some record could make the condition true. `true` where it cannot be determined.
pub(super) fn can_hold(expr: &Expr) -> bool {
    alternatives(expr, Truth::True).is_none_or(|all| all.iter().any(|one| is_consistent(one)))
}

/// What must be so; other questions are left out.
#[derive(Clone, Copy)]
enum FoldedQuestion<'e> {
    /// A question about a cell has this answer.
    Cell(CellRef, &'e CellTest, bool),
    /// A number lies so to a fixed one.
    Number(&'e Num, Op, i64),
}

/// The ways in which the condition gets the answer: each a list of answers that all must hold.
/// `None` where there are too many.
fn alternatives(expr: &Expr, wanted: Truth) -> Option<Vec<Vec<FoldedQuestion<'_>>>> {
    let positive = wanted == Truth::True;
    match expr {
        Expr::Const(answer) if *answer == positive => Some(vec![Vec::new()]),
        Expr::Const(_) => Some(Vec::new()),
        Expr::Not(inner) => alternatives(inner, wanted.negate()),
        Expr::And(parts) if positive => all_of(parts, wanted),
        Expr::Or(parts) if !positive => all_of(parts, wanted),
        Expr::And(parts) | Expr::Or(parts) => any_of(parts, wanted),
        Expr::Cell { cell, test } => Some(vec![vec![FoldedQuestion::Cell(*cell, test, positive)]]),
        Expr::Compare { left, op, right: Num::Const(fixed) } => Some(vec![vec![bound(left, *op, *fixed, positive)]]),
        Expr::Compare { left: Num::Const(fixed), op, right } => {
            Some(vec![vec![bound(right, op.mirrored(), *fixed, positive)]])
        }
        // Nothing is known about other numbers, computed texts and second files.
        Expr::Compare { .. } | Expr::Known(_) | Expr::SameText(..) | Expr::Found(_) | Expr::Matched { .. } => {
            Some(vec![Vec::new()])
        }
    }
}

fn bound(num: &Num, op: Op, fixed: i64, positive: bool) -> FoldedQuestion<'_> {
    FoldedQuestion::Number(num, if positive { op } else { op.opposite() }, fixed)
}

fn any_of(parts: &[Expr], wanted: Truth) -> Option<Vec<Vec<FoldedQuestion<'_>>>> {
    let mut all = Vec::new();
    for part in parts {
        all.extend(alternatives(part, wanted)?);
        if all.len() > MOST_ALTERNATIVES {
            return None;
        }
    }
    Some(all)
}

fn all_of(parts: &[Expr], wanted: Truth) -> Option<Vec<Vec<FoldedQuestion<'_>>>> {
    let mut all: Vec<Vec<FoldedQuestion<'_>>> = vec![Vec::new()];
    for part in parts {
        let next = alternatives(part, wanted)?;
        if all.len() * next.len() > MOST_ALTERNATIVES {
            return None;
        }
        all = all.iter().flat_map(|one| next.iter().map(|more| [one.as_slice(), more].concat())).collect();
        all.retain(|one| is_consistent(one));
    }
    Some(all)
}

/// Whether no two answers about one cell or number exclude each other.
fn is_consistent(literals: &[FoldedQuestion<'_>]) -> bool {
    let mut cells: HashMap<CellRef, Vec<(&CellTest, bool)>> = HashMap::new();
    let mut numbers: Vec<(&Num, NumberBounds)> = Vec::new();
    for literal in literals {
        match *literal {
            FoldedQuestion::Cell(cell, test, positive) => cells.entry(cell).or_default().push((test, positive)),
            FoldedQuestion::Number(num, op, fixed) => match numbers.iter_mut().find(|(one, _)| *one == num) {
                Some((_, bounds)) => bounds.0.push((op, fixed)),
                None => numbers.push((num, NumberBounds(vec![(op, fixed)]))),
            },
        }
    }
    let of_cell = |cell: &CellRef| numbers.iter().find(|(num, _)| is_number_of(num, *cell)).map(|(_, bounds)| bounds);
    numbers.iter().all(|(_, bounds)| bounds.can_be_met())
        && cells.iter().all(|(cell, answers)| some_text_fits(*cell, answers, of_cell(cell)))
}

fn is_number_of(num: &Num, cell: CellRef) -> bool {
    cell.form == CellForm::Value && matches!(num, Num::Number(field) if *field == cell.field)
}

/// How a number must lie to fixed ones.
struct NumberBounds(Vec<(Op, i64)>);

impl NumberBounds {
    fn are_met_by(&self, number: i64) -> bool {
        self.0.iter().all(|(op, fixed)| op.holds(number, *fixed))
    }

    /// Whether some number meets them. If one does, one of the fixed numbers or a neighbour of one
    /// does: between them nothing changes, but for numbers that are left out one by one.
    fn can_be_met(&self) -> bool {
        let reach = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        let near = |fixed: i64| fixed.saturating_sub(reach)..=fixed.saturating_add(reach);
        self.0.iter().flat_map(|(_, fixed)| near(*fixed)).any(|number| self.are_met_by(number))
    }
}

/// Whether some text of the cell gives all the answers, as a number within bounds where there are
/// some. Decided only where the text is one of a few: a code, or blank.
fn some_text_fits(cell: CellRef, answers: &[(&CellTest, bool)], bounds: Option<&NumberBounds>) -> bool {
    let Some(candidates) = answers.iter().find_map(|(test, positive)| candidates(cell, test, *positive)) else {
        return !answers.iter().any(|(test, positive)| answers.contains(&(*test, !*positive)));
    };
    let is_within =
        |text: &str| bounds.is_none_or(|bounds| read::number(text).is_some_and(|one| bounds.are_met_by(one)));
    candidates
        .iter()
        .any(|text| is_within(text) && answers.iter().all(|(test, positive)| may_be(test, text, *positive)))
}

/// The only texts that give the answer, up to case; `None` where there is no such list.
fn candidates(cell: CellRef, test: &CellTest, positive: bool) -> Option<Vec<String>> {
    match test {
        CellTest::Blank if positive => Some(vec![String::new()]),
        CellTest::OneOf(words) | CellTest::ExactlyOneOf(words) if positive => {
            // A word that the reading of the cell would change can never be met.
            let readable = |word: &&String| read::value(cell.field, word) == word.as_str();
            Some(words.iter().filter(readable).cloned().collect())
        }
        _ => None,
    }
}

/// Whether the text, in some case, can give the answer.
fn may_be(test: &CellTest, text: &str, positive: bool) -> bool {
    match test {
        // Case decides; the candidate may be written otherwise in the file.
        CellTest::ExactlyOneOf(words) if positive => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
        CellTest::ExactlyOneOf(_) | CellTest::ExactPartsOneOf(_) | CellTest::Matches(_) if !text.is_empty() => true,
        test => holds(test, text) == positive,
    }
}
