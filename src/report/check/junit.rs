//! A JUnit report: a suite for each file, a test case for each rule.

use std::io::{self, Write};

use miette::Diagnostic;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::grouped::{FindingGroup, GroupedFindings, groups};
use super::Material;
use crate::outcome::{InputOutcome, RuleOutcome, RuleStatus};
use crate::privacy::text::neutralise;
use crate::rule::Severity;

/// The name of the report.
pub const NAME: &str = "scorelint check";

/// Writes the report. A rule that broke as an error or warning is a failure; a notice is a success with its words.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    let mut report = Report::new(NAME);
    let all = groups(material, GroupedFindings::ByFile);
    for (number, input) in material.outcome.inputs.iter().enumerate() {
        let of_file: Vec<&FindingGroup<'_>> =
            all.iter().filter(|group| group.first.input == number && !group.is_waived).collect();
        report.add_test_suite(suite(material, input, &of_file));
    }
    for error in &material.outcome.unreadable {
        let mut suite = TestSuite::new(neutralise(error.path()).into_owned());
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(neutralise(&error.reason()).into_owned());
        let code = error.code().map_or_else(|| "unreadable".to_owned(), |code| code.to_string());
        suite.add_test_case(TestCase::new(code, status));
        report.add_test_suite(suite);
    }
    // As text first: the library hides the kind of an error, by which a closed pipe is recognised.
    out.write_all(report.to_string().map_err(io::Error::other)?.as_bytes())
}

fn suite(material: &Material<'_>, input: &InputOutcome, findings: &[&FindingGroup<'_>]) -> TestSuite {
    let mut suite = TestSuite::new(super::place::path_of(&input.info));
    for (rule, words) in material.outcome.rules.iter().zip(&material.words) {
        if !material.reports(rule.severity) {
            continue;
        }
        let found = findings.iter().find(|group| group.rule.code == rule.code);
        let status = found.map_or_else(|| without_finding(rule), |group| with_finding(material, group));
        let mut case = TestCase::new(format!("{} {}", rule.code, words.name), status);
        case.set_classname(format!("scorelint.{}", rule.code));
        if let Some(group) = found.filter(|group| group.severity == Severity::Notice) {
            case.set_system_out(group.message(material));
        }
        suite.add_test_case(case);
    }
    suite
}

fn without_finding(rule: &RuleOutcome) -> TestCaseStatus {
    let why = match &rule.status {
        RuleStatus::NotRun(why) => why.as_str(),
        RuleStatus::NotApplicable => "no record meets its condition",
        RuleStatus::Undecidable => "no record could be decided",
        RuleStatus::Held | RuleStatus::Broke => return TestCaseStatus::success(),
    };
    let mut status = TestCaseStatus::skipped();
    status.set_message(why.to_owned());
    status
}

fn with_finding(material: &Material<'_>, group: &FindingGroup<'_>) -> TestCaseStatus {
    if group.severity == Severity::Notice {
        return TestCaseStatus::success();
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(group.message(material));
    status.set_type(group.severity.as_str());
    status.set_description(format!("{}\n{}", material.place(group.first), group.words.help));
    status
}
