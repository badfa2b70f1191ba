//! Items that share a primary key.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use foldhash::quality::FixedState;

/// Primary keys that were seen, as hashes of 128 bits (of two keys in 10^18 one pair shares one), each with the first
/// place of it: the number of its file, and the line.
#[derive(Debug)]
pub(super) struct Duplicates(Vec<Mutex<Places>>);

type Places = HashMap<[u64; 2], (u32, u32), FixedState>;

impl Duplicates {
    pub fn new() -> Self {
        Self((0..64).map(|_| Mutex::new(HashMap::default())).collect())
    }

    /// The first place of a key that was there before. Whatever the order, the first two places of a key come together
    /// once, and no pair is before them.
    pub fn first(&self, key: u128, place: (u32, u32)) -> Option<(u32, u32)> {
        let (high, low) = ((key >> 64) as u64, key as u64);
        let shard = &self.0[usize::try_from(high >> 58).unwrap_or_default()];
        match shard.lock().unwrap_or_else(PoisonError::into_inner).entry([high, low]) {
            Entry::Vacant(entry) => {
                entry.insert(place);
                None
            }
            Entry::Occupied(mut entry) => {
                let known = *entry.get();
                if place < known {
                    entry.insert(place);
                }
                Some(known)
            }
        }
    }
}

/// Bytes of memory that [`Options::duplicates`](super::Options::duplicates) takes for each item, at most: 25 bytes in a
/// table that is 7/16 full at worst, and half as many again while a shard of it grows.
pub const BYTES_FOR_DUPLICATES: u64 = 90;
