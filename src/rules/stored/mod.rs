//! Rules about what is stored in a table. The audit counts it; here is what each count means.

pub mod ambiguous_item;
pub mod case_variant_key;
pub mod duplicate_primary_key;
pub mod field_not_stored;
pub mod hot_partition;
pub mod item_near_limit;
pub mod key_near_limit;
pub mod large_collection;
pub mod leftover_index_key;
pub mod mis_sorted_number;
pub mod missing_index_key;
pub mod odd_characters;
pub mod stale_key;
pub mod unclassified_item;
