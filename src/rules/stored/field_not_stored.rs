//! `field-not-stored`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "field-not-stored",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "a key is made of a field that the item does not store, so it cannot be compared",
    doc: "\
## What it finds

A stored key of which a part comes from a field that the item does not have, or has as null. What the rest of the key
is made of is compared all the same: where that is not what the model writes, it is [`stale-key`](stale-key.md).

* Where no item of the entity stores the field, it is one finding for the entity, whatever the model says of the field:
  the model is not that of the items.
* Where some items store it and the model says that it is `required`, each item that lacks it counts.
* Where some items store it and it is optional, it was taken from this one: that is [`stale-key`](stale-key.md), or
  [`leftover-index-key`](leftover-index-key.md) where the model leaves items without it out of an index.

This is known when all items are counted, so `--format jsonl` tells it last, with at most `--examples` items of each
kind. A field with a default, and one that the model says is `computed = true`, is never found.

## Why it matters

The value is in the key alone. Whoever reads such an item with the model, changes something and writes it back gets
`user#None`, or `user#`, in place of the key that is there: a second item, the same one for all of them. What the model
cannot tell, no tool can check either.

## Example

```json
{\"pk\": \"tenant#t1\", \"sk\": \"subscription#active\", \"active_subscription_id\": \"8f14e45f\"}
```

The model writes `pk` from `tenant_id`, which the item does not have.

## How to fix

Store the field along with the key, or say `computed = true` in the model where it is meant to be in the key alone; do
not write such items through the model before that. Give a computed field its `type` and `pattern`: the audit then
compares the part with that.

## When to ignore

When the items are written by code that does not use the model, and the model serves to read them.
",
    checks: &[Check::Audit(Defect::FieldNotStored)],
};
