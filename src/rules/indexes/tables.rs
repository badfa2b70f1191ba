//! Which entities share a table.

use std::collections::BTreeMap;

use crate::model::{Index, IndexKind};
use crate::rules::{Design, Entity};

/// Entities of one table.
pub(in crate::rules) struct Table<'d> {
    /// The attributes of the table's own key.
    pub key: Vec<&'d str>,
    /// The entities, in the order of the design, those without a primary key last.
    pub entities: Vec<&'d Entity>,
}

/// The entities of a design by table: those whose primary keys are the same attributes. An entity without a primary key
/// belongs to the table of the others where there is only one.
pub(in crate::rules) fn tables(design: &Design) -> Vec<Table<'_>> {
    let mut tables: Vec<Table<'_>> = Vec::new();
    let mut places: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let keyed = design.entities.iter().filter_map(|entity| Some((entity, attributes(entity.primary()?))));
    for (entity, key) in keyed {
        let place = *places.entry(key.clone()).or_insert(tables.len());
        match tables.get_mut(place) {
            Some(table) => table.entities.push(entity),
            None => tables.push(Table { key, entities: vec![entity] }),
        }
    }
    let lost = design.entities.iter().filter(|entity| entity.primary().is_none());
    match tables.as_mut_slice() {
        [only] => only.entities.extend(lost),
        _ => tables.extend(lost.map(|entity| Table { key: Vec::new(), entities: vec![entity] })),
    }
    tables
}

impl<'d> Table<'d> {
    /// Every secondary index that an entity of the table writes, with the entity.
    pub(super) fn secondary(&self) -> impl Iterator<Item = (&'d Entity, &'d Index)> {
        self.entities.iter().flat_map(|entity| secondary(entity).map(|index| (*entity, index)))
    }

    /// True where the configuration's table is this one.
    pub(super) fn is_configured(&self, design: &Design, tables: usize) -> bool {
        let facts = &design.table;
        let named: Vec<&str> = [&facts.partition_key, &facts.sort_key]
            .into_iter()
            .filter_map(|key| key.as_ref().map(|(name, _)| name.as_str()))
            .collect();
        if named.is_empty() { tables == 1 } else { named == self.key }
    }
}

/// The secondary indexes of an entity.
pub(super) fn secondary(entity: &Entity) -> impl Iterator<Item = &Index> {
    entity.model().indexes.iter().filter(|index| index.kind != IndexKind::Primary)
}

/// The key attributes of an index.
pub(super) fn attributes(index: &Index) -> Vec<&str> {
    let keys = index.partition_keys.keys.iter().chain(&index.sort_keys.keys);
    keys.map(|key| key.attribute.value.as_str()).collect()
}
