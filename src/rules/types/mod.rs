//! Rules about types of keys and fields.
