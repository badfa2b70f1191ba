//! `unset-field-in-primary-key`.

use super::unset::spoiled;
use crate::rules::{Check, DefaultLevel, Design, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unset-field-in-primary-key",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "a field of the primary key may be unset, which spoils the key",
    doc: "\
## What it finds

A field that the primary key uses and that an item may leave out: it is not `required`, has no default, and the key has
no fallback for it. The engine of the model's dialect says what then happens: the key holds the text `None`, it ends
before the field, or Python raises while it builds it.

## Why it matters

The primary key is what tells items apart
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey>).
All items that lack the field get one key, and each write replaces the one before, without an error.

## Example

```toml
entity = \"Product\"
[attributes]
id = \"string\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
```

Every product without an id is `product#None`. Right:

```toml
entity = \"Product\"
[attributes]
id = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
```

## How to fix

Where every item has the field, say `required = true`. Where some do not, build the key from a field that all have. A
fallback such as `{id or 'new'}` is taken for what is meant, and not reported.

## When to ignore

When only a part of the key may be missing on purpose, and at most one item leaves it out.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let Some(index) = entity.primary() else { return };
    for one in spoiled(entity, index) {
        let help = format!(
            "say `required = true` in `{}` where every item has it, or build the key from a field that all items have",
            one.root()
        );
        findings.add(one.finding(&RULE, index, "", help));
    }
}
