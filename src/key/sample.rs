//! A value that an attribute may have, for items that show something.

use std::borrow::Cow;

use super::automaton::Automaton;
use super::values::{conforms, of_attribute};
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
        AttributeType::Integer => Value::Int(7),
        AttributeType::Float => Value::Float(1.5),
        AttributeType::Boolean => Value::Bool(true),
        AttributeType::Datetime => Value::text("2024-05-17T09:30:00+00:00"),
        AttributeType::List => Value::List(vec![Value::text("abc")]),
        AttributeType::Map => Value::Map(Vec::new()),
        AttributeType::Binary => Value::Bytes(Cow::Borrowed(b"abc")),
    };
    Some(value)
}

fn text(attribute: &Attribute) -> Option<Cow<'static, str>> {
    for usual in ["abc", "a", "1"] {
        if conforms(attribute, &Value::text(usual)) {
            return Some(usual.into());
        }
    }
    let mut plain = attribute.clone();
    plain.default = None;
    let texts = of_attribute(&plain).texts;
    let apart = super::regular::without(&texts, b'#', None);
    [apart, texts].iter().find_map(|texts| {
        let automaton = Automaton::new(texts)?;
        let found = automaton.shortest(1)?;
        conforms(attribute, &Value::text(found.as_str())).then_some(found.into())
    })
}
