//! `mutable-field-in-primary-key`.

use crate::model::FieldPath;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "mutable-field-in-primary-key",
    level: DefaultLevel::Warning,
    group: Group::Indexes,
    summary: "a field of the primary key may change, where others are said not to",
    doc: "\
## What it finds

A field that the primary key uses and that is not `immutable`, in a model that says `immutable = true` of another one. A
model that never uses the word says nothing about what changes, and is not looked at. A field whose `enum` has one value
cannot change.

## Why it matters

A primary key cannot be changed by an update
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>). When the field changes, the item
is written under a new key, and the old one stays: two items for one thing, until somebody deletes the first.

## Example

```toml
entity = \"User\"
[attributes]
id    = { type = \"string\", required = true, immutable = true }
email = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"email\", \"{email}\"]] }
```

Right, with the address in an index, which follows it:

```toml
entity = \"User\"
[attributes]
id    = { type = \"string\", required = true, immutable = true }
email = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"user\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"email\", \"{email}\"]] }
```

## How to fix

Say `immutable = true` where the field never changes once written. Otherwise build the primary key from fields that
stay, and put the field into the key of an index.

## When to ignore

When the program deletes the old item in the same transaction that writes the new one.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let attributes = &entity.model().attributes;
    let Some(known) = attributes.iter().find(|attribute| attribute.immutable) else { return };
    let Some(primary) = entity.primary() else { return };
    // An eager key does not follow its fields.
    let keys: Vec<KeyOf<'_>> = entity.keys_of(primary).into_iter().filter(|key| !key.key.eager).collect();
    let is_used = |at: usize| {
        let of_attribute = move |field: &&FieldPath| field.attribute == Some(at);
        keys.iter().find(move |key| key.fields().iter().any(of_attribute))
    };
    for (at, attribute) in attributes.iter().enumerate() {
        if attribute.immutable || attribute.allowed.len() == 1 {
            continue;
        }
        let Some(key) = is_used(at) else { continue };
        let name = &attribute.name.value;
        let message =
            format!("`{name}` is in the primary key and may change, while `{}` is `immutable`", known.name.value);
        findings.add(
            DesignFinding::new(&RULE, entity.place(attribute.name.span), message)
                .label("not `immutable`")
                .related(key.attribute_place(), "uses it")
                .subject([entity.name(), name])
                .help(format!(
                    "say `immutable = true` where it never changes, otherwise build `{}` from fields that stay",
                    key.attribute()
                )),
        );
    }
}
