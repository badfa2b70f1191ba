//! `delimiter-in-value`.

use std::cell::OnceCell;

use crate::audit::Defect;
use crate::key::python::parse_moment;
use crate::key::suspicious::holds_delimiter;
use crate::key::{NamedDelimiters, PartKind};
use crate::model::{AttributeType, FieldPath, Model};
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
part, too. Where the model itself names the delimiter among what a value may hold, such values are meant and not found:
a `datetime` where the delimiter is `:` or `-`, a `pattern` or `enum` that has it, a format of `strftime`. A pattern
such as `.+` or `[^,]*`, which has it only because it has nearly everything, does not name it. Whether keys can still be
told apart is then a question of the design: [`ambiguous-key`](ambiguous-key.md).

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
is `{name|replace('#', '-')}`. A `pattern` without the delimiter documents it. Of a time print a format without it:
`{at|strftime('%Y%m%dT%H%M%SZ')}`, where all times are in UTC. `replace` would leave a text that no longer reads as
a time.

## When to ignore

When the value is the last part of the key, nothing takes the key apart, and no query is made for a prefix of it.
",
    checks: &[Check::Item(check), Check::Audit(Defect::DelimiterInValue)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let Some(text) = view.text() else { continue };
        let delimiter = view.delimiter(context);
        let named = OnceCell::new();
        let is_named = |part| {
            let named = named.get_or_init(|| NamedDelimiters::of(context.engine, view.number, delimiter));
            named.accept(part, view.part_text(part))
        };
        for part in view.parts {
            let PartKind::Field(field) = part.kind else { continue };
            if holds_delimiter(part, view.parts, text, delimiter) && !is_named(part) {
                findings.add(view.finding(
                    &RULE,
                    Some(field),
                    format!("the value of `{}` holds the delimiter `{}`", field.name, delimiter),
                    help(context.engine.model(), field, view.part_text(part), delimiter),
                ));
            }
        }
    }
}

/// What to do about it. A time would no longer read as one with another mark in the delimiter's place.
fn help(model: &Model, field: &FieldPath, value: &str, delimiter: &str) -> String {
    let name = &field.name;
    let attribute = field.attribute.and_then(|at| model.attributes.get(at));
    let is_meant = format!("where such values are meant, declare a `pattern` that names `{delimiter}`");
    if parse_moment(&value.to_uppercase()).is_some() {
        // A day alone, `2024-05-17`, has no time of the day to print.
        let formats = [("%Y%m%d", ""), ("%Y%m%dT%H%M%SZ", " if all times are in UTC")];
        let (format, condition) = formats[usize::from(value.len() > "2024-05-17".len())];
        let letters = |c: char| c.is_ascii_digit() || format.replace('%', "").contains(c);
        if delimiter.chars().any(letters) {
            return is_meant;
        }
        return format!("print the time without it: `{{{name}|strftime('{format}')}}`{condition}; or, {is_meant}");
    }
    if attribute.is_some_and(|attribute| *attribute.kind == AttributeType::Datetime) {
        return format!("the value is no time: correct it; or, {is_meant}");
    }
    let other = if delimiter.contains('-') { "_" } else { "-" };
    format!(
        "replace it before the item is written, or in the model: `{{{name}|replace({}, '{other}')}}`",
        quoted(delimiter)
    )
}

/// As an expression writes it.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!("{quote}{text}{quote}")
}
