//! Rules about types of keys and fields.

pub mod key_type_conflict;
pub mod key_type_not_scalar;
pub mod text_in_number_key;
pub mod ttl_not_epoch_seconds;
