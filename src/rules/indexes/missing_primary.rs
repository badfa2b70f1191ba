//! `missing-primary`.

use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-primary",
    level: DefaultLevel::Error,
    group: Group::Indexes,
    summary: "an entity does not say what the table's own key is",
    doc: "\
## What it finds

A model without `[indexes.primary]`.

## Why it matters

Every item of a table has the table's primary key
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey>).
A model that does not say how it is built cannot be written, and nothing can tell whether its items replace those of
another entity.

## Example

```toml
entity = \"Product\"
[attributes]
category = \"string\"
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"category\", \"{category}\"]] }
```

Right:

```toml
entity = \"Product\"
[attributes]
id       = { type = \"string\", required = true }
category = \"string\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"product\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"category\", \"{category}\"]] }
```

## How to fix

Add `[indexes.primary]`. The name `primary` is the table's own key, whatever its attributes are called.

## When to ignore

When the model only describes what one index holds, and another model writes the items.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    if entity.primary().is_some() {
        return;
    }
    let message = format!("`{}` does not say what its primary key is", entity.name());
    findings.add(
        DesignFinding::new(&RULE, entity.entity_place(), message)
            .label("has no `[indexes.primary]`")
            .subject([entity.name()])
            .help("add `[indexes.primary]` with a `partition_key`, and a `sort_key` where the table has one"),
    );
}
