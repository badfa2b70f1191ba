//! Fixes: edits of bytes that keep a file's comments and layout, applied until nothing is left to mend.
//!
//! Texts are changed in memory, round by round; the files are written at the end, each whole or not at all.

mod converge;
mod edits;
mod write;

pub use converge::{Checked, FileState, Fixed, Refused, converge};
pub use edits::{Texts, apply, together};
pub use write::{Rewrite, is_read_only, write_all};
