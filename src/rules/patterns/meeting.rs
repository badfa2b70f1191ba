//! Two items of two entities that lie in one partition, where one query reads both: found, and verified by the engine.

use std::cell::OnceCell;

use regex_syntax::hir::{Dot, Hir, Repetition};

use super::asked::{Asked, known_part};
use super::collection::Member;
use super::filled::{begun, filled};
use crate::key::{Automaton, KnownKey, Shape, WayPiece};
use crate::model::{Expression, SortCondition};
use crate::rules::{Entity, Entries, KeyOf, Witness};
use crate::value::Value;

/// What the sort keys of both must fulfil.
pub(in crate::rules) enum Wanted<'w, 'e> {
    /// Both begin with a text.
    Begins(&'w str),
    /// The query of an access pattern reads both.
    Query(&'w Asked<'e>),
}

/// The two items, and the partition in which both lie.
pub(in crate::rules) struct Meeting {
    own: Entries,
    other: Entries,
    partition: Vec<String>,
}

/// Looks for meetings of one member with others.
pub(in crate::rules) struct Search<'w, 'e> {
    own: &'w Member<'e>,
    wanted: Wanted<'w, 'e>,
    /// The beginnings that the query's sort key can have; worked out where they are needed.
    beginnings: OnceCell<Option<Automaton>>,
}

/// How many texts that two languages share are tried.
const MOST_TEXTS: usize = 4;

impl<'w, 'e> Search<'w, 'e> {
    /// A search from one member.
    pub fn new(own: &'w Member<'e>, wanted: Wanted<'w, 'e>) -> Self {
        Self { own, wanted, beginnings: OnceCell::new() }
    }

    /// Two items that meet, whose values hold no delimiter.
    pub fn meeting(&self, other: &Member<'_>) -> Option<Meeting> {
        let base = &self.own.entity.scenarios().first()?.item;
        self.from(base, other).or_else(|| {
            let automata = |(own, other): (&KeyOf<'e>, &KeyOf<'_>)| {
                let (Some(own), Some(other)) = (own.automaton(), other.automaton()) else { return Some(Vec::new()) };
                own.meets(other).then(|| own.shared_many(other, MOST_TEXTS))
            };
            // None of the languages of the partition may be strange to the other's.
            let shared: Option<Vec<Vec<String>>> =
                self.own.partition.iter().zip(&other.partition).map(automata).collect();
            let mut bases = vec![base.clone()];
            for (key, texts) in self.own.partition.iter().zip(&shared?) {
                let tried: Vec<Entries> = texts
                    .iter()
                    .flat_map(|text| bases.iter().flat_map(|base| filled(self.own.entity, base, &[(*key, text)])))
                    .take(MOST_TEXTS)
                    .collect();
                bases.splice(0..0, tried);
            }
            let sorted: Vec<Entries> = bases.iter().flat_map(|base| self.with_sort(base, other)).collect();
            sorted.iter().chain(&bases).find_map(|item| self.from(item, other))
        })
    }

    /// Items like `base` whose sort key begins as one of the other's can.
    fn with_sort(&self, base: &Entries, other: &Member<'_>) -> Vec<Entries> {
        let Wanted::Query(asked) = &self.wanted else { return Vec::new() };
        let at = asked.access.sort_keys.len().saturating_sub(1);
        let (Some(known), Some(theirs)) = (asked.access.last(), other.sort.get(at)) else { return Vec::new() };
        let beginnings = self.beginnings.get_or_init(|| {
            let shape = asked.last_key()?.shape();
            let mut parts: Vec<Hir> = known.known.iter().map(|piece| language(piece, shape)).collect();
            parts.push(anything());
            Automaton::new(&Hir::concat(parts))
        });
        let (Some(ours), Some(theirs)) = (beginnings, theirs.automaton()) else { return Vec::new() };
        let texts = ours.shared_many(theirs, MOST_TEXTS);
        texts.iter().filter_map(|text| begun(self.own.entity, base, &known.known, text)).collect()
    }

    /// The meeting of this item with one of the other's.
    fn from(&self, own: &Entries, other: &Member<'_>) -> Option<Meeting> {
        let partition = self.own.partition_of(own).filter(|_| keeps(self.own.entity, own))?;
        let sort = self.own.sort_of(own)?;
        let base = &other.entity.scenarios().first()?.item;
        let mut wanted: Vec<(KeyOf<'_>, &str)> =
            other.partition.iter().copied().zip(partition.iter().map(String::as_str)).collect();
        let reads = |item: &Entries| self.reads(own, &sort, item, other);
        let fits = |item: &Entries| {
            keeps(other.entity, item) && other.partition_of(item).as_ref() == Some(&partition) && reads(item)
        };
        let found =
            |wanted: &[(KeyOf<'_>, &str)]| filled(other.entity, base, wanted).into_iter().find(|item| fits(item));
        let item = found(&wanted).or_else(|| {
            let Wanted::Query(asked) = &self.wanted else { return None };
            let (last, before) = asked.access.sort_keys.split_last()?;
            wanted.extend(other.sort.iter().copied().zip(sort.iter().map(String::as_str)).take(before.len()));
            let (text, end) = known_part(&asked.last_key()?, last, own)?;
            let key = other.sort.get(before.len())?;
            let beginning = Hir::literal(text.get(..end)?.as_bytes());
            let beginning = Automaton::new(&Hir::concat(vec![beginning, anything()]))?;
            let texts = beginning.shared_many(key.automaton()?, MOST_TEXTS);
            texts.iter().find_map(|text| {
                let mut wanted = wanted.clone();
                wanted.push((*key, text));
                found(&wanted)
            })
        })?;
        Some(Meeting { own: own.clone(), other: item, partition })
    }

    /// True where what reads the own item reads the other's as well, once it looks into its partition.
    fn reads(&self, own: &Entries, sort: &[String], item: &Entries, other: &Member<'_>) -> bool {
        let Some(theirs) = other.sort_of(item) else { return false };
        match &self.wanted {
            Wanted::Begins(text) => {
                let begins = |keys: &[String]| keys.first().is_some_and(|key| key.starts_with(text));
                begins(sort) && begins(&theirs)
            }
            Wanted::Query(asked) => {
                let Some((last, before)) = asked.access.sort_keys.split_last() else { return true };
                let at = before.len();
                if sort.get(..at) != theirs.get(..at) {
                    return false;
                }
                let known = asked.last_key().and_then(|key| known_part(&key, last, own));
                // A number is known as a whole.
                let bound = match &known {
                    Some((text, end)) => text.get(..*end),
                    None if last.is_complete() => sort.get(at).map(String::as_str),
                    None => None,
                };
                let (Some(bound), Some(theirs)) = (bound, theirs.get(at)) else { return false };
                let is_text = known.is_some();
                match asked.access.condition {
                    None => true,
                    Some(SortCondition::Eq) => theirs == bound,
                    // A range that holds the value itself reads what begins with it.
                    Some(SortCondition::BeginsWith | SortCondition::Between) => theirs.starts_with(bound),
                    Some(SortCondition::Lt) => is_text && theirs.as_str() < bound,
                    Some(SortCondition::Lte) => is_text && theirs.as_str() <= bound,
                    Some(SortCondition::Gt) => is_text && theirs.as_str() > bound,
                    Some(SortCondition::Gte) => is_text && theirs.as_str() >= bound,
                }
            }
        }
    }
}

impl Meeting {
    /// The two items and their partition, for people.
    pub fn witness(&self, own: &Member<'_>, other: &Member<'_>, caption: String) -> Witness {
        let attributes = own.partition.iter().map(|key| key.attribute().to_owned());
        Witness {
            items: vec![own.entity.witness_item(&self.own), other.entity.witness_item(&self.other)],
            caption,
            keys: attributes.zip(self.partition.iter().cloned()).collect(),
        }
    }
}

/// True of an item that keeps to the model and has no delimiter in the value of a key.
fn keeps(entity: &Entity, item: &Entries) -> bool {
    let holds_delimiter = |value: &Value<'_>| matches!(value, Value::Str(text) if text.contains('#'));
    entity.conforms(item) && !entity.witness_item(item).fields.iter().any(|(_, value)| holds_delimiter(value))
}

/// What a piece of a key can print, without a delimiter in a value.
fn language(piece: &WayPiece<'_>, shape: &Shape) -> Hir {
    match piece {
        WayPiece::Text(text) => Hir::literal(text.as_bytes()),
        WayPiece::Hole(expression) => hole(shape, expression).map_or_else(anything, |hole| hole.language(b"#")),
    }
}

/// The hole of an expression in a shape.
fn hole<'s>(shape: &'s Shape, expression: &Expression) -> Option<&'s Shape> {
    match shape {
        Shape::Literal(_) => None,
        Shape::Hole(hole) => (hole.expression.span == expression.span).then_some(shape),
        Shape::Concat(parts) | Shape::Either(parts) => parts.iter().find_map(|part| hole(part, expression)),
    }
}

fn anything() -> Hir {
    Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(Hir::dot(Dot::AnyByte)) })
}

/// The text with which every key that the query reads begins: the literal before the first value.
pub(super) fn leading<'k>(known: &'k KnownKey<'_>) -> &'k str {
    match known.known.first() {
        Some(WayPiece::Text(text)) => text,
        _ => "",
    }
}
