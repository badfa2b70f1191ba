//! `key-type-not-scalar`.

use crate::key::{WayPiece, Written};
use crate::model::{AttributeType, Expression, ExpressionKind, Filter};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-type-not-scalar",
    level: DefaultLevel::Error,
    group: Group::Types,
    summary: "a list, a map or a boolean is a key, or is printed into one",
    doc: "\
## What it finds

A key whose value is a list, a map or a boolean, and a list or a map that is printed into the text of a key. A boolean
that is printed as `True` or `False` is text, and a path into a map (`address.city`) is the value there: both are fine.

## Why it matters

Key attributes are strings, numbers or bytes
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>): DynamoDB refuses
the write otherwise. A list that is printed gives the text of Python's `repr`, as in `tags#['new', 'sale']`, which no query
asks for.

## Example

```toml
entity = \"Product\"
[attributes]
id   = { type = \"string\", required = true }
tags = { type = \"list\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"tags\", \"{tags}\"]] }
```

Right: an item for each tag, with a field of its own.

```toml
entity = \"ProductTag\"
[attributes]
id  = { type = \"string\", required = true }
tag = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"tag\", \"{tag}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"product\", \"{id}\"]] }
```

## How to fix

Put one value into the key: a field of its own, or a path into the map. Print a boolean with `template = \"{active}\"`, or
leave the attribute out where it is false, which makes the index sparse.

## When to ignore

Never: the write fails, or nobody finds the item by that key.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for key in entity.keys() {
        for way in key.ways() {
            for piece in &way.pieces {
                let WayPiece::Hole(hole) = piece else { continue };
                let Some((field, kind)) = passed_on(entity, hole) else { continue };
                let what = match (kind, way.is_value()) {
                    (AttributeType::List, _) => "a list",
                    (AttributeType::Map, _) => "a map",
                    (AttributeType::Boolean, true) => "a boolean",
                    _ => continue,
                };
                // The engine has the last word: a fallback may take the place of the value.
                if !is_written(entity, key, way.is_value()) {
                    continue;
                }
                let message = if way.is_value() {
                    format!("the {} is {what}, which DynamoDB does not take for a key", key.name())
                } else {
                    format!("`{field}` is {what}, and the {} holds the text of it", key.name())
                };
                findings.add(
                    DesignFinding::new(&RULE, entity.place(hole.span), message)
                        .label(what)
                        .subject(key.subject().into_iter().chain([field.to_owned()]))
                        .help(match kind {
                            AttributeType::Boolean => {
                                format!("print it, `template = \"{{{field}}}\"`, or leave the attribute out where it is false")
                            }
                            AttributeType::Map => format!("put one value of it into the key, as in `{{{field}.city}}`"),
                            _ => "put one value into the key: a field of its own, or an item for each element".to_owned(),
                        }),
                );
            }
        }
    }
}

/// The field that an expression passes on as it is, and its type.
fn passed_on<'e>(entity: &'e Entity, expression: &'e Expression) -> Option<(&'e str, AttributeType)> {
    match &expression.kind {
        ExpressionKind::Field(field) if field.path.is_empty() => {
            Some((field.name.as_str(), *entity.attribute(field)?.kind))
        }
        ExpressionKind::Or(left, right) | ExpressionKind::And(left, right) => {
            passed_on(entity, left).or_else(|| passed_on(entity, right))
        }
        ExpressionKind::If { then, otherwise, .. } => passed_on(entity, then).or_else(|| passed_on(entity, otherwise)),
        ExpressionKind::Filter(inner, Filter::Str) => passed_on(entity, inner),
        _ => None,
    }
}

fn is_written(entity: &Entity, key: KeyOf<'_>, is_value: bool) -> bool {
    entity.scenarios().iter().any(|one| match one.keys.get(key.number) {
        Written::Typed(Value::List(_) | Value::Map(_) | Value::Bool(_) | Value::Set(_)) => true,
        Written::Text(_) => !is_value,
        _ => false,
    })
}
