//! `key-attribute-shadows-field`.

use std::borrow::Cow;

use crate::key::{Written, conforms, python};
use crate::model::{Attribute, AttributeType, Expression, ExpressionKind, Filter, KeyType};
use crate::rules::design::Entries;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule, Witness};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-attribute-shadows-field",
    level: DefaultLevel::Warning,
    group: Group::Names,
    summary: "a key is written over a field of the same name",
    doc: "\
## What it finds

A key attribute with the name of a field, whose value is not that field's: an attribute `email` that holds `user#a@b.c`.
A key that is the field itself, as in `{ attribute = \"email\", value = \"{email}\" }`, is fine: that is how an index over
an ordinary attribute is made.

## Why it matters

An item has one value for each attribute
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html>). The key is written
last, so the field is lost; whoever reads the item back gets the key for it, and writes a key of a key the next time.

## Example

```toml
entity = \"User\"
[attributes]
id    = { type = \"string\", required = true }
email = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"email\", build_key = [[\"email\", \"{email}\"]] }
```

Right: `attribute = \"gsi0_pk\"`, or the plain field, `value = \"{email}\"`.

## How to fix

Give the key an attribute of its own, `gsi0_pk`, or let it be the field and nothing else: `value = \"{email}\"`.

## When to ignore

When the field exists only in memory, and nobody reads it back from the table.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let mut seen: Vec<&str> = Vec::new();
    for key in entity.keys() {
        let name = key.attribute();
        let attributes = &entity.model().attributes;
        let Some(at) = attributes.iter().position(|attribute| *attribute.name == name) else { continue };
        // An eager key is wrong in itself, and is a finding of its own.
        if key.key.eager || seen.contains(&name) {
            continue;
        }
        let Some(attribute) = attributes.get(at) else { continue };
        let Some((item, field, written)) = overwritten(&key, attribute, at) else { continue };
        seen.push(name);
        let is_number = matches!(*attribute.kind, AttributeType::Integer | AttributeType::Float);
        let number = if is_number && key.key.kind == KeyType::S { "type = \"N\", " } else { "" };
        let message = format!("the key `{name}` is written over the field `{name}`: `{field}` becomes `{written}`");
        let witness = Witness {
            items: vec![entity.witness_item(&item)],
            caption: "writes".to_owned(),
            keys: vec![(name.to_owned(), written)],
        };
        findings.add(
            DesignFinding::new(&RULE, key.attribute_place(), message)
                .label("also a field")
                .related(entity.place(attribute.name.span), "the field")
                .subject(key.subject())
                .help(format!(
                    "give the key an attribute of its own, or let it be the field alone: `{number}value = \"{{{name}}}\"`"
                ))
                .witness(witness),
        );
    }
}

/// An item whose field has a value other than the key that is written over it: the item, the value, the key.
fn overwritten(key: &KeyOf<'_>, attribute: &Attribute, at: usize) -> Option<(Entries, String, String)> {
    let entity = key.entity;
    // A library prints a date as it likes; text of the same moment is the field.
    if *attribute.kind == AttributeType::Datetime
        && key.ways().iter().all(|way| way.holes().all(|hole| is_iso(hole, at)))
    {
        return None;
    }
    let name = attribute.name.as_str();
    let is_unset = |fields: &[crate::model::FieldPath]| fields.iter().any(|field| field.attribute == Some(at));
    // Without the field there is nothing to lose; what such keys are is for other rules.
    let usual = entity.scenarios().iter().filter(|one| !is_unset(&one.unset) && !is_unset(&one.blank));
    let others = others(attribute).into_iter().map(|value| {
        let mut item = entity.usual_item().clone();
        item.retain(|(known, _)| known != name);
        item.push((Cow::Owned(name.to_owned()), value));
        item
    });
    // The plain cases first: they are easier to read than those with something unset.
    let mut usual = usual.map(|one| one.item.clone());
    let first = usual.next();
    first.into_iter().chain(others).chain(usual).find_map(|item| {
        let lost = entity.trace(&item, |fields, keys, _| {
            let field = fields.slots.get(at)?.value.get();
            let written = keys.get(key.number);
            let is_field = match (&written, field) {
                // What is not written is not written over.
                (Written::Open(_) | Written::Absent | Written::Failed(_), _) | (_, Value::None) => true,
                (Written::Text(text), Value::Str(field)) => text == field,
                (Written::Text(_), _) => false,
                (Written::Typed(value), field) => python::equal(value, field),
            };
            let shown = match written {
                Written::Text(text) => text.to_owned(),
                Written::Typed(value) => python::str_of(value).unwrap_or_default(),
                Written::Open(_) | Written::Absent | Written::Failed(_) => String::new(),
            };
            (!is_field).then(|| (python::str_of(field).unwrap_or_default(), shown))
        });
        lost.map(|(field, written)| (item, field, written))
    })
}

/// Values beside the usual one that show what a filter or a dialect does to a text.
fn others(attribute: &Attribute) -> Vec<Value<'static>> {
    if !attribute.allowed.is_empty() {
        return attribute.allowed.iter().map(|one| one.value.clone()).collect();
    }
    if !matches!(*attribute.kind, AttributeType::String | AttributeType::Any) {
        return Vec::new();
    }
    let texts = ["Abc", "ABC", "A", "Ab1", " Ab ", "a b", "a-b", "1"];
    texts.map(Value::text).into_iter().filter(|value| conforms(attribute, value)).collect()
}

/// True of a date field itself, or as ISO 8601 text.
fn is_iso(expression: &Expression, at: usize) -> bool {
    match &expression.kind {
        ExpressionKind::Field(field) => field.attribute == Some(at) && field.path.is_empty(),
        ExpressionKind::Filter(inner, Filter::Isoformat | Filter::Str) => is_iso(inner, at),
        _ => false,
    }
}
