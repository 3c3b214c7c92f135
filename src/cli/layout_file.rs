//! The layout file of a run: named by `--layout`, or by `layout_file` in the settings above the first file. Its
//! tables have to be there before anything else is read, so it is looked for before the arguments are parsed.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use miette::{Report, miette};

use crate::knowledge;
use crate::layout::LayoutFile;
use crate::settings::{find_above, layout_file_in, read};
use crate::spanned::SourceText;

/// Options whose value is a path, which is not a file to be read by itself.
const WITH_PATH: [&str; 10] = [
    "--layout",
    "--tables",
    "--config",
    "--rules",
    "--output",
    "-o",
    "--earlier",
    "--entities",
    "--enrolled",
    "--official",
];

/// Puts the tables of the layout file that holds for these arguments in the place of the program's own.
///
/// # Errors
/// A file that cannot be read, and mistakes in it.
pub(super) fn apply(arguments: &[OsString]) -> miette::Result<()> {
    let Some(path) = find(arguments) else {
        return Ok(());
    };
    let text = read(&path).map_err(|error| miette!(help = "check the spelling and the folder", "{error}"))?;
    let source = SourceText { name: path.display().to_string(), text };
    let tables = LayoutFile::parse(&source).and_then(|file| file.tables(&source)).map_err(Report::new)?;
    knowledge::replace(tables).map_err(|error| miette!("{error}"))?;
    let help = "the layout file changes tables so that they do not fit each other";
    super::years::read_all().map_err(|error| miette!(help = help, "{}: {error}", path.display()))
}

fn find(arguments: &[OsString]) -> Option<PathBuf> {
    if let Some(path) = value_of(arguments, "--layout") {
        return Some(path);
    }
    if arguments.iter().any(|one| one == "--no-config") {
        return None;
    }
    let settings = value_of(arguments, "--config").or_else(|| find_above(&first_file(arguments)))?;
    // Whatever else is wrong with the settings is said where they are read.
    layout_file_in(&settings, &read(&settings).ok()?)
}

/// The value of an option, in either spelling.
fn value_of(arguments: &[OsString], option: &str) -> Option<PathBuf> {
    let joined = |one: &OsString| Some(PathBuf::from(one.to_str()?.strip_prefix(option)?.strip_prefix('=')?));
    let next = || arguments.iter().zip(arguments.iter().skip(1)).find(|(one, _)| *one == option);
    arguments.iter().find_map(joined).or_else(|| next().map(|(_, value)| PathBuf::from(value)))
}

/// The first file or folder that is to be read; the current folder where there is none.
fn first_file(arguments: &[OsString]) -> PathBuf {
    let mut before: &OsStr = OsStr::new("");
    for argument in arguments.iter().skip(1) {
        let is_value = WITH_PATH.iter().any(|option| before == *option);
        if !is_value && Path::new(argument).exists() {
            return PathBuf::from(argument);
        }
        before = argument;
    }
    PathBuf::from("-")
}
