//! Counts with examples, which come out the same in whatever order the items come.

use serde::{Deserialize, Serialize};

/// What an example shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Example {
    /// The hash of the item's primary key: examples are those of the smallest ranks, so that the choice does not depend
    /// on the order of the items.
    pub rank: u64,
    /// The item's primary key: attributes and values.
    pub key: Vec<(String, String)>,
    /// Where the item was: `file:line`; none of an item of a live table.
    pub place: Option<String>,
    /// The key attribute that it is about.
    pub attribute: Option<String>,
    /// What is stored there.
    pub stored: Option<String>,
    /// What the model writes there.
    pub expected: Option<String>,
}

/// A count, and the first examples by rank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Some of them, each of another rank, in order.
    pub examples: Vec<Example>,
}

impl Tally {
    /// Counts one. The example is made only where it is wanted, of which at most `most` are kept.
    pub fn add(&mut self, rank: u64, most: usize, example: impl FnOnce() -> Example) {
        self.count += 1;
        // One of the same rank may still be less: another line of the same item.
        let full = self.examples.len() >= most && self.examples.last().is_none_or(|last| rank > last.rank);
        if !full {
            self.insert(example(), most);
        }
    }

    fn insert(&mut self, example: Example, most: usize) {
        match self.examples.binary_search_by(|known| known.rank.cmp(&example.rank)) {
            Ok(at) => {
                if example < self.examples[at] {
                    self.examples[at] = example;
                }
            }
            Err(at) => self.examples.insert(at, example),
        }
        self.examples.truncate(most);
    }

    /// Adds what another part of the table counted.
    pub fn merge(&mut self, other: Self, most: usize) {
        self.count += other.count;
        for example in other.examples {
            self.insert(example, most);
        }
    }
}
