//! Rules about names.

mod convention;
pub mod inconsistent_delimiter;
pub mod inconsistent_prefix_case;
pub mod index_gap;
pub mod index_naming;
pub mod invalid_index_name;
pub mod key_attribute_name_too_long;
pub mod key_attribute_naming;
pub mod key_attribute_shadows_field;
mod rename;
pub mod reserved_word;
