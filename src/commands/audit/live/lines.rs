//! The findings of a scan, a line each, as they are found. With a checkpoint they are held back until it is written, so
//! that a run which goes on from it repeats none: then at most those come twice that were written in the moment between.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::super::Request;
use super::super::files::write;
use crate::audit::{Catalog, Example, Subject};
use crate::cli::Streams;
use crate::error::Error;
use crate::report::{Part, Written};
use crate::text::printable;

/// Lines that are not written yet.
#[derive(Debug, Default)]
pub struct Lines {
    held: Vec<u8>,
}

/// So many bytes are held back at most.
const MOST_HELD: usize = 4 << 20;

impl Lines {
    /// Begins to write, or goes on behind what the part knows was written before: a file is cut off there, and of
    /// standard output it is said which lines come again.
    pub fn begin(part: &mut Part, request: &Request<'_>, streams: &mut Streams<'_>) -> Result<Self, Error> {
        if !request.wanted.is_streamed {
            part.written = None;
            return Ok(Self::default());
        }
        let file = request.args.output.as_deref().filter(|path| !super::super::is_special(path)).map(absolute);
        let before = part.written.take();
        let mut own = Written { file, ..Written::default() };
        let shown = |file: &Option<String>| match file {
            Some(file) => format!("`{}`", printable(file)),
            None => "standard output".to_owned(),
        };
        match before {
            Some(before) if before.file.is_some() && before.file == own.file => {
                let length =
                    before.file.as_ref().and_then(|file| std::fs::metadata(file).ok()).map_or(0, |of| of.len());
                if length < before.bytes {
                    return Err(Error::usage(
                        format!(
                            "{} has {length} bytes, and its checkpoint knows of {} that were written to it",
                            shown(&before.file),
                            before.bytes
                        ),
                        "put the file back as it was, or remove the checkpoint to start anew",
                    ));
                }
                request.kept.store(before.bytes, Ordering::Relaxed);
                own = before;
            }
            Some(before) => {
                let (where_to, lines) = (shown(&before.file), before.lines);
                streams.note(&match lines {
                    0 => format!(
                        "of what is read already the last run wrote no finding to {where_to}; \
                         a line that it wrote all the same comes again"
                    ),
                    _ => format!(
                        "of what is read already the last run wrote {lines} lines to {where_to}, which do not come \
                         again; a line after its first {lines} does: leave it out"
                    ),
                });
            }
            None if part.state.items > 0 => streams.note(
                "the findings of what is read already are not in this output: the run before did not write lines",
            ),
            None => {}
        }
        part.written = Some(own);
        Ok(Self::default())
    }

    /// Writes findings, or holds them back.
    pub fn add(
        &mut self,
        findings: &[(Subject, Example)],
        catalog: &Catalog,
        request: &Request<'_>,
        is_held: bool,
        streams: &mut Streams<'_>,
    ) -> Result<(), Error> {
        if !is_held {
            return write(findings, catalog, request, streams);
        }
        let (terminal, err_terminal) = (streams.terminal, streams.err_terminal);
        let mut held = Streams { out: &mut self.held, terminal, err: &mut *streams.err, err_terminal };
        write(findings, catalog, request, &mut held)
    }

    /// True where enough are held back.
    pub fn are_many(&self) -> bool {
        self.held.len() > MOST_HELD
    }

    /// Writes what was held back, and keeps in the part that it is written.
    pub fn write(&mut self, part: &mut Part, streams: &mut Streams<'_>) -> Result<(), Error> {
        let Some(written) = part.written.as_mut().filter(|_| !self.held.is_empty()) else { return Ok(()) };
        streams.out.write_all(&self.held).and_then(|()| streams.out.flush()).map_err(Error::Output)?;
        written.bytes += self.held.len() as u64;
        written.lines += self.held.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.held.clear();
        Ok(())
    }
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}
