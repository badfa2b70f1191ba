//! `unsortable-time`.

use super::probe::{Printed, Probe, is_fixed_by_partition, order_witness, sorted_holes};
use super::times::{Time, elsewhere, mixed_pairs, pairs, time};
use crate::audit::Defect;
use crate::key::WayPiece;
use crate::key::python::{has_directive, says_utc};
use crate::model::{Attribute, Expression};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule, Witness};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unsortable-time",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "a time in a sort key is written so that it does not sort by time",
    doc: "\
## What it finds

A time in a sort key of type `S` in a form that does not sort: the day or the month before the year, names of months or
days, a year of two digits, hours from 1 to 12, a week number beside the wrong year (`%Y-W%V`). And a field of type
`datetime` whose `pattern` allows several offsets, or fractions of several lengths. `strftime` is looked at, too: it prints
the local time, so times of several offsets do not sort, and a `Z` in the format says UTC of all of them. The finding shows
two times and the order in which DynamoDB returns them, or a time and what is made of it.

A `datetime` without a `pattern` is taken to be written in one form, as most programs do. What a format leaves out in front
is left out on purpose: `%m-%d` sorts birthdays by the day of the year, and `%H:%M` by the time of the day. A format without
hours prints the local day, which may be meant, and its offsets are not looked at.

## In a table

`dynkeys audit` finds fields of type `datetime` whose stored times do not even sort among themselves: `01/31/2024`,
`31.01.2024`, RFC 1123 (`Fri, 17 May 2024 09:30:00 GMT`) and other texts with names of days or months. Text of type `string`
that looks like this is left alone: its order may be another one. Several formats in one key are
[`mixed-time-formats`](mixed-time-formats.md), and so are times of several offsets that `strftime` prints without them.

## Why it matters

Text sorts by its bytes
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-sort-keys.html>): `02.01.2025` comes before
`31.12.2024`. Lists come out in the wrong order, and `between` two times reads others.

## Example

```toml
entity = \"Payment\"
[attributes]
account = { type = \"string\", required = true }
id      = { type = \"string\", required = true }
paid    = { type = \"datetime\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"account\", \"{account}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"paid\", \"{paid|strftime('%d.%m.%Y')}\"], [\"id\", \"{id}\"]] }
```

Right:

```toml
sort_key = { attribute = \"sk\", build_key = [[\"paid\", \"{paid|strftime('%Y-%m-%d')}\"], [\"id\", \"{id}\"]] }
```

## How to fix

Write the largest unit first and every unit with all its digits: `%Y-%m-%dT%H:%M:%S`. Convert times to UTC before they are
stored, and let `pattern` allow one offset and one number of digits. `{paid|timestamp}` sorts whatever the offset is.

## When to ignore

When the key is only ever read whole and its order does not matter.
",
    checks: &[Check::Entity(check), Check::Audit(Defect::UnsortableTime)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for (key, hole) in sorted_holes(entity) {
        let Some(found) = time(entity, hole).filter(|found| !found.is_epoch()) else { continue };
        let Some(attribute) = entity.attribute(found.field) else { continue };
        // A time that is printed as it is has the one form in which programs write it, unless a pattern says otherwise.
        let is_raw = found.format().is_none();
        if is_raw && attribute.pattern.is_none() || is_fixed_by_partition(key, found.field) {
            continue;
        }
        let Some(probe) = Probe::of(key, hole) else { continue };
        let misordered = |pairs: &[_]| probe.misordered(found.field, pairs.iter().map(|(low, high)| (low, high)));
        if let Some((low, high)) = misordered(&pairs(attribute, found.units(), is_raw)) {
            // Another format alone does not sort times of several offsets.
            let has_offsets = attribute.pattern.is_some() && misordered(&mixed_pairs(attribute)).is_some();
            findings.add(finding(key, hole, &found, has_offsets, &low, &high));
        } else if attribute.pattern.is_none() {
            // A time without a pattern has the one form in which programs write it.
        } else if let Some((low, high)) = misordered(&mixed_pairs(attribute)) {
            findings.add(if is_raw {
                finding(key, hole, &found, true, &low, &high)
            } else {
                offset_finding(key, hole, &found, &low, &high)
            });
        } else if let Some(printed) = local_as_utc(key, hole, &found, attribute, &probe) {
            findings.add(utc_finding(key, hole, &found, &printed));
        }
    }
}

/// What is written for a time elsewhere that is printed as one in UTC.
fn local_as_utc(
    key: KeyOf<'_>,
    hole: &Expression,
    time: &Time<'_>,
    attribute: &Attribute,
    probe: &Probe<'_>,
) -> Option<Printed> {
    let ways = key.ways();
    let mut pieces =
        ways.iter().flat_map(|way| way.pieces.iter().zip(way.pieces.iter().skip(1).map(Some).chain([None])));
    let is_hole = |piece: &WayPiece<'_>| matches!(piece, WayPiece::Hole(own) if std::ptr::eq(*own, hole));
    let after = match pieces.find(|(piece, _)| is_hole(piece)) {
        Some((_, Some(WayPiece::Text(text)))) => text.as_ref(),
        _ => "",
    };
    if !says_utc(time.format()?, after) {
        return None;
    }
    elsewhere(attribute).find_map(|value| probe.with(time.field, &value))
}

/// The text of the field in an item.
fn own_text(time: &Time<'_>, printed: &Printed) -> String {
    let own = printed.item.iter().find(|(name, _)| *name == time.field.name);
    match own {
        Some((_, Value::Str(text))) => text.clone().into_owned(),
        _ => printed.part.clone(),
    }
}

/// A format that prints times of several offsets.
fn offset_finding(key: KeyOf<'_>, hole: &Expression, time: &Time<'_>, low: &Printed, high: &Printed) -> DesignFinding {
    let name = &time.field.name;
    let message = format!(
        "`{name}` does not sort by time in {}: `{}` is earlier than `{}` and is printed as `{}`, after `{}`",
        key.name(),
        own_text(time, low),
        own_text(time, high),
        low.part,
        high.part
    );
    let help = format!(
        "convert times to UTC before they are stored and let the `pattern` of `{name}` allow one offset, or use \
         `{{{name}|timestamp}}`"
    );
    with_pattern(new_finding(key, hole, time, message, help), key, time, "several offsets match this")
        .witness(order_witness(key, low, high))
}

/// A format that says UTC of times elsewhere.
fn utc_finding(key: KeyOf<'_>, hole: &Expression, time: &Time<'_>, printed: &Printed) -> DesignFinding {
    let name = &time.field.name;
    let message = format!(
        "`{name}` is printed as a time in UTC in {} whatever its offset is: `{}` becomes `{}`",
        key.name(),
        own_text(time, printed),
        printed.part
    );
    let help = format!(
        "convert times to UTC before they are stored and let the `pattern` of `{name}` allow UTC only, or print the \
         offset with `%z`"
    );
    let witness = Witness {
        items: vec![key.entity.witness_of(&printed.item, &key.entity.keys_of(key.index))],
        caption: "writes".to_owned(),
        keys: vec![(key.attribute().to_owned(), printed.text.clone())],
    };
    with_pattern(new_finding(key, hole, time, message, help), key, time, "other offsets match this").witness(witness)
}

fn new_finding(key: KeyOf<'_>, hole: &Expression, time: &Time<'_>, message: String, help: String) -> DesignFinding {
    DesignFinding::new(&RULE, key.entity.place(hole.span), message)
        .label("does not sort by time")
        .subject(key.subject().into_iter().chain([time.field.name.clone()]))
        .help(help)
}

/// A finding that points at the pattern of the field, too.
fn with_pattern(finding: DesignFinding, key: KeyOf<'_>, time: &Time<'_>, words: &str) -> DesignFinding {
    match key.entity.attribute(time.field).and_then(|attribute| attribute.pattern.as_ref()) {
        Some(pattern) => finding.related(key.entity.place(pattern.span), words),
        None => finding,
    }
}

fn finding(
    key: KeyOf<'_>,
    hole: &Expression,
    time: &Time<'_>,
    has_offsets: bool,
    low: &Printed,
    high: &Printed,
) -> DesignFinding {
    let name = &time.field.name;
    let message = format!(
        "`{name}` does not sort by time in {}: `{}` is earlier than `{}` and sorts behind it",
        key.name(),
        low.part,
        high.part
    );
    let help = match time.format() {
        Some(_) if has_offsets => format!(
            "use `{{{name}|timestamp}}`, which sorts whatever the offset is: the `pattern` of `{name}` allows several, and \
             no order of the units sorts these"
        ),
        Some(format) => format!("write the largest unit first: `{{{name}|strftime('{}')}}`", sortable(format)),
        None => format!(
            "store UTC and let the `pattern` of `{name}` allow one offset and one number of digits, or use \
             `{{{name}|timestamp}}`"
        ),
    };
    let finding = new_finding(key, hole, time, message, help).witness(order_witness(key, low, high));
    if time.format().is_some() { finding } else { with_pattern(finding, key, time, "several forms match this") }
}

/// A format that prints the same units and sorts.
fn sortable(format: &str) -> String {
    let has = |directives| has_directive(format, directives);
    if has("V") {
        return "%G-W%V".to_owned();
    }
    let mut date = Vec::new();
    for (printed, directive) in [("YyGF", "%Y"), ("mbBF", "%m"), ("dF", "%d")] {
        if has(printed) {
            date.push(directive);
        }
    }
    if has("j") {
        date.push("%j");
    }
    let mut clock = Vec::new();
    for (printed, directive) in [("HIT", "%H"), ("MT", "%M"), ("ST", "%S")] {
        if has(printed) {
            clock.push(directive);
        }
    }
    let fraction = if has("f") { ".%f" } else { "" };
    let between = if date.is_empty() || clock.is_empty() { "" } else { "T" };
    let sorted = format!("{}{between}{}{fraction}", date.join("-"), clock.join(":"));
    if sorted.is_empty() { "%Y-%m-%d".to_owned() } else { sorted }
}
