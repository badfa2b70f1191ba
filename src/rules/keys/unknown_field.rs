//! `unknown-field`.

use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule. The model's reader finds it.
pub static RULE: Rule = Rule {
    name: "unknown-field",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "a placeholder, a condition or an access pattern names a field that the model does not have",
    doc: "\
## What it finds

A name in a placeholder, in `when` or in `given` that is not declared under `[attributes]`. The finding says which field
was probably meant. Such a model is not checked further.

## Why it matters

In Python a misspelt name in an f-string raises an `AttributeError`, or prints `None` where the base class has a default
for it: then every item of the entity has the same key, and one replaces the other
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey>).

## Example

```toml
[attributes]
last_name = \"string\"
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"lastname\", \"{lastname}\"]] }
```

Right: `{last_name}`.

## How to fix

Write the name as `[attributes]` has it, or declare the field there. Fields go without `self.`, and a path into a map
begins with the field: `{address.city}`.

## When to ignore

Never: nothing is known of the key.
",
    checks: &[Check::Reading],
};
