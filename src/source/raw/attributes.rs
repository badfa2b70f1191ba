//! Attributes of items and entries of maps: their names and values.

use super::Slot;
use super::cursor::{Cursor, Unusual};
use super::openings::Follows;

/// An attribute of an item, or an entry of a map.
pub(super) struct Attribute {
    /// The number of its name, if that is wanted.
    pub number: Option<u16>,
    /// True where it may be a part of a response, if it stands at the top of a line.
    pub is_part: bool,
    /// Its value, unless that has escapes.
    pub slot: Option<Slot>,
    /// True where its value carries its type.
    pub typed: bool,
    /// The size of its name and its value.
    pub size: u64,
}

impl Cursor<'_> {
    /// An attribute; `may_be_typed` is false where others of its item carry no types.
    #[inline(always)]
    pub fn entry(&mut self, may_be_typed: bool) -> Result<Attribute, Unusual> {
        match self.expected() {
            Some(attribute) => attribute,
            None => self.any_entry(may_be_typed),
        }
    }

    /// An attribute that begins like one that was seen behind the last one.
    #[inline(always)]
    fn expected(&mut self) -> Option<Result<Attribute, Unusual>> {
        let opening = self.openings.expect(self.last, self.beyond())?;
        let before = (self.at, self.last);
        self.at += usize::from(opening.length);
        let typed = matches!(opening.follows, Follows::TypedText | Follows::TypedNumber | Follows::Typed);
        self.last = opening.place;
        let value = match opening.follows {
            // Text with an escape or with more behind it is read anew.
            Follows::TypedText => self.quoted(b"\"}").map(|(slot, size)| Ok((Some(slot), size))),
            Follows::PlainText => self.quoted(b"\"").map(|(slot, size)| Ok((Some(slot), size))),
            Follows::TypedNumber => self.quoted(b"\"}").map(|(slot, _)| {
                let (slot, size) = self.as_number(slot)?;
                Ok((Some(slot), size))
            }),
            Follows::Typed => Some(self.typed_slot()),
            Follows::Plain => Some(self.plain_slot()),
        };
        let Some(value) = value else {
            (self.at, self.last) = before;
            return None;
        };
        Some(value.map(|(slot, size)| Attribute {
            number: opening.number,
            is_part: opening.is_part,
            slot,
            typed,
            size: u64::from(opening.name_length) + size,
        }))
    }

    /// Any attribute.
    #[cold]
    fn any_entry(&mut self, may_be_typed: bool) -> Result<Attribute, Unusual> {
        self.peek();
        let begin = self.at;
        let name = self.name()?;
        let number = self.names.find(name).and_then(|number| u16::try_from(number).ok());
        let is_part = matches!(name, b"Items" | b"Item" | b"Responses" | b"Attributes" | b"ResponseMetadata");
        let typed = self.peek() == b'{' && may_be_typed;
        // Text begins behind its quote, with escapes or without.
        let before = self.at;
        let behind = |letters: &[u8]| self.bytes[before..].starts_with(letters).then_some(before + letters.len());
        let (follows, end) = match (typed, behind(b"{\"S\":\""), behind(b"{\"N\":\""), behind(b"\"")) {
            (true, Some(end), ..) => (Follows::TypedText, end),
            (true, _, Some(end), _) => (Follows::TypedNumber, end),
            (true, ..) => (Follows::Typed, before),
            (false, _, _, Some(end)) => (Follows::PlainText, end),
            (false, ..) => (Follows::Plain, before),
        };
        let opening = self
            .openings
            .learn(self.last, &self.bytes[begin..end], follows, self.depth > 0, || (number, is_part, name.len()));
        self.last = opening;
        let (slot, size) = if typed { self.typed_slot()? } else { self.plain_slot()? };
        Ok(Attribute { number, is_part, slot, typed, size: name.len() as u64 + size })
    }
}
