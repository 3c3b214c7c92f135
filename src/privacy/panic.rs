//! What is said when the program fails by its own fault: the place in its code and nothing else,
//! since a panic message may quote a cell.

use std::panic;

/// Replaces the standard panic message. To be called once, at the start of the program.
pub fn install() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
        eprintln!("scorelint stopped because of a fault of its own{place}; nothing of your data is in this message");
    }));
}
