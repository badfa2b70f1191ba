//! `unsortable-time`.

use super::probe::{Printed, Probe, is_fixed_by_partition, order_witness, sorted_holes};
use super::times::{Time, mixed_pairs, pairs, time};
use crate::model::Expression;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};

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
`datetime` whose `pattern` allows several offsets, or fractions of several lengths. The finding shows two times and the
order in which DynamoDB returns them.

A `datetime` without a `pattern` is taken to be written in one form, as most programs do. What a format leaves out in front
is left out on purpose: `%m-%d` sorts birthdays by the day of the year, and `%H:%M` by the time of the day.

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
    checks: &[Check::Entity(check)],
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
            findings.add(finding(key, hole, &found, &low, &high));
        } else if is_raw && let Some((low, high)) = misordered(&mixed_pairs(attribute)) {
            findings.add(finding(key, hole, &found, &low, &high));
        }
    }
}

fn finding(key: KeyOf<'_>, hole: &Expression, time: &Time<'_>, low: &Printed, high: &Printed) -> DesignFinding {
    let name = &time.field.name;
    let pattern = key.entity.attribute(time.field).and_then(|attribute| attribute.pattern.as_ref());
    let message = format!(
        "`{name}` does not sort by time in {}: `{}` is earlier than `{}` and sorts behind it",
        key.name(),
        low.part,
        high.part
    );
    let help = match time.format() {
        Some(format) => format!("write the largest unit first: `{{{name}|strftime('{}')}}`", sortable(format)),
        None => format!(
            "store UTC and let the `pattern` of `{name}` allow one offset and one number of digits, or use \
             `{{{name}|timestamp}}`"
        ),
    };
    let finding = DesignFinding::new(&RULE, key.entity.place(hole.span), message)
        .label("does not sort by time")
        .subject(key.subject().into_iter().chain([name.clone()]))
        .help(help)
        .witness(order_witness(key, low, high));
    match pattern.filter(|_| time.format().is_none()) {
        Some(pattern) => finding.related(key.entity.place(pattern.span), "several forms match this"),
        None => finding,
    }
}

/// A format that prints the same units and sorts.
fn sortable(format: &str) -> String {
    let has = |directives: &str| {
        format.match_indices('%').any(|(at, _)| {
            format.get(at + 1..).and_then(|rest| rest.chars().next()).is_some_and(|one| directives.contains(one))
        })
    };
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
