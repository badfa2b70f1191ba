//! From what a placeholder printed back to fields: candidates, each of which the engine has to confirm.

use std::borrow::Cow;

use super::automaton::Automaton;
use super::budget::Budget;
use super::python::{parse_moment, str_of};
use super::readings::Printed;
use super::sample::sample;
use super::values::{conforms, of_attribute};
use crate::model::{Attribute, AttributeType, Expression, ExpressionKind, FieldPath, Filter, Model};
use crate::value::Value;

/// Values for fields; none for a field that is left unset.
pub type Assignment = Vec<(FieldPath, Option<Value<'static>>)>;

/// The most candidates for one placeholder.
const MOST: usize = 24;

/// Values of fields with which a placeholder may print its text; the engine decides whether it does.
pub fn preimages(model: &Model, printed: &Printed) -> Vec<Assignment> {
    let mut texts = vec![printed.text.clone()];
    if printed.blank {
        texts.push(" ".to_owned());
    }
    if printed.lower {
        texts.push(printed.text.to_uppercase());
        texts.push(capitalised(&printed.text));
    }
    let mut all = Vec::new();
    for text in texts {
        for assignment in of_text(model, &printed.expression, &text, printed.lower) {
            if all.len() < MOST && !all.contains(&assignment) {
                all.push(assignment);
            }
        }
    }
    all
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// With which fields an expression may print `text`.
fn of_text(model: &Model, expression: &Expression, text: &str, lower: bool) -> Vec<Assignment> {
    match &expression.kind {
        ExpressionKind::Literal(value) => {
            let same = str_of(value).unwrap_or_default() == text || *value == Value::None && text.is_empty();
            if same { vec![Vec::new()] } else { Vec::new() }
        }
        ExpressionKind::Field(field) => {
            values(model, field, text, lower).into_iter().map(|value| vec![(field.clone(), value)]).collect()
        }
        ExpressionKind::Or(left, right) => {
            let mut all = of_text(model, left, text, lower);
            for falsy in falsy(model, left) {
                all.extend(of_text(model, right, text, lower).into_iter().filter_map(|one| joined(&falsy, one)));
            }
            all
        }
        ExpressionKind::And(left, right) => {
            let mut all = of_text(model, left, text, lower);
            for truthy in truthy(model, left) {
                all.extend(of_text(model, right, text, lower).into_iter().filter_map(|one| joined(&truthy, one)));
            }
            all
        }
        ExpressionKind::If { condition, then, otherwise } => {
            let mut all = Vec::new();
            for then in of_text(model, then, text, lower) {
                // Where `then` sets the field of the condition, that value is what makes it true.
                all.extend(truthy(model, condition).into_iter().filter_map(|truth| joined(&then, truth)));
                all.push(then);
            }
            for otherwise in of_text(model, otherwise, text, lower) {
                all.extend(falsy(model, condition).into_iter().filter_map(|one| joined(&one, otherwise.clone())));
                all.push(otherwise);
            }
            all
        }
        ExpressionKind::Not(inner) => {
            if text == "True" {
                falsy(model, inner)
            } else {
                truthy(model, inner)
            }
        }
        ExpressionKind::Equal(left, right) => compared(model, left, right, text == "True"),
        ExpressionKind::NotEqual(left, right) => compared(model, left, right, text != "True"),
        ExpressionKind::Filter(inner, filter) => {
            before(filter, text).iter().flat_map(|text| of_text(model, inner, text, lower)).collect()
        }
    }
}

/// Assignments that make two expressions equal, or not: tried where one of them is a literal.
fn compared(model: &Model, left: &Expression, right: &Expression, equal: bool) -> Vec<Assignment> {
    let (open, literal) = match (&left.kind, &right.kind) {
        (_, ExpressionKind::Literal(value)) => (left, value),
        (ExpressionKind::Literal(value), _) => (right, value),
        _ => return vec![Vec::new()],
    };
    if equal {
        of_text(model, open, &str_of(literal).unwrap_or_default(), false)
    } else {
        let mut all = truthy(model, open);
        all.extend(falsy(model, open));
        all
    }
}

/// Assignments that may make an expression true as Python sees it.
fn truthy(model: &Model, expression: &Expression) -> Vec<Assignment> {
    match &expression.kind {
        ExpressionKind::Literal(_) => vec![Vec::new()],
        ExpressionKind::Field(field) => {
            let usual = root(model, field).and_then(sample);
            vec![vec![(field.clone(), usual)]]
        }
        ExpressionKind::Not(inner) => falsy(model, inner),
        ExpressionKind::And(left, right) => crossed(truthy(model, left), &truthy(model, right)),
        ExpressionKind::Or(left, right) => {
            let mut all = truthy(model, left);
            all.extend(truthy(model, right));
            all
        }
        ExpressionKind::Equal(left, right) => compared(model, left, right, true),
        ExpressionKind::NotEqual(left, right) => compared(model, left, right, false),
        ExpressionKind::If { condition, then, .. } => crossed(truthy(model, condition), &truthy(model, then)),
        ExpressionKind::Filter(inner, _) => truthy(model, inner),
    }
}

/// Assignments that may make an expression false as Python sees it.
fn falsy(model: &Model, expression: &Expression) -> Vec<Assignment> {
    match &expression.kind {
        ExpressionKind::Literal(_) => vec![Vec::new()],
        ExpressionKind::Field(field) => {
            let mut all = vec![vec![(field.clone(), None)]];
            let kind = root(model, field).map(|attribute| *attribute.kind);
            let empty = match kind {
                Some(AttributeType::String | AttributeType::Any) | None => Some(Value::text("")),
                Some(AttributeType::Integer | AttributeType::Float) => Some(Value::Int(0)),
                Some(AttributeType::Boolean) => Some(Value::Bool(false)),
                Some(AttributeType::List) => Some(Value::List(Vec::new())),
                Some(AttributeType::Map) => Some(Value::Map(Vec::new())),
                Some(AttributeType::Datetime | AttributeType::Binary) => None,
            };
            all.extend(empty.map(|empty| vec![(field.clone(), Some(empty))]));
            all
        }
        ExpressionKind::Not(inner) => truthy(model, inner),
        ExpressionKind::Or(left, right) => crossed(falsy(model, left), &falsy(model, right)),
        ExpressionKind::And(left, right) => {
            let mut all = falsy(model, left);
            all.extend(falsy(model, right));
            all
        }
        ExpressionKind::Equal(left, right) => compared(model, left, right, false),
        ExpressionKind::NotEqual(left, right) => compared(model, left, right, true),
        ExpressionKind::If { condition, otherwise, .. } => crossed(falsy(model, condition), &falsy(model, otherwise)),
        ExpressionKind::Filter(inner, _) => falsy(model, inner),
    }
}

fn crossed(left: Vec<Assignment>, right: &[Assignment]) -> Vec<Assignment> {
    left.iter().flat_map(|left| right.iter().filter_map(|right| joined(left, right.clone()))).take(MOST).collect()
}

/// Both assignments together, where they do not contradict each other.
pub fn joined(left: &Assignment, right: Assignment) -> Option<Assignment> {
    let mut all = left.clone();
    for (field, value) in right {
        match all.iter().find(|(known, _)| *known == field) {
            Some((_, known)) if *known != value => return None,
            Some(_) => {}
            None => all.push((field, value)),
        }
    }
    Some(all)
}

/// What a filter may have been given where it printed `text`.
fn before(filter: &Filter, text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    match filter {
        Filter::Lower => all.push(text.to_uppercase()),
        Filter::Upper => all.push(text.to_lowercase()),
        Filter::Zfill(_) => {
            let (sign, digits) = text.split_at(text.len() - text.trim_start_matches(['+', '-']).len());
            let short = digits.trim_start_matches('0');
            all.push(format!("{sign}{short}"));
            all.push(format!(
                "{sign}{}",
                if short.is_empty() || short.starts_with('.') { format!("0{short}") } else { short.to_owned() }
            ));
        }
        Filter::Float => all.extend(text.strip_suffix(".0").map(str::to_owned)),
        Filter::Timestamp => all.extend(moment_at(text)),
        Filter::Strftime(format) => all.extend(moment_of(format, text)),
        Filter::Replace(old, new) if !new.is_empty() => all.push(text.replace(new.as_str(), old)),
        Filter::Replace(..) | Filter::Strip | Filter::Str | Filter::Int | Filter::Isoformat => {}
    }
    all
}

/// The time of a timestamp, as ISO text.
fn moment_at(text: &str) -> Option<String> {
    let seconds: f64 = text.parse().ok()?;
    let timestamp = jiff::Timestamp::from_microsecond((seconds * 1e6).round() as i64).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(timestamp).to_string() + "+00:00")
}

/// A time that prints `text` in a format, as ISO text.
fn moment_of(format: &str, text: &str) -> Option<String> {
    let broken = jiff::fmt::strtime::parse(format.replace("%f", "%6f").as_str(), text).ok()?;
    let date =
        jiff::civil::Date::new(broken.year().unwrap_or(2024), broken.month().unwrap_or(1), broken.day().unwrap_or(1))
            .ok()?;
    let clock = |part: Option<i8>| part.unwrap_or(0);
    let civil = date.at(
        clock(broken.hour()),
        clock(broken.minute()),
        clock(broken.second()),
        broken.subsec_nanosecond().unwrap_or(0),
    );
    Some(civil.to_string())
}

fn root<'m>(model: &'m Model, field: &FieldPath) -> Option<&'m Attribute> {
    model.attributes.get(field.attribute?)
}

/// The values with which a field may print `text`; none for unset.
fn values(model: &Model, field: &FieldPath, text: &str, lower: bool) -> Vec<Option<Value<'static>>> {
    let owned = || Value::text(text.to_owned());
    let Some(attribute) = root(model, field) else { return Vec::new() };
    let mut all: Vec<Option<Value<'static>>> = Vec::new();
    if !field.path.is_empty() {
        all.push(Some(owned()));
    } else if attribute.allowed.is_empty() {
        match *attribute.kind {
            AttributeType::Integer | AttributeType::Float => {
                all.extend(text.parse().ok().map(|number| Some(Value::integer(number))));
                let float = text.parse::<f64>().ok().filter(|_| *attribute.kind == AttributeType::Float);
                all.extend(float.map(|number| Some(Value::Float(number))));
                all.extend(
                    text.strip_suffix(".0")
                        .and_then(|whole| whole.parse().ok())
                        .map(|number| Some(Value::integer(number))),
                );
            }
            AttributeType::Boolean => all.extend(match text.to_ascii_lowercase().as_str() {
                "true" => Some(Some(Value::Bool(true))),
                "false" => Some(Some(Value::Bool(false))),
                _ => None,
            }),
            // `%Y` prints years before 1000 without zeros, on some systems: nothing is shown by such a time.
            AttributeType::Datetime if parse_moment(text).is_some_and(|moment| moment.year() < 1000) => {}
            AttributeType::Datetime => {
                all.push(Some(owned()));
                let upper = text.to_uppercase();
                if lower && parse_moment(&upper).is_some() {
                    all.push(Some(Value::text(upper)));
                }
            }
            AttributeType::String | AttributeType::Any => {
                all.push(Some(owned()));
                if lower && !conforms(attribute, &owned()) {
                    let own =
                        Automaton::within(&of_attribute(attribute).texts, &mut Budget::new(attribute.proof_steps()));
                    all.extend(own.ok().and_then(|own| own.raised(text)).map(|text| Some(Value::text(text))));
                }
            }
            AttributeType::List | AttributeType::Map | AttributeType::Binary => {}
        }
    } else {
        let prints = |value: &Value<'_>| {
            let own = str_of(value).unwrap_or_default();
            own == text || lower && own.to_lowercase() == text
        };
        all.extend(attribute.allowed.iter().filter(|one| prints(&one.value)).map(|one| Some(one.value.clone())));
    }
    // The default, and what None prints.
    let default = attribute.default.as_ref().and_then(|default| str_of(&default.value));
    let none = if lower { "none" } else { "None" };
    if text == none
        || text.is_empty()
        || default.is_some_and(|default| default == text || lower && default.to_lowercase() == text)
    {
        all.push(None);
    }
    if text == none && matches!(attribute.default.as_ref().map(|default| &default.value), Some(Value::Str(_))) {
        all.push(Some(Value::None));
    }
    all
}

/// An item with the values of an assignment; `item` gives the others.
pub fn assigned(
    model: &Model,
    mut item: Vec<(Cow<'static, str>, Value<'static>)>,
    assignment: &Assignment,
) -> Vec<(Cow<'static, str>, Value<'static>)> {
    for (field, value) in assignment {
        let Some(attribute) = root(model, field) else { continue };
        let name = attribute.name.value.as_str();
        match (field.path.as_slice(), value) {
            ([], None) => item.retain(|(known, _)| known != name),
            ([], Some(value)) => match item.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value.clone(),
                None => item.push((Cow::Owned(name.to_owned()), value.clone())),
            },
            (path, value) => {
                let at = match item.iter().position(|(known, _)| known == name) {
                    Some(at) => at,
                    None => {
                        item.push((Cow::Owned(name.to_owned()), Value::Map(Vec::new())));
                        item.len() - 1
                    }
                };
                set(&mut item[at].1, path, value.as_ref());
            }
        }
    }
    item
}

fn set(target: &mut Value<'static>, path: &[String], value: Option<&Value<'static>>) {
    let Some((first, rest)) = path.split_first() else {
        if let Some(value) = value {
            *target = value.clone();
        }
        return;
    };
    if !matches!(target, Value::Map(_)) {
        *target = Value::Map(Vec::new());
    }
    let Value::Map(entries) = target else { return };
    if rest.is_empty() && value.is_none() {
        entries.retain(|(name, _)| name != first);
        return;
    }
    match entries.iter_mut().find(|(name, _)| name == first) {
        Some((_, inner)) => set(inner, rest, value),
        None => {
            let mut inner = Value::None;
            set(&mut inner, rest, value);
            entries.push((Cow::Owned(first.clone()), inner));
        }
    }
}
