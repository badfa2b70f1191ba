//! The conventions for names.

use crate::model::document::words;

words! {
    /// A convention for names.
    pub enum Preset {
        /// gsi0, gsi0_pk, gsi0_sk.
        Guide = "guide",
        /// GSI1, GSI1PK, GSI1SK.
        Upper = "upper",
        /// gsi1, gsi1pk, gsi1sk.
        Lower = "lower",
    }
}

/// The conventions of a project: a preset, and patterns that take the place of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Naming {
    /// The preset that the project chose.
    pub preset: Option<Preset>,
    /// A regular expression that the names of indexes match.
    pub index: Option<String>,
    /// A regular expression that the partition key attributes of indexes match.
    pub partition_key: Option<String>,
    /// A regular expression that the sort key attributes of indexes match.
    pub sort_key: Option<String>,
}
