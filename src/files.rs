//! Writes files whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Writes a file: beside its place first, then in it, so that no reader finds half of it. Links are followed, and
/// permissions kept. What is no file, as a pipe, is written to as it is.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = WholeFile::create(path)?;
    file.write_all(text.as_bytes())?;
    file.put()
}

/// An error where no file can be written there: to be told before the work that fills it. A pipe is not looked at.
pub fn can_write(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(known) if !known.is_file() && !known.is_dir() => Ok(()),
        _ => WholeFile::create(path).map(drop),
    }
}

/// A file that is written bit by bit, and is there when it is put.
#[derive(Debug)]
pub struct WholeFile {
    file: BufWriter<Place>,
    target: PathBuf,
}

/// Where the bits of a file go.
#[derive(Debug)]
enum Place {
    Beside(NamedTempFile),
    Itself(File),
}

impl WholeFile {
    /// Begins a file, where one can be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let target = match fs::canonicalize(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => path.to_path_buf(),
            found => found?,
        };
        let place = match fs::metadata(&target) {
            Ok(known) if known.is_dir() => return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder")),
            Ok(known) if !known.is_file() => Place::Itself(File::create(&target)?),
            Ok(known) if known.permissions().readonly() => {
                return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
            }
            Ok(known) => Place::Beside(temporary(&target, Some(&known))?),
            Err(error) if error.kind() == ErrorKind::NotFound => Place::Beside(temporary(&target, None)?),
            Err(error) => return Err(error),
        };
        Ok(Self { file: BufWriter::new(place), target })
    }

    /// Puts it in its place.
    pub fn put(self) -> io::Result<()> {
        match self.file.into_inner().map_err(io::IntoInnerError::into_error)? {
            Place::Beside(file) => {
                file.as_file().sync_all()?;
                put(file, &self.target)
            }
            Place::Itself(_) => Ok(()),
        }
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

/// A file with a text in the folder of another one, for a rename does not cross disks: with the owner and the
/// permissions of the one that it will replace. It is removed unless it is put there.
pub fn beside(target: &Path, text: &str, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let mut file = temporary(target, old)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn temporary(target: &Path, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let name = target.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no name"))?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file the user's mask decides.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    if let Some(old) = old {
        keep(file.as_file(), old)?;
    }
    Ok(file)
}

/// Puts a file in the place of another one.
pub fn put(file: NamedTempFile, target: &Path) -> io::Result<()> {
    file.persist(target).map(drop).map_err(|error| error.error)
}

/// Gives a new file the owner and the permissions of the old one.
fn keep(file: &File, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            // Only the superuser can give files away: for others the file is their own as before.
            let _ = fchown(file, Some(old.uid()), Some(old.gid()));
        }
    }
    file.set_permissions(old.permissions())
}
