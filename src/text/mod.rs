//! Source files and places in them. Knows nothing of models, keys or formats.

mod decimal;
mod plural;
mod position;
mod printable;
mod suggest;

pub use decimal::{Exact, same_number};
pub use plural::{counted, plural};
pub use position::{Position, SourceFile, Span, Spanned};
pub use printable::{clipped, excerpt, is_printable, printable};
pub use suggest::{Replacement, closest, did_you_mean, replacement};
