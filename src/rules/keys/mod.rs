//! Rules about how keys are built.

pub mod empty_key;
pub mod key_too_long;
pub mod open_ended_prefix;
pub mod unterminated_prefix;
