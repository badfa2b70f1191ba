//! Audits an item in the short way: by its entity's [`Plan`](super::plan::Plan), as it stands in the input.

use super::digits::Digits;
use super::plan::MOST_KEYS;
use super::shown::{Whereabouts, rank_of};
use super::suspect::{LARGEST_ITEM, NEAR};
use super::tally::Example;
use super::times::looks;
use super::worker::{JOINED, Worker};
use crate::model::KeyType;
use crate::source::raw::RawItem;

impl Worker<'_> {
    /// Audits an item in the short way; false where that does not tell.
    #[inline]
    pub(super) fn plain(&mut self, item: &RawItem<'_>, place: Whereabouts<'_>) -> bool {
        if item.size * 100 >= LARGEST_ITEM * NEAR as u64 || self.auditor.options().duplicates {
            return false;
        }
        let count = self.auditor.entities.len();
        let mut entity = self.last;
        for _ in 0..count {
            if self.plain_of(entity, item, place) {
                self.last = entity;
                return true;
            }
            entity = if entity + 1 == count { 0 } else { entity + 1 };
        }
        false
    }

    #[inline]
    fn plain_of(&mut self, entity: usize, item: &RawItem<'_>, place: Whereabouts<'_>) -> bool {
        let auditor = self.auditor;
        let own = &auditor.entities[entity];
        let Some(plan) = &own.plan else { return false };
        if !plan.may_be(item) || !own.ttl.iter().all(|ttl| ttl.is_plain(item)) {
            return false;
        }
        // Keys are compared first, and counted only when all are plain.
        let mut results = [(0_u32, false); MOST_KEYS];
        let mut count = 0;
        self.looked.clear();
        for index in plan.indexes.iter().filter(|index| !index.is_left_out(item)) {
            for key in &index.keys {
                let looked = &mut self.looked;
                let mut part = |seen: usize, range| looked.push((seen, range, key.stored));
                let Some(compared) = key.compare(item, &mut part) else { return false };
                results[count] = (u32::try_from(compared.length).unwrap_or_default(), compared.caseless);
                count += 1;
            }
        }
        let state = &mut self.state;
        state.items += 1;
        state.bytes += item.size;
        state.entities[entity] += 1;
        state.sizes.add(item.size);
        let mut results = results.into_iter();
        for index in plan.indexes.iter().filter(|index| !index.is_left_out(item)) {
            for (key, (length, caseless)) in index.keys.iter().zip(&mut results) {
                state.lengths[key.stored].add(length as usize);
                // Dialects differ in text alone.
                let plain = &mut state.plain[own.first_key + key.key];
                plain.count += 1;
                plain.caseless += u64::from(caseless && key.kind == KeyType::S);
            }
            let partition = &auditor.indexes[index.index].partition;
            if let [one] = partition.as_slice() {
                state.partitions[index.index].add(item.get(*one).1, item.size);
            } else {
                let joined: Vec<&str> = partition.iter().map(|one| item.get(*one).1).collect();
                state.partitions[index.index].add(&joined.join(JOINED), item.size);
            }
        }
        let rank = match self.looked.is_empty() {
            true => 0,
            false => rank_of(auditor.primary.iter().map(|attribute| item.get(*attribute).1)),
        };
        for (seen, range, stored) in self.looked.drain(..) {
            let stored = item.get(stored).1;
            let text = stored.get(range).unwrap_or_default();
            let part = &auditor.seen[seen];
            let found = looks(text, part);
            let digits = if part.may_be_digits { Digits::of(text) } else { None };
            state.seen[seen].add(
                found,
                digits,
                || rank,
                |rank| Example {
                    rank,
                    key: auditor
                        .primary
                        .iter()
                        .map(|attribute| {
                            (auditor.names().name(*attribute).to_owned(), item.get(*attribute).1.to_owned())
                        })
                        .collect(),
                    place: place.shown(),
                    attribute: Some(auditor.engines[part.entity].keys()[part.key].attribute.clone()),
                    stored: Some(stored.to_owned()),
                    expected: None,
                },
            );
        }
        true
    }
}
