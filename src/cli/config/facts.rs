//! What there is to say about the settings of a run, gathered for both forms of output.

use crate::outcome::WaiverShown;
use crate::privacy::pseudonym::Pseudonyms;
use crate::rule::RuleSet;
use crate::settings::{BoundSettings, BoundWaiver, Runs, SettingOrigin, Settings, WaiverValidity};

/// A setting in words.
pub(super) struct Fact {
    /// The key.
    pub key: String,
    /// What holds.
    pub value: String,
    /// Where it comes from.
    pub origin: SettingOrigin,
}

/// A waiver and how it stands.
pub(super) struct WaiverFact {
    /// The waiver.
    pub shown: WaiverShown,
    /// How it stands on the day of the run.
    pub standing: WaiverValidity,
}

/// Everything that is shown.
pub struct ConfigFacts {
    /// The settings file.
    pub path: Option<String>,
    /// How it came to be used.
    pub why: String,
    /// The day of the run.
    pub today: String,
    /// Single settings and each part of lists; lists that are empty stand with what that means.
    pub settings: Vec<Fact>,
    /// Rules that do not run, by code.
    pub off: Vec<Fact>,
    /// Rules of another weight than their own, by code.
    pub severities: Vec<Fact>,
    /// Rules with thresholds, by code.
    pub thresholds: Vec<Fact>,
    pub waivers: Vec<WaiverFact>,
    /// How many rules run, of how many.
    pub running: (usize, usize),
}

impl ConfigFacts {
    pub fn new(settings: &Settings, bound: &BoundSettings, rules: &RuleSet, pseudonyms: Option<&Pseudonyms>) -> Self {
        let mut facts = Self {
            path: settings.file.as_ref().map(|file| file.path.display().to_string()),
            why: settings.why.clone(),
            today: settings.today.day().to_string(),
            settings: single(settings),
            off: Vec::new(),
            severities: Vec::new(),
            thresholds: Vec::new(),
            waivers: bound.waivers.iter().map(|one| waiver(one, pseudonyms)).collect(),
            running: (0, rules.rules().len()),
        };
        for rule in rules.rules() {
            let Some(of_rule) = bound.rule(&rule.code) else { continue };
            let key = format!("{} {}", rule.code, rule.name);
            let fact = |value: &str, origin| Fact { key: key.clone(), value: value.to_owned(), origin };
            match of_rule.runs {
                Runs::Yes => facts.running.0 += 1,
                Runs::NotSelected => continue,
                Runs::Ignored(origin) => facts.off.push(fact("ignored", origin)),
                Runs::Off(origin) => facts.off.push(fact("off", origin)),
            }
            if of_rule.runs != Runs::Yes {
                continue;
            }
            match (&of_rule.thresholds, &of_rule.severity) {
                (Some(limits), _) => {
                    let warn = limits.value.warn_if.map(|limit| format!("warning {limit}"));
                    let error = limits.value.error_if.map(|limit| format!("error {limit}"));
                    let value = [warn, error].into_iter().flatten().collect::<Vec<_>>().join(", ");
                    facts.thresholds.push(fact(&value, limits.origin));
                }
                (None, Some(severity)) => facts.severities.push(fact(severity.value.as_str(), severity.origin)),
                (None, None) => {}
            }
        }
        facts
    }
}

fn single(settings: &Settings) -> Vec<Fact> {
    let mut all = Vec::new();
    let select = settings.select().into_iter().map(|word| (word.value, word.origin)).collect();
    listed(&mut all, "select", select, "all rules");
    let ignore = settings.ignore().into_iter().map(|word| (word.value, word.origin)).collect();
    listed(&mut all, "ignore", ignore, "none");
    let samples = settings.samples();
    all.push(Fact { key: "samples".to_owned(), value: samples.value.to_string(), origin: samples.origin });
    let fail_on = settings.fail_on();
    all.push(Fact { key: "fail_on".to_owned(), value: fail_on.value.as_str().to_owned(), origin: fail_on.origin });
    let folders = settings.rules().into_iter().map(|one| (one.value.display().to_string(), one.origin)).collect();
    listed(&mut all, "rules", folders, "the shipped ones");
    if let Some(one) = settings.layout_file() {
        let key = "layout_file".to_owned();
        all.push(Fact { key, value: one.value.display().to_string(), origin: one.origin });
    }
    all
}

fn listed(all: &mut Vec<Fact>, key: &str, list: Vec<(String, SettingOrigin)>, empty: &str) {
    let fact = |value: String, origin| Fact { key: key.to_owned(), value, origin };
    if list.is_empty() {
        all.push(fact(empty.to_owned(), SettingOrigin::Default));
    }
    all.extend(list.into_iter().map(|(value, origin)| fact(value, origin)));
}

fn waiver(one: &BoundWaiver, pseudonyms: Option<&Pseudonyms>) -> WaiverFact {
    WaiverFact { shown: one.waiver.shown(&one.code, pseudonyms), standing: one.standing.clone() }
}
