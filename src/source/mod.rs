//! Items, from files and from standard input: plain JSON, DynamoDB JSON, responses, JSON lines, and gzip of any of these;
//! and from tables.

pub mod answer;
pub mod blocks;
mod dynamodb;
mod envelope;
pub mod export;
mod frame;
mod item;
#[cfg(feature = "live")]
pub mod live;
pub mod raw;
mod size;
mod start_key;
mod table;
mod waiting;

pub use dynamodb::{number, stored_number, untyped_among_typed};
pub use envelope::Entries;
pub use item::{Item, ItemPlace, ItemReader, read_items};
pub use size::item_size;
pub use start_key::StartKey;
pub use table::{IndexDescription, KeySchema, TableDescription, TableProjection};
