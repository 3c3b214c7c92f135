//! The message of a program fault: the place in the code and nothing else, since a panic message may quote a cell.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo, UnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Once;

/// The exit code of a run that ended by a fault of the program.
pub const FAULT: u8 = 4;

/// Runs the program; a panic, on any thread it waits for, becomes a message and an exit code.
pub fn guard(program: impl FnOnce() -> ExitCode + UnwindSafe) -> ExitCode {
    install();
    panic::catch_unwind(program).unwrap_or_else(|_| ExitCode::from(FAULT))
}

/// Replaces the standard panic message.
fn install() {
    panic::set_hook(Box::new(|info| {
        // A panic of one thread makes those panic that wait for it.
        static REPORTED: Once = Once::new();
        // To panic here would abort: where standard error is closed, nothing is said.
        REPORTED.call_once(|| writeln!(io::stderr(), "{}", message(info)).unwrap_or_default());
    }));
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(String::new, |at| format!(" ({}:{})", place(at.file()), at.line()));
    format!("scorelint stopped because of a fault of its own{place}; nothing of your data is in this message")
}

/// The file within the project. Of code from elsewhere the name alone: its path is that of the machine
/// the program was built on.
fn place(file: &str) -> &str {
    let is_elsewhere = Path::new(file).is_absolute() || file.contains(':') || file.starts_with("..");
    if is_elsewhere { file.rsplit(['/', '\\']).next().unwrap_or_default() } else { file }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_panic_is_an_exit_code_and_tells_its_place_only() {
        static SAID: Mutex<String> = Mutex::new(String::new());
        let before = panic::take_hook();
        panic::set_hook(Box::new(|info| *SAID.lock().unwrap() = message(info)));
        let code = panic::catch_unwind(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| panic!("{}", "9000000001 Quillfeather"));
            });
            ExitCode::SUCCESS
        });
        panic::set_hook(before);
        assert!(code.is_err());
        let said = SAID.lock().unwrap();
        assert!(said.contains("fault of its own (") && !said.contains("9000000001"), "{said}");
    }

    #[test]
    fn places_outside_the_project_are_named_without_their_folder() {
        assert_eq!(place("src/engine/run.rs"), "src/engine/run.rs");
        assert_eq!(place("/home/builder/registry/some-crate-1.0.0/src/lib.rs"), "lib.rs");
        assert_eq!(place("C:\\registry\\some-crate-1.0.0\\src\\lib.rs"), "lib.rs");
    }

    #[test]
    fn a_guarded_panic_ends_with_its_own_code() {
        let before = panic::take_hook();
        let code = guard(|| panic!("secret"));
        panic::set_hook(before);
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(FAULT)));
    }
}
