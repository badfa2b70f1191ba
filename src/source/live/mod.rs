//! Live tables: what DynamoDB says of a table, and its items by a parallel scan. Of DynamoDB's operations only
//! DescribeTable and Scan are ever sent, so nothing is written.
//!
//! The calls block. Fetching runs on threads of its own, ahead of the caller.

mod checked;
mod connection;
mod failure;
mod item;
mod open;
mod pace;
mod patience;
mod plan;
mod policy;
mod repeats;
mod scan;

pub use aws_sdk_dynamodb::types::AttributeValue;
pub use connection::{Connection, Watch};
pub use item::{GatheredItems, LiveItem, entries, item_size, value};
pub use open::ConnectOptions;
pub use patience::Patience;
pub use plan::{
    PRICE_PER_MILLION, ScanCost, ScanPlan, SegmentStart, sampled_segments, segments_for, segments_for_sample,
};
pub use policy::iam_policy;
pub use scan::{Outcome, Page, ScanEnd, ScanFailure, Step, Waiting};
