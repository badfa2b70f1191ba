//! Values in a line: of each what it is and its size in DynamoDB, without building anything.

use super::cursor::{Cursor, Unusual};
use super::{Kind, Slot};
use crate::source::size::{base64_size, number_size};

/// DynamoDB nests 32 levels deep.
const MAX_DEPTH: u32 = 100;

impl Cursor<'_> {
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
        let found = match self.type_of()? {
            b"S" => (Kind::Other, self.text()?),
            b"N" => (Kind::Other, self.typed_number()?),
            b"B" => (Kind::Other, self.base64()?),
            b"BOOL" => match self.peek() {
                b't' => (Kind::True, self.word(b"true")?),
                _ => (Kind::False, self.word(b"false")?),
            },
            b"NULL" => (Kind::Null, self.word(b"true")?),
            b"M" => {
                let entry = |cursor: &mut Self| {
                    let entry = cursor.entry(true)?;
                    if entry.typed { Ok(1 + entry.size) } else { Err(Unusual) }
                };
                (Kind::Other, self.nested(b"{}", 3, entry)?)
            }
            b"L" => (Kind::Other, self.nested(b"[]", 3, |cursor| Ok(1 + cursor.typed()?.1))?),
            b"SS" => (Kind::Other, self.nested(b"[]", 0, Self::text)?),
            b"NS" => (Kind::Other, self.nested(b"[]", 0, Self::typed_number)?),
            b"BS" => (Kind::Other, self.nested(b"[]", 0, Self::base64)?),
            _ => return Err(Unusual),
        };
        self.expect(b'}')?;
        Ok(found)
    }

    /// The type of a value that carries it, behind which the value itself begins.
    #[inline]
    fn type_of(&mut self) -> Result<&[u8], Unusual> {
        // Most are a letter, without white space.
        let rest = self.rest();
        if let Some([b'{', b'"', _, b'"', b':']) = rest.first_chunk::<5>() {
            self.at += 5;
            return Ok(&rest[2..3]);
        }
        self.expect(b'{')?;
        self.name()
    }

    fn text(&mut self) -> Result<u64, Unusual> {
        self.expect(b'"')?;
        Ok(self.string()?.1)
    }

    fn typed_number(&mut self) -> Result<u64, Unusual> {
        self.expect(b'"')?;
        let start = self.at;
        let end = self.string()?.0.ok_or(Unusual)?;
        Ok(number_size(&self.bytes[start..end])?)
    }

    fn base64(&mut self) -> Result<u64, Unusual> {
        self.expect(b'"')?;
        let start = self.at;
        let end = self.string()?.0.ok_or(Unusual)?;
        Ok(base64_size(&self.bytes[start..end])?)
    }

    /// A list or a map between two brackets; its own size is `own`, and that of what is in it comes on top.
    fn nested(
        &mut self,
        [start, end]: &[u8; 2],
        own: u64,
        one: impl Fn(&mut Self) -> Result<u64, Unusual>,
    ) -> Result<u64, Unusual> {
        self.expect(*start)?;
        let mut size = own;
        if self.peek() == *end {
            self.at += 1;
            return Ok(size);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Unusual);
        }
        loop {
            size += one(self)?;
            if self.closes(*end)? {
                self.depth -= 1;
                return Ok(size);
            }
        }
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

    /// Any value of plain JSON; its size.
    pub fn plain(&mut self) -> Result<u64, Unusual> {
        match self.peek() {
            b'"' => {
                self.at += 1;
                Ok(self.string()?.1)
            }
            b'{' => self.nested(b"{}", 3, |cursor| Ok(1 + cursor.name()?.len() as u64 + cursor.plain()?)),
            b'[' => self.nested(b"[]", 3, |cursor| Ok(1 + cursor.plain()?)),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }
}
