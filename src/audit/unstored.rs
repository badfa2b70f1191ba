//! Keys whose fields the item does not store. What that means is known when all items are counted: a field that no item
//! of the entity stores is not meant to be stored, one that others store was taken from this item.

use serde::{Deserialize, Serialize};

use super::state::Subject;

/// What a count of such keys is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unstored {
    /// What it is where other items store the fields.
    pub subject: Subject,
    /// The fields that the items do not store: places in [`Catalog::fields`](super::Catalog::fields).
    pub fields: Vec<u16>,
    /// True where the model says that every item has one of them.
    pub is_required: bool,
    /// True where the rest of the key is not what the model writes: then it is stale, whatever the fields are.
    pub differs: bool,
}
