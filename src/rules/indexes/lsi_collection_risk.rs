//! `lsi-collection-risk`.

use super::same::same_expression;
use super::spread::{Spread, of_expression};
use super::tables::{Table, tables};
use crate::key::Half;
use crate::model::{Expression, ExpressionKind, FieldPath, Filter, IndexKind};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Place, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "lsi-collection-risk",
    level: DefaultLevel::Info,
    group: Group::Indexes,
    summary: "a table with a local secondary index holds item collections that can grow without bound",
    doc: "\
## What it finds

A local secondary index of a table in which any number of items can share a partition key: the sort key of some entity
holds a field with many values that is not in its partition key. It is found once for each local index, wherever the
items come from, since the limit is on all items of a partition key together.

Nothing is said where each partition key has one item, or a few, of each entity: `pk` and `sk` are made of the same
id, or the sort key is text and fields with a few values.

## Why it matters

In a table with a local secondary index, all items with one partition key and their index entries together are at most
10 GB. Writes that would exceed it fail with `ItemCollectionSizeLimitExceededException`
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections>). Without a local
index there is no such limit, and a local index can only be made or removed with its table.

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

Make it a global index, if the queries need no consistent reads. Or bound the collection: a month in the partition
key, say.

## When to ignore

When a partition stays far below 10 GB, as the lines of an order do.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    let tables = tables(design);
    for table in &tables {
        let mut seen: Vec<&str> = Vec::new();
        for (entity, index) in table.secondary().filter(|(_, index)| index.kind == IndexKind::Local) {
            let name = index.name.value.as_str();
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let Some((crowd, hole)) = crowd(table, Some(entity)) else { break };
            let label = format!("another item for each `{}`", written(crowd, hole));
            let finding = finding(name, entity.place(index.name.span), crowd);
            findings.add(finding.label("a local index").related(crowd.place(hole.span), label));
        }
        // A local index that only the configuration names has no place in a model.
        let is_configured = table.is_configured(design, tables.len());
        let of_table = design.table.indexes.iter().filter(|known| is_configured && known.is_local);
        for known in of_table.filter(|known| !seen.contains(&known.name.as_str())) {
            let Some((crowd, hole)) = crowd(table, None) else { break };
            let label = format!("another item for each `{}`", written(crowd, hole));
            findings.add(finding(&known.name, crowd.place(hole.span), crowd).label(label));
        }
    }
}

fn finding(index: &str, place: Place, crowd: &Entity) -> DesignFinding {
    let message = format!(
        "`{index}` limits each partition of the table to 10 GB, and any number of `{}` items can share one",
        crowd.name()
    );
    let partition = crowd.primary().and_then(|primary| primary.partition_keys.keys.first());
    let attribute = partition.map_or("partition key", |key| key.attribute.value.as_str());
    DesignFinding::new(&RULE, place, message)
        .subject([index])
        .help(format!("make `{index}` a global index, or see that the items of one `{attribute}` stay few"))
}

/// An entity of which any number of items can share a partition, that of the index first, with the part of the sort key
/// that tells them apart.
fn crowd<'d>(table: &Table<'d>, first: Option<&'d Entity>) -> Option<(&'d Entity, &'d Expression)> {
    let all = first.into_iter().chain(table.entities.iter().copied());
    all.filter_map(|entity| Some((entity, growing(entity)?))).next()
}

/// The part of a sort key that has many values within one partition.
fn growing(entity: &Entity) -> Option<&Expression> {
    let keys = entity.keys_of(entity.primary()?);
    if keys.iter().any(|key| key.key.eager) {
        return None;
    }
    let holes = |half: Half| -> Vec<&Expression> {
        let ways = keys.iter().filter(|key| key.half == half).flat_map(|key| key.ways());
        ways.flat_map(|way| way.holes().collect::<Vec<_>>()).collect()
    };
    let partition = holes(Half::Partition);
    let is_fixed = |hole: &Expression| {
        let mut all = true;
        hole.visit_fields(&mut |field, _| all &= partition.iter().any(|known| carries(known, field)));
        all || partition.iter().any(|known| same_expression(known, hole))
    };
    holes(Half::Sort).into_iter().find(|hole| !is_fixed(hole) && of_expression(entity, hole) != Spread::Few)
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

/// An expression as the model has it.
fn written<'e>(entity: &'e Entity, expression: &Expression) -> &'e str {
    let span = expression.span;
    entity.model().source.text().get(span.start..span.end).unwrap_or_default()
}
