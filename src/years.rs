//! Spans of administration years as the tables and rule files write them: `2017..`, `2019..2023`,
//! `2017, 2019..`. A year is the spring of the administration: 2025 is 2024-25.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};

/// Years, as spans with both ends included. An open span ends at [`u16::MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Years(pub Vec<(u16, u16)>);

/// Why a text is no list of spans.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum YearsError {
    /// A part is no year and no span.
    #[error("`{0}` is no span of years")]
    NoSpan(String),
    /// The end is before the start.
    #[error("the years {0}..{1} run backwards")]
    Backwards(u16, u16),
}

impl Years {
    /// Reads `2017..2019, 2021..`.
    ///
    /// # Errors
    /// The first part that is no span.
    pub fn parse(text: &str) -> Result<Self, YearsError> {
        text.split(',').map(|part| span(part.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the year is one of them.
    pub fn contains(&self, year: u16) -> bool {
        self.0.iter().any(|(from, to)| (*from..=*to).contains(&year))
    }

    /// Adds a later year.
    pub(crate) fn extend(&mut self, year: u16) {
        match self.0.last_mut() {
            Some((_, to)) if *to + 1 == year => *to = year,
            _ => self.0.push((year, year)),
        }
    }

    /// These years and others, spans that touch made one.
    #[must_use]
    pub fn with(&self, others: &Self) -> Self {
        let mut spans: Vec<(u16, u16)> = self.0.iter().chain(&others.0).copied().collect();
        spans.sort_unstable();
        let mut all: Vec<(u16, u16)> = Vec::new();
        for (from, to) in spans {
            match all.last_mut() {
                Some((_, last)) if from <= last.saturating_add(1) => *last = to.max(*last),
                _ => all.push((from, to)),
            }
        }
        Self(all)
    }

    /// These years without others.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        let mut left = self.0.clone();
        for (from, to) in &others.0 {
            let cut = |span: &(u16, u16)| {
                let before = (span.0, span.1.min(from.saturating_sub(1)));
                let after = (span.0.max(to.saturating_add(1)), span.1);
                let ends = *to == u16::MAX;
                [Some(before), (!ends).then_some(after)].into_iter().flatten().filter(|(from, to)| from <= to)
            };
            left = left.iter().flat_map(cut).collect();
        }
        Self(left)
    }
}

impl<'de> Deserialize<'de> for Years {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// As [`Years::parse`] reads it.
impl fmt::Display for Years {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (from, to)) in self.0.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            match *to {
                u16::MAX => write!(out, "{comma}{from}..")?,
                to if to == *from => write!(out, "{comma}{from}")?,
                to => write!(out, "{comma}{from}..{to}")?,
            }
        }
        Ok(())
    }
}

fn span(part: &str) -> Result<(u16, u16), YearsError> {
    let (from, to) = part.split_once("..").map_or((part, part), |(from, to)| (from.trim(), to.trim()));
    let year = |text: &str| text.parse::<u16>().ok().filter(|year| (2000..3000).contains(year));
    let last = if to.is_empty() { Some(u16::MAX) } else { year(to) };
    match year(from).zip(last) {
        None => Err(YearsError::NoSpan(part.to_owned())),
        Some((from, to)) if from > to => Err(YearsError::Backwards(from, to)),
        Some(span) => Ok(span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written_alike() {
        for text in ["2017", "2017..", "2017..2019, 2021..", "2018, 2020..2022"] {
            assert_eq!(Years::parse(text).unwrap().to_string(), text);
        }
        assert!(Years::parse("2017..2019, 2021..").unwrap().contains(2030));
        assert!(!Years::parse("2017..2019, 2021..").unwrap().contains(2020));
    }

    #[test]
    fn what_is_no_span_is_a_failure() {
        assert_eq!(Years::parse("2017-2019"), Err(YearsError::NoSpan("2017-2019".to_owned())));
        assert_eq!(Years::parse("2017|2018"), Err(YearsError::NoSpan("2017|2018".to_owned())));
        assert_eq!(Years::parse(""), Err(YearsError::NoSpan(String::new())));
        assert_eq!(Years::parse("2019..2017"), Err(YearsError::Backwards(2019, 2017)));
    }
}
