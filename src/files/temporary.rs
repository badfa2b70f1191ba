//! Files that are written beside the one that they will replace: a rename does not cross disks.
//!
//! They hold what only their owner may read, until they are put in place. They go with the process that made them, by
//! itself or by a signal; those of a process that was killed are removed by the next one that writes in their folder,
//! which knows them by a lock that nobody holds.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{Builder, NamedTempFile};

/// How their names end.
const SUFFIX: &str = ".dynkeys.tmp";
/// A longer name of the target would make a name that no file may have.
const LONGEST_NAME: usize = 180;

/// Those of this process that are there.
static OWN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// The folders in which was looked for those of others.
static SWEPT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file beside its target. It is removed unless it is put there.
#[derive(Debug)]
pub struct Temporary {
    file: NamedTempFile,
    target: PathBuf,
}

impl Temporary {
    /// Begins an empty file beside a target, which need not be there.
    pub fn create(target: &Path) -> io::Result<Self> {
        let name = target.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no name"))?;
        let folder = folder(target);
        if lock(&SWEPT).insert(folder.to_path_buf()) {
            sweep(folder);
        }
        let mut builder = Builder::new();
        let prefix = prefix(name);
        builder.prefix(&prefix).suffix(SUFFIX);
        loop {
            // Held until the file is known: a signal finds it, or there is none.
            let mut own = lock(&OWN);
            let file = builder.tempfile_in(folder)?;
            // Another process that looks for what is left over may have been faster.
            if is_held(file.as_file())? {
                own.insert(file.path().to_path_buf());
                return Ok(Self { file, target: target.to_path_buf() });
            }
        }
    }

    /// The same with a text, written down to the disk.
    pub fn with(target: &Path, text: &[u8]) -> io::Result<Self> {
        let mut file = Self::create(target)?;
        file.write_all(text)?;
        file.sync()?;
        Ok(file)
    }

    /// Writes it down to the disk.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// Puts it in the place of its target, with the owner and the permissions of what is there, else with those of any new
    /// file.
    pub fn put(self) -> io::Result<()> {
        let Self { file, target } = self;
        let path = file.path().to_path_buf();
        let done =
            give_permissions(file.as_file(), &target).and_then(|()| file.persist(&target).map_err(|error| error.error));
        lock(&OWN).remove(&path);
        done.map(drop)
    }
}

/// Removes the files of this process that are not put yet, and keeps it from making others: it is about to end.
pub fn remove_temporaries() {
    let own = lock(&OWN);
    for path in own.iter() {
        // What cannot be removed is found by the next run.
        let _ = fs::remove_file(path);
    }
    std::mem::forget(own);
}

fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    if name.len() <= LONGEST_NAME {
        prefix.push(name);
    } else {
        prefix.push(name.to_string_lossy().chars().take(LONGEST_NAME / 4).collect::<String>());
    }
    prefix.push(".");
    prefix
}

/// Removes what processes that are no more have left in a folder. What cannot be looked at stays.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_ours = name.starts_with(b".") && name.ends_with(SUFFIX.as_bytes());
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) && is_left(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Marks a new file as one whose process is there. False where another process has just removed it.
#[cfg(unix)]
fn is_held(file: &File) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    use std::os::unix::fs::MetadataExt;
    // On a disk without locks, which is another error, what is left over stays.
    if flock(file, FlockOperation::NonBlockingLockExclusive) == Err(rustix::io::Errno::WOULDBLOCK) {
        return Ok(false);
    }
    Ok(file.metadata()?.nlink() > 0)
}

#[cfg(not(unix))]
fn is_held(_: &File) -> io::Result<bool> {
    Ok(true)
}

/// True of a file whose process is no more.
#[cfg(unix)]
fn is_left(path: &Path) -> bool {
    use rustix::fs::{FlockOperation, flock};
    File::open(path).is_ok_and(|file| flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok())
}

/// The system does not remove a file that is open.
#[cfg(not(unix))]
fn is_left(_: &Path) -> bool {
    true
}

fn give_permissions(file: &File, target: &Path) -> io::Result<()> {
    match fs::metadata(target) {
        Ok(old) => keep(file, &old),
        Err(_) => match of_new_files(folder(target))? {
            Some(permissions) => file.set_permissions(permissions),
            None => Ok(()),
        },
    }
}

/// The permissions that a new file in a folder gets: the user's mask and the folder decide, and only an empty one that
/// is made there shows both.
#[cfg(unix)]
fn of_new_files(folder: &Path) -> io::Result<Option<Permissions>> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = Builder::new();
    builder.prefix(".mode.").suffix(SUFFIX).permissions(Permissions::from_mode(0o666));
    Ok(Some(builder.tempfile_in(folder)?.as_file().metadata()?.permissions()))
}

#[cfg(not(unix))]
fn of_new_files(_: &Path) -> io::Result<Option<Permissions>> {
    Ok(None)
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

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_the_owner_reads_it_before_it_is_put() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a".repeat(250));
        let file = Temporary::with(&target, b"secret").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file.file.path()), 0o600);
        file.put().unwrap();
        let usual = folder.path().join("usual");
        fs::write(&usual, "").unwrap();
        assert_eq!(mode(&target), mode(&usual));
        fs::set_permissions(&target, Permissions::from_mode(0o640)).unwrap();
        Temporary::with(&target, b"again").unwrap().put().unwrap();
        assert_eq!((mode(&target), fs::read(&target).unwrap()), (0o640, b"again".to_vec()));
    }

    #[test]
    fn what_a_process_left_is_removed_and_what_one_writes_stays() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(format!(".a.json.x1y2z3{SUFFIX}"));
        fs::write(&left, "keys").unwrap();
        let others = folder.path().join(".a.json.x1y2z3.tmp");
        fs::write(&others, "not ours").unwrap();
        let own = Temporary::create(&folder.path().join("b.json")).unwrap();
        assert!(!left.exists() && others.exists() && own.file.path().exists());
        sweep(folder.path());
        assert!(own.file.path().exists());
        drop(own);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
