//! What is wrong with a key to look at: what the rules about items and the audit have in common.

use super::fields::Fields;
use super::python::{is_blank, is_true, str_of, strip};
use super::trace::{Part, PartKind};
use crate::model::{Expression, ExpressionKind, FieldPath, Filter, Model};
use crate::value::Value;

/// The words that stand for nothing in Python, JSON and JavaScript.
pub const NOTHING: [&str; 4] = ["none", "null", "undefined", "nan"];

/// True of a word that stands for nothing, in any case, with white space around it or without.
pub fn stands_for_nothing(text: &str) -> bool {
    let text = strip(text);
    matches!(text.len(), 3 | 4 | 9) && NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// How a part says that its field has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// It is a word that stands for nothing.
    Word,
    /// It holds `None` among other text, since the field is unset: `00000000None`.
    Dressed,
    /// The expression itself gave none.
    None,
}

/// How a part of a key says that its field has no value, where it does. `text` is the part's; `is_unset` is true where
/// the item gives its field none.
pub fn placeholder(part: &Part<'_>, text: &str, is_unset: bool, model: &Model) -> Option<Placeholder> {
    let is_field = match part.kind {
        PartKind::Field(_) => true,
        PartKind::Fallback(Some(_)) => false,
        PartKind::Fallback(None) | PartKind::Literal => return None,
    };
    // A literal that stands in for a field is the model's own text, unless it is none.
    if is_field && stands_for_nothing(text) && (is_unset || !is_listed(part, text, model)) {
        Some(Placeholder::Word)
    } else if is_field && is_unset && text.to_ascii_lowercase().contains("none") {
        Some(Placeholder::Dressed)
    } else if part.none && !text.is_empty() {
        Some(Placeholder::None)
    } else {
        None
    }
}

/// True where the model's `enum` has the text as a value of the part's field, in whatever case the dialect writes it.
fn is_listed(part: &Part<'_>, text: &str, model: &Model) -> bool {
    let PartKind::Field(field) = part.kind else { return false };
    let attribute = field.attribute.and_then(|at| model.attributes.get(at));
    let is_text = |value: &Value<'_>| matches!(value, Value::Str(own) if own.eq_ignore_ascii_case(text));
    field.path.is_empty() && attribute.is_some_and(|own| own.allowed.iter().any(|one| is_text(&one.value)))
}

/// The text of a value of a field that is false though it is set: 0, 0.0, `False`.
pub fn false_value(fields: &Fields<'_>, field: &FieldPath) -> Option<String> {
    let value = fields.value(field);
    let is_number = matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_));
    (is_number && !is_true(value)).then(|| str_of(value)).flatten()
}

/// True where an expression asks whether a field is true: with `or`, `and`, `if` or `not`.
pub fn asks_truth(expression: &Expression, field: &FieldPath) -> bool {
    fn is(expression: &Expression, field: &FieldPath) -> bool {
        match &expression.kind {
            ExpressionKind::Field(own) => own == field,
            ExpressionKind::Filter(inner, Filter::Int | Filter::Float) => is(inner, field),
            ExpressionKind::Not(inner) => is(inner, field),
            ExpressionKind::And(left, right) | ExpressionKind::Or(left, right) => is(left, field) || is(right, field),
            _ => false,
        }
    }
    match &expression.kind {
        ExpressionKind::Or(left, right) | ExpressionKind::And(left, right) => {
            is(left, field) || asks_truth(left, field) || asks_truth(right, field)
        }
        ExpressionKind::Not(inner) => is(inner, field) || asks_truth(inner, field),
        ExpressionKind::If { condition, then, otherwise } => {
            is(condition, field) || [condition, then, otherwise].into_iter().any(|one| asks_truth(one, field))
        }
        ExpressionKind::Filter(inner, _) => asks_truth(inner, field),
        ExpressionKind::Equal(left, right) | ExpressionKind::NotEqual(left, right) => {
            asks_truth(left, field) || asks_truth(right, field)
        }
        ExpressionKind::Field(_) | ExpressionKind::Literal(_) => false,
    }
}

/// Where a blank part leaves its key with an empty part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// The bare prefix is left, the same for all such items.
    Bare,
    /// The key begins with a delimiter.
    Start,
    /// The key ends with a delimiter.
    End,
    /// There are two delimiters beside each other.
    Middle,
}

/// What a blank part does to its key, where it does something. `key` is the whole key, `stopped` true where its chain
/// ended early, `is_primary` true for a key of the table itself.
pub fn blank(part: &Part<'_>, key: &str, stopped: bool, delimiter: &str, is_primary: bool) -> Option<Blank> {
    if !matches!(part.kind, PartKind::Field(_) | PartKind::Fallback(Some(_))) {
        return None;
    }
    let (before, text, after) = (key.get(..part.start)?, key.get(part.start..part.end)?, key.get(part.end..)?);
    if (stopped && part.start == key.len()) || !is_blank(text) {
        return None;
    }
    // A field's own blank leaves the bare prefix: one key for all such items. In an index that is harmless, and a
    // literal blank, `{name or ''}`, is meant.
    let is_bare = is_primary && matches!(part.kind, PartKind::Field(_)) && part.start == part.end && !before.is_empty();
    let opens = before.is_empty() || before.ends_with(delimiter);
    let closes = after.is_empty() || after.starts_with(delimiter);
    match (opens && closes, before.is_empty(), after.is_empty()) {
        (false, ..) => is_bare.then_some(Blank::Bare),
        (true, true, _) => Some(Blank::Start),
        (true, false, true) => Some(Blank::End),
        (true, false, false) => Some(Blank::Middle),
    }
}

/// True of a field's part that holds the delimiter, in a key of several parts. `key` is the whole key.
pub fn holds_delimiter(part: &Part<'_>, parts: &[Part<'_>], key: &str, delimiter: &str) -> bool {
    // A key that is one value and nothing else has no parts to confuse.
    let is_composed = || parts.iter().filter(|part| part.end > part.start).count() > 1;
    matches!(part.kind, PartKind::Field(_))
        && key.get(part.start..part.end).is_some_and(|text| text.contains(delimiter))
        && is_composed()
}
