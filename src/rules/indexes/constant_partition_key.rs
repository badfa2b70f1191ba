//! `constant-partition-key`.

use super::partitions::{counted, sharding};
use crate::model::IndexKind;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "constant-partition-key",
    level: DefaultLevel::Info,
    group: Group::Indexes,
    summary: "every item of an entity is in one partition of an index",
    doc: "\
## What it finds

A partition key that is the same for every item of the entity: the model's text alone, or a field that has one value.
It says nothing of a local index, which has the table's partition key, nor of an entity whose primary key has so few
values that there are only a few items.

## Why it matters

One partition key serves at most 3,000 read units and 1,000 write units a second
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>). Where every write
of the entity goes to one key of an index, that is the limit of all writes of the entity: a GSI that cannot keep up
throttles the writes to the table. It is the usual way to list all items of a type, and does well while they are few
or seldom written.

## Example

```toml
entity = \"Event\"
[attributes]
id      = { type = \"string\", required = true }
created = { type = \"datetime\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"event\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"events\", \"\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"created\", \"{created}\"]] }
```

Right, where events are many: a shard from 0 to 9, computed from the id.

```toml
entity = \"Event\"
[attributes]
id      = { type = \"string\", required = true }
shard   = { type = \"integer\", required = true }
created = { type = \"datetime\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"event\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"events\", \"\"], [\"shard\", \"{shard}\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"created\", \"{created}\"]] }
```

## How to fix

Put a field with many values into the key. Where all items are to be listed, spread them over shards and query each
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html>): ten shards serve
ten times as much. The shard is a field with `computed = true`, and it is in `given` of the access patterns that use it.

## When to ignore

When the items are few or seldom written: well under 1,000 write units a second, and 3,000 read units.
",
    checks: &[Check::Entity(check)],
};

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for partitions in counted(entity) {
        if partitions.values.len() != 1 {
            continue;
        }
        let Some(place) = partitions.place() else { continue };
        let scope = match partitions.index.kind {
            IndexKind::Primary => format!("every `{}` is in one partition of the table", entity.name()),
            _ => format!("every `{}` in `{}` is in one partition", entity.name(), partitions.index.name.value),
        };
        let help = format!(
            "one partition serves 3,000 read and 1,000 write units a second; where that is too little, {}",
            sharding(design, &partitions)
        );
        findings.add(
            DesignFinding::new(&RULE, place, scope)
                .label(format!("always {}", partitions.listed()))
                .subject([entity.name(), &partitions.index.name.value])
                .help(help),
        );
    }
}
