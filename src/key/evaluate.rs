//! Expressions and templates, evaluated on the fields of an item.

use std::borrow::Cow;

use super::fields::{Fields, Held};
use super::python::{self, NoConversion, equal, is_true, parse_moment, push_str, to_float, to_int, zfill};
use super::trace::{Origin, Placeholder, Trace};
use crate::model::{Cell, Expression, ExpressionKind, FieldPath, Filter, Piece, Template};
use crate::value::Value;

/// Why a key has no value: Python would raise while it builds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exception as Python words it.
    pub message: String,
    /// The field to blame.
    pub field: Option<FieldPath>,
    /// True where Python does not raise: the text is so long that no item holds it, and is not written out.
    pub is_too_long: bool,
}

/// The most bytes of a text that is written. An item has 400 KB at most:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items>
pub const MOST_BYTES: usize = 1 << 20;

impl Failure {
    pub(super) fn new(message: impl Into<String>, origin: Option<Origin<'_>>) -> Self {
        Self { message: message.into(), field: origin.and_then(|origin| origin.field).cloned(), is_too_long: false }
    }

    /// A text of more than [`MOST_BYTES`].
    pub(super) fn too_long(origin: Option<Origin<'_>>) -> Self {
        Self { is_too_long: true, ..Self::new(format!("the text has more than {MOST_BYTES} bytes"), origin) }
    }
}

/// A value and what it is owed to.
pub(super) struct Evaluated<'v, 'm> {
    pub value: Held<'v>,
    pub origin: Origin<'m>,
    /// True where nobody can say what the value is, since a field is not known; `value` is then a text that stands for
    /// it, which is neither None nor blank.
    pub is_open: bool,
}

impl<'v, 'm> Evaluated<'v, 'm> {
    fn known(value: Held<'v>, origin: Origin<'m>) -> Self {
        Self { value, origin, is_open: false }
    }
}

/// Evaluates an expression.
pub(super) fn evaluate<'v, 'm: 'v>(
    expression: &'m Expression,
    fields: &'v Fields<'v>,
) -> Result<Evaluated<'v, 'm>, Failure> {
    let choose = |chosen: Evaluated<'v, 'm>, passed: Option<&'m FieldPath>| match chosen.origin.field {
        Some(_) => chosen,
        None => Evaluated { origin: Origin { field: passed, fallback: true }, ..chosen },
    };
    match &expression.kind {
        ExpressionKind::Field(field) => {
            let origin = Origin { field: Some(field), fallback: false };
            if fields.is_unknown(field) {
                return Ok(Evaluated {
                    value: Held::Own(Value::text(format!("{{{}}}", field.name))),
                    origin,
                    is_open: true,
                });
            }
            Ok(Evaluated::known(Held::Ref(fields.value(field)), origin))
        }
        ExpressionKind::Literal(literal) => Ok(Evaluated::known(Held::Ref(literal), Origin::default())),
        ExpressionKind::Or(left, right) => {
            let left = evaluate(left, fields)?;
            if left.is_open || is_true(left.value.get()) {
                return Ok(left);
            }
            Ok(choose(evaluate(right, fields)?, left.origin.field))
        }
        ExpressionKind::And(left, right) => {
            let left = evaluate(left, fields)?;
            if left.is_open || !is_true(left.value.get()) {
                return Ok(left);
            }
            Ok(choose(evaluate(right, fields)?, left.origin.field))
        }
        ExpressionKind::Not(inner) => {
            let inner = evaluate(inner, fields)?;
            if inner.is_open {
                return Ok(inner);
            }
            Ok(computed(!is_true(inner.value.get()), expression))
        }
        ExpressionKind::Equal(left, right) | ExpressionKind::NotEqual(left, right) => {
            let (left, right) = (evaluate(left, fields)?, evaluate(right, fields)?);
            if left.is_open {
                return Ok(left);
            }
            if right.is_open {
                return Ok(right);
            }
            let is_equal = equal(left.value.get(), right.value.get());
            Ok(computed(is_equal == matches!(expression.kind, ExpressionKind::Equal(..)), expression))
        }
        ExpressionKind::If { condition, then, otherwise } => {
            let holds = evaluate(condition, fields)?;
            if holds.is_open {
                return Ok(holds);
            }
            let chosen = evaluate(if is_true(holds.value.get()) { then } else { otherwise }, fields)?;
            Ok(choose(chosen, condition.first_field()))
        }
        ExpressionKind::Filter(inner, filter) => {
            let inner = evaluate(inner, fields)?;
            if inner.is_open {
                return Ok(inner);
            }
            if grown(filter, inner.value.get()) > MOST_BYTES {
                return Err(Failure::too_long(Some(inner.origin)));
            }
            let value =
                apply(filter, inner.value.get()).map_err(|message| Failure::new(message, Some(inner.origin)))?;
            Ok(Evaluated::known(Held::Own(value), inner.origin))
        }
    }
}

impl<'m> Placeholder<'m> {
    fn of(evaluated: &Evaluated<'_, 'm>, expression: &'m Expression) -> Self {
        Self { origin: evaluated.origin, expression, is_open: evaluated.is_open }
    }
}

fn computed<'v, 'm>(value: bool, expression: &'m Expression) -> Evaluated<'v, 'm> {
    let origin = Origin { field: expression.first_field(), fallback: true };
    Evaluated::known(Held::Own(Value::Bool(value)), origin)
}

/// How long the text can become that a filter makes of a value.
fn grown(filter: &Filter, value: &Value<'_>) -> usize {
    let Value::Str(text) = value else { return 0 };
    match filter {
        Filter::Replace(old, new) if new.len() > old.len() => {
            let places = match old.len() {
                0 => text.chars().count() + 1,
                // Most texts are short, and the bound is not reached whatever is in them.
                old if (text.len() / old).saturating_mul(new.len()) <= MOST_BYTES => return text.len(),
                _ => text.matches(old.as_str()).count(),
            };
            (text.len() - places.saturating_mul(old.len()).min(text.len()))
                .saturating_add(places.saturating_mul(new.len()))
        }
        // Some letters have three times the bytes in the other case.
        Filter::Lower | Filter::Upper => text.len(),
        _ => 0,
    }
}

/// Applies a filter; the error is the exception as Python words it.
///
/// Methods of `str` take numbers and booleans too, printed first, as Jinja's filters do.
fn apply<'v>(filter: &Filter, value: &Value<'_>) -> Result<Value<'v>, String> {
    let text = || -> Result<Cow<'_, str>, String> {
        match value {
            Value::Str(text) => Ok(Cow::Borrowed(text.as_ref())),
            Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_) => {
                Ok(Cow::Owned(python::str_of(value).unwrap_or_default()))
            }
            other => Err(no_attribute(other, filter)),
        }
    };
    let moment = || match value {
        Value::Str(text) => {
            parse_moment(text).ok_or_else(|| format!("ValueError: Invalid isoformat string: {}", quoted(value)))
        }
        other => Err(no_attribute(other, filter)),
    };
    let out_of_range = || "OverflowError: date value out of range".to_owned();
    Ok(match filter {
        Filter::Lower => Value::text(text()?.to_lowercase()),
        Filter::Upper => Value::text(text()?.to_uppercase()),
        Filter::Strip => Value::text(python::strip(&text()?).to_owned()),
        Filter::Zfill(width) => Value::text(zfill(&text()?, *width)),
        Filter::Replace(old, new) => Value::text(text()?.replace(old.as_str(), new)),
        Filter::Str => {
            let mut text = String::new();
            push_str(&mut text, value)?;
            Value::text(text)
        }
        Filter::Int => to_int(value).map_err(|reason| conversion("int", value, reason))?,
        Filter::Float => Value::Float(to_float(value).map_err(|reason| conversion("float", value, reason))?),
        Filter::Isoformat => Value::text(moment()?.isoformat()),
        Filter::Timestamp => Value::Float(moment()?.timestamp().ok_or_else(out_of_range)?),
        Filter::Strftime(format) => Value::text(moment()?.strftime(format).ok_or_else(out_of_range)?),
    })
}

fn no_attribute(value: &Value<'_>, filter: &Filter) -> String {
    format!("AttributeError: '{}' object has no attribute '{}'", value.python_type(), filter.name())
}

fn conversion(function: &str, value: &Value<'_>, reason: NoConversion) -> String {
    match reason {
        NoConversion::Value if function == "int" => {
            format!("ValueError: invalid literal for int() with base 10: {}", quoted(value))
        }
        NoConversion::Value => format!("ValueError: could not convert string to float: {}", quoted(value)),
        NoConversion::Overflow => "OverflowError: the number is too large to convert".to_owned(),
        NoConversion::Type => {
            format!("TypeError: {function}() argument must be a string or a real number, not '{}'", value.python_type())
        }
    }
}

fn quoted(value: &Value<'_>) -> String {
    let mut text = String::new();
    python::push_repr(&mut text, value);
    text
}

/// Writes a template, as a Python f-string does.
pub(super) fn write_template<'m, T: Trace<'m>>(
    template: &'m Template,
    fields: &Fields<'_>,
    out: &mut String,
    trace: &mut T,
) -> Result<(), Failure> {
    let start = out.len();
    for piece in &template.pieces {
        let from = out.len();
        match piece {
            Piece::Text(text) => {
                out.push_str(text);
                trace.literal(from, out.len());
            }
            Piece::Placeholder(expression) => {
                let evaluated = evaluate(expression, fields)?;
                push_str(out, evaluated.value.get())
                    .map_err(|message| Failure::new(message, Some(evaluated.origin)))?;
                if out.len() - start > MOST_BYTES {
                    return Err(Failure::too_long(Some(evaluated.origin)));
                }
                let none = matches!(evaluated.value.get(), Value::None);
                trace.placeholder(from, out.len(), Placeholder::of(&evaluated, expression), none);
            }
        }
    }
    Ok(())
}

/// A cell, evaluated: its typed value with what it is owed to, or none where it is text to be written.
pub(super) fn evaluate_cell<'v, 'm: 'v>(
    cell: &'m Cell,
    fields: &'v Fields<'v>,
) -> Result<super::pairs::Side<'v, 'm, &'m Template>, Failure> {
    use super::pairs::Side;
    Ok(match cell {
        Cell::Literal(literal) => Side::Value(Held::Ref(literal), None),
        Cell::Placeholder(expression) => {
            let evaluated = evaluate(expression, fields)?;
            let placeholder = Placeholder::of(&evaluated, expression);
            Side::Value(evaluated.value, Some(placeholder))
        }
        Cell::Text(template) => Side::Text(template),
    })
}
