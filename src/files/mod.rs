//! Files: what a run reads, how much of it at most, and what it writes, whole or not at all.
//!
//! A run knows its inputs: whatever opens a file to read it says so with [`reads`], and nothing here writes over such a
//! file, however it is named then. Everything that is written goes through [`WholeFile`] or [`Temporary`].

mod inputs;
mod temporary;
mod whole;

pub use inputs::{FileId, LARGEST_REPORT, LARGEST_SOURCE, input, read_file, read_report, reads, same};
pub use temporary::{Temporary, remove_temporaries};
pub use whole::{WholeFile, can_write, overwrite_whole, resolve, write_whole};
