//! The partitions of an index: which values its partition key has, where they can be counted.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::spread::{FEW, Spread, spread};
use crate::key::python::str_of;
use crate::key::{Half, Written, few_texts, rule_span};
use crate::model::{AttributeType, FieldPath, Index, IndexKind, Rule};
use crate::rules::{Design, Entity, KeyOf, Place};
use crate::value::Value;

/// The most items that are tried to count the values of a key.
const MOST_ITEMS: usize = 1_000;

/// The partition keys of an index with the values that they have together; one value for each of a multi-attribute key.
pub(super) struct Partitions<'e> {
    /// The index.
    pub index: &'e Index,
    /// Its partition keys.
    pub keys: Vec<KeyOf<'e>>,
    /// Their values, each once.
    pub values: BTreeSet<Vec<String>>,
}

impl Partitions<'_> {
    /// The place of what the partition key is built from: its first placeholder where it has one.
    pub(super) fn place(&self) -> Option<Place> {
        let holes = self.keys.iter().find_map(|key| {
            let hole = key.ways().iter().flat_map(|way| way.holes().collect::<Vec<_>>()).next();
            hole.map(|hole| key.entity.place(hole.span))
        });
        let rule = || {
            let key = self.keys.first()?;
            let ways = key.ways();
            Some(key.entity.place(rule_span(ways.first()?.rule)))
        };
        holes.or_else(rule)
    }

    /// "`gsi1`", or "the table" for its own key.
    pub(super) fn index_name(&self) -> String {
        match self.index.kind {
            IndexKind::Primary => "the table".to_owned(),
            IndexKind::Global | IndexKind::Local => format!("`{}`", self.index.name.value),
        }
    }

    /// The values as a reader looks for them, the first few of many.
    pub(super) fn listed(&self) -> String {
        const SHOWN: usize = 4;
        let one =
            |values: &Vec<String>| values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" + ");
        let mut shown: Vec<String> = self.values.iter().take(SHOWN).map(one).collect();
        if self.values.len() > SHOWN {
            shown.push("…".to_owned());
        }
        shown.join(", ")
    }
}

/// The indexes of an entity whose partition keys have a few values that can be counted.
///
/// An entity of which the table holds only a few items, because its primary key has only a few values, has none: there
/// is nothing to spread. A local index has the partitions of the table.
pub(super) fn counted(entity: &Entity) -> Vec<Partitions<'_>> {
    if is_bounded(entity, Spread::Few) {
        return Vec::new();
    }
    let indexes = entity.model().indexes.iter().filter(|index| index.kind != IndexKind::Local);
    indexes
        .filter_map(|index| {
            let keys = partition_keys(entity, index);
            if keys.is_empty() || spread(&keys) != Spread::Few {
                return None;
            }
            let values = values(entity, &keys).filter(|values| values.len() <= FEW)?;
            Some(Partitions { index, keys, values })
        })
        .collect()
}

/// The partition keys of an index.
pub(super) fn partition_keys<'e>(entity: &'e Entity, index: &'e Index) -> Vec<KeyOf<'e>> {
    entity.keys_of(index).into_iter().filter(|key| key.half == Half::Partition).collect()
}

/// True where the primary key as a whole tells no more apart than `most`: there are only so many items.
pub(super) fn is_bounded(entity: &Entity, most: Spread) -> bool {
    entity.primary().is_some_and(|primary| spread(&entity.keys_of(primary)) <= most)
}

/// The values that keys have together: those that the engine writes for every value of the fields, where these can be
/// tried; else what the keys can be at most.
fn values(entity: &Entity, keys: &[KeyOf<'_>]) -> Option<BTreeSet<Vec<String>>> {
    let mut fields: Vec<&FieldPath> = Vec::new();
    for field in keys.iter().flat_map(KeyOf::fields) {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    let domains: Option<Vec<_>> = fields.iter().map(|field| domain(entity, field)).collect();
    let tried = domains.and_then(|domains| written(entity, keys, &domains));
    tried.or_else(|| possible(keys))
}

/// A field and what it can be; None where it can be unset.
type Domain = (String, Vec<Option<Value<'static>>>);

fn domain(entity: &Entity, field: &FieldPath) -> Option<Domain> {
    let attribute = entity.attribute(field).filter(|_| field.path.is_empty())?;
    let mut values: Vec<Option<Value<'static>>> = match *attribute.kind {
        _ if !attribute.allowed.is_empty() => attribute.allowed.iter().map(|one| Some(one.value.clone())).collect(),
        AttributeType::Boolean => vec![Some(Value::Bool(true)), Some(Value::Bool(false))],
        _ => return None,
    };
    if !attribute.required {
        values.push(None);
    }
    Some((attribute.name.value.clone(), values))
}

/// What the engine writes for every combination of values, none where there are too many.
fn written(entity: &Entity, keys: &[KeyOf<'_>], domains: &[Domain]) -> Option<BTreeSet<Vec<String>>> {
    let count = domains.iter().try_fold(1_usize, |count, (_, values)| count.checked_mul(values.len()))?;
    if count > MOST_ITEMS {
        return None;
    }
    let mut base = entity.usual_item().clone();
    base.retain(|(name, _)| domains.iter().all(|(field, _)| name != field));
    let mut all = BTreeSet::new();
    for number in 0..count {
        let mut item = base.clone();
        let mut rest = number;
        for (name, values) in domains {
            if let Some(Some(value)) = values.get(rest % values.len()) {
                item.push((Cow::Owned(name.clone()), value.clone()));
            }
            rest /= values.len();
        }
        let buffer = entity.write(&item);
        let texts = keys.iter().map(|key| match buffer.get(key.number) {
            Written::Text(text) => Some(text.to_owned()).filter(|text| !text.is_empty()),
            Written::Typed(value @ (Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Str(_))) => {
                str_of(value)
            }
            Written::Open(_) | Written::Typed(_) | Written::Absent | Written::Failed(_) => None,
        });
        // An item without one of the keys is not in the index.
        all.extend(texts.collect::<Option<Vec<String>>>());
    }
    Some(all)
}

/// What the keys can be, whatever the fields are.
fn possible(keys: &[KeyOf<'_>]) -> Option<BTreeSet<Vec<String>>> {
    let mut all = BTreeSet::from([Vec::new()]);
    for key in keys {
        let texts = few_texts(&key.shape().language(&[]), FEW)?;
        let joined = all.iter().flat_map(|head: &Vec<String>| {
            let tails = texts.iter().filter(|text| !text.is_empty());
            tails.map(|text| head.iter().cloned().chain([text.clone()]).collect())
        });
        all = joined.collect();
        if all.len() > FEW {
            return None;
        }
    }
    Some(all)
}

/// What to write so that items are spread over shards: the key of an index with one part more.
pub(super) fn sharding(design: &Design, partitions: &Partitions<'_>) -> String {
    let last = partitions.keys.last().and_then(|key| Some((key, key.ways().first()?.rule)));
    let end = match last {
        Some((_, Rule::BuildKey(_))) => "`[\"shard\", \"{shard}\"]`".to_owned(),
        Some((key, Rule::Template(_))) => format!("`{}shard{0}{{shard}}`", key.delimiter(design)),
        Some((_, Rule::Value(_))) | None => "a shard".to_owned(),
    };
    format!(
        "add {end} to the key, a number that is computed from the id: declare it with `computed = true`, add it to `given` \
         of the access patterns, and query every shard"
    )
}
