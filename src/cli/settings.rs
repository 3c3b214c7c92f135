//! The flags about settings, and the settings they come to with the file.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::exit::Failure;
use super::rules::load;
use crate::rule::RuleSet;
use crate::settings::{FILE_NAME, FailOn, Flags, Settings, SettingsFile, Today, find_above, parse_day, read};

/// The variable that may hold the day of the run.
const TODAY: &str = "SCORELINT_TODAY";

/// Flags about settings, the same for every command that runs rules.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SettingsArgs {
    /// Run only these rules: codes (T006), families (T), names or owners
    #[arg(long, value_name = "CODES", value_delimiter = ',', help_heading = "Rules")]
    pub select: Vec<String>,

    /// Leave these rules out: codes (P024), families (P), names or owners
    #[arg(long, value_name = "CODES", value_delimiter = ',', help_heading = "Rules")]
    pub ignore: Vec<String>,

    /// A folder with rules of your own; may be given several times
    #[arg(long, value_name = "FOLDER", help_heading = "Rules")]
    pub rules: Vec<PathBuf>,

    /// Take settings and waivers from this file
    ///
    /// Else from the scorelint.toml nearest above the first file to be read, if there is one.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config", help_heading = "Settings")]
    pub config: Option<PathBuf>,

    /// Use no settings file
    #[arg(long, help_heading = "Settings")]
    pub no_config: bool,

    /// The day by which waivers are judged, as 2026-06-30; today where it is not given
    #[arg(long, value_name = "DAY", env = TODAY, hide_env_values = true, value_parser = parse_day, help_heading = "Settings")]
    pub today: Option<Date>,
}

/// What the command line says besides.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Besides {
    pub samples: Option<usize>,
    pub fail_on: Option<FailOn>,
}

impl SettingsArgs {
    /// The settings for a run whose first input is given.
    ///
    /// # Errors
    /// When the settings file cannot be read or is wrong in itself.
    pub(super) fn settings(&self, first: &Path, besides: Besides) -> Result<Settings, Failure> {
        let (path, why) = match &self.config {
            _ if self.no_config => (None, "by --no-config"),
            Some(path) => (Some(path.clone()), "named by --config"),
            None if first == Path::new("-") => (find_above(first), "found above the current folder"),
            None => (find_above(first), "found above the first file"),
        };
        Ok(Settings {
            file: path.map(|path| file(&path)).transpose()?,
            why: why.to_owned(),
            flags: Flags {
                select: self.select.clone(),
                ignore: self.ignore.clone(),
                samples: besides.samples,
                fail_on: besides.fail_on,
                rules: self.rules.clone(),
            },
            today: self.today.map_or_else(Today::by_clock, Today::from),
        })
    }
}

/// The shipped rules with those that hold in the current folder and those of `--rules`.
pub(super) fn rules_here(flags: &[PathBuf]) -> Result<RuleSet, Failure> {
    let args = SettingsArgs { rules: flags.to_vec(), ..SettingsArgs::default() };
    let folders = args.settings(Path::new("-"), Besides::default())?.rules();
    load(folders.iter().map(|folder| (&folder.value, folder.origin)))
}

fn file(path: &Path) -> Result<SettingsFile, Failure> {
    let text = read(path).map_err(|error| {
        let help = format!("settings are text in the form of TOML, by custom in a file {FILE_NAME}");
        Failure::input(miette::miette!(help = help, "the settings cannot be read: {error}"))
    })?;
    SettingsFile::parse(path, text).map_err(Failure::input)
}
