//! Placeholders that print a number, or text that is digits.

use std::cmp::Ordering;

use crate::key::python::str_of;
use crate::key::{Automaton, Budget, around, around_numbers, conforms, extremes, numbers_of, own_values};
use crate::model::{Attribute, AttributeType, Expression, ExpressionKind, FieldPath, Filter};
use crate::rules::Entity;
use crate::value::Value;

/// A placeholder that prints the number of a field, or its text as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'e> {
    /// The field.
    pub field: &'e FieldPath,
    /// True of whole numbers, and of text.
    pub whole: bool,
    /// True where the field's own text is printed: digits, if its `pattern` or `enum` says so.
    pub text: bool,
    /// The width to which it is padded, and the expression that does it.
    pub padded: Option<(usize, &'e Expression)>,
    /// True where the whole placeholder is the number: no `or`, no `if`.
    pub alone: bool,
}

/// The number that an expression prints, where it is one of a field, or the text. A time as a number is none here: its
/// width is the same from 2001 to 2286.
pub(super) fn number<'e>(entity: &Entity, expression: &'e Expression) -> Option<Number<'e>> {
    let with = |whole: bool, field: &'e FieldPath| Number { field, whole, text: false, padded: None, alone: true };
    match &expression.kind {
        ExpressionKind::Field(field) if field.path.is_empty() => match *entity.attribute(field)?.kind {
            AttributeType::Integer => Some(with(true, field)),
            AttributeType::Float => Some(with(false, field)),
            AttributeType::String | AttributeType::Any => Some(Number { text: true, ..with(true, field) }),
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
/// from others, then those at the ends of what `pattern` and `max_length` leave. None of a text field whose texts may be
/// something else than digits.
pub(super) fn numbers(entity: &Entity, number: &Number<'_>) -> Vec<Value<'static>> {
    const WHOLE: [i64; 9] = [2, 9, 10, 11, 99, 100, 999, 1000, 10_000];
    let Some(attribute) = entity.attribute(number.field) else { return Vec::new() };
    if !attribute.allowed.is_empty() {
        return listed(attribute, number.text);
    }
    if number.text {
        return digits(attribute, entity.shares().automaton);
    }
    let mut values: Vec<Value<'static>> = match *attribute.kind {
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
    };
    values.retain(|value| conforms(attribute, value));
    if attribute.pattern.is_some() || attribute.max_length.is_some() {
        const FRACTIONS: [&str; 6] = [
            // As Python prints them: without zeros in front, and with a zero at the end only right after the point.
            "0|[1-9][0-9]*",
            "(?:0|[1-9][0-9]*)[.]0",
            "(?:0|[1-9][0-9]*)[.][1-9]",
            "(?:0|[1-9][0-9]*)[.][0-9][1-9]",
            "(?:0|[1-9][0-9]*)[.][0-9]{2}[1-9]",
            "(?:0|[1-9][0-9]*)[.][0-9]{5}[1-9]",
        ];
        values.extend(at_the_ends(
            attribute,
            entity.shares().automaton,
            match *attribute.kind {
                AttributeType::Float => &FRACTIONS,
                AttributeType::Integer => &FRACTIONS[..1],
                // Zeros in front are somebody's padding: without them the widths tell.
                _ => &["[1-9][0-9]*"],
            },
        ));
    }
    values
}

/// The most digits of a field's values, where that is known.
pub(super) fn most_digits(attribute: &Attribute, steps: u64) -> Option<usize> {
    let digits = |value: &Value<'_>| str_of(value).unwrap_or_default().trim_start_matches('-').len();
    if !attribute.allowed.is_empty() {
        let values = attribute.allowed.iter().map(|allowed| &allowed.value);
        return values.filter(|value| as_number(value).is_some()).map(digits).max();
    }
    let most = own_values(attribute).max_bytes?;
    match *attribute.kind {
        // All of them have a bound, which is no bound of a model.
        AttributeType::Integer if most > LONGEST => None,
        // Without a sign.
        AttributeType::Integer => at_the_ends(attribute, steps, &["[0-9]+"]).iter().map(digits).max(),
        _ => Some(most),
    }
}

/// Values below zero, the lower first, where `pattern` or `enum` says that there are some.
pub(super) fn negatives(attribute: &Attribute, steps: u64) -> Vec<Value<'static>> {
    if !attribute.allowed.is_empty() {
        let mut values = listed(attribute, false);
        values.retain(|value| as_number(value).is_some_and(|number| number < 0.0));
        return values;
    }
    if attribute.pattern.is_none() || !matches!(*attribute.kind, AttributeType::Integer | AttributeType::Float) {
        return Vec::new();
    }
    let whole = [-2, -1].map(Value::Int);
    let fractions = [-2.5, -1.5, -0.5, -0.25].map(Value::Float);
    let mut values: Vec<Value<'static>> = whole.into_iter().chain(fractions).collect();
    values.retain(|value| conforms(attribute, value));
    values.extend(at_the_ends(attribute, steps, &["-[1-9][0-9]*", "-(?:0|[1-9][0-9]*)[.][0-9]*[1-9]"]));
    values
}

/// The values of the `enum` that are numbers, or digits of one form.
fn listed(attribute: &Attribute, text: bool) -> Vec<Value<'static>> {
    const MOST: usize = 50;
    let allowed = attribute.allowed.iter().take(MOST).map(|allowed| allowed.value.clone());
    let mut values: Vec<Value<'static>> = allowed.filter(|value| text || as_number(value).is_some()).collect();
    if text {
        let form = |value: &Value<'_>| str_of(value).map(|text| around(&text));
        let first = values.first().and_then(form);
        let is_alike = first.as_ref().is_some_and(|first| first.len() > 1)
            && values.iter().all(|value| matches!(value, Value::Str(_)) && form(value) == first);
        let are_numbers = values.iter().all(|value| !matches!(value, Value::Str(_)) && as_number(value).is_some());
        if !is_alike && !are_numbers || attribute.allowed.len() > MOST {
            return Vec::new();
        }
    }
    values.sort_by(|left, right| order(left, right, text).unwrap_or(Ordering::Equal));
    values
}

/// The longest texts that are looked at: DynamoDB's numbers have at most 38 digits.
const LONGEST: usize = 42;

/// Texts that are numbers at the ends of their order, of a text field whose texts are all of one form: digits, or digits
/// with the same text around them.
fn digits(attribute: &Attribute, steps: u64) -> Vec<Value<'static>> {
    if attribute.pattern.is_none() {
        return Vec::new();
    }
    let Some(own) = automaton(attribute, steps) else { return Vec::new() };
    let (Some(form), Some(usual)) = (around_numbers(&own), own.shortest(1)) else { return Vec::new() };
    let numbers: Vec<String> = runs(&usual).map(str::to_owned).collect();
    // `1.10` may be one and a tenth, or the tenth of one: only what stands before the point is sure.
    let is_decimal = form.len() == 3 && form[1] == ".";
    let most = longest(attribute);
    let (mut usual_texts, mut ends) = (Vec::new(), Vec::new());
    for varied in (0..numbers.len()).filter(|at| *at == 0 || !is_decimal) {
        let with = |run: &str, piece: &dyn Fn(&str) -> String| {
            let mut text = String::new();
            for (at, own) in form.iter().enumerate() {
                text.push_str(&piece(own));
                text.push_str(if at == varied { run } else { numbers.get(at).map_or("", String::as_str) });
            }
            text
        };
        usual_texts.extend(["2", "10"].map(|run| with(run, &|piece| piece.to_owned())));
        // Zeros in front are somebody's padding: without them the widths tell.
        let of = |run: &str| {
            texts_at_the_ends(&own, &with(run, &regex_syntax::escape), (most.min(LONGEST + usual.len()), steps))
        };
        let bare = of("[1-9][0-9]*");
        let has_one_length = bare.iter().all(|text| bare.first().is_none_or(|first| first.len() == text.len()));
        ends.extend(if has_one_length { of("[0-9]+") } else { bare });
    }
    let sorted = |texts: Vec<String>| {
        let mut values: Vec<Value<'static>> = texts.into_iter().map(Value::text).collect();
        values.retain(|value| conforms(attribute, value));
        values.sort_by(|left, right| order(left, right, true).unwrap_or(Ordering::Equal));
        values
    };
    let mut values = sorted(usual_texts);
    values.extend(sorted(ends));
    values
}

/// Numbers whose texts are the first or the last of their length among those that match a pattern, the lower first.
fn at_the_ends(attribute: &Attribute, steps: u64, patterns: &[&str]) -> Vec<Value<'static>> {
    let Some(own) = automaton(attribute, steps) else { return Vec::new() };
    let is_text = *attribute.kind == AttributeType::String;
    let mut values: Vec<Value<'static>> = Vec::new();
    for pattern in patterns {
        for text in texts_at_the_ends(&own, pattern, (longest(attribute).min(LONGEST), steps)) {
            if is_text {
                values.push(Value::text(text));
            } else {
                values.extend(numbers_of(&text).find(|value| conforms(attribute, value)));
            }
        }
    }
    values.retain(|value| conforms(attribute, value));
    values.sort_by(|left, right| as_number(left).partial_cmp(&as_number(right)).unwrap_or(Ordering::Equal));
    values
}

/// `longest` is in bytes, `steps` is what the search may cost.
fn texts_at_the_ends(own: &Automaton, pattern: &str, (longest, steps): (usize, u64)) -> Vec<String> {
    let wanted = regex_syntax::parse(pattern).ok().and_then(|wanted| Automaton::new(&wanted));
    wanted.map_or_else(Vec::new, |wanted| extremes(own, &wanted, longest, &mut Budget::new(steps)))
}

fn automaton(attribute: &Attribute, steps: u64) -> Option<Automaton> {
    let texts = own_values(attribute).texts;
    Automaton::within(&texts, &mut Budget::new(steps)).ok()
}

/// The most bytes of an attribute's own values.
fn longest(attribute: &Attribute) -> usize {
    own_values(attribute).max_bytes.unwrap_or(usize::MAX)
}

/// The runs of digits of a text.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty())
}

/// The number that a value is or spells.
pub(super) fn as_number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::BigInt(number) => number.to_string().parse().ok(),
        Value::Float(number) => Some(*number),
        Value::Str(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// How two values are ordered as numbers; `text` where they are digits with the same text around them.
fn order(left: &Value<'_>, right: &Value<'_>, text: bool) -> Option<Ordering> {
    let (Value::Str(own), Value::Str(other)) = (left, right) else {
        return as_number(left).partial_cmp(&as_number(right));
    };
    if !text {
        return as_number(left).partial_cmp(&as_number(right));
    }
    let value = |text: &str| -> Vec<(usize, String)> {
        let digits = runs(text).map(|run| run.trim_start_matches('0').to_owned());
        digits.map(|digits| (digits.len(), digits)).collect()
    };
    Some(value(own).cmp(&value(other)))
}

/// Every pair of values, those whose numbers differ, the lower first; `text` where they are digits with the same text
/// around them.
pub(super) fn pairs<'v>(
    values: &'v [Value<'static>],
    text: bool,
) -> impl Iterator<Item = (&'v Value<'static>, &'v Value<'static>)> {
    values.iter().enumerate().flat_map(move |(at, low)| {
        let higher = values.iter().skip(at + 1).map(move |high| (low, high));
        higher.filter(move |(low, high)| order(low, high, text) == Some(Ordering::Less))
    })
}
