//! `padding-too-narrow`.

use super::numbers::{Number, most_digits, numbers, pairs};
use super::probe::{Printed, Probe, is_fixed_by_partition, order_witness, sorted_holes, text_like};
use crate::key::{ValuesOf, of_attribute};
use crate::model::{Attribute, AttributeType, Expression, ExpressionKind, FieldPath, Filter};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Edit, Entity, Fix, Group, KeyOf, Rule, Safety,
};
use crate::text::Span;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "padding-too-narrow",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "a number in a sort key can have more digits than it is padded to",
    doc: "\
## What it finds

A `zfill` in a sort key of type `S` that is narrower than the widest value which the model allows, so that a lower number
sorts behind a higher one. The width of values is known from `enum`, and from `pattern` and `max_length`; those of a number
are about its text as Python prints it. An integer without any of them has no bound that could be known, and its padding is
taken to be wide enough, unless it is one digit.

## Why it matters

`zfill` never cuts: a number that is too long is printed as it is. The keys sort rightly until the first number that is too
long, `1000` before `999`, and then lists, `between` and \"the highest\" are wrong
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).

## Example

```toml
entity = \"Invoice\"
[attributes]
customer = { type = \"string\", required = true }
number   = { type = \"string\", required = true, pattern = \"[0-9]{1,8}\" }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"customer\", \"{customer}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"invoice\", \"{number|zfill(6)}\"]] }
```

Right:

```toml
sort_key = { attribute = \"sk\", build_key = [[\"invoice\", \"{number|zfill(8)}\"]] }
```

## How to fix

Pad to the most digits that a value can have, or say in the model that there are no longer ones. Padding that is wider
changes the keys that are written: items that are in a table already keep their old ones.

## When to ignore

When the field's `pattern` allows more than ever comes; better to narrow the pattern.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for (key, hole) in sorted_holes(entity) {
        let Some((padding, width)) = padded(hole) else { continue };
        let ExpressionKind::Filter(inner, _) = &padding.kind else { continue };
        let Some(field) = inner.first_field().filter(|field| field.path.is_empty()) else { continue };
        let Some(attribute) = entity.attribute(field) else { continue };
        // Whatever its width, a fraction does not sort: `unpadded-number` tells of it.
        if is_fraction(inner, attribute) || is_fixed_by_partition(key, field) {
            continue;
        }
        let Some(probe) = Probe::of(key, hole) else { continue };
        let values = candidates(entity, field, attribute, width);
        let Some((low, high)) = probe.misordered(field, pairs(&values, false)) else { continue };
        let most = padded_digits(entity, inner, attribute).filter(|most| *most > width);
        findings.add(finding(key, padding, field, width, most, &low, &high));
    }
}

/// The expression that pads, and to which width.
fn padded(expression: &Expression) -> Option<(&Expression, usize)> {
    match &expression.kind {
        ExpressionKind::Filter(_, Filter::Zfill(width)) => Some((expression, *width)),
        ExpressionKind::Filter(inner, Filter::Str | Filter::Lower | Filter::Upper | Filter::Strip)
        | ExpressionKind::Or(inner, _)
        | ExpressionKind::And(_, inner) => padded(inner),
        ExpressionKind::If { then, otherwise, .. } => padded(then).or_else(|| padded(otherwise)),
        _ => None,
    }
}

fn is_fraction(inner: &Expression, attribute: &Attribute) -> bool {
    match &inner.kind {
        ExpressionKind::Field(_) => *attribute.kind == AttributeType::Float,
        ExpressionKind::Filter(_, Filter::Float | Filter::Timestamp) => true,
        ExpressionKind::Filter(inner, Filter::Str | Filter::Zfill(_)) => is_fraction(inner, attribute),
        _ => false,
    }
}

/// Values around the width, the lower first.
fn candidates(entity: &Entity, field: &FieldPath, attribute: &Attribute, width: usize) -> Vec<Value<'static>> {
    /// Longer numbers are not told apart by an automaton.
    const WIDEST: usize = 40;
    if !attribute.allowed.is_empty() || *attribute.kind == AttributeType::Integer {
        // A counter has no bound that is known, but two digits come soon.
        if attribute.allowed.is_empty()
            && width > 1
            && most_digits(attribute, entity.shares().automaton).is_none_or(|most| most <= width)
        {
            return Vec::new();
        }
        return numbers(entity, &Number { field, whole: true, text: false, padded: None, alone: true });
    }
    let is_bounded = of_attribute(attribute).max_bytes.is_some() && attribute.pattern.is_some();
    if *attribute.kind != AttributeType::String || !is_bounded || width > WIDEST {
        return Vec::new();
    }
    // A number as wide as the padding or wider, and a longer one with a lower digit in front.
    for first in ('2'..='9').rev() {
        let Some(low) = text_like(attribute, &format!("{first}[0-9]{{{},}}", width.saturating_sub(1))) else {
            continue;
        };
        let below = char::from(first as u8 - 1);
        if let Some(high) = text_like(attribute, &format!("[1-{below}][0-9]{{{},}}", low.len())) {
            return vec![Value::text(low), Value::text(high)];
        }
    }
    // The same digit may come first: 15 and 140.
    let mut values = numbers(entity, &Number { field, whole: true, text: false, padded: None, alone: true });
    values.retain(|value| matches!(value, Value::Str(text) if !text.starts_with('0')));
    values
}

/// The most digits that are padded, where it is known.
fn padded_digits(entity: &Entity, inner: &Expression, attribute: &Attribute) -> Option<usize> {
    if !attribute.allowed.is_empty() {
        return most_digits(attribute, entity.shares().automaton);
    }
    match *attribute.kind {
        AttributeType::Integer => most_digits(attribute, entity.shares().automaton).or(Some(10)),
        // The text's own bound: a number read from it has no more digits.
        AttributeType::String => match ValuesOf::new(entity.model()).of(inner).max_bytes {
            Some(most) if matches!(inner.kind, ExpressionKind::Field(_)) => Some(most),
            _ => of_attribute(attribute).max_bytes,
        },
        _ => None,
    }
}

fn finding(
    key: KeyOf<'_>,
    padding: &Expression,
    field: &FieldPath,
    width: usize,
    most: Option<usize>,
    low: &Printed,
    high: &Printed,
) -> DesignFinding {
    let (place, name) = (key.entity.place(padding.span), &field.name);
    let message = format!(
        "`{name}` can have more digits than the {width} of its padding in {}: `{}` sorts before `{}`",
        key.name(),
        high.part,
        low.part
    );
    let finding = DesignFinding::new(&RULE, place, message)
        .label("too narrow")
        .subject(key.subject().into_iter().chain([name.clone()]))
        .witness(order_witness(key, low, high));
    let Some(most) = most else {
        return finding
            .help("pad to the most digits that a value can have, or say in the model that there are no longer ones");
    };
    let finding = finding.help(format!("pad to the most digits that a value can have: `zfill({most})`"));
    match width_span(key, padding) {
        Some(span) => finding.fix(Fix {
            title: format!("pad `{name}` to {most} digits"),
            safety: Safety::Unsafe,
            edits: vec![Edit { place: key.entity.place(span), text: format!("zfill({most})") }],
        }),
        None => finding,
    }
}

/// The place of `zfill(…)` in the model's file.
fn width_span(key: KeyOf<'_>, padding: &Expression) -> Option<Span> {
    let text = key.entity.model().source.slice(padding.span);
    let at = text.rfind("zfill")?;
    let is_plain = text.ends_with(')')
        && text.get(at..)?.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'(' | b')' | b' '));
    is_plain.then_some(Span { start: padding.span.start + at, end: padding.span.end })
}
