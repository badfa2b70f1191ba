//! Writes changed files, each whole or not at all.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Error;
use crate::files::{beside, put};
use crate::text::SourceFile;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file that is to change: as it lies on the disk, and as it will.
#[derive(Debug)]
pub struct Rewrite {
    /// Where it is.
    pub path: PathBuf,
    /// The name under which users know it.
    pub name: String,
    /// Its text, with the byte order mark where it has one.
    pub before: String,
    /// What its text will be.
    pub after: String,
}

impl Rewrite {
    /// The change of a file from a text that was read to another. A byte order mark, which no text has, is kept.
    pub fn new(path: &Path, before: &SourceFile, after: &SourceFile) -> Result<Self, Error> {
        let failed = |action, reason| Error::Io { action, path: path.to_path_buf(), reason };
        let text = fs::read_to_string(path).map_err(|reason| failed("read", reason))?;
        let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { "" };
        if text[mark.len()..] != *before.text() {
            return Err(failed("write", io::Error::other("it has changed since it was read; run again")));
        }
        let after = format!("{mark}{}", after.text());
        Ok(Self { path: path.to_path_buf(), name: before.name().to_owned(), before: text, after })
    }
}

/// True of a file that nobody may write to. That its folder could replace it does not count.
pub fn is_read_only(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly())
}

/// Replaces every file by its new text. All are written before the first is replaced: where one cannot be written, none
/// is changed. Links are followed, permissions kept.
pub fn write_all(rewrites: &[Rewrite]) -> Result<(), Error> {
    let staged: Vec<_> = rewrites.iter().map(stage).collect::<Result<_, _>>()?;
    for (rewrite, (file, target)) in rewrites.iter().zip(staged) {
        put(file, &target).map_err(|reason| failed(rewrite, reason))?;
    }
    Ok(())
}

fn failed(rewrite: &Rewrite, reason: io::Error) -> Error {
    Error::Io { action: "write", path: rewrite.path.clone(), reason }
}

fn stage(rewrite: &Rewrite) -> Result<(NamedTempFile, PathBuf), Error> {
    let failed = |reason| failed(rewrite, reason);
    let target = fs::canonicalize(&rewrite.path).map_err(failed)?;
    let metadata = fs::metadata(&target).map_err(failed)?;
    if metadata.permissions().readonly() {
        return Err(failed(io::Error::new(ErrorKind::PermissionDenied, "the file is read-only")));
    }
    let file = beside(&target, &rewrite.after, Some(&metadata)).map_err(failed)?;
    Ok((file, target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_cannot_be_written_none_is_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "\u{feff}one").unwrap();
        let first = || Rewrite::new(&path, &SourceFile::new("a", "one"), &SourceFile::new("a", "two")).unwrap();
        let gone = Rewrite { path: folder.path().join("b.toml"), ..first() };
        assert!(write_all(&[first(), gone]).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}one");
        assert!(write_all(&[first()]).is_ok());
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        // It is not what was read any more.
        assert!(Rewrite::new(&path, &SourceFile::new("a", "one"), &SourceFile::new("a", "three")).is_err());
    }
}
