//! `hot-partition`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "hot-partition",
    level: DefaultLevel::Info,
    group: Group::Audit,
    summary: "one partition key has a tenth of an index or more",
    doc: "\
## What it finds

A partition key value of the table or of a global index that has 10 % or more of its items, or of their bytes. Only
where the table or the index has 1,000 items or more: of few items some value always has many. An index that has a
single value in all items counts, too. The report lists the ten largest values by items and by bytes, with the Gini
coefficient: 0 where all are alike, near 1 where few have nearly all.

Up to 3,072 values of an index are counted exactly. Beyond, sizes are estimated, and the report says by how many items
they may be off.

The audit sees how much is stored, not how much is read and written. A local index has the table's partitions, and
nothing is said of it.

## Why it matters

What has one partition key value is in one place, which serves at most 3,000 read units and 1,000 write units a second
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>). A large tenant or a
list of everything reaches that first, and a global index that cannot keep up throttles the writes to its table. It is
worth knowing and no more, since a partition that is large need not be busy.

## Example

```toml
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"users\", \"\"]] }
```

Every user is in the partition `users` of `gsi0`: 100 % of the items.

## How to fix

Put something with many values into the partition key: a tenant, a month, a shard (one of ten that are read side by
side: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html>).

## When to ignore

When the partition is read and written seldom. `hot-partition = \"off\"` in `[rules]` says so for all.
",
    checks: &[Check::Audit(Defect::HotPartition)],
};
