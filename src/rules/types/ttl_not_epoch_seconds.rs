//! `ttl-not-epoch-seconds`.

use crate::audit::Defect;
use crate::model::{AttributeType, is_called_ttl};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Place, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "ttl-not-epoch-seconds",
    level: DefaultLevel::Warning,
    group: Group::Types,
    summary: "a time to live is not a number of epoch seconds",
    doc: "\
## What it finds

The attribute that is the time to live of the table, where it is of type `string`, `datetime`, `boolean`, `binary`, `list`
or `map`. Which one that is, `ttl = true` in a model or `[table] ttl = \"expires_at\"` in `dynkeys.toml` says. Where neither
does, an attribute called `ttl` or `time_to_live`, in any case, is taken for it.

## In a table

`dynkeys audit` finds items that DynamoDB never deletes, whatever their time to live was meant to be: it is text,
or of another type, in milliseconds or smaller units, negative, a fraction, 0, or a time before 2012. Where the configuration
or a model says which attribute it is, items of no entity are looked at, too. Where only the name tells, small numbers and
text that is not a time are left alone: they may be durations. Items without the attribute, or with null, never expire, which
is as it should be.

## Why it matters

DynamoDB deletes items by an attribute of type Number that holds seconds since 1970. Items in which it has another type or
another unit are never deleted, without an error, and neither are those that expired more than five years ago
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html>). The guide says
nothing of fractions of a second: a whole number is what it shows.

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

Store a whole number of seconds since 1970, of type Number: `int(expires.timestamp())` in Python,
`Math.floor(Date.now() / 1000)` in JavaScript. Keep the readable time as a field of its own.

## When to ignore

When a value such as 0 is meant to keep an item for ever; leaving the attribute out says it better. Where the table's time to
live is another attribute, say which: `[table] ttl`.
",
    checks: &[Check::Table(check), Check::Audit(Defect::TtlNotEpochSeconds)],
};

/// The name of the time to live, and where it is declared.
type Declared<'d> = (&'d str, Place);

fn check(design: &Design, findings: &mut DesignFindings) {
    let of_model = |entity: &'_ Entity| {
        let attribute = entity.model().ttl()?;
        Some((attribute.name.value.clone(), entity.place(attribute.ttl?)))
    };
    let declared = design.table.ttl.clone().or_else(|| design.entities.iter().find_map(of_model));
    let declared = declared.as_ref().map(|(name, place)| (name.as_str(), place.clone()));
    for entity in &design.entities {
        check_entity(entity, declared.as_ref(), findings);
    }
}

fn check_entity(entity: &Entity, declared: Option<&Declared<'_>>, findings: &mut DesignFindings) {
    for attribute in &entity.model().attributes {
        let is_it = match declared {
            Some((name, _)) => *name == attribute.name.value,
            None => is_called_ttl(&attribute.name.value),
        };
        if !is_it {
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
        let finding = DesignFinding::new(&RULE, entity.place(attribute.kind.span), message)
            .label("not a number")
            .subject([entity.name(), name.as_str()])
            .help("say `type = \"integer\"`, and store seconds since 1970: `int(expires.timestamp())`");
        findings.add(match declared {
            Some((_, place)) => finding.related(place.clone(), "the time to live"),
            None => finding,
        });
    }
}
