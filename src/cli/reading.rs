//! The flags that say how score files are read, the same for every command that counts or checks them.

use clap::builder::TypedValueParser;

use super::words::words;
use crate::input::{Dialect, Encoding, InputOptions, View};

/// How files are read; what is not given is detected.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ReadingArgs {
    /// The layout: the spring of the administration, 2025 for 2024-25
    #[arg(long, value_name = "YEAR", help_heading = "Reading (else detected, and said why)")]
    pub year: Option<u16>,

    /// How cells are separated
    #[arg(long, value_parser = dialect_parser(), help_heading = "Reading (else detected, and said why)")]
    pub dialect: Option<Dialect>,

    /// How letters are encoded
    #[arg(long, value_parser = encoding_parser(), help_heading = "Reading (else detected, and said why)")]
    pub encoding: Option<Encoding>,

    /// Which download it is: students tested in the LEA, or enrolled in it
    #[arg(long, value_parser = view_parser(), help_heading = "Reading (else detected, and said why)")]
    pub view: Option<View>,

    /// Sheets of workbooks to read, by name; else every visible sheet with score records
    #[arg(long = "sheet", value_name = "NAME", help_heading = "Reading (else detected, and said why)")]
    pub sheets: Vec<String>,
}

impl ReadingArgs {
    /// The same for the reader.
    pub(super) fn options(&self) -> InputOptions {
        InputOptions {
            year: self.year,
            dialect: self.dialect,
            encoding: self.encoding,
            view: self.view,
            sheets: self.sheets.clone(),
            ..InputOptions::default()
        }
    }
}

fn dialect_parser() -> impl TypedValueParser<Value = Dialect> {
    words([Dialect::Caret, Dialect::Comma, Dialect::Tab, Dialect::Fixed, Dialect::Workbook], Dialect::as_str)
}

fn encoding_parser() -> impl TypedValueParser<Value = Encoding> {
    let all = [
        Encoding::Utf8,
        Encoding::Utf8Bom,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Utf32Le,
        Encoding::Utf32Be,
        Encoding::Windows1252,
    ];
    words(all, Encoding::as_str)
}

fn view_parser() -> impl TypedValueParser<Value = View> {
    words([View::Tested, View::Enrolled, View::Unknown], View::as_str)
}
