//! `unpadded-number`.

use super::numbers::{Number, number, numbers, pairs};
use super::probe::{Printed, Probe, is_fixed_by_partition, order_witness, sorted_holes};
use crate::key::python::str_of;
use crate::model::{Expression, ExpressionKind};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Edit, Entity, Fix, Group, KeyOf, Rule, Safety,
};
use crate::text::Span;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unpadded-number",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "a number in a text sort key sorts as text: 10 before 2",
    doc: "\
## What it finds

A number that stands in a sort key of type `S` so that a lower number sorts behind a higher one. The finding shows two
items and the order in which DynamoDB returns them.

It says nothing of numbers in partition keys, which have no order; of fields that the partition key holds as well, which
are the same in the whole partition; of an `enum` whose values sort rightly; of times (`{created|timestamp}` has ten
digits from 2001 to 2286); and of whole numbers whose name says that they are years, dates or epoch seconds (`year`,
`due_date`, `created_at`), which have one width.

## Why it matters

Text sorts by its bytes
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>): `line#10` comes
before `line#2`. Lists come out in the wrong order, `between` and `<` leave items out, and \"the highest\" is not the last.

## Example

```toml
entity = \"Line\"
[attributes]
order_id = { type = \"string\", required = true }
number   = { type = \"integer\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"order\", \"{order_id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"line\", \"{number}\"]] }
```

Right:

```toml
sort_key = { attribute = \"sk\", build_key = [[\"line\", \"{number|zfill(10)}\"]] }
```

## How to fix

Pad whole numbers with zeros to the most digits that they can have, with `zfill`. A fraction moves the point, so padding
on the left is not enough: put a whole number of the smallest unit (cents) into the key. Negative numbers sort backwards
however they are padded: add an offset first. Where the key is the number alone, `type = \"N\"` with `value` sorts as
numbers do.

Padding changes the keys that are written: items that are in a table already keep their old ones.

## When to ignore

When nobody reads the items in order: the number only makes the key unique.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for (key, hole) in sorted_holes(entity) {
        let Some(found) = number(entity, hole) else { continue };
        // Padding that is too narrow is a rule of its own; no padding helps a fraction.
        let has_one_width = found.whole && (found.padded.is_some() || has_one_width(&found.field.name));
        if has_one_width || is_fixed_by_partition(key, found.field) {
            continue;
        }
        let Some(probe) = Probe::of(key, hole) else { continue };
        let values = numbers(entity, &found);
        let Some((low, high)) = probe.misordered(found.field, pairs(&values)) else { continue };
        findings.add(finding(key, hole, &found, &low, &high));
    }
}

fn finding(key: KeyOf<'_>, hole: &Expression, number: &Number<'_>, low: &Printed, high: &Printed) -> DesignFinding {
    let name = &number.field.name;
    let shown = |printed: &Printed| {
        let value = printed.item.iter().find(|(field, _)| field == name).map(|(_, value)| value);
        value.and_then(str_of).unwrap_or_default()
    };
    let message = format!("`{name}` is text in {}, so {} sorts before {}", key.name(), shown(high), shown(low));
    let width = width(key, number);
    let help = match number.whole {
        _ if number.padded.is_some() => {
            "a fraction moves the point, so zeros on the left are not enough: put a whole number of the smallest unit \
             into the key, or the number alone into a key of `type = \"N\"`"
                .to_owned()
        }
        true => format!("pad it with zeros: `{{{name}|zfill({width})}}`; negative numbers need an offset as well"),
        false => {
            "put a whole number of the smallest unit into the key, padded with zeros (`{cents|zfill(10)}`), or the \
                  number alone into a key of `type = \"N\"`"
                .to_owned()
        }
    };
    let place = key.entity.place(hole.span);
    let finding = DesignFinding::new(&RULE, place, message)
        .label(if number.padded.is_some() { "padding does not align the point" } else { "not padded" })
        .subject(key.subject().into_iter().chain([name.clone()]))
        .help(help)
        .witness(order_witness(key, low, high));
    match padding(key, hole, number, width) {
        Some((span, text)) => finding.fix(Fix {
            title: format!("pad `{name}` with zeros"),
            safety: Safety::Unsafe,
            edits: vec![Edit { place: key.entity.place(span), text }],
        }),
        None => finding,
    }
}

/// The most digits of the field's values; ten where they are not known.
fn width(key: KeyOf<'_>, number: &Number<'_>) -> usize {
    let allowed = key.entity.attribute(number.field).map(|attribute| attribute.allowed.as_slice()).unwrap_or_default();
    let digits = |value: &Value<'_>| str_of(value).unwrap_or_default().trim_start_matches('-').len();
    allowed.iter().map(|allowed| digits(&allowed.value)).max().unwrap_or(10)
}

/// What is inserted, and where, so that the number is padded. An unset field stays None, as it is today.
fn padding(key: KeyOf<'_>, hole: &Expression, number: &Number<'_>, width: usize) -> Option<(Span, String)> {
    if !number.whole || !number.alone || number.padded.is_some() {
        return None;
    }
    let attribute = key.entity.attribute(number.field)?;
    let end = Span { start: hole.span.end, end: hole.span.end };
    let is_plain = matches!(hole.kind, ExpressionKind::Field(_));
    if attribute.required || attribute.default.is_some() || !is_plain {
        return Some((end, format!("|zfill({width})")));
    }
    let name = &number.field.name;
    Some((end, format!("|zfill({width}) if {name} != none else none")))
}

/// True where a whole number's name says that its values have one width: years, dates, epoch seconds.
fn has_one_width(name: &str) -> bool {
    const LAST: [&str; 8] = ["year", "date", "at", "ts", "epoch", "timestamp", "utc", "ttl"];
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            words.push('_');
        }
        words.extend(c.to_lowercase());
    }
    let last = words.rsplit('_').next().unwrap_or_default();
    words.contains("yyyy") || words.contains("epoch") || LAST.contains(&last)
}
