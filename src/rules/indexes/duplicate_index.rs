//! `duplicate-index`.

use super::same::same_key;
use super::tables::{attributes, secondary, tables};
use crate::key::Written;
use crate::model::{Index, IndexKind, Projection};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "duplicate-index",
    level: DefaultLevel::Warning,
    group: Group::Indexes,
    summary: "two indexes have the same keys",
    doc: "\
## What it finds

Two secondary indexes of one kind with the same partition and sort keys, or a secondary index with the keys of the
table. The keys are the same when they are built from the same text and the same placeholders and the key engine
writes the same for every item, with fields unset as well. Entities share the indexes of their table, so every entity
that writes one of the two must write the other, too, with the same keys.

Nothing is said where the indexes carry different attributes (`projection`): one may be small on purpose. Nor is
anything said of an inverted index, whose keys are the table's the other way round, although the two are the same for
an entity whose `pk` and `sk` are the same.

## Why it matters

Each write of an item is written to both, stored in both and paid for twice, and neither answers a question that the
other does not (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general.html>).

## Example

```toml
entity = \"Order\"
[attributes]
id       = { type = \"string\", required = true }
customer = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"order\", \"{id}\"]] }
[indexes.gsi0]
description   = \"The orders of a customer.\"
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"customer\", \"{customer}\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"order\", \"{id}\"]] }
[indexes.gsi1]
description   = \"The history of a customer.\"
partition_key = { attribute = \"gsi1_pk\", template = \"customer#{customer}\" }
sort_key      = { attribute = \"gsi1_sk\", template = \"order#{id}\" }
```

Right: without `gsi1`, whose question `gsi0` answers.

## How to fix

Keep one of the two, let the queries of the other read it, and remove the other from every model and from the table.

## When to ignore

While one index takes the place of the other, and for two indexes with capacity of their own for different readers.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    for table in tables(design) {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for entity in &table.entities {
            for (at, second) in entity.model().indexes.iter().enumerate() {
                let earlier = entity.model().indexes.iter().take(at);
                let is_same = |first: &&Index| {
                    let names = (first.name.value.as_str(), second.name.value.as_str());
                    same(design, entity, first, second)
                        && table.entities.iter().all(|other| same_in(design, other, names))
                };
                let Some(first) = earlier.clone().find(is_same) else { continue };
                let pair = (first.name.value.as_str(), second.name.value.as_str());
                if found.contains(&pair) || found.contains(&(pair.1, pair.0)) {
                    continue;
                }
                found.push(pair);
                findings.add(finding(entity, first, second));
            }
        }
    }
}

fn finding(entity: &Entity, first: &Index, second: &Index) -> DesignFinding {
    // The primary index may stand behind the one that repeats it.
    let (kept, extra) = if second.kind == IndexKind::Primary { (second, first) } else { (first, second) };
    let (name, kept_name) = (&extra.name.value, &kept.name.value);
    let what = match kept.kind {
        IndexKind::Primary => "the table itself".to_owned(),
        _ => format!("`{kept_name}`"),
    };
    DesignFinding::new(
        &RULE,
        entity.place(extra.name.span),
        format!("`{name}` has the same keys as {what}, and every write pays for both"),
    )
    .label("the same keys again")
    .related(entity.place(kept.name.span), "these keys")
    .subject([kept_name, name])
    .help(format!("let the queries of `{name}` read {what}, and remove `{name}`"))
}

/// True where an entity writes neither of two indexes, or both with the same keys.
fn same_in(design: &Design, entity: &Entity, (first, second): (&str, &str)) -> bool {
    let find = |name: &str| entity.model().indexes.iter().find(|index| index.name.value == name);
    match (find(first), find(second)) {
        (None, None) => true,
        (Some(first), Some(second)) => same(design, entity, first, second),
        _ => false,
    }
}

fn same(design: &Design, entity: &Entity, first: &Index, second: &Index) -> bool {
    use IndexKind::{Global, Local};
    if matches!((first.kind, second.kind), (Global, Local) | (Local, Global)) || is_inverted(entity, first, second) {
        return false;
    }
    if carried(design, first) != carried(design, second) {
        return false;
    }
    let (ours, theirs) = (entity.keys_of(first), entity.keys_of(second));
    let pairs = || ours.iter().zip(&theirs);
    ours.len() == theirs.len()
        && pairs().all(|(left, right)| left.half == right.half && same_key(*left, *right))
        && entity.scenarios().iter().all(|one| {
            pairs().all(|(left, right)| match (one.keys.get(left.number), one.keys.get(right.number)) {
                // A failure says where it happened; that both fail is enough.
                (Written::Failed(_), Written::Failed(_)) => true,
                (left, right) => left == right,
            })
        })
}

/// True where one index is the table and the other the table's keys the other way round.
fn is_inverted(entity: &Entity, first: &Index, second: &Index) -> bool {
    let Some(primary) = entity.primary() else { return false };
    let mut turned = attributes(primary);
    turned.reverse();
    let is_turned =
        |index: &Index| secondary(entity).any(|own| std::ptr::eq(own, index)) && attributes(index) == turned;
    turned.len() == 2 && (is_turned(first) || is_turned(second))
}

/// The attributes beside keys that an index carries, in order; none where it carries all.
fn carried<'i>(design: &'i Design, index: &'i Index) -> Option<Vec<&'i str>> {
    let of_table = || {
        let known = design.table.indexes.iter().find(|known| known.name == index.name.value)?;
        Some(known.projection.as_ref()?.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut names = match &index.projection {
        None => of_table()?,
        Some(Projection::All) => return None,
        Some(Projection::KeysOnly) => Vec::new(),
        Some(Projection::Include(names)) => names.iter().map(|name| name.value.as_str()).collect(),
    };
    names.sort_unstable();
    names.dedup();
    Some(names)
}
