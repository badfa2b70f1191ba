//! Items as JSON: a line an item, or one document. `docs/json.md` describes the fields.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::{Error as _, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use super::log::{begins_here, commands};
use crate::error::Error;
use crate::key::python::str_of;
use crate::key::{Half, PartKind, State, Written};
use crate::model::{FieldPath, Index};
use crate::report::{Explained, Leveled};
use crate::text::is_printable;
use crate::value::Value;

/// JSON in which every character that a terminal might act on is an escape, C1 controls and bidi marks too, and the first
/// one of what a build server takes for a command.
struct Printable;

impl serde_json::ser::Formatter for Printable {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let has_commands = commands(fragment).next().is_some();
        if fragment.is_ascii() && !fragment.as_bytes().contains(&0x7f) && !has_commands {
            return writer.write_all(fragment.as_bytes());
        }
        for (at, c) in fragment.char_indices() {
            let mut bytes = [0; 4];
            if is_printable(c) && !(c == '#' && has_commands && begins_here(&fragment[at..])) {
                writer.write_all(c.encode_utf8(&mut bytes).as_bytes())?;
                continue;
            }
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

/// Appends a value as JSON that is safe to show.
pub fn push_json(out: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Error> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Printable);
    value.serialize(&mut serializer).map_err(|error| Error::Output(error.into()))
}

/// A value as JSON. Integers keep all their digits; bytes are base64, as in DynamoDB JSON.
pub struct Json<'v>(pub &'v Value<'v>);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::None => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::BigInt(number) => {
                number.to_string().parse::<serde_json::Number>().map_err(S::Error::custom)?.serialize(serializer)
            }
            // JSON has no infinity and no NaN: they are written as Python prints them.
            Value::Float(number) if !number.is_finite() => {
                serializer.serialize_str(&str_of(self.0).unwrap_or_default())
            }
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Decimal(number) => match number.text.parse::<serde_json::Number>() {
                Ok(number) => number.serialize(serializer),
                Err(_) => serializer.serialize_str(&number.text),
            },
            Value::Str(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
            Value::List(values) | Value::Set(values) => serializer.collect_seq(values.iter().map(Json)),
            Value::Map(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, Json(value)))),
        }
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Written::Text(text) => serializer.serialize_str(text),
            Written::Typed(value) => Json(value).serialize(serializer),
            Written::Open(_) | Written::Absent | Written::Failed(_) => serializer.serialize_unit(),
        }
    }
}

/// An explained item as one JSON object.
pub struct ItemLine<'l, 'x, 'm>(pub &'l Explained<'x, 'm>);

impl Serialize for ItemLine<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let explained = self.0;
        let mut line = serializer.serialize_struct("Item", 6)?;
        line.serialize_field("entity", explained.entity())?;
        line.serialize_field("source", &Shown(&explained.place))?;
        line.serialize_field("dialect", explained.engine.dialect().name())?;
        line.serialize_field("keys", &Attributes(explained))?;
        line.serialize_field("indexes", &Indexes(explained))?;
        line.serialize_field("findings", &Findings(explained.findings))?;
        line.end()
    }
}

/// Anything that prints, as text.
struct Shown<'s, T>(&'s T);

impl<T: std::fmt::Display> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// The keys of an item, by attribute.
struct Attributes<'l, 'x, 'm>(&'l Explained<'x, 'm>);

impl Serialize for Attributes<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.attributes())
    }
}

struct Indexes<'l, 'x, 'm>(&'l Explained<'x, 'm>);

impl Serialize for Indexes<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (index, compiled) in self.0.indexes() {
            list.serialize_element(&IndexLine { explained: self.0, index, compiled })?;
        }
        list.end()
    }
}

struct IndexLine<'l, 'x, 'm> {
    explained: &'l Explained<'x, 'm>,
    index: &'m Index,
    compiled: &'m crate::key::EngineIndex,
}

impl Serialize for IndexLine<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.index.name.value)?;
        let halves = [
            ("partition_key", Half::Partition, self.index.partition_keys.is_list),
            ("sort_key", Half::Sort, self.index.sort_keys.is_list),
        ];
        for (name, half, is_list) in halves {
            let numbers = self.explained.half(self.compiled, half);
            let key = |number: &usize| KeyLine { explained: self.explained, number: *number };
            match numbers {
                [] => {}
                [one] if !is_list => map.serialize_entry(name, &key(one))?,
                several => map.serialize_entry(name, &several.iter().map(key).collect::<Vec<_>>())?,
            }
        }
        map.end()
    }
}

struct KeyLine<'l, 'x, 'm> {
    explained: &'l Explained<'x, 'm>,
    number: usize,
}

impl Serialize for KeyLine<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let explained = self.explained;
        let written = explained.keys.get(self.number);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("attribute", &explained.engine.keys()[self.number].attribute)?;
        map.serialize_entry("value", &written)?;
        map.serialize_entry("parts", &Parts { explained, number: self.number, written })?;
        if let Written::Failed(failure) = written {
            map.serialize_entry("error", &failure.message)?;
        }
        map.end()
    }
}

struct Parts<'l, 'x, 'm> {
    explained: &'l Explained<'x, 'm>,
    number: usize,
    written: Written<'x>,
}

#[derive(Serialize)]
struct PartLine<'p> {
    /// None where nobody can say what it is.
    text: Option<&'p str>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Json<'p>>,
}

impl Serialize for Parts<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let explained = self.explained;
        let typed;
        let (text, whole) = match self.written {
            Written::Text(text) | Written::Open(text) => (text, None),
            // The one part of a typed key is the whole of it.
            Written::Typed(value) => {
                typed = str_of(value).unwrap_or_default();
                ("", Some(typed.as_str()))
            }
            Written::Absent | Written::Failed(_) => ("", None),
        };
        serializer.collect_seq(explained.recorder.parts(self.number).iter().map(|part| {
            let text = whole.unwrap_or_else(|| text.get(part.start..part.end).unwrap_or_default());
            let text = (!part.is_open).then_some(text);
            let line = |kind, field: Option<&'static str>| PartLine { text, kind, field, state: None, from: None };
            match part.kind {
                PartKind::Literal => line("literal", None),
                PartKind::Field(field) => with_state(explained, self.number, "field", text, field),
                PartKind::Fallback(Some(field)) => with_state(explained, self.number, "fallback", text, field),
                PartKind::Fallback(None) => line("fallback", None),
            }
        }))
    }
}

fn with_state<'p>(
    explained: &'p Explained<'_, '_>,
    number: usize,
    kind: &'static str,
    text: Option<&'p str>,
    field: &'p FieldPath,
) -> PartLine<'p> {
    let (state, from) = match explained.fields.state(field) {
        _ if explained.engine.is_eager(number) => ("eager", None),
        State::Given => ("given", None),
        State::Default => ("default", None),
        State::Coerced(before) => ("coerced", Some(Json(before))),
        State::Null => ("null", None),
        State::Unset => ("unset", None),
        State::Unknown => ("computed", None),
    };
    PartLine { text, kind, field: Some(&field.name), state: Some(state), from }
}

struct Findings<'f>(&'f [Leveled]);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Line<'f> {
            rule: &'static str,
            level: &'static str,
            message: &'f str,
            field: Option<&'f str>,
            keys: &'f [crate::rules::FoundKey],
            help: &'f str,
        }
        serializer.collect_seq(self.0.iter().map(|Leveled { level, finding }| Line {
            rule: finding.rule.name,
            level: level.as_str(),
            message: &finding.message,
            field: finding.field.as_deref(),
            keys: &finding.keys,
            help: &finding.help,
        }))
    }
}
