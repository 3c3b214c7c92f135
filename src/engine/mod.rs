//! Compiles conditions for the columns of one file and evaluates them over batches of records, as bit
//! masks. What is made of the answers (findings, counts, facets) is up to the collectors of a run, see
//! [`run::Collector`].

pub(crate) mod capacity;
pub(crate) mod cell_conditions;
mod column;
mod column_batch;
pub(crate) mod column_plan;
pub(crate) mod compiler;
pub(crate) mod evaluate;
pub(crate) mod fields;
mod fingerprint;
pub(crate) mod hash;
mod interner;
pub(crate) mod keys;
pub(crate) mod mask;
mod matcher;
pub(crate) mod nodes;
mod probe;
pub(crate) mod program;
pub(crate) mod records;
mod reduced;
mod rule_compiler;
pub(crate) mod run;
pub(crate) mod scores;
pub(crate) mod second_data;
mod set_compiler;
pub(crate) mod sets;
mod shape;
mod values;

pub use probe::{truths_of, truths_with};
