//! Paths as reports name them: relative to the root of the repository, with forward slashes.

use std::path::{Component, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a segment of a path may hold as it is (RFC 3986, `pchar`), but for the colon, which could end a scheme.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@')
    .remove(b'+')
    .remove(b',')
    .remove(b'=');

/// The folder in which the run is, and the one to which reports are relative.
#[derive(Clone, Debug)]
pub struct Root {
    folder: PathBuf,
    root: PathBuf,
}

impl Root {
    /// Both as whole paths; `root` is `folder` or above it.
    pub fn new(folder: impl Into<PathBuf>, root: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), root: root.into() }
    }

    /// A file's path from the root, or as it was given where it is not below it.
    pub(super) fn path(&self, name: &str) -> String {
        self.below(name).unwrap_or_else(|| name.to_owned())
    }

    /// A file's URI, and whether it is relative to the root.
    pub(super) fn uri(&self, name: &str) -> (String, bool) {
        let encoded = |path: &str| utf8_percent_encode(path, ESCAPED).to_string();
        match self.below(name) {
            Some(path) => (encoded(&path), true),
            None => {
                let whole = slashes(&self.whole(name));
                (format!("file:///{}", encoded(whole.trim_start_matches('/'))), false)
            }
        }
    }

    fn below(&self, name: &str) -> Option<String> {
        self.whole(name).strip_prefix(&self.root).ok().map(slashes)
    }

    /// The whole path without `.` and `..`.
    fn whole(&self, name: &str) -> PathBuf {
        let mut whole = PathBuf::new();
        for component in self.folder.join(name).components() {
            match component {
                Component::CurDir => {}
                Component::ParentDir => drop(whole.pop()),
                other => whole.push(other),
            }
        }
        whole
    }
}

fn slashes(path: &Path) -> String {
    let path = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { path.into_owned() } else { path.replace(std::path::MAIN_SEPARATOR, "/") }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_repository() {
        let root = Root::new("/repo/service", "/repo");
        assert_eq!(root.path("models/a.toml"), "service/models/a.toml");
        assert_eq!(root.path("./../models/a.toml"), "models/a.toml");
        assert_eq!(root.path("/repo/a.toml"), "a.toml");
        assert_eq!(root.path("../../other/a.toml"), "../../other/a.toml");
    }

    #[test]
    fn uris_are_encoded() {
        let root = Root::new("/repo", "/repo");
        assert_eq!(root.uri("my models/ä#1%:a.toml"), ("my%20models/%C3%A4%231%25%3Aa.toml".to_owned(), true));
        assert_eq!(root.uri("../x y.toml"), ("file:///x%20y.toml".to_owned(), false));
    }
}
