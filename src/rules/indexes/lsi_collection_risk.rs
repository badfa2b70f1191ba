//! `lsi-collection-risk`.

use super::same::same_expression;
use super::spread::{Spread, of_expression};
use super::tables::{Table, tables};
use crate::key::Half;
use crate::model::{Expression, ExpressionKind, FieldPath, Filter, IndexKind};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "lsi-collection-risk",
    level: DefaultLevel::Info,
    group: Group::Indexes,
    summary: "a table with a local secondary index holds item collections that can grow without bound",
    doc: "\
## What it finds

A local secondary index of a table in which any number of items can share a partition key: the sort key of some entity holds a
field with many values that is not in its partition key. It is found once for each local index, wherever the items come from,
since the limit is on all items of a partition key together.

Nothing is said where each partition key has one item, or a few, of each entity: `pk` and `sk` are made of the same id, or the
sort key is text and fields with a few values.

## Why it matters

In a table with a local secondary index, all items with one partition key and their index entries together are at most 10 GB.
Writes that would exceed it fail with `ItemCollectionSizeLimitExceededException`
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections>). Without a local index there is
no such limit, and a local index can only be made or removed with its table.

## Example

```toml
entity = \"Message\"
[attributes]
room   = { type = \"string\", required = true }
id     = { type = \"string\", required = true }
author = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"room\", \"{room}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"message\", \"{id}\"]] }
[indexes.lsi1]
kind     = \"lsi\"
sort_key = { attribute = \"lsi1_sk\", build_key = [[\"author\", \"{author}\"]] }
```

Right: a global index by the same fields.

```toml
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"room\", \"{room}\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"author\", \"{author}\"]] }
```

## How to fix

Make it a global index, if the queries need no consistent reads. Or bound the collection: a month in the partition key, say.

## When to ignore

When a partition stays far below 10 GB, as the lines of an order do.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    for table in tables(design) {
        let mut seen: Vec<&str> = Vec::new();
        for (entity, index) in table.secondary().filter(|(_, index)| index.kind == IndexKind::Local) {
            let name = index.name.value.as_str();
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let Some((crowd, key, hole)) = crowd(&table, entity) else { break };
            let message = format!(
                "`{name}` limits each partition of the table to 10 GB, and any number of `{}` items can share one",
                crowd.name()
            );
            findings.add(
                DesignFinding::new(&RULE, entity.place(index.name.span), message)
                    .label("a local index")
                    .related(crowd.place(hole.span), format!("another item for each `{}`", written(crowd, hole)))
                    .subject([name])
                    .help(format!(
                        "make `{name}` a global index, or keep the items of one `{}` few",
                        partition_attribute(crowd).unwrap_or(key.attribute())
                    )),
            );
        }
    }
}

/// An entity of which any number of items can share a partition, that of the index first, with the part of the sort key
/// that tells them apart.
fn crowd<'d>(table: &Table<'d>, first: &'d Entity) -> Option<(&'d Entity, KeyOf<'d>, &'d Expression)> {
    let others = table.entities.iter().copied().filter(|other| !std::ptr::eq(*other, first));
    std::iter::once(first).chain(others).find_map(|entity| {
        let (key, hole) = growing(entity)?;
        Some((entity, key, hole))
    })
}

/// The part of a sort key that has many values within one partition.
fn growing(entity: &Entity) -> Option<(KeyOf<'_>, &Expression)> {
    let keys = entity.keys_of(entity.primary()?);
    let holes = |half: Half| {
        let keys = keys.iter().filter(move |key| key.half == half);
        keys.flat_map(|key| {
            let ways = key.ways();
            let holes: Vec<_> = ways.iter().flat_map(|way| way.holes()).map(|hole| (*key, hole)).collect();
            holes
        })
    };
    let partition: Vec<&Expression> = holes(Half::Partition).map(|(_, hole)| hole).collect();
    holes(Half::Sort).find(|(key, hole)| {
        let is_fixed = key.key.eager || partition.iter().any(|known| same_expression(known, hole)) || {
            let mut all = true;
            hole.visit_fields(&mut |field, _| all &= partition.iter().any(|known| carries(known, field)));
            all
        };
        !is_fixed && of_expression(entity, hole) != Spread::Few
    })
}

/// True where a field's whole value is in what an expression prints, so that it has one value where that has one.
fn carries(expression: &Expression, field: &FieldPath) -> bool {
    match &expression.kind {
        ExpressionKind::Field(own) => own == field,
        ExpressionKind::Or(left, _) => carries(left, field),
        ExpressionKind::If { then, .. } => carries(then, field),
        ExpressionKind::Filter(_, Filter::Strftime(_) | Filter::Int | Filter::Replace(..)) => false,
        ExpressionKind::Filter(inner, _) => carries(inner, field),
        _ => false,
    }
}

fn partition_attribute(entity: &Entity) -> Option<&str> {
    let key = entity.primary()?.partition_keys.keys.first()?;
    Some(&key.attribute.value)
}

/// An expression as the model has it.
fn written<'e>(entity: &'e Entity, expression: &Expression) -> &'e str {
    let span = expression.span;
    entity.model().source.text().get(span.start..span.end).unwrap_or_default()
}
