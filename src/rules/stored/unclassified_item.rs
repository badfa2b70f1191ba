//! `unclassified-item`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unclassified-item",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "an item has keys that no model writes",
    doc: "\
## What it finds

An item whose primary key has the shape of no entity's, whatever the values and their case, or that lacks the primary
key. Such items are counted by the shape of their keys, so that a forgotten entity is one line and not a million: what
looks like a word stays, and values show as `{uuid}`, `{ulid}`, `{number}`, `{time}`, `{hex}`, `{email}` or `{text}`.
Where there are more than 1024 shapes, all are told less closely, at last by their first words alone.

Nothing else is said of such an item: no model tells what its keys should be.

## Why it matters

Either an entity has no model, and nobody checks its keys; or something writes keys that nothing reads. A `Scan`, a
`Query` without a prefix and an export return these items all the same
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>).

## Example

```json
{\"pk\": \"invoice#2f1c3a52-7f0e-4b57-9d0e-6a1f5c9b7a11\", \"sk\": \"invoice#2024\", \"total\": 129}
```

No model has keys like that. It counts as `invoice#{uuid} / invoice#{number}`.

## How to fix

Write a model for the entity (`dynkeys init` shows how one begins), or delete what nobody needs. Where an entity does
have a model, compare the shape with it: a missing prefix or another delimiter is seen at once.

## When to ignore

When other programs keep items in the table that are none of yours: streams' checkpoints, locks, migrations.
",
    checks: &[Check::Audit(Defect::UnclassifiedItem)],
};
