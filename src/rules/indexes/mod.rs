//! Rules about indexes.

pub mod index_attribute_reused;
pub mod missing_primary;
