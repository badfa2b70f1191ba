//! Findings of `lint` as SARIF 2.1.0, for code scanning.

use std::io::Write;

use serde_json::{Value, json};

use super::super::sarif::{artifact, level, message, write_log};
use super::json::witness;
use super::{Root, details, drawn};
use crate::error::Error;
use crate::report::{Linted, Reported};
use crate::rules::{Edit, Fix, Place, RULES, Rule, Safety};
use crate::text::{Position, printable};

/// Writes the log.
pub fn write_linted_sarif(out: &mut dyn Write, root: &Root, linted: &Linted) -> Result<(), Error> {
    let rules: Vec<&Rule> = RULES.iter().copied().filter(|rule| rule.is_about_designs()).collect();
    let results = linted.findings.iter().map(|one| result(root, &rules, one)).collect::<Result<Vec<_>, _>>()?;
    write_log(out, &rules, &json!({ "executionSuccessful": true }), None, results)
}

fn result(root: &Root, rules: &[&Rule], reported: &Reported) -> Result<Value, Error> {
    let finding = &reported.finding;
    let mut text = format!("{}.", printable(&finding.message));
    for line in details(finding) {
        text.push('\n');
        text.push_str(&line);
    }
    let mut result = json!({
        "ruleId": finding.rule.name,
        "level": level(reported.level),
        "message": message(&text),
        "locations": [location(root, &finding.place)],
        "partialFingerprints": { "dynkeys/v1": reported.fingerprint },
    });
    let mut set = |name: &str, value: Value| result[name] = value;
    if let Some(index) = rules.iter().position(|rule| rule.name == finding.rule.name) {
        set("ruleIndex", index.into());
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(id, related)| {
            let mut location = location(root, &related.place);
            location["id"] = id.into();
            location["message"] = message(&printable(&related.label));
            location
        });
        set("relatedLocations", related.collect());
    }
    if let Some(fix) = &finding.fix {
        set("fixes", json!([fixed(root, fix)]));
    }
    if let Some(found) = &finding.witness {
        let found = serde_json::to_value(witness(found)?).map_err(|error| Error::Output(error.into()))?;
        set("properties", json!({ "witness": found }));
    }
    Ok(result)
}

fn location(root: &Root, place: &Place) -> Value {
    let (start, end) = drawn(place);
    json!({ "physicalLocation": {
        "artifactLocation": artifact(root, place.source.name()),
        // Viewers refuse a region without width; the line is better than nothing.
        "region": if start == end { json!({ "startLine": start.line }) } else { region(start, end) },
    } })
}

fn region(start: Position, end: Position) -> Value {
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// A fix, with its edits by file.
fn fixed(root: &Root, fix: &Fix) -> Value {
    let mut changes: Vec<(&str, Vec<Value>)> = Vec::new();
    for Edit { place, text } in &fix.edits {
        // An empty region is a place to insert at.
        let deleted = region(place.source.position(place.span.start), place.source.position(place.span.end));
        let replacement = json!({ "deletedRegion": deleted, "insertedContent": { "text": text } });
        let name = place.source.name();
        match changes.iter_mut().find(|(file, _)| *file == name) {
            Some((_, replacements)) => replacements.push(replacement),
            None => changes.push((name, vec![replacement])),
        }
    }
    let changes = changes
        .into_iter()
        .map(|(file, replacements)| json!({ "artifactLocation": artifact(root, file), "replacements": replacements }));
    json!({
        "description": message(&printable(&fix.title)),
        "artifactChanges": changes.collect::<Vec<_>>(),
        "properties": { "safe": fix.safety == Safety::Safe },
    })
}
