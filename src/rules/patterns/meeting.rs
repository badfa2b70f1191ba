//! Two items of two entities that lie in one partition, where one query reads both: found, and verified by the engine.

use std::cell::OnceCell;

use regex_syntax::hir::{Dot, Hir, Repetition};

use super::asked::{Asked, known_part};
use super::collection::Member;
use super::filled::{begun, filled};
use crate::key::{Automaton, KnownKey, Shape, WayPiece, is_plain};
use crate::model::{Expression, KeyType, SortCondition};
use crate::rules::{Design, Entity, Entries, KeyOf, Witness};
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

/// An own item with its keys.
struct Looked {
    item: Entries,
    partition: Vec<String>,
    sort: Vec<String>,
    /// What the query's condition compares the sort key with.
    bound: Option<String>,
}

/// Looks for meetings of one member with others.
pub(in crate::rules) struct Search<'w, 'e> {
    own: &'w Member<'e>,
    wanted: Wanted<'w, 'e>,
    delimiters: Vec<&'w str>,
    /// The usual item of the own entity.
    usual: Option<Looked>,
    /// The beginnings that the query's sort key can have; worked out where they are needed.
    beginnings: OnceCell<Option<Automaton>>,
}

/// How many texts that two languages share are tried.
const MOST_TEXTS: usize = 4;

impl<'w, 'e> Search<'w, 'e> {
    /// A search from one member.
    pub fn new(design: &'w Design, own: &'w Member<'e>, wanted: Wanted<'w, 'e>) -> Self {
        let delimiters = design.delimiters();
        let mut search = Self { own, wanted, delimiters, usual: None, beginnings: OnceCell::new() };
        search.usual = own.entity.scenarios().first().and_then(|usual| search.look(&usual.item));
        search
    }

    /// Two items that meet, whose values hold no delimiter.
    pub fn meeting(&self, other: &Member<'_>) -> Option<Meeting> {
        let base = &self.own.entity.scenarios().first()?.item;
        let usual = self.usual.as_ref().and_then(|usual| self.from(usual, other));
        usual.or_else(|| {
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
            sorted.iter().chain(&bases).find_map(|item| self.from(&self.look(item)?, other))
        })
    }

    /// Items like `base` whose sort key begins as one of the other's can.
    fn with_sort(&self, base: &Entries, other: &Member<'_>) -> Vec<Entries> {
        let Wanted::Query(asked) = &self.wanted else { return Vec::new() };
        let at = asked.access.sort_keys.len().saturating_sub(1);
        let (Some(known), Some(theirs)) = (asked.access.last(), other.sort.get(at)) else { return Vec::new() };
        let beginnings = self.beginnings.get_or_init(|| {
            let shape = asked.last_key()?.shape();
            let mut parts: Vec<Hir> =
                known.known.iter().map(|piece| language(piece, shape, &self.delimiters)).collect();
            parts.push(anything());
            Automaton::new(&Hir::concat(parts))
        });
        let (Some(ours), Some(theirs)) = (beginnings, theirs.automaton()) else { return Vec::new() };
        let texts = ours.shared_many(theirs, MOST_TEXTS);
        texts.iter().filter_map(|text| begun(self.own.entity, base, &known.known, text, &self.delimiters)).collect()
    }

    /// The meeting of this item with one of the other's.
    fn from(&self, own: &Looked, other: &Member<'_>) -> Option<Meeting> {
        let base = &other.entity.scenarios().first()?.item;
        let mut wanted: Vec<(KeyOf<'_>, &str)> =
            other.partition.iter().copied().zip(own.partition.iter().map(String::as_str)).collect();
        let is_there = |item: &Entries| other.partition_of(item).as_ref() == Some(&own.partition);
        let found = |items: &[Entries]| {
            let fits = |item: &&Entries| self.reads(own, item, other) && self.keeps(other.entity, item);
            items.iter().find(fits).cloned()
        };
        let mut inside = filled(other.entity, base, &wanted);
        inside.retain(|item| is_there(item));
        if inside.is_empty() {
            return None;
        }
        let item = found(&inside).or_else(|| {
            let Wanted::Query(asked) = &self.wanted else { return None };
            let before = asked.access.sort_keys.len().checked_sub(1)?;
            wanted.extend(other.sort.iter().copied().zip(own.sort.iter().map(String::as_str)).take(before));
            let key = other.sort.get(before)?;
            let beginning = Hir::literal(own.bound.as_ref()?.as_bytes());
            let beginning = Automaton::new(&Hir::concat(vec![beginning, anything()]))?;
            let texts = beginning.shared_many(key.automaton()?, MOST_TEXTS);
            texts.iter().find_map(|text| {
                let mut wanted = wanted.clone();
                wanted.push((*key, text));
                let mut items = filled(other.entity, base, &wanted);
                items.retain(|item| is_there(item));
                found(&items)
            })
        })?;
        Some(Meeting { own: own.item.clone(), other: item, partition: own.partition.clone() })
    }

    /// What there is to know of an own item; none where it does not keep to the model or is not in the index.
    fn look(&self, item: &Entries) -> Option<Looked> {
        let partition = self.own.partition_of(item)?;
        let sort = self.own.sort_of(item)?;
        let bound = match &self.wanted {
            Wanted::Begins(_) => None,
            Wanted::Query(asked) => asked.access.last().and_then(|last| {
                let known = known_part(&asked.last_key()?, last, item);
                // A number is known as a whole.
                let whole = || sort.get(asked.access.sort_keys.len() - 1).filter(|_| last.is_complete()).cloned();
                known.map_or_else(whole, |(text, end)| text.get(..end).map(str::to_owned))
            }),
        };
        self.keeps(self.own.entity, item).then(|| Looked { item: item.clone(), partition, sort, bound })
    }

    /// True where what reads the own item reads the other's as well, once it looks into its partition.
    fn reads(&self, own: &Looked, item: &Entries, other: &Member<'_>) -> bool {
        let Some(theirs) = other.sort_of(item) else { return false };
        let asked = match &self.wanted {
            Wanted::Begins(text) => {
                let begins = |keys: &[String]| keys.first().is_some_and(|key| key.starts_with(text));
                return begins(&own.sort) && begins(&theirs);
            }
            Wanted::Query(asked) => asked,
        };
        let Some((last, before)) = asked.access.sort_keys.split_last() else { return true };
        let at = before.len();
        let (Some(bound), Some(their_last)) = (&own.bound, theirs.get(at)) else { return false };
        if own.sort.get(..at) != theirs.get(..at) {
            return false;
        }
        // The order of numbers is not that of their texts.
        let is_text = last.key.kind == KeyType::S;
        match asked.access.condition {
            None => true,
            Some(SortCondition::Eq) => their_last == bound,
            // A range that holds the value itself reads what begins with it.
            Some(SortCondition::BeginsWith | SortCondition::Between) => their_last.starts_with(bound.as_str()),
            Some(SortCondition::Lt) => is_text && their_last < bound,
            Some(SortCondition::Lte) => is_text && their_last <= bound,
            Some(SortCondition::Gt) => is_text && their_last > bound,
            Some(SortCondition::Gte) => is_text && their_last >= bound,
        }
    }

    /// True of an item that keeps to its model and has no delimiter in the value of a key.
    fn keeps(&self, entity: &Entity, item: &Entries) -> bool {
        let is_plain = |(name, value): &(String, Value<'static>)| match value {
            Value::Str(text) => {
                let attribute = entity.model().attributes.iter().find(|attribute| attribute.name.value == *name);
                attribute.is_none_or(|attribute| is_plain(attribute, text, &self.delimiters))
            }
            _ => true,
        };
        entity.witness_item(item).fields.iter().all(is_plain) && entity.conforms(item)
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

/// What a piece of a key can print, without a delimiter in a value.
fn language(piece: &WayPiece<'_>, shape: &Shape, delimiters: &[&str]) -> Hir {
    match piece {
        WayPiece::Text(text) => Hir::literal(text.as_bytes()),
        WayPiece::Hole(expression) => hole(shape, expression).map_or_else(anything, |hole| hole.plain(delimiters)),
    }
}

/// The hole of an expression in a shape.
fn hole<'s>(shape: &'s Shape, expression: &Expression) -> Option<&'s Shape> {
    match shape {
        Shape::Literal(_) | Shape::Blank(_) => None,
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
