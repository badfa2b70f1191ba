//! `index-attribute-reused`.

use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "index-attribute-reused",
    level: DefaultLevel::Error,
    group: Group::Indexes,
    summary: "two indexes of an entity write one attribute with different values",
    doc: "\
## What it finds

Two indexes of one entity whose keys are one attribute, each with a value of its own.

## Why it matters

An item has one value for each attribute: the index that is written last overwrites the other's key, and queries on the
other index find nothing, or something else. boto3-assist writes the indexes in the order in which they were added.

## Example

```toml
entity = \"Product\"
[attributes]
id   = { type = \"string\", required = true }
name = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"products\", \"\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"name\", \"{name}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"all\", \"\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"id\", \"{id}\"]] }
```

`gsi1` overwrites `gsi0_pk`. Right: `attribute = \"gsi1_pk\"`.

## How to fix

Give each index attributes of its own. Two indexes may share an attribute on purpose, the usual case being a GSI whose
partition key is the table's `sk`: build it in the same way in both, and this rule says nothing.

## When to ignore

Never: one of the two keys is lost.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let keys: Vec<KeyOf<'_>> = entity.keys().collect();
    for (at, key) in keys.iter().enumerate() {
        let Some(first) = keys[..at].iter().find(|first| first.attribute() == key.attribute()) else { continue };
        // One attribute may serve two indexes, as long as both write the same.
        if entity.scenarios().iter().all(|one| one.keys.get(first.number) == one.keys.get(key.number)) {
            continue;
        }
        let message = format!(
            "`{}` is written by `{}` and by `{}`, and the last one wins",
            key.attribute(),
            first.index.name.value,
            key.index.name.value
        );
        findings.add(
            DesignFinding::new(&RULE, key.attribute_place(), message)
                .label("written here again")
                .related(first.attribute_place(), "first written here")
                .subject(key.subject())
                .help(format!("give `{}` an attribute of its own", key.index.name.value)),
        );
    }
}
