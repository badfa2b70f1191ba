//! Two audits side by side.

use std::io::{self, Write};

use comfy_table::CellAlignment;

use crate::emit::escape::{markdown, markdown_code};
use crate::emit::human::table;
use crate::emit::{Terminal, push_json};
use crate::error::Error;
use crate::report::{Change, CheckChange, Compared, GroupChange};
use crate::text::{counted, plural, printable};

/// Writes the document.
pub fn write_compared_json(out: &mut dyn Write, compared: &Compared) -> Result<(), Error> {
    let mut bytes = Vec::new();
    push_json(&mut bytes, compared)?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(Error::Output)
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| number.to_string())
}

fn difference(old: Option<u64>, new: Option<u64>) -> String {
    match (old, new) {
        (Some(old), Some(new)) if old == new => "=".to_owned(),
        (Some(old), Some(new)) => format!("{:+}", i128::from(new) - i128::from(old)),
        _ => String::new(),
    }
}

fn verdict(check: &CheckChange) -> &'static str {
    match (check.old, check.new) {
        (None, _) => "not checked before",
        (_, None) => "not checked any more",
        _ if check.is_worse() && check.old == Some(0) => "new",
        _ if check.is_worse() => "worse",
        (_, Some(0)) if check.is_better() => "gone",
        _ if check.is_better() => "better",
        _ => "as before",
    }
}

/// The checks that found something in one of the two.
fn shown(compared: &Compared) -> impl Iterator<Item = (&str, &CheckChange)> {
    let found = |count: Option<u64>| count.is_some_and(|count| count > 0);
    let checks = compared.checks.iter().filter(move |(_, check)| found(check.old) || found(check.new));
    checks.map(|(name, check)| (name.as_str(), check))
}

/// What a group is of, in one line.
fn name(group: &GroupChange) -> String {
    let parts = [&group.entity, &group.index, &group.attribute, &group.subject];
    let parts: Vec<_> = parts.into_iter().flatten().map(|part| printable(part).into_owned()).collect();
    parts.join(" · ")
}

/// How many changed groups are shown of a check.
const GROUPS: usize = 5;

/// Writes it for people.
pub fn write_compared(out: &mut dyn Write, terminal: Terminal, compared: &Compared) -> io::Result<()> {
    let worse = shown(compared).filter(|(_, check)| check.is_worse()).count();
    let better = shown(compared).filter(|(_, check)| check.is_better()).count();
    writeln!(out, "{}", terminal.bold(&sum(compared, worse, better)))?;
    for note in &compared.notes {
        writeln!(out, "note: {}", printable(note))?;
    }
    if shown(compared).next().is_some() {
        writeln!(out)?;
        let mut rows = table(terminal, &["Check", "Level", "Old", "New", "Change", ""]);
        for (name, check) in shown(compared) {
            rows.add_row([
                printable(name).into_owned(),
                check.level.as_str().to_owned(),
                number(check.old),
                number(check.new),
                difference(check.old, check.new),
                verdict(check).to_owned(),
            ]);
        }
        right(&mut rows, &[2, 3, 4]);
        writeln!(out, "{rows}")?;
    }
    for (check, change) in shown(compared).filter(|(_, check)| check.is_worse() || check.is_better()) {
        for group in change.groups.iter().take(GROUPS) {
            writeln!(out, "{check}: {}: {} to {}", name(group), group.old, group.new)?;
        }
        if change.groups.len() > GROUPS {
            writeln!(out, "{check}: and {} more", change.groups.len() - GROUPS)?;
        }
    }
    let moved = |(_, change): &(&String, &Change)| change.old != change.new;
    if compared.entities.iter().any(|entity| moved(&entity)) {
        writeln!(out)?;
        let mut rows = table(terminal, &["Entity", "Old", "New", "Change"]);
        for (entity, change) in compared.entities.iter().filter(moved) {
            rows.add_row([
                printable(entity).into_owned(),
                number(change.old),
                number(change.new),
                difference(change.old, change.new),
            ]);
        }
        right(&mut rows, &[1, 2, 3]);
        writeln!(out, "{rows}")?;
    }
    Ok(())
}

fn right(table: &mut comfy_table::Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn sum(compared: &Compared, worse: usize, better: usize) -> String {
    let checks = |count: usize| counted(count as u64, "check");
    let word = plural(compared.items.new.unwrap_or_default(), "item");
    let items = format!("{} {word}, {} before", number(compared.items.new), number(compared.items.old));
    match (worse, better) {
        (0, 0) => format!("Nothing got better or worse ({items})"),
        (0, better) => format!("{} got better, none worse ({items})", checks(better)),
        (worse, 0) => format!("{} got worse ({items})", checks(worse)),
        (worse, better) => format!("{} got worse, {} better ({items})", checks(worse), checks(better)),
    }
}

/// Writes it as Markdown.
pub fn write_compared_markdown(out: &mut dyn Write, compared: &Compared) -> io::Result<()> {
    let worse = shown(compared).filter(|(_, check)| check.is_worse()).count();
    let better = shown(compared).filter(|(_, check)| check.is_better()).count();
    writeln!(out, "## Audit of the table, compared\n\n{}.", markdown(&sum(compared, worse, better)))?;
    for note in &compared.notes {
        writeln!(out, "\n> {}", markdown(note))?;
    }
    if shown(compared).next().is_some() {
        writeln!(out, "\n| Check | Level | Old | New | Change | |\n|---|---|--:|--:|--:|---|")?;
        for (name, check) in shown(compared) {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                markdown_code(name),
                check.level.as_str(),
                number(check.old),
                number(check.new),
                difference(check.old, check.new),
                verdict(check)
            )?;
        }
    }
    let changed: Vec<(&str, &GroupChange)> = shown(compared)
        .filter(|(_, check)| check.is_worse() || check.is_better())
        .flat_map(|(name, check)| check.groups.iter().take(GROUPS).map(move |group| (name, group)))
        .collect();
    if !changed.is_empty() {
        writeln!(out, "\n| Check | Of | Old | New |\n|---|---|--:|--:|")?;
        for (check, group) in changed {
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                markdown_code(check),
                markdown_code(&name(group)),
                group.old,
                group.new
            )?;
        }
    }
    Ok(())
}
