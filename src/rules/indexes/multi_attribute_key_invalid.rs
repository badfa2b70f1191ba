//! `multi-attribute-key-invalid`.

use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule. The model's reader finds it.
pub static RULE: Rule = Rule {
    name: "multi-attribute-key-invalid",
    level: DefaultLevel::Error,
    group: Group::Indexes,
    summary: "a key of several attributes where DynamoDB takes one, or too many of them",
    doc: "\
## What it finds

A `partition_key` or `sort_key` that is a list: of the primary index or of a local one, of more than four attributes, or
of none.

## Why it matters

Only a global secondary index can have several attributes in one half of its key, four at most in each
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html>). The table
or index cannot be created otherwise.

## Example

```toml
[indexes.primary]
partition_key = [
  { attribute = \"tenant\", value = \"{tenant}\" },
  { attribute = \"user\", value = \"{user}\" },
]
```

Right: one attribute that is built of both.

```toml
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"tenant\", \"{tenant}\"], [\"user\", \"{user}\"]] }
```

## How to fix

Join the values in one attribute, as above. Of a GSI with more than four attributes, join those that are always asked for
together.

## When to ignore

Never: there is no such key.
",
    checks: &[Check::Reading],
};
