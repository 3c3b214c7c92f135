//! An error at a place of a text, drawn with the lines around it.

use std::ops::Range;

use miette::{Diagnostic, NamedSource, SourceSpan};

/// A mistake in a file that a person wrote: what is wrong, where, and what to do about it.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub struct SpannedError {
    message: String,
    label: String,
    #[source_code]
    source_code: NamedSource<String>,
    #[label("{label}")]
    span: SourceSpan,
    #[help]
    help: Option<String>,
}

/// The text of a file and the name to show for it.
#[derive(Debug)]
pub struct SourceText {
    /// The path, as given by the user or relative to the project.
    pub name: String,
    /// The whole file.
    pub text: String,
}

impl SpannedError {
    /// A mistake in some bytes of a text, which are cut to its length.
    pub fn at(source: &SourceText, span: Range<usize>, message: String, label: String) -> Self {
        let start = span.start.min(source.text.len());
        let length = span.end.min(source.text.len()).saturating_sub(start);
        Self {
            message,
            label,
            source_code: NamedSource::new(&source.name, source.text.clone()),
            span: (start, length).into(),
            help: None,
        }
    }

    /// The error with what to do about it.
    #[must_use]
    pub fn with_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }

    /// The file it is in.
    pub fn file(&self) -> &str {
        self.source_code.name()
    }

    /// The byte it starts at.
    pub fn byte(&self) -> usize {
        self.span.offset()
    }

    /// The line it is on, 1-based.
    pub fn line(&self) -> usize {
        let before = self.source_code.inner().as_bytes().get(..self.span.offset()).unwrap_or_default();
        memchr::memchr_iter(b'\n', before).count() + 1
    }
}

/// `1 mistake`, `3 mistakes`.
pub fn mistakes(count: usize) -> String {
    if count == 1 { "1 mistake".to_owned() } else { format!("{count} mistakes") }
}
