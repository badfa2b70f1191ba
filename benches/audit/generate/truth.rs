//! What is known of a generated export.

use std::collections::BTreeMap;

use serde_json::json;

/// What a count is of: check, entity, index and key attribute; empty where there is none.
pub type Subject = (&'static str, &'static str, &'static str, &'static str);

/// The truth about some items.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// All items.
    pub items: u64,
    /// Their sizes in DynamoDB together.
    pub bytes: u64,
    /// Items by entity.
    pub entities: BTreeMap<&'static str, u64>,
    /// Defects.
    pub checks: BTreeMap<Subject, u64>,
    /// Unclassified items by the shapes of their keys; none where each has its own.
    pub shapes: BTreeMap<&'static str, u64>,
    /// Numbers in `lsi1_sk` of another width than four digits, by their width.
    pub widths: BTreeMap<usize, u64>,
    /// Times in `gsi1_sk` of events that are not written as the others are, by their format.
    pub formats: BTreeMap<&'static str, u64>,
    /// Items in the hot partition.
    pub hot_items: u64,
    /// Their bytes.
    pub hot_bytes: u64,
}

/// The index of the hot partition.
pub const HOT_INDEX: &str = "gsi1";
/// Its key.
pub const HOT_KEY: &str = "product#P-00000001";

fn merge<K: Ord + Copy>(own: &mut BTreeMap<K, u64>, other: &BTreeMap<K, u64>) {
    for (key, count) in other {
        *own.entry(*key).or_default() += count;
    }
}

impl Truth {
    /// Adds what is known of other items.
    pub fn add(&mut self, other: &Self) {
        self.items += other.items;
        self.bytes += other.bytes;
        self.hot_items += other.hot_items;
        self.hot_bytes += other.hot_bytes;
        merge(&mut self.entities, &other.entities);
        merge(&mut self.checks, &other.checks);
        merge(&mut self.shapes, &other.shapes);
        merge(&mut self.widths, &other.widths);
        merge(&mut self.formats, &other.formats);
    }

    /// How many items have a defect of a kind.
    pub fn count(&self, check: &str) -> u64 {
        self.checks.iter().filter(|((own, ..), _)| *own == check).map(|(_, count)| count).sum()
    }

    /// The same as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        let mut checks = serde_json::Map::new();
        for (check, ..) in self.checks.keys() {
            let groups: Vec<_> = self
                .checks
                .iter()
                .filter(|((own, ..), _)| own == check)
                .map(|((_, entity, index, attribute), count)| {
                    json!({ "entity": entity, "index": index, "attribute": attribute, "count": count })
                })
                .collect();
            checks.insert((*check).to_owned(), json!({ "count": self.count(check), "groups": groups }));
        }
        json!({
            "items": self.items,
            "bytes": self.bytes,
            "entities": self.entities,
            "checks": checks,
            "shapes": self.shapes,
            "mis-sorted-number": { "entity": "OrderLine", "attribute": "lsi1_sk", "widths": self.widths },
            "mixed-time-formats": { "entity": "Event", "attribute": "gsi1_sk", "formats": self.formats },
            "hot-partition": {
                "index": HOT_INDEX, "key": HOT_KEY, "items": self.hot_items, "bytes": self.hot_bytes,
            },
        })
    }
}
