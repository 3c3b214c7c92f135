//! Which fields of a saved reconciliation are not checked, and why. A field that is neither checked nor
//! listed here, as one of a later version, is reported as not checked as well.

use std::collections::BTreeSet;
use std::fmt;

use super::known::FIELDS;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Fields that are not checked, with the reason.
pub const NOT_CHECKED: [(&str, &str); 12] = [
    ("asked.year", "what the user asked for stands in no file; the year itself is checked"),
    ("asked.view", "what the user asked for stands in no file; the view of each file is checked"),
    ("asked.without", "what the user asked for stands in no file"),
    ("causes[].evidence", "it weighs the figures with a search without the cause, which is not made again"),
    ("causes[].mended", "it compares with a search without the cause, which is not made again"),
    ("causes[].broken", "it compares with a search without the cause, which is not made again"),
    ("causes[].tied_with", "what else would explain as much is found by the search, which is not made again"),
    ("causes[].note", "it explains in words why nothing was found; that the cause has no record is checked"),
    ("patterns", "that figures stand in a pattern follows from the figures, which are checked"),
    ("possible", "what could stand behind the rest is found by the search, which is not made again"),
    (
        "unexplained[].cell",
        "that the figure is unexplained by so much is checked, not that no smaller one holds it",
    ),
    ("folders of paths", "the files may lie elsewhere; their names and contents are checked"),
];

/// The fields of a file that are not checked, with the reason.
pub fn not_checked(fields: &BTreeSet<String>) -> Vec<(String, &'static str)> {
    let is_below = |field: &str, name: &str| {
        field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let mut unchecked: Vec<(String, &'static str)> = Vec::new();
    for field in fields {
        let listed = NOT_CHECKED.iter().find(|(name, _)| is_below(field, name));
        let is_checked = FIELDS.contains(&field.as_str());
        match listed {
            Some((name, why)) if unchecked.iter().all(|(known, _)| known != name) => unchecked.push(((*name).to_owned(), why)),
            None if !is_checked => unchecked.push((field.clone(), "this version knows no such field")),
            _ => {}
        }
    }
    unchecked
}

/// The names of all fields of a JSON text that hold something: `cells[].steps[].amount`.
///
/// # Errors
/// When the text is no JSON.
pub fn fields_of(text: &[u8]) -> serde_json::Result<BTreeSet<String>> {
    let mut fields = BTreeSet::new();
    let mut reader = serde_json::Deserializer::from_slice(text);
    NameCollector { at: &mut String::new(), all: &mut fields }.deserialize(&mut reader)?;
    Ok(fields)
}

/// Collects the names of fields below a place.
struct NameCollector<'a> {
    at: &'a mut String,
    all: &'a mut BTreeSet<String>,
}

impl NameCollector<'_> {
    fn leaf(self) {
        if !self.all.contains(self.at.as_str()) {
            self.all.insert(self.at.clone());
        }
    }
}

impl<'de> DeserializeSeed<'de> for NameCollector<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NameCollector<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.leaf();
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.leaf();
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.leaf();
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.leaf();
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.leaf();
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.leaf();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let length = self.at.len();
        self.at.push_str("[]");
        while items.next_element_seed(NameCollector { at: self.at, all: self.all })?.is_some() {}
        self.at.truncate(length);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let length = self.at.len();
        while let Some(key) = entries.next_key::<String>()? {
            if length > 0 {
                self.at.push('.');
            }
            self.at.push_str(&key);
            entries.next_value_seed(NameCollector { at: self.at, all: self.all })?;
            self.at.truncate(length);
        }
        Ok(())
    }
}
