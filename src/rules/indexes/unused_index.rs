//! `unused-index`.

use super::partitions::partition_keys;
use super::tables::{secondary, tables};
use crate::model::Index;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};
use crate::text::closest;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unused-index",
    level: DefaultLevel::Info,
    group: Group::Indexes,
    summary: "no access pattern reads a secondary index",
    doc: "\
## What it finds

A secondary index that no access pattern names, in a model that lists access patterns. A model that lists none says
nothing about them, and nothing is said about it.

An access pattern of another entity counts where the two entities can share a partition of the index: one query then
reads the items of both.

## Why it matters

Each write of an item is written to each index that has it, stored there and paid for again. AWS advises against
indexes that are not queried often
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general.html>).

## Example

```toml
entity = \"Ticket\"
[attributes]
id   = { type = \"string\", required = true }
team = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"ticket\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"team\", \"{team}\"]] }
[[access_patterns]]
name  = \"Get a ticket\"
index = \"primary\"
given = [\"id\"]
```

Right: with the question that the index answers, or without the index.

```toml
[[access_patterns]]
name  = \"Tickets of a team\"
index = \"gsi1\"
given = [\"team\"]
```

## How to fix

List the access pattern. If there is none, take the index out of the model, and out of the table once no entity writes
it.

## When to ignore

When something that is not the application reads the index, such as a report or an export.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    for table in tables(design) {
        for entity in &table.entities {
            if entity.model().access_patterns.is_empty() {
                continue;
            }
            for index in secondary(entity) {
                let name = &index.name.value;
                let mut readers = table.entities.iter().filter(|other| asks(other, name));
                if asks(entity, name) || is_meant(entity, name) || readers.any(|other| may_share(entity, index, other))
                {
                    continue;
                }
                let message = format!("no access pattern of `{}` reads `{name}`", entity.name());
                findings.add(
                    DesignFinding::new(&RULE, entity.place(index.name.span), message)
                        .label("written and never read")
                        .subject([entity.name(), name])
                        .help(format!("add the access pattern that needs `{name}`, or remove the index")),
                );
            }
        }
    }
}

/// True where an access pattern of an entity names an index.
fn asks(entity: &Entity, index: &str) -> bool {
    entity.model().access_patterns.iter().any(|pattern| pattern.index.value == index)
}

/// True where an access pattern names no index, but one that is near: it is this one misspelt, which is said elsewhere.
fn is_meant(entity: &Entity, index: &str) -> bool {
    let names = || entity.model().indexes.iter().map(|known| known.name.value.as_str());
    let mut unknown =
        entity.model().access_patterns.iter().filter(|pattern| !names().any(|name| name == *pattern.index));
    unknown.any(|pattern| closest(&pattern.index, names()) == Some(index))
}

/// True where items of the two entities can be in one partition of the index.
fn may_share(entity: &Entity, index: &Index, other: &Entity) -> bool {
    let Some(their) = secondary(other).find(|their| their.name.value == index.name.value) else { return false };
    let (ours, theirs) = (partition_keys(entity, index), partition_keys(other, their));
    ours.len() == theirs.len()
        && ours.iter().zip(&theirs).all(|(ours, theirs)| match (ours.automaton(), theirs.automaton()) {
            (Some(ours), Some(theirs)) => ours.meets(theirs),
            // A language too large to compare may hold anything.
            _ => true,
        })
}
