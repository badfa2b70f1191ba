//! Text of strangers made safe to show: control characters, terminal escapes and bidi marks become visible.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_general_category::{GeneralCategory, get_general_category};

/// True where Python's `str.isprintable()` is: no control or format character, no separator but the space, nothing unassigned.
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    !matches!(
        get_general_category(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::SpaceSeparator
    )
}

/// `text` with each unprintable character written as an escape: `\n`, `\t`, `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_printable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        push_printable(&mut shown, c);
    }
    Cow::Owned(shown)
}

/// A long text made short for a message: its first characters, safe to show.
pub fn excerpt(text: &str) -> String {
    const LONGEST: usize = 80;
    clipped(text, LONGEST)
}

/// At most so many characters of a text, safe to show.
pub fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text).into_owned(),
    }
}

fn push_printable(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c if is_printable(c) => shown.push(c),
        c => {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_bidi_marks_are_shown() {
        assert_eq!(printable("user#\u{1b}[31mx\u{202e}\n"), "user#\\u{1b}[31mx\\u{202e}\\n");
        assert!(matches!(printable("lastname#Ängström 日本"), Cow::Borrowed(_)));
    }
}
