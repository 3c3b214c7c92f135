//! The settings for programs, `scorelint/config/1`.

use std::io;

use serde::Serialize;

use super::facts::{ConfigFacts, Fact, WaiverFact};
use crate::privacy::json;
use crate::report::WaiverOut;
use crate::settings::SettingOrigin;

/// The name and version of the form; the number changes when a reader of the old form would fail.
pub(super) const SCHEMA: &str = "scorelint/config/1";

#[derive(Serialize)]
struct Config<'a> {
    schema: &'static str,
    file: Option<&'a str>,
    why: &'a str,
    today: &'a str,
    rules: Rules,
    settings: Vec<ConfigSetting<'a>>,
    severities: Vec<RuleSetting<'a>>,
    thresholds: Vec<RuleSetting<'a>>,
    left_out: Vec<RuleSetting<'a>>,
    waivers: Vec<ConfigWaiver<'a>>,
}

#[derive(Serialize)]
struct Rules {
    running: usize,
    all: usize,
}

#[derive(Serialize)]
struct ConfigSetting<'a> {
    key: &'a str,
    value: &'a str,
    #[serde(flatten)]
    origin: From,
}

#[derive(Serialize)]
struct RuleSetting<'a> {
    rule: &'a str,
    value: &'a str,
    #[serde(flatten)]
    origin: From,
}

/// Where a setting comes from.
#[derive(Serialize)]
struct From {
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<&'static str>,
}

impl From {
    fn of(origin: SettingOrigin) -> Self {
        match origin {
            SettingOrigin::Default => Self { from: "default", line: None, flag: None },
            SettingOrigin::File { line } => Self { from: "file", line: Some(line), flag: None },
            SettingOrigin::Flag(flag) => Self { from: "flag", line: None, flag: Some(flag) },
        }
    }
}

#[derive(Serialize)]
struct ConfigWaiver<'a> {
    #[serde(flatten)]
    shown: WaiverOut<'a>,
    state: &'static str,
}

pub(super) fn shown(facts: &ConfigFacts) -> io::Result<String> {
    let (running, all) = facts.running;
    let config = Config {
        schema: SCHEMA,
        file: facts.path.as_deref(),
        why: &facts.why,
        today: &facts.today,
        rules: Rules { running, all },
        settings: facts
            .settings
            .iter()
            .map(|fact| ConfigSetting { key: &fact.key, value: &fact.value, origin: From::of(fact.origin) })
            .collect(),
        severities: facts.severities.iter().map(of_rule).collect(),
        thresholds: facts.thresholds.iter().map(of_rule).collect(),
        left_out: facts.off.iter().map(of_rule).collect(),
        waivers: facts.waivers.iter().map(waiver).collect(),
    };
    json::pretty(&config)
}

fn of_rule(fact: &Fact) -> RuleSetting<'_> {
    let code = fact.key.split(' ').next().unwrap_or_default();
    RuleSetting { rule: code, value: &fact.value, origin: From::of(fact.origin) }
}

fn waiver(waiver: &WaiverFact) -> ConfigWaiver<'_> {
    ConfigWaiver { shown: WaiverOut::of(&waiver.shown), state: waiver.standing.as_str() }
}
