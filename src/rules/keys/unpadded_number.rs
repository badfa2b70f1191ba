//! `unpadded-number`.

use super::numbers::{Number, as_number, most_digits, negatives, number, numbers, pairs};
use super::probe::{Printed, Probe, is_fixed_by_partition, order_witness, sorted_holes};
use crate::key::field_names::{is_name_of_thing, is_time};
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

The values are those that the model allows: an `enum`, and what `pattern` and `max_length` leave of the texts of numbers as
Python prints them. So `pattern = \"[1-9][0-9]{5}\"` says that a number always has six digits, and there is nothing to find;
`pattern = \"-?[0-9]{1,4}\"` says that it may be negative, which no padding puts right.

A field of type `string` or `any` is looked at where its `pattern` or `enum` proves that its values are digits of several
lengths (`[0-9]+`, `[0-9]{1,3}`, `[\"1\", \"2\", \"10\"]`), perhaps with the same text around them (`v[0-9]+`,
`[0-9]+[.][0-9]+[.][0-9]+`). Without a pattern the model does not say what the text is, and `dynkeys audit` tells by the
values that are stored ([`mis-sorted-number`](mis-sorted-number.md)).

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

It says nothing of numbers in partition keys, which have no order; of fields that the partition key holds as well, which
are the same in the whole partition; of an `enum` whose values sort rightly; of times (`{created|timestamp}` has ten
digits from 2001 to 2286); and of fields whose name says that they are years, dates or times since 1970 (`year`,
`due_date`, `created_at`, `created_utc_ts`), whole or with a fraction, which have one width before the point.

Ignore it when nobody reads the items in order: the number only makes the key unique. That is likely where digits are a name rather
than a count, as in an order number that another system gave out. So text fields that are called an id, a code, a phone
number or the like (`id`, `order_id`, `zip`, `sku`) are reported as information only, and `--fix` leaves them as they are.

Where a number never has more digits than it has today, say so with a `pattern`, and the finding is gone.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for (key, hole) in sorted_holes(entity) {
        let Some(found) = number(entity, hole) else { continue };
        let Some(attribute) = entity.attribute(found.field) else { continue };
        if is_time(&found.field.name) || is_fixed_by_partition(key, found.field) {
            continue;
        }
        // Padding that is too narrow is a rule of its own; no padding helps a fraction or a sign.
        let is_padded = found.whole && found.padded.is_some();
        let mut values = if is_padded { Vec::new() } else { numbers(entity, &found) };
        // Where something may take the place of the number, it does so for zero: `zero-taken-for-unset` tells of it.
        values.retain(|value| found.alone || as_number(value) != Some(0.0));
        let Some(probe) = Probe::of(key, hole) else { continue };
        let misordered = |values: &[Value<'static>]| probe.misordered(found.field, pairs(values, found.text));
        let negatives = || negatives(attribute, entity.shares().automaton);
        let Some((low, high)) = misordered(&values).or_else(|| misordered(&negatives())) else { continue };
        findings.add(finding(key, hole, &found, &low, &high));
    }
}

fn finding(key: KeyOf<'_>, hole: &Expression, number: &Number<'_>, low: &Printed, high: &Printed) -> DesignFinding {
    let name = &number.field.name;
    let value = |printed: &Printed| {
        printed.item.iter().find(|(field, _)| field == name).map_or(Value::None, |(_, value)| value.clone())
    };
    let shown = |printed: &Printed| str_of(&value(printed)).unwrap_or_default();
    let message = format!("`{name}` is text in {}, so {} sorts before {}", key.name(), shown(high), shown(low));
    let is_negative = !number.text && as_number(&value(high)).is_some_and(|number| number < 0.0);
    let width = width(key, number);
    // Zeros go in front of the whole text.
    let is_bare = !number.text || shown(low).bytes().all(|byte| byte.is_ascii_digit());
    let fraction = "a fraction moves the point, so zeros on the left are not enough: put a whole number of the smallest unit \
                    into the key, or the number alone into a key of `type = \"N\"`";
    let (label, help) = match number {
        _ if is_negative => (
            "negative numbers sort backwards",
            format!(
                "add an offset that makes every `{name}` positive before it goes into the key, and pad it with zeros; or \
                 put the number alone into a key of `type = \"N\"`"
            ),
        ),
        Number { padded: Some(_), .. } => ("padding does not align the point", fraction.to_owned()),
        Number { text: true, .. } if is_bare => (
            "not padded",
            format!(
                "pad it with zeros: `{{{name}|zfill({width})}}`; where the text only names the item and nobody reads the \
                 items in order, ignore this"
            ),
        ),
        Number { text: true, .. } => (
            "not padded",
            format!(
                "store the numbers in `{name}` with as many digits as the longest has, zeros in front; where nobody reads \
                 the items in order, ignore this"
            ),
        ),
        Number { whole: true, .. } => (
            "not padded",
            format!("pad it with zeros: `{{{name}|zfill({width})}}`; negative numbers need an offset as well"),
        ),
        Number { .. } => (
            "not padded",
            "put a whole number of the smallest unit into the key, padded with zeros (`{cents|zfill(10)}`), or the \
             number alone into a key of `type = \"N\"`"
                .to_owned(),
        ),
    };
    let place = key.entity.place(hole.span);
    let finding = DesignFinding::new(&RULE, place, message)
        .label(label)
        .subject(key.subject().into_iter().chain([name.clone()]))
        .help(help)
        .witness(order_witness(key, low, high));
    if number.text && is_name_of_thing(name) {
        // Nobody pads a name without a look at who reads it.
        return finding.level(DefaultLevel::Info);
    }
    match padding(key, hole, number, width).filter(|_| !is_negative && is_bare) {
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
    const WIDEST: usize = 1000;
    let steps = key.entity.shares().automaton;
    let most = key.entity.attribute(number.field).and_then(|attribute| most_digits(attribute, steps));
    most.filter(|most| (1..=WIDEST).contains(most)).unwrap_or(10)
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
