//! The rules that hold here: the shipped ones, and those of folders that the user names.

use std::path::{Path, PathBuf};

use miette::miette;

use crate::cli::exit::Failure;
use crate::rule::RuleSet;
use crate::settings::SettingOrigin;

/// The shipped rules and those of folders, each folder with who named it.
///
/// # Errors
/// When a folder is not there or holds no rule, or a rule file is wrong.
pub(in crate::cli) fn load<'a>(
    folders: impl IntoIterator<Item = (&'a PathBuf, SettingOrigin)>,
) -> Result<RuleSet, Failure> {
    Ok(RuleSet::with_dirs(&looked_at(folders)?)?)
}

/// As [`load`], without the examples of shipped rules.
///
/// # Errors
/// As for [`load`].
pub(in crate::cli) fn load_for_run<'a>(
    folders: impl IntoIterator<Item = (&'a PathBuf, SettingOrigin)>,
) -> Result<RuleSet, Failure> {
    Ok(RuleSet::for_run(&looked_at(folders)?)?)
}

fn looked_at<'a>(folders: impl IntoIterator<Item = (&'a PathBuf, SettingOrigin)>) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for (folder, origin) in folders {
        look_at(folder, &named(origin))?;
        paths.push(folder.clone());
    }
    Ok(paths)
}

/// Refuses a path where no rule file can be: a misspelt folder must not pass for one without mistakes.
pub(super) fn look_at(path: &Path, named: &str) -> miette::Result<()> {
    if !path.exists() {
        let help = "rule files are Markdown files, in folders of their own (docs/writing-rules.md)";
        return Err(miette!(help = help, "there is no folder {}{named}", path.display()));
    }
    if !RuleSet::has_files(path) {
        let help = "rule files end in .md; README.md is none (docs/writing-rules.md)";
        return Err(miette!(help = help, "there is no rule file in {}{named}", path.display()));
    }
    Ok(())
}

fn named(origin: SettingOrigin) -> String {
    match origin {
        SettingOrigin::Default => String::new(),
        SettingOrigin::File { line } => format!(", named in line {line} of the settings"),
        SettingOrigin::Flag(flag) => format!(", named by {flag}"),
    }
}
