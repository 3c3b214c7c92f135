//! All tests in one program, so that they link once. A module here has the name of the module or
//! knowledge folder it tests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod architecture;
mod cause;
mod cli;
mod counting;
mod coverage;
mod deviations;
mod engine;
mod file_rules;
mod index;
mod input;
mod layout;
mod layout_command;
mod official;
mod privacy;
mod reconcile;
mod report;
mod rule;
mod second;
mod settings;
mod support;
mod synth;
mod year;
