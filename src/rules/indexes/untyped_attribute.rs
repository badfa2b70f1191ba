//! `untyped-attribute`.

use crate::model::{Attribute, AttributeType, Expression, ExpressionKind, FieldPath};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};
use crate::text::Span;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "untyped-attribute",
    level: DefaultLevel::Info,
    group: Group::Indexes,
    summary: "a key prints a field of type any",
    doc: "\
## What it finds

A field of type `any` that a key prints. A field of type `any` that no key prints is no matter, nor is one that only
decides a condition, nor one whose `enum` lists its values.

## Why it matters

The type decides what the key looks like: `7` and `\"7\"` print the same but sort and search differently as numbers,
`1.0` and `1` are one number and two keys, a list prints as `['a']`. Nothing can be proved of a key whose field can be
anything: not that it stays within 2,048 bytes, nor that it never equals another entity's. The key attribute itself
must be a string, a number or binary
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey>).

## Example

```toml
entity = \"Invoice\"
[attributes]
number = { type = \"any\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"invoice\", \"{number}\"]] }
```

Right:

```toml
entity = \"Invoice\"
[attributes]
number = { type = \"string\", required = true, pattern = \"[0-9]{4}-[0-9]{5}\" }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"invoice\", \"{number}\"]] }
```

## How to fix

Write the type that the field's type hint has in Python: `str` is `string`, `int` is `integer`, `datetime` is
`datetime`.

## When to ignore

When values of several types are in the table already, and the key is read only as a whole.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for (at, attribute) in entity.model().attributes.iter().enumerate() {
        if *attribute.kind != AttributeType::Any || !attribute.allowed.is_empty() {
            continue;
        }
        let Some((key, hole)) = printed(entity, at) else { continue };
        let name = &attribute.name.value;
        findings.add(
            DesignFinding::new(
                &RULE,
                entity.place(attribute.kind.span),
                format!("`{name}` can be anything, and the {key} prints it"),
            )
            .label("of no known type")
            .related(entity.place(hole), "printed here")
            .subject([entity.name(), name])
            .help(help(entity, at, attribute)),
        );
    }
}

/// The first key that prints an attribute: its name, and where.
fn printed(entity: &Entity, attribute: usize) -> Option<(String, Span)> {
    entity.keys().find_map(|key| {
        let ways = key.ways();
        let mut holes = ways.iter().flat_map(|way| way.holes());
        let hole = holes.find(|hole| prints(hole, &|field| field.attribute == Some(attribute)))?;
        Some((key.name(), hole.span))
    })
}

/// True where a field that `wanted` knows can be printed: not one that only decides a condition.
fn prints(expression: &Expression, wanted: &impl Fn(&FieldPath) -> bool) -> bool {
    match &expression.kind {
        ExpressionKind::Field(field) => wanted(field),
        ExpressionKind::Or(left, right) | ExpressionKind::And(left, right) => {
            prints(left, wanted) || prints(right, wanted)
        }
        ExpressionKind::If { then, otherwise, .. } => prints(then, wanted) || prints(otherwise, wanted),
        ExpressionKind::Filter(inner, _) => prints(inner, wanted),
        ExpressionKind::Literal(_)
        | ExpressionKind::Not(_)
        | ExpressionKind::Equal(..)
        | ExpressionKind::NotEqual(..) => false,
    }
}

fn help(entity: &Entity, at: usize, attribute: &Attribute) -> String {
    let of_default = attribute.default.as_ref().map(|default| match &default.value {
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::BigInt(_) => "integer",
        Value::Float(_) => "float",
        Value::List(_) => "list",
        Value::Map(_) => "map",
        _ => "string",
    });
    let is_map = entity.key_fields().iter().any(|field| field.attribute == Some(at) && !field.path.is_empty());
    match of_default {
        Some(word) => format!("write `type = \"{word}\"`, as its default is one"),
        None if is_map => "write `type = \"map\"`, as the key takes a part of it".to_owned(),
        None => "write the type that its type hint has, such as `type = \"string\"`".to_owned(),
    }
}
