//! The placeholders of messages: `{include_indicator}`, `{k}`, `{expected}`.

use std::ops::Range;

/// What messages may say about a set, besides fields.
pub(super) const SET_WORDS: [&str; 6] = ["count", "a", "b", "group", "rate", "values"];

/// The names between braces, in order, each with its place in bytes (braces excluded).
pub fn placeholders(message: &str) -> Vec<(&str, Range<usize>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = message[from..].find('{').map(|at| from + at + 1) {
        let Some(close) = message[open..].find('}').map(|at| open + at) else {
            break;
        };
        found.push((&message[open..close], open..close));
        from = close + 1;
    }
    found
}
