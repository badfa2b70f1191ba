//! Scans lines for the attributes that are wanted.

use super::cursor::{Cursor, Unusual};
use super::names::is_of_response;
use super::openings::{Follows, Openings, START};
use super::{Kind, Names, RawItem, Slot};

/// What the lines of the input are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFormat {
    /// An item, bare or as `{"Item": …}`; responses and the like are left to the other reader.
    Items,
    /// A change of an incremental export: its `NewImage` is the item.
    Changes,
}

/// What a line is.
#[derive(Debug)]
pub enum Line<'a> {
    /// An item.
    Item(RawItem<'a>),
    /// No item: an empty line, or a change that deleted its item.
    Nothing,
    /// Something that only the other reader can tell: escapes in a wanted attribute, a response, a mistake.
    Unusual,
}

/// Scans lines; its memory is used again for the next.
#[derive(Clone, Debug)]
pub struct Scanner<'n> {
    names: &'n Names,
    slots: Vec<Slot>,
    format: LineFormat,
    openings: Openings,
}

impl<'n> Scanner<'n> {
    /// A scanner for these attributes.
    pub fn new(names: &'n Names, format: LineFormat) -> Self {
        Self { names, slots: vec![Slot::default(); names.len()], format, openings: Openings::new() }
    }

    /// Scans the first line of a text: so many bytes, without its line end.
    pub fn scan<'a>(&'a mut self, text: &'a str, length: usize) -> Line<'a> {
        self.slots.fill(Slot::default());
        let line = text.get(..length).unwrap_or(text);
        let mut cursor = Cursor::new(line.as_bytes(), text.as_bytes());
        match self.line(&mut cursor) {
            Ok(Some((is_typed, size))) => Line::Item(RawItem { line, slots: &self.slots, is_typed, size }),
            Ok(None) => Line::Nothing,
            Err(Unusual) => Line::Unusual,
        }
    }

    fn line(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<(bool, u64)>, Unusual> {
        if u32::try_from(cursor.bytes.len()).is_err() {
            return Err(Unusual);
        }
        if cursor.peek() == 0 && cursor.at == cursor.bytes.len() {
            return Ok(None);
        }
        cursor.expect(b'{')?;
        let found = match self.format {
            LineFormat::Items if cursor.peek() == b'"' && cursor.rest().starts_with(b"\"Item\":") => {
                cursor.at += 7;
                if cursor.peek() != b'{' {
                    return Err(Unusual);
                }
                cursor.at += 1;
                let found = self.item(cursor)?;
                cursor.expect(b'}')?;
                // An attribute called `Item` of an item in plain JSON reads like this, too.
                if !found.0 {
                    return Err(Unusual);
                }
                Some(found)
            }
            LineFormat::Items => Some(self.item(cursor)?),
            LineFormat::Changes => self.change(cursor)?,
        };
        if cursor.peek() != 0 || cursor.at != cursor.bytes.len() {
            return Err(Unusual);
        }
        Ok(found)
    }

    /// A change: `{"Metadata": …, "Keys": …, "OldImage": …, "NewImage": …}`, behind its brace.
    fn change(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<(bool, u64)>, Unusual> {
        let mut found = None;
        let mut has_keys = false;
        loop {
            let name = cursor.name()?;
            has_keys |= name == b"Keys";
            if name == b"NewImage" {
                cursor.expect(b'{')?;
                let image = self.item(cursor)?;
                if found.is_some() || !image.0 {
                    return Err(Unusual);
                }
                found = Some(image);
            } else if matches!(name, b"Metadata" | b"Keys" | b"OldImage") {
                cursor.plain()?;
            } else {
                return Err(Unusual);
            }
            if cursor.closes(b'}')? {
                return if has_keys { Ok(found) } else { Err(Unusual) };
            }
        }
    }

    /// An item behind its brace: whether its attributes carry their types, and its size.
    fn item(&mut self, cursor: &mut Cursor<'_>) -> Result<(bool, u64), Unusual> {
        if cursor.peek() == b'}' {
            return Err(Unusual);
        }
        let mut size = 0;
        let mut is_typed = None;
        let mut last = START;
        loop {
            let may_be_typed = is_typed != Some(false);
            let attribute = match self.expected(&mut last, may_be_typed, cursor) {
                Some(attribute) => attribute?,
                None => self.attribute(&mut last, may_be_typed, cursor)?,
            };
            if *is_typed.get_or_insert(attribute.typed) != attribute.typed {
                return Err(Unusual);
            }
            size += attribute.size;
            if let Some(number) = attribute.number {
                let known = &mut self.slots[usize::from(number)];
                // Written twice, or with an escape: which value counts, and what it says, the other reader knows.
                if known.kind != Kind::Absent {
                    return Err(Unusual);
                }
                let Some(slot) = attribute.slot else { return Err(Unusual) };
                *known = slot;
            }
            if cursor.closes(b'}')? {
                return Ok((attribute.typed, size));
            }
        }
    }

    /// An attribute that begins like one that was seen behind the last one.
    #[inline]
    fn expected(
        &mut self,
        last: &mut u16,
        may_be_typed: bool,
        cursor: &mut Cursor<'_>,
    ) -> Option<Result<Attribute, Unusual>> {
        let opening = self.openings.expect(*last, cursor.beyond())?;
        let begin = cursor.at;
        cursor.at += usize::from(opening.length);
        let typed = matches!(opening.follows, Follows::TypedText | Follows::TypedNumber | Follows::Typed);
        let value = match opening.follows {
            // Text with an escape or with more behind it is read anew.
            Follows::TypedText => cursor.quoted(b"\"}").map(|(slot, size)| Ok((Some(slot), size))),
            Follows::PlainText => cursor.quoted(b"\"").map(|(slot, size)| Ok((Some(slot), size))),
            Follows::TypedNumber => cursor.quoted(b"\"}").map(|(slot, _)| {
                let (slot, size) = cursor.as_number(slot)?;
                Ok((Some(slot), size))
            }),
            Follows::Typed => Some(cursor.typed_slot()),
            // What was a number there may be a map here, which carries its type or does not.
            Follows::Plain if may_be_typed && cursor.peek() == b'{' => None,
            Follows::Plain => Some(cursor.plain_slot()),
        };
        let Some(value) = value else {
            cursor.at = begin;
            return None;
        };
        *last = opening.place;
        Some(value.map(|(slot, size)| Attribute {
            number: opening.number,
            slot,
            typed,
            size: u64::from(opening.name_length) + size,
        }))
    }

    /// Any attribute; whether its value carries its type, which it may not where others of its item do not.
    fn attribute(&mut self, last: &mut u16, may_be_typed: bool, cursor: &mut Cursor<'_>) -> Result<Attribute, Unusual> {
        cursor.peek();
        let begin = cursor.at;
        let name = cursor.name()?;
        let number = self.names.find(name).and_then(|number| u16::try_from(number).ok());
        if (number.is_none() || self.names.has_response) && is_of_response(name) {
            return Err(Unusual);
        }
        let typed = cursor.peek() == b'{' && may_be_typed;
        let before = cursor.at;
        let (slot, size) = if typed { cursor.typed_slot()? } else { cursor.plain_slot()? };
        // Text begins behind its quote, with escapes or without.
        let behind = |letters: &[u8]| cursor.bytes[before..].starts_with(letters).then_some(before + letters.len());
        let (follows, end) = match (typed, behind(b"{\"S\":\""), behind(b"{\"N\":\""), behind(b"\"")) {
            (true, Some(end), ..) => (Follows::TypedText, end),
            (true, _, Some(end), _) => (Follows::TypedNumber, end),
            (true, ..) => (Follows::Typed, before),
            (false, _, _, Some(end)) => (Follows::PlainText, end),
            (false, ..) => (Follows::Plain, before),
        };
        *last = self.openings.learn(*last, &cursor.bytes[begin..end], name, self.names, follows);
        Ok(Attribute { number, slot, typed, size: name.len() as u64 + size })
    }
}

/// An attribute of an item.
struct Attribute {
    number: Option<u16>,
    slot: Option<Slot>,
    typed: bool,
    size: u64,
}
