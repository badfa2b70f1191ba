//! `ambiguous-item`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "ambiguous-item",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "an item has keys that several models write",
    doc: "\
## What it finds

An item whose primary key can be that of several entities, and whose index keys do not tell which of them it is. The
closest reading decides:

1. keys that items write which keep to their models, `pattern`, `enum`, types and lengths included, as `lint` takes them;
   a value holds the delimiter only where its `pattern` names it, or its type has it;
2. any values without the delimiter (`delimiter` of `[naming]` in a template, `#` in `build_key`);
3. any values; then any case.

Where two entities are left, one of which needs a delimiter in a value and has all keys of the other, it is the other. Then
the keys of the indexes decide, then which entity has most of the index keys that the item carries. What is left is
ambiguous. `sub#active` is ambiguous beside `sub#{id}` as long as an id may be `active`.

Its other keys are not compared: it is not known with what.

## Why it matters

Code that reads the item from its key alone, a stream's consumer or a cleanup job, cannot tell either. And where two
entities can have one key, one replaces the other: `PutItem` replaces a whole item
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>).

## Example

```toml
# customer.toml
partition_key = { attribute = \"pk\", build_key = [[\"account\", \"{id}\"]] }
```

```toml
# supplier.toml
partition_key = { attribute = \"pk\", build_key = [[\"account\", \"{id}\"]] }
```

An item with `pk` = `account#77` is either. `dynkeys lint` finds the cause in the models, as
[`identical-keys`](identical-keys.md) or [`overlapping-keys`](overlapping-keys.md).

## How to fix

Give each entity a prefix of its own, or where their values do differ, say so in the models with `pattern`, `enum` or
`max_length`. `customer#77` and `supplier#77` are told apart, and so are `account#{id}` whose `id` has the pattern `[0-9]+`
and `account#latest`. Where the keys have another delimiter than `#`, `delimiter` of `[naming]` has to name it.

## When to ignore

When the entities are two views of the same items, and a field tells the code which one it reads.
",
    checks: &[Check::Audit(Defect::AmbiguousItem)],
};
