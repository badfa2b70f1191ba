//! `key-type-conflict`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::model::{AttributeType, KeyType};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Group, KeyOf, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-type-conflict",
    level: DefaultLevel::Error,
    group: Group::Types,
    summary: "one key attribute has two types",
    doc: "\
## What it finds

A key attribute that is of one type in one place and of another elsewhere: in two entities of a table, in two indexes of
an entity, or in a model and in `[table]` of `dynkeys.toml`.

## Why it matters

An attribute that is part of a key has one type in the whole table, which is fixed when the table or the index is made
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeDefinition.html>). DynamoDB refuses items with
the other one.

## Example

```toml
# order.toml
sort_key = { attribute = \"gsi1_sk\", type = \"N\", value = \"{total}\" }
```

```toml
# invoice.toml
sort_key = { attribute = \"gsi1_sk\", build_key = [[\"number\", \"{number}\"]] }
```

Right: the same type in both, here `type = \"N\"` with a number.

## How to fix

Look at the table's definition (`aws dynamodb describe-table`), give every model that type, and write it down in `[table]`, or correct it there.

## When to ignore

Never: one of the two cannot be written.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    // The first key of each attribute of a table; entities whose primary keys have the same attributes are of one table.
    let mut known: BTreeMap<(&str, Vec<&str>), KeyOf<'_>> = BTreeMap::new();
    for entity in &design.entities {
        let primary = entity.primary().map(|index| entity.keys_of(index)).unwrap_or_default();
        let table: Vec<&str> = primary.iter().map(KeyOf::attribute).collect();
        for key in entity.keys() {
            if let Some(wanted) = of_table(design, key).filter(|wanted| *wanted != key.key.kind) {
                let message = format!(
                    "`{}` is of type {} here, and of type {} in `[table]`",
                    key.attribute(),
                    key.key.kind.as_str(),
                    wanted.as_str()
                );
                let mut finding = finding(key, wanted, message);
                finding.help.push_str(", or correct `type` in dynkeys.toml");
                findings.add(finding);
                continue;
            }
            match known.entry((key.attribute(), table.clone())) {
                Entry::Vacant(entry) => {
                    entry.insert(key);
                }
                Entry::Occupied(entry) if entry.get().key.kind != key.key.kind => {
                    let first = entry.get();
                    let message = format!(
                        "`{}` is of type {} here, and of type {} in {}",
                        key.attribute(),
                        key.key.kind.as_str(),
                        first.key.kind.as_str(),
                        if std::ptr::eq(first.entity, entity) {
                            format!("`{}`", first.index.name.value)
                        } else {
                            format!("`{}`", first.entity.name())
                        }
                    );
                    findings.add(finding(key, first.key.kind, message).related(first.place(), "of the other type"));
                }
                Entry::Occupied(_) => {}
            }
        }
    }
}

fn finding(key: KeyOf<'_>, wanted: KeyType, message: String) -> DesignFinding {
    DesignFinding::new(&RULE, key.place(), message)
        .label(format!("of type {}", key.key.kind.as_str()))
        .subject(key.subject())
        .help(match wanted {
            KeyType::S => "leave `type` out, and write text with `build_key` or `template`".to_owned(),
            wanted => match only_field(&key).filter(|_| wanted == KeyType::N) {
                Some(Field { name, kind: AttributeType::Integer | AttributeType::Float }) => {
                    format!("pass the number on: `type = \"N\", value = \"{{{name}}}\"`")
                }
                Some(Field { name, kind: AttributeType::Datetime }) => {
                    format!("pass a number on: `type = \"N\", value = \"{{{name}|timestamp}}\"`")
                }
                _ => {
                    let what = if wanted == KeyType::N { "a number" } else { "binary" };
                    format!(
                        "use `value` with a field that is {what} for the key of type {}, or give the key another attribute",
                        wanted.as_str()
                    )
                }
            },
        })
}

/// A field and its type.
struct Field<'e> {
    name: &'e str,
    kind: AttributeType,
}

/// The field of a key that prints one and no other.
fn only_field<'e>(key: &KeyOf<'e>) -> Option<Field<'e>> {
    let [field] = key.fields()[..] else { return None };
    let attribute = key.entity.attribute(field).filter(|_| field.path.is_empty())?;
    Some(Field { name: &field.name, kind: *attribute.kind })
}

/// The type that the configuration gives the attribute.
fn of_table(design: &Design, key: KeyOf<'_>) -> Option<KeyType> {
    let table = &design.table;
    let own = [&table.partition_key, &table.sort_key];
    let indexes = table.indexes.iter().flat_map(|index| [&index.partition_key, &index.sort_key]);
    // A table of other attributes is another table.
    let is_this_table = table.partition_key.as_ref().is_none_or(|(name, _)| {
        let primary = key.entity.primary().map(|index| key.entity.keys_of(index)).unwrap_or_default();
        primary.first().is_none_or(|first| first.attribute() == name)
    });
    let mut all = own.into_iter().chain(indexes).flatten();
    is_this_table.then(|| all.find(|(name, _)| name == key.attribute()).map(|(_, kind)| *kind)).flatten()
}
