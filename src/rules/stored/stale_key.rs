//! `stale-key`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "stale-key",
    level: DefaultLevel::Error,
    group: Group::Audit,
    summary: "a stored key is not the one that the model writes",
    doc: "\
## What it finds

A key of an item that is not what its model writes for the fields which the item has now. It is counted by index, and
the examples show both values. Where the difference has a cause that says more, it is found as that and not as this: a
placeholder ([`placeholder-in-key`](placeholder-in-key.md)), a key cut short ([`truncated-key`](truncated-key.md)), a
blank part ([`blank-key-part`](blank-key-part.md)), case alone ([`case-variant-key`](case-variant-key.md)), white
space, controls or Unicode's form alone ([`odd-characters`](odd-characters.md)), a number that the model rounds
([`lossy-coercion`](lossy-coercion.md)).

A key that the model cannot write, since Python would raise for the fields that the item has, is stale as well. Keys
whose fields are not all there to read, since the index that is scanned does not carry them, are not compared.

## Why it matters

A key is a copy: it is right only when whoever changes the field writes the key again. `UpdateItem` changes the
attributes that it names and nothing else
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>), so an update of `status` alone
leaves the item among those of the old status. It is found where it does not belong, and not where it does.

## Example

```json
{\"pk\": \"user#alice\", \"sk\": \"user#alice\", \"id\": \"alice\", \"status\": \"locked\", \"email\": \"alice@example.com\",
 \"gsi2_pk\": \"status#active\", \"gsi2_sk\": \"email#alice@example.com\"}
```

`gsi2_pk` is stored as `status#active`, and the model writes `status#locked`.

## How to fix

Write the item again through the model, and where the key is the table's own delete the old item, which would stay beside
it. Both belong into one transaction. Where the item lacks a field of the key do neither: set the field first, for
otherwise all such items have one key. In an update, set the keys along with the fields that they are made of. Where all
items of an entity are stale, the model or its dialect is wrong: the report says which dialect writes most keys as they
are stored.

Where the item lacks a field of the key, the rest of it is compared. If that is as the model writes it, the key is stale
only where the field is optional and other items of the entity store it; otherwise it is
[`field-not-stored`](field-not-stored.md). A number that is the same but printed in another way is named: DynamoDB gives
a whole float back as an integer, so `2.0` in a key becomes `2`. One that differs only in the zeros before it was
written before the model padded it, or padded it to this width. The part of a field that is `computed` is compared with
its pattern alone; where it fits, the expected key shows it as it is stored.

## When to ignore

When the stored keys are meant to be as they were when the item was created. Where items do not keep a field that their
key is made of, say `computed = true` in the model.
",
    checks: &[Check::Audit(Defect::StaleKey)],
};
