//! Rules about indexes.

pub mod index_attribute_reused;
pub mod missing_primary;
pub mod mutable_field_in_primary_key;
