//! The entity of an item, by the shapes of the keys that it carries.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::key::{Engine, Half, Shape, ShapeMatcher, Strictness};
use crate::model::{KeyType, PRIMARY};
use crate::value::Value;

/// Tells which of several entities an item is.
#[derive(Debug)]
pub struct Classifier {
    entities: Vec<Entity>,
}

/// What became of an item. Entities are given by their place in the list that the classifier was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Classified {
    /// Exactly one entity has keys of these shapes.
    One(usize),
    /// Several have.
    Several(Vec<usize>),
    /// The item carries keys, and no entity has keys of these shapes.
    NoMatch,
    /// The item does not carry the primary key of any entity.
    NoKeys,
}

#[derive(Debug)]
struct Entity {
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    attribute: String,
    is_primary: bool,
    is_partition: bool,
    kind: KeyType,
    shape: Shape,
    matchers: [OnceLock<ShapeMatcher>; STEPS.len()],
}

/// From the strictest reading of a shape to the loosest: the first that any entity passes decides.
const STEPS: [Strictness; 3] = [Strictness::NoDelimiterInValues, Strictness::AnyValue, Strictness::AnyCase];

impl Key {
    fn matches(&self, value: &Value<'_>, step: usize) -> bool {
        match (self.kind, value) {
            (KeyType::S, Value::Str(text)) => {
                self.matchers[step].get_or_init(|| ShapeMatcher::new(&self.shape, STEPS[step])).matches(text)
            }
            (KeyType::N, Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_)) => true,
            (KeyType::B, Value::Bytes(_) | Value::Str(_)) => true,
            _ => false,
        }
    }
}

impl Classifier {
    /// Prepares the shapes of these entities.
    pub fn new(engines: &[Engine]) -> Self {
        let entities = engines
            .iter()
            .map(|engine| {
                let model = engine.model();
                let keys = model
                    .keys()
                    .zip(engine.keys())
                    .map(|((index, key), compiled)| Key {
                        attribute: key.attribute.value.clone(),
                        is_primary: index.name.value == PRIMARY,
                        is_partition: compiled.half == Half::Partition,
                        kind: key.kind,
                        shape: Shape::of(&key.value, model, engine.dialect()),
                        matchers: [const { OnceLock::new() }; STEPS.len()],
                    })
                    .collect();
                Entity { keys }
            })
            .collect();
        Self { entities }
    }

    /// The entity of an item. The primary key decides; where several entities have it, the keys of the indexes do.
    pub fn classify(&self, item: &[(Cow<'_, str>, Value<'_>)]) -> Classified {
        let find = |attribute: &str| item.iter().find(|(name, _)| name == attribute).map(|(_, value)| value);
        let carrying: Vec<usize> = (0..self.entities.len())
            .filter(|entity| {
                let mut primary = self.entities[*entity].keys.iter().filter(|key| key.is_primary).peekable();
                primary.peek().is_some_and(|key| key.is_partition) && primary.all(|key| find(&key.attribute).is_some())
            })
            .collect();
        if carrying.is_empty() {
            return Classified::NoKeys;
        }
        for step in 0..STEPS.len() {
            let has = |entity: usize, only_primary: bool| {
                self.entities[entity].keys.iter().filter(|key| key.is_primary || !only_primary).all(|key| {
                    match find(&key.attribute) {
                        Some(value) => key.matches(value, step),
                        None => !key.is_primary,
                    }
                })
            };
            let by_primary: Vec<usize> = carrying.iter().copied().filter(|entity| has(*entity, true)).collect();
            match by_primary.as_slice() {
                [] => {}
                [one] => return Classified::One(*one),
                several => {
                    let by_all: Vec<usize> = several.iter().copied().filter(|entity| has(*entity, false)).collect();
                    // Of several the one that accounts for most of the index keys that the item carries.
                    let accounted = |entity: usize| {
                        let keys = self.entities[entity].keys.iter();
                        keys.filter(|key| !key.is_primary && find(&key.attribute).is_some()).count()
                    };
                    let most = by_all.iter().map(|entity| accounted(*entity)).max().unwrap_or_default();
                    let by_all: Vec<usize> = by_all.into_iter().filter(|entity| accounted(*entity) == most).collect();
                    return match by_all.as_slice() {
                        [one] => Classified::One(*one),
                        [] => Classified::Several(by_primary),
                        _ => Classified::Several(by_all),
                    };
                }
            }
        }
        Classified::NoMatch
    }
}
