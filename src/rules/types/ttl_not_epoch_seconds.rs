//! `ttl-not-epoch-seconds`.

use crate::model::AttributeType;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "ttl-not-epoch-seconds",
    level: DefaultLevel::Warning,
    group: Group::Types,
    summary: "a time to live is no number of epoch seconds",
    doc: "\
## What it finds

An attribute called `ttl` or `time_to_live`, in any case, that is of type `string`, `datetime`, `boolean`, `binary`, `list`
or `map`.

## Why it matters

DynamoDB deletes items by an attribute of type Number that holds seconds since 1970. Items in which it has another type are
never deleted, without an error
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html>).

## Example

```toml
entity = \"Session\"
[attributes]
id  = { type = \"string\", required = true }
ttl = { type = \"datetime\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"session\", \"{id}\"]] }
```

Right: `ttl = { type = \"integer\", required = true }`.

## How to fix

Store a whole number: `int(expires.timestamp())` in Python. Keep the readable time as a field of its own.

## When to ignore

When the table's time to live is another attribute, and this one only has the name.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for attribute in &entity.model().attributes {
        let plain = attribute.name.to_lowercase().replace(['_', '-'], "");
        if !matches!(plain.as_str(), "ttl" | "timetolive") {
            continue;
        }
        match *attribute.kind {
            AttributeType::Integer | AttributeType::Float | AttributeType::Any => continue,
            AttributeType::String
            | AttributeType::Datetime
            | AttributeType::Boolean
            | AttributeType::List
            | AttributeType::Map
            | AttributeType::Binary => {}
        }
        let name = &attribute.name.value;
        let message =
            format!("`{name}` is of type {}, and DynamoDB expires items by a number", attribute.kind.as_str());
        findings.add(
            DesignFinding::new(&RULE, entity.place(attribute.kind.span), message)
                .label("no number")
                .subject([entity.name(), name.as_str()])
                .help("say `type = \"integer\"`, and store seconds since 1970: `int(expires.timestamp())`"),
        );
    }
}
