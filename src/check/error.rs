//! Why a check could not be made.

use super::second::SecondError;
use crate::input::InputError;
use crate::official::OfficialError;
use crate::rule::RuleError;

/// Why a check could not be made.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CheckError {
    /// A second file cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// A rule cannot be bound to the year of a file.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rule(#[from] Box<RuleError>),
    /// A second file is of no use.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Second(#[from] SecondError),
    /// An entity list cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Official(#[from] OfficialError),
}
