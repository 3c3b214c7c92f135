//! Binds settings to the rules of a run: which run, their severities, and their waivers. Words that name no rule are
//! errors here.

use std::collections::HashMap;

use toml::Spanned;

use super::error::{SettingsMistake, SettingsError, SettingsErrors};
use super::file::{SettingsFile, Weight};
use super::merge::{SettingOrigin, Settings, SettingValue};
use super::naming::{Closeness, UnknownRule, closeness, suggestion};
use super::threshold::Thresholds;
use super::waiver::{WaiverValidity, WAIVER_RULES, Waiver};
use crate::rule::{Rule, RuleSet, Scope, Severity};

/// Why settings cannot be bound.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BindError {
    /// A flag names no rule.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Flag(#[from] UnknownRule),
    /// Something is wrong with the file.
    #[error(transparent)]
    #[diagnostic(transparent)]
    File(#[from] SettingsErrors),
}

/// Whether a rule runs, and who says so if not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// It runs.
    Yes,
    /// Others are selected.
    NotSelected,
    /// It is left out.
    Ignored(SettingOrigin),
    /// Its severity is `off`.
    Off(SettingOrigin),
}

/// What the settings say about one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSettings {
    /// Whether it runs.
    pub runs: Runs,
    /// Its weight, where the settings give it another one.
    pub severity: Option<SettingValue<Severity>>,
    /// Its thresholds.
    pub thresholds: Option<SettingValue<Thresholds>>,
}

/// A waiver with the code of its rule.
#[derive(Clone, Debug)]
pub struct BoundWaiver {
    /// The code.
    pub code: String,
    /// The waiver.
    pub waiver: Waiver,
    /// How it stands on the day of the run.
    pub standing: WaiverValidity,
}

/// Settings that know their rules.
#[derive(Clone, Debug, Default)]
pub struct BoundSettings {
    rules: HashMap<String, RuleSettings>,
    /// The waivers, as they are written.
    pub waivers: Vec<BoundWaiver>,
}

impl BoundSettings {
    /// Binds settings to rules.
    ///
    /// # Errors
    /// Words that name no rule, settings that contradict each other.
    pub fn new(settings: &Settings, rules: &RuleSet) -> Result<Self, BindError> {
        let unknown = |word: &&String| !rules.rules().any(|rule| closeness(rule, word).is_some());
        if let Some(word) = settings.flags.select.iter().chain(&settings.flags.ignore).find(unknown) {
            return Err(UnknownRule::new(word, rules).into());
        }
        if let Some(file) = &settings.file {
            let mistakes = mistakes(file, rules);
            if !mistakes.is_empty() {
                return Err(SettingsErrors(mistakes).into());
            }
        }
        let (select, ignore) = (settings.select(), settings.ignore());
        let of = |rule: &Rule| (rule.code.clone(), rule_settings(settings, &select, &ignore, rule));
        let waivers = settings.file.iter().flat_map(|file| &file.waivers).filter_map(|waiver| {
            let code = rules.find(waiver.rule.get_ref())?.code.clone();
            Some(BoundWaiver { code, standing: waiver.standing(settings.today.day()), waiver: waiver.clone() })
        });
        Ok(Self { rules: rules.rules().map(of).collect(), waivers: waivers.collect() })
    }

    /// What the settings say about a rule.
    pub fn rule(&self, code: &str) -> Option<&RuleSettings> {
        self.rules.get(code)
    }

    /// The weight of a rule in a run; `None` leaves it out. A severity that is set holds in every
    /// year, also where codes are carried over from another layout.
    pub fn weight(&self, rule: &Rule, stated: Severity) -> Option<Severity> {
        match self.rule(&rule.code) {
            None => Some(stated),
            Some(RuleSettings { runs: Runs::Yes, severity, .. }) => {
                Some(severity.as_ref().map_or(stated, |severity| severity.value))
            }
            Some(_) => None,
        }
    }

    /// Whether a waiver that holds is about a rule: all its findings are then needed.
    pub fn is_waived(&self, rule: &Rule) -> bool {
        self.waivers.iter().any(|one| one.code == rule.code && one.standing == WaiverValidity::Holds)
    }
}

fn rule_settings(settings: &Settings, select: &[SettingValue<String>], ignore: &[SettingValue<String>], rule: &Rule) -> RuleSettings {
    let weight = settings.file.as_ref().and_then(|file| weight_of(file, rule));
    let is_named = |word: &&SettingValue<String>| closeness(rule, &word.value).is_some();
    // Who names a rule on the command line wants it to run, whatever the file says.
    let is_asked_for = settings.flags.select.iter().any(|word| closeness(rule, word).is_some());
    let runs = match (ignore.iter().find(is_named), &weight) {
        (Some(word), _) => Runs::Ignored(word.origin),
        _ if !select.is_empty() && !select.iter().any(|word| is_named(&word)) => Runs::NotSelected,
        (None, Some(SettingValue { value: Weight::Off, origin })) if !is_asked_for => Runs::Off(*origin),
        _ => Runs::Yes,
    };
    let severity = weight.and_then(|weight| match weight.value {
        Weight::Is(value) => Some(SettingValue { value, origin: weight.origin }),
        Weight::Off => None,
    });
    let thresholds = settings.file.as_ref().and_then(|file| {
        let (key, thresholds) = file.thresholds.iter().find(|(key, _)| is_itself(rule, key.get_ref()))?;
        Some(SettingValue { value: *thresholds, origin: SettingOrigin::File { line: file.line(key.span().start) } })
    });
    RuleSettings { runs, severity, thresholds }
}

/// What the closest key of `[severity]` says about a rule.
fn weight_of(file: &SettingsFile, rule: &Rule) -> Option<SettingValue<Weight>> {
    let fitting = file.severity.iter().filter_map(|(key, weight)| Some((closeness(rule, key.get_ref())?, key, weight)));
    let (_, key, weight) = fitting.max_by_key(|(closeness, ..)| *closeness)?;
    Some(SettingValue { value: *weight, origin: SettingOrigin::File { line: file.line(key.span().start) } })
}

fn is_itself(rule: &Rule, word: &str) -> bool {
    closeness(rule, word) == Some(Closeness::Itself)
}

/// Everything in a file that does not fit the rules.
fn mistakes(file: &SettingsFile, rules: &RuleSet) -> Vec<SettingsError> {
    let lists = [&file.select, &file.ignore].into_iter().flatten().flat_map(|list| list.get_ref());
    let mut mistakes: Vec<SettingsError> =
        lists.filter_map(|word| unknown_word(word, rules)).filter_map(|mistake| file.mistake(mistake)).collect();
    mistakes.extend(wrong_severities(file, rules).into_iter().filter_map(|mistake| file.mistake(mistake)));
    mistakes.extend(wrong_thresholds(file, rules).into_iter().filter_map(|mistake| file.mistake(mistake)));
    mistakes.sort_by_key(SettingsError::byte);
    let of_waiver = |waiver: &Waiver| file.mistake_of(waiver, wrong_waiver(waiver, rules)?);
    mistakes.extend(file.waivers.iter().filter_map(of_waiver));
    mistakes
}

fn unknown_word(word: &Spanned<String>, rules: &RuleSet) -> Option<SettingsMistake> {
    let is_known = rules.rules().any(|rule| closeness(rule, word.get_ref()).is_some());
    (!is_known).then(|| {
        let message = format!("there is no rule, family or owner `{}`", word.get_ref());
        SettingsMistake::new(word.span(), message, "unknown").help(suggestion(word.get_ref(), rules))
    })
}

/// Keys that name no rule, owners, and two keys that name the same rules.
fn wrong_severities(file: &SettingsFile, rules: &RuleSet) -> Vec<SettingsMistake> {
    let mut mistakes = Vec::new();
    for (place, (key, _)) in file.severity.iter().enumerate() {
        let named: Vec<(&Rule, Closeness)> =
            rules.rules().filter_map(|rule| Some((rule, closeness(rule, key.get_ref())?))).collect();
        if named.is_empty() {
            mistakes.extend(unknown_word(key, rules));
            continue;
        }
        if named.iter().all(|(_, closeness)| *closeness == Closeness::Owner) {
            let message = format!("`{}` is an owner; severities are of rules and families", key.get_ref());
            mistakes.push(SettingsMistake::new(key.span(), message, "here").help("owners can stand under select and ignore"));
            continue;
        }
        let is_same = |(other, _): &&(Spanned<String>, Weight)| {
            named.iter().any(|(rule, one)| closeness(rule, other.get_ref()) == Some(*one))
        };
        if let Some((other, _)) = file.severity.iter().take(place).find(is_same) {
            let message = format!("`{}` and `{}` name the same rules", other.get_ref(), key.get_ref());
            mistakes.push(SettingsMistake::new(key.span(), message, "named twice").help("keep one of them"));
        }
    }
    mistakes
}

fn wrong_thresholds(file: &SettingsFile, rules: &RuleSet) -> Vec<SettingsMistake> {
    let mut mistakes = Vec::new();
    for (place, (key, thresholds)) in file.thresholds.iter().enumerate() {
        let Some(rule) = rules.find(key.get_ref()) else {
            mistakes.extend(Some(not_one_rule(key, rules, "thresholds are")));
            continue;
        };
        if file.thresholds.iter().take(place).any(|(other, _)| is_itself(rule, other.get_ref())) {
            let message = format!("{} has thresholds already", rule.code);
            mistakes.push(SettingsMistake::new(key.span(), message, "named twice").help("keep one of them"));
        }
        let has_share = [thresholds.warn_if, thresholds.error_if].into_iter().flatten().any(|limit| limit.is_share());
        if rule.scope == Scope::File && has_share {
            let message = format!("{} is about the file, of which there is no share", rule.code);
            mistakes.push(SettingsMistake::new(key.span(), message, "here").help("give a number of findings: \"> 10\""));
        }
    }
    mistakes
}

fn wrong_waiver(waiver: &Waiver, rules: &RuleSet) -> Option<SettingsMistake> {
    match rules.find(waiver.rule.get_ref()) {
        None => Some(not_one_rule(&waiver.rule, rules, "a waiver is")),
        Some(rule) if WAIVER_RULES.contains(&rule.code.as_str()) => {
            let message = format!("{} is about waivers and cannot be waived", rule.code);
            let help = "mend the waiver it speaks of, or write the rule under `ignore`";
            Some(SettingsMistake::new(waiver.span(), message, "here").help(help))
        }
        Some(_) => None,
    }
}

fn not_one_rule(word: &Spanned<String>, rules: &RuleSet, subject: &str) -> SettingsMistake {
    let is_wider = rules.rules().any(|rule| closeness(rule, word.get_ref()).is_some());
    if is_wider {
        let message = format!("`{}` means several rules; {subject} of one", word.get_ref());
        return SettingsMistake::new(word.span(), message, "here").help("write the code or the name of a rule");
    }
    let message = format!("there is no rule `{}`", word.get_ref());
    let like = rules.suggest(word.get_ref());
    let help =
        like.map_or_else(|| "scorelint rules lists all rules".to_owned(), |like| format!("did you mean {like}?"));
    SettingsMistake::new(word.span(), message, "unknown").help(help)
}
