//! `dropped-field`.

use crate::rules::{Check, DefaultLevel, Finding, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;

/// The rule.
pub static RULE: Rule = Rule {
    name: "dropped-field",
    level: DefaultLevel::Info,
    group: Group::Items,
    summary: "the item has a field that the model does not know, and mapping drops it",
    doc: "\
## What it finds

An attribute of the item that is neither an attribute of the model nor a key attribute.

## Why it matters

`Model().map(item)` drops it. Read, changed and saved again, the item has lost it.

## Example

The item has `nickname`, the model does not.

## How to fix

Add the attribute to the model, or remove it from the item.

## When to ignore

When other code owns the attribute and the model never writes the item back.
",
    checks: &[Check::Item(check)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    let names: Vec<String> = context.dropped.iter().map(|name| format!("`{}`", excerpt(name))).collect();
    let message = match names.as_slice() {
        [] => return,
        [one] => format!("{one} is not in the model and is dropped"),
        [all @ .., last] => format!("{} and {last} are not in the model and are dropped", all.join(", ")),
    };
    findings.add(Finding {
        rule: &RULE,
        message,
        field: match context.dropped {
            [one] => Some((*one).to_owned()),
            _ => None,
        },
        keys: Vec::new(),
        help: match context.dropped {
            [_] => "add it to `[attributes]` if the model should keep it".to_owned(),
            _ => "add them to `[attributes]` if the model should keep them".to_owned(),
        },
    });
}
