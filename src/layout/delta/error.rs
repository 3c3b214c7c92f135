//! Mistakes in a layout file, each with its place.

use std::ops::Range;

use miette::{Diagnostic, NamedSource, SourceSpan};

/// A mistake in a layout file.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
pub struct LayoutFileError {
    message: String,
    label: String,
    #[source_code]
    source_code: NamedSource<String>,
    #[label("{label}")]
    span: SourceSpan,
    #[help]
    help: Option<String>,
}

impl LayoutFileError {
    /// A mistake at a place of a text.
    pub(super) fn at(name: &str, text: &str, span: Range<usize>, message: String, label: &str) -> Self {
        let start = span.start.min(text.len());
        let length = span.end.min(text.len()).saturating_sub(start);
        Self {
            message,
            label: label.to_owned(),
            source_code: NamedSource::new(name, text.to_owned()),
            span: (start, length).into(),
            help: None,
        }
    }

    #[must_use]
    pub(super) fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// Every mistake found in a layout file.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{} in the layout file", if .0.len() == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", .0.len()) })]
pub struct LayoutFileErrors(#[related] pub Vec<LayoutFileError>);
