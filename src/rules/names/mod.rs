//! Rules about names of indexes and attributes.
