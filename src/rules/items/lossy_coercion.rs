//! `lossy-coercion`.

use crate::key::python::{equal, push_repr, str_of};
use crate::key::{PartKind, State};
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "lossy-coercion",
    level: DefaultLevel::Warning,
    group: Group::Items,
    summary: "mapping changed a value on its way into a key",
    doc: "\
## What it finds

A value that `Model().map(item)` turned into another one, because the attribute has a default of another type, and that
is part of a key.

## Why it matters

The key no longer says what the item says. `0` as a default makes 29.99 into 29, a text as a default makes null into
the text `None`, and `false` makes every other value into a boolean. A query with the real value does not find the item.

## Example

```toml
price = { type = \"float\", default = 0 }
```

Write `default = 0.0`: the library takes the type from the default, not from the hint beside it.

## How to fix

Give the attribute a default of its own type, or none.

## When to ignore

When the change is what you want, and every reader of the table maps items the same way.
",
    checks: &[Check::Item(check)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        // An eager key was computed before the value came.
        if view.is_eager(context) {
            continue;
        }
        for part in view.parts {
            let PartKind::Field(field) = part.kind else { continue };
            let Some(slot) = context.slot(field) else { continue };
            let State::Coerced(before) = slot.state else { continue };
            let after = slot.value.get();
            let attribute = field.attribute.and_then(|attribute| context.engine.model().attributes.get(attribute));
            let Some(default) = attribute.and_then(|attribute| attribute.default.as_ref()) else { continue };
            // Null that becomes the default is what a default is for. A map laid over its default loses nothing.
            let harmless = match before {
                // Null that becomes the default is what a default is for.
                Value::None => equal(after, &default.value),
                // A map laid over its default loses nothing.
                Value::Map(_) if matches!(after, Value::Map(_)) => true,
                before => equal(before, after) || str_of(before) == str_of(after),
            };
            if harmless {
                continue;
            }
            let (name, default) = (&field.name, repr(&default.value));
            let help = match before {
                Value::None => format!("leave `{name}` out of the item instead of null, or give it no default"),
                _ => format!("give `{name}` a default of its own type, or none"),
            };
            let message = format!(
                "`{name}` was {} and became {}, as its default {default} is a {}",
                repr(before),
                repr(after),
                after.python_type()
            );
            findings.add(view.finding(&RULE, Some(field), message, help));
        }
    }
}

fn repr(value: &Value<'_>) -> String {
    let mut text = String::new();
    match value {
        Value::None => text.push_str("null"),
        value => push_repr(&mut text, value),
    }
    excerpt(&text)
}
