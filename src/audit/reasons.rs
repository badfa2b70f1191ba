//! Why a key is not what it should be, as far as the item tells: what a report's advice is made of.

use super::mismatch::Comparison;
use super::state::{Cause, Mistyped};
use crate::key::suspicious::{Placeholder, placeholder, stands_for_nothing, unfilled};
use crate::key::{Part, PartKind, State, Written};
use crate::model::{FieldPath, KeyType};
use crate::value::{Value, ValueKind};

/// The cause, and the field to blame; empty where none is.
pub(super) type Reason = (Cause, String);

fn field_of<'m>(part: &Part<'m>) -> Option<&'m FieldPath> {
    match part.kind {
        PartKind::Field(field) | PartKind::Fallback(Some(field)) => Some(field),
        PartKind::Literal | PartKind::Fallback(None) => None,
    }
}

fn is_unset(of: &Comparison<'_, '_>, field: &FieldPath) -> bool {
    matches!(of.fields.state(field), State::Unset | State::Null)
}

/// Why a key that is as the model writes it holds a placeholder: of the first part that does.
pub(super) fn printed(of: &Comparison<'_, '_>, text: &str) -> Reason {
    let found = of.recorder.parts(of.number).iter().find_map(|part| {
        let field = field_of(part)?;
        let own = text.get(part.start..part.end)?;
        let found = placeholder(part, own, is_unset(of, field), of.engine.model())?;
        Some((found, field))
    });
    let Some((found, field)) = found else { return Reason::default() };
    let cause = if of.engine.is_eager(of.number) {
        Cause::PrintedEarly
    } else if is_unset(of, field) {
        Cause::PrintedUnset
    } else {
        match found {
            Placeholder::Unfilled(what) => Cause::Unfilled(what),
            Placeholder::None => Cause::PrintedNone,
            Placeholder::Word | Placeholder::Dressed => Cause::PrintedWord,
        }
    };
    (cause, field.name.clone())
}

/// Why a key that is not as the model writes it holds a placeholder: of the field that prints that part of it.
pub(super) fn replaced(of: &Comparison<'_, '_>, stored: &str, written: &str, delimiter: &str) -> Reason {
    let (mut start, mut field) = (0, None);
    for (stored, written) in stored.split(delimiter).zip(written.split(delimiter)) {
        if stored != written && (stands_for_nothing(stored) || unfilled(stored).is_some()) {
            let end = start + written.len();
            let holds = |part: &&Part<'_>| part.start <= start && end <= part.end;
            field = of.recorder.parts(of.number).iter().find(holds).and_then(field_of);
            break;
        }
        start += written.len() + delimiter.len();
    }
    match field {
        Some(field) if is_unset(of, field) => (Cause::PrintedUnset, field.name.clone()),
        field => (Cause::Outdated, field.map(|field| field.name.clone()).unwrap_or_default()),
    }
}

/// Why a key is of another type than the model says.
pub(super) fn mistyped(of: &Comparison<'_, '_>, stored: &Value<'_>, written: Written<'_>) -> Option<Reason> {
    let (key, stored) = (of.engine.keys()[of.number].kind, stored.kind());
    // Plain JSON has no bytes: they are text there.
    if stored == key.holds() || (key, stored) == (KeyType::B, ValueKind::Text) {
        return None;
    }
    let field = of.recorder.parts(of.number).iter().find_map(field_of);
    let attribute = |field: &FieldPath| {
        let attribute = of.engine.model().attributes.get(field.attribute?)?;
        field.path.is_empty().then_some(*attribute.kind)
    };
    let mistyped = Mistyped {
        stored,
        key,
        written: match written {
            Written::Text(_) | Written::Open(_) => Some(ValueKind::Text),
            Written::Typed(value) => Some(value.kind()),
            Written::Absent | Written::Failed(_) => None,
        },
        field: field.map(|field| of.fields.value(field).kind()),
        declared: field.and_then(attribute),
    };
    Some((Cause::Type(mistyped), field.map(|field| field.name.clone()).unwrap_or_default()))
}
