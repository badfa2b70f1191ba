//! The fields of one item, as the model sees them after mapping.

use std::borrow::Cow;

use super::coerce::{Coerced, coerce};
use super::python::equal;
use crate::model::FieldPath;
use crate::value::Value;

/// A value of an item, of a model, or one made on the way.
#[derive(Clone, Debug)]
pub enum Held<'a> {
    /// Of the item or of the model.
    Ref(&'a Value<'a>),
    /// Made on the way.
    Own(Value<'a>),
}

impl<'a> Held<'a> {
    /// The value.
    pub fn get(&self) -> &Value<'a> {
        match self {
            Held::Ref(value) => value,
            Held::Own(value) => value,
        }
    }
}

/// How a field came by its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State<'a> {
    /// The item does not have it, and it has no default.
    Unset,
    /// The item has it as null, and it has no default.
    Null,
    /// The item has it, and it stayed as it came.
    Given,
    /// The item does not have it, or has null, and it has its default.
    Default,
    /// The item has it, and it was converted to its default's type, lost to the default, or has more digits than a
    /// float; this is what it was.
    Coerced(&'a Value<'a>),
    /// It is computed where the key is written, and the item does not have it: nobody can say what it is.
    Unknown,
}

/// One field of one item.
#[derive(Clone, Debug)]
pub struct Slot<'a> {
    /// Its value.
    pub value: Held<'a>,
    /// How it came by it.
    pub state: State<'a>,
}

/// The fields of one item, in the order of the model's attributes.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    /// The fields.
    pub slots: Vec<Slot<'a>>,
    /// True where a field without a value is taken for one that is not known.
    is_open: bool,
}

const NONE: &Value<'static> = &Value::None;

impl<'a> Fields<'a> {
    /// The value of a field, or of a path into it; whatever is missing on the way is None.
    pub fn value(&self, field: &FieldPath) -> &Value<'a> {
        self.reach(field).unwrap_or(NONE)
    }

    /// How a field came by its value; what is missing on the way of a path is unset.
    pub fn state(&self, field: &FieldPath) -> State<'a> {
        let slot = field.attribute.and_then(|attribute| self.slots.get(attribute));
        match (slot, self.reach(field)) {
            (Some(Slot { state: State::Unknown, .. }), _) => State::Unknown,
            (None, _) | (_, None) => State::Unset,
            (Some(slot), Some(_)) if field.path.is_empty() => slot.state,
            (Some(_), Some(Value::None)) => State::Null,
            (Some(slot), Some(value)) => match slot.state {
                // What else is in the map does not matter.
                State::Coerced(before) => match before.at(&field.path) {
                    Some(own) if equal(own, value) => State::Given,
                    Some(own) => State::Coerced(own),
                    None => slot.state,
                },
                state => state,
            },
        }
    }

    /// True where an item gives a field no value: what the model's default is does not count.
    pub fn is_missing(&self, field: &FieldPath) -> bool {
        matches!(self.state(field), State::Unset | State::Null)
    }

    /// The same fields, of which those without a value are not known.
    pub fn opened(&self) -> Self {
        Self { slots: self.slots.clone(), is_open: true }
    }

    /// True where nobody can say what a field's value is.
    pub(super) fn is_unknown(&self, field: &FieldPath) -> bool {
        let slot = field.attribute.and_then(|attribute| self.slots.get(attribute));
        slot.is_some_and(|slot| slot.state == State::Unknown) || (self.is_open && self.is_missing(field))
    }

    fn reach(&self, field: &FieldPath) -> Option<&Value<'a>> {
        let slot = field.attribute.and_then(|attribute| self.slots.get(attribute))?;
        if field.path.is_empty() {
            return Some(slot.value.get());
        }
        field.path.iter().try_fold(slot.value.get(), |value, key| value.get(key))
    }
}

/// A field of a model, as mapping needs it.
#[derive(Clone, Debug)]
pub(super) struct FieldRule {
    pub name: String,
    pub default: Option<Value<'static>>,
    pub is_computed: bool,
}

impl FieldRule {
    fn initial(&self) -> Slot<'_> {
        match &self.default {
            None if self.is_computed => Slot { value: Held::Ref(NONE), state: State::Unknown },
            Some(default) => Slot { value: Held::Ref(default), state: State::Default },
            None => Slot { value: Held::Ref(NONE), state: State::Unset },
        }
    }

    fn given<'a>(&'a self, value: &'a Value<'a>) -> Slot<'a> {
        match value.mapped() {
            // Python has no decimals any more when it looks at the default.
            Some(mapped) => self.slot(value, Cow::Owned(mapped)),
            None => self.slot(value, Cow::Borrowed(value)),
        }
    }

    /// The slot of a value, which mapping has made of `before`.
    fn slot<'a>(&'a self, before: &'a Value<'a>, value: Cow<'a, Value<'a>>) -> Slot<'a> {
        let kept = |value: Cow<'a, Value<'a>>| {
            let state = if before.is_rounded() { State::Coerced(before) } else { State::Given };
            match value {
                Cow::Borrowed(value) => Slot { value: Held::Ref(value), state },
                Cow::Owned(value) => Slot { value: Held::Own(value), state },
            }
        };
        let Some(default) = &self.default else {
            return match before {
                Value::None if self.is_computed => self.initial(),
                Value::None => Slot { value: Held::Ref(before), state: State::Null },
                _ => kept(value),
            };
        };
        match coerce(default, &value) {
            Coerced::Kept => kept(value),
            Coerced::Changed(changed) => Slot { value: Held::Own(changed), state: State::Coerced(before) },
            // Null leaves the default as it is, which is what a default is for; any other value is lost.
            Coerced::Refused if matches!(before, Value::None) => self.initial(),
            Coerced::Refused => Slot { value: Held::Ref(default), state: State::Coerced(before) },
        }
    }
}

/// Finds a model's fields by name.
#[derive(Clone, Debug)]
pub(super) struct FieldTable {
    pub rules: Vec<FieldRule>,
    /// Places in `rules`, sorted by name.
    by_name: Vec<usize>,
}

impl FieldTable {
    pub fn new(rules: Vec<FieldRule>) -> Self {
        let mut by_name: Vec<usize> = (0..rules.len()).collect();
        by_name.sort_by(|left, right| rules[*left].name.cmp(&rules[*right].name));
        Self { rules, by_name }
    }

    /// The place of the field called `name`; `guess` is tried first, since items mostly list fields in the model's order.
    fn find(&self, name: &str, guess: usize) -> Option<usize> {
        if self.rules.get(guess).is_some_and(|rule| rule.name == name) {
            return Some(guess);
        }
        let at = self.by_name.binary_search_by(|place| self.rules[*place].name.as_str().cmp(name)).ok()?;
        Some(self.by_name[at])
    }

    /// Maps an item's entries onto the fields. Entries that the model does not have are dropped, as the library drops them.
    pub fn map<'a>(&'a self, item: &'a [(Cow<'a, str>, Value<'a>)]) -> Fields<'a> {
        let mut slots: Vec<Slot<'a>> = self.rules.iter().map(FieldRule::initial).collect();
        let mut guess = 0;
        for (name, value) in item {
            if let Some(place) = self.find(name, guess) {
                slots[place] = self.rules[place].given(value);
                guess = place + 1;
            }
        }
        Fields { slots, is_open: false }
    }

    pub fn has(&self, name: &str) -> bool {
        self.find(name, usize::MAX).is_some()
    }
}
