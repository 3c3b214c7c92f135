//! Texts as cells of tables that a spreadsheet opens: none is taken for a formula, and codes keep all their digits.

use crate::privacy::text::neutralise;

/// What makes a spreadsheet read UTF-8 as such.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A text that no spreadsheet takes for a formula.
pub fn cell(text: &str) -> String {
    let text = neutralise(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.into_owned() }
}

/// The code of a school or district as CALPADS prints it, `19-64733-1932100`: a number of fourteen digits would lose
/// its last ones. Another text stays as it is.
pub fn code(text: &str) -> String {
    let is_code = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code {
        return cell(text);
    }
    format!("{}-{}-{}", &text[..2], &text[2..7], &text[7..])
}

/// The letters of a column as a spreadsheet names it, from a place counted from 0: `A`, `Z`, `AA`.
pub fn letters(place: usize) -> String {
    let mut letters = Vec::new();
    let mut left = place + 1;
    while left > 0 {
        letters.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(["=1+1", "+1", "-1", "@SUM(A1)", "plain", ""].map(cell), ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "plain", ""]);
    }

    #[test]
    fn codes_keep_their_digits() {
        assert_eq!(code("01647331932100"), "01-64733-1932100");
        assert_eq!(code("0164733"), "0164733");
        assert_eq!(code("=1234567890123"), "'=1234567890123");
    }

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
