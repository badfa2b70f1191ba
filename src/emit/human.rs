//! Items for people: a table of the keys, where each part came from, and what was found.

use std::borrow::Cow;
use std::io::{self, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, Width};

use super::Terminal;
use crate::key::python::str_of;
use crate::key::suspicious::false_value;
use crate::key::{Half, PartKind, State, Written};
use crate::model::{FieldPath, IndexKind};
use crate::report::{Explained, Level, Leveled, Summary};
use crate::text::{counted, printable};

/// A key's value, safe to show.
pub(super) fn shown(written: Written<'_>) -> String {
    match written {
        Written::Text("") => "(empty)".to_owned(),
        Written::Text(text) => printable(text).into_owned(),
        Written::Typed(value) => printable(&str_of(value).unwrap_or_else(|| "(bytes)".to_owned())).into_owned(),
        Written::Open("") => "(not known)".to_owned(),
        Written::Open(text) => printable(text).into_owned(),
        Written::Absent => "(left out)".to_owned(),
        Written::Failed(_) => "(cannot be built)".to_owned(),
    }
}

/// A table for the terminal, with its header.
pub(super) fn table(terminal: Terminal, header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(comfy_table::presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(terminal.width.max(40))
        .set_header(header);
    table
}

/// Writes an item: its keys, and what was found in them.
pub fn write_item(out: &mut dyn Write, terminal: Terminal, explained: &Explained<'_, '_>) -> io::Result<()> {
    let dialect = explained.engine.dialect();
    writeln!(
        out,
        "{} · {} · dialect {}",
        terminal.bold(&printable(explained.entity())),
        printable(&explained.place.to_string()),
        dialect
    )?;
    let mut table = table(terminal, &["Index", "Attribute", "Key", "From"]);
    for (index, compiled) in explained.indexes() {
        let mut name = printable(&index.name).into_owned();
        if index.kind == IndexKind::Local {
            name.push_str(" (lsi)");
        }
        for half in [Half::Partition, Half::Sort] {
            for number in explained.half(compiled, half) {
                let written = explained.keys.get(*number);
                table.add_row(Row::from(vec![
                    std::mem::take(&mut name),
                    printable(&explained.engine.keys()[*number].attribute).into_owned(),
                    shown(written),
                    origin(explained, *number, written),
                ]));
            }
        }
    }
    if explained.indexes().next().is_none() {
        let name = explained.selection.index.unwrap_or_default();
        writeln!(out, "{} has no index `{}`", printable(explained.entity()), printable(name))?;
        return write_findings(out, terminal, None, explained.findings);
    }
    // The key gets the room: names may wrap, and what a key was made of too.
    let room = terminal.width.max(40);
    table.set_constraints([
        ColumnConstraint::UpperBoundary(Width::Fixed(room / 5)),
        ColumnConstraint::UpperBoundary(Width::Fixed(room / 4)),
        ColumnConstraint::UpperBoundary(Width::Fixed(room / 2)),
        ColumnConstraint::UpperBoundary(Width::Fixed(room * 2 / 5)),
    ]);
    writeln!(out, "{table}")?;
    write_findings(out, terminal, None, explained.findings)?;
    writeln!(out)
}

/// What a key was made of, as a template, and below it each field that was not simply there.
fn origin(explained: &Explained<'_, '_>, number: usize, written: Written<'_>) -> String {
    let source = &explained.engine.model().source;
    let (text, is_text) = match written {
        Written::Text(text) | Written::Open(text) => (text, true),
        _ => ("", false),
    };
    let mut template = String::new();
    let mut notes: Vec<String> = Vec::new();
    let mut note = |field: &FieldPath, words: &str| {
        let note = format!("{}: {words}", printable(&field.name));
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    for part in explained.recorder.parts(number) {
        let piece = text.get(part.start..part.end).unwrap_or_default();
        match (part.kind, part.expression) {
            (PartKind::Literal, _) | (PartKind::Fallback(None), _) => template.push_str(&printable(piece)),
            (PartKind::Field(field) | PartKind::Fallback(Some(field)), expression) => {
                // The expression as the model has it: filters and fallbacks are seen.
                let text = expression.map_or(field.name.as_str(), |expression| source.slice(expression.span));
                template.push_str(&format!("{{{}}}", printable(text)));
                if let Some(words) = state(explained, number, field, piece.is_empty() && is_text) {
                    note(field, &words);
                }
            }
        }
    }
    if let Written::Open("") = written {
        template.push_str("a condition hangs on a computed field");
    }
    if let Written::Failed(failure) = written {
        template = printable(&failure.message).into_owned();
    }
    for note in notes {
        template.push('\n');
        template.push_str(&note);
    }
    template
}

/// How a field came by its value, where that is worth a word.
fn state(explained: &Explained<'_, '_>, number: usize, field: &FieldPath, is_empty: bool) -> Option<Cow<'static, str>> {
    if explained.engine.is_eager(number) {
        return Some("not set yet (eager)".into());
    }
    let words = match explained.fields.state(field) {
        State::Unset => Some("unset"),
        State::Unknown => Some("computed, and not in the item"),
        State::Null => Some("null"),
        State::Default => Some("default"),
        State::Coerced(_) => Some("coerced"),
        // 0 is no blank value, though `or` takes it for one.
        State::Given if is_empty => match false_value(explained.fields, field) {
            Some(value) => return Some(value.into()),
            None => Some("blank"),
        },
        State::Given => None,
    };
    words.map(Cow::Borrowed)
}

/// Writes findings; `place` says of which item where no table above does.
pub fn write_findings(
    out: &mut dyn Write,
    terminal: Terminal,
    place: Option<&str>,
    findings: &[Leveled],
) -> io::Result<()> {
    for Leveled { level, finding } in findings {
        let place = place.map(|place| format!("{}: ", printable(place))).unwrap_or_default();
        wrapped(
            out,
            terminal,
            &format!("{}[{}]: ", level.as_str(), finding.rule.name),
            &format!("{}{}: ", terminal.level(*level), terminal.dim(&format!("[{}]", finding.rule.name))),
            &format!("{place}{}", finding.message),
        )?;
        for key in &finding.keys {
            let value = key.value.as_deref().map_or("(no value)".to_owned(), |value| match value {
                "" => "(empty)".to_owned(),
                value => clipped(&printable(value), usize::from(terminal.width)),
            });
            writeln!(out, "  {} {}: {value}", printable(&key.index), printable(&key.attribute))?;
        }
        wrapped(out, terminal, "  help: ", "  help: ", &finding.help)?;
    }
    Ok(())
}

/// A long value, for a line that names it: the table shows the whole.
fn clipped(value: &str, width: usize) -> String {
    if value.chars().count() <= width {
        return value.to_owned();
    }
    let head: String = value.chars().take(width / 2).collect();
    format!("{head}… ({} characters in all)", value.chars().count())
}

/// Writes text, safe to show, behind a head, wrapped to the screen, with the later lines indented. Words are never broken.
pub(super) fn wrapped(
    out: &mut dyn Write,
    terminal: Terminal,
    plain_head: &str,
    head: &str,
    text: &str,
) -> io::Result<()> {
    let width = usize::from(terminal.width.max(40));
    // The head may hold colours, which take no room: its place is kept by as many spaces.
    let indent = " ".repeat(textwrap::core::display_width(plain_head));
    let options = textwrap::Options::new(width)
        .initial_indent(&indent)
        .subsequent_indent("    ")
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    let lines = textwrap::fill(&printable(text), options);
    writeln!(out, "{head}{}", lines.get(indent.len()..).unwrap_or_default())
}

/// Writes how many items and findings there were; `failed` where some input could not be explained.
pub fn write_summary(out: &mut dyn Write, terminal: Terminal, summary: &Summary, failed: bool) -> io::Result<()> {
    let mut parts = vec![format!("{} explained", counted(summary.items, "item"))];
    for (number, level) in [(summary.errors, Level::Error), (summary.warnings, Level::Warning)] {
        if number > 0 {
            parts.push(counted(number, level.as_str()));
        }
    }
    if summary.infos > 0 {
        parts.push(format!("{} info", summary.infos));
    }
    if failed {
        parts.push("not all could be: see the errors".to_owned());
    } else if parts.len() == 1 {
        parts.push("nothing found".to_owned());
    }
    writeln!(out, "{}", terminal.bold(&parts.join(", ")))
}
