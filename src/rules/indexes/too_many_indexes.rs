//! `too-many-indexes`.

use super::tables::{Table, tables};
use crate::model::{Index, IndexKind};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "too-many-indexes",
    level: DefaultLevel::Error,
    group: Group::Indexes,
    summary: "the table has more indexes than DynamoDB takes",
    doc: "\
## What it finds

More than 20 global or 5 local secondary indexes of one table: those of all models whose primary key is the same, each
name once, and those that `dynkeys.toml` lists in `[table.indexes]`.

## Why it matters

A table has at most 5 local secondary indexes, and 20 global ones unless AWS has raised the quota of the account
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#limits-secondary-indexes>). The
table cannot be created, or the index cannot be added.

## Example

Each entity with indexes of its own:

```toml
# order.toml
[indexes.orders_by_date]
# invoice.toml
[indexes.invoices_by_date]
```

Right: one index that both share, each with a prefix of its own.

```toml
# order.toml
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"orders\", \"{customer}\"]] }
# invoice.toml
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"invoices\", \"{customer}\"]] }
```

## How to fix

Share indexes between entities: the keys of an item say what it is, so one index serves many questions
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-gsi-overloading.html>). A local index can be a
global one.

## When to ignore

When AWS has raised the quota of global indexes for the account. That of local ones is fixed.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    let tables = tables(design);
    for table in &tables {
        let is_configured = table.is_configured(design, tables.len());
        for (kind, most) in [(IndexKind::Global, 20), (IndexKind::Local, 5)] {
            let indexes = indexes(design, table, kind, is_configured);
            if let Some(finding) = finding(table, kind, most, &indexes) {
                findings.add(finding);
            }
        }
    }
}

/// The names of a table's indexes of a kind, each once, with the model that names it first; those that only the
/// configuration names come last.
fn indexes<'d>(
    design: &'d Design,
    table: &Table<'d>,
    kind: IndexKind,
    is_configured: bool,
) -> Vec<(&'d str, Option<(&'d Entity, &'d Index)>)> {
    let mut all: Vec<(&str, Option<(&Entity, &Index)>)> = Vec::new();
    for (entity, index) in table.secondary().filter(|(_, index)| index.kind == kind) {
        if all.iter().all(|(known, _)| *known != index.name.value) {
            all.push((&index.name.value, Some((entity, index))));
        }
    }
    let of_table =
        design.table.indexes.iter().filter(|known| is_configured && known.is_local == (kind == IndexKind::Local));
    for known in of_table {
        if all.iter().all(|(name, _)| *name != known.name) {
            all.push((&known.name, None));
        }
    }
    all
}

fn finding(
    table: &Table<'_>,
    kind: IndexKind,
    most: usize,
    indexes: &[(&str, Option<(&Entity, &Index)>)],
) -> Option<DesignFinding> {
    let (name, _) = indexes.get(most)?;
    // One that only the configuration names has no place in a model: the last that has one stands for it.
    let placed = indexes.iter().take(most + 1).rev().find_map(|(_, place)| *place);
    let place = match placed {
        Some((entity, index)) => entity.place(index.name.span),
        None => table.entities.first()?.entity_place(),
    };
    let (word, quota) = match kind {
        IndexKind::Local => ("local", "DynamoDB takes"),
        _ => ("global", "the quota is"),
    };
    let message = format!("the table has {} {word} secondary indexes, and {quota} {most}", indexes.len());
    let label = if placed.is_some_and(|(_, index)| index.name.value == *name) {
        format!("number {}", most + 1)
    } else {
        format!("`{name}` in dynkeys.toml is number {}", most + 1)
    };
    let help = match kind {
        IndexKind::Local => "make it a global index, or let entities share one with prefixes of their own",
        _ => "let entities share indexes, each with a prefix of its own in the keys",
    };
    Some(DesignFinding::new(&RULE, place, message).label(label).subject([word]).help(help))
}
