//! The formats of `lint`.

use std::path::Path;

use crate::cli::{LintArgs, LintFormat, Streams};
use crate::commands::repository::root;
use crate::emit::{
    write_linted, write_linted_github, write_linted_json, write_linted_junit, write_linted_sarif, write_linted_summary,
};
use crate::error::Error;
use crate::report::Linted;

/// Writes what was found in the format that was asked for.
pub fn write(args: &LintArgs, folder: &Path, linted: &Linted, streams: &mut Streams<'_>) -> Result<(), Error> {
    let root = root(folder);
    match args.format {
        LintFormat::Human => return write_linted(streams.out, streams.terminal, linted),
        LintFormat::Json => return write_linted_json(streams.out, linted),
        LintFormat::Sarif => write_linted_sarif(streams.out, &root, linted),
        LintFormat::Github => write_linted_github(streams.out, &root, linted),
        LintFormat::Junit => write_linted_junit(streams.out, &root, linted, args.fail_on.into()),
    }?;
    // Those are read by machines: whoever looks at the log sees the sum below them. A log that is gone is no failure.
    streams.out.flush().map_err(Error::Output)?;
    let _ = write_linted_summary(streams.err, streams.err_terminal, linted);
    Ok(())
}
