//! `missing-index-key`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-index-key",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "an item lacks the key of an index that its model writes",
    doc: "\
## What it finds

An item that has nothing of the key of an index, whose model writes that key for it. With one half of the key there it
is [`half-index-key`](half-index-key.md). An attribute that is a field as well, or a key of another index, is there
anyway and does not count as a half.

Nothing is said of an index with `sparse = true`, of one whose key the model leaves out for this item, of a key whose
fields cannot be read, nor of any index while an index is scanned.

## Why it matters

An item is in an index only when it has all of its key attributes
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html>). It is
missing from every query of this one, and nothing fails. The usual cause: the index came later, and the items from
before were never written again; DynamoDB's backfill takes items as they are and makes no keys.

## Example

```json
{\"pk\": \"product#123\", \"sk\": \"product#123\", \"id\": \"123\", \"name\": \"Widget\"}
```

The model writes `gsi0_pk` = `products` and `gsi0_sk` = `name#Widget`. The list of all products lacks this one.

## How to fix

Write the items again through the model: read, save. The examples show the key that is missing.

## When to ignore

When items are left out on purpose: say `sparse = true`, or write `cases` that leave the key out.
",
    checks: &[Check::Audit(Defect::MissingIndexKey)],
};
