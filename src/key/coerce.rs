//! What `Model().map(item)` does to a value whose attribute has a default: it becomes of the default's Python type.

use std::borrow::Cow;

use super::python::{NoConversion, is_true, str_of, to_float, to_int};
use crate::value::Value;

/// What becomes of a value.
pub(super) enum Coerced<'a> {
    /// The value stays as it came.
    Kept,
    /// It is converted.
    Changed(Value<'a>),
    /// The conversion raises, so the attribute keeps its default.
    Refused,
}

/// Coerces `value` to the Python type of `default`.
pub(super) fn coerce<'a>(default: &'a Value<'static>, value: &Value<'a>) -> Coerced<'a> {
    match (default, value) {
        (Value::Str(_), Value::Str(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Float(_), Value::Float(_))
        // To Python a bool is an int.
        | (Value::Int(_) | Value::BigInt(_), Value::Int(_) | Value::BigInt(_) | Value::Bool(_)) => Coerced::Kept,
        (Value::Str(_), Value::List(values)) => joined(values).map_or(Coerced::Refused, Coerced::Changed),
        (Value::Str(_), value) => match str_of(value) {
            Some(text) => Coerced::Changed(Value::Str(Cow::Owned(text))),
            None => Coerced::Refused,
        },
        (Value::Bool(_), value) => Coerced::Changed(Value::Bool(is_true(value))),
        (Value::Int(_) | Value::BigInt(_), value) => converted(to_int(value)),
        (Value::Float(_), value) => converted(to_float(value).map(Value::Float)),
        (Value::Map(base), Value::Map(update)) => Coerced::Changed(merged(base, update)),
        _ => Coerced::Kept,
    }
}

/// A ValueError is only logged and the raw value set; other exceptions leave the attribute alone.
fn converted(result: Result<Value<'static>, NoConversion>) -> Coerced<'static> {
    match result {
        Ok(value) => Coerced::Changed(value),
        Err(NoConversion::Value) => Coerced::Kept,
        Err(NoConversion::Type | NoConversion::Overflow) => Coerced::Refused,
    }
}

/// `"".join(values)`, which raises unless all are text.
fn joined(values: &[Value<'_>]) -> Option<Value<'static>> {
    let mut text = String::new();
    for value in values {
        match value {
            Value::Str(part) => text.push_str(part),
            _ => return None,
        }
    }
    Some(Value::text(text))
}

/// The default map with the entries of the item's laid over it.
fn merged<'a>(base: &'a [(Cow<'static, str>, Value<'static>)], update: &[(Cow<'a, str>, Value<'a>)]) -> Value<'a> {
    let mut entries: Vec<(Cow<'a, str>, Value<'a>)> = base.to_vec();
    for (key, value) in update {
        match entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value.clone(),
            None => entries.push((key.clone(), value.clone())),
        }
    }
    Value::Map(entries)
}
