//! Placeholders that print a number.

use crate::model::{AttributeType, Expression, ExpressionKind, FieldPath, Filter};
use crate::rules::Entity;
use crate::value::Value;

/// A placeholder that prints the number of a field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'e> {
    /// The field.
    pub field: &'e FieldPath,
    /// True of whole numbers.
    pub whole: bool,
    /// The width to which it is padded, and the expression that does it.
    pub padded: Option<(usize, &'e Expression)>,
    /// True where the whole placeholder is the number: no `or`, no `if`.
    pub alone: bool,
}

/// The number that an expression prints, where it is one of a field. A time as a number is none here: its width is the
/// same from 2001 to 2286.
pub(super) fn number<'e>(entity: &Entity, expression: &'e Expression) -> Option<Number<'e>> {
    let with = |whole: bool, field: &'e FieldPath| Number { field, whole, padded: None, alone: true };
    match &expression.kind {
        ExpressionKind::Field(field) if field.path.is_empty() => match *entity.attribute(field)?.kind {
            AttributeType::Integer => Some(with(true, field)),
            AttributeType::Float => Some(with(false, field)),
            _ => None,
        },
        ExpressionKind::Filter(inner, filter @ (Filter::Int | Filter::Float)) => {
            let field = source(inner).filter(|field| field.path.is_empty())?;
            Some(with(*filter == Filter::Int, field))
        }
        ExpressionKind::Filter(inner, Filter::Str | Filter::Strip | Filter::Lower | Filter::Upper) => {
            number(entity, inner)
        }
        ExpressionKind::Filter(inner, Filter::Zfill(width)) => {
            Some(Number { padded: Some((*width, expression)), ..number(entity, inner)? })
        }
        ExpressionKind::Or(inner, _) | ExpressionKind::And(_, inner) => {
            Some(Number { alone: false, ..number(entity, inner)? })
        }
        ExpressionKind::If { then, otherwise, .. } => {
            let chosen = number(entity, then).or_else(|| number(entity, otherwise))?;
            Some(Number { alone: false, ..chosen })
        }
        _ => None,
    }
}

/// The field under filters that keep it a number or the text of one.
fn source(expression: &Expression) -> Option<&FieldPath> {
    match &expression.kind {
        ExpressionKind::Field(field) => Some(field),
        ExpressionKind::Filter(
            inner,
            Filter::Str
            | Filter::Strip
            | Filter::Lower
            | Filter::Upper
            | Filter::Int
            | Filter::Float
            | Filter::Zfill(_),
        ) => source(inner),
        _ => None,
    }
}

/// Values of a numeric field, or of a text field whose text is a number, the lower first: those that tell padded numbers
/// from others.
pub(super) fn numbers(entity: &Entity, number: &Number<'_>) -> Vec<Value<'static>> {
    const WHOLE: [i64; 9] = [2, 9, 10, 11, 99, 100, 999, 1000, 10_000];
    let Some(attribute) = entity.attribute(number.field) else { return Vec::new() };
    if !attribute.allowed.is_empty() {
        const MOST: usize = 50;
        let mut allowed: Vec<(f64, Value<'static>)> = attribute
            .allowed
            .iter()
            .take(MOST)
            .filter_map(|allowed| Some((as_number(&allowed.value)?, allowed.value.clone())))
            .collect();
        allowed.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        return allowed.into_iter().map(|(_, value)| value).collect();
    }
    match *attribute.kind {
        AttributeType::Integer => WHOLE.iter().map(|number| Value::Int(*number)).collect(),
        AttributeType::Float => [2.0, 9.55, 10.0, 10.5, 100.25].iter().map(|number| Value::Float(*number)).collect(),
        AttributeType::String => {
            // As they are, and padded by whoever writes the field.
            let widths = 1..=12_usize;
            WHOLE
                .iter()
                .flat_map(|number| widths.clone().map(move |width| format!("{number:0width$}")))
                .map(Value::text)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The number that a value is or spells.
pub(super) fn as_number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Str(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Every pair of values, those whose numbers differ, the lower first.
pub(super) fn pairs<'v>(
    values: &'v [Value<'static>],
) -> impl Iterator<Item = (&'v Value<'static>, &'v Value<'static>)> {
    let ordered = |low: &Value<'_>, high: &Value<'_>| as_number(low) < as_number(high);
    values.iter().enumerate().flat_map(move |(at, low)| {
        values.iter().skip(at + 1).map(move |high| (low, high)).filter(move |(low, high)| ordered(low, high))
    })
}
