//! Attributes of items and entries of maps: their names and values.

use super::cursor::{Cursor, Unusual};
use super::names::is_of_response;
use super::openings::{Follows, Opening, UNKNOWN, UNWANTED};
use super::{Kind, Slot};
use crate::source::size::number_size;

/// An attribute of an item, or an entry of a map.
pub(super) struct Attribute {
    /// The number of its name, or [`UNWANTED`].
    pub number: u16,
    /// True where its value carries its type.
    pub typed: bool,
    /// Its value, unless that has escapes.
    pub slot: Option<Slot>,
    /// The size of its name and its value.
    pub size: u64,
}

impl Cursor<'_> {
    /// An attribute; `may_be_typed` is false where others of its item carry no types.
    // The way that all attributes take: it is made a part of the loops over them.
    #[inline(always)]
    pub fn entry(&mut self, may_be_typed: bool) -> Result<Attribute, Unusual> {
        let before = (self.at, self.last);
        if let Some(attribute) = self.expected(may_be_typed)? {
            return Ok(attribute);
        }
        (self.at, self.last) = before;
        self.any_entry(may_be_typed)
    }

    /// An attribute that begins like one that was seen behind the last one; where it is none, it is read anew.
    #[inline(always)]
    fn expected(&mut self, may_be_typed: bool) -> Result<Option<Attribute>, Unusual> {
        let Some(opening) = self.openings.expect(self.last, self.beyond()) else { return Ok(None) };
        let Opening { place, number, length, name_length, follows } = opening;
        self.at += usize::from(length);
        self.last = place;
        let (slot, size) = match follows {
            // Text with an escape, or with more behind it, is none of these.
            Follows::TypedText => {
                let Some(text) = self.quoted(b"\"}") else { return Ok(None) };
                (Some(text), text.length())
            }
            Follows::TypedNumber => {
                let Some(text) = self.quoted(b"\"}") else { return Ok(None) };
                (Some(Slot { kind: Kind::Number, ..text }), number_size(self.piece(text))?)
            }
            Follows::PlainText => {
                let Some(text) = self.quoted(b"\"") else { return Ok(None) };
                (Some(text), text.length())
            }
            Follows::Typed => self.typed_slot()?,
            // What was a number there may be a map here, which carries its type or does not.
            Follows::Plain if may_be_typed && self.peek() == b'{' => return Ok(None),
            Follows::Plain => self.plain_slot()?,
        };
        let typed = matches!(follows, Follows::TypedText | Follows::TypedNumber | Follows::Typed);
        Ok(Some(Attribute { number, typed, slot, size: u64::from(name_length) + size }))
    }

    /// Any attribute.
    #[cold]
    fn any_entry(&mut self, may_be_typed: bool) -> Result<Attribute, Unusual> {
        self.peek();
        let begin = self.at;
        let name = self.name()?;
        let is_part = is_of_response(name);
        if is_part && self.depth == 0 {
            return Err(Unusual);
        }
        let number = self.names.find(name).and_then(|number| u16::try_from(number).ok()).unwrap_or(UNWANTED);
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
        // What may be a part of a response at the top of a line is looked at each time.
        self.last = match is_part {
            true => UNKNOWN,
            false => {
                let letters = &self.bytes[begin..end];
                self.openings.learn(self.last, letters, follows, self.depth > 0, number, name.len())
            }
        };
        let (slot, size) = if typed { self.typed_slot()? } else { self.plain_slot()? };
        Ok(Attribute { number, typed, slot, size: name.len() as u64 + size })
    }
}
