//! `time-bucket-partition-key`.

use super::partitions::{is_bounded, partition_keys};
use super::spread::{Period, Spread, of_expression, spread};
use crate::model::{Index, IndexKind};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Place, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "time-bucket-partition-key",
    level: DefaultLevel::Info,
    group: Group::Indexes,
    summary: "a partition key is a time cut to a day or the like, so that all items of now share it",
    doc: "\
## What it finds

A partition key that is a time cut to a period, from a minute to a year: `strftime` without seconds, a `datetime` with
a `max_length` that leaves only the date, text whose `pattern` is that of a date. Beside it there is nothing in the
key but text and fields with a few values.

Nothing is said where a field with many values or a shard is in the key as well, nor of an entity of which there is
one item a period, such as a daily summary.

## Why it matters

All that is written now goes to one partition key, and all others rest: the table has the 3,000 read units and 1,000
write units of one partition for it. AWS names a creation date rounded to a period as an example of a bad key
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-uniform-load.html>).

## Example

```toml
entity = \"Reading\"
[attributes]
sensor = { type = \"string\", required = true }
taken  = { type = \"datetime\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"day\", \"{taken|strftime('%Y-%m-%d')}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"sensor\", \"{sensor}\"], [\"taken\", \"{taken}\"]] }
```

Right: each sensor has its own partition for each day.

```toml
entity = \"Reading\"
[attributes]
sensor = { type = \"string\", required = true }
taken  = { type = \"datetime\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"sensor\", \"{sensor}\"], [\"day\", \"{taken|strftime('%Y-%m-%d')}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"taken\", \"{taken}\"]] }
```

## How to fix

Put a field with many values before the time. Where all items of a day are to be read, add a shard and query each
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html>).

## When to ignore

When the time is not that of the write, such as a birthday or the day of a booking, or when few items are written in a
period.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    // One item a period is no crowd.
    if is_bounded(entity, Spread::Period(Period::Minute)) {
        return;
    }
    for index in entity.model().indexes.iter().filter(|index| index.kind != IndexKind::Local) {
        let Spread::Period(period) = spread(&partition_keys(entity, index)) else { continue };
        let Some(place) = place(entity, index, period) else { continue };
        let (name, period) = (&index.name.value, period.name());
        let scope = match index.kind {
            IndexKind::Primary => String::new(),
            _ => format!(" of `{name}`"),
        };
        let message = format!("every `{}` of one {period} has the same partition key{scope}", entity.name());
        let help = format!(
            "put a field with many values into the partition key as well, or a shard; one partition serves 1,000 write \
             units a second, and while the {period} lasts all writes go to one"
        );
        findings.add(
            DesignFinding::new(&RULE, place, message)
                .label(format!("the same for a whole {period}"))
                .subject([entity.name(), name])
                .help(help),
        );
    }
}

/// The place of the placeholder that tells the periods apart.
fn place(entity: &Entity, index: &Index, period: Period) -> Option<Place> {
    let keys = partition_keys(entity, index);
    let ways = keys.iter().flat_map(|key| key.ways()).collect::<Vec<_>>();
    let mut holes = ways.iter().flat_map(|way| way.holes());
    let hole = holes.find(|hole| of_expression(entity, hole) == Spread::Period(period))?;
    Some(entity.place(hole.span))
}
