//! `key-too-long`.

use crate::key::{PartKind, Written};
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-too-long",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "a partition key is over 2048 bytes, or a sort key over 1024",
    doc: "\
## What it finds

A partition key of more than 2048 bytes of UTF-8, or a sort key of more than 1024.

## Why it matters

DynamoDB refuses the write with a ValidationException
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys>).
The limits are in bytes: a letter outside ASCII takes two to four.

## Example

```toml
sort_key = { attribute = \"gsi0_sk\", build_key = [[\"title\", \"{title}\"]] }
```

A `title` of 1,100 letters makes a key of 1,106 bytes.

## How to fix

Put a short or shortened value into the key, an id or a hash, and keep the long text as an attribute of its own. Say
`max_length` in the model.

## When to ignore

Never: the write fails.
",
    checks: &[Check::Item(check)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let length = match view.written {
            Written::Text(text) => text.len(),
            Written::Typed(Value::Bytes(bytes)) => bytes.len(),
            _ => continue,
        };
        let half = view.key.half;
        if length <= half.max_bytes() {
            continue;
        }
        let longest = view.parts.iter().max_by_key(|part| part.end - part.start);
        let field = longest.and_then(|part| match part.kind {
            PartKind::Field(field) => Some(field),
            _ => None,
        });
        let help = match field {
            Some(field) => {
                format!("put something shorter than `{}` into the key, and keep it as an attribute", field.name)
            }
            None => "put something shorter into the key".to_owned(),
        };
        findings.add(view.finding(
            &RULE,
            field,
            format!("the {} has {length} bytes, and DynamoDB takes {} at most", half.name(), half.max_bytes()),
            help,
        ));
    }
}
