//! Where two keys differ, so that it is seen: what they have in common stands around it.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::text::{is_printable, printable};

/// Two keys, in pieces that are safe to show.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// What both begin with; it begins with an ellipsis where some of it is left out.
    pub before: String,
    /// What the stored key has there.
    pub stored: String,
    /// What the expected one has.
    pub expected: String,
    /// What the stored key ends with; cut where there is no more room.
    pub after_stored: String,
    /// What the expected one ends with.
    pub after_expected: String,
}

impl Difference {
    /// The difference of two keys, each of which has `room` columns.
    pub fn new(stored: &str, expected: &str, room: usize) -> Self {
        let own: Vec<char> = stored.chars().collect();
        let other: Vec<char> = expected.chars().collect();
        let mut start = own.iter().zip(&other).take_while(|(own, other)| own == other).count();
        // An accent stays with its letter.
        let is_accent_at = |chars: &[char], at: usize| chars.get(at).is_some_and(|c| is_accent(*c));
        while start > 0 && (is_accent_at(&own, start) || is_accent_at(&other, start)) {
            start -= 1;
        }
        let same = own[start..].iter().rev().zip(other[start..].iter().rev()).take_while(|(own, other)| own == other);
        let mut end = same.count();
        while end > 0 && is_accent_at(&own, own.len() - end) {
            end -= 1;
        }
        // Two forms of one text look the same: their code points are told.
        let looks_same = own != other && stored.nfc().eq(expected.nfc());
        let text = |chars: &[char]| printable(&chars.iter().collect::<String>()).into_owned();
        let part = |chars: &[char]| match looks_same {
            true => chars
                .iter()
                .map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() })
                .collect(),
            false => text(chars),
        };
        let (before, after) = (text(&own[..start]), text(&own[own.len() - end..]));
        let (stored, expected) = (part(&own[start..own.len() - end]), part(&other[start..other.len() - end]));
        let middle = width(&stored).max(width(&expected));
        let before = cut_start(&before, (room / 3).max(room.saturating_sub(middle + width(&after))));
        let room = room.saturating_sub(width(&before));
        let (stored, expected) = {
            let room = room.saturating_sub(width(&after).min(8));
            (cut(&stored, room), cut(&expected, room))
        };
        let rest = |middle: &str| cut(&after, room.saturating_sub(width(middle)));
        let (after_stored, after_expected) = (rest(&stored), rest(&expected));
        Self { before, stored, expected, after_stored, after_expected }
    }

    /// A line of marks for below both.
    pub fn marks(&self) -> String {
        let wide = width(&self.stored).max(width(&self.expected)).max(1);
        format!("{}{}", " ".repeat(width(&self.before)), "^".repeat(wide))
    }
}

/// A key by itself, safe to show, in which what cannot be seen is spelled out: spaces at its ends, accents that are apart
/// from their letters.
pub(super) fn spelled(text: &str) -> String {
    let is_composed = is_nfc(text);
    let (first, last) = (text.len() - text.trim_start_matches(' ').len(), text.trim_end_matches(' ').len());
    let spell = |(at, c): (usize, char)| match c {
        ' ' if at < first || at >= last => c.escape_unicode().to_string(),
        c if !is_composed && is_accent(c) => c.escape_unicode().to_string(),
        c => printable(c.encode_utf8(&mut [0; 4])).into_owned(),
    };
    text.char_indices().map(spell).collect()
}

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    textwrap::core::display_width(text)
}

fn char_width(c: char) -> usize {
    width(c.encode_utf8(&mut [0; 4]))
}

/// True of what is shown on the character before it.
fn is_accent(c: char) -> bool {
    is_printable(c) && char_width(c) == 0
}

/// A text of at most `room` columns: of a longer one its beginning, and an ellipsis.
pub(super) fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    match room {
        0 => String::new(),
        room => fitting(text.chars(), room - 1).into_iter().chain(['…']).collect(),
    }
}

/// Of a longer text its end, behind an ellipsis.
fn cut_start(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let kept = fitting(text.chars().rev(), room.saturating_sub(1));
    // An accent whose letter is gone is none.
    let kept = kept.into_iter().rev().skip_while(|c| is_accent(*c));
    std::iter::once('…').chain(kept).collect()
}

/// The first characters that take no more than `room` columns.
fn fitting(chars: impl Iterator<Item = char>, room: usize) -> Vec<char> {
    let mut taken = 0;
    chars
        .take_while(|c| {
            taken += char_width(*c);
            taken <= room
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stored: &str, expected: &str, room: usize) -> [String; 3] {
        let difference = Difference::new(stored, expected, room);
        let Difference { before, stored, expected, after_stored, after_expected } = &difference;
        [format!("{before}{stored}{after_stored}"), format!("{before}{expected}{after_expected}"), difference.marks()]
    }

    #[test]
    fn what_differs_is_marked() {
        assert_eq!(
            shown("lastname#Petrov#x", "lastname#Petrow#x", 40),
            ["lastname#Petrov#x", "lastname#Petrow#x", "              ^"]
        );
        assert_eq!(shown("name#a", "name#a, b", 40), ["name#a", "name#a, b", "      ^^^"]);
        assert_eq!(shown("aa", "aaa", 40), ["aa", "aaa", "  ^"]);
        assert_eq!(shown("", "", 40), ["", "", "^"]);
    }

    #[test]
    fn long_keys_are_cut_around_the_difference() {
        let long = |c: char| format!("{}{c}{}", "x".repeat(500), "y".repeat(500));
        let [stored, expected, marks] = shown(&long('1'), &long('2'), 30);
        assert_eq!(stored, "…xxxxxxxxx1yyyyyyyyyyyyyyyyyy…");
        assert_eq!(expected, "…xxxxxxxxx2yyyyyyyyyyyyyyyyyy…");
        assert_eq!(marks, "          ^");
        let [stored, expected, marks] = shown(&"1".repeat(500), &"2".repeat(500), 30);
        assert!([&stored, &expected, &marks].iter().all(|text| width(text) == 30), "{stored} {expected} {marks}");
    }

    #[test]
    fn no_line_is_wider_than_its_room() {
        let texts = [
            "",
            "a",
            "日本日本日本日本日本",
            "a\u{301}bcdefghijklmnop",
            "\u{1b}[2J\u{202e}x",
            "abcdefghijklmnopqrstuvwxyz",
        ];
        for stored in texts {
            for expected in texts {
                for room in [1, 2, 7, 12, 26, 90] {
                    let lines = shown(stored, expected, room);
                    assert!(lines[..2].iter().all(|line| width(line) <= room), "{lines:?} in {room}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_seen_is_spelled_out() {
        assert_eq!(spelled(" user# a b "), "\\u{20}user# a b\\u{20}");
        assert_eq!(spelled("Jose\u{301} \u{e9}\n"), "Jose\\u{301} \u{e9}\\n");
        assert_eq!(spelled("e\u{301}"), "e\\u{301}");
    }

    #[test]
    fn forms_that_look_the_same_are_spelled_out() {
        assert_eq!(
            shown("user#Jose\u{301}", "user#Jos\u{e9}", 40),
            ["user#Jose\\u{301}", "user#Jos\\u{e9}", "        ^^^^^^^^"]
        );
    }
}
