//! What the rules about designs look at: the entities of a table, their keys, and items that keep to the models.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::finding::{Place, WitnessItem};
use super::language::{Language, Meet};
use super::naming::Naming;
use super::shares::Shares;
use crate::key::{
    Assumption, Automaton, Budget, Engine, Fields, Half, KeyBuffer, Recorder, Shape, Way, conforms, delimiter_of,
    delimiters, sample, ways,
};
use crate::model::{Attribute, AttributeType, FieldPath, Index, Key, KeyType, KeyValue, Model};
use crate::text::Span;
use crate::value::Value;

/// An item: its attributes with their values.
pub type Entries = Vec<(Cow<'static, str>, Value<'static>)>;

/// The models of one table, and what the project agreed on.
#[derive(Debug, Default)]
pub struct Design {
    /// The entities, in the order in which they were given.
    pub entities: Vec<Entity>,
    /// The conventions for names.
    pub naming: Naming,
    /// What stands between the parts of a template; build_key always puts `#`.
    pub delimiter: String,
    /// What the configuration says of the table.
    pub table: TableFacts,
}

impl Design {
    /// What a value must not hold if the parts of keys are to be told apart: build_key's `#`, and the project's own
    /// delimiter.
    pub fn delimiters(&self) -> Vec<&str> {
        delimiters(&self.delimiter)
    }
}

/// What the configuration says of the table.
#[derive(Clone, Debug, Default)]
pub struct TableFacts {
    /// Its name.
    pub name: Option<String>,
    /// The attribute that is its time to live, and where the configuration says so.
    pub ttl: Option<(String, Place)>,
    /// Its partition key.
    pub partition_key: Option<(String, KeyType)>,
    /// Its sort key.
    pub sort_key: Option<(String, KeyType)>,
    /// Its secondary indexes.
    pub indexes: Vec<TableIndex>,
}

/// What the configuration says of a secondary index.
#[derive(Clone, Debug)]
pub struct TableIndex {
    /// Its name.
    pub name: String,
    /// True of a local index.
    pub is_local: bool,
    /// Its partition key.
    pub partition_key: Option<(String, KeyType)>,
    /// Its sort key.
    pub sort_key: Option<(String, KeyType)>,
    /// The attributes that it carries beside keys; none where it carries all or the file does not say.
    pub projection: Option<Vec<String>>,
}

/// One entity of a design.
#[derive(Debug)]
pub struct Entity {
    engine: Engine,
    shares: Shares,
    languages: Vec<[OnceLock<Language>; Values::COUNT]>,
    usual: OnceLock<Entries>,
    scenarios: OnceLock<Scenarios>,
}

/// The scenarios of an entity.
#[derive(Debug)]
struct Scenarios {
    all: Vec<Scenario>,
    /// True where none was left out.
    is_whole: bool,
}

/// Which items a language of keys is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// All that keep to the model.
    Any,
    /// Those in which no field is blank.
    NotBlank,
    /// Those in which no field is blank, and none holds the delimiter.
    Plain,
}

impl Values {
    const COUNT: usize = 3;
}

/// One key of an entity, with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct KeyOf<'e> {
    /// The entity.
    pub entity: &'e Entity,
    /// Its number in the engine.
    pub number: usize,
    /// Its index.
    pub index: &'e Index,
    /// Which half of the index it is.
    pub half: Half,
    /// The key as the model has it.
    pub key: &'e Key,
}

/// An item that keeps to its model, and the keys that the engine writes for it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The fields that it leaves unset, of those that keys use.
    pub unset: Vec<FieldPath>,
    /// The fields that are the empty text, of those that keys use.
    pub blank: Vec<FieldPath>,
    /// The item.
    pub item: Entries,
    /// Its keys, by their numbers in the engine.
    pub keys: KeyBuffer,
}

impl Entity {
    /// An entity with its dialect.
    pub fn new(engine: Engine) -> Self {
        Self::sharing(engine, Shares::default())
    }

    /// One of several entities, with its share of what a run may cost.
    pub fn sharing(engine: Engine, shares: Shares) -> Self {
        let keys = engine.keys().len();
        Self {
            engine,
            shares,
            languages: (0..keys).map(|_| Default::default()).collect(),
            usual: OnceLock::new(),
            scenarios: OnceLock::new(),
        }
    }

    /// The engine that writes its keys.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What questions about it may cost.
    pub fn shares(&self) -> Shares {
        self.shares
    }

    /// Its model.
    pub fn model(&self) -> &Arc<Model> {
        self.engine.model()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.model().entity.value
    }

    /// A place in its model.
    pub fn place(&self, span: Span) -> Place {
        Place::new(&self.model().source, span)
    }

    /// The place of its name: for findings about the entity as a whole.
    pub fn entity_place(&self) -> Place {
        self.place(self.model().entity.span)
    }

    /// The attribute at the root of a path.
    pub fn attribute(&self, field: &FieldPath) -> Option<&Attribute> {
        self.model().attributes.get(field.attribute?)
    }

    /// Every key that it writes, in the order of the indexes, the partition key before the sort key.
    pub fn keys(&self) -> impl Iterator<Item = KeyOf<'_>> {
        (0..self.engine.keys().len()).map(|number| self.key(number))
    }

    /// The key of a number.
    pub fn key(&self, number: usize) -> KeyOf<'_> {
        let compiled = &self.engine.keys()[number];
        KeyOf {
            entity: self,
            number,
            index: &self.model().indexes[compiled.index],
            half: compiled.half,
            key: self.engine.model_key(number),
        }
    }

    /// The keys of an index: partition keys (those of the table for a local one), then sort keys.
    pub fn keys_of(&self, index: &Index) -> Vec<KeyOf<'_>> {
        let place = place_of(&self.model().indexes, index);
        let compiled = place.and_then(|place| self.engine.indexes().get(place));
        let numbers = compiled.into_iter().flat_map(|index| index.partition_keys.iter().chain(&index.sort_keys));
        numbers.map(|number| self.key(*number)).collect()
    }

    /// The table's own key, where the model has it.
    pub fn primary(&self) -> Option<&Index> {
        self.model().primary()
    }

    /// The fields that keys use, each once, in the order in which they are used.
    pub fn key_fields(&self) -> Vec<&FieldPath> {
        let mut fields = FieldList::default();
        for (_, key) in self.model().keys() {
            fields_of(key).into_iter().for_each(|field| fields.add(field));
        }
        fields.all
    }

    /// An item with a usual value for every attribute; those for which there is none are left out.
    pub fn usual_item(&self) -> &Entries {
        self.usual.get_or_init(|| self.make_usual_item())
    }

    fn make_usual_item(&self) -> Entries {
        let paths: Vec<&FieldPath> = self.key_fields().into_iter().filter(|field| !field.path.is_empty()).collect();
        self.model()
            .attributes
            .iter()
            .enumerate()
            .filter_map(|(at, attribute)| {
                let mut value = sample(attribute)?;
                for field in paths.iter().filter(|field| field.attribute == Some(at)) {
                    put(&mut value, &field.path);
                }
                Some((Cow::Owned(attribute.name.value.clone()), value))
            })
            .collect()
    }

    /// Items that keep to the model: the usual one first, then with fields unset that may be, then with fields empty
    /// that may be. Small models have every combination of unset fields, large ones those of one and two and all.
    pub fn scenarios(&self) -> &[Scenario] {
        &self.made_scenarios().all
    }

    fn made_scenarios(&self) -> &Scenarios {
        self.scenarios.get_or_init(|| {
            let fields = self.key_fields();
            let optional: Vec<&FieldPath> =
                fields.iter().copied().filter(|field| !field.path.is_empty() || self.may_be_unset(field)).collect();
            let blank: Vec<&FieldPath> = fields
                .iter()
                .copied()
                .filter(|field| {
                    let attribute = self.attribute(field);
                    let is_text = attribute.is_some_and(|attribute| *attribute.kind == AttributeType::String);
                    field.path.is_empty()
                        && is_text
                        && attribute.is_some_and(|attribute| conforms(attribute, &Value::text("")))
                })
                .collect();
            let usual = self.usual_item();
            let mut all = vec![self.scenario(usual, &[], &[])];
            // An item holds its attributes and its keys with their parts.
            let parts = |key: KeyOf<'_>| 1 + key.ways().iter().map(|way| way.pieces.len()).max().unwrap_or_default();
            let each = usual.len() + fields.len() + self.keys().map(parts).sum::<usize>() + 1;
            // Each access pattern is asked of them.
            let questions = 1 + self.model().access_patterns.len() / 50;
            let most = (self.shares.cells / each / 2 / questions).max(8);
            let (unset, blanks) = (subsets(&optional, most), subsets(&blank, most));
            all.extend(unset.iter().map(|unset| self.scenario(usual, unset, &[])));
            all.extend(blanks.iter().map(|blank| self.scenario(usual, &[], blank)));
            let is_whole = unset.len() == subset_count(optional.len()) && blanks.len() == subset_count(blank.len());
            Scenarios { all, is_whole }
        })
    }

    /// False where there are so many combinations of fields that rules look at some of them alone.
    pub fn has_all_scenarios(&self) -> bool {
        self.scenarios.get().is_none_or(|scenarios| scenarios.is_whole)
    }

    fn may_be_unset(&self, field: &FieldPath) -> bool {
        self.attribute(field).is_some_and(|attribute| !attribute.required)
    }

    fn scenario(&self, usual: &Entries, unset: &[&FieldPath], blank: &[&FieldPath]) -> Scenario {
        let mut item = usual.clone();
        for field in unset {
            let Some(name) = self.attribute(field).map(|attribute| attribute.name.value.as_str()) else { continue };
            match field.path.as_slice() {
                [] => item.retain(|(known, _)| known != name),
                path => {
                    if let Some((_, value)) = item.iter_mut().find(|(known, _)| known == name) {
                        take(value, path);
                    }
                }
            }
        }
        for field in blank {
            if let Some((_, value)) = item.iter_mut().find(|(known, _)| *known == field.name) {
                *value = Value::text("");
            }
        }
        let owned = |fields: &[&FieldPath]| fields.iter().map(|field| (*field).clone()).collect();
        let keys = self.write(&item);
        Scenario { unset: owned(unset), blank: owned(blank), item, keys }
    }

    /// The keys that the engine writes for an item.
    pub fn write(&self, item: &Entries) -> KeyBuffer {
        let mut keys = KeyBuffer::default();
        self.engine.write(&self.engine.map(item), &mut keys, &mut ());
        keys
    }

    /// Writes the keys of an item and shows where each part came from.
    pub fn trace<R>(&self, item: &Entries, look: impl FnOnce(&Fields<'_>, &KeyBuffer, &Recorder<'_>) -> R) -> R {
        let fields = self.engine.map(item);
        let (mut keys, mut recorder) = (KeyBuffer::default(), Recorder::default());
        self.engine.write(&fields, &mut keys, &mut recorder);
        look(&fields, &keys, &recorder)
    }

    /// The same for one key, which is the first in the buffer and for the recorder.
    pub fn trace_one<R>(&self, item: &Entries, key: usize, look: impl FnOnce(&KeyBuffer, &Recorder<'_>) -> R) -> R {
        let fields = self.engine.map(item);
        let (mut keys, mut recorder) = (KeyBuffer::default(), Recorder::default());
        self.engine.write_one(&fields, key, &mut keys, &mut recorder);
        look(&keys, &recorder)
    }

    /// True where every value of an item is one that its attribute may have, and every required one is there.
    pub fn conforms(&self, item: &Entries) -> bool {
        // Items mostly have their attributes in the model's order.
        let mut next = 0;
        self.model().attributes.iter().all(|attribute| {
            let is_own = |(name, _): &(Cow<'_, str>, _)| *name == attribute.name.value;
            let at = match item.get(next).is_some_and(is_own) {
                true => Some(next),
                false => item.iter().position(is_own),
            };
            match at {
                Some(at) => {
                    next = at + 1;
                    conforms(attribute, &item[at].1)
                }
                None => !attribute.required,
            }
        })
    }

    /// An item as a witness shows it: the fields that keys use.
    pub fn witness_item(&self, item: &Entries) -> WitnessItem {
        self.with_fields(item, &self.key_fields())
    }

    /// An item as a witness of some of its keys shows it: the fields that these keys use.
    pub fn witness_of<'k>(&self, item: &Entries, keys: impl IntoIterator<Item = &'k KeyOf<'k>>) -> WitnessItem {
        let used: Vec<&FieldPath> = keys.into_iter().flat_map(KeyOf::fields).collect();
        self.with_fields(item, &used)
    }

    fn with_fields(&self, item: &Entries, used: &[&FieldPath]) -> WitnessItem {
        let used: BTreeSet<&str> =
            used.iter().filter_map(|field| Some(self.attribute(field)?.name.value.as_str())).collect();
        let is_used = |name: &str| used.contains(name);
        WitnessItem {
            entity: self.name().to_owned(),
            fields: item
                .iter()
                .filter(|(name, _)| is_used(name))
                .map(|(name, value)| (name.to_string(), value.clone()))
                .collect(),
        }
    }
}

impl<'e> KeyOf<'e> {
    /// Its attribute.
    pub fn attribute(&self) -> &'e str {
        &self.key.attribute.value
    }

    /// The place of the whole key: `{ attribute = …, … }`.
    pub fn place(&self) -> Place {
        self.entity.place(self.key.span)
    }

    /// The place of its attribute's name.
    pub fn attribute_place(&self) -> Place {
        self.entity.place(self.key.attribute.span)
    }

    /// How it is built when every field has a value.
    pub fn ways(&self) -> Vec<Way<'e>> {
        ways(self.key, self.entity.engine.dialect())
    }

    /// The fields that it uses, conditions included, each once.
    pub fn fields(&self) -> Vec<&'e FieldPath> {
        fields_of(self.key)
    }

    /// The shape of the keys of items that keep to the model.
    pub fn shape(&self) -> &'e Shape {
        self.language(Values::Any, &[]).shape()
    }

    /// The automaton of that shape; none where it would be too large.
    pub fn automaton(&self) -> Option<&'e Automaton> {
        self.language(Values::Any, &[]).automaton()
    }

    /// The shape of the keys of some of these items. The design is that of the entity: it is asked once.
    pub fn shape_of(&self, values: Values, design: &Design) -> &'e Shape {
        self.language(values, &design.delimiters()).shape()
    }

    /// The automaton of that shape; none where it would be too large.
    pub fn automaton_of(&self, values: Values, design: &Design) -> Option<&'e Automaton> {
        self.language(values, &design.delimiters()).automaton()
    }

    /// Whether a key of this kind and one of the other can be the same text, as far as their languages tell. The design
    /// is that of both.
    pub fn meeting(&self, other: &Self, values: Values, design: &Design, budget: &mut Budget) -> Meet {
        let delimiters = design.delimiters();
        self.language(values, &delimiters).meeting(other.language(values, &delimiters), budget)
    }

    /// True where a key of this kind and one of the other can be the same text, as far as their languages tell, and that
    /// can be told. The design is that of both.
    pub fn meets(&self, other: &Self, values: Values, design: &Design) -> bool {
        self.meeting(other, values, design, &mut Budget::default()) == Meet::Shared
    }

    /// False where small automata already tell the two apart, for all items that keep to the models.
    pub fn may_meet(&self, other: &Self) -> bool {
        self.may_meet_within(other, &mut Budget::default())
    }

    /// The same within a budget.
    pub fn may_meet_within(&self, other: &Self, budget: &mut Budget) -> bool {
        self.language(Values::Any, &[]).may_meet(other.language(Values::Any, &[]), budget)
    }

    /// True where both keys have exactly the same texts; none where that is not decided.
    pub fn equals(&self, other: &Self, budget: &mut Budget) -> Option<bool> {
        let (own, other) = (self.language(Values::Any, &[]), other.language(Values::Any, &[]));
        own.equals(other, budget)
    }

    /// True where the languages of the key that were asked for could be made, and are the key's own.
    pub fn is_decided(&self) -> bool {
        self.entity.languages[self.number].iter().filter_map(OnceLock::get).all(Language::is_decided)
    }

    fn language(&self, values: Values, delimiters: &[&str]) -> &'e Language {
        let Self { entity, number, .. } = *self;
        entity.languages[number][values as usize].get_or_init(|| {
            let apart = delimiters.iter().filter(|_| values == Values::Plain).map(|one| (*one).to_owned());
            let most = Some(entity.shares.weight);
            let assumption = Assumption { not_blank: values != Values::Any, apart: apart.collect(), most };
            Language::new(entity.engine.conforming(number, assumption), entity.shares.automaton)
        })
    }

    /// What stands between its parts: build_key always puts `#`, a template what the project agreed on.
    pub fn delimiter<'d>(&self, design: &'d Design) -> &'d str {
        delimiter_of(self.key, self.entity.engine.dialect(), &design.delimiter)
    }

    /// What a finding about it is about: entity, index, attribute.
    pub fn subject(&self) -> [String; 3] {
        [self.entity.name().to_owned(), self.index.name.value.clone(), self.attribute().to_owned()]
    }

    /// "partition key `pk`", "sort key `gsi1_sk` of `gsi1`".
    pub fn name(&self) -> String {
        let index = match self.index.kind {
            crate::model::IndexKind::Primary => String::new(),
            _ => format!(" of `{}`", self.index.name.value),
        };
        format!("{} `{}`{index}", self.half.name(), self.attribute())
    }
}

/// The place of an element in the list that it is in.
fn place_of<T>(all: &[T], one: &T) -> Option<usize> {
    let from = std::ptr::from_ref(one).addr().checked_sub(all.as_ptr().addr())?;
    let at = from / size_of::<T>().max(1);
    all.get(at).is_some_and(|own| std::ptr::eq(own, one)).then_some(at)
}

/// Fields, each once, in the order in which they were added.
#[derive(Default)]
struct FieldList<'f> {
    all: Vec<&'f FieldPath>,
    known: BTreeSet<(Option<usize>, &'f [String])>,
}

impl<'f> FieldList<'f> {
    fn add(&mut self, field: &'f FieldPath) {
        if self.known.insert((field.attribute, &field.path)) {
            self.all.push(field);
        }
    }
}

/// The fields that a key uses, conditions included, each once.
fn fields_of(key: &Key) -> Vec<&FieldPath> {
    let mut fields = FieldList::default();
    match &key.value {
        KeyValue::One(rule) => rule.visit_expressions(&mut |one| one.visit_fields(&mut |field, _| fields.add(field))),
        KeyValue::Cases(cases) => {
            for case in cases {
                if let Some(when) = &case.when {
                    when.visit_fields(&mut |field, _| fields.add(field));
                }
                case.rule.visit_expressions(&mut |one| one.visit_fields(&mut |field, _| fields.add(field)));
            }
        }
    }
    fields.all
}

/// Of so many fields every combination is tried; of more, one, two and all of them.
const ALL_UP_TO: usize = 5;

/// How many combinations of so many fields there are to try.
fn subset_count(fields: usize) -> usize {
    if fields <= ALL_UP_TO { (1 << fields) - 1 } else { fields + fields.saturating_mul(fields - 1) / 2 + 1 }
}

/// The combinations of fields to try, none of them empty; at most so many: each field alone, and all, come first.
fn subsets<'f>(fields: &[&'f FieldPath], most: usize) -> Vec<Vec<&'f FieldPath>> {
    let count = fields.len();
    if count <= ALL_UP_TO {
        let chosen = |mask: usize| (0..count).filter(|at| mask >> at & 1 == 1).map(|at| fields[at]).collect();
        return (1..1_usize << count).map(chosen).collect();
    }
    let pairs = fields
        .iter()
        .enumerate()
        .flat_map(|(at, first)| fields[at + 1..].iter().map(move |second| vec![*first, *second]));
    let single = fields.iter().map(|field| vec![*field]);
    let mut all: Vec<Vec<&FieldPath>> = single.chain(pairs).take(most.saturating_sub(1)).collect();
    all.push(fields.to_vec());
    all
}

/// Puts a usual text at a path into a value, which becomes a map on the way.
fn put(value: &mut Value<'static>, path: &[String]) {
    let [first, rest @ ..] = path else {
        if matches!(value, Value::None) {
            *value = Value::text("abc");
        }
        return;
    };
    if !matches!(value, Value::Map(_)) {
        *value = Value::Map(Vec::new());
    }
    let Value::Map(entries) = value else { return };
    let at = match entries.iter().position(|(name, _)| name == first) {
        Some(at) => at,
        None => {
            entries.push((Cow::Owned(first.clone()), Value::None));
            entries.len() - 1
        }
    };
    put(&mut entries[at].1, rest);
}

/// Takes what is at a path out of a value.
fn take(value: &mut Value<'static>, path: &[String]) {
    let Value::Map(entries) = value else { return };
    match path {
        [] => {}
        [last] => entries.retain(|(name, _)| name != last),
        [first, rest @ ..] => {
            if let Some((_, inner)) = entries.iter_mut().find(|(name, _)| name == first) {
                take(inner, rest);
            }
        }
    }
}
