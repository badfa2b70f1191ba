//! Items as they stand in the input: of each line of JSON the few attributes that are wanted, found without building a
//! value of anything. What is out of the ordinary is left to [`ItemReader`](super::ItemReader).

mod attributes;
mod cursor;
mod names;
mod openings;
mod scan;
mod values;

use std::ops::Range;

pub use names::Names;
pub use scan::{Line, LineFormat, Scanner};

/// What an attribute of an item is.
// As wide as the places of a slot: so a slot has no gaps, and is copied as three words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// The item does not have it.
    #[default]
    Absent,
    /// Text without escapes.
    Text,
    /// A number, as it is written.
    Number,
    /// True.
    True,
    /// False.
    False,
    /// Null.
    Null,
    /// Anything else, as JSON.
    Other,
}

/// An attribute of a line: what it is and where its text begins and ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot {
    /// What it is.
    pub kind: Kind,
    start: u32,
    end: u32,
}

impl Slot {
    #[inline]
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    #[inline]
    fn length(self) -> u64 {
        u64::from(self.end - self.start)
    }
}

/// An item of a line.
#[derive(Clone, Copy, Debug)]
pub struct RawItem<'a> {
    line: &'a str,
    slots: &'a [Slot],
    /// A bit for each attribute that is there, as [`bits`] gives them.
    pub bits: u64,
    /// True where attributes carry their types, as in DynamoDB JSON.
    pub is_typed: bool,
    /// Its size in DynamoDB, in bytes. Of a name that is written twice, as no item of DynamoDB has it, both values count.
    pub size: u64,
}

/// The bit of an attribute by its number; from the 65th on several have the same.
fn bit(number: usize) -> u64 {
    1 << (number % 64)
}

/// The bits of attributes by their numbers, as [`RawItem::bits`] has them.
pub fn bits(attributes: impl Iterator<Item = usize>) -> u64 {
    attributes.fold(0, |bits, attribute| bits | bit(attribute))
}

impl<'a> RawItem<'a> {
    /// An attribute: what it is, and its text.
    #[inline]
    pub fn get(&self, number: usize) -> (Kind, &'a str) {
        let (kind, range) = self.place(number);
        (kind, self.line.get(range).unwrap_or_default())
    }

    /// The same as bytes.
    #[inline]
    pub fn bytes(&self, number: usize) -> (Kind, &'a [u8]) {
        let (kind, range) = self.place(number);
        (kind, self.line.as_bytes().get(range).unwrap_or_default())
    }

    /// An attribute that is absent has no text: the places of its slot are 0.
    #[inline]
    fn place(&self, number: usize) -> (Kind, Range<usize>) {
        let slot = self.slots.get(number).copied().unwrap_or_default();
        (slot.kind, slot.range())
    }

    /// What an attribute is.
    #[inline]
    pub fn kind(&self, number: usize) -> Kind {
        self.slots.get(number).map_or(Kind::Absent, |slot| slot.kind)
    }
}

/// Attributes of items that stand in no lines, put together as [`RawItem`]s have them.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    wanted: usize,
    line: String,
    slots: Vec<Slot>,
    sizes: Vec<u64>,
}

impl Gathered {
    /// None yet, of which so many attributes are wanted.
    pub fn new(wanted: usize) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Begins an item of a size in DynamoDB, without attributes.
    pub fn begin(&mut self, size: u64) {
        self.sizes.push(size);
        self.slots.resize(self.sizes.len() * self.wanted, Slot::default());
    }

    /// Sets a wanted attribute of the last item, by its number; `text` is that of text or of a number.
    pub fn set(&mut self, number: usize, kind: Kind, text: &str) {
        let start = self.line.len();
        self.line.push_str(text);
        // A page has 1 MB; what a slot could not hold would be left to the values.
        let slot = match (u32::try_from(start), u32::try_from(self.line.len())) {
            (Ok(start), Ok(end)) => Slot { kind, start, end },
            _ => Slot { kind: Kind::Other, ..Slot::default() },
        };
        let first = self.slots.len().saturating_sub(self.wanted);
        if let Some(own) = self.slots[first..].get_mut(number) {
            *own = slot;
        }
    }

    /// The items, in order.
    pub fn items(&self) -> impl Iterator<Item = RawItem<'_>> {
        self.sizes.iter().enumerate().map(move |(at, size)| {
            let slots = self.slots.get(at * self.wanted..(at + 1) * self.wanted).unwrap_or_default();
            let there = slots.iter().enumerate().filter(|(_, slot)| slot.kind != Kind::Absent);
            let bits = bits(there.map(|(number, _)| number));
            RawItem { line: &self.line, slots, bits, is_typed: true, size: *size }
        })
    }
}
