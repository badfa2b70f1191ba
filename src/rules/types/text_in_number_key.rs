//! `text-in-number-key`.

use crate::key::{Written, rule_span};
use crate::model::KeyType;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule, Witness};

/// The rule.
pub static RULE: Rule = Rule {
    name: "text-in-number-key",
    level: DefaultLevel::Error,
    group: Group::Types,
    summary: "a key attribute of type N or B is written as text, or one of type S as a number",
    doc: "\
## What it finds

A key of type `N` or `B` whose value is text for an item that keeps to the model, and a key of type `S` whose value is a
number or bytes. `build_key` and `template` always write text; `value` passes on what the field holds.

## Why it matters

Each key attribute has one type in the whole table. DynamoDB refuses a write with another one, \"Type mismatch for key\"
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).

## Example

```toml
entity = \"Score\"
[attributes]
player = { type = \"string\", required = true }
points = { type = \"integer\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"player\", \"{player}\"]] }
sort_key      = { attribute = \"sk\", type = \"N\", template = \"{points}\" }
```

Right:

```toml
sort_key = { attribute = \"sk\", type = \"N\", value = \"{points}\" }
```

## How to fix

Write numbers with `value`, from a field that is a number: `{points}`, `{text|int}`, `{created|timestamp}`. Where the
table's attribute is a string, leave `type` out, and pad the number: `template = \"{points|zfill(10)}\"`.

## When to ignore

Never: the write fails.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for key in entity.keys() {
        let shown = entity.scenarios().iter().find_map(|one| {
            let text = match (key.key.kind, one.keys.get(key.number)) {
                (KeyType::N | KeyType::B, Written::Text(text)) => text.to_owned(),
                (KeyType::S, Written::Typed(value)) | (KeyType::B, Written::Typed(value))
                    if is_misfit(key.key.kind, value) =>
                {
                    crate::key::python::str_of(value)?
                }
                _ => return None,
            };
            Some((one, text))
        });
        let Some((scenario, text)) = shown else { continue };
        let (found, help) = match key.key.kind {
            KeyType::N => ("text", "write a number: `value = \"{field}\"` of a field that is one, or `{field|int}`"),
            KeyType::B => ("no bytes", "pass bytes on: `value = \"{field}\"` of a field of type `binary`"),
            KeyType::S => ("a number", "say `type = \"N\"` if the table's attribute is a number, else use `template`"),
        };
        let span = key.ways().first().map_or(key.key.span, |way| rule_span(way.rule));
        let message = format!("the {} is of type {} and is written as {found}", key.name(), key.key.kind.as_str());
        findings.add(
            DesignFinding::new(&RULE, entity.place(span), message)
                .label(format!("writes {found}"))
                .subject(key.subject())
                .help(help)
                .witness(Witness {
                    items: vec![entity.witness_of(&scenario.item, [&key])],
                    caption: "writes".to_owned(),
                    keys: vec![(key.attribute().to_owned(), text)],
                }),
        );
    }
}

/// True of a scalar that a key of this type cannot hold; lists, maps and booleans are another rule's.
fn is_misfit(kind: KeyType, value: &crate::value::Value<'_>) -> bool {
    use crate::value::Value::{BigInt, Float, Int};
    matches!((kind, value), (KeyType::S | KeyType::B, Int(_) | BigInt(_) | Float(_)))
}
