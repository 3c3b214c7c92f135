//! Regular expressions of the language.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::super::error::Mistake;

/// The compiled expression; equal ones are compiled once.
pub(super) fn regex(pattern: &str, ignore_case: bool, span: &Range<usize>) -> Result<Arc<regex::Regex>, Mistake> {
    type Compiled = HashMap<(String, bool), Arc<regex::Regex>>;
    static COMPILED: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (pattern.to_owned(), ignore_case);
    if let Some(regex) = compiled.get(&key) {
        return Ok(Arc::clone(regex));
    }
    // The flag stands in the expression itself, so that its text says all there is to it.
    let flag = if ignore_case { "(?i)" } else { "" };
    let built = regex::Regex::new(&format!("{flag}{}", ascii_digits(pattern)));
    let regex = Arc::new(built.map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let mistake = Mistake::new(span.clone(), format!("regular expression cannot be read: {reason}"), "here");
        // Whoever asks for look-around is told how to do without.
        if reason.contains("look-") { mistake.help("ask with `and`: two `matches` instead of one") } else { mistake }
    })?);
    compiled.insert(key, Arc::clone(&regex));
    Ok(regex)
}

/// `\d` means 0 to 9 here, not the digits of every script.
fn ascii_digits(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('d') => out.push_str("[0-9]"),
            Some('D') => out.push_str("[^0-9]"),
            Some(escaped) => out.extend(['\\', escaped]),
            None => out.push('\\'),
        }
    }
    out
}
