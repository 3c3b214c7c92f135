//! Puts conditions together and folds what is certain. Kleene's logic allows it: what is false
//! stays false, whatever is unknown next to it.

use super::super::ir::Expr;

/// All of them; the constant where there are none or one decides.
pub(in crate::rule) fn and(parts: Vec<Expr>) -> Expr {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::Const(true) => {}
            Expr::Const(false) => return Expr::Const(false),
            Expr::And(inner) => kept.extend(inner),
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Expr::Const(true),
        1 => kept.remove(0),
        _ => Expr::And(kept),
    }
}

/// At least one of them.
pub(in crate::rule) fn or(parts: Vec<Expr>) -> Expr {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::Const(false) => {}
            Expr::Const(true) => return Expr::Const(true),
            Expr::Or(inner) => kept.extend(inner),
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Expr::Const(false),
        1 => kept.remove(0),
        _ => Expr::Or(kept),
    }
}

/// The opposite.
pub(in crate::rule) fn not(part: Expr) -> Expr {
    match part {
        Expr::Const(answer) => Expr::Const(!answer),
        Expr::Not(inner) => *inner,
        part => Expr::Not(Box::new(part)),
    }
}

/// At least `count` of them hold. Halved again and again, so that the condition stays short:
/// so many in one half and the rest in the other.
pub(super) fn at_least(count: usize, parts: &[Expr]) -> Expr {
    if count == 0 {
        return Expr::Const(true);
    }
    match parts {
        _ if parts.len() < count => Expr::Const(false),
        _ if parts.len() == count => and(parts.to_vec()),
        _ if count == 1 => or(parts.to_vec()),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            or((0..=count).map(|here| and(vec![at_least(here, left), at_least(count - here, right)])).collect())
        }
    }
}
