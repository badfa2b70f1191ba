//! Writes explained items in the format asked for, as they come.

use serde::Serialize;

use super::is_json;
use crate::cli::{Format, Streams};
use crate::emit::{
    Comparison, Condition, Dictionary, ItemLine, Json, dictionary, push_json, query, write_comparison,
    write_comparison_json, write_findings, write_item, write_python, write_query, write_summary,
};
use crate::error::Error;
use crate::key::Written;
use crate::model::Era;
use crate::report::{Explained, Leveled, Summary};
use crate::text::printable;

/// What to show of an item.
pub enum View {
    /// Its keys.
    Keys,
    /// A dictionary of boto3-assist.
    Dictionary(Dictionary),
    /// The Query that it asks for.
    Query(Condition),
    /// Its keys in every dialect.
    Dialects,
}

pub struct Output<'o> {
    format: Format,
    view: &'o View,
    table_name: Option<&'o str>,
    summary: Summary,
    /// True where an item was asked for a query and has none.
    failed: bool,
    /// The line at hand: made whole before it is written.
    line: Vec<u8>,
}

impl<'o> Output<'o> {
    pub fn new(format: Format, view: &'o View, table_name: Option<&'o str>) -> Self {
        Self { format, view, table_name, summary: Summary::default(), failed: false, line: Vec::new() }
    }

    pub fn begin(&mut self, streams: &mut Streams<'_>) -> Result<(), Error> {
        match (self.format, self.view) {
            (Format::Json, View::Dictionary(_)) => write!(streams.out, "["),
            (Format::Json, _) => write!(streams.out, "{{\"version\":1,\"items\":["),
            (Format::Human | Format::Jsonl, _) => Ok(()),
        }
        .map_err(Error::Output)
    }

    pub fn item(&mut self, explained: &Explained<'_, '_>, streams: &mut Streams<'_>) -> Result<(), Error> {
        let first = self.count(explained.findings);
        match self.view {
            View::Keys if is_json(self.format) => return self.json(first, &ItemLine(explained), streams),
            View::Keys => return write_item(streams.out, streams.terminal, explained).map_err(Error::Output),
            View::Dictionary(which) => {
                let open = explained.attributes().into_iter().filter(|(_, key)| matches!(key, Written::Open(_)));
                for (attribute, _) in open.filter(|_| !matches!(which, Dictionary::Plain)) {
                    streams.note(&format!(
                        "{}: `{}` has no value here, since a part of it is computed and the item does not have it",
                        explained.place,
                        printable(attribute)
                    ));
                }
                let value = dictionary(explained, *which);
                if is_json(self.format) {
                    self.json(first, &Json(&value), streams)?;
                } else {
                    write_python(streams.out, &value, *which, explained.engine.dialect()).map_err(Error::Output)?;
                }
            }
            View::Query(condition) => {
                let queries: Vec<_> = explained
                    .indexes()
                    .map(|(index, compiled)| query(explained, index, compiled, condition, self.table_name))
                    .collect();
                self.failed |= !queries.is_empty() && queries.iter().all(Result::is_err);
                if is_json(self.format) {
                    let lines: Vec<serde_json::Value> = queries
                        .iter()
                        .map(|query| match query {
                            Ok(query) => serde_json::to_value(query),
                            Err(error) => serde_json::to_value(error),
                        })
                        .collect::<Result<_, _>>()
                        .map_err(|error| Error::Output(error.into()))?;
                    let line = serde_json::json!({
                        "entity": explained.entity(),
                        "source": explained.place.to_string(),
                        "dialect": explained.engine.dialect().name(),
                        "queries": lines,
                    });
                    self.json(first, &line, streams)?;
                } else {
                    write_query(streams.out, streams.terminal, explained, &queries).map_err(Error::Output)?;
                }
            }
            View::Dialects => {}
        }
        aside(explained, streams)
    }

    pub fn compare(
        &mut self,
        eras: &[(Era, Explained<'_, '_>)],
        configured: Era,
        streams: &mut Streams<'_>,
    ) -> Result<(), Error> {
        let comparison = Comparison { eras, configured };
        let Some((_, in_use)) = eras.iter().find(|(era, _)| *era == configured) else { return Ok(()) };
        let first = self.count(in_use.findings);
        if is_json(self.format) {
            let line = write_comparison_json(&comparison).map_err(|error| Error::Output(error.into()))?;
            self.json(first, &line, streams)?;
        } else {
            write_comparison(streams.out, streams.terminal, &comparison).map_err(Error::Output)?;
        }
        aside(in_use, streams)
    }

    /// True where an item was asked for a query, and none of its indexes can be queried.
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// Counts an item and its findings; true of the first.
    fn count(&mut self, findings: &[Leveled]) -> bool {
        findings.iter().for_each(|finding| self.summary.add(finding.level));
        self.summary.items += 1;
        self.summary.items == 1
    }

    fn json(&mut self, first: bool, value: &impl Serialize, streams: &mut Streams<'_>) -> Result<(), Error> {
        let separator = match (self.format, first) {
            (Format::Json, false) => ",\n",
            (Format::Json, true) => "\n",
            _ => "",
        };
        self.line.clear();
        self.line.extend_from_slice(separator.as_bytes());
        push_json(&mut self.line, value)?;
        if self.format == Format::Jsonl {
            self.line.push(b'\n');
        }
        streams.out.write_all(&self.line).map_err(Error::Output)
    }

    pub fn end(self, failed: bool, streams: &mut Streams<'_>) -> Result<Summary, Error> {
        match (self.format, self.view) {
            (Format::Json, View::Dictionary(_)) => writeln!(streams.out, "\n]"),
            (Format::Json, _) => {
                let summary = serde_json::to_string(&self.summary).map_err(|error| Error::Output(error.into()))?;
                writeln!(streams.out, "\n],\"summary\":{summary}}}")
            }
            (Format::Human, View::Keys) => write_summary(streams.out, streams.terminal, &self.summary, failed),
            (Format::Human | Format::Jsonl, _) => Ok(()),
        }
        .map_err(Error::Output)?;
        Ok(self.summary)
    }
}

/// Findings go to standard error where standard output has no room for them.
fn aside(explained: &Explained<'_, '_>, streams: &mut Streams<'_>) -> Result<(), Error> {
    // A reader of standard error that has gone does not end the run.
    let place = explained.place.to_string();
    let _ = write_findings(streams.err, streams.err_terminal, Some(&place), explained.findings);
    Ok(())
}
