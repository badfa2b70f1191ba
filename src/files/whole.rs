//! Writes files whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::inputs::input;
use super::temporary::Temporary;

/// More links than these, one behind the other, lead nowhere.
const LINKS: usize = 40;

/// Writes a file: beside its place first, then in it, so that no reader finds half of it. Links are followed, those that
/// lead to no file yet, too; permissions are kept. What is no file, as a pipe, is written to as it is. A file that this
/// run reads is left alone, and that is an error.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    WholeFile::create(path)?.with(text)
}

/// The same, where the file may be one that this run has read: one that it keeps up, as a baseline.
pub fn overwrite_whole(path: &Path, text: &str) -> io::Result<()> {
    WholeFile::open(path, false)?.with(text)
}

/// An error where no file can be written there: to be told before the work that fills it. A pipe is not looked at.
pub fn can_write(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(known) if !known.is_file() && !known.is_dir() => Ok(()),
        _ => WholeFile::create(path).map(drop),
    }
}

/// The path to which links lead, whether there is a file yet or not.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_path_buf();
    for _ in 0..LINKS {
        match fs::canonicalize(&target) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            found => return found,
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match fs::read_link(&target) {
            Ok(next) => target = folder.join(next),
            // Nothing is there: its folder may be named in several ways, too.
            Err(_) => {
                let name = target.file_name().map(ToOwned::to_owned);
                return Ok(match (fs::canonicalize(folder), name) {
                    (Ok(folder), Some(name)) => folder.join(name),
                    _ => target,
                });
            }
        }
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "its links lead nowhere"))
}

/// A file that is written bit by bit, and is there when it is put.
#[derive(Debug)]
pub struct WholeFile {
    file: BufWriter<Place>,
    target: PathBuf,
    spares_inputs: bool,
}

/// Where the bits of a file go.
#[derive(Debug)]
enum Place {
    Beside(Temporary),
    Itself(File),
}

impl WholeFile {
    /// Begins a file, where one can be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::open(path, true)
    }

    fn open(path: &Path, spares_inputs: bool) -> io::Result<Self> {
        let is_other = fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir());
        let target = if is_other { path.to_path_buf() } else { resolve(path)? };
        if spares_inputs {
            spare(&target)?;
        }
        let place = match fs::metadata(&target) {
            Ok(known) if known.is_dir() => return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder")),
            Ok(known) if !known.is_file() => Place::Itself(File::create(&target)?),
            Ok(known) if known.permissions().readonly() => {
                return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
            }
            Ok(_) => Place::Beside(Temporary::create(&target)?),
            Err(error) if error.kind() == ErrorKind::NotFound => Place::Beside(Temporary::create(&target)?),
            Err(error) => return Err(error),
        };
        Ok(Self { file: BufWriter::new(place), target, spares_inputs })
    }

    fn with(mut self, text: &str) -> io::Result<()> {
        self.write_all(text.as_bytes())?;
        self.put()
    }

    /// Puts it in its place.
    pub fn put(self) -> io::Result<()> {
        match self.file.into_inner().map_err(io::IntoInnerError::into_error)? {
            Place::Beside(file) => {
                file.sync()?;
                if self.spares_inputs {
                    spare(&self.target)?;
                }
                file.put()
            }
            Place::Itself(_) => Ok(()),
        }
    }
}

/// An error where this run reads a file.
fn spare(target: &Path) -> io::Result<()> {
    match input(target) {
        None => Ok(()),
        Some(name) => Err(io::Error::new(
            ErrorKind::InvalidInput,
            format!("this run reads it, as `{}`; name another file", name.display()),
        )),
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Beside(file) => file.write(bytes),
            Self::Itself(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Beside(file) => file.flush(),
            Self::Itself(file) => file.flush(),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::files::reads;

    #[test]
    fn links_are_followed_where_nothing_is_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("below")).unwrap();
        symlink("below/second", at("first")).unwrap();
        symlink("../real", at("below/second")).unwrap();
        write_whole(&at("first"), "text").unwrap();
        assert_eq!(fs::read_to_string(at("real")).unwrap(), "text");
        assert!(at("first").is_symlink() && at("below/second").is_symlink());
        symlink("nowhere/real", at("lost")).unwrap();
        assert_eq!(write_whole(&at("lost"), "text").unwrap_err().kind(), ErrorKind::NotFound);
        symlink("round", at("round")).unwrap();
        assert!(write_whole(&at("round"), "text").is_err());
        assert!(at("lost").is_symlink() && at("round").is_symlink());
        // Two names of a file that is not there yet.
        assert_eq!(resolve(&at("below/../new")).unwrap(), resolve(&at("new")).unwrap());
    }

    #[test]
    fn a_file_that_is_read_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("read.toml");
        fs::write(&path, "read").unwrap();
        symlink(&path, folder.path().join("link")).unwrap();
        let begun = WholeFile::create(&path).unwrap();
        reads(&path);
        for name in ["read.toml", "link"] {
            let error = write_whole(&folder.path().join(name), "written").unwrap_err();
            assert!(error.to_string().contains("this run reads it"), "{error}");
        }
        // It became an input after the file was begun.
        assert!(begun.with("written").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "read");
        overwrite_whole(&path, "kept up").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "kept up");
    }
}
