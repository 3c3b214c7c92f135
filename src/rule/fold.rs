//! Finds rules that can never fire, and rules that fire whenever they apply without saying so.
//! Only what is certain is reported: questions about the same cell that exclude each other.

use std::collections::HashMap;

use super::bind::Parts;
use super::error::{Mistake, RuleError};
use super::interpret::holds;
use super::ir::{Cell, Demand, Expr, Instance, Test, Truth};
use super::read;
use super::typed::{and, not};

/// Conditions with more alternatives than this are not judged.
const MOST_ALTERNATIVES: usize = 2_000;

/// Reports a rule whose every instance, in every year, is idle or unconditional.
pub(super) fn judge(parts: &Parts, instances: &[Instance]) -> Result<(), Box<RuleError>> {
    if instances.iter().all(|instance| !can_hold(&instance.when)) {
        let piece = parts.when.as_ref().unwrap_or(&parts.require);
        let mistake = Mistake::new(0..piece.text.len(), "`when` can never be true", "excludes itself");
        return Err(piece.error(mistake.help("the rule would never apply to any record")));
    }
    let piece = &parts.require;
    if piece.text.trim() == "never" {
        return Ok(());
    }
    let fail =
        |message: &str, help: &str| Err(piece.error(Mistake::new(0..piece.text.len(), message, "here").help(help)));
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

/// Whether some record could make the condition true. `true` where it cannot be told.
pub(super) fn can_hold(expr: &Expr) -> bool {
    alternatives(expr, Truth::True).is_none_or(|all| all.iter().any(|one| is_consistent(one)))
}

/// A question about a cell and the answer it must have; other questions are left out.
type Literal<'e> = (Cell, &'e Test, bool);

/// The ways in which the condition gets the answer: each a list of answers that all must hold.
/// `None` where there are too many.
fn alternatives(expr: &Expr, wanted: Truth) -> Option<Vec<Vec<Literal<'_>>>> {
    let positive = wanted == Truth::True;
    match expr {
        Expr::Const(answer) if *answer == positive => Some(vec![Vec::new()]),
        Expr::Const(_) => Some(Vec::new()),
        Expr::Not(inner) => alternatives(inner, wanted.negate()),
        Expr::And(parts) if positive => all_of(parts, wanted),
        Expr::Or(parts) if !positive => all_of(parts, wanted),
        Expr::And(parts) | Expr::Or(parts) => any_of(parts, wanted),
        Expr::Cell { cell, test } => Some(vec![vec![(*cell, test, positive)]]),
        // Nothing is known about numbers, computed texts and second files.
        Expr::Compare { .. } | Expr::Known(_) | Expr::SameText(..) | Expr::Found(_) | Expr::Matched { .. } => {
            Some(vec![Vec::new()])
        }
    }
}

fn any_of(parts: &[Expr], wanted: Truth) -> Option<Vec<Vec<Literal<'_>>>> {
    let mut all = Vec::new();
    for part in parts {
        all.extend(alternatives(part, wanted)?);
        if all.len() > MOST_ALTERNATIVES {
            return None;
        }
    }
    Some(all)
}

fn all_of(parts: &[Expr], wanted: Truth) -> Option<Vec<Vec<Literal<'_>>>> {
    let mut all: Vec<Vec<Literal<'_>>> = vec![Vec::new()];
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

/// Whether no two answers about one cell exclude each other.
fn is_consistent(literals: &[Literal<'_>]) -> bool {
    let mut cells: HashMap<Cell, Vec<(&Test, bool)>> = HashMap::new();
    for (cell, test, positive) in literals {
        cells.entry(*cell).or_default().push((test, *positive));
    }
    cells.iter().all(|(cell, answers)| some_text_fits(*cell, answers))
}

/// Whether some text of the cell gives all the answers. Decided only where the text is one of a
/// few: a code, or blank.
fn some_text_fits(cell: Cell, answers: &[(&Test, bool)]) -> bool {
    let Some(candidates) = answers.iter().find_map(|(test, positive)| candidates(cell, test, *positive)) else {
        return !answers.iter().any(|(test, positive)| answers.contains(&(*test, !*positive)));
    };
    candidates.iter().any(|text| answers.iter().all(|(test, positive)| may_be(test, text, *positive)))
}

/// The only texts that give the answer, up to case; `None` where there is no such list.
fn candidates(cell: Cell, test: &Test, positive: bool) -> Option<Vec<String>> {
    match test {
        Test::Blank if positive => Some(vec![String::new()]),
        Test::OneOf(words) | Test::ExactlyOneOf(words) if positive => {
            // A word that the reading of the cell would change can never be met.
            let readable = |word: &&String| read::value(cell.field, word) == word.as_str();
            Some(words.iter().filter(readable).cloned().collect())
        }
        _ => None,
    }
}

/// Whether the text, in some case, can give the answer.
fn may_be(test: &Test, text: &str, positive: bool) -> bool {
    match test {
        // Case decides; the candidate may be written otherwise in the file.
        Test::ExactlyOneOf(words) if positive => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
        Test::ExactlyOneOf(_) | Test::ExactPartsOneOf(_) | Test::Matches(_) if !text.is_empty() => true,
        test => holds(test, text) == positive,
    }
}
