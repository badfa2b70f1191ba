//! The keys of an item in every dialect, side by side.

use std::io::{self, Write};

use comfy_table::Row;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::Terminal;
use super::human::{shown, table};
use crate::key::Written;
use crate::model::Era;
use crate::report::Explained;
use crate::text::printable;

/// An item explained in every dialect, in the order of the eras.
#[derive(Debug)]
pub struct Comparison<'c, 'x, 'm> {
    /// The item in each era.
    pub eras: &'c [(Era, Explained<'x, 'm>)],
    /// The era of the dialect that the model or the project is set to.
    pub configured: Era,
}

impl<'x, 'm> Comparison<'_, 'x, 'm> {
    fn attributes(&self) -> Vec<(&'m str, Vec<(Era, Written<'x>)>)> {
        let mut all: Vec<(&str, Vec<(Era, Written<'_>)>)> = Vec::new();
        for (era, explained) in self.eras {
            for (attribute, written) in explained.attributes() {
                match all.iter_mut().find(|(name, _)| *name == attribute) {
                    Some((_, values)) => values.push((*era, written)),
                    None => all.push((attribute, vec![(*era, written)])),
                }
            }
        }
        all
    }
}

fn differs(values: &[(Era, Written<'_>)]) -> bool {
    values.windows(2).any(|pair| pair[0].1 != pair[1].1)
}

/// Writes the comparison for people: each key with its values, and the dialects that write each.
pub fn write_comparison(
    out: &mut dyn Write,
    terminal: Terminal,
    comparison: &Comparison<'_, '_, '_>,
) -> io::Result<()> {
    let Some((_, first)) = comparison.eras.first() else { return Ok(()) };
    writeln!(
        out,
        "{} · {} · all dialects",
        terminal.bold(&printable(first.entity())),
        printable(&first.place.to_string())
    )?;
    writeln!(out, "≠ marks keys that differ, * the dialect in use")?;
    let mut table = table(terminal, &["", "Attribute", "Dialects", "Key"]);
    for (attribute, values) in comparison.attributes() {
        let mut head = (if differs(&values) { "≠" } else { "" }, printable(attribute).into_owned());
        let mut groups: Vec<(Written<'_>, Vec<Era>)> = Vec::new();
        for (era, written) in values {
            match groups.iter_mut().find(|(value, _)| *value == written) {
                Some((_, eras)) => eras.push(era),
                None => groups.push((written, vec![era])),
            }
        }
        let only = groups.len() == 1;
        for (written, eras) in groups {
            let dialects = if only { "all".to_owned() } else { spans(&eras, comparison.configured) };
            let (mark, name) = std::mem::take(&mut head);
            table.add_row(Row::from(vec![mark.to_owned(), name, dialects, shown(written)]));
        }
    }
    writeln!(out, "{table}\n")
}

/// The dialects that write a value, neighbours joined: `guide*, 0.21 to 0.57`.
fn spans(eras: &[Era], configured: Era) -> String {
    let ends = |era: Era| match era {
        Era::Guide => ("guide", "guide"),
        Era::V0_1_0 => ("0.1.0", "0.1.1"),
        Era::V0_1_2 => ("0.1.2", "0.20"),
        Era::V0_21 => ("0.21", "0.36"),
        Era::V0_37 => ("0.37", "0.57"),
        Era::V0_58 => ("0.58", "on"),
    };
    let place = |era: Era| Era::ALL.iter().position(|one| *one == era).unwrap_or_default();
    let mut runs: Vec<Vec<Era>> = Vec::new();
    for era in eras {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| *last != Era::Guide && place(*last) + 1 == place(*era)) => {
                run.push(*era)
            }
            _ => runs.push(vec![*era]),
        }
    }
    let lines: Vec<String> = runs
        .iter()
        .map(|run| {
            let star = if run.contains(&configured) { "*" } else { "" };
            let (from, to) = (ends(run[0]).0, ends(run[run.len() - 1]).1);
            match (from, to) {
                ("guide", _) => format!("guide{star}"),
                (from, "on") => format!("{from} and on{star}"),
                (from, to) => format!("{from} to {to}{star}"),
            }
        })
        .collect();
    lines.join("\n")
}

/// The comparison as one JSON object.
pub fn write_comparison_json(comparison: &Comparison<'_, '_, '_>) -> Result<serde_json::Value, serde_json::Error> {
    struct Keys<'k, 'x, 'm>(&'k Explained<'x, 'm>);
    impl Serialize for Keys<'_, '_, '_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            for (attribute, written) in self.0.attributes() {
                map.serialize_entry(attribute, &written)?;
            }
            map.end()
        }
    }
    let Some((_, first)) = comparison.eras.first() else { return Ok(serde_json::Value::Null) };
    let mut dialects = Vec::new();
    for (era, explained) in comparison.eras {
        dialects.push(serde_json::json!({
            "dialect": explained.engine.dialect().name(),
            "versions": era.versions(),
            "configured": *era == comparison.configured,
            "keys": serde_json::to_value(Keys(explained))?,
        }));
    }
    let differing: Vec<&str> =
        comparison.attributes().into_iter().filter(|(_, values)| differs(values)).map(|(name, _)| name).collect();
    Ok(serde_json::json!({
        "entity": first.entity(),
        "source": first.place.to_string(),
        "dialects": dialects,
        "differing": differing,
    }))
}
