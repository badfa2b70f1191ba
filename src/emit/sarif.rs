//! What logs of SARIF 2.1.0 have in common, whatever was found.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
//!
//! Braces in messages stay single: a message without arguments has no placeholders for any reader known to us, and the
//! doubled ones would be shown as they are.

use std::io::Write;

use serde_json::{Value, json};

use super::lint::rule_url;
use super::pages::{capitalized, section};
use super::{Root, push_json};
use crate::error::Error;
use crate::report::Level;
use crate::rules::Rule;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name of the folder to which relative URIs are relative; GitHub and CodeQL use this one.
const BASE: &str = "%SRCROOT%";

/// Writes a log of one run: what looked for the results, how it ended, and the results.
pub(super) fn write_log(
    out: &mut dyn Write,
    rules: &[&Rule],
    invocation: &Value,
    properties: Option<Value>,
    results: Vec<Value>,
) -> Result<(), Error> {
    let mut run = json!({
        "tool": { "driver": {
            "name": "dynkeys",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.iter().copied().map(descriptor).collect::<Vec<_>>(),
        } },
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { BASE: { "description": { "text": "The root of the repository." } } },
        "results": results,
    });
    if let Some(properties) = properties {
        run["properties"] = properties;
    }
    let mut bytes = Vec::new();
    push_json(&mut bytes, &json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }))?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(Error::Output)
}

/// The level's word in SARIF.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
        Level::Off => "none",
    }
}

/// A rule, with the page that code scanning shows beside its findings.
fn descriptor(rule: &Rule) -> Value {
    let summary = format!("{}.", capitalized(rule.summary));
    json!({
        "id": rule.name,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": section(rule, "What it finds").unwrap_or_else(|| summary.clone()) },
        "help": { "text": rule.doc, "markdown": rule.doc },
        "helpUri": rule_url(rule),
        "defaultConfiguration": { "level": level(rule.level.into()) },
        "properties": { "tags": ["dynamodb", "single-table-design", rule.group.name()] },
    })
}

/// A plain text of SARIF: nothing in it is a link.
pub(super) fn message(text: &str) -> Value {
    json!({ "text": text.replace("](", "] (") })
}

/// A file.
pub(super) fn artifact(root: &Root, name: &str) -> Value {
    match root.uri(name) {
        (uri, true) => json!({ "uri": uri, "uriBaseId": BASE }),
        (uri, false) => json!({ "uri": uri }),
    }
}
