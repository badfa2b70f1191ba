//! The files that a run reads, each known by what it is and not by its name.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The most bytes of a model, a configuration or a baseline: what is larger was named by mistake.
pub const LARGEST_SOURCE: u64 = 16 << 20;

/// The most bytes of a report, a part or a manifest, which grow with a table.
pub const LARGEST_REPORT: u64 = 1 << 30;

/// What a file is, however it is named: through a folder, a link, a hard link, letters of another case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileId {
    /// Its place on a disk: the device and the number there.
    Inode(u64, u64),
    /// Its whole path, where the system tells no more.
    Path(PathBuf),
}

impl FileId {
    /// What a path names.
    pub fn of(path: &Path) -> Self {
        let whole = || Self::Path(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            fs::metadata(path).map_or_else(|_| whole(), |known| Self::Inode(known.dev(), known.ino()))
        }
        #[cfg(not(unix))]
        whole()
    }
}

/// The inputs of this run, with the names under which they were read.
static INPUTS: Mutex<BTreeMap<FileId, PathBuf>> = Mutex::new(BTreeMap::new());

/// What a path names; nothing where that is not a file. Terminals, pipes and devices are nobody's to overwrite.
fn identity(path: &Path) -> Option<FileId> {
    path.is_file().then(|| FileId::of(path))
}

/// Says that this run reads a file. `-` is standard input, which may be a file, too.
pub fn reads(path: &Path) {
    if let Some(own) = identity(named(path)) {
        INPUTS.lock().unwrap_or_else(PoisonError::into_inner).insert(own, path.to_path_buf());
    }
}

/// The name under which this run reads the file at a path, where it does.
pub fn input(path: &Path) -> Option<PathBuf> {
    let own = identity(path)?;
    let name = INPUTS.lock().unwrap_or_else(PoisonError::into_inner).get(&own).cloned()?;
    // A file that is gone leaves its place on the disk to any other one.
    (identity(named(&name)) == Some(own)).then_some(name)
}

/// True of two names of one file.
pub fn same(left: &Path, right: &Path) -> bool {
    let of = |path| identity(named(path));
    left == right || of(left).is_some_and(|left| of(right) == Some(left))
}

fn named(path: &Path) -> &Path {
    if path == Path::new("-") { Path::new("/dev/stdin") } else { path }
}

/// Reads a file that people write by hand: a model, a configuration. A folder, a pipe, a device and what is too large
/// are refused before they are read.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_dir() && !metadata.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is a pipe or a device, not a file"));
    }
    read_at_most(path, &metadata, LARGEST_SOURCE)
}

/// Reads a file that a tool wrote: a report, a manifest. It may be a pipe, which is read to its end.
pub fn read_report(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if is_device(&metadata) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is a device, not a file"));
    }
    let bytes = read_at_most(path, &metadata, LARGEST_REPORT)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// True of what has no end, as `/dev/zero`.
fn is_device(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = metadata.file_type();
        kind.is_char_device() || kind.is_block_device() || kind.is_socket()
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

fn read_at_most(path: &Path, metadata: &Metadata, most: u64) -> io::Result<Vec<u8>> {
    if metadata.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    let too_large = || {
        let most = most >> 20;
        io::Error::new(
            ErrorKind::FileTooLarge,
            format!("it is larger than {most} MiB, the most that is read of such a file"),
        )
    };
    if metadata.len() > most {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // What the system says of the length is not true of every file, and a file may grow.
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_known_by_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.toml"), folder.path().join("b.toml"));
        fs::write(&path, "a").unwrap();
        fs::write(&other, "a").unwrap();
        fs::hard_link(&path, folder.path().join("hard.toml")).unwrap();
        reads(&path);
        assert_eq!(input(&path), Some(path.clone()));
        assert_eq!(input(&folder.path().join("hard.toml")), Some(path.clone()));
        assert_eq!(
            input(&folder.path().join("../").join(folder.path().file_name().unwrap()).join("a.toml")),
            Some(path.clone())
        );
        assert_eq!((input(&other), input(&folder.path().join("none")), input(folder.path())), (None, None, None));
        assert!(same(&path, &folder.path().join("hard.toml")) && !same(&path, &other));
    }

    #[test]
    fn what_is_no_file_of_text_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.toml");
        File::create(&path).unwrap().set_len(LARGEST_SOURCE + 1).unwrap();
        assert_eq!(read_file(&path).unwrap_err().kind(), ErrorKind::FileTooLarge);
        File::create(&path).unwrap().set_len(LARGEST_SOURCE).unwrap();
        assert_eq!(read_file(&path).unwrap().len() as u64, LARGEST_SOURCE);
        assert_eq!(read_file(folder.path()).unwrap_err().kind(), ErrorKind::IsADirectory);
        #[cfg(unix)]
        for read in [read_file(Path::new("/dev/zero")).map(drop), read_report(Path::new("/dev/zero")).map(drop)] {
            assert_eq!(read.unwrap_err().kind(), ErrorKind::InvalidInput);
        }
    }
}
