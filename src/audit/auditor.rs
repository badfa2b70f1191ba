//! Finds each item's entity by the shapes of its keys, writes its keys anew, and compares.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::quality::FixedState;

use super::apart::Rivals;
use super::classify::{Classified, Classifier};
use super::defect::Defect;
use super::partitions::Partitions;
use super::partitions::hash;
use super::plan::{Plan, SeenPart, seen_parts};
use super::shapes::shape;
use super::state::{Lengths, Plain, State, Subject};
use super::suspect::{LARGEST_ITEM, NEAR, cause, is_odd};
use super::tally::Example;
use super::times::{Looks, Seen, looks};
use crate::key::python::{equal, str_of};
use crate::key::suspicious::{blank, holds_delimiter, placeholder};
use crate::key::{
    Engine, EngineKey, Fields, KeyBuffer, Part, PartKind, Recorder, State as FieldState, WayPiece, Written, ways,
};
use crate::model::{Era, FieldPath, IndexKind, KeyType, KeyValue, Rule};
use crate::source::raw::{Kind, Names, RawItem};
use crate::source::{ItemPlace, number};
use crate::value::Value;

/// What an audit is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many examples each count keeps.
    pub examples: usize,
    /// What stands between the parts of a template.
    pub delimiter: String,
    /// Look for items that share a primary key; what that takes of memory grows with the items.
    pub duplicates: bool,
    /// The fields that items carry, where some are known to lack: of an index that does not project all.
    pub carried: Option<Vec<String>>,
    /// The index that is scanned in place of the table.
    pub index: Option<String>,
    /// The names of the files, for places of two items at once.
    pub files: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            examples: 5,
            delimiter: "#".to_owned(),
            duplicates: false,
            carried: None,
            index: None,
            files: Vec::new(),
        }
    }
}

/// An index of the table, of all models together.
#[derive(Clone, Debug)]
pub struct IndexOf {
    /// Its name; `primary` is the table itself.
    pub name: String,
    /// Its kind.
    pub kind: IndexKind,
    /// The attributes of its partition key; a local index has the table's.
    pub partition: Vec<usize>,
    /// The attributes of its sort key.
    pub sort: Vec<usize>,
}

/// The models of a table, ready to audit its items. It is shared by threads; each has a [`Worker`].
#[derive(Debug)]
pub struct Auditor {
    pub(super) engines: Vec<Engine>,
    classifier: Classifier,
    names: Names,
    pub(super) indexes: Vec<IndexOf>,
    pub(super) seen: Vec<SeenPart>,
    pub(super) entities: Vec<EntityPlan>,
    options: Options,
    duplicates: Option<Duplicates>,
}

/// What is made of an entity beforehand.
#[derive(Debug)]
pub(super) struct EntityPlan {
    /// The short way; none where its keys or those of others are out of the ordinary.
    pub plan: Option<Plan>,
    /// The place of its first key in [`State::plain`].
    pub first_key: usize,
    keys: Vec<KeyFacts>,
    /// The indexes that it writes, by the numbers of their keys.
    indexes: Vec<OwnIndex>,
    /// The same model in every era.
    eras: Vec<(Era, Engine)>,
    /// Key attributes of the table's indexes that it neither writes nor has as fields.
    foreign: Vec<Foreign>,
}

/// A key attribute that is no business of an entity.
#[derive(Debug)]
struct Foreign {
    attribute: usize,
    /// The first index that it is a key of.
    index: usize,
    /// True where it is a field of another entity: then this one may well have such a field, too.
    is_field: bool,
}

/// What is known of a key beforehand.
#[derive(Debug)]
pub(super) struct KeyFacts {
    pub attribute: usize,
    /// The index in the auditor's list.
    pub index: usize,
    is_primary: bool,
    pub is_build_key: bool,
    /// False where it uses fields that the items do not carry.
    is_known: bool,
    /// The eras that write the same for plain items, but for their case.
    pub eras: Vec<Era>,
    /// True where the model's own text is odd, whatever the values are.
    is_odd: bool,
}

#[derive(Debug)]
struct OwnIndex {
    index: usize,
    /// Its own keys, both halves; of a local index only the sort key.
    keys: Vec<usize>,
    /// Those whose attributes are there for this index alone: no fields, and no keys of another index.
    alone: Vec<usize>,
    kind: IndexKind,
    sparse: bool,
}

/// Primary keys that were seen, as hashes of 128 bits (of two keys in 10^18 one pair shares one), each with the first
/// place of it: the number of its file, and the line.
#[derive(Debug)]
struct Duplicates(Vec<Mutex<Places>>);

type Places = HashMap<[u64; 2], (u32, u32), FixedState>;

impl Duplicates {
    fn new() -> Self {
        Self((0..64).map(|_| Mutex::new(HashMap::default())).collect())
    }

    /// The first place of a key that was there before. Whatever the order, the first two places of a key come together
    /// once, and no pair is before them.
    fn first(&self, key: u128, place: (u32, u32)) -> Option<(u32, u32)> {
        let (high, low) = ((key >> 64) as u64, key as u64);
        let shard = &self.0[usize::try_from(high >> 58).unwrap_or_default()];
        match shard.lock().unwrap_or_else(PoisonError::into_inner).entry([high, low]) {
            Entry::Vacant(entry) => {
                entry.insert(place);
                None
            }
            Entry::Occupied(mut entry) => {
                let known = *entry.get();
                if place < known {
                    entry.insert(place);
                }
                Some(known)
            }
        }
    }
}

/// Bytes of memory that [`Options::duplicates`] takes for each item, at most: 25 bytes in a table that is 7/16 full at
/// worst, and half as many again while a shard of it grows.
pub const BYTES_FOR_DUPLICATES: u64 = 90;

/// Where an item was.
#[derive(Clone, Copy, Debug)]
pub enum Whereabouts<'w> {
    /// In a file.
    File(ItemPlace<'w>),
    /// In the table: its key says which it is.
    Table,
}

impl Whereabouts<'_> {
    /// The place as text; none in a table.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::File(place) => Some(place.to_string()),
            Self::Table => None,
        }
    }
}

/// The number by which an item is chosen as an example: that of its primary key.
#[inline]
pub(super) fn rank_of<'t>(key: impl Iterator<Item = &'t str>) -> u64 {
    key.fold(0, |rank: u64, text| rank.rotate_left(5) ^ hash(text))
}

fn is_build_key(value: &KeyValue) -> bool {
    let is = |rule: &Rule| matches!(rule, Rule::BuildKey(_));
    match value {
        KeyValue::One(rule) => is(rule),
        KeyValue::Cases(cases) => cases.iter().any(|case| is(&case.rule)),
    }
}

/// The fields that a key uses, conditions included.
fn fields_of(value: &KeyValue) -> Vec<&FieldPath> {
    let mut fields = Vec::new();
    match value {
        KeyValue::One(rule) => rule.visit_expressions(&mut |one| one.visit_fields(&mut |field, _| fields.push(field))),
        KeyValue::Cases(cases) => {
            for case in cases {
                if let Some(when) = &case.when {
                    when.visit_fields(&mut |field, _| fields.push(field));
                }
                case.rule.visit_expressions(&mut |one| one.visit_fields(&mut |field, _| fields.push(field)));
            }
        }
    }
    fields
}

fn root(field: &FieldPath) -> &str {
    field.name.split('.').next().unwrap_or(&field.name)
}

impl Auditor {
    /// Prepares the models of a table.
    pub fn new(engines: Vec<Engine>, options: Options) -> Self {
        let names = Names::new(engines.iter().flat_map(|engine| {
            let keys = engine.keys().iter().map(|key| key.attribute.clone());
            let fields = (0..engine.keys().len())
                .flat_map(|number| fields_of(&engine.model_key(number).value))
                .map(|field| root(field).to_owned());
            keys.chain(fields).collect::<Vec<_>>()
        }));
        let indexes = indexes_of(&engines, &names);
        let seen: Vec<SeenPart> =
            engines.iter().enumerate().flat_map(|(entity, engine)| seen_parts(engine, entity)).collect();
        let rivals = Rivals::new(&engines);
        let mut first_key = 0;
        let mut entities = Vec::new();
        for (at, engine) in engines.iter().enumerate() {
            let keys = key_facts(engine, &names, &indexes, &options);
            let plan = (options.index.is_none() && keys.iter().all(|key| key.is_known))
                .then(|| Plan::new(engine, at, &names, &options.delimiter, &seen, &indexes))
                .flatten()
                .and_then(|plan| rivals.tell_apart(plan, at, &names));
            let eras = Era::ALL.into_iter().map(|era| (era, Engine::new(Arc::clone(engine.model()), era.dialect())));
            let own = |attribute: usize| keys.iter().any(|key| key.attribute == attribute);
            let mut foreign = Vec::new();
            for (number, index) in indexes.iter().enumerate().filter(|(_, index)| index.kind != IndexKind::Primary) {
                let attributes = if index.kind == IndexKind::Local { &[] } else { index.partition.as_slice() };
                for attribute in attributes.iter().chain(&index.sort) {
                    let is_known = foreign.iter().any(|known: &Foreign| known.attribute == *attribute);
                    let has_field = |engine: &Engine| engine.has_field(names.name(*attribute));
                    if !own(*attribute) && !has_field(engine) && !is_known {
                        let is_field = engines.iter().any(has_field);
                        foreign.push(Foreign { attribute: *attribute, index: number, is_field });
                    }
                }
            }
            let own_indexes = own_indexes(engine, &indexes);
            let count = keys.len();
            entities.push(EntityPlan { plan, first_key, keys, indexes: own_indexes, eras: eras.collect(), foreign });
            first_key += count;
        }
        let classifier = Classifier::new(&engines);
        let duplicates = options.duplicates.then(Duplicates::new);
        Self { engines, classifier, names, indexes, seen, entities, options, duplicates }
    }

    /// The attributes that it looks at.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The entities, in the order of the counts in [`State::entities`].
    pub fn engines(&self) -> &[Engine] {
        &self.engines
    }

    /// The indexes, in the order of [`State::partitions`]; the first one is the table itself.
    pub fn indexes(&self) -> &[IndexOf] {
        &self.indexes
    }

    /// What it was asked for.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The keys, entity by entity, in the order of [`State::plain`].
    pub(super) fn key_facts(&self) -> impl Iterator<Item = (usize, &KeyFacts)> {
        self.entities.iter().enumerate().flat_map(|(at, entity)| entity.keys.iter().map(move |key| (at, key)))
    }

    /// The parts of keys in the order of [`State::seen`]: the entity, the key and the field.
    pub(super) fn seen_parts(&self) -> impl Iterator<Item = (usize, &KeyFacts, &str)> {
        self.seen.iter().map(|part| (part.entity, &self.entities[part.entity].keys[part.key], part.field.as_str()))
    }

    /// Starts to audit some of the items.
    pub fn worker(&self) -> Worker<'_> {
        let keys = self.entities.iter().map(|entity| entity.keys.len()).sum();
        let state = State {
            entities: vec![0; self.engines.len()],
            lengths: vec![Lengths::default(); self.names.len()],
            plain: vec![Plain::default(); keys],
            seen: vec![Seen::default(); self.seen.len()],
            partitions: vec![Partitions::default(); self.indexes.len()],
            ..State::default()
        };
        Worker {
            auditor: self,
            state,
            findings: None,
            file: 0,
            last: 0,
            buffer: KeyBuffer::default(),
            other: KeyBuffer::default(),
            looked: Vec::new(),
        }
    }
}

/// The indexes of all models; where two name one, the first counts.
fn indexes_of(engines: &[Engine], names: &Names) -> Vec<IndexOf> {
    let mut all: Vec<IndexOf> = Vec::new();
    for engine in engines {
        for (index, compiled) in engine.model().indexes.iter().zip(engine.indexes()) {
            if all.iter().any(|known| known.name == index.name.value) {
                continue;
            }
            let attributes = |keys: &[usize]| -> Vec<usize> {
                keys.iter().filter_map(|key| names.find(engine.keys()[*key].attribute.as_bytes())).collect()
            };
            all.push(IndexOf {
                name: index.name.value.clone(),
                kind: index.kind,
                partition: attributes(&compiled.partition_keys),
                sort: attributes(&compiled.sort_keys),
            });
        }
    }
    all.sort_by_key(|index| index.kind);
    all
}

fn own_indexes(engine: &Engine, indexes: &[IndexOf]) -> Vec<OwnIndex> {
    let models = engine.model().indexes.iter().zip(engine.indexes());
    models
        .filter_map(|(index, compiled)| {
            let keys = match index.kind {
                IndexKind::Local => compiled.sort_keys.clone(),
                _ => compiled.partition_keys.iter().chain(&compiled.sort_keys).copied().collect(),
            };
            let number = indexes.iter().position(|known| known.name == index.name.value)?;
            let is_alone = |key: &&usize| {
                let own = &engine.keys()[**key];
                let is_of_another = |other: &EngineKey| other.index != own.index && other.attribute == own.attribute;
                !engine.has_field(&own.attribute) && !engine.keys().iter().any(is_of_another)
            };
            let alone = keys.iter().filter(is_alone).copied().collect();
            Some(OwnIndex { index: number, keys, alone, kind: index.kind, sparse: index.sparse })
        })
        .collect()
}

fn key_facts(engine: &Engine, names: &Names, indexes: &[IndexOf], options: &Options) -> Vec<KeyFacts> {
    let facts = engine.keys().iter().enumerate().map(|(number, key)| {
        let model = &engine.model().indexes[key.index];
        let value = &engine.model_key(number).value;
        let is_carried = |field: &&FieldPath| {
            options.carried.as_ref().is_none_or(|carried| carried.iter().any(|name| name == root(field)))
        };
        KeyFacts {
            attribute: names.find(key.attribute.as_bytes()).unwrap_or_default(),
            index: indexes.iter().position(|index| index.name == model.name.value).unwrap_or_default(),
            is_primary: model.kind == IndexKind::Primary,
            is_build_key: is_build_key(value),
            is_known: fields_of(value).iter().all(is_carried),
            eras: Era::ALL.into_iter().filter(|era| is_alike(engine, number, *era)).collect(),
            is_odd: ways(engine.model_key(number), engine.dialect()).iter().any(|way| {
                let piece = |piece: &WayPiece<'_>| match piece {
                    WayPiece::Text(text) => text.clone().into_owned(),
                    WayPiece::Hole(_) => "value".to_owned(),
                };
                let delimiter = if is_build_key(value) { "#" } else { &options.delimiter };
                is_odd(&way.pieces.iter().map(piece).collect::<String>(), delimiter)
            }),
        }
    });
    facts.collect()
}

/// True where an era builds a key of plain values from the same pieces as the engine's own, but for capitals, which are
/// counted.
fn is_alike(engine: &Engine, number: usize, era: Era) -> bool {
    let key = engine.model_key(number);
    let (own, other) = (ways(key, engine.dialect()), ways(key, &era.dialect()));
    // A dialect with lower case lost the capitals of the model's own text.
    let keeps_case = engine.dialect().era() == Era::V0_58;
    let is_same = |own: &WayPiece<'_>, other: &WayPiece<'_>| match (own, other) {
        (WayPiece::Text(own), WayPiece::Text(other)) if keeps_case => own == other,
        (WayPiece::Text(own), WayPiece::Text(other)) => own.to_lowercase() == other.to_lowercase(),
        (WayPiece::Hole(own), WayPiece::Hole(other)) => own.span == other.span,
        _ => false,
    };
    own.len() == other.len()
        && own.iter().zip(&other).all(|(own, other)| {
            own.pieces.len() == other.pieces.len()
                && own.pieces.iter().zip(&other.pieces).all(|(own, other)| is_same(own, other))
        })
}

/// Audits items one after the other.
#[derive(Debug)]
pub struct Worker<'a> {
    pub(super) auditor: &'a Auditor,
    /// What was seen.
    pub state: State,
    /// Every finding of an item since they were last taken, where somebody listens.
    pub findings: Option<Vec<(Subject, Example)>>,
    /// The number of the file that is read, in [`Options::files`].
    pub file: u32,
    /// The entity of the last plain item: the next one is often of the same.
    pub(super) last: usize,
    buffer: KeyBuffer,
    other: KeyBuffer,
    /// The parts of the item's keys to be looked at: a place of [`State::seen`], and the part.
    pub(super) looked: Vec<(usize, std::ops::Range<usize>, usize)>,
}

type Entries<'e> = [(Cow<'e, str>, Value<'e>)];

/// The wanted attributes of an item, by number.
struct Wanted<'w, 'e> {
    names: &'w Names,
    item: &'w Entries<'e>,
}

impl<'w, 'e> Wanted<'w, 'e> {
    /// An attribute that is there and not null: DynamoDB keeps an item with a null out of an index.
    fn get(&self, number: usize) -> Option<&'w Value<'e>> {
        let name = self.names.name(number);
        let found = self.item.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        found.filter(|value| !matches!(value, Value::None))
    }
}

impl<'a> Worker<'a> {
    /// Audits an item as it stands in the input. False where only its values can tell: then [`Worker::item`] audits it.
    #[inline]
    pub fn raw(&mut self, item: &RawItem<'_>, place: Whereabouts<'_>) -> bool {
        if self.plain(item, place) {
            return true;
        }
        let Some(entries) = self.entries(item) else { return false };
        self.item(&entries, item.size, place);
        true
    }

    /// The wanted attributes of an item as values; none where some are neither text nor numbers nor the like.
    fn entries<'i>(&self, item: &RawItem<'i>) -> Option<Vec<(Cow<'a, str>, Value<'i>)>> {
        let mut entries = Vec::with_capacity(self.auditor.names.len());
        for number_of in 0..self.auditor.names.len() {
            let (kind, text) = item.get(number_of);
            let value = match kind {
                Kind::Absent => continue,
                Kind::Text => Value::Str(Cow::Borrowed(text)),
                // Plain JSON may hold numbers that are floats though they are whole: `12.0`.
                Kind::Number if item.is_typed || text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
                    number(text)?
                }
                Kind::True => Value::Bool(true),
                Kind::False => Value::Bool(false),
                Kind::Null => Value::None,
                Kind::Number | Kind::Other => return None,
            };
            entries.push((Cow::Borrowed(self.auditor.names.name(number_of)), value));
        }
        Some(entries)
    }

    /// Counts a change that deleted its item.
    pub fn deleted(&mut self) {
        self.state.deleted += 1;
    }

    /// Audits an item of any kind. `size` is its size in DynamoDB.
    pub fn item(&mut self, item: &Entries<'_>, size: u64, place: Whereabouts<'_>) {
        let auditor = self.auditor;
        let wanted = Wanted { names: &auditor.names, item };
        self.state.items += 1;
        self.state.bytes += size;
        self.state.sizes.add(size);
        let shown = Shown::new(auditor, &wanted, place);
        self.count_keys(&wanted, size);
        if let Some(duplicates) = &auditor.duplicates
            && let Whereabouts::File(own) = place
            && let Some(identity) = shown.identity()
        {
            let line = u32::try_from(own.line).unwrap_or(u32::MAX);
            if let Some(other) = duplicates.first(identity, (self.file, line)) {
                let (first, second) = (other.min((self.file, line)), other.max((self.file, line)));
                self.add_duplicate(&shown, first, second);
            }
        }
        if size * 100 >= LARGEST_ITEM * NEAR as u64 {
            self.add(Subject::of(Defect::ItemNearLimit), &shown, None, Some(format!("{size} bytes")), None);
        }
        match auditor.classifier.classify(item) {
            Classified::One(entity) => {
                self.state.entities[entity] += 1;
                self.compare(entity, item, &wanted, &shown);
            }
            Classified::Several(entities) => {
                let names: Vec<&str> =
                    entities.iter().map(|entity| auditor.engines[*entity].model().entity.value.as_str()).collect();
                let subject = Subject { detail: names.join(", "), ..Subject::of(Defect::AmbiguousItem) };
                self.add(subject, &shown, None, None, None);
            }
            Classified::NoMatch | Classified::NoKeys => {
                let texts = shown.texts(auditor);
                let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
                let example = || shown.example(auditor, None, None, None);
                let (most, delimiter) = (auditor.options.examples, &auditor.options.delimiter);
                self.state.shapes.add(&texts, delimiter, shown.rank, most, example);
                if let Some(findings) = &mut self.findings {
                    let subject = Subject { detail: shape(&texts, delimiter), ..Subject::of(Defect::UnclassifiedItem) };
                    findings.push((subject, example()));
                }
            }
        }
    }

    fn add_duplicate(&mut self, shown: &Shown<'_>, first: (u32, u32), second: (u32, u32)) {
        let auditor = self.auditor;
        let name = |file: u32| auditor.options.files.get(file as usize).map_or("", String::as_str);
        let place = format!("{}:{} and {}:{}", name(first.0), first.1, name(second.0), second.1);
        let example = || Example { place: Some(place), ..shown.example(auditor, None, None, None) };
        let subject = Subject::of(Defect::DuplicatePrimaryKey);
        if let Some(findings) = &mut self.findings {
            let example = example();
            findings.push((subject.clone(), example.clone()));
            self.state.tallies.entry(subject).or_default().add(shown.rank, auditor.options.examples, || example);
        } else {
            self.state.tallies.entry(subject).or_default().add(shown.rank, auditor.options.examples, example);
        }
    }

    /// Counts the lengths of keys, and the item in the partitions of the table and its indexes.
    fn count_keys(&mut self, wanted: &Wanted<'_, '_>, size: u64) {
        let auditor = self.auditor;
        let text = |number: &usize| wanted.get(*number).and_then(key_text);
        let mut counted = vec![false; auditor.names.len()];
        for (at, index) in auditor.indexes.iter().enumerate() {
            let keys = index.partition.iter().chain(&index.sort);
            for key in keys.clone() {
                if let Some(text) = text(key)
                    && !std::mem::replace(&mut counted[*key], true)
                {
                    self.state.lengths[*key].add(text.len());
                }
            }
            if keys.clone().all(|key| wanted.get(*key).is_some()) && !index.partition.is_empty() {
                let joined: Vec<Cow<'_, str>> = index.partition.iter().filter_map(text).collect();
                self.state.partitions[at].add(&joined.join(JOINED), size);
            }
        }
    }

    fn add(
        &mut self,
        subject: Subject,
        shown: &Shown<'_>,
        attribute: Option<usize>,
        stored: Option<String>,
        expected: Option<String>,
    ) {
        let auditor = self.auditor;
        if let Some(findings) = &mut self.findings {
            let example = shown.example(auditor, attribute, stored.clone(), expected.clone());
            findings.push((subject.clone(), example));
        }
        let tally = self.state.tallies.entry(subject).or_default();
        tally.add(shown.rank, auditor.options.examples, || shown.example(auditor, attribute, stored, expected));
    }

    /// Compares an item's keys with those that its model writes.
    fn compare(&mut self, entity: usize, item: &Entries<'_>, wanted: &Wanted<'_, '_>, shown: &Shown<'_>) {
        let auditor = self.auditor;
        let (engine, own) = (&auditor.engines[entity], &auditor.entities[entity]);
        let fields = engine.map(item);
        let mut recorder = Recorder::default();
        let mut buffer = std::mem::take(&mut self.buffer);
        engine.write(&fields, &mut buffer, &mut recorder);
        let stored: Vec<Option<&Value<'_>>> = own.keys.iter().map(|key| wanted.get(key.attribute)).collect();
        // An attribute of two indexes is compared once, as the last one writes it.
        let is_last =
            |number: usize| !own.keys[number + 1..].iter().any(|key| key.attribute == own.keys[number].attribute);
        self.explain(entity, &fields, &stored, &is_last);
        for (number, facts) in own.keys.iter().enumerate() {
            if !is_last(number) {
                continue;
            }
            let compared = Comparison { entity, number, facts, engine, fields: &fields, recorder: &recorder };
            if let Some(value) = stored[number] {
                self.compare_key(&compared, value, buffer.get(number), shown);
            }
        }
        for index in &own.indexes {
            self.compare_index(entity, index, &stored, &buffer, shown);
        }
        // What others call a field is found only where it puts the item into an index.
        let is_indexed = |attribute: &usize| {
            let keys = |index: &IndexOf| index.partition.iter().chain(&index.sort).copied().collect::<Vec<_>>();
            let mut secondary = auditor.indexes.iter().filter(|index| index.kind != IndexKind::Primary).map(keys);
            secondary.any(|keys| keys.contains(attribute) && keys.iter().all(|key| wanted.get(*key).is_some()))
        };
        for Foreign { attribute, index, is_field } in &own.foreign {
            if let Some(value) = wanted.get(*attribute)
                && (!is_field || is_indexed(attribute))
            {
                let subject = self.subject(Defect::LeftoverIndexKey, entity, *index, *attribute);
                self.add(subject, shown, Some(*attribute), key_text(value).map(Cow::into_owned), None);
            }
        }
        self.buffer = buffer;
    }

    fn subject(&self, defect: Defect, entity: usize, index: usize, attribute: usize) -> Subject {
        let short = |number: usize| u16::try_from(number).ok();
        Subject {
            defect,
            entity: short(entity),
            index: short(index),
            attribute: short(attribute),
            detail: String::new(),
        }
    }

    /// Counts which dialects write the stored keys.
    fn explain(
        &mut self,
        entity: usize,
        fields: &Fields<'_>,
        stored: &[Option<&Value<'_>>],
        is_last: &dyn Fn(usize) -> bool,
    ) {
        let own = &self.auditor.entities[entity];
        let texts: Vec<(usize, &str)> = stored
            .iter()
            .enumerate()
            .filter_map(|(number, value)| match value {
                Some(Value::Str(text)) if own.keys[number].is_known && is_last(number) => Some((number, text.as_ref())),
                _ => None,
            })
            .collect();
        self.state.compared += texts.len() as u64;
        for (at, (_, engine)) in own.eras.iter().enumerate() {
            engine.write(fields, &mut self.other, &mut ());
            let same = texts.iter().filter(|(number, text)| self.other.get(*number) == Written::Text(text)).count();
            self.state.explained[at] += same as u64;
        }
    }

    fn compare_key(&mut self, of: &Comparison<'_, '_>, stored: &Value<'_>, written: Written<'_>, shown: &Shown<'_>) {
        let attribute = of.facts.attribute;
        let own = &of.engine.keys()[of.number];
        let subject = |worker: &Self, defect| worker.subject(defect, of.entity, of.facts.index, attribute);
        let shown_stored = || key_text(stored).map(Cow::into_owned);
        if let Some(found) = other_kind(own.kind, stored) {
            let detail = format!("{found} in place of {}", own.kind.as_str());
            let subject = Subject { detail, ..subject(self, Defect::WrongKeyType) };
            self.add(subject, shown, Some(attribute), shown_stored(), None);
            return;
        }
        let length = key_bytes(stored);
        let most = own.half.max_bytes();
        if length * 100 >= most * NEAR {
            self.add(subject(self, Defect::KeyNearLimit), shown, Some(attribute), shown_stored(), None);
        }
        let delimiter = if of.facts.is_build_key { "#" } else { &self.auditor.options.delimiter };
        let Value::Str(text) = stored else {
            let is_of_index = matches!(written, Written::Absent) && !of.facts.is_primary;
            if of.facts.is_known && !is_of_index && !self.is_same(stored, written) {
                let expected = written_text(written);
                self.add(subject(self, Defect::StaleKey), shown, Some(attribute), shown_stored(), expected);
            }
            return;
        };
        let odd = is_odd(text, delimiter);
        if !of.facts.is_known {
            if odd && !of.facts.is_odd {
                self.add(subject(self, Defect::OddCharacters), shown, Some(attribute), shown_stored(), None);
            }
            return;
        }
        match written {
            Written::Text(written) if written == text => {
                if odd && is_odd_of_itself(text, of.recorder.parts(of.number), delimiter, of.facts.is_odd) {
                    self.add(subject(self, Defect::OddCharacters), shown, Some(attribute), shown_stored(), None);
                }
                self.look_at_parts(of, text, delimiter, shown);
            }
            Written::Text(expected) if !expected.is_empty() => {
                let defect = cause(text, expected, delimiter);
                let mut subject = subject(self, defect);
                if defect == Defect::CaseVariantKey {
                    subject.detail = self.writers(of, text);
                }
                self.add(subject, shown, Some(attribute), shown_stored(), Some(expected.to_owned()));
            }
            // What the model leaves out of an index is told of the index.
            Written::Absent | Written::Text(_) if !of.facts.is_primary => {}
            written => {
                let expected = written_text(written);
                self.add(subject(self, Defect::StaleKey), shown, Some(attribute), shown_stored(), expected);
            }
        }
    }

    fn is_same(&self, stored: &Value<'_>, written: Written<'_>) -> bool {
        match written {
            Written::Typed(value) => equal(stored, value),
            Written::Text(_) | Written::Absent | Written::Failed(_) => false,
        }
    }

    /// The dialects that write a key as it is stored.
    fn writers(&mut self, of: &Comparison<'_, '_>, stored: &str) -> String {
        let mut found = Vec::new();
        for (era, engine) in &self.auditor.entities[of.entity].eras {
            engine.write(of.fields, &mut self.other, &mut ());
            if self.other.get(of.number) == Written::Text(stored) {
                found.push(era.versions());
            }
        }
        if found.is_empty() { "no dialect".to_owned() } else { found.join(", ") }
    }

    /// What the parts of a key that is as the model writes it tell.
    fn look_at_parts(&mut self, of: &Comparison<'_, '_>, text: &str, delimiter: &str, shown: &Shown<'_>) {
        let parts = of.recorder.parts(of.number);
        let stop = of.recorder.stop_of(of.number);
        let attribute = of.facts.attribute;
        let mut found: Vec<Defect> = Vec::new();
        if stop.is_some() && !text.is_empty() {
            found.push(Defect::TruncatedKey);
        }
        for part in parts {
            let own = text.get(part.start..part.end).unwrap_or_default();
            let is_unset = match part.kind {
                PartKind::Field(field) | PartKind::Fallback(Some(field)) => {
                    matches!(of.fields.state(field), FieldState::Unset | FieldState::Null)
                }
                _ => false,
            };
            let suspect = if placeholder(part, own, is_unset, of.engine.model()).is_some() {
                Some(Defect::PlaceholderInKey)
            } else if blank(part, text, stop.is_some(), delimiter, of.facts.is_primary).is_some() {
                Some(Defect::BlankKeyPart)
            } else if holds_delimiter(part, parts, text, delimiter) {
                Some(Defect::DelimiterInValue)
            } else {
                None
            };
            if let Some(defect) = suspect {
                if !found.contains(&defect) {
                    found.push(defect);
                }
                continue;
            }
            let Some(expression) = part.expression else { continue };
            let place = self
                .auditor
                .seen
                .iter()
                .position(|seen| seen.entity == of.entity && seen.key == of.number && seen.span == expression.span);
            if let Some(place) = place
                && !own.is_empty()
            {
                let seen = &self.auditor.seen[place];
                let looks = looks(own, seen.is_number, seen.is_time);
                // A word that stands in for the field is the model's own.
                if looks == Looks::Other && matches!(part.kind, PartKind::Fallback(_)) {
                    continue;
                }
                let example = |_| shown.example(self.auditor, Some(attribute), Some(text.to_owned()), None);
                self.state.seen[place].add(looks, || shown.rank, example);
            }
        }
        for defect in found {
            let subject = self.subject(defect, of.entity, of.facts.index, attribute);
            self.add(subject, shown, Some(attribute), Some(text.to_owned()), None);
        }
    }

    /// Whether an item has the keys of an index that its model writes, both halves or none.
    fn compare_index(
        &mut self,
        entity: usize,
        index: &OwnIndex,
        stored: &[Option<&Value<'_>>],
        buffer: &KeyBuffer,
        shown: &Shown<'_>,
    ) {
        // In an index that is scanned every item has its keys, and those of others may not be projected.
        if index.kind == IndexKind::Primary || self.auditor.options.index.is_some() {
            return;
        }
        let keys = &self.auditor.entities[entity].keys;
        let is_written =
            |number: &&usize| !matches!(buffer.get(**number), Written::Absent | Written::Failed(_) | Written::Text(""));
        let is_stored = |number: &&usize| stored[**number].is_some();
        let attribute = |number: usize| keys[number].attribute;
        let missing = index.keys.iter().copied().find(|number| !is_stored(&number));
        let report = |worker: &mut Self, defect, number: usize, expected: Option<String>| {
            let subject = worker.subject(defect, entity, index.index, attribute(number));
            let own = stored[number].and_then(key_text).map(Cow::into_owned);
            worker.add(subject, shown, Some(attribute(number)), own, expected);
        };
        if let Some(missing) = missing {
            // The half that is there tells nothing more. In a sparse index the model may leave a half out on purpose.
            let is_as_written = || index.keys.iter().all(|number| is_stored(&number) == is_written(&number));
            let defect = if index.alone.iter().any(|number| is_stored(&number)) {
                (!index.sparse || !is_as_written()).then_some(Defect::HalfIndexKey)
            } else {
                let all_written = index.keys.iter().all(|number| is_written(&number) && keys[*number].is_known);
                (all_written && !index.sparse).then_some(Defect::MissingIndexKey)
            };
            if let Some(defect) = defect {
                report(self, defect, missing, written_text(buffer.get(missing)));
            }
            return;
        }
        let leftover = |number: &&usize| {
            keys[**number].is_known && matches!(buffer.get(**number), Written::Absent | Written::Text(""))
        };
        if let Some(first) = index.keys.iter().find(leftover) {
            report(self, Defect::LeftoverIndexKey, *first, None);
        }
    }
}

/// True of a key whose values make it odd. A delimiter in a value ends no part, and where the model's own text is odd
/// whatever the values are, they alone are looked at.
fn is_odd_of_itself(text: &str, parts: &[Part<'_>], delimiter: &str, is_model_odd: bool) -> bool {
    let is_value = |part: &Part<'_>| !matches!(part.kind, PartKind::Literal);
    let shown = |part: &Part<'_>| {
        let own = text.get(part.start..part.end).unwrap_or_default();
        if is_value(part) { own.replace(delimiter, "-") } else { own.to_owned() }
    };
    match is_model_odd {
        true => parts.iter().any(|part| is_value(part) && is_odd(&shown(part), delimiter)),
        false => is_odd(&parts.iter().map(shown).collect::<String>(), delimiter),
    }
}

/// Joins the texts of a partition key of several attributes.
pub(super) const JOINED: &str = " / ";

/// A key of an item that is compared.
struct Comparison<'c, 'm> {
    entity: usize,
    number: usize,
    facts: &'c KeyFacts,
    engine: &'m Engine,
    fields: &'c Fields<'c>,
    recorder: &'c Recorder<'m>,
}

/// An item as examples show it.
struct Shown<'s> {
    rank: u64,
    key: Vec<(&'s str, Cow<'s, str>)>,
    /// True where it is the whole primary key.
    is_whole: bool,
    place: Whereabouts<'s>,
}

impl<'s> Shown<'s> {
    fn new(auditor: &'s Auditor, wanted: &Wanted<'s, '_>, place: Whereabouts<'s>) -> Self {
        let mut key: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(2);
        let mut is_whole = false;
        if let Some(primary) = auditor.indexes.first().filter(|index| index.kind == IndexKind::Primary) {
            let attributes = primary.partition.iter().chain(&primary.sort);
            for attribute in attributes.clone() {
                if let Some(text) = wanted.get(*attribute).and_then(key_text) {
                    key.push((auditor.names.name(*attribute), text));
                }
            }
            is_whole = !key.is_empty() && key.len() == attributes.count();
        }
        let rank = rank_of(key.iter().map(|(_, text)| text.as_ref()));
        Self { rank, key, is_whole, place }
    }

    /// The values of the primary key, and `{no pk}` where there is none.
    fn texts(&self, auditor: &Auditor) -> Vec<Cow<'_, str>> {
        let primary = auditor.indexes.first().filter(|index| index.kind == IndexKind::Primary);
        let attributes = primary.into_iter().flat_map(|index| index.partition.iter().chain(&index.sort));
        let text = |attribute: &usize| {
            let name = auditor.names.name(*attribute);
            let own = self.key.iter().find(|(known, _)| *known == name);
            own.map_or_else(|| Cow::Owned(format!("{{no {name}}}")), |(_, text)| Cow::Borrowed(text.as_ref()))
        };
        attributes.map(text).collect()
    }

    /// A hash of the primary key that is wide enough to stand for it; none where the item lacks a part of it.
    fn identity(&self) -> Option<u128> {
        if !self.is_whole {
            return None;
        }
        let mut text = String::new();
        for (_, own) in &self.key {
            text.push_str(own);
            text.push('\0');
        }
        let other = {
            use std::hash::BuildHasher;
            FixedState::with_seed(0x5eed).hash_one(text.as_str())
        };
        Some(u128::from(hash(&text)) << 64 | u128::from(other))
    }

    fn example(
        &self,
        auditor: &Auditor,
        attribute: Option<usize>,
        stored: Option<String>,
        expected: Option<String>,
    ) -> Example {
        Example {
            rank: self.rank,
            key: self.key.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_owned())).collect(),
            place: self.place.shown(),
            attribute: attribute.map(|attribute| auditor.names.name(attribute).to_owned()),
            stored,
            expected,
        }
    }
}

/// A key as text: numbers as Python prints them, bytes as base64; none of what no key is.
fn key_text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    use base64::Engine as _;
    match value {
        Value::Str(text) => Some(Cow::Borrowed(text)),
        Value::Bytes(bytes) => Some(Cow::Owned(base64::engine::general_purpose::STANDARD.encode(bytes))),
        Value::None => None,
        other => str_of(other).map(Cow::Owned),
    }
}

fn key_bytes(value: &Value<'_>) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}

fn written_text(written: Written<'_>) -> Option<String> {
    match written {
        Written::Text(text) => Some(text.to_owned()),
        Written::Typed(value) => key_text(value).map(Cow::into_owned),
        Written::Absent | Written::Failed(_) => None,
    }
}

/// What a stored value is, where a key attribute is of another kind.
fn other_kind(kind: KeyType, stored: &Value<'_>) -> Option<&'static str> {
    match (kind, stored) {
        (KeyType::S, Value::Str(_))
        | (KeyType::N, Value::Int(_) | Value::BigInt(_) | Value::Float(_))
        // Plain JSON has no bytes: they are text there.
        | (KeyType::B, Value::Bytes(_) | Value::Str(_)) => None,
        (_, Value::Str(_)) => Some("S"),
        (_, Value::Int(_) | Value::BigInt(_) | Value::Float(_)) => Some("N"),
        (_, Value::Bytes(_)) => Some("B"),
        (_, Value::Bool(_)) => Some("BOOL"),
        (_, Value::None) => Some("NULL"),
        (_, Value::List(_)) => Some("L"),
        (_, Value::Map(_)) => Some("M"),
        (_, Value::Set(_)) => Some("a set"),
    }
}
