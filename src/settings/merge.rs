//! Combines the settings file with the flags of a run, and keeps where each setting comes from. Flags win.

use std::path::PathBuf;

use super::SAMPLES;
use super::file::{FailOn, SettingsFile};
use super::today::Today;

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
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
pub struct Value<T> {
    /// What holds.
    pub value: T,
    /// Who says so.
    pub origin: Origin,
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
    pub fn samples(&self) -> Value<usize> {
        self.one(self.flags.samples, "--samples", SAMPLES, |file| {
            file.samples.as_ref().map(|one| (*one.get_ref(), one.span().start))
        })
    }

    /// From which severity on findings fail the run.
    pub fn fail_on(&self) -> Value<FailOn> {
        self.one(self.flags.fail_on, "--fail-on", FailOn::Error, |file| {
            file.fail_on.as_ref().map(|one| (*one.get_ref(), one.span().start))
        })
    }

    /// The rules to run; all where nobody names any. `--select` takes the place of the file's list.
    pub fn select(&self) -> Vec<Value<String>> {
        if !self.flags.select.is_empty() {
            return flagged(&self.flags.select, "--select");
        }
        self.listed(|file| file.select.as_ref())
    }

    /// The rules to leave out. `--ignore` adds to the file's list, and `--select` puts that aside.
    pub fn ignore(&self) -> Vec<Value<String>> {
        let mut all = match self.flags.select.is_empty() {
            true => self.listed(|file| file.ignore.as_ref()),
            false => Vec::new(),
        };
        all.extend(flagged(&self.flags.ignore, "--ignore"));
        all
    }

    /// Folders of own rules: those of the file, then those of `--rules`.
    pub fn rules(&self) -> Vec<Value<PathBuf>> {
        let mut all: Vec<Value<PathBuf>> = Vec::new();
        if let Some(file) = &self.file {
            let value = |one: &toml::Spanned<PathBuf>| Value {
                value: one.get_ref().clone(),
                origin: Origin::File { line: file.line(one.span().start) },
            };
            all.extend(file.rules.iter().map(value));
        }
        all.extend(self.flags.rules.iter().map(|path| Value { value: path.clone(), origin: Origin::Flag("--rules") }));
        all
    }

    fn one<T: Copy>(
        &self,
        flag: Option<T>,
        name: &'static str,
        default: T,
        in_file: impl Fn(&SettingsFile) -> Option<(T, usize)>,
    ) -> Value<T> {
        if let Some(value) = flag {
            return Value { value, origin: Origin::Flag(name) };
        }
        let stated = self.file.as_ref().and_then(|file| {
            let (value, byte) = in_file(file)?;
            Some(Value { value, origin: Origin::File { line: file.line(byte) } })
        });
        stated.unwrap_or(Value { value: default, origin: Origin::Default })
    }

    fn listed(
        &self,
        list: impl Fn(&SettingsFile) -> Option<&toml::Spanned<Vec<toml::Spanned<String>>>>,
    ) -> Vec<Value<String>> {
        let Some(file) = &self.file else { return Vec::new() };
        let words = list(file).map_or(&[][..], |list| list.get_ref());
        let value = |word: &toml::Spanned<String>| Value {
            value: word.get_ref().clone(),
            origin: Origin::File { line: file.line(word.span().start) },
        };
        words.iter().map(value).collect()
    }
}

fn flagged(words: &[String], flag: &'static str) -> Vec<Value<String>> {
    words.iter().map(|word| Value { value: word.clone(), origin: Origin::Flag(flag) }).collect()
}
