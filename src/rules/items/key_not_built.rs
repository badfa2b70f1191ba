//! `key-not-built`.

use crate::key::Written;
use crate::key::python::push_repr;
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-not-built",
    level: DefaultLevel::Error,
    group: Group::Items,
    summary: "Python would raise while it builds a key",
    doc: "\
## What it finds

A key whose expression cannot be evaluated for the item: a method called on an unset field, text that is no date, a
word that is no number.

## Why it matters

Python raises an exception of the class that the finding names, so the item cannot be saved at all.

## Example

```toml
sort_key = { attribute = \"gsi0_sk\", build_key = [[\"email\", \"{email|lower}\"]] }
```

`None` has no `lower`, so an item without `email` cannot be written.

## How to fix

Say what the key is without the value: `{email|lower if email else ''}` leaves the bare prefix in a `build_key`. For a key
with `value`, `{email|lower if email else none}` leaves the attribute out; anywhere else that prints `None` or cuts the key.

## When to ignore

Never: the write fails.
",
    checks: &[Check::Item(check)],
};

fn shown(value: &Value<'_>) -> String {
    let mut text = String::new();
    push_repr(&mut text, value);
    format!("`{}`", excerpt(&text))
}

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        // One that is too long to be written out is another rule's.
        let Written::Failed(failure) = view.written else { continue };
        if failure.is_too_long {
            continue;
        }
        let field = failure.field.as_ref();
        let help = match field {
            Some(field) if context.is_unset(field) => {
                format!("set `{0}`, or say what the key is without it: `{{{0}|… if {0} else ''}}`", field.name)
            }
            Some(field) => {
                format!("`{}` is {}: change it, or the expression", field.name, shown(context.fields.value(field)))
            }
            None => "change the expression in the model".to_owned(),
        };
        let message = format!("the key cannot be built: {}", excerpt(&failure.message));
        let finding = view.finding(&RULE, field, message, help);
        findings.add(finding);
    }
}
