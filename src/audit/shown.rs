//! Items as they are looked at and shown: their wanted attributes, their primary keys, where they were.

use std::borrow::Cow;
use std::hash::BuildHasher;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use foldhash::quality::FixedState;

use super::auditor::Auditor;
use super::partitions::hash;
use super::tally::Example;
use crate::key::python::str_of;
use crate::source::ItemPlace;
use crate::source::raw::Names;
use crate::text::Exact;
use crate::value::Value;

/// Where an item was.
#[derive(Clone, Copy, Debug)]
pub enum Whereabouts<'w> {
    /// In a file.
    File(ItemPlace<'w>),
    /// In the table: its key says which it is.
    Table,
}

impl Whereabouts<'_> {
    /// The place as text; none in a table.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::File(place) => Some(place.to_string()),
            Self::Table => None,
        }
    }
}

/// The number by which an item is chosen as an example: that of its primary key.
#[inline]
pub(super) fn rank_of<'t>(key: impl Iterator<Item = &'t str>) -> u64 {
    key.fold(0, |rank: u64, text| rank.rotate_left(5) ^ hash(text))
}

pub(super) type Entries<'e> = [(Cow<'e, str>, Value<'e>)];

/// The wanted attributes of an item, by number.
pub(super) struct Wanted<'w, 'e> {
    pub names: &'w Names,
    pub item: &'w Entries<'e>,
}

impl<'w, 'e> Wanted<'w, 'e> {
    /// An attribute that is there and not null: DynamoDB keeps an item with a null out of an index.
    pub fn get(&self, number: usize) -> Option<&'w Value<'e>> {
        let name = self.names.name(number);
        let found = self.item.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        found.filter(|value| !matches!(value, Value::None))
    }
}

/// An item as examples show it.
pub(super) struct Shown<'s> {
    pub rank: u64,
    key: Vec<(&'s str, Cow<'s, str>)>,
    /// The same texts, but of equal numbers the same.
    own: Vec<Cow<'s, str>>,
    /// True where it is the whole primary key.
    is_whole: bool,
    place: Whereabouts<'s>,
}

impl<'s> Shown<'s> {
    pub fn new(auditor: &'s Auditor, wanted: &Wanted<'s, '_>, place: Whereabouts<'s>) -> Self {
        let one = |attribute: &usize| {
            let text = wanted.get(*attribute).and_then(key_text)?;
            Some((auditor.names.name(*attribute), text))
        };
        let key: Vec<_> = auditor.primary.iter().filter_map(one).collect();
        let is_whole = !key.is_empty() && key.len() == auditor.primary.len();
        let own = auditor.primary.iter().filter_map(|attribute| wanted.get(*attribute).and_then(identity_text));
        let own: Vec<_> = own.collect();
        let rank = rank_of(own.iter().map(AsRef::as_ref));
        Self { rank, key, own, is_whole, place }
    }

    /// The values of the primary key, and `{no pk}` where there is none.
    pub fn texts(&self, auditor: &Auditor) -> Vec<Cow<'_, str>> {
        let text = |attribute: &usize| {
            let name = auditor.names.name(*attribute);
            let own = self.key.iter().find(|(known, _)| *known == name);
            own.map_or_else(|| Cow::Owned(format!("{{no {name}}}")), |(_, text)| Cow::Borrowed(text.as_ref()))
        };
        auditor.primary.iter().map(text).collect()
    }

    /// A hash of the primary key that is wide enough to stand for it; none where the item lacks a part of it.
    pub fn identity(&self) -> Option<u128> {
        if !self.is_whole {
            return None;
        }
        let mut text = String::new();
        for own in &self.own {
            text.push_str(own);
            text.push('\0');
        }
        let other = FixedState::with_seed(0x5eed).hash_one(text.as_str());
        Some(u128::from(hash(&text)) << 64 | u128::from(other))
    }

    pub fn example(
        &self,
        auditor: &Auditor,
        attribute: Option<usize>,
        stored: Option<String>,
        expected: Option<String>,
    ) -> Example {
        Example {
            rank: self.rank,
            key: self.key.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_owned())).collect(),
            place: self.place.shown(),
            attribute: attribute.map(|attribute| auditor.names.name(attribute).to_owned()),
            stored,
            expected,
        }
    }
}

/// A key as text by which keys are told apart: equal numbers have the same.
pub(super) fn identity_text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Decimal(number) if number.is_rounded => {
            Some(Exact::parse(&number.text).map_or(Cow::Borrowed(number.text.as_ref()), |own| own.to_string().into()))
        }
        Value::Decimal(number) => str_of(&number.value).map(Cow::Owned),
        value => key_text(value),
    }
}

/// A key as text: numbers as they are stored, bytes as base64; none of what no key is.
pub(super) fn key_text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Decimal(number) => Some(Cow::Borrowed(&number.text)),
        Value::Str(text) => Some(Cow::Borrowed(text)),
        Value::Bytes(bytes) => Some(Cow::Owned(STANDARD.encode(bytes))),
        Value::None => None,
        other => str_of(other).map(Cow::Owned),
    }
}
