//! `scorelint config`: which settings hold for a file, and where each comes from.

mod facts;
mod formats;
mod json;
mod text;

use std::path::PathBuf;

use super::check::args::fail_on_parser;
use super::check::engine;
use formats::ConfigKind;

use super::exit::{Exit, Failure};
use super::report::OutputArgs;
use super::settings::{Besides, SettingsArgs};
use crate::privacy::pseudonym::Pseudonyms;
use crate::settings::FailOn;

const EXAMPLES: &str = "\
Examples:
  scorelint config                          what holds in the current folder
  scorelint config data/TestedStudents.txt  what holds for this file
  scorelint config --select T --format json the same with flags, for programs

Exit codes:
  0  the settings are shown
  2  wrong usage or wrong settings
  3  a rule file is wrong";

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The file or folder that is to be checked; the current folder where it is not given
    #[arg(value_name = "FILE|FOLDER", default_value = ".", hide_default_value = true)]
    path: PathBuf,

    /// As for check
    #[arg(long, value_name = "N")]
    samples: Option<usize>,

    /// As for check
    #[arg(long, value_parser = fail_on_parser(), value_name = "SEVERITY")]
    fail_on: Option<FailOn>,

    #[command(flatten)]
    settings: SettingsArgs,

    #[command(flatten)]
    output: OutputArgs<ConfigKind>,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let targets = args.output.targets([&args.path])?;
    let besides = Besides { samples: args.samples, fail_on: args.fail_on };
    let settings = args.settings.settings(&args.path, besides)?;
    let (rules, bound) = engine::bind(&settings)?;
    // A pseudonym is needed for waivers that name a student by SSID; without a key it is left out.
    let pseudonyms = if bound.waivers.is_empty() { None } else { Pseudonyms::of_user().ok() };
    let facts = facts::ConfigFacts::new(&settings, &bound, &rules, pseudonyms.as_ref());
    targets.write(&facts)?;
    Ok(Exit::Clean)
}
