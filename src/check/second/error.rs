//! Errors of second files, with what to give instead.

use miette::Diagnostic;
use thiserror::Error;

/// A second file that is not of use.
#[derive(Debug, Error, Diagnostic)]
#[allow(missing_docs)] // `path` in every variant
pub enum SecondError {
    /// It goes with none of the files that were checked.
    #[error("{path}, given with {option}, goes with none of the files that are checked: {why}")]
    Unfit {
        path: String,
        /// The option it was given with.
        option: &'static str,
        /// Why, for the last of the files.
        why: String,
        /// What to give instead.
        #[help]
        help: &'static str,
    },

    /// It is another kind of official file.
    #[error("{path}, given with --entities, holds no list of schools and districts")]
    #[diagnostic(help(
        "give the entity file that is offered next to the research files, for example sb_ca2025entities_csv.txt"
    ))]
    NoList { path: String },

    /// A list whose rows tell no year.
    #[error("{path}, given with --entities, does not say which year it is of")]
    #[diagnostic(help("download the entity file again, and give it as it is"))]
    NoYear { path: String },

    /// Standard input can be read once only.
    #[error("{option} cannot read standard input")]
    #[diagnostic(help("give the path of a file"))]
    Pipe {
        /// The option.
        option: &'static str,
    },
}
