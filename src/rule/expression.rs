//! Regular expressions of conditions. Most are answered by short cuts of the engine, so an
//! expression is compiled only when a text is held against it, or when a rule file is checked.

use std::sync::OnceLock;

use regex::{Error, Regex};

/// A linear-time regular expression.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    compiled: OnceLock<Result<Regex, Error>>,
}

impl Expression {
    /// The expression that a text stands for; see [`Expression::check`] for what is wrong with it.
    pub fn new(text: String) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Its text, with all its flags.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it can be read.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &Error> {
        self.regex().map(|_| ())
    }

    /// Whether it matches somewhere in the text. One that cannot be read matches nothing; rules
    /// are checked before they are run.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_ok_and(|regex| regex.is_match(text))
    }

    fn regex(&self) -> Result<&Regex, &Error> {
        self.compiled.get_or_init(|| Regex::new(&self.text)).as_ref()
    }
}
