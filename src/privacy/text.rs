//! Makes text from files harmless and measurable: nothing invisible, nothing that moves the
//! cursor or turns the direction of writing, so that what stands below it can be aligned.

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
/// cannot be seen, or writes from right to left, as its number (`<U+202E>`).
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut marks_left = 0;
    for one in text.chars() {
        let is_mark = one.width() == Some(0);
        if is_treacherous(one) || (is_mark && marks_left == 0) {
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

/// Whether a character is invisible, of unknown width, or changes the direction of writing.
fn is_treacherous(one: char) -> bool {
    one.is_control() || is_unseen(one) || is_written_leftwards(one)
}

/// Spaces other than the common one, joiners, fillers, selectors, direction marks, private use.
fn is_unseen(one: char) -> bool {
    matches!(one,
        '\u{A0}' | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{1680}'
        | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2000}'..='\u{200F}'
        | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}' | '\u{2800}' | '\u{3000}' | '\u{3164}'
        | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{10FFFF}')
}

/// Hebrew, Arabic and the other scripts written from right to left. Terminals that reorder them
/// would move the cells beside them away from their carets.
fn is_written_leftwards(one: char) -> bool {
    matches!(one,
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}
