//! The formats of `audit` and `merge`.

use std::path::Path;

use crate::cli::{AuditFormat, EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, Streams};
use crate::commands::repository::root;
use crate::emit::{
    Guarded, Terminal, write_audited, write_audited_findings, write_audited_html, write_audited_json,
    write_audited_markdown, write_audited_sarif, write_audited_sum,
};
use crate::error::Error;
use crate::files::write_whole;
use crate::report::{Audited, FailOn, Levels, Part};

/// What becomes of a report.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// Its format.
    pub format: AuditFormat,
    /// The file it goes to; standard output without.
    pub output: Option<&'w Path>,
    /// Findings of items were written to where it goes as they were found.
    pub is_streamed: bool,
    /// The file that keeps it as JSON.
    pub save: Option<&'w Path>,
    /// From which level on findings fail.
    pub fail_on: FailOn,
    /// Values are hashed.
    pub redact: bool,
    /// How many examples are shown of each kind.
    pub examples: usize,
}

/// Writes the report of a part, and says how the run ended. `failed` is true where something was told to have failed.
pub fn finish(
    part: &Part,
    levels: &Levels,
    wanted: &Wanted<'_>,
    failed: bool,
    streams: &mut Streams<'_>,
) -> Result<u8, Error> {
    let audited = Audited::new(part, levels, wanted.redact);
    if let Some(file) = wanted.save {
        let mut bytes = Vec::new();
        write_audited_json(&mut bytes, &audited)?;
        save(file, &bytes)?;
    }
    match wanted.output.filter(|_| !wanted.is_streamed) {
        None => write(&audited, wanted, Some(streams.terminal), streams.out)?,
        Some(file) => {
            // A file may be shown in a log, too: it holds what standard output would.
            let mut bytes = Guarded::new(Vec::new(), false);
            write(&audited, wanted, None, &mut bytes)?;
            save(file, &bytes.into_inner().map_err(Error::Output)?)?;
        }
    }
    if wanted.output.is_some() || !matches!(wanted.format, AuditFormat::Human | AuditFormat::Json | AuditFormat::Jsonl)
    {
        // Whoever looks at the log sees the sum. A log that is gone is no failure.
        streams.out.flush().map_err(Error::Output)?;
        let _ = write_audited_sum(streams.err, streams.err_terminal, &audited);
    }
    Ok(if failed || !audited.coverage.complete {
        EXIT_FAILED
    } else if audited.fails(wanted.fail_on) {
        EXIT_FINDINGS
    } else {
        EXIT_CLEAN
    })
}

fn save(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_whole(file, &String::from_utf8_lossy(bytes)).map_err(|reason| Error::Io {
        action: "write",
        path: file.to_path_buf(),
        reason,
    })
}

/// Writes the format for the reader of standard output, or for that of a file.
fn write(
    audited: &Audited,
    wanted: &Wanted<'_>,
    terminal: Option<Terminal>,
    out: &mut dyn std::io::Write,
) -> Result<(), Error> {
    match wanted.format {
        AuditFormat::Human => write_audited(out, terminal.unwrap_or(Terminal::FILE), audited, wanted.examples),
        AuditFormat::Markdown => write_audited_markdown(out, audited, wanted.examples),
        AuditFormat::Html => write_audited_html(out, audited),
        AuditFormat::Sarif => {
            let folder = std::env::current_dir().unwrap_or_default();
            write_audited_sarif(out, &root(&folder), audited)
        }
        AuditFormat::Json => write_audited_json(out, audited),
        AuditFormat::Jsonl => write_audited_findings(out, audited, wanted.is_streamed),
    }
}
