//! A place in a line of JSON, and what can be read from there on.

use wide::u8x16;

use super::openings::{Openings, START};
use super::{Kind, Names, Slot};
use crate::source::size::{NoSize, number_size};

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

/// A bit for each letter that ends a run of plain text in a string of JSON.
#[inline]
fn ends(letters: &[u8; 16]) -> u32 {
    let letters = u8x16::new(*letters);
    // With the second bit turned, a quote and the controls are all that is below 0x21.
    let turned = letters ^ u8x16::splat(0x02);
    let low = turned.min(u8x16::splat(0x20)).cmp_eq(turned);
    (low | letters.cmp_eq(u8x16::splat(b'\\'))).move_mask() as u32
}

/// The first byte from `at` on that ends a run of plain text in a string of JSON: a quote, a backslash, a control.
#[inline]
fn plain_text_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(letters) = bytes.get(at..).and_then(|rest| rest.first_chunk::<32>()) {
        let (sixteens, _) = letters.as_chunks::<16>();
        let found = ends(&sixteens[0]) | ends(&sixteens[1]) << 16;
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += 32;
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

    /// Where plain text ends that begins at `at`.
    #[inline]
    fn text_end(&self, at: usize) -> usize {
        // The end of the line is a control, or the end of all.
        plain_text_end(self.text, at)
    }

    /// Text without escapes from here on, if it ends with these letters.
    #[inline]
    pub fn quoted(&mut self, closing: &[u8]) -> Option<Slot> {
        let start = self.at;
        let end = self.text_end(start);
        self.text.get(end..).filter(|rest| rest.starts_with(closing))?;
        self.at = end + closing.len();
        Some(self.slot(Kind::Text, start, end))
    }

    /// The text of a slot.
    #[inline]
    pub fn piece(&self, slot: Slot) -> &'a [u8] {
        self.bytes.get(slot.range()).unwrap_or_default()
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
        let end = self.text_end(start);
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
        let end = self.text_end(start);
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
                    let (bytes, length) = match self.unit(at)? {
                        0..0x80 => (1, 6),
                        0x80..0x800 => (2, 6),
                        // Both halves of a pair.
                        0xd800..0xdc00 if matches!(self.unit(at + 6)?, 0xdc00..0xe000) => (4, 12),
                        0xd800..0xe000 => return Err(Unusual),
                        _ => (3, 6),
                    };
                    size += bytes;
                    at += length;
                }
                _ => return Err(Unusual),
            }
            let end = self.text_end(at);
            size += (end - at) as u64;
            at = end;
        }
    }

    /// The number of an escape such as `\u00e9`.
    fn unit(&self, at: usize) -> Result<u32, Unusual> {
        let digits = match self.bytes.get(at..at + 6) {
            Some([b'\\', b'u', digits @ ..]) => digits,
            _ => return Err(Unusual),
        };
        digits
            .iter()
            .try_fold(0, |unit, digit| char::from(*digit).to_digit(16).map(|own| unit * 16 + own))
            .ok_or(Unusual)
    }

    #[inline]
    pub fn slot(&self, kind: Kind, start: usize, end: usize) -> Slot {
        // The line is shorter than 4 GiB, as was asked before.
        Slot { kind, start: start as u32, end: end as u32 }
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

impl From<NoSize> for Unusual {
    fn from(_: NoSize) -> Self {
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
