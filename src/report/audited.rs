//! What an audit found, as data: every output format shows it, `--save` keeps it and `compare` reads it again.

mod causes;
mod estimate;
mod evaluate;
mod redact;
mod times;
mod unstored;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{FailOn, Level};

pub use evaluate::{HOT_ITEMS, HOT_SHARE, NEAR_COLLECTION, WHOLE_COLLECTION, streamed};

/// The version of the JSON document.
pub const VERSION: u32 = 1;

/// The report of an audit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audited {
    /// [`VERSION`].
    pub version: u32,
    /// What was read.
    pub source: Source,
    /// How much of it.
    pub coverage: Coverage,
    /// How many findings there are of each level: items, shapes of which are counted one by one, and partitions.
    pub summary: Totals,
    /// Which dialect writes the stored keys.
    pub dialect: DialectFit,
    /// The entities of the models, in the order of the models.
    pub entities: IndexMap<String, EntityCount>,
    /// Every check that was made, in the order of the rules.
    pub checks: IndexMap<String, Check>,
    /// The table (`primary`) and its indexes.
    pub indexes: IndexMap<String, IndexReport>,
    /// The sizes of items in bytes, to within 1 %.
    pub item_sizes: Spread,
    /// A checksum of the models and of what was asked for.
    pub models: String,
    /// True where hashes stand in place of values.
    #[serde(default, skip_serializing_if = "is_false")]
    pub redacted: bool,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// `items`, `export`, `table`, or `parts` of a merged report.
    pub kind: String,
    /// The files, the export's folder, or the table.
    pub name: String,
    /// The region of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The index that was read in place of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The time of an export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exported: Option<String>,
}

/// How much was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// True where everything was read that was asked for.
    pub complete: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Items.
    pub items: u64,
    /// Their bytes as DynamoDB counts them.
    pub bytes: u64,
    /// Changes of an incremental export that delete an item.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deleted: u64,
    /// Segments of a scan.
    pub segments: Option<Done>,
    /// Files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Done>,
    /// Read units that the scan used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_units: Option<f64>,
    /// What a sample stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Read to the end.
    pub read: u64,
    /// All that there are.
    pub total: u64,
}

/// A sample of a table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The share of the segments that was read.
    pub share: f64,
    /// How many items the table has by this sample, and how many DynamoDB says that it has.
    pub items: Estimate,
    /// How many items the table had when DynamoDB last counted, which it does about every six hours.
    pub described_items: u64,
}

/// An estimate with the bounds between which the number lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimate.
    pub count: u64,
    /// The lower bound.
    pub low: u64,
    /// The upper bound.
    pub high: u64,
}

/// How many findings there are of each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Of level error.
    pub errors: u64,
    /// Of level warning.
    pub warnings: u64,
    /// Of level info.
    pub infos: u64,
}

/// Which dialects write the stored keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialectFit {
    /// The dialect of the models; none where they have several.
    pub configured: Option<String>,
    /// The era that writes most keys as they are stored; of several the configured one, else the first.
    pub best: Option<String>,
    /// Keys that are text and were compared.
    pub keys: u64,
    /// How many of them each era writes as they are stored.
    pub explained: IndexMap<String, u64>,
}

/// How many items an entity has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityCount {
    /// Its items.
    pub items: u64,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The level of its findings.
    pub level: Level,
    /// How many there are.
    pub count: u64,
    /// By a sample, how many the table has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// What they are of, the largest groups first.
    pub groups: Vec<Group>,
    /// Some of them, group by group.
    pub examples: Vec<Finding>,
}

/// Findings of one check that are of one entity, key and cause.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// The entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The key attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// What tells it further: a shape, the dialect that writes the stored key, a field, a partition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Numbers that tell more, in words: of another run they are others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How many.
    pub count: u64,
    /// What would be right, where that is not what is right for the check's other findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// True where that became known when all items were counted.
    #[serde(skip)]
    pub is_late: bool,
}

/// One finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The key attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// What tells it further: see [`Group::subject`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Numbers that tell more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The primary key of the item.
    #[serde(default, with = "key", skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<(String, String)>,
    /// Where the item was, or the place in a model: `file:line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
    /// What the model writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What is wrong, where that is no matter of an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What would be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// The table or an index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexReport {
    /// `table`, `gsi` or `lsi`.
    pub kind: String,
    /// Items that have its keys.
    pub items: u64,
    /// Their bytes; of an index that carries all attributes.
    pub bytes: u64,
    /// Its partitions.
    pub partitions: PartitionReport,
    /// The lengths of its key attributes in bytes.
    pub keys: IndexMap<String, Spread>,
}

/// The partitions of a table or an index.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PartitionReport {
    /// How many there are. Where that is an estimate, its standard error is 1.6 %.
    pub count: u64,
    /// True where every one was counted exactly.
    pub exact: bool,
    /// How many items the size of a partition may be off by, either way (two standard errors).
    pub error: u64,
    /// How unevenly the items are spread: 0 evenly, near 1 where few partitions have nearly all.
    pub gini: Option<f64>,
    /// The largest ones by items.
    pub by_items: Vec<PartitionSize>,
    /// The largest ones by bytes.
    pub by_bytes: Vec<PartitionSize>,
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartitionSize {
    /// Its key; the parts of a key of several attributes stand with ` / ` between them.
    pub key: String,
    /// Its items.
    pub items: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Its share of all items, or of all bytes in the list by bytes.
    pub share: f64,
}

/// How numbers are spread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// The median.
    pub p50: u64,
    /// 90 % are not larger.
    pub p90: u64,
    /// 99 % are not larger.
    pub p99: u64,
    /// The largest.
    pub max: u64,
    /// The most that DynamoDB takes.
    pub limit: u64,
    /// How many there are from one number to another, both included.
    pub histogram: Vec<Bin>,
}

/// A bar of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    /// The least.
    pub from: u64,
    /// The largest.
    pub to: u64,
    /// How many.
    pub count: u64,
}

impl Audited {
    /// True where there is a finding at or above `fail_on`.
    pub fn fails(&self, fail_on: FailOn) -> bool {
        self.checks.values().any(|check| check.count > 0 && check.level.fails(fail_on))
    }

    /// The checks that found something: the graver ones first, then in the order of the rules.
    pub fn found(&self) -> Vec<(&str, &Check)> {
        let mut found: Vec<(&str, &Check)> = self
            .checks
            .iter()
            .filter(|(_, check)| check.count > 0)
            .map(|(name, check)| (name.as_str(), check))
            .collect();
        found.sort_by_key(|(_, check)| std::cmp::Reverse(check.level));
        found
    }

    /// Counts the findings anew.
    pub(super) fn sum_up(&mut self) {
        let mut totals = Totals::default();
        for check in self.checks.values() {
            match check.level {
                Level::Error => totals.errors += check.count,
                Level::Warning => totals.warnings += check.count,
                Level::Info => totals.infos += check.count,
                Level::Off => {}
            }
        }
        self.summary = totals;
    }
}

impl Check {
    /// Its groups, each with its examples.
    pub fn by_group(&self) -> Vec<(&Group, Vec<&Finding>)> {
        let mut all: Vec<(&Group, Vec<&Finding>)> = self.groups.iter().map(|group| (group, Vec::new())).collect();
        let mut last = 0;
        for example in &self.examples {
            // They stand group by group: it is of the group of the one before, or of one behind.
            let own = (0..all.len()).map(|step| (last + step) % all.len()).find(|at| all[*at].0.holds(example));
            if let Some(own) = own {
                all[own].1.push(example);
                last = own;
            }
        }
        all
    }
}

impl Group {
    /// True of one of its findings.
    fn holds(&self, one: &Finding) -> bool {
        // An example may tell the attribute that the items of its group have not in common.
        let is_attribute = self.attribute.is_none() || self.attribute == one.attribute;
        is_attribute
            && self.entity == one.entity
            && self.index == one.index
            && self.subject == one.subject
            && self.detail == one.detail
    }
}

/// A key as an object.
mod key {
    use indexmap::IndexMap;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(key: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(key.iter().map(|(name, value)| (name, value)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
        Ok(IndexMap::<String, String>::deserialize(deserializer)?.into_iter().collect())
    }
}
