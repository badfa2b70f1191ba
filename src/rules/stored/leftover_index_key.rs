//! `leftover-index-key`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "leftover-index-key",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "an item has a key of an index that its model does not write",
    doc: "\
## What it finds

An item with the key of an index for which its model writes none: since a condition in `cases` is no longer true, since
the value of the key is none, or since the model does not have this index at all, though others of the table do.

An attribute that is a field of the model is the item's own, whatever index it also is a key of. One that is a field of
other models only is found where the item has the whole key, and so is in the index.

## Why it matters

The item stays in the index
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html>): an order
that was shipped is still in the list of the open ones. An `UpdateItem` leaves every attribute that it does not name
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>), so a key that becomes none
stays unless it is removed.

## Example

```toml
entity = \"Order\"
[attributes]
id      = { type = \"string\", required = true }
shipped = \"datetime\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"order\", \"{id}\"]] }
[indexes.gsi1]
description   = \"Orders that are not shipped.\"
sparse        = true
partition_key = { attribute = \"gsi1_pk\", cases = [
  { when = \"shipped\", value = \"{none}\" },
  { build_key = [[\"orders\", \"open\"]] },
] }
```

```json
{\"pk\": \"order#7\", \"id\": \"7\", \"shipped\": \"2024-05-17T09:30:00Z\", \"gsi1_pk\": \"orders#open\"}
```

The order is shipped, and still has `gsi1_pk`.

## How to fix

Remove the attribute in the update that changes the field, or put the whole item, which replaces the old one. Here it is
`REMOVE gsi1_pk` in the update that sets `shipped`.

## When to ignore

When another program writes that key.
",
    checks: &[Check::Audit(Defect::LeftoverIndexKey)],
};
