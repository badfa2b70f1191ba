//! `index-naming`.

use std::collections::BTreeMap;

use super::convention::{Convention, number_of};
use super::invalid_index_name::fault;
use super::rename::rename_index;
use crate::model::{Index, IndexKind};
use crate::rules::naming::numbered;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "index-naming",
    level: DefaultLevel::Warning,
    group: Group::Names,
    summary: "the name of an index does not follow the convention",
    doc: "\
## What it finds

A secondary index whose name is not of the project's convention. `[naming]` of `dynkeys.toml` states it: a preset, or
patterns of your own.

| preset | index | its key attributes | local index | its sort key |
|---|---|---|---|---|
| `guide` | `gsi0` | `gsi0_pk`, `gsi0_sk` | `lsi0` | `lsi0_sk` |
| `upper` | `GSI1` | `GSI1PK`, `GSI1SK` | `LSI1` | `LSI1SK` |
| `lower` | `gsi1` | `gsi1pk`, `gsi1sk` | `lsi1` | `lsi1sk` |

Without `[naming]` the convention is the preset that most names of the models follow already. Where none does it is
`guide`, and a name without a number, `by-email`, is an info only.
An index that `[table]` of `dynkeys.toml` has by that name is called so, and is not reported.

## Why it matters

In a single table one index serves many entities. Names that differ in case or form are different indexes to DynamoDB,
where names are case-sensitive
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>): a model
that says `GSI1` and a table that has `gsi1` meet in a `ValidationException`, the first time that the index is queried.

## Example

```toml
entity = \"Product\"
[attributes]
id       = { type = \"string\", required = true }
category = { type = \"string\", required = true }
name     = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"products\", \"\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"name\", \"{name}\"]] }
[indexes.GSI1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"category\", \"{category}\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"product\", \"{id}\"]] }
```

Right: `[indexes.gsi1]`.

## How to fix

Rename the index in the model; `dynkeys lint --fix --unsafe` does where the new name is plain. An index of a live table
cannot be renamed: there, say in `dynkeys.toml` what the names are.

```toml
[naming]
index = \"[a-z]+(-[a-z]+)*-index\"
```

## When to ignore

When the table is live and has one odd name: list the index under `[table.indexes]`, or ignore it in the models.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    let convention = Convention::of(design);
    let together = neighbours(design);
    for entity in &design.entities {
        for index in &entity.model().indexes {
            let is_secondary = index.kind != IndexKind::Primary;
            let is_of_the_table = design.table.indexes.iter().any(|known| known.name == *index.name);
            // A name that DynamoDB refuses is a finding already.
            if is_secondary && !is_of_the_table && fault(&index.name).is_none() && !convention.allows_index(index) {
                findings.add(finding(&convention, entity, index, &together));
            }
        }
    }
}

/// The indexes that stand beside others in a model: they are different ones, however alike their names are.
fn neighbours(design: &Design) -> BTreeMap<&str, Vec<&str>> {
    let mut together: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entity in &design.entities {
        let names: Vec<&str> = entity.model().indexes.iter().map(|index| index.name.as_str()).collect();
        for name in &names {
            together.entry(name).or_default().extend(&names);
        }
    }
    together
}

fn finding(
    convention: &Convention<'_>,
    entity: &Entity,
    index: &Index,
    together: &BTreeMap<&str, Vec<&str>>,
) -> DesignFinding {
    let name = index.name.as_str();
    let wanted = number_of(index).and_then(|own| convention.index_name(own.kind, own.number));
    let place = entity.place(index.name.span);
    let message = format!("the index name `{name}` does not follow {}", convention.of_indexes());
    let finding = DesignFinding::new(&RULE, place, message).subject([entity.name(), name]);
    let Some(wanted) = wanted else {
        let other_kind = numbered(name).is_some_and(|own| own.kind != index.kind);
        // Names that all say what they are for break no convention that anyone has seen.
        let is_said = convention.is_known || numbered(name).is_some();
        let finding = if is_said { finding } else { finding.level(DefaultLevel::Info) };
        return finding.label("named otherwise").help(match (other_kind, index.kind) {
            (true, IndexKind::Global) => {
                "this index is global by its kind and local by its name: mend one of them, `kind = \"lsi\"` or the name"
                    .to_owned()
            }
            (true, _) => {
                "this index is local by its kind and global by its name: mend one of them, `kind = \"gsi\"` or the name"
                    .to_owned()
            }
            (false, _) if convention.is_stated => example(convention),
            (false, _) => {
                format!("{}, or state your own convention in `[naming]` of `dynkeys.toml`", example(convention))
            }
        });
    };
    let is_another = together.get(name).is_some_and(|names| names.contains(&wanted.as_str()));
    let is_plain = numbered(name).is_some_and(|own| own.is_plain);
    // GSI1 and gsi-1 in one model would both become gsi1.
    let is_one_of_two = entity.model().indexes.iter().filter(|other| number_of(other) == number_of(index)).count() > 1;
    let fix = if is_another || is_one_of_two || !is_plain { None } else { rename_index(entity, index, &wanted) };
    let finding =
        finding.label(format!("`{wanted}` by the convention")).help(match (is_another, convention.is_stated) {
            (true, _) => format!("give it a name of the convention; `{wanted}` is another index of the design"),
            (false, true) => format!("call it `{wanted}`"),
            (false, false) => {
                format!("call it `{wanted}`, or state your own convention in `[naming]` of `dynkeys.toml`")
            }
        });
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

fn example(convention: &Convention<'_>) -> String {
    match convention.index_name(IndexKind::Global, 1) {
        Some(name) => format!("call it as in `{name}`"),
        None => "give it a name that matches".to_owned(),
    }
}
