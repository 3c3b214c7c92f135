//! What the names of files tell: which are taken from folders and archives, and which hold the same
//! data in two forms.

/// Endings of files that are taken from folders and archives.
pub(super) const ENDINGS: [&str; 7] = ["csv", "dat", "txt", "tsv", "xlsx", "gz", "zip"];

pub(super) fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
}

pub(super) fn is_workbook_name(name: &str) -> bool {
    ending(name) == "xlsx" || ending(name) == "xlsm"
}

/// Files that archivers add for themselves.
pub(super) fn is_bookkeeping(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || base.starts_with('.') || base.eq_ignore_ascii_case("thumbs.db")
}

pub(super) fn same_data(other: &str) -> String {
    format!("it holds the same data as {other}, in fixed width")
}

/// The delimited file of which this fixed-width one is the other form: TOMS delivers both.
pub(super) fn twin<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    if ending(name) != "dat" {
        return None;
    }
    let subject = subject(name);
    let is_twin = |other: &&String| ending(other) == "csv" && self::subject(other) == subject;
    names.iter().find(is_twin).map(String::as_str)
}

/// A file name without its ending and the words for its form.
fn subject(name: &str) -> String {
    const FORM_WORDS: [&str; 8] = ["dlmtr", "delimited", "dlm", "fxd", "fixed", "fixedwidth", "fw", "width"];
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
    let words = stem.split(['_', '-', ' ', '.']).filter(|word| !FORM_WORDS.contains(word));
    words.collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_same_data_are_twins() {
        let names = ["a/X_Tested_2021_DLMTR.csv", "a/X_Tested_2021_FIXED.dat", "a/X_Enrolled_2021.dat"];
        let names: Vec<String> = names.map(str::to_owned).to_vec();
        assert_eq!(twin(&names[1], &names), Some(names[0].as_str()));
        assert_eq!((twin(&names[0], &names), twin(&names[2], &names)), (None, None));
    }
}
