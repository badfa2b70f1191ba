//! The time to live of items: values by which DynamoDB deletes nothing.
//!
//! DynamoDB expires items by an attribute of type Number that holds seconds since 1970. Any other value is ignored without
//! an error, and so is a time more than five years in the past:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html>

use super::time_format::time_format;
use crate::key::Engine;
use crate::model::is_called_ttl;
use crate::source::raw::{Kind, Names, RawItem};
use crate::value::Value;

/// An attribute that is the time to live of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ttl {
    /// The attribute.
    pub attribute: usize,
    /// True where the configuration or a model says so; otherwise it only has the name.
    pub is_declared: bool,
}

/// Five years before DynamoDB had a time to live (27 February 2017): what is older than this was never deleted.
const OLDEST: i64 = 1_330_300_800;
/// What stands in for `OLDEST` on the short way, where values have ten digits.
const OLDEST_TEXT: &[u8] = b"1330300800";
/// The last second of the year 9999, which some write for "never".
const LATEST: i64 = 253_402_300_799;
/// Numbers below this one may well be durations, where nobody says that the attribute is the time to live.
const DURATION: i64 = 1_000_000_000;

/// The attribute that the configuration or a model declares. All items of a table have the same one.
pub(super) fn declared<'e>(table: Option<&'e str>, engines: &'e [Engine]) -> Option<&'e str> {
    table.or_else(|| {
        engines.iter().find_map(|engine| engine.model().ttl()).map(|attribute| attribute.name.value.as_str())
    })
}

/// The attributes of an entity that are its time to live: the declared one, else those with the name.
pub(super) fn of_entity(declared: Option<&str>, engine: &Engine, names: &Names) -> Vec<Ttl> {
    let find = |name: &str, is_declared| names.find(name.as_bytes()).map(|attribute| Ttl { attribute, is_declared });
    match declared {
        Some(name) => find(name, true).into_iter().collect(),
        None => called(engine).filter_map(|name| find(name, false)).collect(),
    }
}

/// The fields of an entity that are called like a time to live.
pub(super) fn called(engine: &Engine) -> impl Iterator<Item = &str> {
    let names = engine.model().attributes.iter().map(|attribute| attribute.name.value.as_str());
    names.filter(|name| is_called_ttl(name))
}

impl Ttl {
    /// True of an item that surely has nothing wrong here: the short way.
    #[inline]
    pub fn is_plain(self, item: &RawItem<'_>) -> bool {
        match item.bytes(self.attribute) {
            (Kind::Absent | Kind::Null, _) => true,
            (Kind::Number, text) => {
                text.len() == OLDEST_TEXT.len() && text >= OLDEST_TEXT && text.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        }
    }

    /// Why DynamoDB does not delete an item by this value; none where it does.
    pub fn fault(self, value: &Value<'_>) -> Option<&'static str> {
        match value {
            Value::None => None,
            Value::Int(number) => self.number_fault(*number),
            Value::BigInt(number) if number.sign() == num_bigint::Sign::Minus => Some(NEGATIVE),
            Value::BigInt(_) => Some(TOO_LARGE),
            Value::Float(number) if *number < 0.0 => Some(NEGATIVE),
            Value::Float(number) if number.fract() != 0.0 => Some("a fraction of a second"),
            // Floats of this size hold whole numbers exactly; larger ones become the largest.
            Value::Float(number) => self.number_fault(*number as i64),
            Value::Decimal(number) => self.fault(&number.value),
            Value::Str(text) => self.text_fault(text),
            Value::Bool(_) => Some("BOOL, not a number"),
            Value::Bytes(_) => Some("B, not a number"),
            Value::List(_) => Some("L, not a number"),
            Value::Map(_) => Some("M, not a number"),
            Value::Set(_) => Some("a set, not a number"),
        }
    }

    fn number_fault(self, number: i64) -> Option<&'static str> {
        match number {
            ..0 => Some(NEGATIVE),
            0 => self.is_declared.then_some("0"),
            1..OLDEST => self.is_declared.then_some("a time before 2012, or a duration"),
            OLDEST..=LATEST => None,
            _ if number / 1_000 <= LATEST => Some("milliseconds"),
            _ if number / 1_000_000 <= LATEST => Some("microseconds"),
            _ => Some(TOO_LARGE),
        }
    }

    fn text_fault(self, text: &str) -> Option<&'static str> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let is_duration = !self.is_declared && text.parse::<i64>().is_ok_and(|number| number < DURATION);
            return (!is_duration).then_some("digits as text");
        }
        match time_format(text, true) {
            Some(_) => Some("a date as text"),
            None => self.is_declared.then_some("text"),
        }
    }
}

const NEGATIVE: &str = "a negative number";
const TOO_LARGE: &str = "nanoseconds, or more";

/// A value as an example shows it: never long.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 64;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_never_deleted_is_told_by_its_kind() {
        let of = |value: &Value<'_>, is_declared| Ttl { attribute: 0, is_declared }.fault(value);
        for (value, declared, named) in [
            (Value::Int(1_608_508_800), None, None),
            (Value::Int(OLDEST), None, None),
            (Value::Int(LATEST), None, None),
            (Value::Float(1_608_508_800.0), None, None),
            (Value::None, None, None),
            (Value::Int(OLDEST - 1), Some("a time before 2012, or a duration"), None),
            (Value::Int(3600), Some("a time before 2012, or a duration"), None),
            (Value::Int(0), Some("0"), None),
            (Value::Int(-5), Some(NEGATIVE), Some(NEGATIVE)),
            (Value::Float(-0.5), Some(NEGATIVE), Some(NEGATIVE)),
            (Value::Float(1_608_508_800.5), Some("a fraction of a second"), Some("a fraction of a second")),
            (Value::Int(1_608_508_800_000), Some("milliseconds"), Some("milliseconds")),
            (Value::Int(1_608_508_800_000_000), Some("microseconds"), Some("microseconds")),
            (Value::Int(1_608_508_800_000_000_000), Some(TOO_LARGE), Some(TOO_LARGE)),
            (Value::Float(1e30), Some(TOO_LARGE), Some(TOO_LARGE)),
            (Value::text("1608508800"), Some("digits as text"), Some("digits as text")),
            (Value::text("1608508800000"), Some("digits as text"), Some("digits as text")),
            (Value::text("300"), Some("digits as text"), None),
            (Value::text("2020-12-21T00:00:00Z"), Some("a date as text"), Some("a date as text")),
            (Value::text("1h"), Some("text"), None),
            (Value::text(""), Some("text"), None),
            (Value::Bool(true), Some("BOOL, not a number"), Some("BOOL, not a number")),
        ] {
            assert_eq!((of(&value, true), of(&value, false)), (declared, named), "{value:?}");
        }
    }

    #[test]
    fn examples_are_short() {
        assert_eq!(shown("1608508800"), "1608508800");
        assert_eq!(shown(&"é".repeat(70)), format!("{}…", "é".repeat(64)));
    }
}
