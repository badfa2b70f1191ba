//! Two items of two entities that lie in one partition, where one query reads both: found, and verified by the engine.

use std::cell::OnceCell;

use regex_syntax::hir::Hir;

use super::asked::{Asked, known_part};
use super::collection::Member;
use super::filled::{begun, filled, spelling};
use super::range::{Bounds, Reads, anything, plain_language, reads};
use crate::key::{Automaton, Budget, KnownKey, WayPiece, is_plain};
use crate::model::{KeyType, SortCondition};
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
    /// With which values the query of a pattern reads them; none where its condition has no range of values.
    bounds: Option<Bounds>,
}

/// An own item with its keys.
struct Looked {
    item: Entries,
    partition: Vec<String>,
    sort: Vec<String>,
    /// What the query's condition compares the sort key with, where the item's own values are given.
    bound: Option<String>,
}

/// What a query compares sort keys with, where it does.
enum Query {
    /// It reads both whatever their sort keys are.
    Whole,
    /// The sort keys are within these.
    Within(Bounds),
}

/// Looks for meetings of one member with others.
pub(in crate::rules) struct Search<'w, 'e> {
    own: &'w Member<'e>,
    wanted: Wanted<'w, 'e>,
    delimiters: Vec<&'w str>,
    /// The usual item of the own entity.
    usual: Option<Looked>,
    /// False where the query reads no item of its own entity: then it is enough that it reads the other's.
    reads_own: bool,
    /// The beginnings that the query's sort key can have; worked out where they are needed.
    beginnings: OnceCell<Option<Automaton>>,
    /// The values with which the query's condition can compare the sort key.
    bounds: OnceCell<Option<Automaton>>,
}

/// How many texts that two languages share are tried.
const MOST_TEXTS: usize = 4;

impl<'w, 'e> Search<'w, 'e> {
    /// A search from one member.
    pub fn new(design: &'w Design, own: &'w Member<'e>, wanted: Wanted<'w, 'e>) -> Self {
        let delimiters = design.delimiters();
        let reads_own = match &wanted {
            Wanted::Begins(_) => true,
            Wanted::Query(asked) => !matches!(reads(design, asked), Reads::Nothing | Reads::Blank),
        };
        let (beginnings, bounds) = (OnceCell::new(), OnceCell::new());
        let mut search = Self { own, wanted, delimiters, usual: None, reads_own, beginnings, bounds };
        search.usual = own.entity.scenarios().first().and_then(|usual| search.look(&usual.item));
        search
    }

    /// True where the query reads items of its own entity, as far as is known.
    pub fn reads_own(&self) -> bool {
        self.reads_own
    }

    /// What one proof may cost: many patterns share what there is.
    fn budget(&self) -> Budget {
        let patterns = u64::try_from(self.own.entity.model().access_patterns.len()).unwrap_or(u64::MAX);
        Budget::new((self.own.entity.shares().automaton / (1 + patterns / 16)).max(1_000))
    }

    /// Two items that meet, whose values hold no delimiter.
    pub fn meeting(&self, other: &Member<'_>) -> Option<Meeting> {
        let base = &self.own.entity.scenarios().first()?.item;
        let usual = self.usual.as_ref().and_then(|usual| self.from(usual, other));
        usual.or_else(|| {
            let automata = |(own, other): (&KeyOf<'e>, &KeyOf<'_>)| {
                let (Some(own), Some(other)) = (own.automaton(), other.automaton()) else { return Some(Vec::new()) };
                let mut budget = self.budget();
                let may = own.meets_within(other, &mut budget).unwrap_or(true);
                may.then(|| own.shared_within(other, MOST_TEXTS, &mut budget).0)
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
            let mut parts = self.pieces(asked, known)?;
            parts.push(anything());
            Automaton::within(&Hir::concat(parts), &mut self.budget()).ok()
        });
        let (Some(ours), Some(theirs)) = (beginnings, theirs.automaton()) else { return Vec::new() };
        let (texts, _) = ours.shared_within(theirs, MOST_TEXTS, &mut self.budget());
        texts.iter().filter_map(|text| begun(self.own.entity, base, &known.known, text, &self.delimiters)).collect()
    }

    /// The meeting of this item with one of the other's.
    fn from(&self, own: &Looked, other: &Member<'_>) -> Option<Meeting> {
        let base = &other.entity.scenarios().first()?.item;
        let mut wanted: Vec<(KeyOf<'_>, &str)> =
            other.partition.iter().copied().zip(own.partition.iter().map(String::as_str)).collect();
        let is_there = |item: &Entries| other.partition_of(item).as_ref() == Some(&own.partition);
        let found = |items: &[Entries]| {
            items.iter().find_map(|item| {
                let query = self.keeps(other.entity, item).then(|| self.query(own, item, other))??;
                Some((item.clone(), query))
            })
        };
        let mut inside = filled(other.entity, base, &wanted);
        inside.retain(|item| is_there(item));
        if inside.is_empty() {
            return None;
        }
        let (item, query) = found(&inside).or_else(|| {
            let Wanted::Query(asked) = &self.wanted else { return None };
            let before = asked.access.sort_keys.len().checked_sub(1)?;
            wanted.extend(other.sort.iter().copied().zip(own.sort.iter().map(String::as_str)).take(before));
            let key = other.sort.get(before)?;
            let texts = self.taken(asked, own, key)?;
            texts.iter().find_map(|text| {
                let mut wanted = wanted.clone();
                wanted.push((*key, text));
                let mut items = filled(other.entity, base, &wanted);
                items.retain(|item| is_there(item));
                found(&items)
            })
        })?;
        let bounds = match query {
            Query::Whole => None,
            Query::Within(bounds) => Some(bounds),
        };
        Some(Meeting { own: own.item.clone(), other: item, partition: own.partition.clone(), bounds })
    }

    /// Some keys of the other entity that a query with the own item's values takes.
    fn taken(&self, asked: &Asked<'_>, own: &Looked, key: &KeyOf<'_>) -> Option<Vec<String>> {
        let bound = own.bound.as_ref()?;
        let theirs = key.automaton()?;
        Some(match asked.access.condition? {
            SortCondition::Lt | SortCondition::Lte => theirs.beyond(bound, false, MOST_TEXTS),
            SortCondition::Gt | SortCondition::Gte => theirs.beyond(bound, true, MOST_TEXTS),
            SortCondition::Eq => vec![bound.clone()],
            SortCondition::BeginsWith | SortCondition::Between => {
                let beginning = Hir::concat(vec![Hir::literal(bound.as_bytes()), anything()]);
                let mut budget = self.budget();
                Automaton::within(&beginning, &mut budget).ok()?.shared_within(theirs, MOST_TEXTS, &mut budget).0
            }
        })
    }

    /// What the pieces of the sort key that the query knows can be, without a delimiter in a value.
    fn pieces(&self, asked: &Asked<'_>, known: &KnownKey<'_>) -> Option<Vec<Hir>> {
        let shape = asked.last_key()?.shape();
        Some(known.known.iter().map(|piece| plain_language(piece, shape, &self.delimiters)).collect())
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

    /// A query that looks into the own item's partition and reads both; none where none was found.
    fn query(&self, own: &Looked, item: &Entries, other: &Member<'_>) -> Option<Query> {
        let theirs = other.sort_of(item)?;
        let asked = match &self.wanted {
            Wanted::Begins(text) => {
                let begins = |keys: &[String]| keys.first().is_some_and(|key| key.starts_with(text));
                return (begins(&own.sort) && begins(&theirs)).then_some(Query::Whole);
            }
            Wanted::Query(asked) => asked,
        };
        let (Some((last, before)), Some(condition)) = (asked.access.sort_keys.split_last(), asked.access.condition)
        else {
            return Some(Query::Whole);
        };
        let at = before.len();
        let (bound, mine, their) = (own.bound.as_ref()?, own.sort.get(at)?, theirs.get(at)?);
        if own.sort.get(..at) != theirs.get(..at) {
            return None;
        }
        let kind = last.key.kind;
        let reads_both = |bounds: &Bounds| {
            bounds.take(condition, kind, their) && (!self.reads_own || bounds.take(condition, kind, mine))
        };
        let usual = Bounds::one(bound);
        if reads_both(&usual) {
            return Some(Query::Within(usual));
        }
        // Whoever asks for a range may give other values than those of the item that is read.
        let other_bound = |after: bool| self.other_bounds(asked, last, own, [mine, their], after);
        let found = match condition {
            SortCondition::Eq | SortCondition::BeginsWith => None,
            SortCondition::Lt | SortCondition::Lte => {
                other_bound(true).into_iter().map(|high| Bounds::one(&high)).find(reads_both)
            }
            SortCondition::Gt | SortCondition::Gte => {
                other_bound(false).into_iter().map(|low| Bounds::one(&low)).find(reads_both)
            }
            SortCondition::Between => {
                let (mut lows, mut highs) = (other_bound(false), other_bound(true));
                lows.insert(0, bound.clone());
                highs.insert(0, bound.clone());
                let pairs = lows.iter().flat_map(|low| highs.iter().map(move |high| (low, high)));
                pairs.map(|(low, high)| Bounds { low: low.clone(), high: high.clone() }).find(reads_both)
            }
        };
        found.map(Query::Within)
    }

    /// Values that a caller who looks into the own item's partition can give, above both sort keys or below them.
    fn other_bounds(
        &self,
        asked: &Asked<'_>,
        last: &KnownKey<'_>,
        own: &Looked,
        keys: [&String; 2],
        after: bool,
    ) -> Vec<String> {
        if !last.known.iter().any(|piece| matches!(piece, WayPiece::Hole(_))) {
            return Vec::new();
        }
        let at = asked.access.sort_keys.len() - 1;
        let texts: Vec<String> = match last.key.kind {
            KeyType::S => {
                let bounds = self.bounds.get_or_init(|| {
                    Automaton::within(&Hir::concat(self.pieces(asked, last)?), &mut self.budget()).ok()
                });
                let Some(bounds) = bounds else { return Vec::new() };
                let [one, other] = keys;
                let end = if after { one.max(other) } else { one.min(other) };
                let equal = bounds.accepts(end.as_bytes()).then(|| end.clone());
                bounds.beyond(end, after, MOST_TEXTS).into_iter().chain(equal).collect()
            }
            KeyType::N => {
                let by = if after { 1 } else { -1 };
                let next = |key: &&String| key.parse::<i64>().ok().and_then(|key| key.checked_add(by));
                let next: Vec<String> = keys.iter().filter_map(next).map(|number| number.to_string()).collect();
                keys.into_iter().cloned().chain(next).collect()
            }
            KeyType::B => Vec::new(),
        };
        let can_be_given = |text: &String| {
            let item = spelling(self.own.entity, &own.item, &last.known, text).and_then(|item| self.look(&item));
            item.is_some_and(|item| {
                item.partition == own.partition
                    && item.sort.get(..at) == own.sort.get(..at)
                    && item.bound.as_ref() == Some(text)
            })
        };
        texts.into_iter().filter(can_be_given).collect()
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

    /// The items that the query of a pattern reads, and how it is asked.
    pub fn read_by(&self, search: &Search<'_, '_>, asked: &Asked<'_>, other: &Member<'_>) -> Witness {
        let access = &asked.access;
        let mut query = format!("`{}`", access.expression());
        // Where the ends are values, it takes certain ones.
        let ends = access.last().filter(|last| last.ends_in_value()).zip(access.condition);
        if let (Some((last, condition)), Some(bounds)) = (ends, &self.bounds)
            && condition.is_range()
        {
            query = format!("{query}, as in `{}`", bounds.shown(condition, last.key.kind, &last.key.attribute));
        }
        match search.reads_own {
            true => self.witness(search.own, other, format!("one query reads both: {query}")),
            false => Witness {
                items: vec![other.entity.witness_item(&self.other)],
                ..self.witness(search.own, other, format!("the query reads it: {query}"))
            },
        }
    }
}

/// The text with which every key that the query reads begins: the literal before the first value.
pub(super) fn leading<'k>(known: &'k KnownKey<'_>) -> &'k str {
    match known.known.first() {
        Some(WayPiece::Text(text)) => text,
        _ => "",
    }
}
