//! Applies settings to the outcome of a run: waivers cover findings, thresholds weigh rules, and
//! waivers that are over, unused or unexplained become findings themselves.

use std::collections::HashMap;

use super::bind::{BoundSettings, BoundWaiver, Runs};
use super::file::SettingsFile;
use super::merge::{SettingOrigin, Settings};
use super::waiver::{EXPIRED, Holder, WaiverValidity, UNEXPLAINED, UNUSED, WAIVER_RULES};
use crate::finding::Shown;
use crate::outcome::{
    Finding, Outcome, RuleOutcome, SettingsUsed, RuleStatus, Subject, WaiverLink, WaiverState, WaiverUsed,
};
use crate::privacy::pseudonym::Pseudonyms;
use crate::rule::Severity;

/// Applies settings to an outcome. Without pseudonyms, waivers of students can only name an SSID.
pub fn apply(settings: &Settings, bound: &BoundSettings, outcome: &mut Outcome, pseudonyms: Option<&Pseudonyms>) {
    tell_who_left_out(settings, bound, outcome);
    let covered = Cover::new(bound, outcome, pseudonyms).run(outcome);
    for rule in &mut outcome.rules {
        weigh(bound, rule);
    }
    stand_alone(outcome);
    let severities: Vec<_> = outcome.rules.iter().map(|rule| rule.severity).collect();
    for finding in &mut outcome.findings {
        let has_thresholds =
            bound.rule(&outcome.rules[finding.rule].code).is_some_and(|rule| rule.thresholds.is_some());
        if has_thresholds {
            finding.severity = severities[finding.rule];
        }
    }
    let waivers = used(bound, outcome, &covered, pseudonyms);
    report_waivers(outcome, &waivers);
    outcome.settings =
        settings.file.as_ref().map(|file| SettingsUsed { path: file.path.clone(), why: settings.why.clone(), waivers });
}

/// The engine knows that a rule was left out, and not by whom.
fn tell_who_left_out(settings: &Settings, bound: &BoundSettings, outcome: &mut Outcome) {
    for rule in &mut outcome.rules {
        let reason = match bound.rule(&rule.code).map(|rule| rule.runs) {
            Some(Runs::Off(origin)) => format!("it is off by {}", origin_words(settings.file.as_ref(), origin)),
            Some(Runs::Ignored(origin)) => format!("it is ignored by {}", origin_words(settings.file.as_ref(), origin)),
            Some(Runs::Yes | Runs::NotSelected) | None => continue,
        };
        if matches!(rule.status, RuleStatus::NotRun(_)) {
            rule.status = RuleStatus::NotRun(reason);
        }
    }
}

fn origin_words(file: Option<&SettingsFile>, origin: SettingOrigin) -> String {
    match (origin, file) {
        (SettingOrigin::Flag(flag), _) => flag.to_owned(),
        (SettingOrigin::File { line }, Some(file)) => format!("line {line} of {}", file.path.display()),
        (SettingOrigin::File { .. } | SettingOrigin::Default, _) => "the settings".to_owned(),
    }
}

/// Gives a rule the weight that its thresholds come to.
fn weigh(bound: &BoundSettings, rule: &mut RuleOutcome) {
    let Some(thresholds) = bound.rule(&rule.code).and_then(|rule| rule.thresholds.as_ref()) else { return };
    if rule.broke > 0 {
        rule.severity = thresholds.value.severity(rule.open(), rule.applicable);
    }
}

/// Findings that follow from a rule which thresholds made lighter than their own stand for themselves.
fn stand_alone(outcome: &mut Outcome) {
    let weights: HashMap<String, Severity> =
        outcome.rules.iter().map(|rule| (rule.code.clone(), rule.severity)).collect();
    for rule in &mut outcome.rules {
        let severity = rule.severity;
        rule.follows_from.retain(|(cause, _)| weights.get(cause).is_some_and(|weight| *weight >= severity));
    }
    for finding in &mut outcome.findings {
        let kept = |cause: &usize| outcome.rules[*cause].severity >= outcome.rules[finding.rule].severity;
        finding.follows = finding.follows.filter(kept);
    }
}

/// The waivers of a run while they cover findings.
struct Cover<'a> {
    bound: &'a BoundSettings,
    pseudonyms: Option<&'a Pseudonyms>,
    /// The waivers that hold, by the place of their rule.
    by_rule: HashMap<usize, RuleWaivers<'a>>,
    /// Findings that each waiver covers.
    covered: Vec<u64>,
}

/// The waivers of a rule, by what they are looked up with.
#[derive(Default)]
struct RuleWaivers<'a> {
    by_student: HashMap<&'a str, Vec<usize>>,
    by_school: HashMap<&'a str, Vec<usize>>,
    of_anyone: Vec<usize>,
}

impl<'a> Cover<'a> {
    fn new(bound: &'a BoundSettings, outcome: &Outcome, pseudonyms: Option<&'a Pseudonyms>) -> Self {
        let places: HashMap<&str, usize> =
            outcome.rules.iter().enumerate().map(|(place, rule)| (rule.code.as_str(), place)).collect();
        let mut by_rule: HashMap<usize, RuleWaivers<'a>> = HashMap::new();
        for (number, one) in bound.waivers.iter().enumerate() {
            let Some(place) = places.get(one.code.as_str()).filter(|_| one.standing == WaiverValidity::Holds) else {
                continue;
            };
            let of_rule = by_rule.entry(*place).or_default();
            match &one.waiver.holder {
                Holder::Student { student, .. } => of_rule.by_student.entry(student).or_default().push(number),
                Holder::School(code) => of_rule.by_school.entry(code).or_default().push(number),
                Holder::Anyone => of_rule.of_anyone.push(number),
            }
        }
        Self { bound, pseudonyms, by_rule, covered: vec![0; bound.waivers.len()] }
    }

    /// Covers what can be covered, the closest waivers first: student, school, count. How many
    /// findings each waiver covers.
    fn run(mut self, outcome: &mut Outcome) -> Vec<u64> {
        if self.by_rule.is_empty() {
            return self.covered;
        }
        for step in [WaiverStep::Student, WaiverStep::School, WaiverStep::Count] {
            for finding in outcome.findings.iter_mut().filter(|finding| finding.waiver.is_none()) {
                let Some(number) = self.waiver_for(finding, step) else { continue };
                finding.waiver = Some(WaiverLink::CoveredBy(number));
                self.covered[number] += finding.count.max(1);
                let cause = finding.follows.take().map(|cause| outcome.rules[cause].code.clone());
                let rule = &mut outcome.rules[finding.rule];
                match cause {
                    Some(cause) => take_off_following(rule, &cause, finding.count.max(1)),
                    None => take_off(rule, finding),
                }
            }
        }
        self.covered
    }

    /// The first waiver that covers a finding and has room for all it stands for.
    fn waiver_for(&self, finding: &Finding, step: WaiverStep) -> Option<usize> {
        let of_rule = self.by_rule.get(&finding.rule)?;
        let has_room = |number: &&usize| {
            let count = self.bound.waivers[**number].waiver.count;
            count.is_none_or(|count| self.covered[**number] + finding.count.max(1) <= count)
        };
        match step {
            WaiverStep::Student => {
                let record = finding.record.as_ref().filter(|_| finding.subject.is_of_records())?;
                let ssid = record.ssid.trim();
                let pseudonym = self.pseudonyms.filter(|_| !of_rule.by_student.is_empty());
                let pseudonym = pseudonym.and_then(|pseudonyms| pseudonyms.of(ssid));
                let names = [pseudonym.as_deref(), Some(ssid)].into_iter().flatten();
                let numbers = names.filter_map(|name| of_rule.by_student.get(name)).flatten();
                let is_of_test = |number: &&usize| match &self.bound.waivers[**number].waiver.holder {
                    Holder::Student { test: Some(test), .. } => *test == record.record_type,
                    _ => true,
                };
                numbers.filter(is_of_test).find(has_room).copied()
            }
            WaiverStep::School => {
                let code = finding.school()?;
                of_rule.by_school.get(code).into_iter().flatten().find(has_room).copied()
            }
            WaiverStep::Count => of_rule.of_anyone.iter().find(has_room).copied(),
        }
    }
}

#[derive(Clone, Copy)]
enum WaiverStep {
    Student,
    School,
    Count,
}

/// Takes covered findings off those that follow from another rule.
fn take_off_following(rule: &mut RuleOutcome, cause: &str, count: u64) {
    rule.waived += count;
    if let Some((_, following)) = rule.follows_from.iter_mut().find(|(code, _)| code == cause) {
        *following = following.saturating_sub(count);
    }
    rule.follows_from.retain(|(_, count)| *count > 0);
}

/// Takes a covered finding off the counts of its rule.
fn take_off(rule: &mut RuleOutcome, finding: &Finding) {
    rule.waived += finding.count.max(1);
    rule.within = rule.within.saturating_sub(finding.count.saturating_sub(1));
    let code = finding.record.as_ref().and_then(|record| record.school.parse::<u64>().ok());
    let Some(code) = code.filter(|_| finding.subject == Subject::Record).map(|code| format!("{code:014}")) else {
        return;
    };
    if let Some(place) = rule.by_school.iter().position(|(school, _)| *school == code) {
        let (_, count) = &mut rule.by_school[place];
        *count = count.saturating_sub(1);
        rule.by_school.retain(|(_, count)| *count > 0);
        rule.by_school.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
}

/// What became of each waiver.
fn used(bound: &BoundSettings, outcome: &Outcome, covered: &[u64], pseudonyms: Option<&Pseudonyms>) -> Vec<WaiverUsed> {
    let has_run =
        |code: &str| outcome.rules.iter().any(|rule| rule.code == code && !matches!(rule.status, RuleStatus::NotRun(_)));
    let state = |one: &BoundWaiver, waived: u64| match &one.standing {
        WaiverValidity::Expired => WaiverState::Expired,
        WaiverValidity::Unexplained(lacking) => WaiverState::Unexplained(lacking.clone()),
        WaiverValidity::Holds if waived > 0 => WaiverState::Used,
        WaiverValidity::Holds if has_run(&one.code) => WaiverState::Unused,
        WaiverValidity::Holds => WaiverState::NotRun,
    };
    let waivers = bound.waivers.iter().zip(covered).map(|(one, waived)| WaiverUsed {
        shown: one.waiver.shown(&one.code, pseudonyms),
        state: state(one, *waived),
        waived: *waived,
    });
    waivers.collect()
}

/// Makes findings of waivers that need somebody's attention.
fn report_waivers(outcome: &mut Outcome, waivers: &[WaiverUsed]) {
    for code in WAIVER_RULES {
        let Some(place) = outcome.rules.iter().position(|rule| rule.code == code) else { continue };
        let rule = &mut outcome.rules[place];
        if matches!(rule.status, RuleStatus::NotRun(_)) {
            continue;
        }
        let about: Vec<usize> = (0..waivers.len()).filter(|number| code_for(&waivers[*number].state) == code).collect();
        rule.applicable = waivers.len() as u64;
        rule.broke = about.len() as u64;
        rule.status = match (waivers.is_empty(), about.is_empty()) {
            (true, _) => RuleStatus::NotApplicable,
            (false, true) => RuleStatus::Held,
            (false, false) => RuleStatus::Broke,
        };
        let severity = rule.severity;
        outcome.findings.extend(about.into_iter().map(|number| Finding {
            rule: place,
            severity,
            input: 0,
            field: None,
            column: None,
            count: 1,
            record: None,
            related: Vec::new(),
            shown: words(&waivers[number]),
            subject: Subject::Whole,
            follows: None,
            waiver: Some(WaiverLink::About(number)),
        }));
    }
    outcome.findings.sort_by_key(|finding| finding.rule);
}

/// The rule that a waiver breaks; an empty word where it is as it should be.
fn code_for(state: &WaiverState) -> &'static str {
    match state {
        WaiverState::Expired => EXPIRED,
        WaiverState::Unused => UNUSED,
        WaiverState::Unexplained(_) => UNEXPLAINED,
        WaiverState::Used | WaiverState::NotRun => "",
    }
}

fn words(waiver: &WaiverUsed) -> Vec<Shown> {
    let shown = |name: &str, value: String| Shown { name: name.to_owned(), value, field: None };
    let lacking = match &waiver.state {
        WaiverState::Unexplained(lacking) => lacking.join(" and "),
        _ => String::new(),
    };
    vec![
        shown("rule", waiver.shown.rule.clone()),
        shown("of", waiver.shown.of()),
        shown("day", waiver.shown.expires.clone().unwrap_or_default()),
        shown("lacking", lacking),
    ]
}
