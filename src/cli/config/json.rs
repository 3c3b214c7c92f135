//! The settings for programs, `scorelint/config/1`.

use miette::IntoDiagnostic;
use serde::Serialize;

use super::facts::{Fact, Facts, WaiverFact};
use crate::privacy::json;
use crate::settings::{Origin, Standing};

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
    path: &'a str,
    line: u64,
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    student: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    school: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
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
    Waiver {
        path: &waiver.path,
        line: waiver.line,
        rule: &waiver.rule,
        student: waiver.student.as_deref(),
        test: waiver.test.as_deref(),
        school: waiver.school.as_deref(),
        count: waiver.count,
        reason: waiver.reason.as_deref(),
        author: waiver.author.as_deref(),
        expires: waiver.expires.as_deref(),
        state: match waiver.standing {
            Standing::Holds => "holds",
            Standing::Expired => "expired",
            Standing::Unexplained(_) => "unexplained",
        },
    }
}
