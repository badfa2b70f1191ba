//! A part of an audit: what was counted, of what, and how far it is. A report is made of it, parts make a whole, and a
//! scan that was interrupted goes on from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audited::{Coverage, Finding, Source};
use super::{Level, Levels};
use crate::audit::{Catalog, Defect, State};
use crate::error::Error;
use crate::rules::{DefaultLevel, TableFinding, rule};
use crate::source::StartKey;
use crate::text::{counted, printable};

/// The version of the document.
pub const PART_VERSION: u32 = 2;

/// A part of an audit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    /// [`PART_VERSION`].
    pub dynkeys_part: u32,
    /// What was read.
    pub source: Source,
    /// How much of it.
    pub coverage: Coverage,
    /// Which pieces of it.
    pub pieces: Pieces,
    /// What is wrong with the table itself, where it was described.
    pub described: Option<Vec<Described>>,
    /// What the numbers of the state stand for.
    pub catalog: Catalog,
    /// What was counted.
    pub state: State,
    /// What was counted in each segment, where the segments are a sample.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sampled: BTreeMap<u32, Sampled>,
    /// What was written of it as it was found, where it is how far a scan is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
}

/// The findings that one run wrote of what is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The file that they are in; standard output without.
    pub file: Option<String>,
    /// Its bytes up to there.
    pub bytes: u64,
    /// The lines that the run wrote.
    pub lines: u64,
}

/// What parts of all versions have.
#[derive(Deserialize)]
struct Version {
    dynkeys_part: u32,
}

/// What a part is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pieces {
    /// Files.
    Files(Vec<String>),
    /// Segments of a scan.
    Segments(ScanPieces),
}

/// The segments of a scan, and how far each of them is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanPieces {
    /// Into how many the table is cut.
    pub total: u32,
    /// Those to read, by their numbers.
    pub segments: BTreeMap<u32, Reached>,
}

/// How far a segment is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reached {
    /// It has not begun.
    #[default]
    Nothing,
    /// Everything up to this key was read.
    UpTo(StartKey),
    /// It was read to its end.
    End,
}

/// What was counted in a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampled {
    /// Items.
    pub items: u64,
    /// Findings, in the order of [`Defect::ALL`].
    pub counts: Vec<u64>,
}

/// Something that is wrong with the table, by its description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// The rule.
    pub rule: String,
    /// Its level, where that is not the rule's.
    pub level: Option<Level>,
    /// What it is.
    pub finding: Finding,
}

impl Described {
    /// The finding without the files that it points at.
    pub fn new(finding: &TableFinding) -> Self {
        let place = finding.place.as_ref().map(|place| {
            let position = place.source.position(place.span.start);
            format!("{}:{}:{}", place.source.name(), position.line, position.column)
        });
        Self {
            rule: finding.rule.name.to_owned(),
            level: finding.level.map(Level::from),
            finding: Finding {
                entity: finding.entity.clone(),
                index: finding.index.clone(),
                attribute: finding.attribute.clone(),
                place,
                message: Some(finding.message.clone()),
                help: (!finding.help.is_empty()).then(|| finding.help.clone()),
                ..Finding::default()
            },
        }
    }

    /// Its level; none where its rule is off or unknown.
    pub(super) fn level(&self, levels: &Levels) -> Option<Level> {
        let rule = rule(&self.rule)?;
        let own = match self.level {
            Some(Level::Error) => DefaultLevel::Error,
            Some(Level::Warning) => DefaultLevel::Warning,
            Some(Level::Info) => DefaultLevel::Info,
            Some(Level::Off) | None => rule.level,
        };
        Some(levels.of(rule, own)).filter(|level| *level != Level::Off)
    }
}

impl ScanPieces {
    /// True where every segment of the table is among those to read.
    pub fn covers_all(&self) -> bool {
        self.segments.len() as u64 == u64::from(self.total)
    }

    /// How many segments were read to their ends.
    pub fn read(&self) -> u64 {
        self.segments.values().filter(|reached| **reached == Reached::End).count() as u64
    }
}

impl Sampled {
    /// What a state has counted so far.
    pub fn of(state: &State) -> Self {
        Self { items: state.items, counts: Self::counts(state) }
    }

    /// What was counted since an earlier time.
    pub fn since(&self, before: &Self) -> Self {
        let counts = self.counts.iter().zip(&before.counts).map(|(now, before)| now - before);
        Self { items: self.items - before.items, counts: counts.collect() }
    }

    /// Adds what was counted later.
    pub fn add(&mut self, more: &Self) {
        self.items += more.items;
        self.counts.iter_mut().zip(&more.counts).for_each(|(own, more)| *own += more);
    }

    /// What a state has counted, by kind of defect.
    pub fn counts(state: &State) -> Vec<u64> {
        let mut counts = vec![0; Defect::ALL.len()];
        for (subject, tally) in &state.tallies {
            if let Some(at) = Defect::ALL.iter().position(|defect| *defect == subject.defect) {
                counts[at] += tally.count;
            }
        }
        if let Some(at) = Defect::ALL.iter().position(|defect| *defect == Defect::UnclassifiedItem) {
            counts[at] += state.shapes.count();
        }
        counts
    }
}

/// How every part begins,
const BEGINNING: &str = "{\"dynkeys_part\":";
/// what stands before its checksum,
const SUM: &str = ",\"sha256\":\"";
/// and what behind.
const END: &str = "\"}";
/// The characters of a checksum.
const SUM_LENGTH: usize = 64;

/// Puts its checksum into the JSON text of a part.
pub fn seal(mut text: String) -> String {
    let sum = sum(&text);
    text.pop();
    text.push_str(&format!("{SUM}{sum}{END}\n"));
    text
}

fn sum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A part without its checksum, where that is right.
fn checked(text: &str) -> Option<String> {
    let rest = text.strip_suffix('\n').unwrap_or(text).strip_suffix(END)?;
    let (rest, told) = rest.split_at_checked(rest.len().checked_sub(SUM_LENGTH)?)?;
    let whole = format!("{}}}", rest.strip_suffix(SUM)?);
    (sum(&whole) == told).then_some(whole)
}

impl Part {
    /// The part as a file has it: one line of JSON, whose last entry is the checksum of what is before it.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string(self).map(seal).map_err(|error| Error::Output(error.into()))
    }

    /// Reads a part. `name` is its file's.
    pub fn from_json(name: &str, text: &str) -> Result<Self, Error> {
        let shown = printable(name);
        let no_part = |reason: serde_json::Error| {
            Error::usage(
                format!("`{shown}` is no part of an audit: {reason}"),
                "make one with `dynkeys audit … --partial FILE`",
            )
        };
        let damaged = |what: &str| {
            Error::usage(
                format!("`{shown}` is damaged: {what}"),
                "make it again, and hand it on as it was written: not a byte of it may change",
            )
        };
        let version: Version = match serde_json::from_str(text) {
            Ok(version) => version,
            Err(_) if text.starts_with(BEGINNING) => return Err(damaged("it is not whole")),
            Err(reason) => return Err(no_part(reason)),
        };
        if version.dynkeys_part != PART_VERSION {
            return Err(Error::usage(
                format!(
                    "`{shown}` is of another version of dynkeys: {}, and this is {PART_VERSION}",
                    version.dynkeys_part
                ),
                "make all parts with the same version of dynkeys",
            ));
        }
        let whole = checked(text).ok_or_else(|| damaged("its checksum is not that of what it holds"))?;
        let part: Self = serde_json::from_str(&whole).map_err(no_part)?;
        if !part.state.fits(&part.catalog) {
            return Err(damaged("what it holds does not fit together"));
        }
        Ok(part)
    }

    /// Adds another part. `own` and `name` are the files of both, for messages.
    pub fn merge(&mut self, own: &str, other: Self, name: &str) -> Result<(), Error> {
        let (own, name) = (printable(own), printable(name));
        let apart = |what: &str, help: &str| Err(Error::usage(format!("`{own}` and `{name}` {what}"), help));
        if self.catalog.models != other.catalog.models || self.catalog != other.catalog {
            return apart(
                "are of different models, dialects or options",
                "make all parts with the same models, the same version of dynkeys and the same options",
            );
        }
        let is_table = matches!(self.pieces, Pieces::Segments(_));
        if self.source.kind != other.source.kind || (is_table && self.source != other.source) {
            return apart("are of different tables", "merge the parts of one table");
        }
        match (&mut self.pieces, &other.pieces) {
            (Pieces::Files(files), Pieces::Files(more)) => {
                if let Some(twice) = more.iter().find(|file| files.contains(file)) {
                    let what = format!("both hold `{}`", printable(twice));
                    return apart(&what, "give each part once, and files of different names");
                }
                files.extend(more.iter().cloned());
                self.source.name = files.join(", ");
            }
            (Pieces::Segments(own), Pieces::Segments(more)) => {
                if own.total != more.total {
                    let what =
                        format!("are of scans of {} and of {}", own.total, counted(more.total.into(), "segment"));
                    return apart(&what, "merge the parts of one scan: give every worker the same number of segments");
                }
                if let Some((twice, _)) = more.segments.iter().find(|(segment, _)| own.segments.contains_key(segment)) {
                    let what = format!("both hold segment {twice}");
                    return apart(&what, "give each part once, and each worker segments of its own");
                }
                own.segments.extend(more.segments.iter().map(|(segment, reached)| (*segment, reached.clone())));
            }
            _ => return apart("are of different sources", "merge the parts of one table"),
        }
        for described in other.described.into_iter().flatten() {
            let own = self.described.get_or_insert_default();
            if !own.contains(&described) {
                own.push(described);
            }
        }
        self.coverage.merge(other.coverage);
        self.state.merge(other.state, self.catalog.examples);
        self.sampled.extend(other.sampled);
        self.cover();
        Ok(())
    }

    /// Says how much was read.
    pub fn cover(&mut self) {
        let Pieces::Segments(scan) = &self.pieces else { return };
        let read = scan.read();
        self.coverage.segments = Some(super::Done { read, total: scan.total.into() });
        let unread = scan.segments.len() as u64 - read;
        let lacking = u64::from(scan.total) - scan.segments.len() as u64;
        self.coverage.complete = unread == 0;
        if unread == 0 {
            self.coverage.reason = None;
        } else if self.coverage.reason.is_none() {
            self.coverage.reason = Some(match unread {
                1 => "1 segment was not read to its end".to_owned(),
                _ => format!("{unread} segments were not read to their ends"),
            });
        }
        if lacking > 0 && self.coverage.complete && self.coverage.sample.is_none() {
            self.coverage.reason = Some(match lacking {
                1 => format!("1 of {} segments is the share of others", scan.total),
                _ => format!("{lacking} of {} segments are the share of others", scan.total),
            });
        }
    }
}

impl Coverage {
    fn merge(&mut self, other: Self) {
        self.complete &= other.complete;
        if self.reason.is_none() {
            self.reason = other.reason;
        }
        if let (Some(own), Some(other)) = (&mut self.files, other.files) {
            own.read += other.read;
            own.total += other.total;
        }
        if let Some(units) = other.read_units {
            *self.read_units.get_or_insert(0.0) += units;
        }
    }
}
