//! Settings of a run: what a district's `scorelint.toml` and the flags of the command line say about
//! rules, severities, thresholds and waivers, and what that makes of an outcome.
//!
//! A file is found ([`find_above`]), read ([`SettingsFile`]), put together with the flags
//! ([`Settings`]), bound to the rules there are ([`BoundSettings`]), and applied to the outcome of a run
//! ([`apply`]). The engine knows nothing of it but the weight of each rule.

mod apply;
mod baseline;
mod bind;
mod error;
mod file;
mod find;
mod merge;
mod naming;
mod threshold;
mod today;
mod waiver;

pub use apply::apply;
pub use baseline::{Baseline, BaselineDraft, Signature, baseline};
pub use bind::{BindError, BoundSettings, BoundWaiver, RuleSettings, Runs};
pub use error::{SettingsError, SettingsErrors};
pub use file::{FailOn, SettingsFile, Weight, layout_file_in};
pub use find::{FILE_NAME, find_above, read};
pub use merge::{Flags, SettingOrigin, Settings, SettingValue};
pub use naming::{Closeness, UnknownRule, closeness};
pub use threshold::{Limit, Thresholds};
pub use today::Today;
pub use waiver::{Holder, WaiverValidity, WAIVER_RULES, Waiver};

use jiff::civil::Date;

/// The samples shown of a rule where nothing else is said.
pub const SAMPLES: usize = 3;

/// A day as `2026-06-30`.
///
/// # Errors
/// When it is none.
pub fn parse_day(text: &str) -> Result<Date, String> {
    let day = Date::strptime("%Y-%m-%d", text).ok().filter(|_| text.len() == 10);
    day.ok_or_else(|| "a day is written as 2026-06-30".to_owned())
}
