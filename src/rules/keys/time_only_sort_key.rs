//! `time-only-sort-key`.

use super::numbers::number;
use super::times::time;
use crate::key::field_names::{is_measure, is_moment};
use crate::key::{Half, Way, rule_span};
use crate::model::{Expression, FieldPath, IndexKind};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "time-only-sort-key",
    level: DefaultLevel::Info,
    group: Group::Keys,
    summary: "two items of one partition with one time, or one score, replace each other",
    doc: "\
## What it finds

A sort key of the primary index whose only field is one that several items of a partition can well have alike:

* a time: a `datetime`, or a number whose name says that it counts the seconds since 1970 (`created_at`, `event_ts`);
* a number that measures or rates: any float, and an integer whose name says so (`score`, `price`, `rank`, `amount`,
  `priority`).

Nothing is said of integers with other names: a version, a position or a sequence number is unique in its partition. Nor
where the partition key holds the entity's own id (`id`, or `order_id` of an `Order`), nor where a time is printed as a date:
one item a day is meant then. Keys of other indexes need not be unique.

## Why it matters

The primary key is what makes an item one of its own: a second item with the same key takes the place of the first, without
an error
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>). Clocks repeat themselves: two requests
in one millisecond, a batch that stamps all its items with one time. Scores and prices repeat themselves even more: the
second player with 4200 points takes the place of the first. How often that happens cannot be known from a model, so
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

Put something unique behind the time or the number: the item's id, a counter, a random suffix. An id that sorts by time (ULID, KSUID, UUID
version 7) does both in one.

## When to ignore

When there is one item at a time at most, as with readings of one device; when the number is unique in its partition after
all, as a rank that is given out once; or when the later item shall replace the earlier.
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
        if let Some(lone) = lone(entity, &way) {
            findings.add(finding(*sort, &way, lone, design));
        }
    }
}

/// The only field of a key, which is not unique.
#[derive(Clone, Copy)]
struct Lone<'e> {
    field: &'e FieldPath,
    /// True of a time, false of another number.
    is_time: bool,
}

/// The field that is all that a way of building the key has: a time to the second or closer, or a number.
fn lone<'e>(entity: &Entity, way: &Way<'e>) -> Option<Lone<'e>> {
    let all: Option<Vec<(Lone<'_>, bool)>> = way.holes().map(|hole| not_unique(entity, hole)).collect();
    let all = all?;
    let (first, _) = all.first()?;
    let is_one = all.iter().all(|(lone, _)| lone.field == first.field);
    let is_close = all.iter().any(|(_, is_close)| *is_close);
    (is_one && is_close).then_some(*first)
}

/// The field that a placeholder prints, where it is a time or a number that is not unique; false beside it where only
/// the date is printed.
fn not_unique<'e>(entity: &Entity, hole: &'e Expression) -> Option<(Lone<'e>, bool)> {
    if let Some(time) = time(entity, hole) {
        return Some((Lone { field: time.field, is_time: true }, time.units().clock));
    }
    let number = number(entity, hole).filter(|number| !number.text)?;
    let name = &number.field.name;
    let is_time = is_moment(name);
    (is_time || is_measure(name) || !number.whole).then_some((Lone { field: number.field, is_time }, true))
}

/// True of `id`, and of `order_id`, `orderId` or `order` of an entity `Order`.
fn is_id_of(field: &str, entity: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    let (field, entity) = (plain(field), plain(entity));
    matches!(field.as_str(), "id" | "uuid" | "uid" | "ulid")
        || field.strip_prefix(&entity).is_some_and(|rest| matches!(rest, "" | "id" | "uuid" | "uid" | "ulid"))
}

fn finding(key: KeyOf<'_>, way: &Way<'_>, lone: Lone<'_>, design: &Design) -> DesignFinding {
    let entity = key.entity;
    let name = &lone.field.name;
    let (what, at) = if lone.is_time { ("time", "at one time") } else { ("number", "with one number") };
    let message = format!(
        "the sort key `{}` is the {what} `{name}` alone: two items of one partition {at} replace each other",
        key.attribute(),
    );
    let id = entity
        .model()
        .attributes
        .iter()
        .map(|attribute| &attribute.name.value)
        .find(|name| **name != lone.field.name && is_id_of(name, entity.name()));
    let help = match id {
        Some(id) => format!("put the id behind it: `{}`", with_id(way, id, key.delimiter(design))),
        None => "put something unique behind it: an id, a counter, a random suffix".to_owned(),
    };
    DesignFinding::new(&RULE, entity.place(rule_span(way.rule)), message)
        .label(format!("nothing but a {what}"))
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
