//! A place in a line of JSON, and what can be read from there on.

use super::{Kind, Slot};
use crate::source::size::{NoNumber, base64_size, number_size};

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
    depth: u32,
}

/// DynamoDB nests 32 levels deep.
const MAX_DEPTH: u32 = 100;

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
    pub fn new(line: &'a [u8], text: &'a [u8]) -> Self {
        Self { bytes: line, at: 0, text, depth: 0 }
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
    #[inline]
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
    fn string(&mut self) -> Result<(Option<usize>, u64), Unusual> {
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

    fn slot(&self, kind: Kind, start: usize, end: usize) -> Slot {
        // The line is shorter than 4 GiB.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Slot { kind, start: place(start), end: place(end) }
    }

    /// An attribute value that carries its type: what it is, unless it has escapes, and its size.
    #[inline]
    pub fn typed_slot(&mut self) -> Result<(Option<Slot>, u64), Unusual> {
        let whole = self.at;
        if let Some(six) = self.rest().first_chunk::<6>() {
            let text = six == b"{\"S\":\"";
            if text || six == b"{\"N\":\"" {
                self.at += 6;
                let start = self.at;
                let (end, bytes) = self.string()?;
                self.expect(b'}')?;
                let slot = |end| self.slot(if text { Kind::Text } else { Kind::Number }, start, end);
                if text {
                    return Ok((end.map(slot), bytes));
                }
                let end = end.ok_or(Unusual)?;
                return Ok((Some(slot(end)), number_size(&self.bytes[start..end])?));
            }
        }
        let (kind, size) = self.typed()?;
        Ok((Some(self.slot(kind, whole, self.at)), size))
    }

    /// Any attribute value that carries its type.
    fn typed(&mut self) -> Result<(Kind, u64), Unusual> {
        if self.rest().starts_with(b"{\"S\":\"") {
            let whole = self.at;
            self.at += 6;
            if let Some((_, size)) = self.quoted(b"\"}") {
                return Ok((Kind::Other, size));
            }
            self.at = whole;
        }
        self.expect(b'{')?;
        let name = self.name()?;
        let found = match name {
            b"S" => {
                self.expect(b'"')?;
                (Kind::Other, self.string()?.1)
            }
            b"N" => {
                self.expect(b'"')?;
                let start = self.at;
                let end = self.string()?.0.ok_or(Unusual)?;
                (Kind::Other, number_size(&self.bytes[start..end])?)
            }
            b"B" => (Kind::Other, self.base64()?),
            b"BOOL" => match self.peek() {
                b't' => (Kind::True, self.word(b"true")?),
                _ => (Kind::False, self.word(b"false")?),
            },
            b"NULL" => (Kind::Null, self.word(b"true")?),
            b"M" => (Kind::Other, self.map(|cursor| Ok(cursor.typed()?.1))?),
            b"L" => (Kind::Other, self.list(3, |cursor| Ok(1 + cursor.typed()?.1))?),
            b"SS" => {
                let text = |cursor: &mut Self| {
                    cursor.expect(b'"')?;
                    Ok(cursor.string()?.1)
                };
                (Kind::Other, self.list(0, text)?)
            }
            b"NS" => {
                let number = |cursor: &mut Self| {
                    cursor.expect(b'"')?;
                    let start = cursor.at;
                    let end = cursor.string()?.0.ok_or(Unusual)?;
                    Ok(number_size(&cursor.bytes[start..end])?)
                };
                (Kind::Other, self.list(0, number)?)
            }
            b"BS" => (Kind::Other, self.list(0, Self::base64)?),
            _ => return Err(Unusual),
        };
        self.expect(b'}')?;
        Ok(found)
    }

    fn base64(&mut self) -> Result<u64, Unusual> {
        self.expect(b'"')?;
        let start = self.at;
        let end = self.string()?.0.ok_or(Unusual)?;
        Ok(base64_size(&self.bytes[start..end]))
    }

    fn list(&mut self, own: u64, mut one: impl FnMut(&mut Self) -> Result<u64, Unusual>) -> Result<u64, Unusual> {
        self.expect(b'[')?;
        self.nested(b']', own, &mut one)
    }

    /// The keys of a map are counted with their values.
    fn map(&mut self, value: fn(&mut Self) -> Result<u64, Unusual>) -> Result<u64, Unusual> {
        self.expect(b'{')?;
        self.nested(b'}', 3, &mut |cursor| Ok(1 + cursor.name()?.len() as u64 + value(cursor)?))
    }

    fn nested(
        &mut self,
        end: u8,
        own: u64,
        one: &mut dyn FnMut(&mut Self) -> Result<u64, Unusual>,
    ) -> Result<u64, Unusual> {
        let mut size = own;
        if self.peek() == end {
            self.at += 1;
            return Ok(size);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Unusual);
        }
        loop {
            size += one(self)?;
            if self.closes(end)? {
                self.depth -= 1;
                return Ok(size);
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<u64, Unusual> {
        if !self.rest().starts_with(word) {
            return Err(Unusual);
        }
        self.at += word.len();
        Ok(1)
    }

    /// A value of plain JSON: what it is, unless it has escapes, and its size.
    pub fn plain_slot(&mut self) -> Result<(Option<Slot>, u64), Unusual> {
        let first = self.peek();
        let start = self.at;
        Ok(match first {
            b'"' => {
                self.at += 1;
                let (end, size) = self.string()?;
                (end.map(|end| self.slot(Kind::Text, start + 1, end)), size)
            }
            b'-' | b'0'..=b'9' => {
                let size = self.number()?;
                (Some(self.slot(Kind::Number, start, self.at)), size)
            }
            b't' => (Some(self.slot(Kind::True, start, start)), self.word(b"true")?),
            b'f' => (Some(self.slot(Kind::False, start, start)), self.word(b"false")?),
            b'n' => (Some(self.slot(Kind::Null, start, start)), self.word(b"null")?),
            _ => {
                let size = self.plain()?;
                (Some(self.slot(Kind::Other, start, self.at)), size)
            }
        })
    }

    fn number(&mut self) -> Result<u64, Unusual> {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(number_size(&self.bytes[start..self.at])?)
    }

    /// Any value of plain JSON; its size.
    pub fn plain(&mut self) -> Result<u64, Unusual> {
        match self.peek() {
            b'"' => {
                self.at += 1;
                Ok(self.string()?.1)
            }
            b'{' => self.map(Self::plain),
            b'[' => self.list(3, |cursor| Ok(1 + cursor.plain()?)),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
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
