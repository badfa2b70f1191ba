//! A value that an attribute may have, for items that show something.

use std::borrow::Cow;

use super::automaton::Automaton;
use super::budget::Budget;
use super::values::{conforms, own_values};
use crate::model::{Attribute, AttributeType};
use crate::value::Value;

/// A usual value of an attribute: set, not blank, without the delimiter where that is possible.
///
/// None where the attribute's `pattern` and the rest leave it none that could be found.
pub fn sample(attribute: &Attribute) -> Option<Value<'static>> {
    if let Some(first) = attribute.allowed.first() {
        return Some(first.value.clone());
    }
    let value = match *attribute.kind {
        AttributeType::String | AttributeType::Any => Value::text(text(attribute)?),
        AttributeType::Integer | AttributeType::Float => number(attribute)?,
        AttributeType::Boolean => Value::Bool(true),
        AttributeType::Datetime => time(attribute)?,
        AttributeType::List => Value::List(vec![Value::text("abc")]),
        AttributeType::Map => Value::Map(Vec::new()),
        AttributeType::Binary => Value::Bytes(Cow::Borrowed(b"abc")),
    };
    Some(value)
}

fn number(attribute: &Attribute) -> Option<Value<'static>> {
    let usual = [Value::Float(1.5), Value::Int(7)];
    if let Some(usual) = usual.into_iter().find(|value| conforms(attribute, value)) {
        return Some(usual);
    }
    let mut budget = Budget::new(attribute.proof_steps());
    let texts = own_values(attribute).texts;
    let own = Automaton::within(&texts, &mut budget).ok()?;
    // The shortest text may be one that no number prints: `1.50`.
    const MOST_TRIED: usize = 24;
    own.shared_within(&own, MOST_TRIED, &mut budget)
        .0
        .iter()
        .flat_map(|text| numbers_of(text))
        .find(|value| conforms(attribute, value))
}

/// The numbers that a text spells.
pub fn numbers_of(text: &str) -> impl Iterator<Item = Value<'static>> {
    let whole = text.parse().ok().map(Value::integer);
    let float = text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float);
    whole.into_iter().chain(float)
}

fn time(attribute: &Attribute) -> Option<Value<'static>> {
    if let Some(usual) = TIMES.iter().map(|text| Value::text(*text)).find(|value| conforms(attribute, value)) {
        return Some(usual);
    }
    text(attribute).map(Value::Str).or_else(|| Some(Value::text(TIMES[0])))
}

/// A time in the forms in which programs write it, the usual one first.
const TIMES: [&str; 16] = [
    "2024-05-17T09:30:00+00:00",
    "2024-05-17T09:30:00Z",
    "2024-05-17T09:30:00",
    "2024-05-17T09:30:00.000Z",
    "2024-05-17T09:30:00.000000Z",
    "2024-05-17T09:30:00.000+00:00",
    "2024-05-17T09:30:00.000000+00:00",
    "2024-05-17T09:30:00.000000",
    "2024-05-17T09:30:00+0000",
    "2024-05-17T09:30:00+02:00",
    "2024-05-17T09:30:00-05:00",
    "2024-05-17 09:30:00",
    "2024-05-17T09:30Z",
    "20240517T093000Z",
    "2024-05-17",
    "20240517",
];

fn text(attribute: &Attribute) -> Option<Cow<'static, str>> {
    for usual in ["abc", "a", "1"] {
        if conforms(attribute, &Value::text(usual)) {
            return Some(usual.into());
        }
    }
    // No text is known to match a pattern that is too large.
    if !attribute.has_usable_pattern() {
        return None;
    }
    let mut budget = Budget::new(attribute.proof_steps());
    let texts = own_values(attribute).texts;
    let apart = super::regular::without(&texts, b'#', None);
    [apart, texts].iter().find_map(|texts| {
        let automaton = Automaton::within(texts, &mut budget).ok()?;
        let found = automaton.shortest_within(1, &mut budget)?;
        conforms(attribute, &Value::text(found.as_str())).then_some(found.into())
    })
}
