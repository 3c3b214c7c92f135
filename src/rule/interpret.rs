//! The reference interpreter: says what a bound condition means, one record at a time and with no
//! cleverness. The compiled engine is held equal to it.

use std::borrow::Cow;

use crate::layout::{RecordType, codes};

use super::ir::{CellRef, Expr, CellForm, ScoreLookup, LookupKind, MatchedCell, Num, Show, CellTest, TextExpr, Truth};
use super::read;
use super::record::{Matched, RecordView};

/// The text of a cell in the form that is asked for.
pub fn cell_text(cell: CellRef, record: &dyn RecordView) -> Cow<'_, str> {
    match cell.form {
        CellForm::Value => read::value(cell.field, record.cell(cell.field)),
        CellForm::Written => Cow::Borrowed(record.cell(cell.field)),
    }
}

/// Whether a condition holds for a record.
pub fn truth(expr: &Expr, record: &dyn RecordView) -> Truth {
    match expr {
        Expr::Const(answer) => Truth::of(*answer),
        Expr::Not(inner) => truth(inner, record).negate(),
        Expr::And(parts) => parts.iter().fold(Truth::True, |all, part| all.and(truth(part, record))),
        Expr::Or(parts) => parts.iter().fold(Truth::False, |any, part| any.or(truth(part, record))),
        Expr::Cell { cell, test } => Truth::of(holds(test, &cell_text(*cell, record))),
        Expr::Compare { left, op, right } => match (number(left, record), number(right, record)) {
            (Some(left), Some(right)) => Truth::of(op.holds(left, right)),
            _ => Truth::Unknown,
        },
        Expr::Known(num) => Truth::of(number(num, record).is_some()),
        Expr::SameText(left, right) if !is_clear(left, record) || !is_clear(right, record) => Truth::Unknown,
        Expr::SameText(left, right) => {
            let (left, right) = (text(left, record), text(right, record));
            Truth::of(left.trim().eq_ignore_ascii_case(right.trim()))
        }
        Expr::Found(of) => Truth::of(record.second_files().has(of, record)),
        Expr::Matched { cell, test } => {
            matched(cell, record).map_or(Truth::Unknown, |text| Truth::of(holds(test, &text)))
        }
    }
}

/// The value of a cell of the matching record; `None` where it is unclear.
fn matched<'r>(cell: &MatchedCell, record: &'r dyn RecordView) -> Option<Cow<'r, str>> {
    match record.second_files().cell(cell, record) {
        Matched::Cell(text) => Some(read::value(cell.field, text)),
        Matched::Unclear => None,
    }
}

/// Whether a text can be determined: all but unclear cells of second files can.
fn is_clear(text: &TextExpr, record: &dyn RecordView) -> bool {
    match text {
        TextExpr::Matched(cell) => matched(cell, record).is_some(),
        TextExpr::Prefix(inner, _) | TextExpr::Suffix(inner, _) | TextExpr::DropLast(inner, _) => is_clear(inner, record),
        TextExpr::Const(_) | TextExpr::Cell(_) | TextExpr::Subject(_) | TextExpr::TestName(..) => true,
    }
}

/// The answer to a question about a text.
pub fn holds(test: &CellTest, text: &str) -> bool {
    match test {
        CellTest::Blank => text.trim().is_empty(),
        CellTest::OneOf(words) => is_word(words, text),
        CellTest::ExactlyOneOf(words) => words.iter().any(|word| word == text),
        CellTest::PartsOneOf(words) => is_word(words, text) || text.split('&').all(|part| is_word(words, part)),
        CellTest::ExactPartsOneOf(words) => {
            let is_exact = |text: &str| words.iter().any(|word| word == text);
            is_exact(text) || text.split('&').all(is_exact)
        }
        CellTest::Matches(expression) => expression.is_match(text),
        CellTest::LongerThan(width) => text.chars().nth(usize::try_from(*width).unwrap_or(usize::MAX)).is_some(),
        CellTest::Invisible => text.chars().any(read::is_invisible),
        CellTest::BrokenLetters => read::has_broken_letters(text),
    }
}

fn is_word(words: &[String], text: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The value of a number or day; `None` where it cannot be read.
pub fn number(num: &Num, record: &dyn RecordView) -> Option<i64> {
    match num {
        Num::Const(number) => Some(*number),
        Num::Number(field) => read::number(&read::value(*field, record.cell(*field))),
        Num::Day(field) => read::day(&read::value(*field, record.cell(*field))),
        Num::Digits(of) => read::number(&text(of, record)),
        Num::MatchedNumber(cell) => read::number(&matched(cell, record)?),
        Num::MatchedDay(cell) => read::day(&matched(cell, record)?),
        Num::EntityType(code) => record.second_files().entity_type(text(code, record).trim()),
        Num::Add(left, right) => number(left, record)?.checked_add(number(right, record)?),
        Num::Sub(left, right) => number(left, record)?.checked_sub(number(right, record)?),
        Num::Latest(all) => all.iter().filter_map(|one| number(one, record)).max(),
        Num::SchoolYear(day) => read::in_calendar(number(day, record)?).map(read::school_year),
        Num::Age(birth, day) => {
            let birth = read::in_calendar(number(birth, record)?)?;
            Some(read::age(birth, read::in_calendar(number(day, record)?)?))
        }
        Num::Lookup(lookup) => looked_up(lookup, record),
        Num::If(condition, then, otherwise) => match truth(condition, record) {
            Truth::True => number(then, record),
            Truth::False => number(otherwise, record),
            Truth::Unknown => None,
        },
    }
}

fn looked_up(lookup: &ScoreLookup, record: &dyn RecordView) -> Option<i64> {
    let test = RecordType(u8::try_from(number(&lookup.record_type, record)?).ok()?);
    let grade = u8::try_from(number(&lookup.grade, record)?).ok()?;
    let year = u16::try_from(number(&lookup.year, record)?).ok()?;
    match lookup.what {
        LookupKind::LowestScore => codes().score_bounds(test, grade, year).map(|(low, _)| i64::from(low)),
        LookupKind::HighestScore => codes().score_bounds(test, grade, year).map(|(_, high)| i64::from(high)),
        LookupKind::Level => {
            let score = u16::try_from(number(lookup.score.as_deref()?, record)?).ok()?;
            codes().level_for(test, grade, year, score).map(i64::from)
        }
    }
}

/// The value of a text.
pub fn text<'r>(text: &'r TextExpr, record: &'r dyn RecordView) -> Cow<'r, str> {
    match text {
        TextExpr::Const(fixed) => Cow::Borrowed(fixed),
        TextExpr::Cell(cell) => cell_text(*cell, record),
        TextExpr::Matched(cell) => matched(cell, record).unwrap_or_default(),
        TextExpr::Prefix(of, length) => self::text(of, record).chars().take(*length).collect::<String>().into(),
        TextExpr::Suffix(of, length) => {
            let whole = self::text(of, record);
            let skipped = whole.chars().count().saturating_sub(*length);
            whole.chars().skip(skipped).collect::<String>().into()
        }
        TextExpr::DropLast(of, length) => {
            let whole = self::text(of, record);
            let kept = whole.chars().count().saturating_sub(*length);
            whole.chars().take(kept).collect::<String>().into()
        }
        TextExpr::Subject(field) => Cow::Borrowed(read::subject(&read::value(*field, record.cell(*field)))),
        TextExpr::TestName(field, year) => Cow::Borrowed(read::test_name(&read::value(*field, record.cell(*field)), *year)),
    }
}

/// A computed value as the message shows it; empty where it is unknown.
pub fn shown(show: &Show, record: &dyn RecordView) -> String {
    match show {
        Show::Num { num, day } => {
            let value = number(num, record);
            value.map(|value| if *day { read::show_day(value) } else { value.to_string() }).unwrap_or_default()
        }
        Show::Text(of) => text(of, record).into_owned(),
    }
}
