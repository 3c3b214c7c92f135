//! Makes text from files harmless and measures its width: no invisible characters, nothing that moves the cursor or
//! turns the direction of writing.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// Combining marks that one letter may carry; more of them would paint over other lines.
const MARKS: usize = 2;

/// The sign for what was left out.
pub const ELLIPSIS: char = '…';

/// The sign for a space that is easily overlooked.
const OPEN_BOX: char = '␣';

/// The text with every control character as its picture (`␛`) and every other character that
/// cannot be seen, writes from right to left, or is not the same width on every terminal, as its
/// number (`<U+202E>`).
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut marks_left = 0;
    for one in text.chars() {
        let is_mark = one.width() == Some(0);
        if !is_plain(one) || (is_mark && marks_left == 0) {
            push_visible(&mut safe, one);
            marks_left = 0;
            continue;
        }
        marks_left = match is_mark {
            true => marks_left - 1,
            false if one == ' ' => 0,
            false => MARKS,
        };
        safe.push(one);
    }
    Cow::Owned(safe)
}

/// As [`neutralise`], for a value quoted in a line: spaces at its edges are made visible, and
/// what is beyond `width` columns is cut off.
pub fn quote(value: &str, width: usize) -> String {
    let core = value.trim_matches(' ');
    let trailing = value.len() - value.trim_end_matches(' ').len();
    let leading = if core.is_empty() { 0 } else { value.len() - trailing - core.len() };
    // No more of a huge value than could be shown is looked at.
    let core: Cow<'_, str> = match core.char_indices().nth(width.saturating_mul(2).max(64)) {
        Some((end, _)) => Cow::Owned(format!("{}{ELLIPSIS}", &core[..end])),
        None => Cow::Borrowed(core),
    };
    let edge = |count: usize| OPEN_BOX.to_string().repeat(count.min(width));
    fit(&format!("{}{}{}", edge(leading), neutralise(&core), edge(trailing)), width).into_owned()
}

/// The columns a text takes on a terminal. For neutralised text only.
pub fn width(text: &str) -> usize {
    text.chars().map(|one| one.width().unwrap_or(0)).sum()
}

/// The text, cut to a number of columns; what is cut off shows as `…`.
pub fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut cut = String::new();
    let mut room = columns.saturating_sub(1);
    for cluster in text.graphemes(true) {
        let needed = width(cluster);
        if needed > room {
            break;
        }
        room -= needed;
        cut.push_str(cluster);
    }
    cut.push(ELLIPSIS);
    Cow::Owned(cut)
}

fn push_visible(safe: &mut String, one: char) {
    match one {
        '\u{00}'..='\u{1F}' => safe.extend(char::from_u32(0x2400 + u32::from(one))),
        '\u{7F}' => safe.push('␡'),
        // Writing to a String cannot fail.
        other => write!(safe, "<U+{:04X}>", u32::from(other)).unwrap_or_default(),
    }
}

/// Whether a character is seen, takes the same columns on every terminal and is written from left
/// to right. Hebrew and Arabic are not: terminals that turn them round would move the neighbouring cells
/// them away from their carets.
fn is_plain(one: char) -> bool {
    matches!(one,
        // Latin, marks on its letters, Greek, Cyrillic
        ' '..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{34E}' | '\u{350}'..='\u{377}' | '\u{37A}'..='\u{37F}'
        | '\u{384}'..='\u{3FF}' | '\u{400}'..='\u{52F}' | '\u{1E00}'..='\u{1FFE}'
        // Punctuation, currencies, letter-like signs, arrows, boxes, symbols
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{20A0}'..='\u{20BF}' | '\u{2100}'..='\u{27BF}'
        // Chinese, Japanese, Korean
        | '\u{3001}'..='\u{303E}' | '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{FF01}'..='\u{FF5E}'
        // Pictures, and the sign for a letter that could not be read
        | '\u{1F300}'..='\u{1F64F}' | '\u{1F900}'..='\u{1F9FF}' | '\u{FFFD}')
}
