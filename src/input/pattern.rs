//! Wildcards in paths, which some shells hand on as they are.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, glob_with};

/// The paths that a pattern such as `scores/*.csv` stands for, in order; `None` where a path is no pattern.
pub(super) fn matches(path: &Path) -> Option<Vec<PathBuf>> {
    let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']))?;
    let options = MatchOptions {
        case_sensitive: cfg!(not(windows)),
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    Some(glob_with(pattern, options).ok()?.filter_map(Result::ok).collect())
}

/// The paths that a user means, wildcards put in their place.
pub fn expanded(paths: &[PathBuf]) -> Vec<PathBuf> {
    let expand = |path: &PathBuf| match path.exists() {
        true => vec![path.clone()],
        false => matches(path).filter(|found| !found.is_empty()).unwrap_or_else(|| vec![path.clone()]),
    };
    paths.iter().flat_map(expand).collect()
}
