//! Rules about access patterns.

mod asked;
pub mod between_excludes_upper;
mod collection;
mod filled;
mod meeting;
pub mod pattern_index_unknown;
pub mod pattern_needs_scan;
pub mod prefix_returns_other_entities;
mod range;
pub mod range_reads_nothing;
pub mod sort_prefix_not_leftmost;

pub(super) use asked::{Asked, asked, known_part, last_field};
pub(super) use collection::{Member, collections};
pub(super) use meeting::{Search, Wanted};
