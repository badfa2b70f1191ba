//! `low-cardinality-partition-key`.

use super::partitions::{Partitions, counted, sharding};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Place, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "low-cardinality-partition-key",
    level: DefaultLevel::Warning,
    group: Group::Indexes,
    summary: "a partition key has only a few values",
    doc: "\
## What it finds

A partition key made of fields that have a few values each: an `enum`, a boolean, a `pattern` of a few texts. The
values are counted: the key engine writes the key for each combination, an unset field included. Up to 100 values are
reported. With `sparse = true` it is worth knowing and no more, since such an index holds a small part of the items on
purpose.

Nothing is said of a key that also holds a field with many values, of one with a shard (a field or a prefix called
`shard`, `bucket` or `suffix`), nor of an entity whose primary key has so few values that there are only a few items.

## Why it matters

A partition key serves at most 3,000 read units and 1,000 write units a second, and AWS names a status code with a few
values as the example of a bad one
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-uniform-load.html>). The values
are seldom used evenly, either: most users are active, so most writes go to `status#active`. A GSI that cannot keep up
throttles the writes to the table.

## Example

```toml
entity = \"Ticket\"
[attributes]
id     = { type = \"string\", required = true }
status = { type = \"string\", required = true, enum = [\"open\", \"done\"] }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"ticket\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"status\", \"{status}\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"ticket\", \"{id}\"]] }
```

Right: the status sorts within something that has many values.

```toml
entity = \"Ticket\"
[attributes]
id     = { type = \"string\", required = true }
team   = { type = \"string\", required = true }
status = { type = \"string\", required = true, enum = [\"open\", \"done\"] }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"ticket\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"team\", \"{team}\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"status\", \"{status}\"], [\"ticket\", \"{id}\"]] }
```

## How to fix

Partition by a field with many values, and put the status into the sort key. Where one query is to find all of a
status, add a shard to the key and query each
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-gsi-sharding.html>), or keep only the
few items that matter in a sparse index. The shard is a field with `computed = true`, and it is in `given` of the access
patterns that use it.

## When to ignore

When the items are few or seldom written: well under 1,000 write units a second for the commonest value.
",
    checks: &[Check::Entity(check)],
};

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for partitions in counted(entity) {
        if partitions.values.len() < 2 {
            continue;
        }
        let Some(place) = partitions.place() else { continue };
        let message = format!(
            "the partition key of {} has {} values at most, and each is one partition for `{}`",
            partitions.index_name(),
            partitions.values.len(),
            entity.name()
        );
        let help =
            format!("partition by a field with many values and sort by this one, or {}", sharding(design, &partitions));
        let mut finding = DesignFinding::new(&RULE, place, message)
            .label(format!("only {}", partitions.listed()))
            .subject([entity.name(), &partitions.index.name.value])
            .help(help);
        if let Some(place) = values_place(entity, &partitions) {
            finding = finding.related(place, "its values");
        }
        if partitions.index.sparse {
            finding = finding.level(DefaultLevel::Info);
        }
        findings.add(finding);
    }
}

/// The place of the list of the values, where they come from one list.
fn values_place(entity: &Entity, partitions: &Partitions<'_>) -> Option<Place> {
    let mut fields = partitions.keys.iter().flat_map(|key| key.fields());
    let (Some(field), None) = (fields.next(), fields.next()) else { return None };
    let allowed = &entity.attribute(field)?.allowed;
    let mut span = allowed.first()?.span;
    span.end = allowed.last()?.span.end;
    Some(entity.place(span))
}
