//! `key-too-long`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::longest::longest;
use super::showing::{by_size, first_use};
use crate::key::{Budget, MOST_BYTES, PartKind, Written};
use crate::model::FieldPath;
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Entries, Findings, Group, ItemContext, KeyOf,
    Rule,
};
use crate::text::counted;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-too-long",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "a partition key is over 2048 bytes, or a sort key over 1024",
    doc: "\
## What it finds

A partition key of more than 2048 bytes of UTF-8, or a sort key of more than 1024. `lint` builds the longest values that
the model allows (`max_length`, `pattern`, `enum`) and lets the engine write the key; fields without a bound are
[`unbounded-key`](unbounded-key.md)'s business.

## Why it matters

DynamoDB refuses the write with a ValidationException
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys>).
The limits are in bytes: a letter outside ASCII takes two to four.

## Example

```toml
sort_key = { attribute = \"gsi0_sk\", build_key = [[\"title\", \"{title}\"]] }
```

A `title` of 1,100 letters makes a key of 1,106 bytes; so do 275 characters of four bytes. Right:

```toml
title = { type = \"string\", max_length = 250 }
```

## How to fix

Put a short or shortened value into the key, an id or a hash, and keep the long text as an attribute of its own. Say
`max_length` in the model.

## When to ignore

Never: the write fails.
",
    checks: &[Check::Item(check), Check::Entity(check_design)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let length = match view.written {
            Written::Text(text) => text.len(),
            Written::Typed(Value::Bytes(bytes)) => bytes.len(),
            Written::Failed(failure) if failure.is_too_long => {
                let half = view.key.half;
                findings.add(view.finding(
                    &RULE,
                    failure.field.as_ref(),
                    format!(
                        "the {} has more than {MOST_BYTES} bytes, and DynamoDB takes {} at most: it is not written out",
                        half.name(),
                        half.max_bytes()
                    ),
                    "put something shorter into the key, or take out the filters that make it longer".to_owned(),
                ));
                continue;
            }
            _ => continue,
        };
        let half = view.key.half;
        if length <= half.max_bytes() {
            continue;
        }
        let longest = view.parts.iter().max_by_key(|part| part.end - part.start);
        let field = longest.and_then(|part| match part.kind {
            PartKind::Field(field) => Some(field),
            _ => None,
        });
        let help = match field {
            Some(field) => {
                format!("put something shorter than `{}` into the key, and keep it as an attribute", field.name)
            }
            None => "put something shorter into the key".to_owned(),
        };
        findings.add(view.finding(
            &RULE,
            field,
            format!("the {} has {length} bytes, and DynamoDB takes {} at most", half.name(), half.max_bytes()),
            help,
        ));
    }
}

/// What a field gives to a key.
struct Share {
    field: FieldPath,
    bytes: usize,
    /// How often it is in the key.
    times: usize,
}

/// The longest key of an entity that was found.
struct Found {
    bytes: usize,
    /// The field that gives the most bytes.
    most: Option<Share>,
}

fn check_design(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    // Bounds can be too high; they only tell where a closer look is worth while.
    let is_suspect = |key: &KeyOf<'_>| key.shape().max_bytes().is_some_and(|most| most > key.half.max_bytes());
    let suspects: Vec<KeyOf<'_>> = entity.keys().filter(is_suspect).collect();
    if suspects.is_empty() {
        return;
    }
    let items = longest_items(entity);
    // An inverted index has the same attributes.
    let mut reported = BTreeSet::new();
    for key in suspects {
        let limit = key.half.max_bytes();
        let found = items.iter().filter_map(|item| length_of(&key, item)).max_by_key(|found| found.bytes);
        let Some(Found { bytes, most }) = found.filter(|found| found.bytes > limit) else { continue };
        if !reported.insert(key.attribute()) {
            continue;
        }
        let field = most.as_ref().map(|share| &share.field);
        let help = match &most {
            Some(share) => shorten(entity, share, limit.saturating_sub(bytes - share.bytes)),
            None => "put something shorter into the key".to_owned(),
        };
        let label =
            most.as_ref().map_or_else(String::new, |share| format!("up to {}", counted(share.bytes as u64, "byte")));
        let message = format!("the {} can have {bytes} bytes, and DynamoDB takes {limit} at most", key.name());
        findings.add(
            DesignFinding::new(&RULE, entity.place(first_use(key.key, field)), message)
                .label(label)
                .subject(key.subject())
                .help(help),
        );
    }
}

/// Items with the longest values that could be found, with fields unset as in the scenarios: each takes its own case.
fn longest_items(entity: &Entity) -> Vec<Entries> {
    let used: BTreeSet<usize> = entity.key_fields().iter().filter_map(|field| field.attribute).collect();
    // An item holds so many bytes, and all that are tried hold no more than a few of the largest.
    let (mut room, mut budget) = (MOST_BYTES, Budget::new(32 << 20));
    let mut values: BTreeMap<&str, Value<'static>> = BTreeMap::new();
    for attribute in used.iter().filter_map(|at| entity.model().attributes.get(*at)) {
        let Some(value) = longest(attribute) else { continue };
        let bytes = if let Value::Str(text) = &value { text.len() } else { 0 };
        if bytes <= room {
            room -= bytes;
            values.insert(&attribute.name.value, value);
        }
    }
    let bytes = MOST_BYTES - room;
    let scenarios = by_size(entity).into_iter().filter(|scenario| scenario.blank.is_empty());
    let lengthened = scenarios.take_while(|scenario| budget.spend_many(bytes + 64 * scenario.item.len()).is_ok());
    let lengthened = lengthened.map(|scenario| {
        let lengthen = |(name, value): &(Cow<'static, str>, Value<'static>)| {
            (name.clone(), values.get(name.as_ref()).unwrap_or(value).clone())
        };
        scenario.item.iter().map(lengthen).collect()
    });
    lengthened.filter(|item| entity.conforms(item)).collect()
}

fn length_of(key: &KeyOf<'_>, item: &Entries) -> Option<Found> {
    key.entity.trace_one(item, key.number, |written, recorder| {
        let Written::Text(text) = written.get(0) else { return None };
        let mut shares: Vec<Share> = Vec::new();
        for part in recorder.parts(0) {
            let PartKind::Field(field) = part.kind else { continue };
            let bytes = part.end - part.start;
            match shares.iter_mut().find(|known| known.field == *field) {
                Some(known) => {
                    known.bytes += bytes;
                    known.times += 1;
                }
                None => shares.push(Share { field: field.clone(), bytes, times: 1 }),
            }
        }
        // The first of those that give the most.
        let most = shares.into_iter().rev().max_by_key(|share| share.bytes);
        Some(Found { bytes: text.len(), most })
    })
}

/// What to say of the field that gives the most, where there is room for `room` bytes of it.
fn shorten(entity: &Entity, share: &Share, room: usize) -> String {
    let Share { field, bytes, times } = share;
    let gives = format!("`{}` gives up to {bytes} of them", field.name);
    let attribute = entity.attribute(field).filter(|_| field.path.is_empty());
    let Some(Value::Str(text)) = attribute.and_then(longest) else {
        return format!("{gives}: put something shorter into the key");
    };
    let room = room / times;
    let characters = text.chars().count();
    let each = text.len().div_ceil(characters.max(1));
    match room / each.max(1) {
        0 => format!("{gives}: put something shorter into the key"),
        fitting if each == 1 => format!("{gives}: say `max_length = {fitting}` there"),
        fitting => format!(
            "{gives}, {} of {each} bytes each: say `max_length = {fitting}` there, or a `pattern` \
             of ASCII letters, which have one byte",
            counted(characters as u64, "character")
        ),
    }
}
