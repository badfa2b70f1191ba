//! Rules about how keys are built.

pub mod ambiguous_key;
pub mod empty_key;
pub mod identical_keys;
pub mod key_too_long;
mod overlap;
pub mod overlapping_keys;
