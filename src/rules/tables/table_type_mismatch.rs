//! `table-type-mismatch`.

use super::compare::{Shared, listed, only, verb};
use super::{TableFinding, TableFindings};
use crate::model::KeyType;
use crate::rules::{Check, DefaultLevel, Design, Group, KeyOf, Rule};
use crate::source::TableDescription;

/// The rule.
pub static RULE: Rule = Rule {
    name: "table-type-mismatch",
    level: DefaultLevel::Error,
    group: Group::Audit,
    summary: "a key attribute is of another type in the table than in a model",
    doc: "\
## What it finds

In `dynkeys audit --table`: a key attribute that is of type S, N or B in a model and of another one in the table's
attribute definitions.

## Why it matters

DynamoDB refuses every item in which a key attribute is of another type than the table says
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeDefinition.html>):
`One or more parameter values were invalid: Type mismatch for key`.

## Example

```toml
sort_key = { attribute = \"gsi1_sk\", type = \"N\", value = \"{total}\" }
```

while the table says `{\"AttributeName\": \"gsi1_sk\", \"AttributeType\": \"S\"}`.

## How to fix

Give the model the table's type: `build_key` or `template` for S, `type = \"N\"` with `value` for N.

## When to ignore

Never: one of the two cannot be written.
",
    checks: &[Check::Description(check)],
};

fn check(design: &Design, table: &TableDescription, findings: &mut TableFindings) {
    let defined = |name: &str| {
        let schemas = std::iter::once(&table.keys).chain(table.indexes.iter().map(|index| &index.keys));
        schemas.flat_map(|keys| keys.attributes()).find(|(known, _)| known == name).map(|(_, kind)| *kind)
    };
    let keys = || design.entities.iter().flat_map(|entity| entity.keys());
    let wrong = |key: &KeyOf<'_>| defined(key.attribute()).is_some_and(|kind| kind != key.key.kind);
    let shared = Shared::new(keys().filter(wrong).map(|key| ((key.attribute(), key.key.kind), key.entity.name())));
    for ((attribute, kind), entities) in shared.0 {
        let is_it = |key: &KeyOf<'_>| key.attribute() == attribute && key.key.kind == kind;
        let (Some(first), Some(theirs)) = (keys().find(is_it), defined(attribute)) else { continue };
        let (who, writes) = (listed(&entities), verb(&entities, "writes", "write"));
        let message = format!(
            "{who} {writes} `{attribute}` as type {}, and the table `{}` has it as type {}",
            kind.as_str(),
            table.name,
            theirs.as_str()
        );
        findings.add(TableFinding {
            help: match theirs {
                KeyType::S => "leave `type` out, and write text with `build_key` or `template`".to_owned(),
                _ => format!("say `type = \"{}\"`, with `value`", theirs.as_str()),
            },
            entity: only(&entities),
            index: Some(first.index.name.value.clone()),
            attribute: Some(attribute.to_owned()),
            place: Some(first.place()),
            ..TableFinding::new(&RULE, message)
        });
    }
}
