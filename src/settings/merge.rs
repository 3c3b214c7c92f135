//! Combines the settings file with the flags of a run, and keeps where each setting comes from. Flags win.

use std::path::PathBuf;

use super::SAMPLES;
use super::file::{FailOn, SettingsFile};
use super::today::Today;

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingOrigin {
    /// It was not set.
    Default,
    /// A line of the settings file.
    File {
        /// The line, 1-based.
        line: u64,
    },
    /// A flag of the command line.
    Flag(&'static str),
}

/// A setting and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingValue<T> {
    /// What holds.
    pub value: T,
    /// Who says so.
    pub origin: SettingOrigin,
}

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--select`; empty where it is not given.
    pub select: Vec<String>,
    /// `--ignore`.
    pub ignore: Vec<String>,
    /// `--samples`.
    pub samples: Option<usize>,
    /// `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// `--rules`.
    pub rules: Vec<PathBuf>,
}

/// The settings of a run, before they are bound to rules.
#[derive(Debug)]
pub struct Settings {
    /// The settings file, where there is one.
    pub file: Option<SettingsFile>,
    /// How it came to be used, for people.
    pub why: String,
    /// What the command line says.
    pub flags: Flags,
    /// The day of the run.
    pub today: Today,
}

impl Settings {
    /// The files that the settings were read from.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.file
            .iter()
            .flat_map(|file| std::iter::once(&file.path).chain(file.waivers.iter().map(|waiver| &waiver.path)))
    }

    /// The most samples shown of a rule.
    pub fn samples(&self) -> SettingValue<usize> {
        self.one(self.flags.samples, "--samples", SAMPLES, |file| {
            file.samples.as_ref().map(|one| (*one.get_ref(), one.span().start))
        })
    }

    /// From which severity on findings fail the run.
    pub fn fail_on(&self) -> SettingValue<FailOn> {
        self.one(self.flags.fail_on, "--fail-on", FailOn::Error, |file| {
            file.fail_on.as_ref().map(|one| (*one.get_ref(), one.span().start))
        })
    }

    /// The rules to run; all where none is named. `--select` takes the place of the file's list.
    pub fn select(&self) -> Vec<SettingValue<String>> {
        if !self.flags.select.is_empty() {
            return flagged(&self.flags.select, "--select");
        }
        self.listed(|file| file.select.as_ref())
    }

    /// The rules to leave out. `--ignore` adds to the file's list, and `--select` puts that aside.
    pub fn ignore(&self) -> Vec<SettingValue<String>> {
        let mut all = match self.flags.select.is_empty() {
            true => self.listed(|file| file.ignore.as_ref()),
            false => Vec::new(),
        };
        all.extend(flagged(&self.flags.ignore, "--ignore"));
        all
    }

    /// The layout file that the settings file names.
    pub fn layout_file(&self) -> Option<SettingValue<PathBuf>> {
        let file = self.file.as_ref()?;
        let path = file.layout_file.as_ref()?;
        let origin = SettingOrigin::File { line: file.line(path.span().start) };
        Some(SettingValue { value: path.get_ref().clone(), origin })
    }

    /// Folders of own rules: those of the file, then those of `--rules`.
    pub fn rules(&self) -> Vec<SettingValue<PathBuf>> {
        let mut all: Vec<SettingValue<PathBuf>> = Vec::new();
        if let Some(file) = &self.file {
            let value = |one: &toml::Spanned<PathBuf>| SettingValue {
                value: one.get_ref().clone(),
                origin: SettingOrigin::File { line: file.line(one.span().start) },
            };
            all.extend(file.rules.iter().map(value));
        }
        all.extend(self.flags.rules.iter().map(|path| SettingValue { value: path.clone(), origin: SettingOrigin::Flag("--rules") }));
        all
    }

    fn one<T: Copy>(
        &self,
        flag: Option<T>,
        name: &'static str,
        default: T,
        in_file: impl Fn(&SettingsFile) -> Option<(T, usize)>,
    ) -> SettingValue<T> {
        if let Some(value) = flag {
            return SettingValue { value, origin: SettingOrigin::Flag(name) };
        }
        let stated = self.file.as_ref().and_then(|file| {
            let (value, byte) = in_file(file)?;
            Some(SettingValue { value, origin: SettingOrigin::File { line: file.line(byte) } })
        });
        stated.unwrap_or(SettingValue { value: default, origin: SettingOrigin::Default })
    }

    fn listed(
        &self,
        list: impl Fn(&SettingsFile) -> Option<&toml::Spanned<Vec<toml::Spanned<String>>>>,
    ) -> Vec<SettingValue<String>> {
        let Some(file) = &self.file else { return Vec::new() };
        let words = list(file).map_or(&[][..], |list| list.get_ref());
        let value = |word: &toml::Spanned<String>| SettingValue {
            value: word.get_ref().clone(),
            origin: SettingOrigin::File { line: file.line(word.span().start) },
        };
        words.iter().map(value).collect()
    }
}

fn flagged(words: &[String], flag: &'static str) -> Vec<SettingValue<String>> {
    words.iter().map(|word| SettingValue { value: word.clone(), origin: SettingOrigin::Flag(flag) }).collect()
}
