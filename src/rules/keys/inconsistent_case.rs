//! `inconsistent-case`.

use super::cases::{Use, case_pair, folds, uses};
use crate::key::conforms;
use crate::model::{Attribute, FieldPath};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "inconsistent-case",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "one key folds the case of a field, and another keeps it",
    doc: "\
## What it finds

A field that one index of an entity prints in lower or upper case and another as it is: by a filter in one of them, or
because `build_key` of boto3-assist 0.58 and later lowers a key and `template` does not. A key that holds the field in both
ways is meant so, and fields whose values have one case are let alone.

## Why it matters

The same value is found by one index whatever its case, and by the other only as it was written. Who takes the key of one
index for a query on the other finds nothing: keys are compared byte by byte
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).

## Example

```toml
entity = \"User\"
[attributes]
id    = { type = \"string\", required = true, pattern = \"[0-9a-f]+\" }
email = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"email\", \"{email|lower}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"users\", \"\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"email\", \"{email}\"]] }
```

Right: `{email|lower}` in both.

## How to fix

Fold the case in every key, or before the value comes into the model. Keys that are in the table already must be written
again.

## When to ignore

When one index is for looking up and the other only for showing values as they were typed.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let all = uses(entity);
    if !all.iter().any(|one| one.may_fold) {
        return;
    }
    let mut seen: Vec<&FieldPath> = Vec::new();
    for one in &all {
        if seen.contains(&one.field) {
            continue;
        }
        seen.push(one.field);
        let Some(pair) = entity.attribute(one.field).and_then(pair) else { continue };
        let of_field = || all.iter().filter(|other| other.field == one.field);
        let folding: Vec<&Use<'_>> = of_field().filter(|other| folds(other, &pair) == Some(true)).collect();
        // A key that sorts by the folded text and tells apart by the whole has both.
        let keeps = |other: &&Use<'_>| {
            folds(other, &pair) == Some(false)
                && folding.iter().all(|fold| fold.key.attribute() != other.key.attribute())
        };
        if let (Some(fold), Some(keep)) = (folding.first(), of_field().find(keeps)) {
            findings.add(finding(fold, keep));
        }
    }
}

/// Two values that differ by case alone: those of the pattern or the list, else a word where any text is taken.
fn pair(attribute: &Attribute) -> Option<[Value<'static>; 2]> {
    case_pair(attribute).or_else(|| {
        let words = [Value::text("Abc"), Value::text("abc")];
        let is_free = attribute.allowed.is_empty() && attribute.pattern.is_none();
        (is_free && words.iter().all(|word| conforms(attribute, word))).then_some(words)
    })
}

fn finding(fold: &Use<'_>, keep: &Use<'_>) -> DesignFinding {
    let (entity, name) = (keep.key.entity, &keep.field.name);
    let message = format!("the {} keeps the case of `{name}`, and the {} folds it", keep.key.name(), fold.key.name());
    DesignFinding::new(&RULE, entity.place(keep.hole.span), message)
        .label("as it is")
        .related(entity.place(fold.hole.span), "folded")
        .subject([entity.name(), name.as_str()])
        .help(format!("fold it in both, `{{{name}|lower}}`, or in neither"))
}
