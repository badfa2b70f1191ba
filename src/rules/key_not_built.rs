//! `key-not-built`.

use super::{DefaultLevel, Findings, ItemContext, Rule};
use crate::key::Written;
use crate::text::printable;

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-not-built",
    level: DefaultLevel::Error,
    summary: "Python would raise while it builds a key",
    doc: "\
## What it finds

A key whose expression cannot be evaluated for the item: a method called on an unset field, text that is no date, a
word that is no number.

## Why it matters

Python raises the exception named in the finding, so the item cannot be saved at all.

## Example

```toml
sort_key = { attribute = \"gsi0_sk\", build_key = [[\"email\", \"{email|lower}\"]] }
```

`None` has no `lower`, so an item without `email` cannot be written.

## How to fix

Say what the key is without the value: `{email|lower if email else none}`, or `{(email or '')|lower}`.

## When to ignore

Never: the write fails.
",
    check,
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let Written::Failed(failure) = view.written else { continue };
        let mut finding = view.finding(
            &RULE,
            None,
            format!("the key cannot be built: {}", printable(&failure.message)),
            match &failure.field {
                Some(field) => {
                    format!("set `{field}`, or say what the key is without it: `{{… if {field} else none}}`")
                }
                None => "change the expression in the model".to_owned(),
            },
        );
        finding.field.clone_from(&failure.field);
        findings.add(finding);
    }
}
