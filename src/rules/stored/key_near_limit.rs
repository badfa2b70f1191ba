//! `key-near-limit`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-near-limit",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "a stored key has nearly as many bytes as DynamoDB takes, or more",
    doc: "\
## What it finds

A partition key of 1844 bytes of UTF-8 or more, or a sort key of 922 or more: 90 % of the 2048 and 1024 that DynamoDB
takes. Keys of the table and of its indexes count alike. The report shows how the lengths of all keys are spread.

## Why it matters

The next longer value is refused with a ValidationException
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys>). The
write fails for one user, with a value that nobody has tried. Items that were in the table before an index was added
may even have longer values: the index leaves them out
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.ViolationDetection.html>).

## Example

A product's `gsi0_sk` = `name#…`, with a name of 950 letters, has 955 bytes. A name of 230 characters of
four bytes does it as well.

## How to fix

Put a short or shortened value into the key, an id or a hash, and keep the long text as an attribute of its own. Say
`max_length` in the model, so that `dynkeys lint` tells how long its keys can get
([`key-too-long`](key-too-long.md)).

## When to ignore

When the values cannot get any longer.
",
    checks: &[Check::Audit(Defect::KeyNearLimit)],
};
