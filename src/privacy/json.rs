//! Writes JSON in which no character of a file turns the direction of writing or hides: such
//! characters are escaped. All JSON of the program is written here.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Writes a value on one line.
///
/// # Errors
/// When the writer fails.
pub fn write_compact(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, EscapedJson(CompactFormatter)))?;
    Ok(())
}

/// Writes a value over several lines.
///
/// # Errors
/// When the writer fails.
pub fn write_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, EscapedJson(PrettyFormatter::new())))?;
    Ok(())
}

/// A value over several lines, the last of which is ended.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn pretty(value: &impl Serialize) -> io::Result<String> {
    let mut bytes = Vec::new();
    write_pretty(&mut bytes, value)?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// Whether a character is not to be seen: control characters, marks of direction, spaces without
/// width and other signs for programs.
fn is_hidden(one: char) -> bool {
    one.is_control()
        || matches!(one,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A form of JSON with hidden characters escaped.
struct EscapedJson<F>(F);

impl<F: Formatter> Formatter for EscapedJson<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7F}') {
            return self.0.write_string_fragment(out, fragment);
        }
        let mut rest = fragment;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, one)| is_hidden(*one)) {
            self.0.write_string_fragment(out, &rest[..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04X}")?;
            }
            rest = &rest[at + hidden.len_utf8()..];
        }
        self.0.write_string_fragment(out, rest)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        write_compact(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn marks_of_direction_are_escaped() {
        assert_eq!(compact(&"a\u{202E}b\u{7F}\u{E0041}\n"), r#""a\u202Eb\u007F\uDB40\uDC41\n""#);
        assert_eq!(compact(&"Muñoz…"), "\"Muñoz…\"");
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back(value in proptest::collection::btree_map("\\PC*|[\u{200B}-\u{206F}]*", ".*", 0..4)) {
            let text = compact(&value);
            proptest::prop_assert!(!text.chars().any(is_hidden));
            let mut pretty = Vec::new();
            write_pretty(&mut pretty, &value).unwrap();
            proptest::prop_assert_eq!(&serde_json::from_str::<std::collections::BTreeMap<String, String>>(&text).unwrap(), &value);
            proptest::prop_assert_eq!(&serde_json::from_slice::<std::collections::BTreeMap<String, String>>(&pretty).unwrap(), &value);
        }
    }
}
