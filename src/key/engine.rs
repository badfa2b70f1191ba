//! A model compiled for evaluation. Writing keys parses nothing and allocates nothing but the room in the buffer.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::evaluate::{Failure, evaluate, evaluate_cell, write_template};
use super::fields::{FieldRule, FieldTable, Fields};
use super::pairs::{Customs, PairWriter, Side};
use super::python::is_true;
use super::shape::Shape;
use super::trace::{Noting, Recorder, Trace};
use super::values::Assumption;
use crate::model::{Case, Dialect, Index, KeyType, KeyValue, Model, Rule};
use crate::value::Value;

/// A model and a dialect, ready to write keys.
#[derive(Clone, Debug)]
pub struct Engine {
    model: Arc<Model>,
    dialect: Dialect,
    customs: Customs,
    fields: FieldTable,
    keys: Vec<EngineKey>,
    indexes: Vec<EngineIndex>,
}

/// Which half of an index a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The partition key.
    Partition,
    /// The sort key.
    Sort,
}

impl Half {
    /// The most bytes that DynamoDB takes:
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys>
    pub fn max_bytes(self) -> usize {
        match self {
            Half::Partition => 2048,
            Half::Sort => 1024,
        }
    }

    /// The field's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Half::Partition => "partition key",
            Half::Sort => "sort key",
        }
    }
}

/// A key that the entity writes. Its number is its place in [`Engine::keys`].
#[derive(Clone, Debug)]
pub struct EngineKey {
    /// Where it stands in the model: the index, the half and the place in that half.
    place: (usize, Half, usize),
    /// Its attribute.
    pub attribute: String,
    /// The type of its attribute.
    pub kind: KeyType,
    /// Which half of the index it is.
    pub half: Half,
    /// The index in the model's list.
    pub index: usize,
    eager: bool,
}

/// An index as the engine sees it: the numbers of its keys.
#[derive(Clone, Debug)]
pub struct EngineIndex {
    /// Its partition keys; a local index has the table's.
    pub partition_keys: Vec<usize>,
    /// Its sort keys.
    pub sort_keys: Vec<usize>,
}

/// The keys of one item. Cleared and filled again for the next.
#[derive(Clone, Debug, Default)]
pub struct KeyBuffer {
    text: String,
    values: Vec<Stored>,
}

#[derive(Clone, Debug)]
enum Stored {
    Text(Range<usize>),
    Open(Range<usize>),
    Typed(Value<'static>),
    Failed(Failure),
}

/// What was written for a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Written<'b> {
    /// Text.
    Text(&'b str),
    /// A typed value: a number, bytes, or what a key cannot hold.
    Typed(&'b Value<'static>),
    /// Text of which a part is not known, since the item lacks a field that is computed: in its place is the field's name
    /// in braces. Empty where not even that can be said, for a condition hangs on it.
    Open(&'b str),
    /// None: the attribute is left out of the item.
    Absent,
    /// Python raises while it builds the key.
    Failed(&'b Failure),
}

impl KeyBuffer {
    /// What was written for the key with this number.
    pub fn get(&self, key: usize) -> Written<'_> {
        match self.values.get(key) {
            Some(Stored::Text(range)) => Written::Text(&self.text[range.clone()]),
            Some(Stored::Open(range)) => Written::Open(&self.text[range.clone()]),
            Some(Stored::Typed(value)) if !matches!(value, Value::None) => Written::Typed(value),
            Some(Stored::Failed(failure)) => Written::Failed(failure),
            Some(Stored::Typed(_)) | None => Written::Absent,
        }
    }

    /// How many keys were written.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// True before the first item.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Engine {
    /// Compiles a model for a dialect.
    pub fn new(model: Arc<Model>, dialect: Dialect) -> Self {
        let fields = FieldTable::new(
            model
                .attributes
                .iter()
                .map(|attribute| FieldRule {
                    name: attribute.name.value.clone(),
                    default: attribute.default.as_ref().map(|default| default.value.clone()),
                    is_computed: attribute.computed,
                })
                .collect(),
        );
        let mut keys: Vec<EngineKey> = Vec::new();
        let mut indexes: Vec<EngineIndex> = Vec::new();
        for (place, index) in model.indexes.iter().enumerate() {
            let mut add = |half: Half| -> Vec<usize> {
                half_of(index, half)
                    .iter()
                    .enumerate()
                    .map(|(at, key)| {
                        keys.push(EngineKey {
                            place: (place, half, at),
                            attribute: key.attribute.value.clone(),
                            kind: key.kind,
                            half,
                            index: place,
                            eager: key.eager,
                        });
                        keys.len() - 1
                    })
                    .collect()
            };
            let partition_keys = add(Half::Partition);
            let sort_keys = add(Half::Sort);
            indexes.push(EngineIndex { partition_keys, sort_keys });
        }
        let primary = model.indexes.iter().position(|index| index.kind == crate::model::IndexKind::Primary);
        if let Some(own) = primary.map(|primary| indexes[primary].partition_keys.clone()) {
            for (place, index) in model.indexes.iter().enumerate() {
                if index.kind == crate::model::IndexKind::Local {
                    indexes[place].partition_keys.clone_from(&own);
                }
            }
        }
        Self { customs: Customs::of(dialect.era()), model, dialect, fields, keys, indexes }
    }

    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The dialect.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Every key that the entity writes, in the order of the indexes, the partition key before the sort key.
    pub fn keys(&self) -> &[EngineKey] {
        &self.keys
    }

    /// The indexes, in the order of the model.
    pub fn indexes(&self) -> &[EngineIndex] {
        &self.indexes
    }

    /// A key as the model has it.
    pub fn model_key(&self, key: usize) -> &crate::model::Key {
        self.placed(self.keys[key].place)
    }

    fn placed(&self, (index, half, at): (usize, Half, usize)) -> &crate::model::Key {
        &half_of(&self.model.indexes[index], half)[at]
    }

    /// True where a key is computed once, when the object is constructed.
    pub fn is_eager(&self, key: usize) -> bool {
        self.keys.get(key).is_some_and(|key| key.eager)
    }

    /// The shape of a key of items that keep to the model, or of some of these.
    pub fn conforming(&self, key: usize, assumption: Assumption) -> Shape {
        if self.is_eager(key) {
            // It is computed when no field is set yet.
            let mut keys = KeyBuffer::default();
            self.write(&self.map(&[]), &mut keys, &mut ());
            return Shape::Literal(match keys.get(key) {
                Written::Text(text) => text.to_owned(),
                _ => String::new(),
            });
        }
        Shape::assuming(&self.model_key(key).value, &self.model, &self.dialect, assumption)
    }

    /// True where the model has a field of this name.
    pub fn has_field(&self, name: &str) -> bool {
        self.fields.has(name)
    }

    /// Maps an item as `Model().map(item)` does.
    pub fn map<'a>(&'a self, item: &'a [(Cow<'a, str>, Value<'a>)]) -> Fields<'a> {
        self.fields.map(item)
    }

    /// Writes every key of an item, and tells `trace` where each part came from.
    pub fn write<'m, T: Trace<'m>>(&'m self, fields: &Fields<'_>, buffer: &mut KeyBuffer, trace: &mut T) {
        self.write_some(fields, 0..self.keys.len(), buffer, trace);
    }

    /// Writes one key of an item; in the buffer and in what `trace` hears it is the first.
    pub fn write_one<'m, T: Trace<'m>>(
        &'m self,
        fields: &Fields<'_>,
        key: usize,
        buffer: &mut KeyBuffer,
        trace: &mut T,
    ) {
        self.write_some(fields, key..key + 1, buffer, trace);
    }

    fn write_some<'m, T: Trace<'m>>(
        &'m self,
        fields: &Fields<'_>,
        keys: Range<usize>,
        buffer: &mut KeyBuffer,
        trace: &mut T,
    ) {
        buffer.text.clear();
        buffer.values.clear();
        // The fields of an object as it was constructed, for eager keys: made only where there are any.
        let keys = self.keys.get(keys).unwrap_or_default();
        let constructed = keys.iter().any(|key| key.eager).then(|| self.fields.map(&[]));
        for key in keys {
            let fields = match (&constructed, key.eager) {
                (Some(constructed), true) => constructed,
                _ => fields,
            };
            let stored = self.write_case(&self.placed(key.place).value, None, fields, &mut buffer.text, trace);
            buffer.values.push(stored);
        }
    }

    /// Writes a key of fields that are not all known, in each of the ways that may be taken: several where a condition
    /// hangs on what is not known.
    pub fn write_open<'m>(
        &'m self,
        key: usize,
        fields: &Fields<'_>,
        visit: &mut dyn FnMut(Written<'_>, &Recorder<'m>),
    ) {
        let value = &self.model_key(key).value;
        let mut one = |case: Option<&'m Case>| {
            let (mut buffer, mut recorder) = (KeyBuffer::default(), Recorder::default());
            let stored = self.write_case(value, case, fields, &mut buffer.text, &mut recorder);
            buffer.values.push(stored);
            visit(buffer.get(0), &recorder);
        };
        match value {
            KeyValue::One(_) => one(None),
            KeyValue::Cases(cases) => {
                for (at, case) in cases.iter().enumerate() {
                    let truth = match case.when.as_ref().map(|when| evaluate(when, fields)) {
                        None => Some(true),
                        Some(Ok(holds)) if holds.is_open => None,
                        Some(Ok(holds)) => Some(is_true(holds.value.get())),
                        // Python raises: there is no key.
                        Some(Err(_)) => return,
                    };
                    // The last case is taken where no other is.
                    if truth != Some(false) || at + 1 == cases.len() {
                        one(Some(case));
                    }
                    if truth == Some(true) {
                        return;
                    }
                }
            }
        }
    }

    /// Writes one key, of a case where that is known.
    fn write_case<'m, T: Trace<'m>>(
        &'m self,
        value: &'m KeyValue,
        case: Option<&'m Case>,
        fields: &Fields<'_>,
        text: &mut String,
        trace: &mut T,
    ) -> Stored {
        let start = text.len();
        trace.begin(start);
        let mut noting = Noting { inner: trace, is_open: false };
        match self.write_key(value, case, fields, text, &mut noting) {
            Ok(Some(typed)) => Stored::Typed(typed),
            Ok(None) if noting.is_open => Stored::Open(start..text.len()),
            Ok(None) => Stored::Text(start..text.len()),
            Err(NoKey::Undecided) => Stored::Open(start..start),
            Err(NoKey::Failed(failure)) => {
                text.truncate(start);
                trace.rewind(0, start);
                Stored::Failed(failure)
            }
        }
    }

    /// Writes one key: text into `out`, or returns a value that is not text.
    fn write_key<'m, T: Trace<'m>>(
        &'m self,
        value: &'m KeyValue,
        case: Option<&'m Case>,
        fields: &Fields<'_>,
        out: &mut String,
        trace: &mut T,
    ) -> Result<Option<Value<'static>>, NoKey> {
        let rule = match (value, case) {
            (KeyValue::One(rule), _) => rule,
            (KeyValue::Cases(_), Some(case)) => &case.rule,
            (KeyValue::Cases(cases), None) => match chosen(cases, fields)? {
                Some(case) => &case.rule,
                None => return Ok(Some(Value::None)),
            },
        };
        match rule {
            Rule::Template(template) => Ok(write_template(template, fields, out, trace).map(|()| None)?),
            Rule::Value(cell) => {
                let start = out.len();
                match evaluate_cell(cell, fields)? {
                    Side::Text(template) => write_template(template, fields, out, trace)?,
                    Side::Value(held, placeholder) => {
                        let Value::Str(text) = held.get() else {
                            if let Some(placeholder) = placeholder {
                                let none = matches!(held.get(), Value::None);
                                trace.placeholder(start, start, placeholder, none);
                            }
                            return Ok(Some(held.get().clone().into_owned()));
                        };
                        out.push_str(text);
                        match placeholder {
                            Some(placeholder) => trace.placeholder(start, out.len(), placeholder, false),
                            None => trace.literal(start, out.len()),
                        }
                    }
                }
                Ok(None)
            }
            Rule::BuildKey(pairs) => {
                let start = out.len();
                let mut writer = PairWriter { customs: self.customs, out, trace, start, written: 0 };
                let mut template =
                    |template: &&'m _, out: &mut String, trace: &mut T| write_template(template, fields, out, trace);
                for (at, pair) in pairs.iter().enumerate() {
                    let prefix = evaluate_cell(&pair.prefix, fields)?;
                    let value = evaluate_cell(&pair.value, fields)?;
                    if !writer.pair(&prefix, &value, &mut template)? {
                        writer.stopped(&value, at, pairs.len());
                        break;
                    }
                }
                writer.finish();
                Ok(None)
            }
        }
    }
}

fn half_of(index: &Index, half: Half) -> &[crate::model::Key] {
    match half {
        Half::Partition => &index.partition_keys.keys,
        Half::Sort => &index.sort_keys.keys,
    }
}

/// Why a key is not written.
enum NoKey {
    /// Python raises.
    Failed(Failure),
    /// The condition of a case is not known.
    Undecided,
}

impl From<Failure> for NoKey {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The first case whose condition is true, else the last.
fn chosen<'m>(cases: &'m [Case], fields: &Fields<'_>) -> Result<Option<&'m Case>, NoKey> {
    for case in cases {
        let holds = match &case.when {
            Some(when) => {
                let holds = evaluate(when, fields)?;
                if holds.is_open {
                    return Err(NoKey::Undecided);
                }
                is_true(holds.value.get())
            }
            None => true,
        };
        if holds {
            return Ok(Some(case));
        }
    }
    Ok(cases.last())
}
