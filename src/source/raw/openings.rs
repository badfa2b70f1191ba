//! What attributes begin with, as they were seen before: items of a table are much alike, and what is expected is compared
//! at once and not read letter by letter.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use wide::u8x16;

/// The letters of an attribute from its first quote to its value: `"sk":{"S":"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Letters {
    padded: [u8; LONGEST],
    length: u8,
}

const LONGEST: usize = 32;

impl Letters {
    fn new(text: &[u8]) -> Option<Self> {
        let mut padded = [0; LONGEST];
        padded.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self { padded, length: u8::try_from(text.len()).ok()? })
    }
}

/// They are in two registers.
#[inline(always)]
fn sixteens(bytes: &[u8; LONGEST]) -> [u8x16; 2] {
    let (sixteens, _) = bytes.as_chunks::<16>();
    [0, 1].map(|at| sixteens.get(at).map_or(u8x16::splat(0), |sixteen| u8x16::new(*sixteen)))
}

/// What follows the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Follows {
    /// Text that carries its type, behind its quote.
    TypedText,
    /// A number that carries its type, behind its quote.
    TypedNumber,
    /// Another value that carries its type.
    Typed,
    /// Text in plain JSON, behind its quote.
    PlainText,
    /// Another value in plain JSON.
    Plain,
}

/// The number of an attribute that nobody wants.
pub(super) const UNWANTED: u16 = u16::MAX;

/// What an attribute is that begins in a known way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// The place of it, for what comes behind.
    pub place: u16,
    /// The attribute's number, or [`UNWANTED`].
    pub number: u16,
    /// The length of the opening.
    pub length: u8,
    /// The length of the attribute's name.
    pub name_length: u8,
    /// What comes behind it.
    pub follows: Follows,
}

/// The letters of an opening, and which of them count.
#[derive(Clone, Debug)]
struct Known {
    letters: [u8x16; 2],
    mask: [u8x16; 2],
    opening: Opening,
}

impl Known {
    /// True where `bytes` begin with it.
    #[inline(always)]
    fn begins(&self, bytes: &[u8; LONGEST]) -> bool {
        let found = sixteens(bytes);
        let differs = |at: usize| (found[at] ^ self.letters[at]) & self.mask[at];
        differs(0) | differs(1) == u8x16::splat(0)
    }
}

/// So many of what may follow an attribute are tried, the last seen first.
const TRIED: usize = 4;
/// A table with more attributes is no longer learnt.
const MOST: usize = 1000;

/// What was seen.
#[derive(Clone, Debug)]
pub(super) struct Openings {
    all: Vec<Known>,
    /// By the place of an attribute's opening, from 1, what came behind it; 0 is the start of an item, and no opening.
    next: Vec<[u16; TRIED]>,
    places: HashMap<(Letters, Follows), u16, FixedState>,
}

/// Before the first attribute of an item.
pub(super) const START: u16 = 0;
/// Behind an attribute that is not learnt.
pub(super) const UNKNOWN: u16 = u16::MAX;

impl Openings {
    pub fn new() -> Self {
        Self { all: Vec::new(), next: vec![[START; TRIED]], places: HashMap::default() }
    }

    /// The opening with which `bytes` begin, if it was seen behind the one at `last`.
    #[inline(always)]
    pub fn expect(&mut self, last: u16, bytes: &[u8]) -> Option<Opening> {
        let bytes = bytes.first_chunk::<LONGEST>()?;
        let tried = self.next.get_mut(usize::from(last))?;
        for at in 0..TRIED {
            let known = self.all.get(usize::from(tried[at]).checked_sub(1)?)?;
            if known.begins(bytes) {
                if at > 0 {
                    tried.swap(at, at - 1);
                }
                return Some(known.opening);
            }
        }
        None
    }

    /// Learns that an attribute came behind the one at `last`: its letters, what follows them, its number, and the length
    /// of its name. Gives its place.
    pub fn learn(
        &mut self,
        last: u16,
        text: &[u8],
        follows: Follows,
        is_nested: bool,
        number: u16,
        name_length: usize,
    ) -> u16 {
        let Some(letters) = Letters::new(text) else { return UNKNOWN };
        // The names in maps may be values: they are not to fill it up.
        let most = if is_nested { MOST / 2 } else { MOST };
        let place = match self.places.get(&(letters, follows)) {
            Some(place) => *place,
            None if self.all.len() >= most => return UNKNOWN,
            None => {
                let covered = |at: usize| if at < text.len() { 0xff } else { 0 };
                let mask: [u8; LONGEST] = std::array::from_fn(covered);
                let place = u16::try_from(self.all.len() + 1).unwrap_or_default();
                let name_length = u8::try_from(name_length).unwrap_or_default();
                let opening = Opening { place, number, length: letters.length, name_length, follows };
                self.all.push(Known { letters: sixteens(&letters.padded), mask: sixteens(&mask), opening });
                self.next.push([START; TRIED]);
                self.places.insert((letters, follows), place);
                place
            }
        };
        if let Some(tried) = self.next.get_mut(usize::from(last)) {
            // The last one seen comes first; of those that are too many the first one seen is forgotten.
            let known = tried.iter().position(|own| *own == place).unwrap_or(TRIED - 1);
            tried[..=known].rotate_right(1);
            tried[0] = place;
        }
        place
    }
}
