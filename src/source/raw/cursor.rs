//! A place in a line of JSON, and what can be read from there on.

use super::openings::{Openings, START};
use super::{Kind, Names, Slot};
use crate::source::size::{NoNumber, number_size};

/// Why a line cannot be scanned: it is left to the other reader, which tells a mistake from what is merely unusual.
pub(super) struct Unusual;

/// A place in a line.
pub(super) struct Cursor<'a> {
    /// The line.
    pub bytes: &'a [u8],
    /// The next byte.
    pub at: usize,
    /// The line and what comes behind it.
    text: &'a [u8],
    /// How many lists and maps are open.
    pub depth: u32,
    /// How attributes began so far.
    pub openings: &'a mut Openings,
    /// The place of the last one's opening.
    pub last: u16,
    /// The names that are wanted.
    pub names: &'a Names,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The first byte from `at` on that ends a run of plain text in a string of JSON: a quote, a backslash, a control.
#[inline]
fn plain_text_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        // The second bit turned, a quote and the controls are all that is below 0x21.
        let (low, slash) = (word ^ (ONES * 0x02), word ^ (ONES * 0x5c));
        let found = ((low.wrapping_sub(ONES * 0x21) & !low) | (slash.wrapping_sub(ONES) & !slash)) & HIGHS;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if *byte == b'"' || *byte == b'\\' || *byte < 0x20 {
            break;
        }
        at += 1;
    }
    at
}

impl<'a> Cursor<'a> {
    /// The start of a line; `text` is the line and what comes behind it.
    pub fn new(line: &'a [u8], text: &'a [u8], openings: &'a mut Openings, names: &'a Names) -> Self {
        Self { bytes: line, at: 0, text, depth: 0, openings, last: START, names }
    }

    /// What comes next, and what comes behind the line.
    #[inline]
    pub fn beyond(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Text without escapes from here on, and its size, if it ends with these letters.
    #[inline]
    pub fn quoted(&mut self, closing: &[u8]) -> Option<(Slot, u64)> {
        let start = self.at;
        let end = plain_text_end(self.bytes, start);
        if self.bytes.get(end..end + closing.len())? != closing {
            return None;
        }
        self.at = end + closing.len();
        Some((self.slot(Kind::Text, start, end), (end - start) as u64))
    }

    /// The same text as a number.
    #[inline]
    pub fn as_number(&self, text: Slot) -> Result<(Slot, u64), Unusual> {
        let digits = self.bytes.get(text.start as usize..text.end as usize).unwrap_or_default();
        Ok((Slot { kind: Kind::Number, ..text }, number_size(digits)?))
    }

    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no white space; 0 at the end.
    #[inline]
    pub fn peek(&mut self) -> u8 {
        while let Some(byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return *byte;
            }
            self.at += 1;
        }
        0
    }

    #[inline]
    pub fn expect(&mut self, wanted: u8) -> Result<(), Unusual> {
        if self.peek() != wanted || wanted == 0 {
            return Err(Unusual);
        }
        self.at += 1;
        Ok(())
    }

    /// True where a list or a map ends here, false where it goes on.
    #[inline(always)]
    pub fn closes(&mut self, end: u8) -> Result<bool, Unusual> {
        if self.bytes.get(self.at) == Some(&b',') {
            self.at += 1;
            return Ok(false);
        }
        let byte = self.peek();
        self.at += 1;
        match byte {
            b',' => Ok(false),
            byte if byte == end => Ok(true),
            _ => Err(Unusual),
        }
    }

    /// A name without escapes, and its colon.
    #[inline]
    pub fn name(&mut self) -> Result<&'a [u8], Unusual> {
        self.expect(b'"')?;
        let start = self.at;
        let end = plain_text_end(self.bytes, start);
        if self.bytes.get(end) != Some(&b'"') {
            return Err(Unusual);
        }
        self.at = end + 1;
        self.expect(b':')?;
        Ok(&self.bytes[start..end])
    }

    /// A string behind its opening quote: its end, without the closing one, and its size; no end where it has escapes.
    #[inline]
    pub fn string(&mut self) -> Result<(Option<usize>, u64), Unusual> {
        let start = self.at;
        let end = plain_text_end(self.bytes, start);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok((Some(end), (end - start) as u64));
        }
        self.escaped(start, end)
    }

    #[cold]
    fn escaped(&mut self, start: usize, mut at: usize) -> Result<(Option<usize>, u64), Unusual> {
        let mut size = (at - start) as u64;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok((None, size));
                }
                Some(b'\\') => {}
                _ => return Err(Unusual),
            }
            match self.bytes.get(at + 1) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                    size += 1;
                    at += 2;
                }
                Some(b'u') => {
                    let digits = self.bytes.get(at + 2..at + 6).and_then(|four| std::str::from_utf8(four).ok());
                    let unit = digits.and_then(|four| u32::from_str_radix(four, 16).ok()).ok_or(Unusual)?;
                    // Each half of a pair counts two of its four bytes; whether it is a pair the other reader asks.
                    size += match unit {
                        0..0x80 => 1,
                        0x80..0x800 | 0xd800..0xe000 => 2,
                        _ => 3,
                    };
                    at += 6;
                }
                _ => return Err(Unusual),
            }
            let end = plain_text_end(self.bytes, at);
            size += (end - at) as u64;
            at = end;
        }
    }

    pub fn slot(&self, kind: Kind, start: usize, end: usize) -> Slot {
        // The line is shorter than 4 GiB.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Slot { kind, start: place(start), end: place(end) }
    }

    pub fn word(&mut self, word: &[u8]) -> Result<u64, Unusual> {
        if !self.rest().starts_with(word) {
            return Err(Unusual);
        }
        self.at += word.len();
        Ok(1)
    }

    /// A number of plain JSON; its size.
    pub fn number(&mut self) -> Result<u64, Unusual> {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(number_size(&self.bytes[start..self.at])?)
    }
}

impl From<NoNumber> for Unusual {
    fn from(_: NoNumber) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_ends_at_a_quote_a_backslash_or_a_control() {
        for byte in 0..=255 {
            for (length, at) in (1..20).flat_map(|length| (0..length).map(move |at| (length, at))) {
                let mut text = vec![b'x'; length];
                text[at] = byte;
                let ends = byte < 0x20 || matches!(byte, b'"' | b'\\');
                assert_eq!(plain_text_end(&text, 0), if ends { at } else { length }, "{byte} at {at} of {length}");
                // What comes behind an end makes no difference.
                text.extend([byte, b'"', 0xff, 0, 0x21]);
                assert_eq!(plain_text_end(&text, 0), if ends { at } else { length + 1 }, "{byte} at {at} of {length}");
            }
        }
    }
}
