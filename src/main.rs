//! The `scorelint` program: parse arguments, call, exit code; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    scorelint::cli::run().unwrap_or_else(|report| {
        eprintln!("{report:?}");
        ExitCode::from(2)
    })
}
