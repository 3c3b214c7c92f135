//! The flags that choose figures by entity, test, grade row and student group, the same for every
//! command that shows counts.

use std::collections::BTreeMap;

use crate::counting::group_names;
use crate::layout::registry;
use crate::rule::closest;

/// Which figures are wanted; all where nothing is given.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct SelectionArgs {
    /// Only these entities: fourteen digits, or the first digits for all that begin with them
    #[arg(long, value_delimiter = ',', value_name = "CODES", value_parser = entity_code)]
    pub entity: Vec<String>,
    /// Only these tests, by their official numbers: 1 SB ELA, 2 SB mathematics, 17 CAST
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS")]
    pub test: Vec<u16>,
    /// Only these grade rows: 3 to 12, 13 all grades, 14 all high school, 15 Class of
    #[arg(long, value_delimiter = ',', value_name = "GRADES")]
    pub grade: Vec<u8>,
    /// Only these student groups, by their official numbers: 1 all students, 160 English learners
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = group_number)]
    pub group: Vec<u16>,
}

fn entity_code(text: &str) -> Result<String, String> {
    let is_code = (1..=14).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_code { Ok(text.to_owned()) } else { Err("a code has one to fourteen digits".to_owned()) }
}

/// The number of a student group. Whoever gives its name is shown the number.
fn group_number(text: &str) -> Result<u16, String> {
    let text = text.trim();
    text.parse().map_err(|_| {
        let named = registry().years().flat_map(group_names).map(|(id, name)| (name, id));
        let known: BTreeMap<String, u16> = named.collect();
        match closest(text, known.keys().map(String::as_str)) {
            Some(name) => format!("student groups go by number; did you mean {} ({name})?", known[name]),
            None => "student groups go by number; scorelint account --by group --format csv FILE lists them".to_owned(),
        }
    })
}
