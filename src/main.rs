//! The `scorelint` program: parse arguments, call, exit code; nothing else.

use std::process::ExitCode;

use scorelint::privacy::panic::guard;

fn main() -> ExitCode {
    guard(scorelint::cli::run)
}
