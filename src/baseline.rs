//! Baselines: files of findings that are known. A run hides them, so that a team can begin with a design as it is.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::read_source;
use crate::error::{Error, Problem};
use crate::files::overwrite_whole;
use crate::report::{Linted, Reported};
use crate::text::{SourceFile, printable};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Debug, Deserialize)]
struct Document {
    version: u32,
    findings: Vec<Known>,
}

/// A known finding. The fingerprint is its identity; the rest is for readers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Known {
    path: String,
    rule: String,
    message: String,
    fingerprint: String,
}

impl Known {
    fn new(reported: &Reported) -> Self {
        let finding = &reported.finding;
        Self {
            path: shown(finding.place.source.name()),
            rule: finding.rule.name.to_owned(),
            message: printable(&finding.message).into_owned(),
            fingerprint: reported.fingerprint.clone(),
        }
    }
}

/// A path as it stands in a baseline: the same on every system, and safe to show.
fn shown(name: &str) -> String {
    let name = if std::path::MAIN_SEPARATOR == '/' { name.to_owned() } else { name.replace('\\', "/") };
    printable(name.strip_prefix("./").unwrap_or(&name)).into_owned()
}

/// The findings that a file says are known.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    known: Vec<Known>,
}

impl Baseline {
    /// Reads a baseline; an error names the line and column at which it is none.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let source = read_source(path, path)?;
        let document: Document = serde_json::from_str(source.text()).map_err(|error| wrong(&source, &error))?;
        if document.version != VERSION {
            return Err(Error::usage(
                format!("`{}` is a baseline of version {}", path.display(), document.version),
                format!("this dynkeys reads version {VERSION}; write it anew with `--write-baseline`"),
            ));
        }
        Ok(Self { known: document.findings })
    }

    /// Takes the known findings out of `linted` and counts them, each entry for one finding. Entries that are found no
    /// more are counted, too: all of them where the `whole` project was linted, else those in the files that were.
    pub fn hide(&self, linted: &mut Linted, whole: bool) {
        let mut open: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
        for known in &self.known {
            open.entry(&known.fingerprint).or_default().push(known);
        }
        let found = linted.findings.len();
        linted.findings.retain(|one| open.get_mut(one.fingerprint.as_str()).and_then(Vec::pop).is_none());
        linted.known = found - linted.findings.len();
        let files: Vec<String> = linted.files.iter().map(|file| shown(file)).collect();
        let is_due = |known: &&&Known| whole || files.contains(&known.path);
        linted.mended = open.values().flatten().filter(is_due).count();
    }
}

/// Writes all findings to a baseline, in the order of path, rule and message, and returns how many. A file that is there
/// and is no baseline is left alone.
pub fn write_baseline(path: &Path, linted: &Linted) -> Result<usize, Error> {
    if path.exists()
        && let Err(error) = Baseline::read(path)
    {
        return Err(match error {
            Error::Problems(_) => Error::usage(
                format!("`{}` is there and is no baseline, so it is not overwritten", path.display()),
                "name another file, or remove this one",
            ),
            // An older baseline is what a new one is written for.
            Error::Usage { .. } => return write_known(path, linted),
            other => other,
        });
    }
    write_known(path, linted)
}

fn write_known(path: &Path, linted: &Linted) -> Result<usize, Error> {
    let mut known: Vec<Known> = linted.findings.iter().map(Known::new).collect();
    known.sort();
    let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
    for (at, one) in known.iter().enumerate() {
        let line = serde_json::to_string(one).map_err(|error| Error::Output(error.into()))?;
        text.push_str(if at == 0 { "\n    " } else { ",\n    " });
        text.push_str(&line);
    }
    text.push_str(if known.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    overwrite_whole(path, &text)
        .map_err(|reason| Error::Io { action: "write", path: path.to_path_buf(), reason })
        .map(|()| known.len())
}

/// Where and why a text is no baseline.
fn wrong(source: &Arc<SourceFile>, error: &serde_json::Error) -> Error {
    // Line and column stand at the end of the message, the column in bytes from 1.
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or_default();
    let before: usize = source.text().split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut start = (before + error.column().saturating_sub(1)).min(source.text().len());
    while !source.text().is_char_boundary(start) {
        start -= 1;
    }
    let width = source.text()[start..].chars().next().map_or(0, char::len_utf8);
    Error::Problems(vec![Problem {
        code: "wrong-baseline",
        message: format!("this is no baseline: {message}"),
        source: Arc::clone(source),
        span: (start..start + width).into(),
        label: "here".to_owned(),
        help: Some("remove it and write it anew with `dynkeys lint --write-baseline FILE`".to_owned()),
        related: None,
        suggestion: None,
    }])
}
