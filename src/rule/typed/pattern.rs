//! Regular expressions of the language.

use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::super::error::RuleMistake;
use super::super::expression::Expression;
use super::Typer;

impl Typer<'_> {
    /// The expression of a pattern. Where rules are run, it was checked when they were loaded.
    pub(super) fn expression(
        &self,
        pattern: &str,
        ignore_case: bool,
        span: &Range<usize>,
    ) -> Result<Arc<Expression>, RuleMistake> {
        let expression = shared(pattern, ignore_case);
        if self.years.is_empty() {
            return Ok(expression);
        }
        expression.check().map_err(|error| unreadable(error, span))?;
        Ok(expression)
    }
}

/// The expression of a pattern; equal ones are one.
fn shared(pattern: &str, ignore_case: bool) -> Arc<Expression> {
    type Known = FxHashMap<(String, bool), Arc<Expression>>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let new = || {
        // The flag stands in the expression itself, so that its text says all there is to it.
        let flag = if ignore_case { "(?i)" } else { "" };
        Arc::new(Expression::new(format!("{flag}{}", ascii_digits(pattern))))
    };
    Arc::clone(known.entry((pattern.to_owned(), ignore_case)).or_insert_with(new))
}

fn unreadable(error: &regex::Error, span: &Range<usize>) -> RuleMistake {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let mistake = RuleMistake::new(span.clone(), format!("regular expression cannot be read: {reason}"), "here");
    // Whoever asks for look-around is shown how to do without.
    if reason.contains("look-") { mistake.help("ask with `and`: two `matches` instead of one") } else { mistake }
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
