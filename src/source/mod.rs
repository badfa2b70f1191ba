//! Items, from files and from standard input: plain JSON, DynamoDB JSON, responses, JSON lines, and gzip of any of these.

mod dynamodb;
mod envelope;
mod frame;
mod item;

pub use dynamodb::{number, untyped_among_typed};
pub use item::{Item, ItemPlace, ItemReader, read_items};
