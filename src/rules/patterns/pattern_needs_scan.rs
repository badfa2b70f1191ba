//! `pattern-needs-scan`.

use super::{Asked, asked};
use crate::key::Access;
use crate::model::FieldPath;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
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
for each; the pattern is then one for each value.

## When to ignore

When the scan is meant: a report once a night over a small table.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
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
                .help(help(&asked, &missing)),
        );
    }
}

fn help(asked: &Asked<'_>, missing: &[&FieldPath]) -> String {
    if let Some(other) = other_index(asked) {
        return format!("ask `{}`: {}", *other.index.name, other.expression());
    }
    let names: Vec<String> = missing.iter().map(|field| format!("`{}`", field.name)).collect();
    let mut help = format!("give {} as well", listed(&names));
    if let Some(given) = asked.pattern.given.first() {
        let _ = std::fmt::Write::write_fmt(
            &mut help,
            format_args!(
                ", or add an index whose partition key is made of what is given: `[[\"{0}\", \"{{{0}}}\"]]`",
                **given
            ),
        );
    }
    help
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
