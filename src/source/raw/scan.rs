//! Scans lines for the attributes that are wanted.

use super::cursor::{Cursor, Unusual};
use super::openings::Openings;
use super::{Kind, Names, RawItem, Slot, bit};

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
        // What comes behind the line is looked at with it, where a line end parts them.
        let behind = text.as_bytes().get(length) == Some(&b'\n');
        let text = if behind { text } else { line };
        let mut cursor = Cursor::new(line.as_bytes(), text.as_bytes(), &mut self.openings, self.names);
        match scan(self.format, &mut self.slots, &mut cursor) {
            Ok(Some(Found { is_typed, size, bits })) => {
                Line::Item(RawItem { line, slots: &self.slots, bits, is_typed, size })
            }
            Ok(None) => Line::Nothing,
            Err(Unusual) => Line::Unusual,
        }
    }
}

/// What is known of an item beside its attributes.
struct Found {
    is_typed: bool,
    size: u64,
    bits: u64,
}

fn scan(format: LineFormat, slots: &mut [Slot], cursor: &mut Cursor<'_>) -> Result<Option<Found>, Unusual> {
    if u32::try_from(cursor.bytes.len()).is_err() {
        return Err(Unusual);
    }
    if cursor.peek() == 0 && cursor.at == cursor.bytes.len() {
        return Ok(None);
    }
    cursor.expect(b'{')?;
    let found = match format {
        LineFormat::Items if cursor.peek() == b'"' && cursor.rest().starts_with(b"\"Item\":") => {
            cursor.at += 7;
            if cursor.peek() != b'{' {
                return Err(Unusual);
            }
            cursor.at += 1;
            let found = item(slots, cursor)?;
            cursor.expect(b'}')?;
            // An attribute called `Item` of an item in plain JSON reads like this, too.
            if !found.is_typed {
                return Err(Unusual);
            }
            Some(found)
        }
        LineFormat::Items => Some(item(slots, cursor)?),
        LineFormat::Changes => change(slots, cursor)?,
    };
    if cursor.peek() != 0 || cursor.at != cursor.bytes.len() {
        return Err(Unusual);
    }
    Ok(found)
}

/// A change: `{"Metadata": …, "Keys": …, "OldImage": …, "NewImage": …}`, behind its brace.
fn change(slots: &mut [Slot], cursor: &mut Cursor<'_>) -> Result<Option<Found>, Unusual> {
    let mut found = None;
    let mut has_keys = false;
    loop {
        let name = cursor.name()?;
        has_keys |= name == b"Keys";
        if name == b"NewImage" {
            cursor.expect(b'{')?;
            let image = item(slots, cursor)?;
            if found.is_some() || !image.is_typed {
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

/// An item behind its brace.
fn item(slots: &mut [Slot], cursor: &mut Cursor<'_>) -> Result<Found, Unusual> {
    if cursor.peek() == b'}' {
        return Err(Unusual);
    }
    let (mut size, mut bits) = (0, 0);
    let mut is_typed = None;
    loop {
        let attribute = cursor.entry(is_typed != Some(false))?;
        if *is_typed.get_or_insert(attribute.typed) != attribute.typed {
            return Err(Unusual);
        }
        size += attribute.size;
        if let Some(known) = slots.get_mut(usize::from(attribute.number)) {
            // Written twice, or with an escape: which value counts, and what it says, the other reader knows.
            if known.kind != Kind::Absent {
                return Err(Unusual);
            }
            *known = attribute.slot.ok_or(Unusual)?;
            bits |= bit(usize::from(attribute.number));
        }
        if cursor.closes(b'}')? {
            return Ok(Found { is_typed: attribute.typed, size, bits });
        }
    }
}
