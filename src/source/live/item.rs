//! Items as the SDK gives them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::source::dynamodb::{number, stored_number};
use crate::source::envelope::Entries;
use crate::source::raw::{Gathered, Kind, Names, RawItem};
use crate::source::size::number_size;
use crate::source::start_key::{Base64, StartKey, StartValue};
use crate::value::Value;

/// An item of a live table.
pub type LiveItem = HashMap<String, AttributeValue>;

/// The attributes of an item, plain and in the order of their names: the SDK gives them in none.
pub fn entries(item: &LiveItem) -> Entries<'_> {
    let mut entries: Entries<'_> = item.iter().map(|(name, of)| (Cow::Borrowed(name.as_str()), value(of))).collect();
    entries.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    entries
}

fn numeral(text: &str) -> Value<'_> {
    stored_number(text).unwrap_or(Value::Str(Cow::Borrowed(text)))
}

/// A value without its type, as the other sources give it.
pub fn value(value_of: &AttributeValue) -> Value<'_> {
    match value_of {
        AttributeValue::S(text) => Value::Str(Cow::Borrowed(text)),
        AttributeValue::N(text) => numeral(text),
        AttributeValue::B(bytes) => Value::Bytes(Cow::Borrowed(bytes.as_ref())),
        AttributeValue::Bool(value) => Value::Bool(*value),
        AttributeValue::L(values) => Value::List(values.iter().map(value).collect()),
        AttributeValue::M(map) => Value::Map(entries(map)),
        AttributeValue::Ss(texts) => Value::Set(texts.iter().map(|text| Value::Str(Cow::Borrowed(text))).collect()),
        AttributeValue::Ns(texts) => Value::Set(texts.iter().map(|text| numeral(text)).collect()),
        AttributeValue::Bs(all) => {
            Value::Set(all.iter().map(|bytes| Value::Bytes(Cow::Borrowed(bytes.as_ref()))).collect())
        }
        _ => Value::None,
    }
}

/// Items of which only what is wanted is kept.
#[derive(Debug)]
pub struct GatheredItems {
    gathered: Gathered,
    /// The items of which that does not tell all, by their places.
    whole: Vec<(usize, LiveItem)>,
}

impl GatheredItems {
    /// Gathers the wanted attributes of items.
    pub fn new(items: Vec<LiveItem>, names: &Names) -> Self {
        let (mut gathered, mut whole) = (Gathered::new(names.len()), Vec::new());
        for (at, item) in items.into_iter().enumerate() {
            gathered.begin(item_size(&item));
            let mut is_told = true;
            for wanted in 0..names.len() {
                let Some(value) = item.get(names.name(wanted)) else { continue };
                let (kind, text) = match value {
                    AttributeValue::S(text) => (Kind::Text, text.as_str()),
                    AttributeValue::N(text) if number(text).is_some() => (Kind::Number, text.as_str()),
                    AttributeValue::Bool(true) => (Kind::True, ""),
                    AttributeValue::Bool(false) => (Kind::False, ""),
                    AttributeValue::Null(_) => (Kind::Null, ""),
                    _ => (Kind::Other, ""),
                };
                is_told &= kind != Kind::Other;
                gathered.set(wanted, kind, text);
            }
            if !is_told {
                whole.push((at, item));
            }
        }
        Self { gathered, whole }
    }

    /// The items in order, each with all of it where the wanted attributes do not tell enough.
    pub fn items(&self) -> impl Iterator<Item = (RawItem<'_>, Option<&LiveItem>)> {
        let mut whole = self.whole.iter().peekable();
        self.gathered.items().enumerate().map(move |(at, raw)| {
            let own = whole.next_if(|(place, _)| *place == at).map(|(_, item)| item);
            (raw, own)
        })
    }
}

/// The bytes of an item as DynamoDB counts them, which is what reads are charged by and what 400 KB is the limit of:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
pub fn item_size(item: &LiveItem) -> u64 {
    item.iter().map(|(name, value)| length(name.len()) + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> u64 {
    match value {
        AttributeValue::S(text) => length(text.len()),
        AttributeValue::N(text) => size_of_number(text),
        AttributeValue::B(bytes) => length(bytes.as_ref().len()),
        // A list or a map has 3 bytes, and each of its elements one more.
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + value_size(value)).sum::<u64>(),
        AttributeValue::M(map) => 3 + length(map.len()) + item_size(map),
        AttributeValue::Ss(texts) => texts.iter().map(|text| length(text.len())).sum(),
        AttributeValue::Ns(texts) => texts.iter().map(|text| size_of_number(text)).sum(),
        AttributeValue::Bs(all) => all.iter().map(|bytes| length(bytes.as_ref().len())).sum(),
        _ => 1,
    }
}

/// DynamoDB gives numbers as JSON writes them.
fn size_of_number(text: &str) -> u64 {
    number_size(text.as_bytes()).unwrap_or(length(text.len()))
}

fn length(bytes: usize) -> u64 {
    bytes as u64
}

/// A number that tells items apart, whatever the order of their attributes.
pub(super) fn fingerprint(item: &LiveItem, state: &foldhash::fast::FixedState) -> u64 {
    item.iter().fold(0, |sum: u64, (name, value)| {
        let mut hasher = state.build_hasher();
        hasher.write(name.as_bytes());
        hash_value(value, state, &mut hasher);
        sum.wrapping_add(hasher.finish())
    })
}

fn hash_value(value: &AttributeValue, state: &foldhash::fast::FixedState, hasher: &mut impl Hasher) {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => hasher.write(text.as_bytes()),
        AttributeValue::B(bytes) => hasher.write(bytes.as_ref()),
        AttributeValue::Bool(value) => hasher.write_u8(u8::from(*value)),
        AttributeValue::L(values) => values.iter().for_each(|value| hash_value(value, state, hasher)),
        AttributeValue::M(map) => hasher.write_u64(fingerprint(map, state)),
        // DynamoDB gives a set in the same order each time.
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => {
            texts.iter().for_each(|text| hasher.write(text.as_bytes()));
        }
        AttributeValue::Bs(all) => all.iter().for_each(|bytes| hasher.write(bytes.as_ref())),
        _ => hasher.write_u8(2),
    }
}

impl StartKey {
    /// The key of a response; none where it holds what no key can.
    pub(super) fn from_sdk(key: &LiveItem) -> Option<Self> {
        let value = |value: &AttributeValue| match value {
            AttributeValue::S(text) => Some(StartValue::S(text.clone())),
            AttributeValue::N(text) => Some(StartValue::N(text.clone())),
            AttributeValue::B(bytes) => Some(StartValue::B(Base64(bytes.as_ref().to_vec()))),
            _ => None,
        };
        key.iter().map(|(name, of)| Some((name.clone(), value(of)?))).collect::<Option<_>>().map(Self)
    }

    /// The key as a request has it.
    pub(super) fn to_sdk(&self) -> LiveItem {
        let value = |value: &StartValue| match value {
            StartValue::S(text) => AttributeValue::S(text.clone()),
            StartValue::N(text) => AttributeValue::N(text.clone()),
            StartValue::B(bytes) => AttributeValue::B(Blob::new(bytes.0.clone())),
        };
        self.0.iter().map(|(name, of)| (name.clone(), value(of))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> AttributeValue {
        AttributeValue::N(text.to_owned())
    }

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn item(attributes: &[(&str, AttributeValue)]) -> LiveItem {
        attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn the_size_of_an_item_is_that_of_dynamodb() {
        for (value, bytes) in [
            (s("äb"), 3),
            (AttributeValue::B(Blob::new(vec![0; 5])), 5),
            (AttributeValue::Bool(true), 1),
            (AttributeValue::Null(true), 1),
            (AttributeValue::L(vec![]), 3),
            (AttributeValue::L(vec![n("1"), s("abc")]), 3 + 2 + 2 + 3),
            (AttributeValue::M(item(&[("ab", s("c"))])), 3 + 1 + 2 + 1),
            (AttributeValue::Ss(vec!["a".to_owned(), "bc".to_owned()]), 3),
            (AttributeValue::Ns(vec!["1".to_owned(), "-22".to_owned()]), 5),
            (AttributeValue::Bs(vec![Blob::new(vec![1, 2])]), 2),
        ] {
            assert_eq!(item_size(&item(&[("name", value.clone())])), 4 + bytes, "{value:?}");
        }
    }

    #[test]
    fn values_are_plain_and_in_the_order_of_their_names() {
        let map = item(&[("z", n("1")), ("a", AttributeValue::Null(true))]);
        let all = item(&[
            ("text", s("x")),
            ("whole", n("12")),
            ("fraction", n("1.5")),
            ("flag", AttributeValue::Bool(false)),
            ("bytes", AttributeValue::B(Blob::new(vec![1]))),
            ("list", AttributeValue::L(vec![AttributeValue::M(map)])),
            ("set", AttributeValue::Ns(vec!["2".to_owned()])),
        ]);
        let inner = vec![(Cow::Borrowed("a"), Value::None), (Cow::Borrowed("z"), Value::Int(1))];
        let wanted: Entries<'_> = vec![
            (Cow::Borrowed("bytes"), Value::Bytes(Cow::Borrowed(&[1]))),
            (Cow::Borrowed("flag"), Value::Bool(false)),
            (Cow::Borrowed("fraction"), Value::Float(1.5)),
            (Cow::Borrowed("list"), Value::List(vec![Value::Map(inner)])),
            (Cow::Borrowed("set"), Value::Set(vec![Value::Int(2)])),
            (Cow::Borrowed("text"), Value::text("x")),
            (Cow::Borrowed("whole"), Value::Int(12)),
        ];
        assert_eq!(entries(&all), wanted);
    }

    #[test]
    fn fingerprints_tell_items_apart() {
        let state = foldhash::fast::FixedState::default();
        let of = |item: &LiveItem| fingerprint(item, &state);
        let one = item(&[("pk", s("a")), ("sk", s("b"))]);
        assert_eq!(of(&one), of(&item(&[("sk", s("b")), ("pk", s("a"))])));
        assert_ne!(of(&one), of(&item(&[("pk", s("b")), ("sk", s("a"))])));
        assert_ne!(of(&one), of(&item(&[("pk", s("a"))])));
    }

    #[test]
    fn a_start_key_comes_back_as_it_was() {
        let key = item(&[("pk", s("user#1")), ("n", n("12")), ("b", AttributeValue::B(Blob::new(vec![0, 255])))]);
        let text = serde_json::to_string(&StartKey::from_sdk(&key).unwrap()).unwrap();
        assert_eq!(text, r#"{"b":{"B":"AP8="},"n":{"N":"12"},"pk":{"S":"user#1"}}"#);
        assert_eq!(serde_json::from_str::<StartKey>(&text).unwrap().to_sdk(), key);
        assert_eq!(StartKey::from_sdk(&item(&[("pk", AttributeValue::Bool(true))])), None);
    }
}
