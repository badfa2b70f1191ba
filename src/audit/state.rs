//! What an audit has seen of a table: one pass, bounded in memory, and the same for the parts together as for the whole.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::catalog::Catalog;
use super::defect::Defect;
use super::partitions::Partitions;
use super::shapes::Shapes;
use super::tally::Tally;
use super::times::Seen;
use super::unstored::Unstored;
use crate::key::suspicious::Unfilled;
use crate::model::{AttributeType, KeyType};
use crate::value::ValueKind;

/// What a count is of. Entities, indexes and attributes are given by their places in the auditor's lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The kind of defect.
    pub defect: Defect,
    /// The entity of the items.
    pub entity: Option<u16>,
    /// The index of the key.
    pub index: Option<u16>,
    /// The key attribute.
    pub attribute: Option<u16>,
    /// What tells it further: the entities of an ambiguous item, the dialect that writes the stored key, a field.
    pub detail: String,
    /// Why that is so, where it is known.
    #[serde(default, skip_serializing_if = "Cause::is_unknown")]
    pub cause: Cause,
}

/// Why a key is not what it should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Nobody can say.
    #[default]
    Unknown,
    /// A number is the same, but printed in another way.
    Respelled,
    /// A number is the same, but for the zeros before it.
    Padded,
    /// A number is a whole float in one and an integer in the other.
    WholeFloat,
    /// A computed part is none of the values that the model says.
    NotOfPattern,
    /// The item lacks the key, which the model writes of it.
    NotWritten,
    /// The same, of a key that is made of fields that the item lacks, too.
    FieldsUnset,
    /// A field printed a word for nothing, since it is not set.
    PrintedUnset,
    /// The same, since the key is computed before any field is set.
    PrintedEarly,
    /// The same, since the expression gives none.
    PrintedNone,
    /// The item's own field holds a word for nothing.
    PrintedWord,
    /// The item's own field holds a text that was never filled in.
    Unfilled(Unfilled),
    /// The key holds such a word or text, and the item's own field does not.
    Outdated,
    /// The key is of another type.
    Type(Mistyped),
}

/// A key of another type than the model says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mistyped {
    /// What is stored.
    pub stored: ValueKind,
    /// The type that the model says.
    pub key: KeyType,
    /// What the model writes of the item; none where it writes no key.
    pub written: Option<ValueKind>,
    /// What the item's own field is.
    pub field: Option<ValueKind>,
    /// What the model says that the field is.
    pub declared: Option<AttributeType>,
}

impl Cause {
    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

impl Subject {
    /// Of a kind of defect alone.
    pub fn of(defect: Defect) -> Self {
        Self { defect, entity: None, index: None, attribute: None, detail: String::new(), cause: Cause::Unknown }
    }
}

/// The lengths of the values of a key attribute, in bytes: the last place is for all longer ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lengths(pub Vec<u64>);

/// The longest key that DynamoDB takes.
pub const LONGEST: usize = 2048;

impl Lengths {
    /// Counts a value.
    #[inline]
    pub fn add(&mut self, length: usize) {
        let at = length.min(LONGEST);
        if self.0.len() <= at {
            // In steps, so that it grows seldom.
            self.0.resize(((at / 64) + 1) * 64 + 1, 0);
        }
        self.0[at] += 1;
    }

    fn merge(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own += other);
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The least length that a share of the values does not exceed.
    pub fn quantile(&self, share: f64) -> usize {
        let wanted = (self.count() as f64 * share).ceil().max(1.0) as u64;
        let mut sum = 0;
        for (length, count) in self.0.iter().enumerate() {
            sum += count;
            if sum >= wanted {
                return length;
            }
        }
        0
    }

    /// The longest.
    pub fn max(&self) -> usize {
        self.0.iter().rposition(|count| *count > 0).unwrap_or(0)
    }
}

/// Saved sparsely: pairs of length and count.
impl Serialize for Lengths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().enumerate().filter(|(_, count)| **count > 0))
    }
}

impl<'de> Deserialize<'de> for Lengths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut lengths = Self::default();
        for (length, count) in Vec::<(usize, u64)>::deserialize(deserializer)? {
            lengths.add(length);
            lengths.0[length.min(LONGEST)] += count.saturating_sub(1);
        }
        Ok(lengths)
    }
}

/// The sizes of items, to within 1 %: an HDR histogram of two significant digits. The largest is exact.
#[derive(Clone, Debug)]
pub struct Sizes {
    histogram: Histogram<u64>,
    max: u64,
}

/// DynamoDB's largest item is 400 KB; a stray larger one counts as this.
const LARGEST: u64 = 1 << 20;

impl Default for Sizes {
    fn default() -> Self {
        // Bounds that the library takes: a test makes one.
        #[allow(clippy::unwrap_used, reason = "constant arguments")]
        let histogram = Histogram::new_with_bounds(1, LARGEST, 2).unwrap();
        Self { histogram, max: 0 }
    }
}

impl Sizes {
    /// Counts an item.
    #[inline]
    pub fn add(&mut self, size: u64) {
        self.histogram.saturating_record(size);
        self.max = self.max.max(size);
    }

    fn merge(&mut self, other: &Self) {
        // Both have the same bounds.
        let _ = self.histogram.add(&other.histogram);
        self.max = self.max.max(other.max);
    }

    /// The size that a share of the items does not exceed, to within 1 %.
    pub fn quantile(&self, share: f64) -> u64 {
        self.histogram.value_at_quantile(share).min(self.max)
    }

    /// Sizes, each to within 1 %, with how many items have it.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let sizes = self.histogram.iter_recorded();
        sizes.map(|one| (one.value_iterated_to().min(self.max), one.count_at_value()))
    }

    /// The largest.
    pub fn max(&self) -> u64 {
        self.max
    }
}

impl Serialize for Sizes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.max, self.counts().collect::<Vec<_>>()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sizes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut sizes = Self::default();
        let (max, counts) = <(u64, Vec<(u64, u64)>)>::deserialize(deserializer)?;
        for (size, count) in counts {
            sizes.histogram.saturating_record_n(size, count);
        }
        sizes.max = max;
        Ok(sizes)
    }
}

/// The keys of plain items: those whose every key is what the model writes from values without anything special.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plain {
    /// How many.
    pub count: u64,
    /// How many of them are text that is the same in a dialect that puts keys in lower case.
    pub caseless: u64,
}

/// What was seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Items.
    pub items: u64,
    /// Their bytes, as DynamoDB counts them.
    pub bytes: u64,
    /// Changes of an incremental export that delete an item.
    pub deleted: u64,
    /// Items by entity.
    pub entities: Vec<u64>,
    /// Defects.
    #[serde(with = "pairs")]
    pub tallies: BTreeMap<Subject, Tally>,
    /// Keys of which a field is not stored.
    #[serde(with = "pairs")]
    pub unstored: BTreeMap<Unstored, Tally>,
    /// How many items store each field that keys use, of those that were not plain.
    pub stored: Vec<u64>,
    /// The shapes of unclassified items.
    pub shapes: Shapes,
    /// The lengths of the values of key attributes.
    pub lengths: Vec<Lengths>,
    /// The sizes of items.
    pub sizes: Sizes,
    /// The keys of plain items, entity by entity, key by key.
    pub plain: Vec<Plain>,
    /// Other keys that were compared, and how many of them each dialect writes.
    pub compared: u64,
    /// In the order of [`Era::ALL`](crate::model::Era::ALL).
    pub explained: [u64; 6],
    /// Parts of keys that may be numbers or times.
    pub seen: Vec<Seen>,
    /// Partitions, index by index.
    pub partitions: Vec<Partitions>,
}

impl State {
    /// True where its lists are those of a catalog: what a file holds may be anything.
    pub fn fits(&self, catalog: &Catalog) -> bool {
        self.entities.len() == catalog.entities.len()
            && self.lengths.len() == catalog.attributes.len()
            && self.plain.len() == catalog.keys.len()
            && self.stored.len() == catalog.fields.len()
            && self.unstored.keys().flat_map(|one| &one.fields).all(|at| usize::from(*at) < catalog.fields.len())
            && self.seen.len() == catalog.parts.len()
            && self.partitions.len() == catalog.indexes.len()
    }

    /// Counts what was held back to count it along with what follows. A state is complete only then.
    pub fn flush(&mut self) {
        self.partitions.iter_mut().for_each(Partitions::flush);
    }

    /// Adds what another part of the table holds. Both are of one auditor; `most` is its number of examples.
    pub fn merge(&mut self, other: Self, most: usize) {
        self.items += other.items;
        self.bytes += other.bytes;
        self.deleted += other.deleted;
        add(&mut self.entities, &other.entities);
        for (subject, tally) in other.tallies {
            self.tallies.entry(subject).or_default().merge(tally, most);
        }
        for (unstored, tally) in other.unstored {
            self.unstored.entry(unstored).or_default().merge(tally, most);
        }
        self.stored.resize(self.stored.len().max(other.stored.len()), 0);
        add(&mut self.stored, &other.stored);
        self.shapes.merge(other.shapes, most);
        self.lengths.resize_with(self.lengths.len().max(other.lengths.len()), Lengths::default);
        self.lengths.iter_mut().zip(&other.lengths).for_each(|(own, other)| own.merge(other));
        self.sizes.merge(&other.sizes);
        self.plain.resize(self.plain.len().max(other.plain.len()), Plain::default());
        for (own, other) in self.plain.iter_mut().zip(&other.plain) {
            own.count += other.count;
            own.caseless += other.caseless;
        }
        self.compared += other.compared;
        add(&mut self.explained, &other.explained);
        self.seen.resize(self.seen.len().max(other.seen.len()), Seen::default());
        self.seen.iter_mut().zip(other.seen).for_each(|(own, other)| own.merge(other));
        self.partitions.resize_with(self.partitions.len().max(other.partitions.len()), Partitions::default);
        self.partitions.iter_mut().zip(other.partitions).for_each(|(own, other)| own.merge(other));
    }
}

fn add(own: &mut [u64], other: &[u64]) {
    own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
}

/// A map whose keys are no text, as a list of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<K, V>, D::Error> {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
