//! `lossy-default`.

use super::showing::{distinct_keys, listed};
use crate::key::{PartKind, State, Written};
use crate::model::{Attribute, AttributeType};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Edit, Entity, Fix, Group, KeyOf, Rule, Safety, Witness,
};
use crate::text::{Span, Spanned};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "lossy-default",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "the type of a default changes the values that items have",
    doc: "\
## What it finds

`map()` gives a value the Python type of the attribute's default. Three such defaults lose something:

* a whole number on a `float`: `default = 0` cuts 29.99 to 29;
* a float on an `integer`: `default = 0.0` makes 7 a 7.0, which prints differently and is inexact above 2^53;
* text on a field that is not `required` and that a key uses: null becomes the text `None`, and stands in the key.

An `enum` of which no value is changed is fine, and so is text whose values an `enum` lists: null is none of them.

## Why it matters

Nothing fails: the value that is written is just another than the one that was read. DynamoDB itself keeps numbers
exactly, to 38 digits
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).

## Example

```toml
price = { type = \"float\", default = 0 }
```

Right:

```toml
price = { type = \"float\", default = 0.0 }
```

## How to fix

Write a default of the field's own type, here and in Python (`price: float = 0.0`). Instead of a text default for a key,
give the key a fallback: `{region or 'eu'}`.

## When to ignore

When the values are always of the default's type: prices in whole dollars.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for (at, attribute) in entity.model().attributes.iter().enumerate() {
        let Some(default) = &attribute.default else { continue };
        match (*attribute.kind, &default.value) {
            (AttributeType::Float, Value::Int(_) | Value::BigInt(_)) if !is_listed(attribute, is_whole) => {
                let loss = "a whole number on a `float`: it cuts 29.99 to 29";
                findings.add(number(entity, at, attribute, default, loss));
            }
            (AttributeType::Integer, Value::Float(_)) if !is_listed(attribute, |value| !is_whole(value)) => {
                let loss = "a float on an `integer`: it makes 7 a 7.0";
                findings.add(number(entity, at, attribute, default, loss));
            }
            (AttributeType::String | AttributeType::Datetime, Value::Str(_)) => {
                text(entity, attribute, default, findings);
            }
            _ => {}
        }
    }
}

fn is_whole(value: &Value<'_>) -> bool {
    matches!(value, Value::Int(_) | Value::BigInt(_))
}

/// True where the attribute lists its values, and all are such.
fn is_listed(attribute: &Attribute, is_such: impl Fn(&Value<'_>) -> bool) -> bool {
    !attribute.allowed.is_empty() && attribute.allowed.iter().all(|allowed| is_such(&allowed.value))
}

fn number(
    entity: &Entity,
    at: usize,
    attribute: &Attribute,
    default: &Spanned<Value<'static>>,
    loss: &str,
) -> DesignFinding {
    let name = &attribute.name.value;
    let written = entity.model().source.slice(default.span);
    let right = right_number(written, &default.value);
    let help = match &right {
        Some(right) => format!("write `default = {right}`"),
        None => format!("give `{name}` the type that its values have, or a default of its type"),
    };
    let mut finding =
        DesignFinding::new(&RULE, entity.place(default.span), format!("the default of `{name}` is {loss}"))
            .label("gives values its type")
            .related(entity.place(attribute.kind.span), "the type")
            .subject([entity.name(), name])
            .help(help);
    let is_in_key = entity.keys().any(|key| key.fields().iter().any(|field| field.attribute == Some(at)));
    finding.fix = right.map(|right| Fix {
        title: format!("write `default = {right}`"),
        safety: if is_in_key { Safety::Unsafe } else { Safety::Safe },
        edits: vec![Edit { place: entity.place(default.span), text: right }],
    });
    finding
}

/// The same number as the other type of number; none where there is none.
fn right_number(written: &str, value: &Value<'static>) -> Option<String> {
    match value {
        // The digits as they were grouped; `0x10` is another matter.
        Value::Int(_) if written.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '+' | '-')) => {
            Some(format!("{written}.0"))
        }
        Value::Int(number) => Some(format!("{number}.0")),
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(format!("{number:.0}")),
        _ => None,
    }
}

/// Null becomes the text None: only where the engine puts it into a key.
fn text(entity: &Entity, attribute: &Attribute, default: &Spanned<Value<'static>>, findings: &mut DesignFindings) {
    if attribute.required || !attribute.allowed.is_empty() {
        return;
    }
    let name = &attribute.name.value;
    let uses = |key: &KeyOf<'_>| {
        let is_own =
            |field: &&crate::model::FieldPath| entity.attribute(field).is_some_and(|one| std::ptr::eq(one, attribute));
        !key.key.eager && key.fields().iter().any(is_own)
    };
    let keys: Vec<KeyOf<'_>> = distinct_keys(entity).into_iter().filter(uses).collect();
    if keys.is_empty() {
        return;
    }
    let mut item = entity.usual_item().clone();
    item.retain(|(known, _)| known != name);
    item.push((name.clone().into(), Value::None));
    if !entity.conforms(&item) {
        return;
    }
    let spoilt: Vec<(String, String, Option<Span>)> = entity.trace(&item, |fields, written, recorder| {
        let holding = keys.iter().filter_map(|key| {
            let Written::Text(text) = written.get(key.number) else { return None };
            let part = recorder.parts(key.number).iter().find(|part| match part.kind {
                PartKind::Field(field) => {
                    let is_null = matches!(fields.state(field), State::Coerced(Value::None));
                    field.name == *name && is_null && part.start < part.end
                }
                _ => false,
            })?;
            Some((key.attribute().to_owned(), text.to_owned(), part.expression.map(|expression| expression.span)))
        });
        holding.collect()
    });
    let Some((_, shown, span)) = spoilt.first() else { return };
    let names: Vec<&str> = spoilt.iter().map(|(attribute, ..)| attribute.as_str()).collect();
    let verb = if names.len() == 1 { "holds" } else { "hold" };
    let message =
        format!("the default of `{name}` makes null the text `None`, and {} then {verb} it: `{shown}`", listed(&names));
    let literal = entity.model().source.slice(default.span).trim_matches(['"', '\'']);
    let mut finding = DesignFinding::new(&RULE, entity.place(default.span), message)
        .label("gives values its type")
        .subject([entity.name(), name])
        .help(format!(
            "leave the default out and give the key a fallback, `{{{name} or '{literal}'}}`, or say what the field may \
             be: `required = true`, `enum`"
        ));
    if let Some(span) = span {
        finding = finding.related(entity.place(*span), "printed here");
    }
    findings.add(finding.witness(Witness {
        items: vec![entity.witness_item(&item)],
        caption: "writes".to_owned(),
        keys: spoilt.iter().map(|(attribute, text, _)| (attribute.clone(), text.clone())).collect(),
    }));
}
