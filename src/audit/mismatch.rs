//! What a stored key tells that is not what the model writes: whether the item stores the fields that it is made of, and
//! whether a number alone differs.

use std::borrow::Cow;

use super::auditor::KeyFacts;
use super::computed::filled;
use super::defect::Defect;
use super::outline::{Known, Spelling, Tolerance, fits, outline};
use super::reasons::Reason;
use super::shown::{Shown, key_text};
use super::state::{Cause, Subject};
use super::unstored::Unstored;
use super::worker::Worker;
use crate::key::python::{equal, str_of};
use crate::key::{Engine, Fields, Part, PartKind, Recorder, State, Written, loss};
use crate::model::{FieldPath, KeyValue};
use crate::value::Value;

/// A key of an item that is compared.
pub(super) struct Comparison<'c, 'm> {
    pub entity: usize,
    pub number: usize,
    pub facts: &'c KeyFacts,
    pub engine: &'m Engine,
    /// The fields that keys of the entity use.
    pub own_fields: &'c [FieldPath],
    pub fields: &'c Fields<'c>,
    pub recorder: &'c Recorder<'m>,
}

/// True of a part that says another value than the item.
pub(super) fn is_lossy(part: &Part<'_>, of: &Comparison<'_, '_>) -> bool {
    loss(part, of.fields, of.engine.model()).is_some() && !of.engine.is_eager(of.number)
}

/// The field of the first such part.
pub(super) fn rounded_field(of: &Comparison<'_, '_>) -> Option<String> {
    let part = of.recorder.parts(of.number).iter().find(|part| is_lossy(part, of))?;
    match part.kind {
        PartKind::Field(field) => Some(field.name.clone()),
        _ => None,
    }
}

/// What a stored key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It is as the model writes it, as far as that can be compared.
    Right,
    /// The item does not store fields that it is made of.
    Missing(Missing),
    /// It holds the number as it is stored, which mapping rounds: the field.
    Rounded(String),
    /// The same number is printed in another way: the field.
    Respelled(String, Spelling),
    /// A computed part is none of the values that the model says: the field.
    NotOfPattern(String),
    /// It is another one.
    Stale,
}

/// Fields that the item does not store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// The places of the fields among those of the entity.
    pub fields: Vec<usize>,
    /// True where the model says that every item has one of them.
    pub is_required: bool,
    /// True where the rest of the key is not what the model writes.
    pub differs: bool,
    /// What the model writes, with the names of what is missing.
    pub expected: Option<String>,
}

/// A key as the model may write it.
struct Way<'m> {
    text: String,
    parts: Vec<Part<'m>>,
    value: Option<Value<'static>>,
}

/// How many fields are told of those that a key lacks.
const MOST_FIELDS: usize = 3;

/// From the closest look at a key to the loosest.
const LOOKS: [Tolerance; 6] = [
    Tolerance { rounded: false, spelling: None, computed: false },
    Tolerance { rounded: true, spelling: None, computed: false },
    Tolerance { rounded: true, spelling: Some(Spelling::Padding), computed: false },
    Tolerance { rounded: true, spelling: Some(Spelling::WholeFloat), computed: false },
    Tolerance { rounded: true, spelling: Some(Spelling::Any), computed: false },
    Tolerance { rounded: true, spelling: Some(Spelling::Any), computed: true },
];

/// Why an item lacks a key that the model writes, and what that is: with the names of fields that the item does not store.
pub(super) fn lacking(of: &Comparison<'_, '_>, written: Option<String>) -> (Reason, Option<String>) {
    let model = of.engine.model();
    let is_computed = |place: &usize| {
        let at = of.own_fields.get(*place).and_then(|field| field.attribute);
        at.and_then(|at| model.attributes.get(at)).is_some_and(|attribute| attribute.computed)
    };
    let ways = if of.engine.is_eager(of.number) { Vec::new() } else { ways(of) };
    match missing(of, &ways).filter(|missing| !missing.fields.iter().any(is_computed)) {
        _ if written.is_none() => (Reason::default(), None),
        None => ((Cause::NotWritten, String::new()), written),
        Some(missing) => {
            let names: Vec<&str> =
                missing.fields.iter().filter_map(|place| Some(of.own_fields.get(*place)?.name.as_str())).collect();
            let expected = ways.first().map(|way| way.text.clone());
            ((Cause::FieldsUnset, names.join(", ")), expected)
        }
    }
}

/// The ways in which the model may write a key, with the names of what the item does not store.
fn ways<'m>(of: &Comparison<'_, 'm>) -> Vec<Way<'m>> {
    let opened = of.fields.opened();
    let mut ways: Vec<Way<'_>> = Vec::new();
    of.engine.write_open(of.number, &opened, &mut |written, recorder| {
        let parts = recorder.parts(0);
        ways.extend(match written {
            Written::Text(text) | Written::Open(text) => {
                Some(Way { text: text.to_owned(), parts: parts.to_vec(), value: None })
            }
            // The one part of a typed key is the whole of it.
            Written::Typed(value) => str_of(value).map(|text| {
                let mut parts: Vec<Part<'_>> = parts.iter().take(1).copied().collect();
                parts.iter_mut().for_each(|part| part.end = text.len());
                Way { text, parts, value: Some(value.clone()) }
            }),
            Written::Absent | Written::Failed(_) => None,
        });
    });
    ways
}

/// What a stored key is that the model does not write, or of which it cannot write all.
pub(super) fn judge(of: &Comparison<'_, '_>, stored: &Value<'_>) -> Judged {
    let Some(text) = key_text(stored).filter(|_| !of.engine.is_eager(of.number)) else { return Judged::Stale };
    let ways = ways(of);
    let missing = missing(of, &ways);
    let known = Known { model: of.engine.model(), fields: of.fields, computed: &of.facts.computed };
    for look in LOOKS {
        let fits_it = |way: &&Way<'_>| match (&way.value, look == LOOKS[0]) {
            // Numbers are compared as numbers.
            (Some(value), true) => equal(stored, value),
            _ => fits(&text, &outline(&way.text, &way.parts, known, look, None)),
        };
        let Some(way) = ways.iter().find(fits_it) else { continue };
        let found = match look {
            Tolerance { computed: true, .. } => open_field(way).map(Judged::NotOfPattern),
            Tolerance { spelling: Some(spelling), .. } if missing.is_none() => {
                let one = |at: &usize| fits(&text, &outline(&way.text, &way.parts, known, look, Some(*at)));
                let number = (0..way.parts.len()).find(one).and_then(|at| way.parts.get(at));
                let field = number.and_then(field_of).or_else(|| way.parts.iter().find_map(field_of));
                field.map(|field| Judged::Respelled(field, spelling))
            }
            Tolerance { spelling: Some(_), .. } => None,
            Tolerance { rounded: true, .. } => {
                let is_rounded = |part: &&Part<'_>| loss(part, of.fields, of.engine.model()).is_some();
                way.parts.iter().find(is_rounded).and_then(field_of).map(Judged::Rounded)
            }
            _ => match missing.clone() {
                Some(missing) => Some(Judged::Missing(Missing { expected: Some(way.text.clone()), ..missing })),
                None => Some(Judged::Right),
            },
        };
        if let Some(found) = found {
            return found;
        }
    }
    match missing {
        Some(missing) => {
            let expected = ways.first().map(|way| way.text.clone()).filter(|text| !text.is_empty());
            Judged::Missing(Missing { differs: true, expected, ..missing })
        }
        None => Judged::Stale,
    }
}

/// What the model writes, with the computed parts as the stored key has them, where they can be told.
pub(super) fn with_computed(of: &Comparison<'_, '_>, stored: &str, written: &str) -> String {
    let known = Known { model: of.engine.model(), fields: of.fields, computed: &of.facts.computed };
    let pieces = outline(written, of.recorder.parts(of.number), known, LOOKS[0], None);
    filled(stored, written, of.recorder.parts(of.number), &pieces, &of.facts.delimiter)
}

fn field_of(part: &Part<'_>) -> Option<String> {
    match part.kind {
        PartKind::Field(field) | PartKind::Fallback(Some(field)) => Some(field.name.clone()),
        PartKind::Literal | PartKind::Fallback(None) => None,
    }
}

fn open_field(way: &Way<'_>) -> Option<String> {
    way.parts.iter().filter(|part| part.is_open).find_map(field_of)
}

/// The fields of a key that the item does not store and that matter; none where none do.
fn missing(of: &Comparison<'_, '_>, ways: &[Way<'_>]) -> Option<Missing> {
    let mut found: Vec<&FieldPath> = Vec::new();
    let mut add = |field| {
        if of.fields.is_missing(field) && !found.contains(&field) {
            found.push(field);
        }
    };
    let value = &of.engine.model_key(of.number).value;
    for expression in
        ways.iter().flat_map(|way| &way.parts).filter(|part| part.is_open).filter_map(|part| part.expression)
    {
        expression.visit_fields(&mut |field, _| add(field));
    }
    if let (KeyValue::Cases(cases), 2..) = (value, ways.len()) {
        for when in cases.iter().filter_map(|case| case.when.as_ref()) {
            when.visit_fields(&mut |field, _| add(field));
        }
    }
    let mut places: Vec<usize> =
        found.iter().filter_map(|field| of.own_fields.iter().position(|own| own == *field)).collect();
    places.sort_unstable();
    // Of many fields there would be more sets than anybody counts.
    places.truncate(MOST_FIELDS);
    let is_required = |field: &&FieldPath| {
        let attribute = field.attribute.and_then(|at| of.engine.model().attributes.get(at));
        let slot = field.attribute.and_then(|at| of.fields.slots.get(at));
        let is_gone = slot.is_some_and(|slot| matches!(slot.state, State::Unset | State::Null));
        is_gone && attribute.is_some_and(|attribute| attribute.required)
    };
    let is_required = found.iter().any(is_required);
    (!places.is_empty()).then_some(Missing { fields: places, is_required, differs: false, expected: None })
}

impl Worker<'_> {
    /// Counts what a key is that is not as the model writes it; false where nobody can say whether it is.
    pub(super) fn add_judged(
        &mut self,
        judged: Judged,
        of: &Comparison<'_, '_>,
        stored: Option<String>,
        expected: Option<String>,
        shown: &Shown<'_>,
    ) -> bool {
        let attribute = of.facts.attribute;
        let of_key = self.subject(Defect::StaleKey, of.entity, of.facts.index, attribute);
        let subject = match judged {
            Judged::Right => return false,
            Judged::Missing(missing) => {
                let is_compared = missing.differs;
                self.add_unstored(of_key, missing, stored, shown);
                return is_compared;
            }
            Judged::Rounded(field) => Subject { defect: Defect::LossyCoercion, detail: field, ..of_key },
            Judged::Respelled(field, spelling) => {
                let cause = match spelling {
                    Spelling::Padding => Cause::Padded,
                    Spelling::WholeFloat => Cause::WholeFloat,
                    Spelling::Any => Cause::Respelled,
                };
                Subject { detail: field, cause, ..of_key }
            }
            Judged::NotOfPattern(field) => Subject { detail: field, cause: Cause::NotOfPattern, ..of_key },
            Judged::Stale => of_key,
        };
        self.add(subject, shown, Some(attribute), stored, expected);
        true
    }

    /// Counts a key of which the item does not store a field; `subject` is what it is where other items do.
    pub(super) fn add_unstored(
        &mut self,
        subject: Subject,
        missing: Missing,
        stored: Option<String>,
        shown: &Shown<'_>,
    ) {
        let auditor = self.auditor;
        let attribute = subject.attribute.map(usize::from);
        let first = subject.entity.map_or(0, |entity| auditor.entities[usize::from(entity)].first_field);
        let Missing { fields, is_required, differs, expected } = missing;
        let fields = fields.iter().filter_map(|place| u16::try_from(first + place).ok()).collect();
        let example = || shown.example(auditor, attribute, stored, expected);
        let tally = self.state.unstored.entry(Unstored { subject, fields, is_required, differs }).or_default();
        tally.add(shown.rank, auditor.options.examples, example);
    }
}

/// The stored key as text.
pub(super) fn stored_text(stored: &Value<'_>) -> Option<String> {
    key_text(stored).map(Cow::into_owned)
}
