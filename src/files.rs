//! Writes files whole or not at all.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// Writes a file: beside its place first, then in it, so that no reader finds half of it. Links are followed, and
/// permissions kept. What is no file, as a pipe, is written to as it is.
pub fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_path_buf(),
        found => found?,
    };
    match fs::metadata(&target) {
        Ok(known) if known.is_dir() => Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder")),
        Ok(known) if !known.is_file() => fs::write(&target, text),
        Ok(known) if known.permissions().readonly() => {
            Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"))
        }
        Ok(known) => put(beside(&target, text, Some(&known))?, &target),
        Err(error) if error.kind() == ErrorKind::NotFound => put(beside(&target, text, None)?, &target),
        Err(error) => Err(error),
    }
}

/// A file with a text in the folder of another one, for a rename does not cross disks: with the owner and the
/// permissions of the one that it will replace. It is removed unless it is put there.
pub fn beside(target: &Path, text: &str, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
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
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Some(old) = old {
        keep(file.as_file(), old)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Puts a file in the place of another one.
pub fn put(file: NamedTempFile, target: &Path) -> io::Result<()> {
    file.persist(target).map(drop).map_err(|error| error.error)
}

/// Gives a new file the owner and the permissions of the old one.
fn keep(file: &fs::File, old: &Metadata) -> io::Result<()> {
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
