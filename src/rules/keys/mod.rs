//! Rules about how keys are built.

pub mod ambiguous_key;
pub mod dangling_delimiter;
pub mod eager_key;
pub mod empty_key;
pub mod half_index_key;
pub mod identical_keys;
pub mod key_too_long;
mod longest;
pub mod lossy_default;
pub mod missing_entity_prefix;
pub mod none_prefix;
pub mod open_ended_prefix;
mod overlap;
pub mod overlapping_keys;
mod showing;
pub mod unbounded_key;
pub mod unknown_field;
mod unset;
pub mod unset_field_in_index_key;
pub mod unset_field_in_primary_key;
pub mod unterminated_prefix;
