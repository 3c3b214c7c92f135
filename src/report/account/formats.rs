//! The formats of an account. A new one is a file in this folder and an entry in this table.

use super::{csv, json, text};
use crate::account::{Accounts, CubeFilter, Sharing};
use crate::report::format::{ReportKind, FormatSignature, Needs, Reporter};
use crate::report::title;

/// The report of `scorelint account`.
#[derive(Clone, Copy, Debug)]
pub struct AccountKind;

/// What a report of an account is made from.
pub struct AccountReport<'a> {
    /// The accounts, year by year.
    pub accounts: &'a Accounts,
    /// Which figures are wanted.
    pub filter: &'a CubeFilter,
    /// Whether small numbers are hidden.
    pub sharing: Sharing,
}

impl ReportKind for AccountKind {
    type Subject<'a> = AccountReport<'a>;
    const NAME: &'static str = "account";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint account";

static FORMATS: [Reporter<AccountKind>; 3] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "Tables for people",
        needs: Needs::SAMPLES,
        mark: FormatSignature::Text(TITLE),
        write: |out, report, style| {
            title(out, TITLE, style)?;
            text::write(out, report.accounts, report.filter, report.sharing, style)
        },
    },
    Reporter {
        name: "json",
        endings: &["json"],
        about: "For programs: docs/schemas/account-1.schema.json",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text("\"scorelint/account/1\""),
        write: |out, report, _| json::write(out, report.accounts, report.filter, report.sharing),
    },
    Reporter {
        name: "csv",
        endings: &["csv"],
        about: "One figure a line, for spreadsheets and statistics",
        needs: Needs::WHOLE,
        mark: FormatSignature::Text(csv::HEADER),
        write: |out, report, _| csv::write(out, report.accounts, report.filter, report.sharing),
    },
];
