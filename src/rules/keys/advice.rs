//! How to say in a model that a value holds no delimiter.

use crate::key::{pattern_without, solid_pattern_without};

/// "a `pattern` without the delimiter, as in `pattern = "[^#]+"`". No short expression leaves out several letters: then
/// in words.
pub(super) fn pattern(delimiters: &[&str]) -> String {
    match (pattern_without(delimiters), delimiters) {
        (Some(pattern), [_]) => format!("a `pattern` without the delimiter, as in `pattern = {}`", quoted(&pattern)),
        (Some(pattern), _) => format!("a `pattern` without the delimiters, as in `pattern = {}`", quoted(&pattern)),
        (None, _) => format!("a `pattern` that matches no text with {} in it", named(delimiters)),
    }
}

/// The same of a pattern that keeps blank values out as well.
pub(super) fn solid_pattern(delimiters: &[&str]) -> String {
    match solid_pattern_without(delimiters) {
        Some(pattern) => format!("as in `pattern = {}`", quoted(&pattern)),
        None => format!("and that matches no text with {} in it", named(delimiters)),
    }
}

fn named(delimiters: &[&str]) -> String {
    delimiters.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" or ")
}

/// As TOML writes it.
fn quoted(pattern: &str) -> String {
    format!("\"{}\"", pattern.replace('\\', "\\\\").replace('"', "\\\""))
}
