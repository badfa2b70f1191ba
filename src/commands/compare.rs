//! `dynkeys compare`.

use std::path::Path;

use serde::Deserialize;

use crate::cli::{CompareArgs, CompareFormat, EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, Streams};
use crate::emit::{write_compared, write_compared_json, write_compared_markdown};
use crate::error::Error;
use crate::report::{AUDIT_VERSION, Audited, Compared};
use crate::text::printable;

/// Compares two reports.
pub fn run(args: &CompareArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    if old.redacted != new.redacted {
        return Err(Error::usage(
            "one of the reports has hashes in place of values, and the other has the values",
            "compare two reports of `--redact`, or two without",
        ));
    }
    let compared = Compared::new(&old, &new);
    match args.format {
        CompareFormat::Human => write_compared(streams.out, streams.terminal, &compared).map_err(Error::Output)?,
        CompareFormat::Json => write_compared_json(streams.out, &compared)?,
        CompareFormat::Markdown => write_compared_markdown(streams.out, &compared).map_err(Error::Output)?,
    }
    if args.fail_on_new && !new.coverage.complete {
        streams.report(&Error::usage(
            "the later audit did not read all, so that it cannot tell what is new",
            "audit the whole again, and compare then",
        ));
        return Ok(EXIT_FAILED);
    }
    Ok(if args.fail_on_new && compared.fails(args.fail_on.into()) { EXIT_FINDINGS } else { EXIT_CLEAN })
}

/// What reports of all versions have.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

fn read(path: &Path) -> Result<Audited, Error> {
    let text = crate::files::read_report(path).map_err(|reason| Error::Io {
        action: "read",
        path: path.to_path_buf(),
        reason,
    })?;
    let shown = printable(&path.display().to_string()).into_owned();
    let help = "make one with `dynkeys audit … --save FILE`";
    let other_version = |version: u32| {
        let message = format!("`{shown}` is a report of version {version}, and this dynkeys reads {AUDIT_VERSION}");
        Error::usage(message, help)
    };
    let audited: Audited = serde_json::from_str(&text).map_err(|reason| match serde_json::from_str(&text) {
        Ok(Version { version }) if version != AUDIT_VERSION => other_version(version),
        _ => Error::usage(format!("`{shown}` is no report of an audit: {reason}"), help),
    })?;
    if audited.version != AUDIT_VERSION {
        return Err(other_version(audited.version));
    }
    Ok(audited)
}
