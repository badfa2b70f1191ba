//! `unbounded-key`.

use super::showing::{distinct_keys, listed};
use crate::key::{Hole, Shape, of_attribute};
use crate::model::{AttributeType, Expression, ExpressionKind, FieldPath, Filter, KeyType};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};
use crate::text::Span;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unbounded-key",
    level: DefaultLevel::Info,
    group: Group::Keys,
    summary: "nothing bounds the length of a field that keys use",
    doc: "\
## What it finds

A field that keys use and that the model gives no length: text without `max_length`, and without an `enum` or a
`pattern` that has an end. Numbers, dates and booleans have a bound of their own.

## Why it matters

DynamoDB takes partition keys of up to 2048 bytes and sort keys of up to 1024, and refuses the write of a longer one
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys>).
With a bound, [`key-too-long`](key-too-long.md) can prove that no item is refused; without, nobody knows until one is.

## Example

```toml
entity = \"Article\"
[attributes]
id    = { type = \"string\", required = true, pattern = \"[0-9a-f]{32}\" }
title = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"article\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"articles\", \"\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"title\", \"{title}\"]] }
```

Right:

```toml
title = { type = \"string\", required = true, max_length = 200 }
```

## How to fix

Say `max_length` in the model and check it where values come in. A character has up to four bytes; a `pattern` of ASCII
letters makes it one. Where the text has no bound, put a shortened or hashed form into a field of its own and build the
key from that.

## When to ignore

When a bound is enforced where the model does not see it.
",
    checks: &[Check::Entity(check)],
};

struct Unbounded<'e> {
    field: FieldPath,
    span: Span,
    keys: Vec<KeyOf<'e>>,
}

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let mut all: Vec<Unbounded<'_>> = Vec::new();
    for key in distinct_keys(entity) {
        // A number has 38 digits at most, however the field is called.
        if key.key.kind == KeyType::N || key.shape().max_bytes().is_some() {
            continue;
        }
        let mut holes = Vec::new();
        unbounded_holes(key.shape(), &mut holes);
        for hole in holes {
            visit_printed(&hole.expression, &mut |field| {
                if is_bounded(entity, field) {
                    return;
                }
                match all.iter_mut().find(|known| known.field == *field) {
                    Some(known) if known.keys.iter().all(|one| one.number != key.number) => known.keys.push(key),
                    Some(_) => {}
                    None => {
                        all.push(Unbounded { field: field.clone(), span: hole.expression.span, keys: vec![key] });
                    }
                }
            });
        }
    }
    for Unbounded { field, span, keys } in all {
        let names: Vec<&str> = keys.iter().map(KeyOf::attribute).collect();
        let verb = if names.len() == 1 { "uses" } else { "use" };
        let name = &field.name;
        findings.add(
            DesignFinding::new(
                &RULE,
                entity.place(span),
                format!("nothing bounds the length of `{name}`, which {} {verb}", listed(&names)),
            )
            .label("can have any length")
            .subject([entity.name(), name])
            .help(help(entity, &field)),
        );
    }
}

fn help(entity: &Entity, field: &FieldPath) -> String {
    let limits = "a partition key has 2048 bytes at most, a sort key 1024";
    let attribute = entity.attribute(field);
    match attribute.map(|attribute| (&attribute.name.value, *attribute.kind)) {
        Some((name, AttributeType::String)) if field.path.is_empty() => {
            format!("say `max_length` in `{name}`: {limits}")
        }
        Some((name, AttributeType::Any)) if field.path.is_empty() => {
            format!("say what `{name}` is, for example `{{ type = \"string\", max_length = 100 }}`: {limits}")
        }
        _ => format!("copy what the key needs into a field of its own with `max_length`: {limits}"),
    }
}

fn is_bounded(entity: &Entity, field: &FieldPath) -> bool {
    let attribute = entity.attribute(field).filter(|_| field.path.is_empty());
    attribute.is_some_and(|attribute| of_attribute(attribute).max_bytes.is_some())
}

/// Calls `visit` with the fields whose values an expression can print at any length: conditions only choose.
fn visit_printed(expression: &Expression, visit: &mut impl FnMut(&FieldPath)) {
    match &expression.kind {
        ExpressionKind::Field(field) => visit(field),
        ExpressionKind::Or(left, right) => {
            visit_printed(left, visit);
            visit_printed(right, visit);
        }
        ExpressionKind::And(_, last) => visit_printed(last, visit),
        ExpressionKind::If { then, otherwise, .. } => {
            visit_printed(then, visit);
            visit_printed(otherwise, visit);
        }
        ExpressionKind::Filter(
            inner,
            Filter::Lower | Filter::Upper | Filter::Strip | Filter::Str | Filter::Zfill(_) | Filter::Replace(..),
        ) => visit_printed(inner, visit),
        ExpressionKind::Filter(..)
        | ExpressionKind::Literal(_)
        | ExpressionKind::Not(_)
        | ExpressionKind::Equal(..)
        | ExpressionKind::NotEqual(..) => {}
    }
}

fn unbounded_holes<'s>(shape: &'s Shape, holes: &mut Vec<&'s Hole>) {
    match shape {
        Shape::Literal(_) | Shape::Blank(_) => {}
        Shape::Hole(hole) if hole.max_bytes.is_none() => holes.push(hole),
        Shape::Hole(_) => {}
        Shape::Concat(parts) | Shape::Either(parts) => parts.iter().for_each(|part| unbounded_holes(part, holes)),
    }
}
