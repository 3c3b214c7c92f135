//! Checks what rules say with `implies`: the rules they name exist, and no rule follows from itself, by way of others
//! or not. Else two findings could each hide the other.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{RuleMistake, RuleError, did_you_mean};
use super::file::Loaded;

/// The mistakes in the implications of all rules of a set.
pub(super) fn mistakes(rules: &[Loaded]) -> Vec<RuleError> {
    let implied: BTreeMap<&str, &[String]> =
        rules.iter().map(|loaded| (loaded.rule.code.as_str(), loaded.rule.implies.as_slice())).collect();
    rules.iter().flat_map(|loaded| mistakes_of(loaded, &implied)).collect()
}

fn mistakes_of(loaded: &Loaded, implied: &BTreeMap<&str, &[String]>) -> Vec<RuleError> {
    let mistake = |code: &super::error::Piece| {
        let whole = 0..code.text.len();
        if !implied.contains_key(code.text.as_str()) {
            let mistake = RuleMistake::new(whole, format!("there is no rule `{}`", code.text), "unknown");
            let help = did_you_mean(&code.text, implied.keys().copied());
            return Some(*code.error(RuleMistake { help, ..mistake }));
        }
        if !reaches(&code.text, &loaded.rule.code, implied) {
            return None;
        }
        let message = format!("`{}` would follow from itself", loaded.rule.code);
        let mistake = RuleMistake::new(whole, message, "implies it in turn");
        Some(*code.error(mistake.help("say it of the one that is the cause")))
    };
    loaded.implies.iter().filter_map(mistake).collect()
}

/// Whether a rule is another one, or implies it by way of any others.
fn reaches(from: &str, to: &str, implied: &BTreeMap<&str, &[String]>) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(code) = open.pop() {
        if code == to {
            return true;
        }
        if seen.insert(code) {
            open.extend(implied.get(code).into_iter().flat_map(|codes| codes.iter()).map(String::as_str));
        }
    }
    false
}
