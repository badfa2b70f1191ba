//! `empty-key`.

use crate::key::Written;
use crate::model::IndexKind;
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "empty-key",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "a key is empty, which DynamoDB refuses",
    doc: "\
## What it finds

A key attribute whose value is the empty text, or a primary key that has no value at all.

## Why it matters

DynamoDB refuses the whole write with a ValidationException: key attributes, those of indexes too, are never empty
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).

## Example

```toml
sort_key = { attribute = \"gsi0_sk\", build_key = [[\"\", \"{name}\"]] }
```

An item whose `name` is `\"\"` gets an empty `gsi0_sk`.

## How to fix

Give the key a prefix, which is never empty, or set the field. To leave an item out of an index, leave out the
attribute: `value = \"{name or none}\"`.

## When to ignore

Never: the write fails.
",
    checks: &[Check::Item(check)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let fields = view.fields();
        let field = fields.iter().find(|field| context.is_unset(field)).or(fields.first()).copied();
        let cause = match field {
            Some(field) if context.is_unset(field) => format!("`{}` is unset", field.name),
            Some(field) => format!("`{}` is blank", field.name),
            None => "the model gives it no text".to_owned(),
        };
        let help = match field {
            Some(field) => format!("set `{}`, or give the key a prefix", field.name),
            None => "give the key a prefix or a field".to_owned(),
        };
        let is_empty = match view.written {
            Written::Text(text) => text.is_empty(),
            Written::Typed(Value::Bytes(bytes)) => bytes.is_empty(),
            _ => false,
        };
        let message = match view.written {
            _ if is_empty => format!("{cause}, so the key is empty: DynamoDB refuses the item"),
            Written::Absent if view.index.kind == IndexKind::Primary => {
                format!("{cause}, so the primary key has no value: DynamoDB refuses the item")
            }
            _ => continue,
        };
        findings.add(view.finding(&RULE, field, message, help));
    }
}
