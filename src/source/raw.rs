//! Items as they stand in the input: of each line of JSON the few attributes that are wanted, found without building a
//! value of anything. What is out of the ordinary is left to [`ItemReader`](super::ItemReader).

use super::size::{base64_size, number_size};

/// The names of the attributes that are wanted.
#[derive(Clone, Debug)]
pub struct Names {
    names: Vec<Box<str>>,
    /// The first name of each hash, and the next of the same one; from 1, 0 is none.
    first: Vec<u16>,
    next: Vec<u16>,
    /// True where one of them may be a part of a response as well.
    has_response: bool,
}

/// True of a name that makes an object a response or a wrapped item, alone or among others.
#[inline]
fn is_of_response(name: &[u8]) -> bool {
    matches!(
        name,
        b"Items" | b"Item" | b"Responses" | b"Attributes" | b"ResponseMetadata" | b"$metadata" | b"ScannedCount"
    )
}

const BUCKETS: usize = 256;

fn bucket(name: &[u8]) -> usize {
    let (Some(first), Some(last)) = (name.first(), name.last()) else { return 0 };
    let middle = name[name.len() / 2];
    let mixed = name.len() * 7 + usize::from(*first) * 31 + usize::from(*last) * 131 + usize::from(middle) * 17;
    mixed % BUCKETS
}

impl Names {
    /// These names, each once; their numbers are their places in the list.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut all = Self { names: Vec::new(), first: vec![0; BUCKETS], next: Vec::new(), has_response: false };
        for name in names {
            if all.find(name.as_bytes()).is_none() && all.names.len() < usize::from(u16::MAX) - 1 {
                let first = &mut all.first[bucket(name.as_bytes())];
                all.next.push(*first);
                all.has_response |= is_of_response(name.as_bytes());
                all.names.push(name.into());
                *first = u16::try_from(all.names.len()).unwrap_or_default();
            }
        }
        all
    }

    /// The number of a name.
    pub fn find(&self, name: &[u8]) -> Option<usize> {
        let mut at = usize::from(self.first[bucket(name)]);
        while at > 0 {
            if self.names[at - 1].as_bytes() == name {
                return Some(at - 1);
            }
            at = usize::from(self.next[at - 1]);
        }
        None
    }

    /// The name of a number.
    pub fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", |name| name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Every name, in the order of the numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }
}

/// What an attribute of an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// An item of a line.
#[derive(Clone, Copy, Debug)]
pub struct RawItem<'a> {
    line: &'a str,
    slots: &'a [Slot],
    /// True where attributes carry their types, as in DynamoDB JSON.
    pub is_typed: bool,
    /// Its size in DynamoDB, in bytes. Of a name that is written twice, as no item of DynamoDB has it, both values count.
    pub size: u64,
}

impl<'a> RawItem<'a> {
    /// An attribute: what it is, and its text.
    #[inline]
    pub fn get(&self, number: usize) -> (Kind, &'a str) {
        match self.slots.get(number) {
            Some(Slot { kind: Kind::Absent, .. }) | None => (Kind::Absent, ""),
            Some(slot) => (slot.kind, self.line.get(slot.start as usize..slot.end as usize).unwrap_or_default()),
        }
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
        let slots = |at: usize| self.slots.get(at * self.wanted..(at + 1) * self.wanted).unwrap_or_default();
        self.sizes.iter().enumerate().map(move |(at, size)| RawItem {
            line: &self.line,
            slots: slots(at),
            is_typed: true,
            size: *size,
        })
    }
}

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
}

/// Why a line cannot be scanned: it is left to the other reader, which tells a mistake from what is merely unusual.
struct Unusual;

impl<'n> Scanner<'n> {
    /// A scanner for these attributes.
    pub fn new(names: &'n Names, format: LineFormat) -> Self {
        Self { names, slots: vec![Slot::default(); names.len()], format }
    }

    /// Scans a line, without its line end.
    pub fn scan<'a>(&'a mut self, line: &'a str) -> Line<'a> {
        self.slots.fill(Slot::default());
        let mut cursor = Cursor { bytes: line.as_bytes(), at: 0, depth: 0 };
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
        loop {
            let name = cursor.name()?;
            let number = self.names.find(name);
            if (number.is_none() || self.names.has_response) && is_of_response(name) {
                return Err(Unusual);
            }
            let typed = cursor.peek() == b'{' && *is_typed.get_or_insert(true);
            if is_typed == Some(true) && !typed {
                return Err(Unusual);
            }
            is_typed = Some(typed);
            let (slot, bytes) = if typed { cursor.typed_slot()? } else { cursor.plain_slot()? };
            size += name.len() as u64 + bytes;
            if let Some(number) = number {
                let known = &mut self.slots[number];
                // Written twice, or with an escape: which value counts, and what it says, the other reader knows.
                if known.kind != Kind::Absent {
                    return Err(Unusual);
                }
                let Some(slot) = slot else { return Err(Unusual) };
                *known = slot;
            }
            if cursor.closes(b'}')? {
                return Ok((typed, size));
            }
        }
    }
}

/// A place in a line.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
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
        let (quote, slash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
        let found = ((quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash)
            | (word.wrapping_sub(ONES * 0x20) & !word))
            & HIGHS;
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
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no white space; 0 at the end.
    #[inline]
    fn peek(&mut self) -> u8 {
        while let Some(byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return *byte;
            }
            self.at += 1;
        }
        0
    }

    #[inline]
    fn expect(&mut self, wanted: u8) -> Result<(), Unusual> {
        if self.peek() != wanted || wanted == 0 {
            return Err(Unusual);
        }
        self.at += 1;
        Ok(())
    }

    /// True where a list or a map ends here, false where it goes on.
    #[inline]
    fn closes(&mut self, end: u8) -> Result<bool, Unusual> {
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
    fn name(&mut self) -> Result<&'a [u8], Unusual> {
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
            let end = plain_text_end(self.bytes, at);
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

    fn slot(&self, kind: Kind, start: usize, end: usize) -> Slot {
        // The line is shorter than 4 GiB.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Slot { kind, start: place(start), end: place(end) }
    }

    /// An attribute value that carries its type: what it is, unless it has escapes, and its size.
    #[inline]
    fn typed_slot(&mut self) -> Result<(Option<Slot>, u64), Unusual> {
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
        Ok(base64_size(&self.bytes[start..end])?)
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
    fn plain_slot(&mut self) -> Result<(Option<Slot>, u64), Unusual> {
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
    fn plain(&mut self) -> Result<u64, Unusual> {
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

impl From<super::size::NoSize> for Unusual {
    fn from(_: super::size::NoSize) -> Self {
        Self
    }
}
