//! scorelint reads California's CAASPP student score files, checks them against the layout
//! published for their year, accounts for every record, and explains differences from the
//! official aggregates.

pub mod account;
mod atomic_file;
pub mod cause;
pub mod check;
pub mod cli;
pub mod counting;
pub mod engine;
pub mod facets;
pub mod finding;
pub mod input;
pub mod layout;
pub mod official;
pub mod outcome;
mod parallel;
pub mod privacy;
pub mod reconcile;
pub mod report;
pub mod rule;
pub mod settings;
pub mod synth;
pub mod table;
pub mod tally;
pub mod verify;
