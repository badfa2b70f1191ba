//! `ambiguous-item`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "ambiguous-item",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "an item has keys that several models write",
    doc: "\
## What it finds

An item whose primary key has the shape of several entities', and whose index keys do not tell which of them it is. The
closest reading decides: values without the delimiter before values with it, the case as it is before any case; then the
keys of the indexes; then the entity that has most of the index keys which the item carries. What is left is ambiguous.

Its other keys are not compared: it is not known with what.

## Why it matters

Code that reads the item from its key alone, a stream's consumer or a cleanup job, cannot tell either. And where two
entities can have one key, one replaces the other: `PutItem` replaces a whole item
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>).

## Example

```toml
# customer.toml
partition_key = { attribute = \"pk\", build_key = [[\"account\", \"{id}\"]] }
```

```toml
# supplier.toml
partition_key = { attribute = \"pk\", build_key = [[\"account\", \"{id}\"]] }
```

An item with `pk` = `account#77` is either. `dynkeys lint` finds the cause in the models, as
[`identical-keys`](identical-keys.md) or [`overlapping-keys`](overlapping-keys.md).

## How to fix

Give each entity a prefix of its own: `customer#77` and `supplier#77`. A `pattern` on a field can part them too, where
their values do differ.

## When to ignore

When the entities are two views of the same items, and a field tells the code which one it reads.
",
    checks: &[Check::Audit(Defect::AmbiguousItem)],
};
