//! Fills the placeholders of a rule's message with masked and neutralised values.

use crate::finding::Shown;
use crate::layout::{FieldId, registry};
use crate::outcome::Finding;
use crate::privacy::mask::{Reveal, mask};
use crate::privacy::text::quote;
use crate::number;

/// The columns one value may take in a message.
const VALUE_WIDTH: usize = 48;

/// What stands for a blank value.
pub const BLANK: &str = "(blank)";

/// Turns values into what may be printed of them.
pub trait Printable {
    /// The header name that a field has in the file of the finding.
    fn column_name(&self, finding: &Finding, field: FieldId) -> String;

    /// The text to print for a value of a field; `None` for a column no layout knows.
    fn value(&self, value: &str, field: Option<FieldId>, width: usize) -> String;
}

/// The message of a finding. A placeholder without a value shows as its name.
pub fn fill(template: &str, finding: &Finding, printable: &impl Printable) -> String {
    let mut message = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        message.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            message.push('{');
            rest = after;
            continue;
        };
        message.push_str(&value_of(name, finding, printable));
        rest = behind;
    }
    message.push_str(rest);
    message
}

fn value_of(name: &str, finding: &Finding, printable: &impl Printable) -> String {
    if let Some(shown) = finding.shown.iter().find(|shown| shown.name == name) {
        return shown_value(shown, finding, printable);
    }
    let field = registry().id(name);
    let cell =
        finding.record.iter().flat_map(|record| &record.cells).find(|cell| field.is_some() && cell.field == field);
    cell.map_or_else(|| name.replace('_', " "), |cell| printable.value(&cell.value, cell.field, VALUE_WIDTH))
}

/// A shown value without a field is public: the engine says so by leaving the field out.
fn shown_value(shown: &Shown, finding: &Finding, printable: &impl Printable) -> String {
    if shown.field.is_some() {
        return printable.value(&shown.value, shown.field, VALUE_WIDTH);
    }
    if shown.value.trim().is_empty() {
        return BLANK.to_owned();
    }
    match shown.name.as_str() {
        "count" => shown.value.parse().map_or_else(|_| quote(&shown.value, VALUE_WIDTH), number::grouped),
        // A rule's field parameter: people know the column by the name in its header.
        "f" => registry()
            .id(&shown.value)
            .map_or_else(|| quote(&shown.value, VALUE_WIDTH), |field| printable.column_name(finding, field)),
        _ => quote(&shown.value, 2 * VALUE_WIDTH),
    }
}

/// A value masked, its edges visible, cut to a width.
pub fn printed(value: &str, field: Option<FieldId>, reveal: Reveal, width: usize) -> String {
    if value.is_empty() {
        return BLANK.to_owned();
    }
    quote(&mask(value, field, reveal), width)
}
