//! The entity of an item, by the keys that it carries.
//!
//! From the closest reading of the keys to the loosest, the first one that some entity passes decides. The closest is that
//! of the models themselves, `pattern`, `enum`, types and lengths included: what `lint` proves apart is told apart here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, RwLock};

use super::languages::{Languages, Steps};
use crate::key::{Automaton, Engine, Half, Shape, ShapeMatcher, Strictness, delimiters, delimiters_of};
use crate::model::{KeyType, PRIMARY};
use crate::value::Value;

/// Tells which of several entities an item is.
#[derive(Debug)]
pub struct Classifier {
    entities: Vec<Entity>,
    /// The key attributes of secondary indexes, of all entities.
    secondary: Vec<String>,
    /// What proofs may cost.
    pub(super) steps: Steps,
    /// Which pairs of entities can have no primary key in common, as far as that was asked.
    apart: Pairs,
    /// Which primary keys are all among another entity's, as far as that was asked.
    within: Pairs,
}

/// What is known of pairs of entities. Only pairs that an item could be of are asked about.
type Pairs = RwLock<BTreeMap<(usize, usize), bool>>;

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
pub(super) struct Key {
    pub attribute: String,
    is_primary: bool,
    is_partition: bool,
    pub kind: KeyType,
    /// What it can be whatever the values are.
    shape: Shape,
    /// The text with which it begins whatever the values are.
    prefix: String,
    /// What it is for items that keep to the model.
    pub languages: Arc<Languages>,
    /// The delimiters of its own, and all of the project.
    own: Vec<String>,
    all: Vec<String>,
    matchers: [OnceLock<ShapeMatcher>; 4],
}

/// How a key is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// As the model says; a value holds a delimiter only where the model names it.
    Meant,
    /// As the model says.
    Conforming,
    /// With any values that hold no delimiter of the project.
    ApartFromAll,
    /// With any values that hold no delimiter of the key.
    Apart,
    /// With any values.
    Any,
    /// With any values, and letters match in either case.
    AnyCase,
}

/// Whether a key can be read so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    No,
    /// The language was too large to tell.
    Unknown,
    Yes,
}

type Item<'i, 'v> = [(Cow<'i, str>, Value<'v>)];

fn find<'f, 'v>(item: &'f Item<'_, 'v>, attribute: &str) -> Option<&'f Value<'v>> {
    item.iter().find(|(name, _)| name == attribute).map(|(_, value)| value)
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

impl Key {
    fn fits(&self, value: &Value<'_>, reading: Reading) -> Fit {
        let is_kind = match (self.kind, value) {
            (KeyType::S, Value::Str(text)) => return self.text_fits(text, reading),
            (KeyType::N, Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_)) => true,
            // What bytes there are is not known of a model.
            (KeyType::B, Value::Bytes(_) | Value::Str(_)) => return Fit::Yes,
            _ => false,
        };
        match reading {
            _ if !is_kind => Fit::No,
            Reading::Meant | Reading::Conforming => self.languages.number(value).map_or(Fit::Unknown, Fit::from),
            _ => Fit::Yes,
        }
    }

    fn text_fits(&self, text: &str, reading: Reading) -> Fit {
        if reading != Reading::AnyCase && !self.languages.is_constant() && !text.starts_with(&self.prefix) {
            return Fit::No;
        }
        let (at, strictness) = match reading {
            Reading::Meant => return self.languages.meant(text).map_or(Fit::Unknown, Fit::from),
            Reading::Conforming => return self.languages.conforming(text).map_or(Fit::Unknown, Fit::from),
            Reading::ApartFromAll => (0, Strictness::NoDelimiterInValues),
            Reading::Apart => (1, Strictness::NoDelimiterInValues),
            Reading::Any => (2, Strictness::AnyValue),
            Reading::AnyCase => (3, Strictness::AnyCase),
        };
        let apart = if reading == Reading::ApartFromAll { &self.all } else { &self.own };
        let matcher = self.matchers[at].get_or_init(|| ShapeMatcher::new(&self.shape, strictness, &texts(apart)));
        Fit::from(matcher.matches(text))
    }

    /// The texts that it is read as before values are read that do not keep to the model and hold a delimiter; none
    /// where that is too large. `with_delimiters` adds what the model allows although it does not name the delimiter.
    pub fn language(&self, with_delimiters: bool, steps: Steps) -> Option<Automaton> {
        if self.kind != KeyType::S || !self.languages.are_known() {
            return None;
        }
        let apart = self.shape.language(&texts(&self.own));
        steps.automaton(&self.languages.joined(apart, with_delimiters))
    }
}

impl From<bool> for Fit {
    fn from(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

impl Entity {
    fn primary(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(|key| key.is_primary)
    }

    fn secondary(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(|key| !key.is_primary)
    }

    /// How the primary key of an item fits.
    fn fits(&self, item: &Item<'_, '_>, reading: Reading) -> Fit {
        let mut worst = Fit::Yes;
        for key in self.primary() {
            let fit = find(item, &key.attribute).map_or(Fit::No, |value| key.fits(value, reading));
            worst = worst.min(fit);
            if worst == Fit::No {
                break;
            }
        }
        worst
    }

    /// True where every key of an index that the item carries may be one of this entity.
    fn indexes_fit(&self, item: &Item<'_, '_>, reading: Reading) -> bool {
        self.secondary().all(|key| find(item, &key.attribute).is_none_or(|value| key.may_be(value, reading)))
    }
}

impl Key {
    /// True of a value that may be the key in this reading. What is meant may be whatever the values are.
    fn may_be(&self, value: &Value<'_>, reading: Reading) -> bool {
        let fits = |reading| self.fits(value, reading) != Fit::No;
        match reading {
            Reading::Apart => fits(Reading::Apart) || fits(Reading::Meant),
            other => fits(other),
        }
    }
}

impl Classifier {
    /// Prepares the keys of these entities. `delimiter` is what the project puts between the parts of a template.
    pub fn new(engines: &[Engine], delimiter: &str) -> Self {
        let steps = Steps::of(engines.len(), engines.iter().map(|engine| engine.keys().len()).sum());
        let owned = |all: Vec<&str>| -> Vec<String> { all.into_iter().map(str::to_owned).collect() };
        let entities: Vec<Entity> = engines
            .iter()
            .map(|engine| {
                let model = engine.model();
                let keys = model.keys().zip(engine.keys()).enumerate().map(|(number, ((index, key), compiled))| {
                    let own = delimiters_of(key, engine.dialect(), delimiter);
                    let shape = Shape::of(&key.value, model, engine.dialect());
                    Key {
                        attribute: key.attribute.value.clone(),
                        is_primary: index.name.value == PRIMARY,
                        is_partition: compiled.half == Half::Partition,
                        kind: key.kind,
                        prefix: shape.literal_prefix(),
                        shape,
                        languages: Arc::new(Languages::new(engine, number, &own, steps)),
                        own: owned(own),
                        all: owned(delimiters(delimiter)),
                        matchers: [const { OnceLock::new() }; 4],
                    }
                });
                Entity { keys: keys.collect() }
            })
            .collect();
        let mut secondary: Vec<String> =
            entities.iter().flat_map(Entity::secondary).map(|key| key.attribute.clone()).collect();
        secondary.sort_unstable();
        secondary.dedup();
        Self { entities, secondary, steps, apart: Pairs::default(), within: Pairs::default() }
    }

    /// The keys of the table of an entity.
    pub(super) fn primary(&self, entity: usize) -> impl Iterator<Item = &Key> {
        self.entities.get(entity).into_iter().flat_map(Entity::primary)
    }

    /// The entity of an item. The primary key decides; where several entities have it, the keys of the indexes do.
    pub fn classify(&self, item: &[(Cow<'_, str>, Value<'_>)]) -> Classified {
        let is_carried = |entity: &usize| {
            let mut primary = self.entities[*entity].primary().peekable();
            primary.peek().is_some_and(|key| key.is_partition)
                && primary.all(|key| find(item, &key.attribute).is_some())
        };
        let carried: Vec<usize> = (0..self.entities.len()).filter(is_carried).collect();
        if carried.is_empty() {
            return Classified::NoKeys;
        }
        let look = Look { classifier: self, item, carried };
        let mut meant = look.fitting(Reading::Meant);
        if !meant.is_empty() {
            look.keep_more_literal(&mut meant);
            return look.decide(meant, Reading::Apart);
        }
        // What does not keep to its model and holds no delimiter, or keeps to it and does. The models decide between
        // these only where they leave no key to both.
        let conforming = look.fitting(Reading::Conforming);
        let mut plain = look.fitting(Reading::Apart);
        plain.retain(|one| !conforming.iter().any(|other| other != one && self.are_apart(*one, *other)));
        if !plain.is_empty() {
            return look.by_indexes(plain, Reading::Apart);
        }
        if !conforming.is_empty() {
            return look.decide(conforming, Reading::Any);
        }
        for reading in [Reading::Any, Reading::AnyCase] {
            let fitting = look.fitting(reading);
            if !fitting.is_empty() {
                return look.by_indexes(fitting, reading);
            }
        }
        Classified::NoMatch
    }

    /// True where it is proved that no two items that keep to the models have a primary key in common.
    pub(super) fn are_apart(&self, left: usize, right: usize) -> bool {
        self.begin_apart(left, right)
            || asked(&self.apart, (left.min(right), left.max(right)), || {
                self.shared_keys(left, right).iter().any(|(own, other)| own.languages.is_apart(&other.languages))
            })
    }

    /// True where their keys begin differently whatever the values are.
    pub(super) fn begin_apart(&self, left: usize, right: usize) -> bool {
        self.shared_keys(left, right).iter().any(|(own, other)| {
            let is_fixed = |key: &Key| key.kind == KeyType::S && !key.languages.is_constant();
            let begins = |own: &str, other: &str| own.starts_with(other);
            is_fixed(own)
                && is_fixed(other)
                && !begins(&own.prefix, &other.prefix)
                && !begins(&other.prefix, &own.prefix)
        })
    }

    /// The same of items whose values hold a delimiter only where the model names it.
    pub(super) fn are_apart_as_meant(&self, left: usize, right: usize) -> bool {
        self.begin_apart(left, right)
            || self.shared_keys(left, right).iter().any(|(own, other)| match own.kind {
                KeyType::S => own.languages.is_apart_as_meant(&other.languages),
                KeyType::N | KeyType::B => own.languages.is_apart(&other.languages),
            })
    }

    /// True where it is proved that every primary key of one entity's items is one of the other's, but not every one of
    /// the other's is its own: values hold a delimiter only where the model names it.
    fn is_within(&self, one: usize, other: usize) -> bool {
        asked(&self.within, (one, other), || {
            let keys = self.shared_keys(one, other);
            if keys.len() != self.primary(one).count() || keys.len() != self.primary(other).count() {
                return false;
            }
            let is_within = |(own, other): &(&Key, &Key)| own.languages.is_within(&other.languages);
            let all: Vec<Option<bool>> = keys.iter().map(is_within).collect();
            !all.contains(&None) && all.contains(&Some(true))
        })
    }

    /// The keys of the table that two entities have in one attribute and one type, of which the models tell something.
    fn shared_keys(&self, left: usize, right: usize) -> Vec<(&Key, &Key)> {
        let others = || self.primary(right);
        let is_same = |own: &Key, other: &Key| own.attribute == other.attribute && own.kind == other.kind;
        let told = self.primary(left).filter(|own| own.kind != KeyType::B);
        told.filter_map(|own| Some((own, others().find(|other| is_same(own, other))?))).collect()
    }
}

/// The answer for a pair, worked out once.
fn asked(known: &Pairs, pair: (usize, usize), answer: impl FnOnce() -> bool) -> bool {
    if let Some(answer) = known.read().ok().and_then(|known| known.get(&pair).copied()) {
        return answer;
    }
    let answer = answer();
    if let Ok(mut known) = known.write() {
        known.insert(pair, answer);
    }
    answer
}

/// An item that is looked at.
struct Look<'l, 'i, 'v> {
    classifier: &'l Classifier,
    item: &'l Item<'i, 'v>,
    /// The entities whose primary key it carries.
    carried: Vec<usize>,
}

impl Look<'_, '_, '_> {
    fn entity(&self, at: usize) -> &Entity {
        &self.classifier.entities[at]
    }

    /// The entities that its primary key fits, with those of which that cannot be told; none where it surely fits none.
    fn fitting(&self, reading: Reading) -> Vec<usize> {
        let fit = |entity: &usize| self.entity(*entity).fits(self.item, reading);
        let fits: Vec<(usize, Fit)> = self.carried.iter().map(|entity| (*entity, fit(entity))).collect();
        if !fits.iter().any(|(_, fit)| *fit == Fit::Yes) {
            return Vec::new();
        }
        fits.into_iter().filter(|(_, fit)| *fit != Fit::No).map(|(entity, _)| entity).collect()
    }

    /// Of several entities that fit, drops one that takes a delimiter in a value to do so, where another takes none and
    /// has no key that the first one does not have as well: `order/{id}` beside `order/{order}/item/{id}`.
    fn keep_more_literal(&self, several: &mut Vec<usize>) {
        if several.len() < 2 {
            return;
        }
        let is_plain = |entity: &usize| self.entity(*entity).fits(self.item, Reading::ApartFromAll) == Fit::Yes;
        let (plain, others): (Vec<usize>, Vec<usize>) = several.iter().copied().partition(is_plain);
        let is_beaten = |other: &usize| plain.iter().any(|one| self.classifier.is_within(*one, *other));
        several.retain(|entity| !(others.contains(entity) && is_beaten(entity)));
    }

    /// Decides between entities that fit closely. Of an item of one of them the index keys are that entity's; where they
    /// are not, and those of another one that fits less closely are, it is the other's.
    fn decide(&self, close: Vec<usize>, reading: Reading) -> Classified {
        if let [one] = close.as_slice()
            && self.accounts_for_all(*one, reading)
        {
            return Classified::One(*one);
        }
        let mut loose = self.fitting(reading);
        loose.extend(close.iter().filter(|entity| !loose.contains(entity)).copied().collect::<Vec<_>>());
        loose.sort_unstable();
        match self.by_indexes(loose, reading) {
            Classified::One(entity) => Classified::One(entity),
            _ => self.by_indexes(close, reading),
        }
    }

    /// True where every key of an index that the item carries is one of the entity's.
    fn accounts_for_all(&self, entity: usize, reading: Reading) -> bool {
        self.classifier.secondary.iter().all(|attribute| {
            let Some(value) = find(self.item, attribute) else { return true };
            let mut own = self.entity(entity).secondary().filter(|key| key.attribute == *attribute).peekable();
            own.peek().is_some() && own.all(|key| key.may_be(value, reading))
        })
    }

    /// Decides between entities whose primary key fits by the keys of the indexes.
    fn by_indexes(&self, several: Vec<usize>, reading: Reading) -> Classified {
        if let [one] = several.as_slice() {
            return Classified::One(*one);
        }
        let fits = |entity: &usize| self.entity(*entity).indexes_fit(self.item, reading);
        let mut by_all: Vec<usize> = several.iter().copied().filter(fits).collect();
        // Of several the one that accounts for most of the index keys that the item carries.
        let accounted = |entity: &usize| {
            self.entity(*entity).secondary().filter(|key| find(self.item, &key.attribute).is_some()).count()
        };
        let most = by_all.iter().map(accounted).max().unwrap_or_default();
        by_all.retain(|entity| accounted(entity) == most);
        // Then those whose index keys are as the models say.
        let meant = |entity: &usize| self.entity(*entity).indexes_fit(self.item, Reading::Conforming);
        if by_all.iter().any(meant) {
            by_all.retain(meant);
        }
        match by_all.as_slice() {
            [] => Classified::Several(several),
            [one] => Classified::One(*one),
            _ => Classified::Several(by_all),
        }
    }
}
