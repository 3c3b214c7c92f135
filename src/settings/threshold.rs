//! Thresholds: how many findings of a rule, or what share, make it a warning or an error.

use std::fmt;

use crate::rule::Severity;

/// `> 10`, `>= 10`, `> 0.5 %`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    reached: ThresholdEdge,
    amount: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ThresholdEdge {
    Above,
    AtLeast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    Count(u64),
    /// So many of `per`; `decimals` of the percentage were written.
    Share {
        parts: u64,
        per: u64,
        decimals: usize,
    },
}

/// More decimals of a percentage than anybody means.
const DECIMALS: usize = 6;

impl Limit {
    /// Reads a limit; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (reached, rest) = match text.strip_prefix(">=") {
            Some(rest) => (ThresholdEdge::AtLeast, rest),
            None => (ThresholdEdge::Above, text.strip_prefix('>')?),
        };
        let amount = match rest.trim().strip_suffix('%') {
            Some(percent) => share(percent.trim())?,
            None => Amount::Count(whole(rest.trim())?),
        };
        Some(Self { reached, amount })
    }

    /// Whether it is about a share.
    pub fn is_share(self) -> bool {
        matches!(self.amount, Amount::Share { .. })
    }

    /// Whether so many findings among so many cases reach it.
    pub fn is_reached(self, found: u64, applicable: u64) -> bool {
        let (left, right) = match self.amount {
            Amount::Count(count) => (u128::from(found), u128::from(count)),
            Amount::Share { parts, per, .. } => {
                (u128::from(found) * u128::from(per), u128::from(applicable) * u128::from(parts))
            }
        };
        match self.reached {
            ThresholdEdge::Above => left > right,
            ThresholdEdge::AtLeast => left >= right && found > 0,
        }
    }
}

fn whole(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn share(percent: &str) -> Option<Amount> {
    let (units, fraction) = percent.split_once('.').unwrap_or((percent, ""));
    let is_dangling = percent.contains('.') && fraction.is_empty();
    if is_dangling || fraction.len() > DECIMALS {
        return None;
    }
    let parts = whole(&format!("{}{fraction}", units))?;
    let per = 100 * 10u64.pow(u32::try_from(fraction.len()).ok()?);
    (!units.is_empty() && parts <= per).then_some(Amount::Share { parts, per, decimals: fraction.len() })
}

impl fmt::Display for Limit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.reached {
            ThresholdEdge::Above => "> ",
            ThresholdEdge::AtLeast => ">= ",
        })?;
        match self.amount {
            Amount::Count(count) => write!(out, "{count}"),
            Amount::Share { parts, per, decimals: 0 } => write!(out, "{} %", parts * 100 / per),
            Amount::Share { parts, per, decimals } => {
                let one = per / 100;
                write!(out, "{}.{:0decimals$} %", parts / one, parts % one)
            }
        }
    }
}

/// The limits of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// From here on it is a warning; from the first finding on where it is left out.
    pub warn_if: Option<Limit>,
    /// From here on it is an error; never where it is left out.
    pub error_if: Option<Limit>,
}

impl Thresholds {
    /// The weight of a rule with so many findings among so many cases.
    pub fn severity(self, found: u64, applicable: u64) -> Severity {
        let is_reached = |limit: Limit| limit.is_reached(found, applicable);
        if self.error_if.is_some_and(is_reached) {
            return Severity::Error;
        }
        if self.warn_if.is_none_or(is_reached) { Severity::Warning } else { Severity::Notice }
    }
}
