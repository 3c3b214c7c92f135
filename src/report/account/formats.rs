//! The formats of an account. A new one is a file in this folder and an entry in this table.

use super::{csv, json, text};
use crate::account::{Accounts, Filter, Sharing};
use crate::report::format::{Kind, Mark, Needs, Reporter};
use crate::report::title;

/// The report of `scorelint account`.
#[derive(Clone, Copy, Debug)]
pub struct Account;

/// What a report of an account is made from.
pub struct AccountReport<'a> {
    /// The accounts, year by year.
    pub accounts: &'a Accounts,
    /// Which figures are wanted.
    pub filter: &'a Filter,
    /// Whether small numbers are hidden.
    pub sharing: Sharing,
}

impl Kind for Account {
    type Subject<'a> = AccountReport<'a>;
    const NAME: &'static str = "account";

    fn formats() -> &'static [Reporter<Self>] {
        &FORMATS
    }
}

/// What stands at the start of files for people.
const TITLE: &str = "scorelint account";

static FORMATS: [Reporter<Account>; 3] = [
    Reporter {
        name: "human",
        endings: &["txt"],
        about: "Tables for people",
        needs: Needs::SAMPLES,
        mark: Mark::Text(TITLE),
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
        mark: Mark::Text("\"scorelint/account/1\""),
        write: |out, report, _| json::write(out, report.accounts, report.filter, report.sharing),
    },
    Reporter {
        name: "csv",
        endings: &["csv"],
        about: "One figure a line, for spreadsheets and statistics",
        needs: Needs::WHOLE,
        mark: Mark::Text(csv::HEADER),
        write: |out, report, _| csv::write(out, report.accounts, report.filter, report.sharing),
    },
];
