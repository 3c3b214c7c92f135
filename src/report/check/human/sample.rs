//! A finding that is shown, with its message and its frame.

use super::frame::Frame;
use crate::outcome::Finding;

/// A finding that is shown, with the frame drawn for it where there is a cell to point at.
pub struct ShownSample<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Its message.
    pub message: String,
    /// Its frame.
    pub frame: Option<Frame>,
}
