//! Compares the text of a value with its piece of a key, eight letters at a time, and looks for what is out of the
//! ordinary in the same pass.

use unicode_normalization::{IsNormalized, is_nfc_quick};

use crate::key::suspicious::stands_for_nothing;

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

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Eight letters with those that are equal to `letter` marked, and perhaps others before which one is.
#[inline]
fn equal_to(word: u64, letter: u8) -> u64 {
    let differs = word ^ (ONES * u64::from(letter));
    differs.wrapping_sub(ONES) & !differs
}

/// Up to eight letters as a word; where they are fewer, some of them stand in it twice.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.first_chunk::<8>() {
        u64::from_le_bytes(*eight)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<2>(), bytes.last_chunk::<2>()) {
        (u64::from(u16::from_le_bytes(*first)) | u64::from(u16::from_le_bytes(*last)) << 16) * 0x1_0000_0001
    } else {
        bytes.first().map_or(0x6161_6161_6161_6161, |one| u64::from(*one) * ONES)
    }
}

/// The words of two texts of one length, the last ones overlapping.
#[inline]
fn words(left: &[u8], right: &[u8], mut visit: impl FnMut(u64, u64)) {
    let (eights, rest) = left.as_chunks::<8>();
    let (others, other_rest) = right.as_chunks::<8>();
    for (left, right) in eights.iter().zip(others) {
        visit(u64::from_le_bytes(*left), u64::from_le_bytes(*right));
    }
    if rest.is_empty() {
        return;
    }
    match (left.last_chunk::<8>(), right.last_chunk::<8>()) {
        (Some(left), Some(right)) => visit(u64::from_le_bytes(*left), u64::from_le_bytes(*right)),
        _ => visit(word(rest), word(other_rest)),
    }
}

/// True where two texts are the same.
#[inline]
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    let mut differs = u64::from(left.len() != right.len());
    words(left, right, |left, right| differs |= left ^ right);
    differs == 0
}

impl Letters {
    /// Looks at a value beside its piece of a key, which is of the same length.
    #[inline]
    pub fn of(value: &[u8], piece: &[u8], delimiter: u8) -> Self {
        let (mut differs, mut special, mut foreign, mut upper) = (u64::from(value.len() != piece.len()), 0, 0, 0);
        words(value, piece, |word, other| {
            differs |= word ^ other;
            foreign |= word;
            // Below a space, a delete, and the delimiters.
            special |= (word.wrapping_sub(ONES * 0x20) & !word) | equal_to(word, 0x7f) | equal_to(word, b'#');
            special |= equal_to(word, delimiter);
            // From `A` on, and not beyond `Z`: what has its highest bit set is no ASCII.
            let low = word & !HIGHS;
            upper |= (low + ONES * u64::from(0x80 - b'A')) & !(low + ONES * u64::from(0x7f - b'Z')) & !word;
        });
        Self {
            same: differs == 0,
            special: special & HIGHS != 0,
            foreign: foreign & HIGHS != 0,
            upper: upper & HIGHS != 0,
        }
    }

    /// Whether a plain value has capitals; none where it is not plain. Plain is printable text in Unicode's form NFC
    /// without a delimiter, without white space at an end, that is no word that stands for nothing.
    #[inline]
    pub fn plain(self, value: &[u8]) -> Option<bool> {
        let (first, last) = (value.first()?, value.last()?);
        if self.special || *first == b' ' || *last == b' ' {
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
                let mut text = vec![b'q'; length];
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
        ] {
            assert_eq!(plain(text), wanted, "{text:?}");
        }
    }
}
