//! The report of an audit as JSON: one document, or a line a finding. `docs/json.md` describes the fields.

use std::io::Write;

use serde::Serialize;

use crate::audit::Defect;
use crate::emit::push_json;
use crate::error::Error;
use crate::report::{AuditFinding, Audited, Level};

/// Writes the document.
pub fn write_audited_json(out: &mut dyn Write, audited: &Audited) -> Result<(), Error> {
    let mut bytes = Vec::new();
    push_json(&mut bytes, audited)?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(Error::Output)
}

#[derive(Serialize)]
struct Line<'l> {
    check: &'l str,
    level: Level,
    #[serde(flatten)]
    finding: &'l AuditFinding,
}

/// Writes the line of a finding.
pub fn write_audited_finding(
    out: &mut dyn Write,
    check: &str,
    level: Level,
    finding: &AuditFinding,
) -> Result<(), Error> {
    let mut bytes = Vec::new();
    push_json(&mut bytes, &Line { check, level, finding })?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(Error::Output)
}

/// Writes the lines of the findings of a report: its examples. Of those that were heard one by one, and so are written
/// already, there are none where `is_streamed`: what was known only in the end was not.
pub fn write_audited_findings(out: &mut dyn Write, audited: &Audited, is_streamed: bool) -> Result<(), Error> {
    for (name, check) in &audited.checks {
        let is_of_item = Defect::ALL.iter().any(|defect| defect.is_of_item() && defect.name() == name);
        for (group, findings) in check.by_group() {
            if is_streamed && is_of_item && !group.is_late {
                continue;
            }
            for finding in findings {
                write_audited_finding(out, name, check.level, finding)?;
            }
        }
    }
    Ok(())
}
