//! `placeholder-in-key`.

use crate::audit::Defect;
use crate::key::python::str_of;
use crate::key::suspicious::{Placeholder, placeholder};
use crate::key::{PartKind, State};
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;

/// The rule.
pub static RULE: Rule = Rule {
    name: "placeholder-in-key",
    level: DefaultLevel::Error,
    group: Group::Items,
    summary: "a field printed `None`, `null`, `undefined` or `nan` into a key",
    doc: "\
## What it finds

A key that says `None`, `null`, `undefined` or `nan`, in any case, because a field printed that word: most often a field
that was not set when the key was built.

In a table, `dynkeys audit` finds it in a stored key with such a word as a whole part, unless the model writes the same
part of itself, and counts it by key attribute.

## Why it matters

All items whose field was unset share the key `product#None`. Each write replaces the one before, and a query for the
real key does not find any of them. Nothing fails, so nobody notices.

## Example

```toml
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
```

An item without `id` is written under `product#None` in the dialect `guide`.

## How to fix

Set the field before the item is written, and mark it `required = true`. In an index that not every item belongs to,
leave the attribute out instead: `value` with an expression that can be `none`.

## When to ignore

When the word is a real value: Null is a family name. One that the model's `enum` lists is not found.
",
    checks: &[Check::Item(check), Check::Audit(Defect::PlaceholderInKey)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        for part in view.parts {
            let (PartKind::Field(field) | PartKind::Fallback(Some(field))) = part.kind else { continue };
            let text = view.part_text(part);
            let Some(found) = placeholder(part, text, context.is_unset(field), context.engine.model()) else {
                continue;
            };
            let name = &field.name;
            let state = context.slot(field).map(|slot| slot.state);
            let (message, help) = if view.is_eager(context) {
                (
                    format!("the key is computed before `{name}` is set (`eager`), so it says `{text}` for every item"),
                    "remove `eager = true`; in Python, give the key a lambda".to_owned(),
                )
            } else if context.is_unset(field) {
                (
                    format!("`{name}` is unset, so the key says `{text}`"),
                    format!("set `{name}` before the item is written"),
                )
            } else if found == Placeholder::None
                && let Some((state, help)) = context.false_value(field, Some(part))
            {
                (format!("{state}, so the key says `{text}`"), help)
            } else if found == Placeholder::None {
                (
                    format!("the expression gives none, so the key says `{text}`"),
                    format!("give it a text in place of `{name}`: `{{{name} or ''}}`"),
                )
            } else if matches!(state, Some(State::Coerced(_))) {
                (
                    format!("`{name}` became the text `{text}` when it was mapped, and the key says so"),
                    format!("give `{name}` a value, or drop its default so that null stays unset"),
                )
            } else {
                let value = excerpt(&str_of(context.fields.value(field)).unwrap_or_default());
                (
                    format!("the value of `{name}` is `{value}`, which usually means that it was never set"),
                    format!("look where `{name}` comes from: something turned a missing value into text"),
                )
            };
            findings.add(view.finding(&RULE, Some(field), message, help));
        }
    }
}
