//! The dictionaries that boto3-assist makes of a model: `to_dict()` of its indexes, `to_dictionary()`,
//! `to_resource_dictionary()` and `to_client_dictionary()`.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::log::without_commands;
use crate::key::python::{push_decimal, push_repr, push_repr_with_decimals, to_int};
use crate::key::{Half, Written};
use crate::model::{Dialect, Era};
use crate::report::Explained;
use crate::text::printable;
use crate::value::Value;

/// Which dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dictionary {
    /// `to_dict()` of each index, or of the one asked for.
    Keys,
    /// `to_dictionary()`: the fields without the keys.
    Plain,
    /// `to_resource_dictionary()`: the fields and the keys, with Python's types.
    Resource,
    /// `to_client_dictionary()`: the fields and the keys as DynamoDB JSON.
    Client,
}

type Entries<'v> = Vec<(Cow<'v, str>, Value<'v>)>;

/// The dictionary of an item.
///
/// In the dialect `guide` it is what the guide prints: unset fields are left out, and the keys come first. Otherwise it
/// is what the library gives: a plain or client dictionary has unset fields as None, the keys come last, and since 0.54
/// there is a `ttl`.
pub fn dictionary<'v>(explained: &Explained<'v, 'v>, which: Dictionary) -> Value<'v> {
    if which == Dictionary::Keys {
        return index_dictionaries(explained);
    }
    let is_guide = explained.engine.dialect().era() == Era::Guide;
    let dialect = explained.engine.dialect();
    let keep_none = match which {
        Dictionary::Client => !is_guide && !dialect.drops_none_for_clients(),
        Dictionary::Plain => !is_guide,
        Dictionary::Keys | Dictionary::Resource => false,
    };
    let mut fields = fields(explained, keep_none);
    for (_, value) in &mut fields {
        if which == Dictionary::Client {
            *value = if is_guide { typed(value) } else { library_client(value) };
        } else if !is_guide && let Value::Bytes(bytes) = value {
            *value = library_binary(bytes);
        }
    }
    if which == Dictionary::Plain {
        return Value::Map(fields);
    }
    let keys = keys(explained, which == Dictionary::Client && is_guide);
    if is_guide {
        let mut all = keys;
        for (name, value) in fields {
            if !all.iter().any(|(known, _)| *known == name) {
                all.push((name, value));
            }
        }
        return Value::Map(all);
    }
    for (name, value) in keys {
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, field)) => *field = value,
            None => fields.push((name, value)),
        }
    }
    Value::Map(fields)
}

fn fields<'v>(explained: &Explained<'v, 'v>, keep_none: bool) -> Entries<'v> {
    let model = explained.engine.model();
    let mut all: Entries<'v> = model
        .attributes
        .iter()
        .zip(&explained.fields.slots)
        .map(|(attribute, slot)| (Cow::Borrowed(attribute.name.as_str()), slot.value.get().clone()))
        .collect();
    if explained.engine.dialect().has_ttl() && !explained.engine.has_field("ttl") {
        // The property's setter is `int(value)`.
        let ttl = explained.ttl.map_or(Value::None, |ttl| to_int(ttl).unwrap_or_else(|_| ttl.clone()));
        all.push((Cow::Borrowed("ttl"), ttl));
    }
    all.retain(|(_, value)| keep_none || *value != Value::None);
    all
}

/// The keys, as `_add_indexes` adds them: those that are None are left out.
fn keys<'v>(explained: &Explained<'v, 'v>, with_types: bool) -> Entries<'v> {
    let is_primary_partition = |attribute: &str| {
        let primary = explained.engine.model().primary();
        primary.is_some_and(|index| index.partition_keys.keys.iter().any(|key| *key.attribute == attribute))
    };
    explained
        .attributes()
        .into_iter()
        .filter_map(|(attribute, written)| {
            let value = value_of(written);
            // The library leaves None out, but for the table's own partition key.
            if value == Value::None && (with_types || !is_primary_partition(attribute)) {
                return None;
            }
            let value = if with_types { typed(&value) } else { value };
            Some((Cow::Borrowed(attribute), value))
        })
        .collect()
}

/// What the library makes of bytes: the attributes of boto3's `Binary` as a dictionary, in hexadecimal.
fn library_binary<'v>(bytes: &[u8]) -> Value<'v> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Value::Map(vec![(Cow::Borrowed("value"), Value::text(hex))])
}

fn value_of<'v>(written: Written<'v>) -> Value<'v> {
    match written {
        Written::Text(text) => Value::text(text),
        Written::Typed(value) => value.clone(),
        // A key of which a part is not known is none that could be written.
        Written::Open(_) | Written::Absent | Written::Failed(_) => Value::None,
    }
}

fn index_dictionaries<'v>(explained: &Explained<'v, 'v>) -> Value<'v> {
    let mut all: Entries<'v> = Vec::new();
    for (index, compiled) in explained.indexes() {
        let numbers = explained.half(compiled, Half::Partition).iter().chain(explained.half(compiled, Half::Sort));
        let keys = numbers.map(|number| {
            let attribute = explained.engine.keys()[*number].attribute.as_str();
            (Cow::Borrowed(attribute), value_of(explained.keys.get(*number)))
        });
        all.push((Cow::Borrowed(index.name.as_str()), Value::Map(keys.collect())));
    }
    match (explained.selection.index, all.len()) {
        (Some(_), 1) => all.pop().map_or(Value::None, |(_, keys)| keys),
        _ => Value::Map(all),
    }
}

/// A value as a typed attribute value.
fn typed<'v>(value: &Value<'_>) -> Value<'v> {
    let tagged = |tag: &'static str, value: Value<'v>| Value::Map(vec![(Cow::Borrowed(tag), value)]);
    let print = |value: &Value<'_>| {
        let mut text = String::new();
        push_repr(&mut text, value);
        Value::text(text)
    };
    match value {
        Value::None => tagged("NULL", Value::Bool(true)),
        Value::Bool(value) => tagged("BOOL", Value::Bool(*value)),
        Value::Int(_) | Value::BigInt(_) => tagged("N", print(value)),
        // boto3 prints the Decimal.
        Value::Float(number) => {
            let mut text = String::new();
            push_decimal(&mut text, *number);
            tagged("N", Value::text(text))
        }
        Value::Decimal(number) => tagged("N", Value::text(number.text.clone().into_owned())),
        Value::Str(text) => tagged("S", Value::text(text.clone().into_owned())),
        Value::Bytes(bytes) => tagged("B", Value::text(STANDARD.encode(bytes))),
        Value::List(values) => tagged("L", Value::List(values.iter().map(typed).collect())),
        Value::Map(entries) => tagged(
            "M",
            Value::Map(
                entries.iter().map(|(key, value)| (Cow::Owned(key.clone().into_owned()), typed(value))).collect(),
            ),
        ),
        Value::Set(values) => {
            let tag = match values.first() {
                Some(Value::Str(_)) => "SS",
                Some(Value::Bytes(_)) => "BS",
                _ => "NS",
            };
            let inner = values.iter().map(|value| match typed(value) {
                Value::Map(mut tagged) => tagged.pop().map_or(Value::None, |(_, value)| value),
                other => other,
            });
            tagged(tag, Value::List(inner.collect()))
        }
    }
}

/// What the library's `to_client_dictionary()` makes of a value: it types the elements of lists and maps, and then types
/// the typed elements once more.
fn library_client<'v>(value: &Value<'_>) -> Value<'v> {
    match value {
        Value::List(values) => typed(&Value::List(values.iter().map(library_client).collect())),
        Value::Map(entries) => typed(&Value::Map(
            entries.iter().map(|(key, value)| (Cow::Owned(key.clone().into_owned()), library_client(value))).collect(),
        )),
        Value::Bytes(bytes) => match library_binary(bytes) {
            Value::Map(entries) => library_client(&Value::Map(entries)),
            other => other,
        },
        other => typed(other),
    }
}

/// A dictionary of an item as Python prints it, safe to show.
///
/// The guide shows numbers as they are; the library has Decimals where the dictionary is for DynamoDB.
pub fn write_python(
    out: &mut dyn std::io::Write,
    value: &Value<'_>,
    which: Dictionary,
    dialect: &Dialect,
) -> std::io::Result<()> {
    let has_decimals = match which {
        Dictionary::Resource => dialect.era() != Era::Guide,
        Dictionary::Plain => !dialect.has_native_numbers(),
        Dictionary::Keys | Dictionary::Client => false,
    };
    let mut text = String::new();
    if has_decimals {
        push_repr_with_decimals(&mut text, value);
    } else {
        push_repr(&mut text, value);
    }
    // The same text to Python, and no command to the log of a build.
    writeln!(out, "{}", without_commands(&printable(&text), "\\x23"))
}
