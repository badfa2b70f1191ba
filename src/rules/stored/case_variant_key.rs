//! `case-variant-key`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "case-variant-key",
    level: DefaultLevel::Error,
    group: Group::Audit,
    summary: "a stored key differs from the one that the model writes by case alone",
    doc: "\
## What it finds

A key that is what the model writes but for capitals. The group says which dialects write it as it is stored, or that
none does.

## Why it matters

Keys are compared byte by byte
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>): `user#Alice`
and `user#alice` are two items. boto3-assist 0.58 began to put keys in lower case. From then on a service with the
new version reads `user#alice`, finds nothing, and writes a second item beside the first.

## Example

```json
{\"pk\": \"user#Alice\", \"sk\": \"user#Alice\", \"id\": \"Alice\", \"email\": \"alice@example.com\"}
```

The model with the dialect `boto3-assist@0.66.0` writes `user#alice`. The stored key is that of 0.57 and before.

## How to fix

Write the items again under their keys and delete the old ones, or set another `dialect` where nearly all keys differ.
Where only some do, the version of the library was changed in between. Where no dialect writes
such keys, somebody builds them by hand: use `|lower` in the model, and the model in that code.

## When to ignore

While the items are being written anew.
",
    checks: &[Check::Audit(Defect::CaseVariantKey)],
};
