//! Writes changed files, each whole or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::files::Temporary;
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
            return Err(failed("write", changed()));
        }
        let after = format!("{mark}{}", after.text());
        Ok(Self { path: path.to_path_buf(), name: before.name().to_owned(), before: text, after })
    }
}

/// True of a file that nobody may write to. That its folder could replace it does not count.
pub fn is_read_only(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly())
}

/// Replaces every file by its new text. All are written before the first is replaced: where one cannot be written, or is
/// no longer what was read, none is changed. Links are followed, permissions kept.
///
/// Somebody may save a file in the moment in which it is replaced: that edit is put back, and the others are replaced.
/// The errors name every file that is left as it is.
pub fn write_all(rewrites: &[Rewrite]) -> Result<(), Vec<Error>> {
    let staged: Vec<Staged> = rewrites.iter().map(stage).collect::<Result<_, _>>().map_err(|error| vec![error])?;
    // Writing takes a while, in which files are edited.
    let stale = rewrites.iter().zip(&staged).filter_map(|(rewrite, staged)| staged.is_as_read(rewrite).err());
    let stale: Vec<Error> = stale.collect();
    if !stale.is_empty() {
        return Err(stale);
    }
    let replaced = rewrites.iter().zip(staged).map(|(rewrite, staged)| staged.replace(rewrite));
    let errors: Vec<Error> = replaced.filter_map(Result::err).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn failed(rewrite: &Rewrite, reason: io::Error) -> Error {
    Error::Io { action: "write", path: rewrite.path.clone(), reason }
}

fn changed() -> io::Error {
    io::Error::other("it has changed since it was read; run again")
}

/// A new text on the disk, and the file that it will replace.
struct Staged {
    file: Temporary,
    target: PathBuf,
}

fn stage(rewrite: &Rewrite) -> Result<Staged, Error> {
    let failed = |reason| failed(rewrite, reason);
    let target = fs::canonicalize(&rewrite.path).map_err(failed)?;
    if fs::metadata(&target).map_err(failed)?.permissions().readonly() {
        return Err(failed(io::Error::new(ErrorKind::PermissionDenied, "the file is read-only")));
    }
    let file = Temporary::with(&target, rewrite.after.as_bytes()).map_err(failed)?;
    Ok(Staged { file, target })
}

impl Staged {
    fn is_as_read(&self, rewrite: &Rewrite) -> Result<(), Error> {
        match fs::read(&self.target) {
            Ok(bytes) if bytes == rewrite.before.as_bytes() => Ok(()),
            Ok(_) => Err(failed(rewrite, changed())),
            Err(reason) => Err(failed(rewrite, reason)),
        }
    }

    fn replace(self, rewrite: &Rewrite) -> Result<(), Error> {
        let failed = |reason| failed(rewrite, reason);
        let mut old = File::open(&self.target).map_err(failed)?;
        self.is_as_read(rewrite)?;
        self.file.put().map_err(failed)?;
        // Whoever wrote between the look and the rename wrote to the old file, which is still open here.
        let mut held = Vec::new();
        old.read_to_end(&mut held).map_err(failed)?;
        if held == rewrite.before.as_bytes() {
            return Ok(());
        }
        Temporary::with(&self.target, &held).and_then(Temporary::put).map_err(failed)?;
        Err(failed(changed()))
    }
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

    #[test]
    fn an_edit_that_is_made_meanwhile_stays_and_none_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let rewrites: Vec<Rewrite> = ["a.toml", "b.toml"]
            .map(|name| {
                let path = folder.path().join(name);
                fs::write(&path, "one").unwrap();
                Rewrite::new(&path, &SourceFile::new(name, "one"), &SourceFile::new(name, "two")).unwrap()
            })
            .into();
        let staged: Vec<Staged> = rewrites.iter().map(|rewrite| stage(rewrite).unwrap()).collect();
        fs::write(&rewrites[1].path, "one, edited").unwrap();
        assert_eq!(write_all(&rewrites).unwrap_err().len(), 1);
        assert_eq!(fs::read_to_string(&rewrites[0].path).unwrap(), "one");
        for (rewrite, staged) in rewrites.iter().zip(staged) {
            let is_first = rewrite.name == "a.toml";
            assert_eq!(staged.replace(rewrite).is_ok(), is_first);
            let now = fs::read_to_string(&rewrite.path).unwrap();
            assert_eq!(now, if is_first { "two" } else { "one, edited" });
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
