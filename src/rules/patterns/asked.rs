//! An access pattern of an entity with the query that serves it.

use crate::key::{Access, KnownKey, Part, Written};
use crate::model::{AccessPattern, ExpressionKind, FieldPath, Key};
use crate::rules::{Entity, Entries, KeyOf, Place};

/// An access pattern and its query.
pub(in crate::rules) struct Asked<'e> {
    pub entity: &'e Entity,
    pub pattern: &'e AccessPattern,
    pub access: Access<'e>,
}

/// The access patterns of an entity whose index it has.
pub(in crate::rules) fn asked(entity: &Entity) -> impl Iterator<Item = Asked<'_>> {
    let (model, dialect) = (entity.model(), entity.engine().dialect());
    model
        .access_patterns
        .iter()
        .filter_map(move |pattern| Some(Asked { entity, pattern, access: Access::of(model, dialect, pattern)? }))
}

impl<'e> Asked<'e> {
    /// The pattern's place for what is wrong with its index.
    pub fn index_place(&self) -> Place {
        self.entity.place(self.pattern.index.span)
    }

    /// What a finding about the pattern is about: entity, index, pattern.
    pub fn subject(&self) -> [String; 3] {
        let Self { entity, pattern, .. } = self;
        [entity.name().to_owned(), pattern.index.value.clone(), pattern.name.value.clone()]
    }

    /// A key of the entity with its number.
    pub fn key(&self, key: &Key) -> Option<KeyOf<'e>> {
        self.entity.keys().find(|own| std::ptr::eq(own.key, key))
    }

    /// The sort key that has the condition.
    pub fn last_key(&self) -> Option<KeyOf<'e>> {
        self.key(self.access.last()?.key)
    }
}

/// The text of a key of an item that the query gives, and how many bytes of it are what is known.
pub(in crate::rules) fn known_part(key: &KeyOf<'_>, known: &KnownKey<'_>, item: &Entries) -> Option<(String, usize)> {
    key.entity.trace_one(item, key.number, |keys, recorder| {
        let Written::Text(text) = keys.get(0) else { return None };
        let end = match known.last_value() {
            _ if known.is_complete() => text.len(),
            // The same placeholder may stand in a key twice: the last known one ends what is known.
            Some(value) => {
                let is_own =
                    |part: &&Part<'_>| part.expression.is_some_and(|expression| std::ptr::eq(expression, value));
                recorder.parts(0).iter().rfind(is_own)?.end
            }
            None => {
                let leading = known.way.leading_text();
                text.starts_with(leading).then_some(leading.len())?
            }
        };
        Some((text.to_owned(), end))
    })
}

/// The field whose value ends what is known of a key.
pub(in crate::rules) fn last_field<'e>(known: &KnownKey<'e>) -> Option<&'e FieldPath> {
    let value = known.last_value()?;
    match &value.kind {
        ExpressionKind::Field(field) => Some(field),
        _ => value.first_field(),
    }
}
