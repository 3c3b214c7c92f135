//! Words that several outputs share.

use crate::cause::Cause;
use crate::official::Measure;
use crate::reconcile::With;
use crate::number::grouped;
use crate::rule::read::show_day;

/// What a cause is, with the day or school it was found with.
pub fn title(cause: &Cause, with: &With) -> String {
    let parameter = match with {
        With::All => "…".to_owned(),
        With::Text(text) => text.clone(),
        With::After(day, _) => show_day(i64::from(*day)),
    };
    cause.title.replace("{parameter}", &parameter)
}

/// What a measure is called.
pub fn measure_words(measure: Measure) -> String {
    match measure {
        Measure::Enrolled => "enrolled".to_owned(),
        Measure::Tested => "tested".to_owned(),
        Measure::WithScores => "with scores".to_owned(),
        Measure::Mean => "mean scale score".to_owned(),
        Measure::Percent(level) => format!("percent at level {level}"),
        Measure::PercentMet => "percent met and above".to_owned(),
        Measure::Count(level) => format!("students at level {level}"),
        Measure::CountMet => "students met and above".to_owned(),
        Measure::LevelsTotal => "students at all levels".to_owned(),
        Measure::TotalTested => "tested in all grades".to_owned(),
        Measure::TotalWithScores => "with scores in all grades".to_owned(),
    }
}

/// A figure as the public files print it: means with one decimal, percentages with two.
pub fn figure(measure: Measure, number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let number = number.unsigned_abs();
    match measure.decimals() {
        1 => format!("{sign}{}.{}", number / 10, number % 10),
        2 => format!("{sign}{}.{:02}", number / 100, number % 100),
        _ => format!("{sign}{}", grouped(number)),
    }
}
