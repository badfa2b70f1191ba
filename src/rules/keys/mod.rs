//! Rules about how keys are built.

pub mod empty_key;
pub mod key_too_long;
pub mod unknown_field;
