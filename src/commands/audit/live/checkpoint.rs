//! How far a scan is, in a file.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::cli::{AuditArgs, Streams};
use crate::error::Error;
use crate::files::write_whole;
use crate::report::{Part, Pieces};
use crate::text::{counted, printable};

/// The file that keeps how far a scan is.
#[derive(Debug)]
pub struct Checkpoint<'c> {
    file: &'c Path,
    /// When it is written again.
    next: Instant,
}

/// It is written so often at most,
const OFTEN: Duration = Duration::from_secs(1);
/// and so rarely that it takes one part of so many of the time.
const PARTS: u32 = 50;

impl<'c> Checkpoint<'c> {
    pub fn new(file: &'c Path) -> Self {
        Self { file, next: Instant::now() }
    }

    /// The file, for messages.
    pub fn shown(&self) -> String {
        printable(&self.file.display().to_string()).into_owned()
    }

    /// What was counted before, where the file is there; else what is about to begin.
    pub fn resume(&self, new: Part, args: &AuditArgs, streams: &mut Streams<'_>) -> Result<Part, Error> {
        let shown = self.shown();
        let text = match crate::files::read_report(self.file) {
            Ok(text) => text,
            Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => return Ok(new),
            Err(reason) => return Err(Error::Io { action: "read", path: self.file.to_path_buf(), reason }),
        };
        let old = Part::from_json(&shown, &text).map_err(|error| {
            Error::usage(error.to_string(), "name the checkpoint of an earlier run, or a file that is not there yet")
        })?;
        let (Pieces::Segments(own), Pieces::Segments(asked)) = (&old.pieces, &new.pieces) else {
            return Err(other(&shown, "holds an audit of files"));
        };
        if old.source != new.source {
            return Err(other(&shown, &format!("is of {}", place(&old))));
        }
        if old.catalog != new.catalog {
            return Err(other(&shown, "is of other models, dialects or options"));
        }
        let is_cut_alike = own.total == asked.total && own.segments.keys().eq(asked.segments.keys());
        let share = |part: &Part| part.coverage.sample.map(|sample| sample.share);
        // Without `--segments` the number is by the table's size, which may have changed since.
        let is_same = if args.segments.is_some() { is_cut_alike } else { own.covers_all() || args.sample.is_some() };
        if share(&old) != share(&new) || !is_same {
            return Err(other(&shown, &format!("is of other segments: {} of {}", own.segments.len(), own.total)));
        }
        let left = own.segments.len() as u64 - own.read();
        streams.note(&format!(
            "going on from `{shown}`: {} read, {left} of {} left",
            counted(old.state.items, "item"),
            counted(own.segments.len() as u64, "segment")
        ));
        Ok(Part { described: new.described, ..old })
    }

    /// Writes how far it is.
    pub fn save(&mut self, part: &Part) -> Result<(), Error> {
        let begin = Instant::now();
        write_whole(self.file, &part.to_json()?).map_err(|reason| Error::Io {
            action: "write",
            path: self.file.to_path_buf(),
            reason,
        })?;
        self.next = Instant::now() + (begin.elapsed() * PARTS).max(OFTEN);
        Ok(())
    }

    /// True where it is time to write it.
    pub fn is_due(&self) -> bool {
        Instant::now() >= self.next
    }
}

fn place(part: &Part) -> String {
    let source = &part.source;
    let region = source.region.as_ref().map(|region| format!(" in {}", printable(region))).unwrap_or_default();
    let index = source.index.as_ref().map(|index| format!("`{}` of ", printable(index))).unwrap_or_default();
    format!("{index}`{}`{region}", printable(&source.name))
}

fn other(shown: &str, what: &str) -> Error {
    Error::usage(
        format!("the checkpoint `{shown}` {what}"),
        "repeat the command that wrote it, or remove the file to start anew",
    )
}
