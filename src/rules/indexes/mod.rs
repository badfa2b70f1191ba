//! Rules about indexes.

pub mod index_attribute_reused;
pub mod missing_primary;
pub mod multi_attribute_key_invalid;
