//! `blank-key-part`.

use crate::audit::Defect;
use crate::key::suspicious::{Blank, blank};
use crate::key::{Half, PartKind};
use crate::model::IndexKind;
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "blank-key-part",
    level: DefaultLevel::Warning,
    group: Group::Items,
    summary: "a blank value left a key with a leading, trailing or doubled delimiter",
    doc: "\
## What it finds

A key in which a field printed nothing, or white space alone, between delimiters or at an end: `##`, a leading or a
trailing `#`. In the primary key also a field whose blank value left the bare prefix: `product` for every blank id.

In a table, `dynkeys audit` finds a stored key that has more empty parts than the model writes, and one in which a blank
value left such a part.

A number that is 0 is not blank, but `{level or ''}` takes it for unset: the finding says so
([`zero-taken-for-unset`](zero-taken-for-unset.md) finds it in the model).

## Why it matters

Two different items can come to share the key, the key sorts before all its siblings, and code that splits keys at the
delimiter reads the wrong parts. A delimiter that the model's own text puts at an end is left alone.

## Example

```toml
sort_key = { attribute = \"gsi2_sk\", template = \"firstname#{first_name or ''}\" }
```

An item without `first_name` gets the key `firstname#`.

## How to fix

Set the field, or use `build_key`, which leaves the bare prefix for a blank value in the dialects from 0.21 on.

## When to ignore

When blank values are part of the design, and no code takes the key apart.
",
    checks: &[Check::Item(check), Check::Audit(Defect::BlankKeyPart)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let Some(text) = view.text().filter(|text| !text.is_empty()) else { continue };
        let delimiter = view.delimiter(context);
        for part in view.parts {
            let (PartKind::Field(field) | PartKind::Fallback(Some(field))) = part.kind else { continue };
            let is_primary = view.index.kind == IndexKind::Primary;
            let Some(found) = blank(part, text, view.stop.is_some(), delimiter, is_primary) else { continue };
            if part.end == text.len() && context.scope.sort_is_prefix && view.key.half == Half::Sort {
                continue;
            }
            let name = &field.name;
            let (state, help) = context.false_value(field, Some(part)).unwrap_or_else(|| {
                let state = if context.is_unset(field) { "unset" } else { "blank" };
                (format!("`{name}` is {state}"), format!("set `{name}` to a value that is not blank"))
            });
            let place = match found {
                Blank::Bare => "is its bare prefix, the same for every such item",
                Blank::Start => "begins with a delimiter",
                Blank::End => "ends with a delimiter",
                Blank::Middle => "has an empty part between delimiters",
            };
            findings.add(view.finding(&RULE, Some(field), format!("{state}, so the key {place}"), help));
        }
    }
}
