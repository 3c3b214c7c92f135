//! A waiver for programs, the same in every form of JSON that lists waivers.

use serde::Serialize;

use crate::outcome::WaiverShown;

/// What a waiver says.
#[derive(Serialize)]
pub struct WaiverOut<'a> {
    path: String,
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
}

impl<'a> WaiverOut<'a> {
    /// A waiver as it is shown.
    pub fn of(waiver: &'a WaiverShown) -> Self {
        Self {
            path: waiver.path.to_string_lossy().into_owned(),
            line: waiver.line,
            rule: &waiver.rule,
            student: waiver.student.as_deref(),
            test: waiver.test.as_deref(),
            school: waiver.school.as_deref(),
            count: waiver.count,
            reason: waiver.reason.as_deref(),
            author: waiver.author.as_deref(),
            expires: waiver.expires.as_deref(),
        }
    }
}
