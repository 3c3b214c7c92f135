//! A Code Quality report for GitLab: an array with an issue for each rule, file and school.

use std::io::{self, Write};

use miette::Diagnostic;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Material;
use super::grouped::{FindingGroup, GroupedFindings, groups};
use crate::input::InputError;
use crate::privacy::json::write_pretty;
use crate::privacy::text::neutralise;
use crate::rule::Severity;

/// What stands near the start of every report that has an issue.
pub const MARK: &str = "\"check_name\": \"scorelint/";

#[derive(Serialize)]
struct GitlabIssue {
    check_name: String,
    description: String,
    fingerprint: String,
    severity: &'static str,
    location: GitlabLocation,
}

#[derive(Serialize)]
struct GitlabLocation {
    path: String,
    lines: GitlabLines,
}

#[derive(Serialize)]
struct GitlabLines {
    begin: u64,
}

/// Writes the report.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    let mut issues: Vec<GitlabIssue> = material.outcome.unreadable.iter().map(|error| unreadable(error)).collect();
    let all = groups(material, GroupedFindings::BySchool);
    issues.extend(all.iter().filter(|group| !group.is_waived).map(|group| issue(material, group)));
    write_pretty(out, &issues)?;
    writeln!(out)
}

fn unreadable(error: &InputError) -> GitlabIssue {
    let code = error.code().map_or_else(|| "unreadable".to_owned(), |code| code.to_string());
    let path = neutralise(error.path()).into_owned();
    GitlabIssue {
        fingerprint: fingerprint(&[&code, &path]),
        check_name: format!("scorelint/{code}"),
        description: neutralise(&error.reason()).into_owned(),
        severity: "blocker",
        location: GitlabLocation { path, lines: GitlabLines { begin: 1 } },
    }
}

fn issue(material: &Material<'_>, group: &FindingGroup<'_>) -> GitlabIssue {
    let place = material.place(group.first);
    let school = group.school.unwrap_or_default();
    GitlabIssue {
        fingerprint: fingerprint(&[&group.rule.code, school, &place.path]),
        check_name: format!("scorelint/{}", group.rule.code),
        description: group.message(material),
        severity: match group.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Notice => "info",
        },
        location: GitlabLocation { path: place.path, lines: GitlabLines { begin: place.line.unwrap_or(1) } },
    }
}

/// A number by which the host knows an issue again: of rule, school and file, never of a student.
fn fingerprint(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\n").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
