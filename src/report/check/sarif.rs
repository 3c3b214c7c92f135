//! SARIF 2.1.0: a result for each rule, file and school, so that no limit of a host is hit.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif::{
    Artifact, ArtifactLocation, Invocation, Location, Message, MultiformatMessageString, Notification, PhysicalLocation,
    PropertyBag, Region, ReportingConfiguration, ReportingDescriptor, Result as SarifResult, ResultLevel, Run, Sarif, Suppression,
    Tool, ToolComponent,
};

use super::Material;
use super::grouped::{FindingGroup, GroupedFindings, groups};
use crate::input::InputError;
use crate::outcome::InputOutcome;
use crate::privacy::json::write_pretty;
use crate::privacy::text::neutralise;
use crate::rule::Severity;

/// What stands near the start of every report.
pub const MARK: &str = "sarif-schema-2.1.0.json";

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json#sarif-schema-2.1.0.json";

/// Writes the report.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, material: &Material<'_>) -> io::Result<()> {
    let all = groups(material, GroupedFindings::BySchool);
    let broken: BTreeSet<&str> = all.iter().map(|group| group.rule.code.as_str()).collect();
    let rules: Vec<ReportingDescriptor> = descriptors(material, &broken);
    let places: BTreeMap<&str, usize> = broken.iter().enumerate().map(|(place, code)| (*code, place)).collect();
    let results: Vec<SarifResult> = all.iter().map(|group| result(material, group, &places)).collect();
    let driver = ToolComponent::builder()
        .name(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .rules(rules)
        .properties(bag([("rules_sha256", json!(crate::RULES_SHA256))]))
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .artifacts(material.outcome.inputs.iter().map(artifact).collect::<Vec<_>>())
        .results(results)
        .invocations(vec![invocation(&material.outcome.unreadable)])
        .build();
    write_pretty(out, &Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build())?;
    writeln!(out)
}

fn descriptors(material: &Material<'_>, broken: &BTreeSet<&str>) -> Vec<ReportingDescriptor> {
    let rules = material.outcome.rules.iter().zip(&material.words);
    let mut all: Vec<ReportingDescriptor> = rules
        .filter(|(rule, _)| broken.contains(rule.code.as_str()))
        .map(|(rule, words)| {
            let mut one = ReportingDescriptor::builder()
                .id(rule.code.as_str())
                .name(words.name.as_str())
                .short_description(text(&words.message))
                .help(text(&words.help))
                .default_configuration(ReportingConfiguration::builder().level(json!(level(rule.severity).to_string())).build())
                .properties(bag([("owners", json!(words.owners))]))
                .build();
            one.help_uri = words.url.clone().filter(|url| url.starts_with("https:"));
            one
        })
        .collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    all
}

fn result(material: &Material<'_>, group: &FindingGroup<'_>, places: &BTreeMap<&str, usize>) -> SarifResult {
    let code = group.rule.code.as_str();
    let identity = format!("{code}/{}", group.school.unwrap_or("-"));
    let mut one = SarifResult::builder()
        .rule_id(code)
        .level(level(group.severity))
        .message(Message::builder().text(group.message(material)).build())
        .locations(vec![location(material, group)])
        .occurrence_count(i64::try_from(group.count).unwrap_or(i64::MAX))
        .partial_fingerprints(BTreeMap::from([("scorelint/v1".to_owned(), identity)]))
        .properties(bag([("school", json!(group.school)), ("count", json!(group.count))]))
        .build();
    one.rule_index = places.get(code).and_then(|place| i64::try_from(*place).ok());
    if group.is_waived {
        let waived = Suppression::builder().kind(json!("external")).justification("covered by a waiver").build();
        one.suppressions = Some(vec![waived]);
    }
    one
}

fn location(material: &Material<'_>, group: &FindingGroup<'_>) -> Location {
    let place = material.place(group.first);
    let artifact = ArtifactLocation::builder().uri(uri(&place.path)).build();
    let mut physical = PhysicalLocation::builder().artifact_location(artifact).build();
    physical.region = place.line.map(|line| {
        let mut region = Region::builder().start_line(i64::try_from(line).unwrap_or(i64::MAX)).build();
        region.start_column = place.column.and_then(|column| i64::try_from(column).ok());
        region
    });
    Location::builder().physical_location(physical).build()
}

fn artifact(input: &InputOutcome) -> Artifact {
    let location = ArtifactLocation::builder().uri(uri(&super::place::path_of(&input.info))).build();
    let mut one = Artifact::builder().location(location).build();
    one.hashes = input.sha256.as_ref().map(|hash| BTreeMap::from([("sha-256".to_owned(), hash.clone())]));
    one
}

/// How the run went: files that could not be read are its errors.
fn invocation(unreadable: &[std::sync::Arc<InputError>]) -> Invocation {
    let notification = |error: &std::sync::Arc<InputError>| {
        let words = format!("{}: {}", neutralise(error.path()), neutralise(&error.reason()));
        Notification::builder().level(json!("error")).message(Message::builder().text(words).build()).build()
    };
    let mut one = Invocation::builder().execution_successful(unreadable.is_empty()).build();
    one.tool_execution_notifications = Some(unreadable.iter().map(notification).collect());
    one
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Notice => ResultLevel::Note,
    }
}

fn text(words: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(words).build()
}

fn bag<const N: usize>(values: [(&str, Value); N]) -> PropertyBag {
    let values = values.into_iter().filter(|(_, value)| !value.is_null());
    PropertyBag::builder().additional_properties(values.map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>()).build()
}

/// A path as the reference to a file, relative where it is.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
    }
    if path.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("data/a b%.csv"), "data/a%20b%25.csv");
        assert_eq!(uri("/data/ñ.csv"), "file:///data/%C3%B1.csv");
    }
}
