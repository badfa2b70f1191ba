//! Inputs that keep one waiting: pipes and terminals, read so that whoever waits can be told to stop.

use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// How long it takes at most until a stop is noticed.
const TICK: Duration = Duration::from_millis(50);
/// The bytes of a read.
const CHUNK: usize = 64 << 10;
/// So many chunks may lie ready.
const READY: usize = 16;

/// Why a read was given up.
#[derive(Debug, thiserror::Error)]
#[error("the run was stopped")]
struct Stopped;

/// True of the error of a read that was told to stop.
pub fn is_stopped(reason: &io::Error) -> bool {
    reason.get_ref().is_some_and(|inner| inner.is::<Stopped>())
}

/// Reads on a thread of its own, which is left behind where it is stopped.
#[derive(Debug)]
pub struct Waiting {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Cursor<Vec<u8>>,
    stop: Arc<AtomicBool>,
}

impl Waiting {
    /// Opens a reader, and reads from it until `stop` is set.
    pub fn new<R: Read>(open: impl FnOnce() -> io::Result<R> + Send + 'static, stop: &Arc<AtomicBool>) -> Self {
        let (sender, chunks) = sync_channel(READY);
        std::thread::spawn(move || {
            if let Err(reason) = open().and_then(|reader| pass_on(reader, &sender)) {
                // Who has stopped does not hear of it.
                let _ = sender.send(Err(reason));
            }
        });
        Self { chunks, chunk: Cursor::default(), stop: Arc::clone(stop) }
    }
}

fn pass_on(mut reader: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) -> io::Result<()> {
    loop {
        let mut chunk = vec![0; CHUNK];
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                chunk.truncate(count);
                if sender.send(Ok(chunk)).is_err() {
                    return Ok(());
                }
            }
            Err(reason) if reason.kind() == ErrorKind::Interrupted => {}
            Err(reason) => return Err(reason),
        }
    }
}

impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(io::Error::other(Stopped));
            }
            let count = self.chunk.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.chunks.recv_timeout(TICK) {
                Ok(chunk) => self.chunk = Cursor::new(chunk?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let text: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
        let own = text.clone();
        let mut read = Vec::new();
        Waiting::new(move || Ok(Cursor::new(own)), &Arc::default()).read_to_end(&mut read).unwrap();
        assert_eq!(read, text);
        let mut none = Waiting::new(|| Err::<io::Empty, _>(ErrorKind::NotFound.into()), &Arc::default());
        assert_eq!(none.read(&mut [0]).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_read_that_waits_is_stopped() {
        let (reader, _writer) = io::pipe().unwrap();
        let stop = Arc::default();
        let mut waiting = Waiting::new(move || Ok(reader), &stop);
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            stop.store(true, Ordering::Relaxed);
        });
        assert!(is_stopped(&waiting.read(&mut [0]).unwrap_err()));
        stopper.join().unwrap();
    }
}
