//! `delimiter-in-value`.

use crate::audit::Defect;
use crate::key::PartKind;
use crate::key::suspicious::holds_delimiter;
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "delimiter-in-value",
    level: DefaultLevel::Warning,
    group: Group::Items,
    summary: "a field's value holds the delimiter of the key that it is part of",
    doc: "\
## What it finds

A value that holds the delimiter (`#`, or the one of `[naming]`) and is one part of a key with several; a prefix is a
part, too.

In a table, `dynkeys audit` finds a stored key that is as the model writes it, with such a value in it.

## Why it matters

Where one part ends and the next begins can no longer be told. Two different items can come to have one key
(`a#b` and `c`, or `a` and `b#c`), and a `begins_with` for one value also reads items of another.

## Example

```toml
partition_key = { attribute = \"pk\", build_key = [[\"tenant\", \"{tenant}\"], [\"user\", \"{user}\"]] }
```

The tenant `acme#user#bob` with the user `x` gives `tenant#acme#user#bob#user#x`.

## How to fix

Refuse or replace the delimiter when the value comes in, or have the model replace it. With `#` for the delimiter that
is `{name|replace('#', '-')}`. A `pattern` without the delimiter documents it.

## When to ignore

When the value is the last part of the key, nothing takes the key apart, and no query is made for a prefix of it.
",
    checks: &[Check::Item(check), Check::Audit(Defect::DelimiterInValue)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let Some(text) = view.text() else { continue };
        let delimiter = view.delimiter(context);
        for part in view.parts {
            let PartKind::Field(field) = part.kind else { continue };
            if holds_delimiter(part, view.parts, text, delimiter) {
                findings.add(view.finding(
                    &RULE,
                    Some(field),
                    format!("the value of `{}` holds the delimiter `{}`", field.name, delimiter),
                    format!(
                        "replace it before the item is written, or in the model: `{{{}|replace({}, '{}')}}`",
                        field.name,
                        quoted(delimiter),
                        if delimiter.contains('-') { "_" } else { "-" }
                    ),
                ));
            }
        }
    }
}

/// As an expression writes it.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!("{quote}{text}{quote}")
}
