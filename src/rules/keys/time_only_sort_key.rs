//! `time-only-sort-key`.

use super::times::{Time, time};
use crate::key::{Half, Way, rule_span};
use crate::model::{FieldPath, IndexKind};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "time-only-sort-key",
    level: DefaultLevel::Info,
    group: Group::Keys,
    summary: "two items of one partition at one time replace each other",
    doc: "\
## What it finds

A sort key of the primary index in which a time is the only field. Nothing is said where the partition key holds the
entity's own id (`id`, or `order_id` of an `Order`), and where the time is printed as a date: one item a day is meant then.
Keys of other indexes need not be unique.

## Why it matters

The primary key is what makes an item one of its own: a second item with the same key takes the place of the first, without
an error
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>). Clocks repeat themselves: two requests
in one millisecond, a batch that stamps all its items with one time. How often that happens cannot be known from a model, so
this is for your information.

## Example

```toml
entity = \"Event\"
[attributes]
user_id = { type = \"string\", required = true }
id      = { type = \"string\", required = true }
created = { type = \"datetime\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{user_id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"event\", \"{created}\"]] }
```

Right:

```toml
sort_key = { attribute = \"sk\", build_key = [[\"event\", \"{created}\"], [\"\", \"{id}\"]] }
```

## How to fix

Put something unique behind the time: the item's id, a counter, a random suffix. An id that sorts by time (ULID, KSUID, UUID
version 7) does both in one.

## When to ignore

When there is one item at a time at most, as with readings of one device, or when the later item shall replace the earlier.
",
    checks: &[Check::Entity(check)],
};

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let Some(index) = entity.primary() else { return };
    let keys = entity.keys_of(index);
    let [partition, sort] = keys.as_slice() else { return };
    let is_own_id = |way: &Way<'_>| {
        way.holes().any(|hole| hole.first_field().is_some_and(|field| is_id_of(&field.name, entity.name())))
    };
    if index.kind != IndexKind::Primary || sort.half != Half::Sort || partition.ways().iter().any(is_own_id) {
        return;
    }
    for way in sort.ways() {
        if let Some(time) = only_time(entity, &way) {
            findings.add(finding(*sort, &way, &time, design));
        }
    }
}

/// The time that is all that a way of building the key has, to the second or closer.
fn only_time<'e>(entity: &Entity, way: &Way<'e>) -> Option<Time<'e>> {
    let times: Option<Vec<Time<'_>>> = way.holes().map(|hole| time(entity, hole)).collect();
    let times = times?;
    let first = times.first()?;
    let is_one = times.iter().all(|time| time.field == first.field);
    let has_clock = times.iter().any(|time| time.units().clock);
    (is_one && has_clock).then(|| first.clone())
}

/// True of `id`, and of `order_id`, `orderId` or `order` of an entity `Order`.
fn is_id_of(field: &str, entity: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    let (field, entity) = (plain(field), plain(entity));
    matches!(field.as_str(), "id" | "uuid" | "uid" | "ulid")
        || field.strip_prefix(&entity).is_some_and(|rest| matches!(rest, "" | "id" | "uuid" | "uid" | "ulid"))
}

fn finding(key: KeyOf<'_>, way: &Way<'_>, time: &Time<'_>, design: &Design) -> DesignFinding {
    let entity = key.entity;
    let message = format!(
        "the sort key `{}` is the time `{}` alone: two items of one partition at one time replace each other",
        key.attribute(),
        time.field.name
    );
    let id = entity
        .model()
        .attributes
        .iter()
        .map(|attribute| &attribute.name.value)
        .find(|name| is_id_of(name, entity.name()));
    let help = match id {
        Some(id) => format!("put the id behind it: `{}`", with_id(way, id, key.delimiter(design))),
        None => "put something unique behind it: an id, a counter, a random suffix".to_owned(),
    };
    let FieldPath { name, .. } = time.field;
    DesignFinding::new(&RULE, entity.place(rule_span(way.rule)), message)
        .label("nothing but a time")
        .subject(key.subject().into_iter().chain([name.clone()]))
        .help(help)
}

/// What is to be added to the key.
fn with_id(way: &Way<'_>, id: &str, delimiter: &str) -> String {
    match way.rule {
        crate::model::Rule::BuildKey(_) => format!("[\"\", \"{{{id}}}\"]"),
        crate::model::Rule::Template(_) | crate::model::Rule::Value(_) => format!("{delimiter}{{{id}}}"),
    }
}
