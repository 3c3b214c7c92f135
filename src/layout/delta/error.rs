//! Mistakes in a layout file, each with its place.

use miette::Diagnostic;

use crate::spanned::{SpannedError, mistakes};

/// Every mistake found in a layout file.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{} in the layout file", mistakes(.0.len()))]
pub struct LayoutFileErrors(#[related] pub Vec<SpannedError>);
