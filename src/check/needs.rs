//! Decides whether a rule has what it needs (a second file, a view, a form of file), and which columns name a
//! record's school.

use super::entities::school_fields;
use super::second::GivenSecondFiles;
use crate::input::{self, Dialect, FileInfo, View};
use crate::layout::registry;
use crate::rule::{Need, Rule};

/// What a rule needs that this run does not have.
pub(super) fn unmet(rule: &Rule, info: &FileInfo, given: &GivenSecondFiles) -> Option<String> {
    let fixed = info.dialect == Dialect::Fixed;
    rule.needs.iter().find_map(|need| {
        let reason = match need {
            Need::EntityList | Need::EarlierFile | Need::Roster => return given.lacks(*need, info),
            Need::Official => "nothing is compared with official results: it is for `scorelint reconcile`",
            Need::View if info.view == View::Unknown => "it is not known whether this is the view of a whole LEA",
            Need::TestedView if info.view != View::Tested => "this is not known to be the tested view",
            Need::Delimited if fixed => "the file is fixed-width",
            Need::FixedWidth if !fixed => "the file is not fixed-width",
            Need::Quoting if !matches!(info.dialect, Dialect::Comma | Dialect::Tab) => "no cell is quoted in this form",
            Need::NameYear if input::year_in_name(info).is_none() => "the name of the file has no year",
            Need::NameLea if info.lea.is_none() => "the name of the file does not start with the code of an LEA",
            Need::KnownLayout if registry().base(info.year).is_some() => "the layout of the year is not known",
            Need::UnknownLayout if registry().base(info.year).is_none() => "the layout of the year is known",
            _ => return None,
        };
        Some(reason.to_owned())
    })
}

/// The columns that name a record's school, in order of preference.
pub(super) fn schools(info: &FileInfo) -> Vec<usize> {
    school_fields().iter().filter_map(|field| info.column_of(*field)).collect()
}
