//! Finds out what is in a table: which entity an item is, whether its keys are the ones that its model writes, and how
//! keys and partitions are spread. One pass, bounded memory, and states that can be merged.

mod apart;
mod auditor;
mod catalog;
mod classify;
mod computed;
mod count_min;
mod defect;
mod digits;
mod duplicates;
pub mod files;
mod languages;
mod letters;
mod mismatch;
mod outline;
mod partitions;
mod plan;
mod reasons;
mod shapes;
mod short;
mod shown;
mod state;
mod suspect;
mod tally;
mod time_format;
mod times;
mod ttl;
mod unstored;
mod worker;

pub use auditor::{Auditor, IndexOf, Options};
pub use catalog::{Catalog, CatalogEntity, CatalogField, CatalogIndex, CatalogKey, CatalogPart};
pub use classify::{Classified, Classifier};
pub use defect::Defect;
pub use duplicates::BYTES_FOR_DUPLICATES;
pub use partitions::{EXACT, LISTED_SHARE, Partition, Partitions};
pub use shapes::{Detail, Shapes};
pub use shown::Whereabouts;
pub use state::{Cause, Lengths, Mistyped, Plain, Sizes, State, Subject};
pub use tally::{Example, Tally};
pub use time_format::{Offset, TimeFormat, time_format};
pub use times::{Group, Seen};
pub use unstored::Unstored;
pub use worker::Worker;
