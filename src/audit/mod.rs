//! Finds out what is in a table: today, which entity an item with keys belongs to.

mod classify;

pub use classify::{Classified, Classifier};
