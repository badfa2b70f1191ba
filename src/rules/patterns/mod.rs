//! Rules about access patterns.
