//! Findings of `lint` as SARIF 2.1.0, for code scanning.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
//!
//! Braces in messages stay single: a message without arguments has no placeholders for any reader known to us, and the
//! doubled ones would be shown as they are.

use std::io::Write;

use serde_json::{Value, json};

use super::super::push_json;
use super::json::witness;
use super::{Root, details, drawn, rule_url};
use crate::error::Error;
use crate::report::{Level, Linted, Reported};
use crate::rules::{Edit, Fix, Place, RULES, Rule, Safety};
use crate::text::{Position, printable};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name of the folder to which relative URIs are relative; GitHub and CodeQL use this one.
const BASE: &str = "%SRCROOT%";

/// Writes the log.
pub fn write_linted_sarif(out: &mut dyn Write, root: &Root, linted: &Linted) -> Result<(), Error> {
    let rules: Vec<&Rule> = RULES.iter().copied().filter(|rule| rule.is_about_designs()).collect();
    let results = linted.findings.iter().map(|one| result(root, &rules, one)).collect::<Result<Vec<_>, _>>()?;
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dynkeys",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().copied().map(descriptor).collect::<Vec<_>>(),
            } },
            "invocations": [{ "executionSuccessful": true }],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { BASE: { "description": { "text": "The root of the repository." } } },
            "results": results,
        }],
    });
    let mut bytes = Vec::new();
    push_json(&mut bytes, &log)?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(Error::Output)
}

/// The level's word in SARIF.
fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
        Level::Off => "none",
    }
}

/// A rule, with the page that code scanning shows beside its findings.
fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.name,
        "shortDescription": { "text": sentence(rule.summary) },
        "fullDescription": { "text": what_it_finds(rule) },
        "help": { "text": rule.doc, "markdown": rule.doc },
        "helpUri": rule_url(rule),
        "defaultConfiguration": { "level": level(rule.level.into()) },
        "properties": { "tags": ["dynamodb", "single-table-design", rule.group.name()] },
    })
}

/// The first section of a rule's page, as one line.
fn what_it_finds(rule: &Rule) -> String {
    let text = rule.doc.trim_start().strip_prefix("## What it finds").unwrap_or(rule.doc);
    let section = text.split("\n## ").next().unwrap_or_default();
    let words: Vec<&str> = section.split_whitespace().collect();
    if words.is_empty() { sentence(rule.summary) } else { words.join(" ") }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}

/// A plain text of SARIF: nothing in it is a link.
fn message(text: &str) -> Value {
    json!({ "text": text.replace("](", "] (") })
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

fn artifact(root: &Root, name: &str) -> Value {
    match root.uri(name) {
        (uri, true) => json!({ "uri": uri, "uriBaseId": BASE }),
        (uri, false) => json!({ "uri": uri }),
    }
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
