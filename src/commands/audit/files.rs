//! Audits of files: items of any kind, and exports.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};

use super::progress::{Bar, Shown, TICK};
use super::{Request, names, tell_memory};
use crate::audit::files::{FileJob, FilesAudited, Progress, audit_files};
use crate::audit::{Auditor, Catalog, Example, Subject};
use crate::cli::Streams;
use crate::commands::interrupt::interrupted;
use crate::emit::write_audited_finding;
use crate::error::Error;
use crate::files::{reads, same};
use crate::report::{Coverage, Done, PART_VERSION, Part, Pieces, Source, streamed};
use crate::source::export::Export;
use crate::source::raw::LineFormat;
use crate::text::printable;

/// Audits the items of files.
pub fn items(paths: &[PathBuf], request: &Request<'_>, streams: &mut Streams<'_>) -> Result<(Part, bool), Error> {
    let names = names(paths);
    for (at, name) in names.iter().enumerate() {
        if let Some((_, first)) = paths[..at].iter().zip(&names).find(|(path, _)| same(path, &paths[at])) {
            let as_what = if first == name { String::new() } else { format!(", as `{}` before", printable(first)) };
            return Err(Error::usage(
                format!("`{}` is given twice{as_what}", printable(name)),
                "give each file once: its items would be counted twice",
            ));
        }
    }
    // Everything behind `--items` is a file of items, models too where they are named there.
    let is_model = |path: &Path| path.is_dir() || path.extension().is_some_and(|extension| extension == "toml");
    if let Some((_, name)) = paths.iter().zip(&names).find(|(path, _)| is_model(path)) {
        let name = printable(name);
        return Err(Error::usage(
            format!("`{name}` stands behind `--items`, and is no file of items"),
            format!("name models before: `dynkeys audit {name} --items FILE`; the folder of an export with `--export`"),
        ));
    }
    let jobs: Vec<FileJob> = paths
        .iter()
        .zip(&names)
        .map(|(path, name)| FileJob {
            path: path.clone(),
            name: name.clone(),
            format: LineFormat::Items,
            is_lines: false,
            md5: None,
            items: None,
        })
        .collect();
    let source = Source { kind: "items".to_owned(), name: names.join(", "), ..Source::default() };
    audit(&jobs, source, None, request, streams)
}

/// Audits an export.
pub fn export(path: &Path, request: &Request<'_>, streams: &mut Streams<'_>) -> Result<(Part, bool), Error> {
    let export = Export::open(path)?;
    let jobs: Vec<FileJob> = export
        .files
        .iter()
        .map(|file| FileJob {
            path: file.path.clone(),
            name: file.path.display().to_string(),
            format: export.format,
            is_lines: true,
            md5: file.md5,
            items: file.items,
        })
        .collect();
    let table = export.table_arn.as_deref().and_then(|arn| arn.rsplit('/').next()).map(str::to_owned);
    let source = Source {
        kind: "export".to_owned(),
        name: table.unwrap_or_else(|| export.folder.display().to_string()),
        region: export.table_arn.as_deref().and_then(|arn| arn.split(':').nth(3)).map(str::to_owned),
        exported: export.time.clone(),
        ..Source::default()
    };
    if let Some(error) = export.lacks() {
        let (mut part, _) = audit(&jobs, source, export.items, request, streams)?;
        streams.report(&error);
        part.coverage.complete = false;
        part.coverage.reason.get_or_insert_with(|| error.to_string());
        return Ok((part, true));
    }
    let (mut part, failed) = audit(&jobs, source, export.items, request, streams)?;
    // Where the manifest does not say how many items each file has, their sum still tells.
    let read = part.state.items + part.state.deleted;
    if part.coverage.complete
        && let Some(error) = export.other_than(read)
    {
        streams.report(&error);
        part.coverage.complete = false;
        part.coverage.reason = Some(error.to_string());
        return Ok((part, true));
    }
    Ok((part, failed))
}

fn audit(
    jobs: &[FileJob],
    source: Source,
    whole: Option<u64>,
    request: &Request<'_>,
    streams: &mut Streams<'_>,
) -> Result<(Part, bool), Error> {
    let files: Vec<String> = jobs.iter().map(|job| job.name.clone()).collect();
    jobs.iter().for_each(|job| reads(&job.path));
    let auditor = request.auditor(files.clone())?;
    let catalog = Catalog::new(&auditor);
    if auditor.options().duplicates {
        tell_memory(whole, streams);
    }
    let audited = watch(&auditor, &catalog, jobs, whole, request, streams)?;
    for error in &audited.errors {
        streams.report(error);
    }
    let is_empty = audited.state.items + audited.state.deleted == 0;
    let mut failed = !audited.errors.is_empty();
    let done = audited.done.len() as u64;
    let reason = if audited.stopped {
        Some("interrupted".to_owned())
    } else if failed {
        Some("some of the input could not be read".to_owned())
    } else if is_empty && source.kind == "items" {
        // A pipe whose writer failed looks like this.
        streams.report(&Error::usage(
            format!(
                "there is no item in {}",
                files.iter().map(|name| format!("`{}`", printable(name))).collect::<Vec<_>>().join(", ")
            ),
            "check what wrote it: an audit of nothing says nothing of the table",
        ));
        failed = true;
        Some("there was no item".to_owned())
    } else {
        None
    };
    if is_empty && !failed && reason.is_none() {
        streams.note("the export holds no item");
    }
    let coverage = Coverage {
        complete: reason.is_none(),
        reason,
        files: Some(Done { read: done, total: jobs.len() as u64 }),
        ..Coverage::default()
    };
    let part = Part {
        dynkeys_part: PART_VERSION,
        source,
        coverage,
        pieces: Pieces::Files(files),
        described: None,
        catalog,
        state: audited.state,
        sampled: std::collections::BTreeMap::new(),
        written: None,
    };
    Ok((part, failed))
}

/// Runs the audit on threads of its own; this one shows how far it is, and writes findings as they come.
fn watch(
    auditor: &Auditor,
    catalog: &Catalog,
    jobs: &[FileJob],
    whole: Option<u64>,
    request: &Request<'_>,
    streams: &mut Streams<'_>,
) -> Result<FilesAudited, Error> {
    let progress = Progress::default();
    let interrupted = interrupted();
    let bar = Bar::new(whole, 0);
    let (sender, receiver) = sync_channel::<Vec<(Subject, Example)>>(16);
    let is_streamed = request.wanted.is_streamed;
    let mut written = Ok(());
    let audited = std::thread::scope(|scope| {
        let progress = &progress;
        let audit = scope.spawn(move || {
            // Who listens no more has stopped the audit.
            let sink = |findings| {
                let _ = sender.send(findings);
            };
            audit_files(auditor, jobs, request.threads, progress, is_streamed.then_some(&sink as _))
        });
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(findings) if written.is_ok() => {
                    written = write(&findings, catalog, request, streams);
                    if written.is_err() {
                        progress.stop.store(true, Ordering::Relaxed);
                    }
                }
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if interrupted.load(Ordering::Relaxed) {
                progress.stop.store(true, Ordering::Relaxed);
            }
            let items = progress.items.load(Ordering::Relaxed);
            let bytes = progress.bytes.load(Ordering::Relaxed);
            bar.show(Shown { done: items, items, bytes, read_units: None });
        }
        audit.join()
    });
    bar.end();
    written?;
    audited.map_err(|panic| std::panic::resume_unwind(panic))
}

/// Writes findings as they are heard.
pub fn write(
    findings: &[(Subject, Example)],
    catalog: &Catalog,
    request: &Request<'_>,
    streams: &mut Streams<'_>,
) -> Result<(), Error> {
    for (subject, example) in findings {
        if let Some((level, finding)) = streamed(catalog, subject, example, &request.levels, request.args.redact) {
            write_audited_finding(streams.out, subject.defect.name(), level, &finding)?;
        }
    }
    streams.out.flush().map_err(Error::Output)
}
