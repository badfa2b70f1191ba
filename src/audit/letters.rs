//! Compares the text of a value with its piece of a key, sixteen letters at a time, and looks for what is out of the
//! ordinary in the same pass.

use unicode_normalization::{IsNormalized, is_nfc_quick};
use wide::u8x16;

use crate::key::suspicious::{may_be_unfilled, stands_for_nothing, unfilled};

/// What a value is, as far as keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letters {
    /// True where both texts are the same.
    pub same: bool,
    /// True where the value has a letter that may not be in a plain value: a control, `#`, the delimiter.
    special: bool,
    /// True where it has letters that are not ASCII.
    foreign: bool,
    /// True where it has a capital of ASCII.
    upper: bool,
}

/// Up to sixteen letters in two words; where they are fewer, some of them stand there twice.
#[inline]
fn words(bytes: &[u8]) -> [u64; 2] {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return [u64::from_le_bytes(*first), u64::from_le_bytes(*last)];
    }
    let word = if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<2>(), bytes.last_chunk::<2>()) {
        (u64::from(u16::from_le_bytes(*first)) | u64::from(u16::from_le_bytes(*last)) << 16) * 0x1_0000_0001
    } else {
        u64::from(bytes.first().copied().unwrap_or(b'a')) * 0x0101_0101_0101_0101
    };
    [word, word]
}

#[inline]
fn letters([low, high]: [u64; 2]) -> u8x16 {
    u8x16::new((u128::from(low) | u128::from(high) << 64).to_le_bytes())
}

/// The letters of two texts of one length by sixteen, the last ones overlapping.
#[inline]
fn sixteens(left: &[u8], right: &[u8], mut visit: impl FnMut(u8x16, u8x16)) {
    let (Some(left_end), Some(right_end)) = (left.last_chunk::<16>(), right.last_chunk::<16>()) else {
        return visit(letters(words(left)), letters(words(right)));
    };
    let (sixteens, rest) = left.as_chunks::<16>();
    let (others, _) = right.as_chunks::<16>();
    for (left, right) in sixteens.iter().zip(others) {
        visit(u8x16::new(*left), u8x16::new(*right));
    }
    if !rest.is_empty() {
        visit(u8x16::new(*left_end), u8x16::new(*right_end));
    }
}

/// True where two texts are the same.
#[inline]
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // Most are short: their words need not be put together.
    if left.len() < 16 {
        return words(left) == words(right);
    }
    let mut differs = u8x16::splat(0);
    sixteens(left, right, |left, right| differs |= left ^ right);
    differs == u8x16::splat(0)
}

impl Letters {
    /// Looks at a value beside its piece of a key, which is of the same length.
    #[inline]
    pub fn of(value: &[u8], piece: &[u8], delimiter: u8) -> Self {
        let none = u8x16::splat(0);
        let (mut differs, mut special, mut foreign, mut upper) = (none, none, none, none);
        sixteens(value, piece, |letters, other| {
            let is = |letter| letters.cmp_eq(u8x16::splat(letter));
            differs |= letters ^ other;
            foreign |= letters;
            special |= is(0x7f) | is(b'#') | is(delimiter) | letters.min(u8x16::splat(0x1f)).cmp_eq(letters);
            let from_a = letters - u8x16::splat(b'A');
            upper |= from_a.min(u8x16::splat(b'Z' - b'A')).cmp_eq(from_a);
        });
        Self {
            same: value.len() == piece.len() && differs == none,
            special: special.any(),
            foreign: foreign.any(),
            upper: upper.any(),
        }
    }

    /// Whether a plain value has capitals; none where it is not plain. Plain is printable text in Unicode's form NFC
    /// without a delimiter, without white space at an end, that is no word that stands for nothing and nothing that was
    /// never filled in.
    #[inline]
    pub fn plain(self, value: &[u8]) -> Option<bool> {
        let (first, last) = (value.first()?, value.last()?);
        if self.special || *first == b' ' || *last == b' ' {
            return None;
        }
        if may_be_unfilled(value) && is_unfilled(value) {
            return None;
        }
        if self.foreign {
            let text = std::str::from_utf8(value).ok().filter(|text| foreign(text))?;
            return Some(self.upper || text.to_lowercase() != text);
        }
        let is_word = matches!(value.len(), 3 | 4 | 9)
            && matches!(first, b'n' | b'N' | b'u' | b'U')
            && std::str::from_utf8(value).is_ok_and(stands_for_nothing);
        (!is_word).then_some(self.upper)
    }
}

/// True of what code printed in place of a value.
#[cold]
fn is_unfilled(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| unfilled(text).is_some())
}

/// True of text in Unicode's form NFC without controls and without white space at an end.
#[cold]
fn foreign(value: &str) -> bool {
    let has_edges = value.starts_with(char::is_whitespace) || value.ends_with(char::is_whitespace);
    !has_edges && !value.chars().any(char::is_control) && is_nfc_quick(value.chars()) == IsNormalized::Yes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: &str) -> Option<bool> {
        Letters::of(value.as_bytes(), value.as_bytes(), b'/').plain(value.as_bytes())
    }

    #[test]
    fn texts_are_the_same_or_not_wherever_they_differ() {
        for length in 0..40 {
            let text: Vec<u8> = (0..length).map(|at| b'a' + at % 26).collect();
            assert!(same(&text, &text) && Letters::of(&text, &text, b'#').same, "{length}");
            assert!(!same(&text, &[&text[..], b"x"].concat()));
            for at in 0..text.len() {
                let mut other = text.clone();
                other[at] = b'A';
                assert!(!same(&text, &other) && !Letters::of(&text, &other, b'#').same, "{length} {at}");
            }
        }
    }

    #[test]
    fn every_letter_is_what_it_is_at_every_place() {
        for byte in 0..128_u8 {
            for (length, at) in (1..20).flat_map(|length| (0..length).map(move |at| (length, at))) {
                let mut text = vec![b'z'; length];
                text[at] = byte;
                let text = String::from_utf8_lossy(&text);
                let is_edge = byte == b' ' && (at == 0 || at + 1 == length);
                let wanted = match byte {
                    b'#' | b'/' | 0..0x20 | 0x7f => None,
                    _ if is_edge => None,
                    _ => Some(byte.is_ascii_uppercase()),
                };
                assert_eq!(plain(&text), wanted, "{text:?}");
            }
        }
    }

    #[test]
    fn plain_is_what_nobody_needs_to_look_at() {
        for (text, wanted) in [
            ("Köln", Some(true)),
            ("köln", Some(false)),
            ("Österreich", Some(true)),
            ("österreich", Some(false)),
            ("数量", Some(false)),
            ("Σ", Some(true)),
            ("Cafe\u{301}", None),
            ("\u{85}é", None),
            ("é\u{a0}", None),
            ("", None),
            ("None", None),
            ("nan", None),
            ("undefined", None),
            ("none of it", Some(false)),
            ("${id}", None),
            ("[object Object]", None),
            ("Invalid Date", None),
            ("%s", None),
            ("<nil>", None),
            ("(x) => x", None),
            ("a {b}", Some(false)),
            ("Köln (Rhein)", Some(true)),
            ("50%", Some(false)),
        ] {
            assert_eq!(plain(text), wanted, "{text:?}");
        }
    }
}
