//! The `scorelint` program: parse arguments, call, exit code; nothing else.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use scorelint::guard;

/// Binding the rules takes thousands of small pieces of memory in several threads, for which the
/// allocator of the C library needs longer. It is used for its speed alone.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    guard(scorelint::cli::run)
}
