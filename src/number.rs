//! Numbers as people read them.

use std::time::Duration;

/// What one finding of a rule is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// One of them.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
}

/// With a comma between thousands: `1,204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 record`, `1,204 records`.
pub fn counted(number: u64, unit: Unit) -> String {
    format!("{} {}", grouped(number), if number == 1 { unit.one } else { unit.many })
}

/// As [`counted`], for nouns that only take an s.
pub fn plural(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A size in decimal units: `218 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return plural(bytes, "byte");
    };
    let tenths = bytes / (unit / 10);
    if tenths >= 100 {
        format!("{} {name}", grouped(tenths / 10))
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

/// A duration: `0.42 s`, `18 ms`, `0.07 ms`, `1 min 5 s`.
pub fn duration(time: Duration) -> String {
    match time.as_millis() {
        0..10 => format!("{:.2} ms", time.as_secs_f64() * 1_000.0),
        millis @ 10..100 => format!("{millis} ms"),
        100..60_000 => format!("{:.2} s", time.as_secs_f64()),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

/// How many a second; `None` where the time is too short to say.
pub fn per_second(number: u64, time: Duration) -> Option<u64> {
    let nanos = time.as_nanos();
    if nanos < 1_000_000 {
        return None;
    }
    u64::try_from(u128::from(number) * 1_000_000_000 / nanos).ok()
}
