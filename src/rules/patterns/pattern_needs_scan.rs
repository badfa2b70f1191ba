//! `pattern-needs-scan`.

use super::{Asked, asked};
use crate::key::{Access, BUILT, few_texts};
use crate::model::{Attribute, AttributeType, FieldPath, Rule, pattern};
use crate::rules::{self, Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group};

/// The rule.
pub static RULE: rules::Rule = rules::Rule {
    name: "pattern-needs-scan",
    level: DefaultLevel::Error,
    group: Group::Patterns,
    summary: "the given fields of an access pattern do not make the partition key of its index",
    doc: "\
## What it finds

An access pattern whose index has a partition key that the given fields do not make: a field of it is not given.

## Why it matters

A query needs the whole value of the partition key
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>). Without it, only
a scan answers the question, and a scan reads the whole table or index and is charged for all of it.

## Example

```toml
entity = \"User\"
[attributes]
id     = { type = \"string\", required = true }
status = { type = \"string\", required = true, enum = [\"active\", \"locked\"] }
email  = \"string\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"status\", \"{status}\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"email\", \"{email}\"]] }
[[access_patterns]]
name  = \"Find a user by email\"
index = \"gsi1\"
given = [\"email\"]
```

Nobody knows the status. Right: `given = [\"status\", \"email\"]`, or an index of its own:

```toml
[indexes.gsi2]
partition_key = { attribute = \"gsi2_pk\", build_key = [[\"email\", \"{email}\"]] }
```

## How to fix

Give the missing fields, ask an index whose partition key the given fields make, or add one. A field with a default or
an `enum` still has to be given: an item may have any of the values. Where they are few, the application can ask once
for each; the pattern is then one for each value. A shard that is `computed = true` belongs to `given`: the application
queries each of its values.

## When to ignore

When the scan is meant: a report once a night over a small table.
",
    checks: &[Check::Entity(check)],
};

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for asked in asked(entity) {
        let missing = asked.access.missing();
        let Some(part) = asked.access.partition_keys.iter().find(|part| !part.missing.is_empty()) else { continue };
        // A key that is computed before any field is set is another rule's.
        if part.key.eager {
            continue;
        }
        let names: Vec<String> = missing.iter().map(|field| format!("`{}`", field.name)).collect();
        let are = if names.len() == 1 { "is" } else { "are" };
        let message = format!(
            "`{}` cannot be asked of `{}`: {} {are} not given",
            *asked.pattern.name,
            *asked.pattern.index,
            listed(&names)
        );
        findings.add(
            DesignFinding::new(&RULE, asked.index_place(), message)
                .label(format!("needs {}", listed(&names)))
                .related(entity.place(part.key.span), "the partition key")
                .subject(asked.subject())
                .help(help(design, &asked, &missing)),
        );
    }
}

fn help(design: &Design, asked: &Asked<'_>, missing: &[&FieldPath]) -> String {
    if let Some(other) = other_index(asked) {
        return format!("ask `{}`: {}", *other.index.name, other.expression());
    }
    let is_computed = |field: &&FieldPath| asked.entity.attribute(field).is_some_and(|attribute| attribute.computed);
    let (computed, stored): (Vec<&FieldPath>, Vec<&FieldPath>) = missing.iter().partition(|field| is_computed(field));
    let names = |fields: &[&FieldPath]| {
        let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
        listed(&names)
    };
    let mut ways: Vec<String> = Vec::new();
    if !stored.is_empty() {
        ways.push(format!("give {} as well", names(&stored)));
    }
    if let [field] = computed[..] {
        let each = match asked.entity.attribute(field).and_then(few_values) {
            Some(1) => "its one value".to_owned(),
            Some(count) => format!("each of its {count} values"),
            None => "each of its values".to_owned(),
        };
        ways.push(format!("add `{}` to `given`: the application queries {each}", field.name));
    } else if !computed.is_empty() {
        ways.push(format!("add {} to `given`: the application queries each of their values", names(&computed)));
    } else if let Some(given) = asked.pattern.given.first() {
        let key = own_index(design, asked, given);
        ways.push(format!("or add an index whose partition key is made of what is given: `{key}`"));
    }
    ways.join(", ")
}

/// A partition key made of one field, in the form that the entity's own key has.
fn own_index(design: &Design, asked: &Asked<'_>, field: &str) -> String {
    let primary = asked.entity.primary().map(|index| asked.entity.keys_of(index)).unwrap_or_default();
    let rule = primary.first().and_then(|key| Some(key.ways().first()?.rule));
    match rule {
        Some(Rule::Value(_)) => format!("value = \"{{{field}}}\""),
        Some(Rule::BuildKey(_)) | None if design.delimiter == BUILT => {
            format!("build_key = [[\"{field}\", \"{{{field}}}\"]]")
        }
        _ => format!("template = \"{field}{}{{{field}}}\"", design.delimiter),
    }
}

/// How many values a field has, where the model lists or bounds them.
fn few_values(attribute: &Attribute) -> Option<usize> {
    const FEW: usize = 1000;
    match (attribute.allowed.len(), &attribute.pattern) {
        (0, _) if *attribute.kind == AttributeType::Boolean => Some(2),
        (0, Some(text)) => {
            let language = pattern::read(&text.value).ok().flatten()?;
            few_texts(&language, FEW).map(|texts| texts.len())
        }
        (0, None) => None,
        (count, _) => Some(count),
    }
}

/// Another index of the entity that the given fields serve, the one that uses most of them.
fn other_index<'e>(asked: &Asked<'e>) -> Option<Access<'e>> {
    let (model, dialect) = (asked.entity.model(), asked.entity.engine().dialect());
    let given = &asked.pattern.given;
    let serves = |access: &Access<'_>| access.is_decided && access.missing().is_empty() && access.uses(given);
    model.indexes.iter().map(|index| Access::on(model, dialect, index, given, None)).find(serves)
}

/// "`a`", "`a` and `b`", "`a`, `b` and `c`".
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
