//! Models beside the description of a table.

use crate::model::{Index, IndexKind, Key};
use crate::rules::{Design, Entity, Place};
use crate::source::{IndexDescription, KeySchema, TableDescription};
use crate::text::counted;

/// An index of one entity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modelled<'d> {
    pub entity: &'d Entity,
    pub index: &'d Index,
}

impl<'d> Modelled<'d> {
    pub(super) fn name(&self) -> &'d str {
        &self.index.name.value
    }

    /// Its place in the model.
    pub(super) fn place(&self) -> Place {
        self.entity.place(self.index.name.span)
    }

    /// The attributes of its partition key; of a local index those of the table.
    pub(super) fn partition(&self) -> Vec<&'d str> {
        attributes(self.entity.model().partition_keys(self.index))
    }

    /// The attributes of its sort key.
    pub(super) fn sort(&self) -> Vec<&'d str> {
        attributes(&self.index.sort_keys.keys)
    }

    /// What the table has under its name.
    pub(super) fn described<'t>(&self, table: &'t TableDescription) -> Option<Described<'t>> {
        match self.index.kind {
            IndexKind::Primary => Some(Described { keys: &table.keys, index: None }),
            IndexKind::Global | IndexKind::Local => {
                let index = index(table, self.name())?;
                Some(Described { keys: &index.keys, index: Some(index) })
            }
        }
    }
}

/// What DynamoDB says of the table itself, or of an index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Described<'t> {
    pub keys: &'t KeySchema,
    pub index: Option<&'t IndexDescription>,
}

/// The index of a name.
pub(super) fn index<'t>(table: &'t TableDescription, name: &str) -> Option<&'t IndexDescription> {
    table.indexes.iter().find(|index| index.name == name)
}

/// Every index of every entity.
pub(super) fn modelled(design: &Design) -> impl Iterator<Item = Modelled<'_>> {
    let indexes = |entity| Entity::model(entity).indexes.iter().map(move |index| Modelled { entity, index });
    design.entities.iter().flat_map(indexes)
}

/// Every secondary index of every entity.
pub(super) fn secondary(design: &Design) -> impl Iterator<Item = Modelled<'_>> {
    modelled(design).filter(|one| one.index.kind != IndexKind::Primary)
}

fn attributes(keys: &[Key]) -> Vec<&str> {
    keys.iter().map(|key| key.attribute.value.as_str()).collect()
}

/// The names of a half of a key schema.
pub(super) fn names<K>(half: &[(String, K)]) -> Vec<&str> {
    half.iter().map(|(name, _)| name.as_str()).collect()
}

/// An index of the table that has the keys of a model's index under another name, which no model has.
pub(super) fn same_keys<'t>(
    design: &Design,
    table: &'t TableDescription,
    one: Modelled<'_>,
) -> Option<&'t IndexDescription> {
    let is_free = |index: &&IndexDescription| secondary(design).all(|other| other.name() != index.name);
    let is_same = |index: &&IndexDescription| {
        names(&index.keys.partition) == one.partition() && names(&index.keys.sort) == one.sort()
    };
    table.indexes.iter().filter(is_free).find(is_same)
}

/// Things of one kind that entities share, in the order in which they come.
#[derive(Debug)]
pub(super) struct Shared<'d, T>(pub Vec<(T, Vec<&'d str>)>);

impl<'d, T: PartialEq> Shared<'d, T> {
    pub(super) fn new(all: impl IntoIterator<Item = (T, &'d str)>) -> Self {
        let mut shared: Vec<(T, Vec<&'d str>)> = Vec::new();
        for (thing, entity) in all {
            match shared.iter_mut().find(|(known, _)| *known == thing) {
                Some((_, entities)) if entities.contains(&entity) => {}
                Some((_, entities)) => entities.push(entity),
                None => shared.push((thing, vec![entity])),
            }
        }
        Self(shared)
    }
}

/// The entity, where it is only one.
pub(super) fn only(entities: &[&str]) -> Option<String> {
    match entities {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

/// Names in a sentence: `a`, `a` and `b`, `a`, `b` and 3 others.
pub(super) fn listed(all: &[&str]) -> String {
    let quoted: Vec<String> = all.iter().take(3).map(|name| format!("`{name}`")).collect();
    match (quoted.as_slice(), all.len()) {
        ([], _) => "nothing".to_owned(),
        ([one], _) => one.clone(),
        ([first, second], _) => format!("{first} and {second}"),
        ([first, second, third], 3) => format!("{first}, {second} and {third}"),
        ([first, second, ..], count) => format!("{first}, {second} and {}", counted(count as u64 - 2, "other")),
    }
}

/// The verb in the number of what does it.
pub(super) fn verb<'v>(all: &[&str], one: &'v str, several: &'v str) -> &'v str {
    if all.len() == 1 { one } else { several }
}
