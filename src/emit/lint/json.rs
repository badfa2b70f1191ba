//! Findings of `lint` as one JSON document. `docs/json.md` describes the fields.

use std::io::Write;

use serde::Serialize;

use super::super::{Json, push_json};
use super::{positions, rule_url};
use crate::error::Error;
use crate::report::{Linted, Reported};
use crate::rules::{Place, Safety, Witness};

#[derive(Serialize)]
struct Document<'d> {
    version: u32,
    findings: Vec<Line<'d>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    models: u64,
    errors: u64,
    warnings: u64,
    infos: u64,
    ignored: usize,
    known: usize,
    mended: usize,
}

#[derive(Serialize)]
struct Line<'d> {
    rule: &'static str,
    level: &'static str,
    message: &'d str,
    path: &'d str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    help: &'d str,
    url: String,
    fingerprint: &'d str,
    related: Vec<Related<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<WitnessLine<'d>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixLine<'d>>,
}

#[derive(Serialize)]
struct Related<'d> {
    label: &'d str,
    path: &'d str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
pub(super) struct WitnessLine<'d> {
    caption: &'d str,
    items: Vec<WitnessItem<'d>>,
    keys: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct WitnessItem<'d> {
    entity: &'d str,
    item: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct FixLine<'d> {
    title: &'d str,
    safe: bool,
    edits: Vec<EditLine<'d>>,
}

#[derive(Serialize)]
struct EditLine<'d> {
    path: &'d str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'d str,
}

/// Writes the document.
pub fn write_linted_json(out: &mut dyn Write, linted: &Linted) -> Result<(), Error> {
    let summary = linted.summary();
    let document = Document {
        version: 1,
        findings: linted.findings.iter().map(line).collect::<Result<_, _>>()?,
        summary: Summary {
            models: summary.items,
            errors: summary.errors,
            warnings: summary.warnings,
            infos: summary.infos,
            ignored: linted.ignored,
            known: linted.known,
            mended: linted.mended,
        },
    };
    let mut bytes = Vec::new();
    push_json(&mut bytes, &document)?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(Error::Output)
}

fn line(reported: &Reported) -> Result<Line<'_>, Error> {
    let finding = &reported.finding;
    let (start, end) = positions(finding);
    let span = |place: &Place| (place.source.position(place.span.start), place.source.position(place.span.end));
    Ok(Line {
        rule: finding.rule.name,
        level: reported.level.as_str(),
        message: &finding.message,
        path: finding.place.source.name(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        help: &finding.help,
        url: rule_url(finding.rule),
        fingerprint: &reported.fingerprint,
        related: finding
            .related
            .iter()
            .map(|related| {
                let (start, _) = span(&related.place);
                Related {
                    label: &related.label,
                    path: related.place.source.name(),
                    line: start.line,
                    column: start.column,
                }
            })
            .collect(),
        witness: finding.witness.as_ref().map(witness).transpose()?,
        fix: finding.fix.as_ref().map(|fix| FixLine {
            title: &fix.title,
            safe: fix.safety == Safety::Safe,
            edits: fix
                .edits
                .iter()
                .map(|edit| {
                    let (start, end) = span(&edit.place);
                    EditLine {
                        path: edit.place.source.name(),
                        line: start.line,
                        column: start.column,
                        end_line: end.line,
                        end_column: end.column,
                        text: &edit.text,
                    }
                })
                .collect(),
        }),
    })
}

/// The items of a witness and the keys that they share.
pub(super) fn witness(witness: &Witness) -> Result<WitnessLine<'_>, Error> {
    let value = |value: &crate::value::Value<'_>| {
        serde_json::to_value(Json(value)).map_err(|error| Error::Output(error.into()))
    };
    let item = |item: &'_ crate::rules::WitnessItem| {
        item.fields.iter().map(|(name, one)| Ok((name.clone(), value(one)?))).collect::<Result<_, Error>>()
    };
    Ok(WitnessLine {
        caption: &witness.caption,
        items: witness
            .items
            .iter()
            .map(|one| Ok(WitnessItem { entity: &one.entity, item: item(one)? }))
            .collect::<Result<_, Error>>()?,
        keys: witness.keys.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
    })
}
