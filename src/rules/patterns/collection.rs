//! Who writes into which index: the entities whose items can lie in one item collection.

use std::collections::BTreeMap;

use crate::key::{Half, Written};
use crate::model::{Index, IndexKind};
use crate::rules::{Design, Entity, Entries, KeyOf};

/// An index as one entity writes it.
pub(in crate::rules) struct Member<'e> {
    pub entity: &'e Entity,
    pub index: &'e Index,
    /// The keys that make the partition.
    pub partition: Vec<KeyOf<'e>>,
    /// The keys that sort it.
    pub sort: Vec<KeyOf<'e>>,
    /// The text with which each partition key begins, whatever the item.
    partition_prefixes: Vec<String>,
    /// The same of each sort key.
    pub sort_prefixes: Vec<String>,
}

/// The indexes of a table, each with the entities that write the same attributes for it.
pub(in crate::rules) fn collections(design: &Design) -> Vec<Vec<Member<'_>>> {
    let mut all: BTreeMap<(String, Vec<&str>), Vec<Member<'_>>> = BTreeMap::new();
    for entity in &design.entities {
        for index in &entity.model().indexes {
            let (sort, partition): (Vec<KeyOf<'_>>, Vec<KeyOf<'_>>) =
                entity.keys_of(index).into_iter().partition(|key| key.half == Half::Sort);
            let attributes = partition.iter().chain(&sort).map(KeyOf::attribute).collect();
            let name = match index.kind {
                IndexKind::Primary => String::new(),
                _ => index.name.value.clone(),
            };
            let prefixes = |keys: &[KeyOf<'_>]| keys.iter().map(|key| key.shape().literal_prefix()).collect();
            let (partition_prefixes, sort_prefixes) = (prefixes(&partition), prefixes(&sort));
            all.entry((name, attributes)).or_default().push(Member {
                entity,
                index,
                partition,
                sort,
                partition_prefixes,
                sort_prefixes,
            });
        }
    }
    all.into_values().filter(|members| members.len() > 1).collect()
}

impl<'e> Member<'e> {
    /// False where the two cannot have one partition, as far as the literal text tells.
    pub fn may_share_partition(&self, other: &Self) -> bool {
        let pairs = self.partition_prefixes.iter().zip(&other.partition_prefixes);
        self.partition.len() == other.partition.len() && { pairs }.all(|(left, right)| begin_alike(left, right))
    }

    /// The texts of the partition keys of an item; none where it has none, or an empty one.
    pub fn partition_of(&self, item: &Entries) -> Option<Vec<String>> {
        texts(self.entity, &self.partition, item)
    }

    /// The texts of the sort keys of an item; none where it is not in the index.
    pub fn sort_of(&self, item: &Entries) -> Option<Vec<String>> {
        texts(self.entity, &self.sort, item)
    }
}

/// True where one of two texts begins the other.
pub(in crate::rules) fn begin_alike(left: &str, right: &str) -> bool {
    left.starts_with(right) || right.starts_with(left)
}

fn texts(entity: &Entity, wanted: &[KeyOf<'_>], item: &Entries) -> Option<Vec<String>> {
    let keys = entity.write(item);
    let text = |key: &KeyOf<'_>| match keys.get(key.number) {
        Written::Text(text) => Some(text.to_owned()).filter(|text| !text.is_empty()),
        Written::Typed(value) => crate::key::python::str_of(value),
        Written::Open(_) | Written::Absent | Written::Failed(_) => None,
    };
    wanted.iter().map(text).collect()
}
