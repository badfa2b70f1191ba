//! Findings of `lint` for people: the place with its text, the witness as a table, the way out.

use std::io::Write;

use comfy_table::Row;

use super::super::Terminal;
use super::super::diagnostic::{Diagnostics, Shot};
use super::super::human::table;
use crate::error::Error;
use crate::report::{Level, Linted, Reported, Summary};
use crate::rules::Witness;
use crate::text::{counted, printable};

/// Writes every finding, and how many there are.
pub fn write_linted(out: &mut dyn Write, terminal: Terminal, linted: &Linted) -> Result<(), Error> {
    for reported in &linted.findings {
        write_finding(out, terminal, reported).map_err(Error::Output)?;
    }
    write_linted_summary(out, terminal, linted)
}

/// Writes how many findings there are.
pub fn write_linted_summary(out: &mut dyn Write, terminal: Terminal, linted: &Linted) -> Result<(), Error> {
    writeln!(out, "{}", terminal.bold(&summary(linted))).map_err(Error::Output)
}

fn write_finding(out: &mut dyn Write, terminal: Terminal, reported: &Reported) -> std::io::Result<()> {
    let finding = &reported.finding;
    writeln!(
        out,
        "{}{}: {}",
        terminal.level(reported.level),
        terminal.dim(&format!("[{}]", finding.rule.name)),
        printable(&finding.message)
    )?;
    let shots: Vec<Shot<'_>> = std::iter::once(Shot { place: &finding.place, label: &finding.label })
        .chain(finding.related.iter().map(|related| Shot { place: &related.place, label: &related.label }))
        .collect();
    Diagnostics::new(terminal).snippets(out, &shots)?;
    if let Some(witness) = &finding.witness {
        write_witness(out, terminal, witness)?;
    }
    if !finding.help.is_empty() {
        super::super::human::wrapped(out, terminal, "  help: ", "  help: ", &printable(&finding.help))?;
    }
    if let Some(fix) = &finding.fix {
        let how = super::fix_command(fix.safety);
        super::super::human::wrapped(
            out,
            terminal,
            "  fix: ",
            "  fix: ",
            &printable(&format!("{} (`{how}`)", fix.title)),
        )?;
    }
    writeln!(out)
}

/// The items of a witness, and the keys that they share.
fn write_witness(out: &mut dyn Write, terminal: Terminal, witness: &Witness) -> std::io::Result<()> {
    let mut shown = table(terminal, &["Item", "Fields"]);
    for item in &witness.items {
        let fields = super::fields_of(item);
        let fields = if fields.is_empty() { "(no fields)".to_owned() } else { fields.join("\n") };
        shown.add_row(Row::from(vec![printable(&item.entity).into_owned(), fields]));
    }
    let keys = super::keys_of(witness);
    if !keys.is_empty() {
        shown.add_row(Row::from(vec![printable(&witness.caption).into_owned(), keys.join("\n")]));
    }
    for line in shown.to_string().lines() {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

fn summary(linted: &Linted) -> String {
    let Summary { items, errors, warnings, infos } = linted.summary();
    let mut parts = vec![format!("{} linted", counted(items, "model"))];
    for (number, level) in [(errors, Level::Error), (warnings, Level::Warning)] {
        if number > 0 {
            parts.push(counted(number, level.as_str()));
        }
    }
    if infos > 0 {
        parts.push(format!("{infos} info"));
    }
    if parts.len() == 1 {
        parts.push("nothing found".to_owned());
    }
    for (number, words) in [
        (linted.ignored, "ignored by comments"),
        (linted.known, "known to the baseline"),
        (linted.mended, "of the baseline no longer found"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {words}"));
        }
    }
    parts.join(", ")
}
