//! `truncated-key`.

use crate::audit::Defect;
use crate::key::Half;
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;

/// The rule.
pub static RULE: Rule = Rule {
    name: "truncated-key",
    level: DefaultLevel::Warning,
    group: Group::Items,
    summary: "an unset field cut a key short",
    doc: "\
## What it finds

A key that ends where an unset field stopped the chain of build_key: `product#`, or a key that lacks its last parts.

In a table, `dynkeys audit` finds a stored key that is the beginning of what the model writes, up to a delimiter, and one
that the model itself cuts short.

## Why it matters

A cut key is a prefix, meant for queries with `begins_with`. Written with an item it is shared by every item that lacks
the field: one replaces the other.

## Example

```toml
sort_key = { attribute = \"sk\", build_key = [[\"xref\", \"{type}\"], [\"id\", \"{xref_id}\"]] }
```

An item without `xref_id` is written under `xref#task` by boto3-assist 0.37 and later, and under `xref#task#id#` before.

## How to fix

Set the field before the item is written, and mark it `required = true`.

## When to ignore

When the item only stands for a query with a prefix: `dynkeys explain --query` with `begins_with` or `between` does not
report it for sort keys.
",
    checks: &[Check::Item(check), Check::Audit(Defect::TruncatedKey)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let (Some(stop), Some(text)) = (view.stop, view.text()) else { continue };
        // A key that came out empty is reported as that.
        if text.is_empty() || (context.scope.sort_is_prefix && view.key.half == Half::Sort) {
            continue;
        }
        let shown = excerpt(text);
        let lost = stop.pairs - stop.pair;
        let parts = if lost == 1 { "its last part".to_owned() } else { format!("its last {lost} parts") };
        let (message, help) = match stop.field {
            Some(field) => {
                let part = view.parts.iter().rfind(|part| part.none);
                let (state, help) = context.false_value(field, part).unwrap_or_else(|| {
                    let name = &field.name;
                    (format!("`{name}` is unset"), format!("set `{name}` before the item is written"))
                });
                (format!("{state}, so the key stops at `{shown}` without {parts}"), help)
            }
            None => (
                format!("a value of the model is none, so the key stops at `{shown}` without {parts}"),
                "give the pair a value, or use a bare prefix: `[\"users\", \"\"]`".to_owned(),
            ),
        };
        findings.add(view.finding(&RULE, stop.field, message, help));
    }
}
