//! `undocumented-index`.

use super::tables::secondary;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "undocumented-index",
    level: DefaultLevel::Warning,
    group: Group::Indexes,
    summary: "a secondary index does not say what it is for",
    doc: "\
## What it finds

A secondary index without a `description` that no access pattern of the entity names. A comment in the file is not
seen: it is in no documentation that is made from the model.

## Why it matters

`gsi2` says nothing. In a single table each entity uses an index for a purpose of its own, so what another entity says
of it is no help. An index whose purpose nobody knows is never removed, and every write pays for it
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general.html>).

## Example

```toml
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"category\", \"{category}\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"product\", \"{id}\"]] }
```

Right:

```toml
[indexes.gsi1]
description   = \"The products of a category.\"
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"category\", \"{category}\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"product\", \"{id}\"]] }
```

## How to fix

Say in `description` what is asked of the index, or list the question as an access pattern.

## When to ignore

When the purpose of indexes is described elsewhere, and the model is generated from there.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let model = entity.model();
    for index in secondary(entity) {
        let is_described = index.description.as_ref().is_some_and(|text| !text.trim().is_empty());
        let is_asked = model.access_patterns.iter().any(|pattern| pattern.index.value == index.name.value);
        if is_described || is_asked {
            continue;
        }
        let name = &index.name.value;
        let message = format!("`{}` does not say what `{name}` is for", entity.name());
        findings.add(
            DesignFinding::new(&RULE, entity.place(index.name.span), message)
                .label("has no `description`")
                .subject([entity.name(), name])
                .help(format!("add `description = \"…\"` to `[indexes.{name}]`, or an access pattern that names it")),
        );
    }
}
