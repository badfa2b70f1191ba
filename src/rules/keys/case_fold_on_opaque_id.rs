//! `case-fold-on-opaque-id`.

use super::cases::{Use, case_pair, folds, uses};
use super::probe::{Printed, Probe};
use crate::model::{Era, FieldPath};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule, Witness};

/// The rule.
pub static RULE: Rule = Rule {
    name: "case-fold-on-opaque-id",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "a key folds the case of a field whose values differ by case",
    doc: "\
## What it finds

A field whose `pattern` or `enum` has values that differ by case alone, in a key that prints both as one text: because
the dialect puts the whole key in lower case (`build_key` of boto3-assist 0.58 and later), or by `|lower` or `|upper`. The
finding shows two such values and the key that both write.

A field without a `pattern` is not looked at, and neither is one whose `pattern` says `(?i)`. A part of a pattern that
takes nearly every letter, such as `[^#]+` or `.*`, says nothing of case: it keeps a delimiter out of text.

## Why it matters

Two ids become one: `aB3` and `Ab3` are two of the random ids that base64 and short links are made of. In the primary key
one item replaces the other
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>); in an index they are read together.

## Example

```toml
entity  = \"Link\"
dialect = \"boto3-assist@0.66.0\"
[attributes]
code = { type = \"string\", required = true, pattern = \"[0-9A-Za-z]{7}\" }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"link\", \"{code}\"]] }
```

Right, where the case has to stay: a template keeps it in every dialect.

```toml
partition_key = { attribute = \"pk\", template = \"link#{code}\" }
```

## How to fix

Use `template` for keys with such ids, or ids of one case (hexadecimal, base32, ULID). Where the pattern is wider than the
values are, narrow it: `[0-9a-z]+`.

## When to ignore

When values that differ by case mean the same: say so with `(?i)` in the pattern.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let all = uses(entity);
    let mut seen: Vec<&FieldPath> = Vec::new();
    for one in all.iter().filter(|one| one.may_fold) {
        if seen.contains(&one.field) {
            continue;
        }
        let Some(pair) = entity.attribute(one.field).and_then(case_pair) else { continue };
        if folds(one, &pair) != Some(true) {
            continue;
        }
        seen.push(one.field);
        let Some(probe) = Probe::of(one.key, one.hole) else { continue };
        let (left, right) = (probe.with(one.field, &pair[0]), probe.with(one.field, &pair[1]));
        if let (Some(left), Some(right)) = (left, right) {
            findings.add(finding(one, &all, &left, &right));
        }
    }
}

fn finding(one: &Use<'_>, all: &[Use<'_>], left: &Printed, right: &Printed) -> DesignFinding {
    let (entity, name) = (one.key.entity, &one.field.name);
    let by_dialect = entity.engine().dialect().era() == Era::V0_58;
    let others: Vec<String> = all
        .iter()
        .filter(|other| other.may_fold && other.field == one.field && other.key.number != one.key.number)
        .map(|other| format!("`{}`", other.key.attribute()))
        .collect();
    let also = if others.is_empty() { String::new() } else { format!(", and so do {}", others.join(", ")) };
    let message = format!("the {} folds the case of `{name}`, whose values differ by case{also}", one.key.name());
    DesignFinding::new(&RULE, entity.place(one.hole.span), message)
        .label("two values print the same")
        .subject([entity.name(), name.as_str()])
        .help(if by_dialect {
            format!(
                "keep the case with `template` in place of `build_key`, or narrow the `pattern` of `{name}` to one case"
            )
        } else {
            format!("drop the filter, or narrow the `pattern` of `{name}` to one case")
        })
        .witness(Witness {
            items: vec![entity.witness_of(&left.item, [&one.key]), entity.witness_of(&right.item, [&one.key])],
            caption: "both write".to_owned(),
            keys: vec![(one.key.attribute().to_owned(), left.text.clone())],
        })
}
