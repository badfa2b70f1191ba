//! `placeholder-in-key`.

use crate::audit::Defect;
use crate::key::python::str_of;
use crate::key::suspicious::{Placeholder, Unfilled, placeholder};
use crate::key::{PartKind, State};
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;

/// The rule.
pub static RULE: Rule = Rule {
    name: "placeholder-in-key",
    level: DefaultLevel::Error,
    group: Group::Items,
    summary: "a field printed `None`, `undefined` or a text that was never filled in, such as `${id}`, into a key",
    doc: "\
## What it finds

A key that says `None`, `null`, `undefined` or `nan`, in any case, because a field printed that word: most often a field
that was not set when the key was built.

A key that holds what code prints in place of a value, as the whole of what one field printed: `${id}`, `{id}`, `%s`,
`[object Object]`, `Invalid Date`, the text of a function and others in the table below. Text that only holds braces or
percent signs, such as a title or an id in braces, is not found.

In a table, `dynkeys audit` finds it in a stored key with such a text as a whole part, unless the model writes the same
part by itself, and where the item's own field holds the text, so that the key is as the model writes it. It counts them
by key attribute.

## Why it matters

All items whose field was unset share the key `product#None`. Each write replaces the one before, and a query for the
real key does not find any of them. Nothing fails, so nobody notices.

What the texts mean:

| text | what happened |
|---|---|
| `${id}` | a template of JavaScript or of a shell that was never evaluated |
| `{id}`, `{0}`, `{{id}}` | an f-string without its `f`, a `format` that was not called, a template that was not rendered |
| `%s`, `%06d`, `%(id)s`, `%!s(MISSING)` | a format whose values were not given |
| `[object Object]`, `<User object at 0x7f…>`, `<class 'User'>` | an object in place of one of its fields |
| `<function …>`, `<bound method …>`, `(x) => …`, `function (x) { … }` | a function that was not called |
| `Invalid Date`, `NaN-NaN-NaN` | a date that could not be read |
| `Fri May 17 2024 09:30:00 GMT+0000 (…)` | a date as JavaScript shows it to people |
| `<no value>`, `<nil>`, `(null)` | nothing, as Go and C print it |

## Example

```toml
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
```

An item without `id` is written under `product#None` in the dialect `guide`.

## How to fix

Set the field before the item is written, and mark it `required = true`. In an index that not every item belongs to,
leave the attribute out instead: `value` with an expression that can be `none`.

## When to ignore

When the text is a real value: Null is a family name, and a table of templates has `{id}` in its keys. One that the
model's `enum` lists is not found.
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
            } else if let Placeholder::Unfilled(what) = found {
                let (is, help) = advice(what, name);
                let value = str_of(context.fields.value(field)).unwrap_or_else(|| text.to_owned());
                (format!("the value of `{name}` is `{}`, which is {is}", excerpt(&value)), help)
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

/// What a text that was never filled in is, and what to do about it.
fn advice(what: Unfilled, name: &str) -> (&'static str, String) {
    let (is, help) = never_filled_in(what);
    (is, format!("mend the code that sets `{name}`: {help}"))
}

/// What a text that was never filled in is, and what the code that sets the field has to do.
pub fn never_filled_in(what: Unfilled) -> (&'static str, &'static str) {
    match what {
        Unfilled::Dollar => {
            ("a template that was never evaluated", "JavaScript evaluates it in backticks, a shell in double quotes")
        }
        Unfilled::Braces => (
            "a template that was never filled in",
            "in Python it needs an `f` before the quotes or a call of `format`, elsewhere it was not rendered",
        ),
        Unfilled::Format => (
            "a format that was not given its values",
            "give the format as many values as it has, and of the types that it says",
        ),
        Unfilled::Object => ("an object printed as a whole", "print one field of the object, its id for example"),
        Unfilled::Function => ("a function that was printed, not called", "call the function"),
        Unfilled::InvalidDate => (
            "what JavaScript prints for a date that it could not read",
            "look at the text that was to be read as a date",
        ),
        Unfilled::ShownDate => {
            ("a date as JavaScript shows it to people", "write the date with `toISOString()`, which sorts by time")
        }
        Unfilled::Nothing => ("what code prints for nothing", "set the value before the text is made of it"),
    }
}
