//! Items, from files and from standard input: plain JSON, DynamoDB JSON, responses, JSON lines, and gzip of any of these.

pub mod blocks;
mod dynamodb;
mod envelope;
pub mod export;
mod frame;
mod item;
pub mod raw;
mod size;
mod start_key;

pub use dynamodb::{number, untyped_among_typed};
pub use item::{Item, ItemPlace, ItemReader, read_items};
pub use size::item_size;
pub use start_key::StartKey;
