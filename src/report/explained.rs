//! One item, explained: what every output format shows.

use crate::key::{Engine, EngineIndex, Fields, Half, KeyBuffer, Recorder, Written};
use crate::model::{Index, PRIMARY};
use crate::source::ItemPlace;
use crate::value::Value;

use super::Leveled;

/// An item with its keys and what was found in them.
#[derive(Debug)]
pub struct Explained<'x, 'm> {
    /// Where the item was.
    pub place: ItemPlace<'x>,
    /// The engine of its entity.
    pub engine: &'m Engine,
    /// Its fields.
    pub fields: &'x Fields<'x>,
    /// Its keys.
    pub keys: &'x KeyBuffer,
    /// Where each part of them came from.
    pub recorder: &'x Recorder<'m>,
    /// The item's `ttl`, which every model of boto3-assist has since 0.54.
    pub ttl: Option<&'x Value<'x>>,
    /// What was found.
    pub findings: &'x [Leveled],
    /// Which of the keys to show.
    pub selection: Selection<'x>,
}

/// Which of an item's keys to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'x> {
    /// Only this index.
    pub index: Option<&'x str>,
    /// Only partition keys.
    pub partition_key_only: bool,
}

impl<'x, 'm> Explained<'x, 'm> {
    /// The entity's name.
    pub fn entity(&self) -> &'m str {
        &self.engine.model().entity.value
    }

    /// The indexes to show, with the numbers of their keys.
    pub fn indexes(&self) -> impl Iterator<Item = (&'m Index, &'m EngineIndex)> + use<'x, 'm> {
        let selection = self.selection;
        self.engine
            .model()
            .indexes
            .iter()
            .zip(self.engine.indexes())
            .filter(move |(index, _)| selection.index.is_none_or(|name| name == index.name.value))
    }

    /// The numbers of the keys to show of a half of an index.
    pub fn half(&self, index: &'m EngineIndex, half: Half) -> &'m [usize] {
        match half {
            Half::Partition => &index.partition_keys,
            Half::Sort if self.selection.partition_key_only => &[],
            Half::Sort => &index.sort_keys,
        }
    }

    /// Every key to show, as attribute and value, in order; where two indexes write one attribute, the last one counts.
    pub fn attributes(&self) -> Vec<(&'m str, Written<'x>)> {
        let mut all: Vec<(&str, Written<'_>)> = Vec::with_capacity(self.keys.len());
        for (_, index) in self.indexes() {
            let numbers = self.half(index, Half::Partition).iter().chain(self.half(index, Half::Sort));
            for number in numbers {
                let attribute = self.engine.keys()[*number].attribute.as_str();
                let written = self.keys.get(*number);
                match all.iter_mut().find(|(name, _)| *name == attribute) {
                    Some((_, value)) => *value = written,
                    None => all.push((attribute, written)),
                }
            }
        }
        all
    }

    /// True of the table's own key.
    pub fn is_primary(index: &Index) -> bool {
        index.name.value == PRIMARY
    }
}
