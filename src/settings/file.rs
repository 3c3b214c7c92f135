//! Reads a settings file and keeps the place of every setting, so that errors can point at it and `scorelint config`
//! can show where a setting comes from.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{LineEnds, SettingsMistake, SettingsError, SettingsErrors};
use super::threshold::{Limit, Thresholds};
use super::waiver::{Holder, Waiver};
use super::{find, parse_day};
use crate::layout::RecordTypes;
use crate::rule::{Severity, closest};
use crate::spanned::SourceText;

const KEYS: [&str; 10] = [
    "severity", "select", "ignore", "samples", "fail_on", "thresholds", "rules", "layout_file", "waiver_files", "waivers",
];
const THRESHOLD_KEYS: [&str; 2] = ["warn_if", "error_if"];
const WAIVER_KEYS: [&str; 8] = ["rule", "student", "test", "school", "count", "reason", "author", "expires"];

/// The digits of a statewide student identifier.
const SSID_DIGITS: usize = 10;
/// The characters of a pseudonym.
const PSEUDONYM: usize = 10;
/// The digits of the code of a school.
const SCHOOL_DIGITS: usize = 14;

/// The weight that a settings file gives rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// This severity.
    Is(Severity),
    /// They are not run.
    Off,
}

impl Weight {
    const ALL: [Self; 4] =
        [Self::Is(Severity::Error), Self::Is(Severity::Warning), Self::Is(Severity::Notice), Self::Off];

    /// The word used in settings and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Is(severity) => severity.as_str(),
            Self::Off => "off",
        }
    }
}

/// From which severity on findings fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Warnings and errors.
    Warning,
    /// Any finding.
    Notice,
    /// Never.
    Never,
}

impl FailOn {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Notice, Self::Never];

    /// The word used in settings and output.
    pub fn as_str(self) -> &'static str {
        self.severity().map_or("never", Severity::as_str)
    }

    /// The least severity that fails a run.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Notice => Some(Severity::Notice),
            Self::Never => None,
        }
    }
}

/// What a settings file says.
#[derive(Debug, Default)]
pub struct SettingsFile {
    /// The file.
    pub path: PathBuf,
    /// The weights of rules and families.
    pub severity: Vec<(Spanned<String>, Weight)>,
    /// The rules to run.
    pub select: Option<Spanned<Vec<Spanned<String>>>>,
    /// The rules to leave out.
    pub ignore: Option<Spanned<Vec<Spanned<String>>>>,
    /// Samples shown of a rule.
    pub samples: Option<Spanned<usize>>,
    /// What fails a run.
    pub fail_on: Option<Spanned<FailOn>>,
    /// The thresholds of rules.
    pub thresholds: Vec<(Spanned<String>, Thresholds)>,
    /// Folders of own rules, from the current folder.
    pub rules: Vec<Spanned<PathBuf>>,
    /// The layout file, from the current folder.
    pub layout_file: Option<Spanned<PathBuf>>,
    /// The waivers, those of other files behind its own.
    pub waivers: Vec<Waiver>,
    /// The texts that waivers stand in, the file's own first.
    pub(super) sources: Vec<Arc<SourceText>>,
}

impl SettingsFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// Everything that is wrong with it, but for words that name no rule.
    pub fn parse(path: &Path, text: String) -> Result<Self, SettingsErrors> {
        let source = Arc::new(SourceText { name: path.display().to_string(), text });
        let mut reader = SettingsReader::new(&source, path);
        let table = document(&source)?;
        let mut file = Self { path: path.to_owned(), sources: vec![Arc::clone(&source)], ..Self::default() };
        reader.settings(&table, &mut file);
        reader.finish(file)
    }

    /// The line of a place in the file itself.
    pub fn line(&self, byte: usize) -> u64 {
        self.sources.first().map_or(1, |source| LineEnds::of(&source.text).line(byte))
    }

    /// A mistake in the file itself.
    pub(super) fn mistake(&self, mistake: SettingsMistake) -> Option<SettingsError> {
        self.sources.first().map(|source| mistake.in_file(source))
    }

    /// A mistake in the file a waiver stands in.
    pub(super) fn mistake_of(&self, waiver: &Waiver, mistake: SettingsMistake) -> Option<SettingsError> {
        let name = waiver.path.display().to_string();
        let source = self.sources.iter().find(|source| source.name == name);
        source.map(|source| mistake.in_file(source))
    }
}

/// The layout file that settings name, whatever else they say: it is needed before they can be read.
pub fn layout_file_in(path: &Path, text: &str) -> Option<PathBuf> {
    let table = DeTable::parse(text).ok()?.into_inner();
    let name = table.get("layout_file")?.get_ref().as_str()?;
    Some(path.parent().unwrap_or(Path::new("")).join(name))
}

fn document(source: &SourceText) -> Result<DeTable<'_>, SettingsErrors> {
    DeTable::parse(&source.text).map(Spanned::into_inner).map_err(|error| {
        let mistake = SettingsMistake::new(error.span().unwrap_or(0..0), error.message(), "here");
        SettingsErrors(vec![mistake.in_file(source)])
    })
}

/// Reads one text and gathers what is wrong with it.
struct SettingsReader<'a> {
    source: Arc<SourceText>,
    path: &'a Path,
    lines: LineEnds,
    mistakes: Vec<SettingsError>,
}

impl<'a> SettingsReader<'a> {
    fn new(source: &Arc<SourceText>, path: &'a Path) -> Self {
        Self { source: Arc::clone(source), path, lines: LineEnds::of(&source.text), mistakes: Vec::new() }
    }
    fn finish(mut self, file: SettingsFile) -> Result<SettingsFile, SettingsErrors> {
        if self.mistakes.is_empty() {
            return Ok(file);
        }
        self.mistakes.sort_by_key(SettingsError::byte);
        Err(SettingsErrors(self.mistakes))
    }

    fn wrong(&mut self, mistake: SettingsMistake) {
        self.mistakes.push(mistake.in_file(&self.source));
    }

    fn settings(&mut self, table: &DeTable<'_>, file: &mut SettingsFile) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "severity" => file.severity = self.severities(value),
                "select" => file.select = self.texts(value).map(|words| Spanned::new(key.span(), words)),
                "ignore" => file.ignore = self.texts(value).map(|words| Spanned::new(key.span(), words)),
                "samples" => file.samples = self.samples(value).map(|count| Spanned::new(key.span(), count)),
                "fail_on" => {
                    let word = self.word(value, "severity that fails a run", &FailOn::ALL, FailOn::as_str);
                    file.fail_on = word.map(|word| Spanned::new(key.span(), word));
                }
                "thresholds" => file.thresholds = self.thresholds(value),
                "rules" => file.rules = self.folders(value),
                "layout_file" => file.layout_file = self.layout_file(value),
                "waiver_files" => self.waiver_files(value, file),
                "waivers" => file.waivers.splice(0..0, self.waivers(value)).for_each(drop),
                _ => self.unknown_key(key, &KEYS, "the settings"),
            }
        }
    }

    fn severities(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(Spanned<String>, Weight)> {
        let example = "for example:  [severity]  P = \"off\"";
        let Some(table) = self.table(value, example) else { return Vec::new() };
        let mut all = Vec::new();
        for (key, value) in table {
            if let Some(weight) = self.word(value, "severity", &Weight::ALL, Weight::as_str) {
                all.push((owned(key), weight));
            }
        }
        all.sort_by_key(|(key, _)| key.span().start);
        all
    }

    fn thresholds(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<(Spanned<String>, Thresholds)> {
        let example = "for example:  [thresholds.T006]  error_if = \"> 10\"";
        let Some(table) = self.table(value, example) else { return Vec::new() };
        let mut all = Vec::new();
        for (key, value) in table {
            if let Some(limits) = self.table(value, example) {
                all.push((owned(key), self.limits(key, limits)));
            }
        }
        all.sort_by_key(|(key, _)| key.span().start);
        all
    }

    fn limits(&mut self, rule: &Spanned<Cow<'_, str>>, table: &DeTable<'_>) -> Thresholds {
        let mut limits = Thresholds::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "warn_if" => limits.warn_if = self.limit(value),
                "error_if" => limits.error_if = self.limit(value),
                _ => self.unknown_key(key, &THRESHOLD_KEYS, "thresholds"),
            }
        }
        if table.is_empty() {
            let mistake = SettingsMistake::new(rule.span(), "there is no threshold here", "of this rule");
            self.wrong(mistake.help("write warn_if = \"> 10\", error_if = \"> 0.5 %\", or both"));
        }
        limits
    }

    fn limit(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Limit> {
        let text = self.text(value)?;
        let limit = Limit::parse(text.get_ref());
        if limit.is_none() {
            let mistake = SettingsMistake::new(text.span(), format!("`{}` is no threshold", text.get_ref()), "here");
            self.wrong(mistake.help("write \"> 10\" or \">= 10\" for a number of findings, \"> 0.5 %\" for a share"));
        }
        limit
    }

    fn samples(&mut self, value: &Spanned<DeValue<'_>>) -> Option<usize> {
        self.whole(value).and_then(|count| usize::try_from(count).ok())
    }

    /// Folders as they are reached from the current one.
    fn folders(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Spanned<PathBuf>> {
        let mut folders = Vec::new();
        for text in self.texts(value).unwrap_or_default() {
            let folder = self.next_to_file(text.get_ref());
            if folder.exists() {
                folders.push(Spanned::new(text.span(), folder));
                continue;
            }
            let mistake = SettingsMistake::new(text.span(), format!("there is no folder {}", folder.display()), "here");
            self.wrong(mistake.help("folders are looked for from the folder of the settings file"));
        }
        folders
    }

    fn next_to_file(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// The layout file, which was read before the settings were.
    fn layout_file(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Spanned<PathBuf>> {
        let text = self.text(value)?;
        let path = self.next_to_file(text.get_ref());
        Some(Spanned::new(text.span(), path))
    }

    /// Takes in the waivers of other files.
    fn waiver_files(&mut self, value: &Spanned<DeValue<'_>>, file: &mut SettingsFile) {
        for name in self.texts(value).unwrap_or_default() {
            let path = self.next_to_file(name.get_ref());
            let text = match find::read(&path) {
                Ok(text) => text,
                Err(error) => {
                    self.wrong(SettingsMistake::new(name.span(), format!("waivers cannot be read: {error}"), "this file"));
                    continue;
                }
            };
            let source = Arc::new(SourceText { name: path.display().to_string(), text });
            let mut reader = SettingsReader::new(&source, &path);
            match document(&source) {
                Ok(table) => file.waivers.extend(reader.only_waivers(&table)),
                Err(SettingsErrors(mistakes)) => reader.mistakes.extend(mistakes),
            }
            self.mistakes.extend(reader.mistakes);
            file.sources.push(Arc::clone(&source));
        }
    }

    fn only_waivers(&mut self, table: &DeTable<'_>) -> Vec<Waiver> {
        let mut waivers = Vec::new();
        for (key, value) in table {
            if key.get_ref() == "waivers" {
                waivers = self.waivers(value);
                continue;
            }
            let mistake = SettingsMistake::new(key.span(), "a file of waivers holds nothing else", "this belongs elsewhere");
            self.wrong(mistake.help("write it into the settings file that names this one"));
        }
        waivers
    }

    fn waivers(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Waiver> {
        let example = "write each waiver below a line [[waivers]]";
        let Some(list) = self.list(value, example) else { return Vec::new() };
        let mut waivers = Vec::new();
        for one in list {
            if let Some(table) = self.table(one, example) {
                waivers.extend(self.waiver(one.span(), table));
            }
        }
        waivers
    }

    fn waiver(&mut self, span: Range<usize>, table: &DeTable<'_>) -> Option<Waiver> {
        let mut parts = WaiverParts::default();
        let before = self.mistakes.len();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "rule" => parts.rule = self.text(value),
                "student" => parts.student = self.student(value),
                "test" => parts.test = self.test(value),
                "school" => parts.school = self.school(value),
                "count" => parts.count = self.at_least_one(value),
                "reason" => parts.reason = self.text(value),
                "author" => parts.author = self.text(value),
                "expires" => parts.expires = self.day(value),
                _ => self.unknown_key(key, &WAIVER_KEYS, "a waiver"),
            }
        }
        if self.mistakes.len() > before {
            return None;
        }
        let Some(rule) = parts.rule.take() else {
            self.wrong(SettingsMistake::new(span, "a waiver lacks its rule", "here").help("write rule = \"CODE\""));
            return None;
        };
        let holder = self.holder(&rule, &mut parts)?;
        let filled =
            |text: Option<Spanned<String>>| text.map(Spanned::into_inner).filter(|text| !text.trim().is_empty());
        Some(Waiver {
            path: self.path.to_owned(),
            line: self.lines.line(rule.span().start),
            holder,
            count: parts.count,
            reason: filled(parts.reason),
            author: filled(parts.author),
            expires: parts.expires,
            rule,
        })
    }

    fn holder(&mut self, rule: &Spanned<String>, parts: &mut WaiverParts) -> Option<Holder> {
        match (parts.student.take(), parts.school.take(), parts.test.take()) {
            (Some(_), Some(school), _) => {
                let mistake = SettingsMistake::new(school.span(), "a waiver is about a student or a school, not both", "here");
                self.wrong(mistake.help("write two waivers"));
                None
            }
            (Some(student), None, test) => {
                let test = test.map(Spanned::into_inner);
                Some(Holder::Student { student: student.into_inner(), test })
            }
            (None, _, Some(test)) => {
                let mistake = SettingsMistake::new(test.span(), "`test` goes with `student` only", "here");
                self.wrong(mistake.help("name the student, or leave `test` out"));
                None
            }
            (None, Some(school), None) => Some(Holder::School(school.into_inner())),
            (None, None, None) if parts.count.is_some() => Some(Holder::Anyone),
            (None, None, None) => {
                let mistake = SettingsMistake::new(rule.span(), "waiver does not say what it covers", "of this rule");
                self.wrong(mistake.help(
                    "name a student (and test), a school, or a count; to leave a rule out altogether, write \
                     it under `ignore`",
                ));
                None
            }
        }
    }

    fn student(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Spanned<String>> {
        let text = self.text(value)?;
        let student = text.get_ref();
        let is_ssid = student.len() == SSID_DIGITS && student.bytes().all(|byte| byte.is_ascii_digit());
        let of_pseudonym = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
        let is_pseudonym = student.len() == PSEUDONYM && student.bytes().all(of_pseudonym);
        if is_ssid || is_pseudonym {
            return Some(text);
        }
        let mistake = SettingsMistake::new(text.span(), "this is neither a pseudonym nor an SSID", "here");
        self.wrong(mistake.help("take the ten letters and digits that a finding shows for the student"));
        None
    }

    fn test(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Spanned<String>> {
        let text = self.text(value)?;
        if text.get_ref().len() == 2 && !RecordTypes::parse(text.get_ref()).is_empty() {
            return Some(text);
        }
        let mistake = SettingsMistake::new(text.span(), format!("`{}` is no record type", text.get_ref()), "two digits");
        self.wrong(mistake.help("for example \"01\" for Smarter Balanced ELA"));
        None
    }

    fn school(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Spanned<String>> {
        let text = self.text(value)?;
        let code = text.get_ref();
        if code.len() == SCHOOL_DIGITS && code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(text);
        }
        let mistake = SettingsMistake::new(text.span(), "this is no code of a school", "fourteen digits");
        self.wrong(mistake.help("write county, district and school together, for example \"58999996900002\""));
        None
    }

    fn at_least_one(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u64> {
        let count = self.whole(value)?;
        if count > 0 {
            return Some(count);
        }
        self.wrong(SettingsMistake::new(value.span(), "a waiver of no finding waives nothing", "here").help("write 1 or more"));
        None
    }

    fn day(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Date> {
        let day = match value.get_ref() {
            DeValue::String(text) => parse_day(text).ok(),
            DeValue::Datetime(day) => parse_day(&day.to_string()).ok(),
            other => {
                let kind = kind_of(other);
                self.wrong(SettingsMistake::new(value.span(), format!("a day is wanted, this is {kind}"), "here").help(DAY));
                return None;
            }
        };
        if day.is_none() {
            self.wrong(SettingsMistake::new(value.span(), "this is no day of the calendar", "here").help(DAY));
        }
        day
    }

    fn word<T: Copy>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        what: &str,
        known: &[T],
        spelling: fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.text(value)?;
        let found = known.iter().find(|one| spelling(**one) == text.get_ref());
        if found.is_none() {
            let words: Vec<&str> = known.iter().map(|one| spelling(*one)).collect();
            let mistake = SettingsMistake::new(text.span(), format!("`{}` is no {what}", text.get_ref()), "unknown word");
            let help = match closest(text.get_ref(), words.iter().copied()) {
                Some(like) => format!("did you mean `{like}`?"),
                None => format!("one of: {}", words.join(", ")),
            };
            self.wrong(mistake.help(help));
        }
        found.copied()
    }

    fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Spanned<String>> {
        let text = value.get_ref().as_str().map(|text| Spanned::new(value.span(), text.to_owned()));
        if text.is_none() {
            let kind = kind_of(value.get_ref());
            let mistake = SettingsMistake::new(value.span(), format!("a text is wanted, this is {kind}"), "here");
            self.wrong(mistake.help("write it in quotation marks"));
        }
        text
    }

    fn texts(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Vec<Spanned<String>>> {
        let list = self.list(value, "write [\"one\", \"two\"]")?;
        let before = self.mistakes.len();
        let texts: Vec<Spanned<String>> = list.iter().filter_map(|one| self.text(one)).collect();
        (self.mistakes.len() == before).then_some(texts)
    }

    fn whole(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u64> {
        let digits = value.get_ref().as_integer().filter(|number| number.radix() == 10);
        let number = digits.and_then(|digits| digits.as_str().replace('_', "").parse().ok());
        if number.is_none() {
            let kind = kind_of(value.get_ref());
            let kind = if kind == "a whole number" { "less than nothing or too much" } else { kind };
            let mistake = SettingsMistake::new(value.span(), format!("a whole number is wanted, this is {kind}"), "here");
            self.wrong(mistake.help("write it without quotation marks, for example 10"));
        }
        number
    }

    fn table<'v, 'd>(&mut self, value: &'v Spanned<DeValue<'d>>, example: &str) -> Option<&'v DeTable<'d>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let kind = kind_of(value.get_ref());
            let mistake = SettingsMistake::new(value.span(), format!("keys and values are wanted, this is {kind}"), "here");
            self.wrong(mistake.help(example));
        }
        table
    }

    fn list<'v, 'd>(&mut self, value: &'v Spanned<DeValue<'d>>, example: &str) -> Option<&'v [Spanned<DeValue<'d>>]> {
        let list = value.get_ref().as_array();
        if list.is_none() {
            let kind = kind_of(value.get_ref());
            self.wrong(SettingsMistake::new(value.span(), format!("a list is wanted, this is {kind}"), "here").help(example));
        }
        list.map(|list| &**list)
    }

    fn unknown_key(&mut self, key: &Spanned<Cow<'_, str>>, known: &[&str], of: &str) {
        let message = format!("there is no key `{}` in {of}", key.get_ref());
        let help = match closest(key.get_ref(), known.iter().copied()) {
            Some(like) => format!("did you mean `{like}`?"),
            None => format!("one of: {}", known.join(", ")),
        };
        self.wrong(SettingsMistake::new(key.span(), message, "unknown key").help(help));
    }
}

const DAY: &str = "write it as 2026-06-30";

/// The parts of a waiver while it is read.
#[derive(Default)]
struct WaiverParts {
    rule: Option<Spanned<String>>,
    student: Option<Spanned<String>>,
    test: Option<Spanned<String>>,
    school: Option<Spanned<String>>,
    count: Option<u64>,
    reason: Option<Spanned<String>>,
    author: Option<Spanned<String>>,
    expires: Option<Date>,
}

fn owned(key: &Spanned<Cow<'_, str>>) -> Spanned<String> {
    Spanned::new(key.span(), key.get_ref().clone().into_owned())
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a day or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "keys and values",
    }
}
