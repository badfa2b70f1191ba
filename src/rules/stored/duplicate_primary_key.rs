//! `duplicate-primary-key`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "duplicate-primary-key",
    level: DefaultLevel::Error,
    group: Group::Audit,
    summary: "two items of the input have one primary key",
    doc: "\
## What it finds

Two items of the files with the same primary key. Of three there are two findings, and so on. The finding says where
both are. Items that lack a part of the primary key are [`unclassified-item`](unclassified-item.md), and are not
compared.

It is looked for on request only, with `--check duplicate-primary-key`, since the key of every item has to be
remembered. That takes up to 90 bytes of memory an item, 90 MB for a million, and the audit is slower. Keys are
remembered as hashes of 128 bits, so that two different keys are as good as never taken for one.

## Why it matters

A table holds one item of a primary key
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey>):
when such files are loaded, one item replaces the other, and which one is left depends on the order. A `BatchWriteItem`
that holds both is refused as a whole
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>).

## Example

```json
{\"pk\": \"user#7\", \"sk\": \"user#7\", \"id\": \"7\", \"email\": \"ann@example.com\"}
{\"pk\": \"user#7\", \"sk\": \"user#7\", \"id\": \"7\", \"email\": \"ann@example.org\"}
```

## How to fix

Find out why: two dumps that were joined, a key that lacks the field which tells the items apart (`dynkeys lint` finds
keys that can meet), an old copy beside the new one. Then keep the right one.

## When to ignore

When the same file was given in two versions on purpose. In a live table it cannot happen, and is not looked for.
",
    checks: &[Check::Audit(Defect::DuplicatePrimaryKey)],
};
