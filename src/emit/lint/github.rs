//! Findings of `lint` as workflow commands of GitHub Actions: an annotation each.
//!
//! GitHub shows ten annotations of each level and step; the others stand in the log alone. Hence the place in the
//! message, too.

use std::io::Write;

use super::super::log::without_commands;
use super::{Root, details, drawn, positions};
use crate::error::Error;
use crate::report::{Level, Linted, Reported};
use crate::text::printable;

/// Writes a command for each finding.
pub fn write_linted_github(out: &mut dyn Write, root: &Root, linted: &Linted) -> Result<(), Error> {
    linted.findings.iter().try_for_each(|one| write_command(out, root, one)).map_err(Error::Output)
}

fn write_command(out: &mut dyn Write, root: &Root, reported: &Reported) -> std::io::Result<()> {
    let finding = &reported.finding;
    let command = match reported.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info | Level::Off => "notice",
    };
    let path = printable(&root.path(finding.place.source.name())).into_owned();
    let (start, end) = drawn(&finding.place);
    let (line, end_line) = (start.line, end.line);
    write!(out, "::{command} file={},line={line},endLine={end_line}", property(&path))?;
    // Columns are of one line: with another line at the end they would be dropped, with a note in the log.
    if line == end_line && start.column < end.column {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    let (shown, _) = positions(finding);
    let mut message = format!("{path}:{}:{}: {}", shown.line, shown.column, printable(&finding.message));
    for line in details(finding) {
        message.push('\n');
        message.push_str(&line);
    }
    writeln!(out, ",title={}::{}", property(&format!("dynkeys {}", finding.rule.name)), data(&message))
}

/// The text behind the last `::`. What another command of this log would be is none.
fn data(text: &str) -> String {
    without_commands(text, "\\u{23}").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which a comma or a colon would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
