//! The models of a table, and what is made of them before the first item is audited.

use std::sync::{Arc, OnceLock};

use super::apart::Rivals;
use super::classify::Classifier;
use super::duplicates::Duplicates;
use super::outline::ComputedParts;
use super::plan::{Plan, SeenPart, seen_parts};
use super::suspect::is_odd;
use super::ttl::{self, Ttl};
use super::worker::Worker;
use crate::key::{BUILT, Engine, EngineKey, NamedDelimiters, Shape, WayPiece, delimiter_of, ways};
use crate::model::{Era, FieldPath, IndexKind, KeyType, KeyValue, Rule};
use crate::source::raw::Names;

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
    /// The attribute that is the table's time to live, where the configuration says; models may say it, too.
    pub ttl: Option<String>,
    /// The names of the files, for places of two items at once.
    pub files: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            examples: 5,
            delimiter: BUILT.to_owned(),
            duplicates: false,
            carried: None,
            index: None,
            ttl: None,
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
    pub(super) classifier: Classifier,
    pub(super) names: Names,
    pub(super) indexes: Vec<IndexOf>,
    /// The attributes of the table's primary key.
    pub(super) primary: Vec<usize>,
    pub(super) seen: Vec<SeenPart>,
    pub(super) entities: Vec<EntityPlan>,
    /// The declared time to live: of items of no entity, too.
    pub(super) ttl: Option<Ttl>,
    pub(super) options: Options,
    pub(super) duplicates: Option<Duplicates>,
}

/// What is made of an entity beforehand.
#[derive(Debug)]
pub(super) struct EntityPlan {
    /// The short way; none where its keys or those of others are out of the ordinary.
    pub plan: Option<Plan>,
    /// The place of its first key in [`State::plain`](super::State::plain).
    pub first_key: usize,
    pub keys: Vec<KeyFacts>,
    /// The fields that its keys use, each once.
    pub fields: Vec<FieldPath>,
    /// The place of the first of them in [`State::stored`](super::State::stored).
    pub first_field: usize,
    /// The indexes that it writes, by the numbers of their keys.
    pub indexes: Vec<OwnIndex>,
    /// The same model in every era.
    pub eras: Vec<(Era, Engine)>,
    /// Key attributes of the table's indexes that it neither writes nor has as fields.
    pub foreign: Vec<Foreign>,
    /// The attributes that are its time to live.
    pub ttl: Vec<Ttl>,
}

/// A key attribute that is no business of an entity.
#[derive(Debug)]
pub(super) struct Foreign {
    pub attribute: usize,
    /// The first index that it is a key of.
    pub index: usize,
    /// True where it is a field of another entity: then this one may well have such a field, too.
    pub is_field: bool,
}

/// What is known of a key beforehand.
#[derive(Debug)]
pub(super) struct KeyFacts {
    pub attribute: usize,
    /// The index in the auditor's list.
    pub index: usize,
    pub is_primary: bool,
    pub is_build_key: bool,
    /// What stands between its parts.
    pub delimiter: String,
    /// Where its values may hold that, since the model names it; made when a value does.
    pub named: OnceLock<NamedDelimiters>,
    /// True where it is text.
    pub is_text: bool,
    /// Its placeholders that print computed fields.
    pub computed: ComputedParts,
    /// False where it uses fields that the items do not carry.
    pub is_known: bool,
    /// The eras that write the same for plain items, but for their case.
    pub eras: Vec<Era>,
    /// True where the model's own text is odd, whatever the values are.
    pub is_odd: bool,
}

#[derive(Debug)]
pub(super) struct OwnIndex {
    pub index: usize,
    /// Its own keys, both halves; of a local index only the sort key.
    pub keys: Vec<usize>,
    /// Those whose attributes are there for this index alone: no fields, and no keys of another index.
    pub alone: Vec<usize>,
    pub kind: IndexKind,
    pub sparse: bool,
}

fn is_build_key(value: &KeyValue) -> bool {
    let is = |rule: &Rule| matches!(rule, Rule::BuildKey(_));
    match value {
        KeyValue::One(rule) => is(rule),
        KeyValue::Cases(cases) => cases.iter().any(|case| is(&case.rule)),
    }
}

/// The placeholders of a key that print computed fields, and what they can print.
fn computed_parts(engine: &Engine, number: usize) -> ComputedParts {
    let model = engine.model();
    let is_computed = |field: &FieldPath| {
        field.attribute.and_then(|at| model.attributes.get(at)).is_some_and(|attribute| attribute.computed)
    };
    let mut parts = ComputedParts::new();
    for way in ways(engine.model_key(number), engine.dialect()) {
        let Shape::Concat(shapes) = way.shape(model, engine.dialect()) else { continue };
        for (piece, shape) in way.pieces.iter().zip(shapes) {
            let (WayPiece::Hole(expression), Shape::Hole(hole)) = (piece, shape) else { continue };
            let mut uses_it = false;
            expression.visit_fields(&mut |field, _| uses_it |= is_computed(field));
            if uses_it {
                parts.push((expression.span, hole));
            }
        }
    }
    parts
}

/// The fields that the keys of an entity use, each once.
fn key_fields(engine: &Engine) -> Vec<FieldPath> {
    let mut fields: Vec<FieldPath> = Vec::new();
    for field in (0..engine.keys().len()).flat_map(|number| fields_of(&engine.model_key(number).value)) {
        if !fields.contains(field) {
            fields.push(field.clone());
        }
    }
    fields
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
        let declared = ttl::declared(options.ttl.as_deref(), &engines).map(str::to_owned);
        let ttl_names = |engine| match &declared {
            Some(_) => Vec::new(),
            None => ttl::called(engine).map(str::to_owned).collect(),
        };
        let names = engines.iter().flat_map(|engine| {
            let keys = engine.keys().iter().map(|key| key.attribute.clone());
            let fields = (0..engine.keys().len())
                .flat_map(|number| fields_of(&engine.model_key(number).value))
                .map(|field| root(field).to_owned());
            keys.chain(fields).chain(ttl_names(engine)).collect::<Vec<_>>()
        });
        let names = Names::new(names.chain(declared.clone()));
        let indexes = indexes_of(&engines, &names);
        let seen: Vec<SeenPart> =
            engines.iter().enumerate().flat_map(|(entity, engine)| seen_parts(engine, entity)).collect();
        let classifier = Classifier::new(&engines, &options.delimiter);
        let rivals = Rivals::new(&engines, &classifier, &options.delimiter);
        let (mut first_key, mut first_field) = (0, 0);
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
            let (count, fields) = (keys.len(), key_fields(engine));
            let field_count = fields.len();
            let ttl = ttl::of_entity(declared.as_deref(), engine, &names);
            let (indexes, eras) = (own_indexes, eras.collect());
            entities.push(EntityPlan { plan, first_key, keys, fields, first_field, indexes, eras, foreign, ttl });
            first_key += count;
            first_field += field_count;
        }
        let table = indexes.first().filter(|index| index.kind == IndexKind::Primary);
        let primary = table.into_iter().flat_map(|index| index.partition.iter().chain(&index.sort)).copied().collect();
        let duplicates = options.duplicates.then(Duplicates::new);
        let ttl = declared.and_then(|name| names.find(name.as_bytes()));
        let ttl = ttl.map(|attribute| Ttl { attribute, is_declared: true });
        Self { engines, classifier, names, indexes, primary, seen, entities, ttl, options, duplicates }
    }

    /// The attributes that it looks at.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The entities, in the order of the counts in [`State::entities`](super::State::entities).
    pub fn engines(&self) -> &[Engine] {
        &self.engines
    }

    /// The indexes, in the order of [`State::partitions`](super::State::partitions); the first one is the table itself.
    pub fn indexes(&self) -> &[IndexOf] {
        &self.indexes
    }

    /// What it was asked for.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The keys, entity by entity, in the order of [`State::plain`](super::State::plain).
    pub(super) fn key_facts(&self) -> impl Iterator<Item = (usize, &KeyFacts)> {
        self.entities.iter().enumerate().flat_map(|(at, entity)| entity.keys.iter().map(move |key| (at, key)))
    }

    /// The fields that keys use, entity by entity, in the order of [`State::stored`](super::State::stored).
    pub(super) fn fields(&self) -> impl Iterator<Item = (usize, &FieldPath)> {
        self.entities.iter().enumerate().flat_map(|(at, entity)| entity.fields.iter().map(move |field| (at, field)))
    }

    /// The keys of an entity that use a field, by their places in [`State::plain`](super::State::plain).
    pub(super) fn keys_of(&self, entity: usize, field: &FieldPath) -> Vec<usize> {
        let (engine, own) = (&self.engines[entity], &self.entities[entity]);
        let uses_it = |number: &usize| fields_of(&engine.model_key(*number).value).contains(&field);
        (0..engine.keys().len()).filter(uses_it).map(|number| own.first_key + number).collect()
    }

    /// The parts of keys in the order of [`State::seen`](super::State::seen), each with its key.
    pub(super) fn seen_parts(&self) -> impl Iterator<Item = (&SeenPart, &KeyFacts)> {
        self.seen.iter().map(|part| (part, &self.entities[part.entity].keys[part.key]))
    }

    /// Starts to audit some of the items.
    pub fn worker(&self) -> Worker<'_> {
        Worker::new(self)
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
        let is_computed = |field: &FieldPath| {
            let attribute = field.attribute.and_then(|at| engine.model().attributes.get(at));
            attribute.is_some_and(|attribute| attribute.computed)
        };
        // What is not stored is not carried either, and nobody looks for it.
        let is_carried = |field: &&FieldPath| {
            is_computed(field)
                || options.carried.as_ref().is_none_or(|carried| carried.iter().any(|name| name == root(field)))
        };
        KeyFacts {
            attribute: names.find(key.attribute.as_bytes()).unwrap_or_default(),
            index: indexes.iter().position(|index| index.name == model.name.value).unwrap_or_default(),
            is_primary: model.kind == IndexKind::Primary,
            is_build_key: is_build_key(value),
            delimiter: delimiter_of(engine.model_key(number), engine.dialect(), &options.delimiter).to_owned(),
            named: OnceLock::new(),
            is_text: key.kind == KeyType::S,
            computed: computed_parts(engine, number),
            is_known: fields_of(value).iter().all(is_carried),
            eras: Era::ALL.into_iter().filter(|era| is_alike(engine, number, *era)).collect(),
            is_odd: ways(engine.model_key(number), engine.dialect()).iter().any(|way| {
                let piece = |piece: &WayPiece<'_>| match piece {
                    WayPiece::Text(text) => text.clone().into_owned(),
                    WayPiece::Hole(_) => "value".to_owned(),
                };
                let delimiter = delimiter_of(engine.model_key(number), engine.dialect(), &options.delimiter);
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
