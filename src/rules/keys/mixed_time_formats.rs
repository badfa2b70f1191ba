//! `mixed-time-formats`.

use std::collections::BTreeMap;

use super::probe::{Printed, Probe};
use super::times::{Time, pairs, time};
use crate::audit::Defect;
use crate::key::{Half, Way, WayPiece};
use crate::model::{Expression, KeyType};
use crate::rules::finding::Undecided;
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule, Values, Witness,
};

/// The rule.
pub static RULE: Rule = Rule {
    name: "mixed-time-formats",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "times in one sort key are written in formats that do not sort together",
    doc: "\
## What it finds

Two ways to write a time in one sort key attribute, of two entities that can share a partition or of two cases of one
key, behind the same text. Each sorts for itself, and the two do not sort together. The finding shows two items and the
order in which DynamoDB returns them.

Formats that do sort together are fine (`2024-05-17` and `2024-05-17T09:30:00`), and so are times behind different
prefixes, which never mix.

## In a table

`dynkeys audit` finds a part of a sort key in which the times of one entity are stored in several formats that do not sort
together. The count is of those that are not written as most are, and the examples show one of each format.

`Z`, `z`, `+00:00`, `+0000`, `+00`, ` UTC`, ` GMT` and no offset at all are different formats. So are different offsets, and
`T`, `t` and a space between the date and the time. Fractions of a second may have any number of digits before an offset such
as `+00:00`, which sorts before every digit. Before `Z` each length is a format of its own: `…03.15Z` sorts before `…03.1Z`.
Where the time has no end of its own, the next character of the key decides.

In a field of type `datetime` that is printed as it is, what is not a time of a known format is a format of its own, and
`20240517` and seconds, milliseconds, microseconds and nanoseconds since 1970 are times. Of another type they may as well be
numbers; there, where more of the entity's items have something else in that part than a time, nothing is said.

Where `strftime` or the like leaves the offset out of the key, the items' fields are looked at: times of several offsets are
found, and so are times at another offset than UTC whose key ends in a `Z` of the format's own. Times without an offset are
not compared with others, and formats without hours are left alone: they print the local day.

Keys that are not as the model writes them are told of as such ([`stale-key`](stale-key.md)) and not looked at.

## Why it matters

A query for a range of time, or for the latest items, reads all of one format and none of the other: text sorts by its
bytes (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-sort-keys.html>), and `1715938200.0` comes
before `2024-05-17`.

## Example

```toml
# comment.toml
sort_key = { attribute = \"gsi1_sk\", build_key = [[\"at\", \"{created}\"]] }
```

```toml
# like.toml
sort_key = { attribute = \"gsi1_sk\", build_key = [[\"at\", \"{created|timestamp}\"]] }
```

Right: the same in both, here `{created}`.

## How to fix

Write times in one format in all keys of an attribute, best of all in the whole table.

## When to ignore

When the two are never read in one query.
",
    checks: &[Check::Table(check), Check::Audit(Defect::MixedTimeFormats)],
};

/// How many pairs of keys with times are compared.
const MOST_COMPARED: usize = 20_000;

/// A time in a sort key, with the text before it.
struct Use<'d> {
    key: KeyOf<'d>,
    hole: &'d Expression,
    time: Time<'d>,
    before: String,
}

fn check(design: &Design, findings: &mut DesignFindings) {
    let uses: Vec<Use<'_>> = design.entities.iter().flat_map(uses).collect();
    // How many others each is compared with.
    let most = (MOST_COMPARED / uses.len().max(1)).max(8);
    let mut places: BTreeMap<(&str, &str), Vec<&Use<'_>>> = BTreeMap::new();
    for one in &uses {
        let before = places.entry((one.key.attribute(), &one.before)).or_default();
        let mut differing = before.iter().copied().filter(|first| first.time.form() != one.time.form());
        let others = differing.by_ref().take(most).filter(|first| share_a_partition(design, first, one));
        let found = others.into_iter().find_map(|first| Some((first, misordered(first, one)?)));
        if let Some((first, (low, high))) = found {
            findings.add(finding(first, one, &low, &high));
        } else if differing.next().is_some() {
            findings.leave_open(Undecided {
                rules: &["mixed-time-formats"],
                entity: one.key.entity.name().to_owned(),
                place: one.key.place(),
                message: format!(
                    "the times in `{}` are compared with those of {most} other keys, and there are more",
                    one.key.attribute()
                ),
                subject: one.key.subject().to_vec(),
                help: "write times in one format in all keys of an attribute",
            });
        }
        before.push(one);
    }
}

/// The first time in each way of building a sort key.
fn uses(entity: &Entity) -> Vec<Use<'_>> {
    let sorted = entity.keys().filter(|key| key.half == Half::Sort && key.key.kind == KeyType::S && !key.key.eager);
    sorted.flat_map(|key| key.ways().into_iter().filter_map(move |way| first_time(entity, key, &way))).collect()
}

fn first_time<'d>(entity: &'d Entity, key: KeyOf<'d>, way: &Way<'d>) -> Option<Use<'d>> {
    let hole = match way.pieces.as_slice() {
        [WayPiece::Text(_), WayPiece::Hole(hole), ..] | [WayPiece::Hole(hole), ..] => *hole,
        _ => return None,
    };
    Some(Use { key, hole, time: time(entity, hole)?, before: way.leading_text().to_owned() })
}

/// True where an item of each can be in one partition of the index.
fn share_a_partition(design: &Design, left: &Use<'_>, right: &Use<'_>) -> bool {
    let (left, right) = (left.key, right.key);
    if std::ptr::eq(left.entity, right.entity) {
        return std::ptr::eq(left.index, right.index);
    }
    let partition = |key: KeyOf<'_>| {
        key.entity
            .keys_of(key.index)
            .into_iter()
            .filter(|key| key.half == Half::Partition)
            .map(|key| key.number)
            .collect::<Vec<_>>()
    };
    let (own, other) = (partition(left), partition(right));
    !own.is_empty()
        && own.len() == other.len()
        && own.iter().zip(&other).all(|(own, other)| {
            let (own, other) = (left.entity.key(*own), right.entity.key(*other));
            own.attribute() == other.attribute() && own.may_meet(&other) && own.meets(&other, Values::Plain, design)
        })
}

/// Two times that both formats sort rightly for themselves, and that do not sort when each is in one of them.
fn misordered(first: &Use<'_>, second: &Use<'_>) -> Option<(Printed, Printed)> {
    let left = Probe::of(first.key, first.hole)?;
    let right = Probe::of(second.key, second.hole)?;
    let attribute = first.key.entity.attribute(first.time.field)?;
    pairs(attribute, first.time.units(), false).iter().find_map(|(low, high)| {
        let (left_low, left_high) = (left.with(first.time.field, low)?, left.with(first.time.field, high)?);
        let (right_low, right_high) = (right.with(second.time.field, low)?, right.with(second.time.field, high)?);
        if left_low.part >= left_high.part || right_low.part >= right_high.part {
            return None;
        }
        if left_low.part > right_high.part {
            Some((left_low, right_high))
        } else if right_low.part > left_high.part {
            Some((right_low, left_high))
        } else {
            None
        }
    })
}

fn finding(first: &Use<'_>, second: &Use<'_>, low: &Printed, high: &Printed) -> DesignFinding {
    let (key, entity) = (second.key, second.key.entity);
    let message = format!(
        "`{}` holds times as {} and, of `{}`, as {}, which do not sort together",
        key.attribute(),
        second.time.form(),
        first.key.entity.name(),
        first.time.form()
    );
    // Each item is shown by the entity whose key it has.
    let is_first = |printed: &Printed| {
        first.key.entity.write(&printed.item).get(first.key.number) == crate::key::Written::Text(&printed.text)
    };
    let shown = |printed: &Printed| {
        let own = if is_first(printed) { first.key } else { key };
        own.entity.witness_of(&printed.item, &own.entity.keys_of(own.index))
    };
    let attribute = || key.attribute().to_owned();
    DesignFinding::new(&RULE, entity.place(second.hole.span), message)
        .label(second.time.form())
        .related(first.key.entity.place(first.hole.span), first.time.form())
        .subject(key.subject().into_iter().chain([first.key.entity.name().to_owned()]))
        .help(format!("write both in one format, as in `{{{}|isoformat}}`", second.time.field.name))
        .witness(Witness {
            items: vec![shown(low), shown(high)],
            caption: "sorted as".to_owned(),
            keys: vec![(attribute(), high.text.clone()), (attribute(), low.text.clone())],
        })
}
