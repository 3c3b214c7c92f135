//! Reads the cells of a row as figures: suppressed ones become what they can be, by the rules of
//! the year.

use super::header::{OfficialHeader, measure_of};
use super::interval::Interval;
use super::lines::cell;
use super::model::{AreaColumn, AreaFigure, LevelCounts, Measure, RowFigures};
use super::value::{OfficialValue, FigureState, UNBOUNDED, read_count, read_decimal};
use super::written::plain;
use crate::counting::{Suppression, suppression_of};
use std::ops::Range;

/// Percents are from 0 to 100, in hundredths.
const WHOLE: i64 = 10_000;

/// Where the figures of a file stand, and how its year hides them.
#[derive(Clone, Debug)]
pub struct FigureColumns {
    places: Vec<(Measure, usize)>,
    areas: Vec<AreaColumn>,
    has_counts: bool,
    limits: Suppression,
}

impl FigureColumns {
    /// The figures of a file of a year; areas are left out where `areas` is empty.
    pub fn new(header: &OfficialHeader, year: u16, areas: Vec<AreaColumn>) -> Self {
        let columns = header.measures.iter().enumerate();
        let places: Vec<(Measure, usize)> =
            columns.filter_map(|(place, name)| Some((measure_of(name)?, place))).collect();
        let is_count =
            |measure: Measure| matches!(measure, Measure::Count(_) | Measure::CountMet | Measure::LevelsTotal);
        let has_counts = places.iter().any(|(measure, _)| is_count(*measure));
        Self { places, areas, has_counts, limits: suppression_of(year) }
    }

    /// The figures of a row, and how many of them were written otherwise than the state does, in a
    /// way that leaves one number only.
    pub fn read(&self, line: &[u8], cells: &[Range<u32>]) -> (RowFigures, u32) {
        let mut values = RowFigures::default();
        let mut rewritten = 0;
        let place = self.places.iter().find(|(measure, _)| *measure == Measure::WithScores);
        if let Some((_, place)) = place {
            let text = cell(line, cells, *place);
            values.with_scores = mended(text, 0, &mut rewritten, |text| self.count(text, Measure::WithScores));
        }
        let with_scores = values.with_scores;
        if self.has_counts {
            let absent = OfficialValue::ABSENT;
            values.counts = Some(Box::new(LevelCounts { levels: [absent; 4], met: absent, total: absent }));
        }
        for (measure, place) in &self.places {
            let text = cell(line, cells, *place);
            if *measure == Measure::WithScores {
                continue;
            }
            let read = |text: &[u8]| match measure {
                Measure::Mean => mean(text),
                Measure::Percent(_) | Measure::PercentMet => percent(text, with_scores),
                Measure::Count(_) | Measure::CountMet | Measure::LevelsTotal => level_count(text, with_scores),
                _ => self.count(text, *measure),
            };
            values.set(*measure, mended(text, measure.decimals(), &mut rewritten, read));
        }
        let area = |area: &AreaColumn| {
            let text = cell(line, cells, area.column);
            mended(text, decimals_of(area.holds), &mut rewritten, |text| area_figure(area.holds, text))
        };
        values.areas = self.areas.iter().map(area).collect();
        (values, rewritten)
    }

    fn count(&self, text: &[u8], measure: Measure) -> OfficialValue {
        match text {
            b"" => OfficialValue::no_result(text),
            b"*" => OfficialValue::hidden(self.hidden_count(measure)),
            _ => read_count(text).map_or_else(|| OfficialValue::unreadable(text), |count| OfficialValue::number(text, count)),
        }
    }

    /// What a hidden count can be. Where the whole row is hidden for few scores, only those with
    /// scores are known to be few.
    fn hidden_count(&self, measure: Measure) -> Interval {
        let to = |limit: u64| i64::try_from(limit).unwrap_or(UNBOUNDED);
        let (lo, hi) = match (self.limits.row_to, measure) {
            (Some(limit), Measure::WithScores) => (0, to(limit)),
            (Some(_), _) => (0, UNBOUNDED),
            (None, _) => (1, to(self.limits.counts_to)),
        };
        Interval::new(lo, hi).unwrap_or_else(|| Interval::exactly(lo))
    }
}

/// A figure; one that cannot be read as it stands is read in its plain form, if it has one, and keeps
/// the text that is printed.
fn mended(text: &[u8], decimals: usize, rewritten: &mut u32, read: impl Fn(&[u8]) -> OfficialValue) -> OfficialValue {
    let figure = read(text);
    if figure.state() != FigureState::Unreadable {
        return figure;
    }
    let plain = std::str::from_utf8(text).ok().and_then(|text| plain(text, decimals));
    let other = plain.map_or(figure, |plain| read(plain.as_bytes()));
    if other.state() == FigureState::Unreadable {
        return figure;
    }
    *rewritten += 1;
    other.written_as(text)
}

fn decimals_of(holds: AreaFigure) -> usize {
    match holds {
        AreaFigure::Percent => 2,
        AreaFigure::Mean => 1,
        AreaFigure::Count | AreaFigure::Total => 0,
    }
}

fn mean(text: &[u8]) -> OfficialValue {
    let any = Interval::new(0, UNBOUNDED).unwrap_or(Interval::exactly(0));
    match (text, read_decimal(text, 1)) {
        (b"", _) => OfficialValue::no_result(text),
        (b"*", _) => OfficialValue::hidden(any),
        // No scale begins at 0: it stands for no result.
        (_, Some(0)) => OfficialValue::no_result(text),
        (_, Some(mean)) => OfficialValue::number(text, mean),
        _ => OfficialValue::unreadable(text),
    }
}

fn percent(text: &[u8], with_scores: OfficialValue) -> OfficialValue {
    let any = Interval::new(0, WHOLE).unwrap_or(Interval::exactly(0));
    let is_without_scores = with_scores.exact() == Some(0) || with_scores.state() == FigureState::NoResult;
    match (text, read_decimal(text, 2)) {
        (b"", _) => OfficialValue::no_result(text),
        (b"*", _) => OfficialValue::hidden(any),
        (_, Some(0)) if is_without_scores => OfficialValue::no_result(text),
        (_, Some(percent)) if i64::from(percent) <= WHOLE => OfficialValue::number(text, percent),
        _ => OfficialValue::unreadable(text),
    }
}

fn level_count(text: &[u8], with_scores: OfficialValue) -> OfficialValue {
    let most = with_scores.interval().map_or(UNBOUNDED, Interval::hi);
    match (text, read_count(text)) {
        (b"", _) => OfficialValue::no_result(text),
        (b"*", _) => OfficialValue::hidden(Interval::new(0, most).unwrap_or(Interval::exactly(0))),
        (_, Some(count)) => OfficialValue::number(text, count),
        _ => OfficialValue::unreadable(text),
    }
}

fn area_figure(holds: AreaFigure, text: &[u8]) -> OfficialValue {
    // Whether 0.00 is a result depends on the other figures of the area.
    let any = Interval::new(0, UNBOUNDED).unwrap_or(Interval::exactly(0));
    let number = match holds {
        AreaFigure::Percent => read_decimal(text, 2),
        AreaFigure::Mean => read_decimal(text, 1),
        AreaFigure::Count | AreaFigure::Total => read_count(text),
    };
    match (text, number) {
        (b"", _) => OfficialValue::no_result(text),
        (b"*", _) => OfficialValue::hidden(any),
        (_, Some(number)) => OfficialValue::number(text, number),
        _ => OfficialValue::unreadable(text),
    }
}
