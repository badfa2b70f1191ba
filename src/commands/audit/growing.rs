//! A file of findings that grows with its checkpoint. It cannot be put in its place whole at the end: a run that goes on
//! from a checkpoint needs the findings which the runs before it have written.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file of which the first bytes are kept; what stands behind them is cut off before the first byte is written.
#[derive(Debug)]
pub struct GrowingFile {
    path: PathBuf,
    /// How many bytes are kept.
    kept: Arc<AtomicU64>,
    file: Option<BufWriter<File>>,
}

impl GrowingFile {
    /// The file there. It is not touched yet, so that a run which is refused leaves it as it is.
    pub fn new(path: PathBuf, kept: Arc<AtomicU64>) -> Self {
        Self { path, kept, file: None }
    }

    /// Ends the file, even where nothing was written.
    pub fn end(mut self) -> io::Result<()> {
        self.opened()?;
        self.flush()
    }

    fn opened(&mut self) -> io::Result<&mut BufWriter<File>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&self.path)?;
                file.set_len(self.kept.load(Ordering::Relaxed))?;
                file.seek(SeekFrom::End(0))?;
                BufWriter::new(file)
            }
        };
        Ok(self.file.insert(file))
    }
}

impl Write for GrowingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.opened()?.write(bytes)
    }

    /// What was written is on the disk afterwards: the checkpoint that counts on it is there next.
    fn flush(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.flush()?;
        file.get_ref().sync_data()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_the_kept_bytes_is_cut_off_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        std::fs::write(&path, "kept\nlost\n").unwrap();
        let kept = Arc::new(AtomicU64::new(0));
        drop(GrowingFile::new(path.clone(), Arc::clone(&kept)));
        assert_eq!(std::fs::read(&path).unwrap(), b"kept\nlost\n");
        kept.store(5, Ordering::Relaxed);
        let mut file = GrowingFile::new(path.clone(), Arc::clone(&kept));
        file.write_all(b"a\n").unwrap();
        file.flush().unwrap();
        file.write_all(b"b\n").unwrap();
        file.end().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"kept\na\nb\n");
        kept.store(0, Ordering::Relaxed);
        GrowingFile::new(path.clone(), kept).end().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
    }
}
