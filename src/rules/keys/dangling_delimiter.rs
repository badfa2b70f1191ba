//! `dangling-delimiter`.

use super::showing::{by_size, cause, distinct_keys, empty_part, missing, uses_all, witness};
use super::truth::is_set;
use super::unset::is_spoiled;
use crate::key::{WayPiece, Written};
use crate::model::AttributeType;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule, Scenario};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "dangling-delimiter",
    level: DefaultLevel::Info,
    group: Group::Keys,
    summary: "a key can begin or end with the delimiter, or double it",
    doc: "\
## What it finds

A key that begins or ends with its delimiter, or has it twice in a row, for an item that keeps to the model: a field
between two delimiters, or beside one, is unset or blank and prints nothing.

A delimiter that stands there for every item is meant so and not reported: `PEOPLE#` as a whole key, or a template that
ends with `#`. Nor is it reported where a required field happens to be blank, or where the field spoils the key when it
is unset ([`unset-field-in-index-key`](unset-field-in-index-key.md)).

## Why it matters

What takes keys apart at the delimiter gets an empty part. Items without the field sort before all others, since `#`
sorts below letters and digits (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-sort-keys.html>).
Often that is what is wanted: hence only information.

## Example

```toml
sort_key = { attribute = \"gsi1_sk\", template = \"lastname#{last_name}#firstname#{first_name or ''}\" }
```

Without a first name the key is `lastname#smith#firstname#`. Right:

```toml
sort_key = { attribute = \"gsi1_sk\", cases = [
  { when = \"first_name\", template = \"lastname#{last_name}#firstname#{first_name}\" },
  { template = \"lastname#{last_name}\" },
] }
```

## How to fix

Write a case for items without the field, a fallback with a text of its own (`{first_name or '-'}`), or `build_key`,
which leaves the delimiter out before a blank value in all dialects but the oldest.

## When to ignore

When items without the field are meant to come first, and no program takes the key apart.
",
    checks: &[Check::Entity(check)],
};

/// Where a delimiter dangles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dangling {
    Begins,
    Ends,
    Doubled,
}

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let scenarios = by_size(entity);
    for key in distinct_keys(entity).into_iter().filter(|key| !key.key.eager) {
        let delimiter = key.delimiter(design);
        if delimiter.is_empty() {
            continue;
        }
        let found = scenarios.iter().find_map(|scenario| {
            let (dangling, text) = dangles(&key, scenario, delimiter)?;
            // Where the same fields spoil the key when they are unset, that is the finding.
            let mut unset = scenarios.iter().filter(|one| !scenario.blank.is_empty() && one.unset == scenario.blank);
            if unset.any(|one| is_spoiled(one, &key)) {
                return None;
            }
            let span = empty_part(&key, scenario)?;
            entity.conforms(&scenario.item).then_some((*scenario, dangling, text, span))
        });
        let Some((scenario, dangling, text, span)) = found else { continue };
        let does = match dangling {
            Dangling::Begins => "begins with",
            Dangling::Ends => "ends with",
            Dangling::Doubled => "doubles",
        };
        let when = cause(scenario).unwrap_or_default();
        let field = missing(scenario).next().map_or_else(|| "field".to_owned(), |field| is_set(entity, field));
        let mut finding = DesignFinding::new(
            &RULE,
            entity.place(span),
            format!("where {when}, the {} {does} the delimiter: `{text}`", key.name()),
        )
        .label("can print nothing")
        .subject(key.subject())
        .help(format!(
            "write a case for items without it, `{{ when = \"{field}\", … }}`, or a fallback with a text of its own"
        ));
        finding.witness = witness(scenario, &[key]);
        findings.add(finding);
    }
}

/// Where a delimiter dangles in the key of a scenario, and the key. Not where it stands there for every item, nor where
/// a value holds it.
fn dangles<'e>(key: &KeyOf<'_>, scenario: &'e Scenario, delimiter: &str) -> Option<(Dangling, &'e str)> {
    let Written::Text(text) = scenario.keys.get(key.number) else { return None };
    if text.is_empty() || missing(scenario).next().is_none() || !uses_all(key, missing(scenario)) {
        return None;
    }
    let is_required = |field| key.entity.attribute(field).is_some_and(|attribute| attribute.required);
    if scenario.blank.iter().any(is_required) || has_delimiter(key, scenario, delimiter) {
        return None;
    }
    let twice = delimiter.repeat(2);
    let ways = key.ways();
    let own = |piece: Option<&WayPiece<'_>>, test: &dyn Fn(&str) -> bool| match piece {
        Some(WayPiece::Text(text)) => test(text),
        _ => false,
    };
    let begins = |text: &str| text.starts_with(delimiter);
    let ends = |text: &str| text.ends_with(delimiter);
    let doubles = |text: &str| text.contains(&twice);
    if doubles(text) && !ways.iter().any(|way| way.pieces.iter().any(|piece| own(Some(piece), &doubles))) {
        return Some((Dangling::Doubled, text));
    }
    if ends(text) && !ways.iter().any(|way| own(way.pieces.last(), &ends)) {
        return Some((Dangling::Ends, text));
    }
    if begins(text) && !ways.iter().any(|way| own(way.pieces.first(), &begins)) {
        return Some((Dangling::Begins, text));
    }
    None
}

/// True where a value of the key holds the delimiter. In a time it is a part of the time.
fn has_delimiter(key: &KeyOf<'_>, scenario: &Scenario, delimiter: &str) -> bool {
    key.fields().into_iter().filter_map(|field| key.entity.attribute(field)).any(|attribute| {
        let own = scenario.item.iter().find(|(name, _)| *name == attribute.name.value);
        *attribute.kind != AttributeType::Datetime && own.is_some_and(|(_, value)| holds(value, delimiter))
    })
}

fn holds(value: &Value<'_>, text: &str) -> bool {
    match value {
        Value::Str(own) => own.contains(text),
        Value::List(values) | Value::Set(values) => values.iter().any(|value| holds(value, text)),
        Value::Map(entries) => entries.iter().any(|(_, value)| holds(value, text)),
        _ => false,
    }
}
