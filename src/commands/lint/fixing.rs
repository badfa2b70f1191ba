//! `dynkeys lint --fix` and `--diff`.

use std::collections::BTreeSet;
use std::io::{Error as IoError, ErrorKind};

use crate::cli::{EXIT_CLEAN, EXIT_FINDINGS, FailOnChoice, LintArgs, Streams};
use crate::emit::{has_commands, write_diff};
use crate::error::Error;
use crate::fix::{Checked, Fixed, Rewrite, Texts, converge, is_read_only, write_all};
use crate::report::Linted;
use crate::rules::{Fix, Safety};
use crate::text::{counted, printable};

/// Applies fixes and writes the files. Returns what is found now, and whether everything that was to be written was.
pub fn fix(
    args: &LintArgs,
    lint: impl Fn(&Texts) -> Result<Checked, Error>,
    streams: &mut Streams<'_>,
) -> Result<(Linted, bool), Error> {
    let start = lint(&Texts::default())?;
    let read_only: BTreeSet<String> =
        start.files.iter().filter(|(_, file)| is_read_only(&file.path)).map(|(name, _)| name.clone()).collect();
    let is_closed = |fix: &Fix| fix.edits.iter().any(|edit| read_only.contains(edit.place.source.name()));
    let fixed = converge(start, |fix| is_allowed(args, fix) && !is_closed(fix), &lint);
    let written = rewrites(&fixed).map_err(|error| vec![error]);
    let written = written.and_then(|rewrites| write_all(&rewrites).map(|()| rewrites.len()));
    let files = match written {
        Ok(files) => files,
        Err(errors) => {
            // Nothing is lost: what is found in the files as they are is still shown.
            errors.iter().for_each(|error| streams.report(error));
            return Ok((lint(&Texts::default())?.linted, false));
        }
    };
    say(args, &fixed, "fixed", files, streams);
    // A file that nobody may write to keeps its findings, and the run has not done what it was asked.
    let closed = fixed.checked.linted.findings.iter().filter_map(|one| one.finding.fix.as_ref());
    let closed = closed.filter(|fix| is_allowed(args, fix)).flat_map(|fix| &fix.edits);
    let names: BTreeSet<&str> =
        closed.map(|edit| edit.place.source.name()).filter(|name| read_only.contains(*name)).collect();
    for file in names.iter().filter_map(|name| fixed.checked.files.get(*name)) {
        let reason = IoError::new(ErrorKind::PermissionDenied, "the file is read-only");
        streams.report(&Error::Io { action: "write", path: file.path.clone(), reason });
    }
    let is_whole = names.is_empty();
    Ok((fixed.checked.linted, is_whole))
}

/// Prints what fixes would change; the exit status says whether that is anything.
pub fn diff(
    args: &LintArgs,
    lint: impl Fn(&Texts) -> Result<Checked, Error>,
    streams: &mut Streams<'_>,
) -> Result<u8, Error> {
    let fixed = converge(lint(&Texts::default())?, |fix| is_allowed(args, fix), &lint);
    let rewrites = rewrites(&fixed)?;
    let mut patch = Vec::new();
    write_diff(&mut patch, &rewrites)?;
    streams.out.write_all(&patch).map_err(Error::Output)?;
    if has_commands(&String::from_utf8_lossy(&patch)) {
        streams.note(
            "the patch holds what a build server takes for a command (`##vso[`, `::`): that is escaped, and the patch does \
             not apply there; `--fix` makes the same changes",
        );
    }
    say(args, &fixed, "would fix", rewrites.len(), streams);
    let is_clean = rewrites.is_empty() || args.fail_on == FailOnChoice::Never;
    Ok(if is_clean { EXIT_CLEAN } else { EXIT_FINDINGS })
}

fn is_allowed(args: &LintArgs, fix: &Fix) -> bool {
    args.allow_unsafe || fix.safety == Safety::Safe
}

fn rewrites(fixed: &Fixed) -> Result<Vec<Rewrite>, Error> {
    fixed
        .texts
        .changed()
        .filter_map(|(before, now)| Some((fixed.checked.files.get(before.name())?, before, now)))
        .map(|(file, before, now)| Rewrite::new(&file.path, before, now))
        .collect()
}

/// Says on standard error what was done, and what was not.
fn say(args: &LintArgs, fixed: &Fixed, verb: &str, files: usize, streams: &mut Streams<'_>) {
    for refused in &fixed.refused {
        let place = &refused.place;
        let position = place.source.position(place.span.start);
        let text = format!(
            "not applied at {}:{}:{}: {} ({}): {}",
            place.source.name(),
            position.line,
            position.column,
            refused.title,
            refused.rule,
            refused.reason
        );
        streams.note(&printable(&text));
    }
    if fixed.is_unsettled {
        streams.note("fixes went on bringing fixes, and were stopped; please report this");
    }
    let count = |number: usize, one: &str| counted(number as u64, one);
    let mut text = match fixed.applied {
        0 => "nothing to fix".to_owned(),
        applied => format!("{verb} {} in {}", count(applied, "finding"), count(files, "file")),
    };
    let left = fixed.checked.linted.findings.iter().filter_map(|one| one.finding.fix.as_ref());
    let left = left.filter(|fix| fix.safety == Safety::Unsafe).count();
    if left > 0 && !args.allow_unsafe {
        text.push_str(&format!(" ({left} more with --unsafe)"));
    }
    // A reader of standard error that has gone is no reason to fail.
    let _ = writeln!(streams.err, "{text}");
}
