//! `scorelint config`: which settings hold for a file, and where each comes from.

mod facts;
mod json;
mod text;

use std::path::PathBuf;

use super::check::args::fail_on_parser;
use super::check::engine;
use super::exit::{Exit, Failure};
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

    /// How to print it
    #[arg(long, value_enum, default_value_t = ConfigFormat::Text)]
    format: ConfigFormat,

    /// As for check
    #[arg(long, value_name = "N")]
    samples: Option<usize>,

    /// As for check
    #[arg(long, value_parser = fail_on_parser(), value_name = "SEVERITY")]
    fail_on: Option<FailOn>,

    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ConfigFormat {
    /// For people, as wide as the terminal
    Text,
    /// For programs; the schema is docs/schemas/config-1.schema.json
    Json,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let besides = Besides { samples: args.samples, fail_on: args.fail_on };
    let settings = args.settings.settings(&args.path, besides)?;
    let (rules, bound) = engine::bind(&settings)?;
    // A pseudonym is needed for waivers that name a student by SSID; without a key it is left out.
    let pseudonyms = if bound.waivers.is_empty() { None } else { Pseudonyms::of_user().ok() };
    let facts = facts::ConfigFacts::new(&settings, &bound, &rules, pseudonyms.as_ref());
    let shown = match args.format {
        ConfigFormat::Text => text::shown(&facts),
        ConfigFormat::Json => json::shown(&facts).map_err(Failure::input)?,
    };
    super::print(&shown)
}
