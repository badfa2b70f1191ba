//! `identical-keys`.

use super::overlap::{Kind, overlaps};
use crate::rules::{Check, DefaultLevel, Design, DesignFindings, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "identical-keys",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "two entities build their primary key in the same way",
    doc: "\
## What it finds

Two entities of one table whose primary keys have the same language: every key that one can write the other can write,
too. The finding shows an item of each with one key.

## Why it matters

Nothing in the key tells the entities apart. An item of one replaces an item of the other with the same value
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>), and a reader cannot tell what it got.

## Example

```toml
# user.toml
entity = \"User\"
[attributes]
id = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"id\", \"{id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"id\", \"{id}\"]] }
```

```toml
# product.toml
entity = \"Product\"
[attributes]
sku = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"id\", \"{sku}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"id\", \"{sku}\"]] }
```

Right: `[\"user\", \"{id}\"]` and `[\"product\", \"{sku}\"]`.

## How to fix

Give each entity a prefix of its own.

## When to ignore

When the two models describe one kind of item, as two services see it.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    overlaps(design, Kind::Identical, &RULE, findings);
}
