//! What a rule sees of an item: its fields, its keys and where each part of them came from.

use crate::key::python::str_of;
use crate::key::suspicious::{asks_truth, false_value};
use crate::key::{
    Engine, EngineKey, Fields, KeyBuffer, Part, PartKind, Recorder, Slot, State, Stop, Written, delimiter_of,
};
use crate::model::{FieldPath, Index};

use super::{Finding, FoundKey};

/// An item's fields and keys.
#[derive(Clone, Copy, Debug)]
pub struct ItemContext<'c, 'm> {
    /// The engine that wrote the keys.
    pub engine: &'m Engine,
    /// The fields.
    pub fields: &'c Fields<'c>,
    /// The keys.
    pub keys: &'c KeyBuffer,
    /// Where each part came from.
    pub recorder: &'c Recorder<'m>,
    /// The attributes of the item that the model does not have.
    pub dropped: &'c [&'c str],
    /// What stands between the parts of a template.
    pub delimiter: &'c str,
    /// Which keys to look at: all, or those that a query uses.
    pub scope: Scope<'c>,
}

/// The keys that the rules look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope<'c> {
    /// Only this index.
    pub index: Option<&'c str>,
    /// Only partition keys.
    pub partition_only: bool,
    /// Sort keys are prefixes for a query, so they may end early.
    pub sort_is_prefix: bool,
}

/// One key of an item.
#[derive(Clone, Copy, Debug)]
pub struct KeyView<'c, 'm> {
    /// Its number in the engine.
    pub number: usize,
    /// The key.
    pub key: &'m EngineKey,
    /// Its index.
    pub index: &'m Index,
    /// What was written.
    pub written: Written<'c>,
    /// Its parts.
    pub parts: &'c [Part<'m>],
    /// Where its chain ended early.
    pub stop: Option<Stop<'m>>,
}

impl<'c, 'm> ItemContext<'c, 'm> {
    /// The keys in scope.
    pub fn views(&self) -> impl Iterator<Item = KeyView<'c, 'm>> + use<'c, 'm> {
        let Self { engine, keys, recorder, scope, .. } = *self;
        engine.keys().iter().enumerate().filter_map(move |(number, key)| {
            let index = &engine.model().indexes[key.index];
            if scope.index.is_some_and(|name| name != index.name.value) {
                // A local index is queried by the table's partition key as well.
                let used = engine.indexes().iter().zip(&engine.model().indexes).any(|(compiled, index)| {
                    scope.index == Some(index.name.value.as_str()) && compiled.partition_keys.contains(&number)
                });
                if !used {
                    return None;
                }
            }
            if scope.partition_only && key.half == crate::key::Half::Sort {
                return None;
            }
            Some(KeyView {
                number,
                key,
                index,
                written: keys.get(number),
                parts: recorder.parts(number),
                stop: recorder.stop_of(number),
            })
        })
    }

    /// The slot of the field at the root of a path.
    pub fn slot(&self, field: &FieldPath) -> Option<&'c Slot<'c>> {
        self.fields.slots.get(field.attribute?)
    }

    /// How the item's own value of a field is false though it is set, in a few words, and what to write instead: 0 that an
    /// expression takes for unset.
    pub fn false_value(&self, field: &FieldPath, part: Option<&Part<'_>>) -> Option<(String, String)> {
        let value = false_value(self.fields, field)?;
        let name = &field.name;
        let is_asked = part.and_then(|part| part.expression).is_none_or(|expression| asks_truth(expression, field));
        Some(match is_asked {
            true => (
                format!("`{name}` is {value}, which is false and taken for unset"),
                format!("ask for none instead of truth: `{{{name} if {name} != none else 'none'}}`"),
            ),
            false => (
                format!("`{name}` is {value}, for which the expression gives nothing"),
                format!("give the expression a text for {value}"),
            ),
        })
    }

    /// True where the item gives the field no value, or null.
    pub fn is_unset(&self, field: &FieldPath) -> bool {
        matches!(self.fields.state(field), State::Unset | State::Null)
    }
}

impl<'c, 'm> KeyView<'c, 'm> {
    /// The key's text; none where it has none.
    pub fn text(&self) -> Option<&'c str> {
        match self.written {
            Written::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a part.
    pub fn part_text(&self, part: &Part<'m>) -> &'c str {
        self.text().and_then(|text| text.get(part.start..part.end)).unwrap_or_default()
    }

    /// The key as a finding names it.
    pub fn found(&self) -> FoundKey {
        FoundKey {
            index: self.index.name.value.clone(),
            attribute: self.key.attribute.clone(),
            value: match self.written {
                Written::Text(text) => Some(text.to_owned()),
                Written::Typed(value) => str_of(value),
                Written::Open(_) | Written::Absent | Written::Failed(_) => None,
            },
        }
    }

    /// True where the key was computed when the object was constructed, before any field was set.
    pub fn is_eager(&self, context: &ItemContext<'_, '_>) -> bool {
        context.engine.is_eager(self.number)
    }

    /// What stands between the parts of this key: build_key always puts `#`, a template what the project agreed on.
    pub fn delimiter<'d>(&self, context: &ItemContext<'d, '_>) -> &'d str {
        delimiter_of(context.engine.model_key(self.number), context.engine.dialect(), context.delimiter)
    }

    /// The fields that the key was made of, in order, each once.
    pub fn fields(&self) -> Vec<&'m FieldPath> {
        let mut fields: Vec<&FieldPath> = Vec::new();
        for part in self.parts {
            if let PartKind::Field(field) | PartKind::Fallback(Some(field)) = part.kind
                && !fields.contains(&field)
            {
                fields.push(field);
            }
        }
        fields
    }

    /// A finding about this key.
    pub fn finding(
        &self,
        rule: &'static super::Rule,
        field: Option<&FieldPath>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Finding {
        Finding {
            rule,
            message: message.into(),
            field: field.map(|field| field.name.clone()),
            keys: vec![self.found()],
            help: help.into(),
        }
    }
}
