//! Figures that a spreadsheet or another program wrote in its own way: percent signs, decimal
//! commas, separators of thousands, zeros after the last decimal. They are read where only one
//! number can be meant.

use std::collections::BTreeSet;

/// The plain form of a figure that was written otherwise, such as `2424.0` for `2,424.0`, where it
/// stands for one number only; a measure has so many decimals.
pub fn plain(text: &str, decimals: usize) -> Option<String> {
    const LONGEST: usize = 24;
    let text = text.trim_start_matches('\'').trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let is_percent = decimals == 2;
    let text = if is_percent { text.strip_suffix('%').map_or(text, str::trim_end) } else { text };
    let readings: BTreeSet<String> = POINTS.iter().filter_map(|point| read(text, point, decimals)).collect();
    let mut readings = readings.into_iter();
    readings.next().filter(|_| readings.next().is_none())
}

/// What stands before the decimals, and between thousands.
struct Point {
    decimal: char,
    thousands: char,
}

const POINTS: [Point; 2] = [Point { decimal: '.', thousands: ',' }, Point { decimal: ',', thousands: '.' }];

/// A figure read with one way to write decimals; digits with a point, without needless zeros.
fn read(text: &str, point: &Point, decimals: usize) -> Option<String> {
    let (whole, fraction) = text.rsplit_once(point.decimal).unwrap_or((text, ""));
    let has_point = whole.len() < text.len();
    if has_point && !is_fraction(fraction, point, decimals) {
        return None;
    }
    let whole = without_thousands(whole, point.thousands)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

/// Programs write a number of any length after a point, people at most two digits after a comma.
fn is_fraction(fraction: &str, point: &Point, decimals: usize) -> bool {
    const AFTER_COMMA: usize = 2;
    let is_digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let is_short = point.decimal == '.' || fraction.len() <= AFTER_COMMA;
    is_digits && is_short && fraction.trim_end_matches('0').len() <= decimals
}

/// `1,234` without its separators, which must stand three digits apart.
pub fn without_thousands(text: &str, separator: char) -> Option<String> {
    let parts: Vec<&str> = text.split([separator, ' ', '\u{A0}', '\u{202F}', '\'']).collect();
    let is_digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (first, rest) = parts.split_first()?;
    let grouped = rest.is_empty() || first.len() <= 3;
    (parts.iter().all(is_digits) && grouped && rest.iter().all(|part| part.len() == 3)).then(|| parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_only_be_one_number_is_read() {
        let cases = [
            ("23109.0", 0, "23109"),
            ("23109,0", 0, "23109"),
            ("1,234", 0, "1234"),
            ("1,000", 0, "1000"),
            ("1.234", 0, "1234"),
            ("1 234 567", 0, "1234567"),
            ("24.94%", 2, "24.94"),
            ("24,94 %", 2, "24.94"),
            ("24.940000", 2, "24.94"),
            ("100%", 2, "100"),
            ("2424,0", 1, "2424"),
            ("2,424.5", 1, "2424.5"),
            ("2.424,5", 1, "2424.5"),
            ("2,400", 1, "2400"),
        ];
        for (text, decimals, number) in cases {
            assert_eq!(plain(text, decimals).as_deref(), Some(number), "{text}");
        }
    }

    #[test]
    fn what_could_be_two_numbers_or_none_is_not() {
        // 1.000 is a thousand to some and one to others.
        for (text, decimals) in [
            ("1.000", 0),
            ("2.400", 1),
            ("NA", 0),
            ("--", 2),
            ("0.2494", 2),
            ("-1", 0),
            ("12,34", 0),
            ("1,23,456", 0),
            ("24.94%", 0),
            ("2.3109E4", 0),
            ("", 0),
            ("%", 2),
        ] {
            assert_eq!(plain(text, decimals), None, "{text}");
        }
    }
}
