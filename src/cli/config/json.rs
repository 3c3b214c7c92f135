//! The settings for programs, `scorelint/config/1`.

use miette::IntoDiagnostic;
use serde::Serialize;

use super::facts::{Fact, Facts, WaiverFact};
use crate::privacy::json;
use crate::report::WaiverOut;
use crate::settings::Origin;

/// The name and version of the form; the number changes when a reader of the old form would fail.
const SCHEMA: &str = "scorelint/config/1";

#[derive(Serialize)]
struct Config<'a> {
    schema: &'static str,
    file: Option<&'a str>,
    why: &'a str,
    today: &'a str,
    rules: Rules,
    settings: Vec<Setting<'a>>,
    severities: Vec<OfRule<'a>>,
    thresholds: Vec<OfRule<'a>>,
    left_out: Vec<OfRule<'a>>,
    waivers: Vec<Waiver<'a>>,
}

#[derive(Serialize)]
struct Rules {
    running: usize,
    all: usize,
}

#[derive(Serialize)]
struct Setting<'a> {
    key: &'a str,
    value: &'a str,
    #[serde(flatten)]
    origin: From,
}

#[derive(Serialize)]
struct OfRule<'a> {
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
    fn of(origin: Origin) -> Self {
        match origin {
            Origin::Default => Self { from: "default", line: None, flag: None },
            Origin::File { line } => Self { from: "file", line: Some(line), flag: None },
            Origin::Flag(flag) => Self { from: "flag", line: None, flag: Some(flag) },
        }
    }
}

#[derive(Serialize)]
struct Waiver<'a> {
    #[serde(flatten)]
    told: WaiverOut<'a>,
    state: &'static str,
}

pub(super) fn shown(facts: &Facts) -> miette::Result<String> {
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
            .map(|fact| Setting { key: &fact.key, value: &fact.value, origin: From::of(fact.origin) })
            .collect(),
        severities: facts.severities.iter().map(of_rule).collect(),
        thresholds: facts.thresholds.iter().map(of_rule).collect(),
        left_out: facts.off.iter().map(of_rule).collect(),
        waivers: facts.waivers.iter().map(waiver).collect(),
    };
    json::pretty(&config).into_diagnostic()
}

fn of_rule(fact: &Fact) -> OfRule<'_> {
    let code = fact.key.split(' ').next().unwrap_or_default();
    OfRule { rule: code, value: &fact.value, origin: From::of(fact.origin) }
}

fn waiver(waiver: &WaiverFact) -> Waiver<'_> {
    Waiver { told: WaiverOut::of(&waiver.told), state: waiver.standing.as_str() }
}
