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
    match text.char_indices().nth(LONGEST) {
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

/// A file's text for a snippet: line ends and tabs stay, other unprintable characters become escapes.
/// The second part maps a byte offset of `text` to one of the result.
pub fn printable_with_offsets(text: &str) -> (Cow<'_, str>, impl Fn(usize) -> usize) {
    let keep = |c: char| is_printable(c) || matches!(c, '\n' | '\t');
    let mut shifts: Vec<(usize, usize)> = Vec::new();
    let shown = if text.chars().all(keep) {
        Cow::Borrowed(text)
    } else {
        let mut shown = String::with_capacity(text.len() + 16);
        for (at, c) in text.char_indices() {
            if keep(c) {
                shown.push(c);
            } else if c != '\r' || !text[at..].starts_with("\r\n") {
                push_printable(&mut shown, c);
                shifts.push((at + c.len_utf8(), shown.len()));
            } else {
                shifts.push((at + 1, shown.len()));
            }
        }
        Cow::Owned(shown)
    };
    let offset = move |at: usize| {
        let before = shifts.partition_point(|(start, _)| *start <= at);
        match before.checked_sub(1).map(|last| shifts[last]) {
            Some((start, shown)) => shown + (at - start),
            None => at,
        }
    };
    (shown, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_bidi_marks_are_shown() {
        assert_eq!(printable("user#\u{1b}[31mx\u{202e}\n"), "user#\\u{1b}[31mx\\u{202e}\\n");
        assert!(matches!(printable("lastname#Ängström 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn offsets_follow_the_shown_text() {
        let text = "a\u{1b}b = 1\r\nc = 2";
        let (shown, offset) = printable_with_offsets(text);
        assert_eq!(shown, "a\\u{1b}b = 1\nc = 2");
        for needle in ["b =", "c =", "= 2"] {
            let at = text.find(needle).unwrap();
            assert_eq!(offset(at), shown.find(needle).unwrap(), "{needle}");
        }
    }
}
