//! What is wrong with a key to look at: what the rules about items and the audit have in common.

use super::fields::{Fields, State};
use super::python::{equal, is_blank, str_of, strip, to_int};
use super::trace::{Part, PartKind};
use crate::model::{Expression, ExpressionKind, Filter, Model};
use crate::text::Exact;
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

/// A value that mapping changed on its way into a key.
#[derive(Clone, Copy, Debug)]
pub struct Loss<'l> {
    /// As the item has it.
    pub before: &'l Value<'l>,
    /// As the key has it.
    pub after: &'l Value<'l>,
}

/// What a part of a key lost when its field was mapped; none where it says what the item says.
pub fn loss<'l>(part: &Part<'_>, fields: &'l Fields<'l>, model: &Model) -> Option<Loss<'l>> {
    let PartKind::Field(field) = part.kind else { return None };
    let State::Coerced(before) = fields.state(field) else { return None };
    let after = fields.value(field);
    let default = field.attribute.and_then(|at| model.attributes.get(at)).and_then(|own| own.default.as_ref());
    let is_harmless = match before {
        // Null that becomes the default is what a default is for.
        Value::None => default.is_some_and(|default| equal(after, &default.value)),
        // A map laid over its default loses nothing.
        Value::Map(_) if matches!(after, Value::Map(_)) && !before.is_rounded() => true,
        // The digits behind the point are cut anyway.
        Value::Decimal(number) if part.expression.is_some_and(prints_whole) => {
            let whole = Exact::parse(&number.text).and_then(|own| own.truncated());
            let cut = to_int(after).ok().and_then(|own| str_of(&own));
            whole.is_some() && whole == cut
        }
        before => equal(before, after) || (!before.is_rounded() && str_of(before) == str_of(after)),
    };
    (!is_harmless).then_some(Loss { before, after })
}

/// True of an expression that makes a whole number of its field before anything else.
fn prints_whole(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Filter(inner, Filter::Int) => matches!(inner.kind, ExpressionKind::Field(_)),
        ExpressionKind::Filter(inner, _) => prints_whole(inner),
        ExpressionKind::If { then, otherwise, .. } => {
            let is_literal = |one: &Expression| matches!(one.kind, ExpressionKind::Literal(_));
            let is_safe = |one: &Expression| is_literal(one) || prints_whole(one);
            is_safe(then) && is_safe(otherwise)
        }
        _ => false,
    }
}
