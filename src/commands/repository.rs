//! The repository in which a run is: reports name files by their paths in it.

use std::path::{Path, PathBuf};

use crate::emit::Root;

/// Where CI says that the repository is: reports are shown on its pages, wherever in it the run was.
const ROOTS: [&str; 2] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];

/// What the paths in reports of a run in `folder` are relative to.
pub fn root(folder: &Path) -> Root {
    Root::new(folder, repository(folder))
}

/// The folder of the repository, as CI names it; without CI the working folder.
fn repository(folder: &Path) -> PathBuf {
    let named = ROOTS.iter().filter_map(std::env::var_os).map(PathBuf::from);
    let whole = named.filter(|path| path.is_absolute()).map(|path| std::fs::canonicalize(&path).unwrap_or(path));
    let mut above = whole.filter(|path| folder.starts_with(path));
    above.next().unwrap_or_else(|| folder.to_path_buf())
}
