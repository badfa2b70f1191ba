//! Audits files of items with several threads: whole files where there are several, blocks of lines in turns where one
//! is left.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::auditor::Auditor;
use super::shown::Whereabouts;
use super::state::{State, Subject};
use super::tally::Example;
use super::worker::Worker;
use crate::error::Error;
use crate::source::blocks::{Block, Blocks, Opened, WRONG_CHECKSUM, is_stopped, open};
use crate::source::raw::{Line, LineFormat, Scanner};
use crate::source::{ItemPlace, ItemReader, item_size};
use crate::text::{counted, plural, printable};

/// A file to audit.
#[derive(Clone, Debug)]
pub struct FileJob {
    /// Its path, or `-` for standard input.
    pub path: PathBuf,
    /// Its name in messages and examples.
    pub name: String,
    /// What its lines are.
    pub format: LineFormat,
    /// True where its values stand one a line, whatever the first line looks like.
    pub is_lines: bool,
    /// Its checksum, where that is known.
    pub md5: Option<[u8; 16]>,
    /// How many items it holds, where that is known.
    pub items: Option<u64>,
}

/// How far an audit is; read by whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Items audited.
    pub items: AtomicU64,
    /// Bytes of files read, unpacked.
    pub bytes: AtomicU64,
    /// Set by whoever wants the audit to stop; an input that keeps one waiting is no longer waited for.
    pub stop: Arc<AtomicBool>,
}

/// What became of the files.
#[derive(Debug)]
pub struct FilesAudited {
    /// What was seen, of all files together.
    pub state: State,
    /// The files that were read to their ends, by their places in the list.
    pub done: Vec<usize>,
    /// What went wrong, in the order of the files.
    pub errors: Vec<Error>,
    /// True where it was stopped.
    pub stopped: bool,
}

/// A file that is being read.
struct Reading {
    job: usize,
    blocks: Mutex<Option<Blocks>>,
    items: AtomicU64,
    error: Mutex<Option<Error>>,
    bad: Mutex<BadLines>,
    ended: AtomicBool,
}

/// The lines of a file that cannot be read: the others are audited all the same.
#[derive(Debug, Default)]
struct BadLines {
    count: u64,
    first: Option<Error>,
}

impl BadLines {
    fn bad(&mut self, error: Error) {
        self.add(Self { count: 1, first: Some(error) });
    }

    fn add(&mut self, other: Self) {
        self.count += other.count;
        if let Some(error) = other.first
            && self.first.as_ref().is_none_or(|known| line_of(&error) < line_of(known))
        {
            self.first = Some(error);
        }
    }

    /// The error of the first one, which says how many there are.
    fn into_error(self) -> Option<Error> {
        match (self.first?, self.count - 1) {
            (Error::Item { file, line, column, message, help }, more @ 1..) => {
                let lines = plural(more, "line");
                let message = format!("{message}; {more} more {lines} of the file cannot be read either");
                Some(Error::Item { file, line, column, message, help })
            }
            (error, _) => Some(error),
        }
    }
}

/// Who hears of every finding of an item.
pub type Sink<'s> = dyn Fn(Vec<(Subject, Example)>) + Sync + 's;

struct Run<'r> {
    auditor: &'r Auditor,
    sink: Option<&'r Sink<'r>>,
    jobs: &'r [FileJob],
    progress: &'r Progress,
    next: AtomicUsize,
    /// How many threads are about to take a file, or open one.
    opening: AtomicUsize,
    reading: Mutex<Vec<Arc<Reading>>>,
    failed: Mutex<Vec<(usize, Error)>>,
    done: Mutex<Vec<usize>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Audits files. One that cannot be read to its end is an error, and what was read of it counts.
///
/// Where there is a sink it hears of every finding as it is made; of one thread in the order of the items.
pub fn audit_files<'r>(
    auditor: &'r Auditor,
    jobs: &'r [FileJob],
    threads: usize,
    progress: &'r Progress,
    sink: Option<&'r Sink<'r>>,
) -> FilesAudited {
    let run = Run {
        auditor,
        sink,
        jobs,
        progress,
        next: AtomicUsize::new(0),
        opening: AtomicUsize::new(0),
        reading: Mutex::default(),
        failed: Mutex::default(),
        done: Mutex::default(),
    };
    let most = auditor.options().examples;
    let state = std::thread::scope(|scope| {
        let handles: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(|| run.work())).collect();
        let mut state = run.work();
        for handle in handles {
            match handle.join() {
                Ok(other) => state.merge(other, most),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        state
    });
    let mut failed = lock(&run.failed).split_off(0);
    for reading in lock(&run.reading).iter() {
        let job = &jobs[reading.job];
        let items = reading.items.load(Ordering::Relaxed);
        let bad = std::mem::take(&mut *lock(&reading.bad)).into_error();
        let error = bad.or_else(|| lock(&reading.error).take());
        let short = job.items.filter(|wanted| reading.ended.load(Ordering::Relaxed) && *wanted != items);
        match (error, short) {
            (Some(error), _) => failed.push((reading.job, error)),
            (None, Some(wanted)) => {
                let message = format!(
                    "`{}` holds {}, and the manifest says that it has {wanted}",
                    job.path.display(),
                    counted(items, "item")
                );
                failed.push((reading.job, Error::usage(message, AGAIN)));
            }
            (None, None) if reading.ended.load(Ordering::Relaxed) => lock(&run.done).push(reading.job),
            (None, None) => {}
        }
    }
    failed.sort_by_key(|(job, _)| *job);
    let mut done = lock(&run.done).split_off(0);
    done.sort_unstable();
    FilesAudited {
        state,
        done,
        errors: failed.into_iter().map(|(_, error)| error).collect(),
        stopped: progress.stop.load(Ordering::Relaxed),
    }
}

const AGAIN: &str = "copy the file from S3 again: `aws s3 sync` of the whole export";

/// How often a thread without work looks whether a file is open: opening takes about as long.
const OPENING: std::time::Duration = std::time::Duration::from_micros(200);

impl Run<'_> {
    fn work(&self) -> State {
        let mut worker = self.auditor.worker();
        worker.findings = self.sink.map(|_| Vec::new());
        let mut block = Block::default();
        loop {
            self.opening.fetch_add(1, Ordering::SeqCst);
            let job = self.next.fetch_add(1, Ordering::SeqCst);
            if job >= self.jobs.len() || self.stopped() {
                self.opening.fetch_sub(1, Ordering::SeqCst);
                break;
            }
            self.whole_file(job, &mut worker, &mut block);
        }
        // The files that others still read have lines for this thread, too.
        while !self.stopped() {
            // Asked first: what is opened meanwhile is in the list then.
            let is_opening = self.opening.load(Ordering::SeqCst) > 0;
            let others = lock(&self.reading).clone();
            match others.iter().find(|one| !one.ended.load(Ordering::Relaxed)) {
                Some(open) => self.lines(open, &mut worker, &mut block),
                None if is_opening => std::thread::sleep(OPENING),
                None => break,
            }
        }
        worker.state.flush();
        worker.state
    }

    /// Hands findings over.
    fn tell(&self, worker: &mut Worker<'_>) {
        if let (Some(sink), Some(findings)) = (self.sink, &mut worker.findings)
            && !findings.is_empty()
        {
            sink(std::mem::take(findings));
        }
    }

    fn stopped(&self) -> bool {
        self.progress.stop.load(Ordering::Relaxed)
    }

    fn fail(&self, job: usize, error: Error) {
        lock(&self.failed).push((job, error));
    }

    fn whole_file(&self, number: usize, worker: &mut Worker<'_>, block: &mut Block) {
        let job = &self.jobs[number];
        let opened = open(&job.path, job.md5, job.is_lines, &self.progress.stop);
        if !matches!(opened, Ok(Opened::Lines(_))) {
            self.opening.fetch_sub(1, Ordering::SeqCst);
        }
        match opened {
            Err(reason) if is_stopped(&reason) => {}
            Err(reason) => self.fail(number, unreadable(job, reason)),
            Ok(Opened::Lines(blocks)) => {
                let reading = Arc::new(Reading {
                    job: number,
                    blocks: Mutex::new(Some(blocks)),
                    items: AtomicU64::new(0),
                    error: Mutex::default(),
                    bad: Mutex::default(),
                    ended: AtomicBool::new(false),
                });
                lock(&self.reading).push(Arc::clone(&reading));
                self.opening.fetch_sub(1, Ordering::SeqCst);
                self.lines(&reading, worker, block);
            }
            Ok(Opened::Stream(stream)) => {
                worker.file = u32::try_from(number).unwrap_or(u32::MAX);
                let mut items = 0;
                let read = ItemReader::new(&job.name, stream).and_then(|mut reader| {
                    reader.read_all(&mut |item| {
                        if self.stopped() {
                            return Err(Error::Interrupted);
                        }
                        items += 1;
                        worker.item(&item.entries, item_size(&item.entries), Whereabouts::File(item.place));
                        self.tell(worker);
                        self.progress.items.fetch_add(1, Ordering::Relaxed);
                        Ok(())
                    })
                });
                match read {
                    Ok(_) => lock(&self.done).push(number),
                    Err(Error::Interrupted) => {}
                    Err(Error::Io { reason, .. }) if is_stopped(&reason) => {}
                    Err(Error::Io { reason, .. }) => self.fail(number, unreadable(job, reason)),
                    Err(error) => self.fail(number, error),
                }
            }
        }
    }

    /// Audits the lines of a file, as far as no other thread does.
    fn lines(&self, reading: &Reading, worker: &mut Worker<'_>, block: &mut Block) {
        let job = &self.jobs[reading.job];
        worker.file = u32::try_from(reading.job).unwrap_or(u32::MAX);
        let mut scanner = Scanner::new(self.auditor.names(), job.format);
        while !self.stopped() {
            {
                let mut blocks = lock(&reading.blocks);
                let Some(source) = blocks.as_mut() else { return };
                let end = |error: Option<Error>| {
                    if let Some(error) = error {
                        lock(&reading.error).get_or_insert(error);
                    }
                    reading.ended.store(true, Ordering::Relaxed);
                };
                match source.next(block) {
                    Ok(true) => {}
                    Ok(false) => {
                        *blocks = None;
                        return end(None);
                    }
                    Err(reason) => {
                        *blocks = None;
                        if is_stopped(&reason) {
                            return;
                        }
                        return end(Some(unreadable(job, reason)));
                    }
                }
            }
            let before = worker.state.items + worker.state.deleted;
            let bad = audit_block(worker, &mut scanner, block, job);
            lock(&reading.bad).add(bad);
            self.tell(worker);
            let items = worker.state.items + worker.state.deleted - before;
            reading.items.fetch_add(items, Ordering::Relaxed);
            self.progress.items.fetch_add(items, Ordering::Relaxed);
            self.progress.bytes.fetch_add(block.bytes().len() as u64, Ordering::Relaxed);
        }
    }
}

fn line_of(error: &Error) -> usize {
    match error {
        Error::Item { line, .. } => *line,
        _ => usize::MAX,
    }
}

fn unreadable(job: &FileJob, reason: io::Error) -> Error {
    let name = printable(&job.name);
    match reason.kind() {
        io::ErrorKind::InvalidData if reason.to_string() == WRONG_CHECKSUM => {
            Error::usage(format!("`{name}` is not the file that was exported: {WRONG_CHECKSUM}"), AGAIN)
        }
        io::ErrorKind::UnexpectedEof => {
            Error::usage(format!("`{name}` is cut short: the packed file ends in its middle"), "copy the file again")
        }
        _ => Error::Io { action: "read", path: job.path.clone(), reason },
    }
}

/// Audits the lines of a block.
fn audit_block(worker: &mut Worker<'_>, scanner: &mut Scanner<'_>, block: &Block, job: &FileJob) -> BadLines {
    let mut bad = BadLines::default();
    let bytes = block.bytes();
    let text = simdutf8::basic::from_utf8(bytes);
    for (number, (start, end)) in (block.line..).zip(block.lines()) {
        // A block with a line that is not UTF-8 has others that are.
        let line = match text {
            Ok(text) => Ok(text.get(start..).unwrap_or_default()),
            Err(_) => std::str::from_utf8(&bytes[start..end]),
        };
        match line {
            Ok(line) => {
                let place = ItemPlace { file: &job.name, line: number, index: None };
                if !audit_line(worker, scanner, line, end - start, place, job.format)
                    && let Err(error) = slowly(worker, line.get(..end - start).unwrap_or(line), place, job.format)
                {
                    bad.bad(error);
                }
            }
            Err(error) => bad.bad(Error::Item {
                file: job.name.clone(),
                line: number,
                column: String::from_utf8_lossy(&bytes[start..start + error.valid_up_to()]).chars().count() + 1,
                message: "this is not UTF-8".to_owned(),
                help: None,
            }),
        }
    }
    bad
}

/// Audits the first line of a text, of so many bytes, as it stands; false where only its values can tell.
#[inline]
fn audit_line(
    worker: &mut Worker<'_>,
    scanner: &mut Scanner<'_>,
    text: &str,
    length: usize,
    place: ItemPlace<'_>,
    format: LineFormat,
) -> bool {
    match scanner.scan(text, length) {
        Line::Item(item) => worker.raw(&item, Whereabouts::File(place)),
        Line::Nothing => {
            if format == LineFormat::Changes && !text.get(..length).unwrap_or(text).trim().is_empty() {
                worker.deleted();
            }
            true
        }
        Line::Unusual => false,
    }
}

/// Audits a line by its values.
#[cold]
fn slowly(worker: &mut Worker<'_>, line: &str, place: ItemPlace<'_>, format: LineFormat) -> Result<(), Error> {
    let (name, number) = (place.file, place.line);
    let mut reader = match format {
        LineFormat::Items => ItemReader::of_line(name, line.as_bytes(), number),
        LineFormat::Changes => ItemReader::of_change(name, line.as_bytes(), number),
    };
    let mut visit = |item: &crate::source::Item<'_>| {
        worker.item(&item.entries, item_size(&item.entries), Whereabouts::File(item.place));
        Ok(())
    };
    let count = reader.read_all(&mut visit)?;
    if count == 0 && format == LineFormat::Changes {
        worker.deleted();
    }
    Ok(())
}
