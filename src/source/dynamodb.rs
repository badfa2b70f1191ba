//! DynamoDB JSON: attribute values that carry their type, `{"S": "text"}`, as the AWS CLI, exports and boto3's client
//! give them: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigInt;

use crate::key::python::str_of;
use crate::text::same_number;
use crate::value::{Decimal, Value};

/// The types of DynamoDB JSON.
const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"];

/// The type tag of a value that looks typed: a map whose only key is one of the types.
fn tag<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value {
        Value::Map(entries) => match entries.as_slice() {
            [(tag, _)] if TYPES.contains(&tag.as_ref()) => Some(tag),
            _ => None,
        },
        _ => None,
    }
}

/// True where every attribute of an item carries its type.
pub fn is_typed(entries: &[(Cow<'_, str>, Value<'_>)]) -> bool {
    !entries.is_empty() && entries.iter().all(|(_, value)| tag(value).is_some())
}

/// An attribute that carries no type among others that look as if they did: the item is read as plain JSON.
pub fn untyped_among_typed<'e>(entries: &'e [(Cow<'_, str>, Value<'_>)]) -> Option<&'e str> {
    let looks_typed = entries.iter().any(|(_, value)| {
        matches!(tag(value), Some("S" | "N"))
            && matches!(value, Value::Map(tagged) if matches!(tagged[0].1, Value::Str(_)))
    });
    let plain = entries.iter().find(|(_, value)| tag(value).is_none());
    plain.filter(|_| looks_typed).map(|(name, _)| name.as_ref())
}

/// The plain values of an item whose attributes carry their types. The error names the attribute.
pub fn untyped<'a>(entries: Vec<(Cow<'a, str>, Value<'a>)>) -> Result<Vec<(Cow<'a, str>, Value<'a>)>, String> {
    entries
        .into_iter()
        .map(|(name, value)| match plain(value) {
            Ok(value) => Ok((name, value)),
            Err(message) => Err(format!("attribute `{}`: {message}", crate::text::excerpt(&name))),
        })
        .collect()
}

fn plain(value: Value<'_>) -> Result<Value<'_>, String> {
    let (tag, payload) = match value {
        Value::Map(mut entries) if entries.len() == 1 => match entries.pop() {
            Some(entry) => entry,
            None => return Err("an attribute value is `{\"TYPE\": value}`".to_owned()),
        },
        _ => return Err("expected a typed value such as `{\"S\": \"text\"}`".to_owned()),
    };
    match (tag.as_ref(), payload) {
        ("S", Value::Str(text)) => Ok(Value::Str(text)),
        ("N", Value::Str(text)) => {
            let Some(value) = number(&text) else {
                return Err(format!("`{}` is no number", crate::text::excerpt(&text)));
            };
            Ok(stored(text, value))
        }
        ("N", Value::Int(_) | Value::BigInt(_) | Value::Float(_)) => {
            Err("an `N` is written as text, `{\"N\": \"12\"}`".to_owned())
        }
        ("B", Value::Str(text)) => bytes(&text),
        ("BOOL", Value::Bool(value)) => Ok(Value::Bool(value)),
        ("NULL", Value::Bool(true)) => Ok(Value::None),
        ("L", Value::List(values)) => values.into_iter().map(plain).collect::<Result<_, _>>().map(Value::List),
        ("M", Value::Map(entries)) => untyped(entries).map(Value::Map),
        ("SS", Value::List(values)) => set(values, "S"),
        ("NS", Value::List(values)) => set(values, "N"),
        ("BS", Value::List(values)) => set(values, "B"),
        (tag, payload) => Err(format!("a `{tag}` cannot be a {}", payload.python_type())),
    }
}

fn set<'a>(values: Vec<Value<'a>>, tag: &'static str) -> Result<Value<'a>, String> {
    let typed = |value| plain(Value::Map(vec![(Cow::Borrowed(tag), value)]));
    values.into_iter().map(typed).collect::<Result<_, _>>().map(Value::Set)
}

fn bytes(text: &str) -> Result<Value<'static>, String> {
    match STANDARD.decode(text) {
        Ok(bytes) => Ok(Value::Bytes(Cow::Owned(bytes))),
        Err(_) => Err("a `B` is base64 text".to_owned()),
    }
}

/// A number as it is stored, with what Python makes of it where that prints otherwise.
pub fn stored<'a>(text: Cow<'a, str>, value: Value<'static>) -> Value<'a> {
    let is_canonical = match &value {
        Value::Int(_) => {
            let digits = text.strip_prefix('-').unwrap_or(&text);
            let begins_well = !digits.starts_with('0') || text == "0";
            begins_well && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        value => str_of(value).is_some_and(|own| own == text),
    };
    if is_canonical {
        return value;
    }
    let is_rounded = str_of(&value).is_none_or(|own| !same_number(&own, &text));
    Value::Decimal(Box::new(Decimal { text, value, is_rounded }))
}

/// A number of DynamoDB as it is stored; none of what is no number.
pub fn stored_number(text: &str) -> Option<Value<'_>> {
    number(text).map(|value| stored(Cow::Borrowed(text), value))
}

/// A number of DynamoDB as boto3-assist makes it: an int where it is whole, a float otherwise.
pub fn number(text: &str) -> Option<Value<'static>> {
    if let Ok(small) = text.parse::<i64>() {
        return Some(Value::Int(small));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.len() + fraction.len();
    let sound = digits > 0 && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    // DynamoDB has exponents of -130 to 125; this leaves room and keeps the digits few.
    if !sound || exponent.abs() > 1000 || digits > 1000 {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let scale = exponent - i32::try_from(fraction.len()).ok()?;
    let mut all = format!("{whole}{fraction}");
    let zeros = all.len() - all.trim_end_matches('0').len();
    if all.bytes().all(|byte| byte == b'0') {
        return Some(Value::Int(0));
    }
    if scale >= 0 {
        all.extend(std::iter::repeat_n('0', usize::try_from(scale).ok()?));
    } else if zeros >= usize::try_from(-scale).ok()? {
        all.truncate(all.len() - usize::try_from(-scale).ok()?);
    } else {
        return text.parse().ok().map(Value::Float);
    }
    let number: BigInt = all.parse().ok()?;
    Some(Value::integer(if text.starts_with('-') { -number } else { number }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_become_int_and_others_float() {
        for (text, wanted) in [
            ("12", Value::Int(12)),
            ("-5", Value::Int(-5)),
            ("12.00", Value::Int(12)),
            ("1E+3", Value::Int(1000)),
            ("1200e-2", Value::Int(12)),
            ("-0", Value::Int(0)),
            ("0.000", Value::Int(0)),
            ("29.99", Value::Float(29.99)),
            ("-2.5e-7", Value::Float(-2.5e-7)),
            ("120e-2", Value::Float(1.2)),
            ("1180591620717411303424", Value::integer("1180591620717411303424".parse().unwrap())),
            ("1e20", Value::integer("100000000000000000000".parse().unwrap())),
        ] {
            assert_eq!(number(text), Some(wanted), "{text}");
        }
        for text in ["", "abc", "1e", "--1", ".", "NaN", "Infinity", "1e99999999", "0x1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
