//! The findings of an audit as SARIF 2.1.0, for code scanning: a result for each group, with its examples.

use std::io::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::words;
use crate::emit::Root;
use crate::emit::pages::way_out;
use crate::emit::sarif::{artifact, level, message, write_log};
use crate::error::Error;
use crate::report::{AuditFinding, Audited, Check, Group};
use crate::rules::{RULES, Rule};
use crate::text::printable;

/// Writes the log.
pub fn write_audited_sarif(out: &mut dyn Write, root: &Root, audited: &Audited) -> Result<(), Error> {
    let rules: Vec<&Rule> = RULES.iter().copied().filter(|rule| audited.checks.contains_key(rule.name)).collect();
    let log = Log { root, audited, rules: &rules };
    let results = words::checks(audited).into_iter().flat_map(|(name, check)| log.results(name, check)).collect();
    let mut invocation = json!({ "executionSuccessful": audited.coverage.complete });
    if let Some(reason) = words::incomplete(&audited.coverage) {
        let notification = json!({ "level": "error", "message": message(&printable(&reason)) });
        invocation["toolExecutionNotifications"] = json!([notification]);
    }
    let data = |value: Result<Value, serde_json::Error>| value.map_err(|error| Error::Output(error.into()));
    let properties = json!({
        "source": data(serde_json::to_value(&audited.source))?,
        "coverage": data(serde_json::to_value(&audited.coverage))?,
        "dialect": data(serde_json::to_value(&audited.dialect))?,
    });
    write_log(out, &rules, &invocation, Some(properties), results)
}

struct Log<'l> {
    root: &'l Root,
    audited: &'l Audited,
    rules: &'l [&'static Rule],
}

impl Log<'_> {
    fn results(&self, name: &str, check: &Check) -> Vec<Value> {
        let groups = check.by_group().into_iter();
        groups.map(|(group, examples)| self.result(name, check, group, &examples)).collect()
    }

    fn result(&self, name: &str, check: &Check, group: &Group, examples: &[&AuditFinding]) -> Value {
        let index = self.rules.iter().position(|rule| rule.name == name);
        let rule = index.map(|index| self.rules[index]);
        let mut result = json!({
            "ruleId": name,
            "level": level(check.level),
            "message": message(&text(name, rule, group, examples)),
            "locations": [self.location(group, examples.first().copied())],
            "partialFingerprints": { "dynkeys/v1": fingerprint(name, group) },
        });
        if let Some(index) = index {
            result["ruleIndex"] = index.into();
        }
        let related: Vec<Value> = examples
            .iter()
            .skip(1)
            .enumerate()
            .map(|(id, example)| {
                let mut location = self.location(group, Some(example));
                location["id"] = id.into();
                location["message"] = message(&shown(example));
                location
            })
            .collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        let mut properties = json!({ "count": group.count });
        let of = [
            ("entity", &group.entity),
            ("index", &group.index),
            ("attribute", &group.attribute),
            ("subject", &group.subject),
            ("detail", &group.detail),
        ];
        for (name, text) in of {
            if let Some(text) = text {
                properties[name] = text.as_str().into();
            }
        }
        result["properties"] = properties;
        result
    }

    /// Where an example is: the table, the index and the attribute, and the line of a file, where there is one.
    fn location(&self, group: &Group, example: Option<&AuditFinding>) -> Value {
        let source = &self.audited.source;
        let table = if source.kind == "items" { "table" } else { source.name.as_str() };
        let attribute = group.attribute.as_ref().or_else(|| example.and_then(|example| example.attribute.as_ref()));
        let parts: Vec<&str> =
            std::iter::once(table).chain(group.index.iter().chain(attribute).map(String::as_str)).collect();
        let name = parts.last().copied().unwrap_or_default();
        let mut location = json!({ "logicalLocations": [{
            "name": printable(name),
            "fullyQualifiedName": printable(&parts.join("/")),
        }] });
        if let Some(place) = example.and_then(Place::of) {
            location["physicalLocation"] = json!({
                "artifactLocation": artifact(self.root, place.file),
                "region": match place.column {
                    Some(column) => json!({ "startLine": place.line, "startColumn": column }),
                    None => json!({ "startLine": place.line }),
                },
            });
        }
        location
    }
}

/// A place in a file.
#[derive(Debug, PartialEq, Eq)]
struct Place<'p> {
    file: &'p str,
    line: u64,
    column: Option<u64>,
}

impl<'p> Place<'p> {
    /// That of a finding; none where its item was not in a file.
    fn of(finding: &'p AuditFinding) -> Option<Self> {
        let place = finding.place.as_deref()?;
        // A finding of two items has two places: the second is the one too many.
        let place = place
            .rsplit_once(" and ")
            .filter(|(first, _)| cut_number(first).is_some())
            .map_or(place, |(_, second)| second);
        let (file, number) = cut_number(place)?;
        // What is said of a model has its column, too.
        let place = match finding.message.as_ref().and(cut_number(file)) {
            Some((file, line)) => Self { file, line, column: Some(number) },
            None => Self { file, line: number, column: None },
        };
        (place.file != "<stdin>").then_some(place)
    }
}

/// A number from 1 behind the last colon, and what is before it.
fn cut_number(text: &str) -> Option<(&str, u64)> {
    let (before, number) = text.rsplit_once(':')?;
    Some((before, number.parse().ok().filter(|number| *number > 0)?))
}

/// What is wrong, how often, where, an example, and what to do.
fn text(name: &str, rule: Option<&Rule>, group: &Group, examples: &[&AuditFinding]) -> String {
    let first = examples.first().copied();
    if let Some(said) = first.and_then(|first| first.message.as_deref()) {
        let help = first.and_then(|first| first.help.as_deref()).map(|help| format!("\nhelp: {}", printable(help)));
        return format!("{}.{}", printable(said), help.unwrap_or_default());
    }
    let summary = rule.map_or(name, |rule| rule.summary);
    let place = words::place(group);
    let place = if place.is_empty() { place } else { format!(" in {place}") };
    let mut lines = vec![printable(&format!("{summary}: {}{place}.", words::number(group.count))).into_owned()];
    if let (Some(_), Some(subject)) = (&group.entity, &group.subject) {
        lines.push(printable(&format!("{}: {subject}", words::subject(name).0)).into_owned());
    }
    lines.extend(group.detail.as_deref().map(|detail| printable(detail).into_owned()));
    lines.extend(first.map(shown).filter(|shown| !shown.is_empty()));
    let way = group.help.clone().or_else(|| rule.and_then(way_out));
    lines.extend(way.map(|way| printable(&format!("help: {way}")).into_owned()));
    lines.join("\n")
}

/// An example in one line.
fn shown(example: &AuditFinding) -> String {
    let key: Vec<String> = example.key.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let mut parts = vec![key.join(", ")];
    for (what, value) in [("stored", &example.stored), ("expected", &example.expected)] {
        if let Some(value) = value {
            parts.push(format!("{what}: {value}"));
        }
    }
    parts.retain(|part| !part.is_empty());
    printable(&parts.join("; ")).into_owned()
}

/// The same group has the same in every run, whatever its count is.
fn fingerprint(name: &str, group: &Group) -> String {
    let mut hash = Sha256::new();
    hash.update(name);
    for part in [&group.entity, &group.index, &group.attribute, &group.subject] {
        hash.update([0]);
        hash.update(part.as_deref().unwrap_or_default());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_files_and_lines() {
        let place = |place: &str, message: Option<&str>| {
            let message = message.map(str::to_owned);
            let finding = AuditFinding { place: Some(place.to_owned()), message, ..AuditFinding::default() };
            Place::of(&finding).map(|found| (found.file.to_owned(), found.line, found.column))
        };
        assert_eq!(place("a b:c/items.jsonl:17", None), Some(("a b:c/items.jsonl".to_owned(), 17, None)));
        assert_eq!(place("dump-10:30:7", None), Some(("dump-10:30".to_owned(), 7, None)));
        assert_eq!(place("a.jsonl:1 and b.jsonl:2", None), Some(("b.jsonl".to_owned(), 2, None)));
        assert_eq!(place("this and that.jsonl:2", None), Some(("this and that.jsonl".to_owned(), 2, None)));
        assert_eq!(place("models/a.toml:3:5", Some("wrong")), Some(("models/a.toml".to_owned(), 3, Some(5))));
        assert_eq!(place("<stdin>:3", None), None);
        assert_eq!(place("", None), None);
    }
}
