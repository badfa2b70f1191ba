//! What Python does with values: `str()`, `repr()`, truth, `==`, `int()`, `float()`, `strip()`, `lower()`.

mod convert;
mod datetime;
mod directives;
mod text;

pub use convert::{NoConversion, equal, is_true, to_float, to_int};
pub use datetime::{Moment, parse_moment};
pub use directives::{has_directive, leaves_offset_out, says_utc};
pub use text::{
    is_blank, lower_from, push_decimal, push_float, push_repr, push_repr_with_decimals, push_str, stored_text, str_of,
    strip, zfill,
};
