//! Rules about indexes.

pub mod constant_partition_key;
pub mod duplicate_index;
pub mod index_attribute_reused;
pub mod low_cardinality_partition_key;
pub mod lsi_collection_risk;
pub mod missing_primary;
pub mod multi_attribute_key_invalid;
pub mod mutable_field_in_primary_key;
mod partitions;
pub mod projection_misses_field;
mod same;
mod spread;
pub(in crate::rules) mod tables;
pub mod time_bucket_partition_key;
pub mod too_many_indexes;
pub mod undocumented_index;
pub mod untyped_attribute;
pub mod unused_index;
