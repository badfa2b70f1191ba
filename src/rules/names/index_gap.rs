//! `index-gap`.

use std::collections::BTreeMap;

use super::convention::number_of;
use crate::model::IndexKind;
use crate::rules::naming::numbered;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Group, Place, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "index-gap",
    level: DefaultLevel::Info,
    group: Group::Names,
    summary: "the numbers of the indexes leave one out",
    doc: "\
## What it finds

Numbers of the secondary indexes of all models that leave a gap: `gsi0`, `gsi2`, or a first one above 1 where several
models are linted. Global and local indexes are counted apart, and those that `[table.indexes]` of `dynkeys.toml` names
are counted, too.

## Why it matters

Indexes of a single table are numbered because they are shared: the next entity that needs one takes the lowest number
that it does not use itself. A gap is mostly an index that was forgotten, given up, or is called otherwise in one model;
each index that an entity need not open is one less to write and to pay for
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general.html>).

## Example

```toml
entity = \"User\"
[attributes]
id     = { type = \"string\", required = true }
email  = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"users\", \"\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"user\", \"{id}\"]] }
[indexes.gsi2]
partition_key = { attribute = \"gsi2_pk\", build_key = [[\"email\", \"{email}\"]] }
```

Right: `[indexes.gsi1]` with `gsi1_pk`.

## How to fix

Use the number that is free, or lint all models of the table together: another model may have it. Where the table has the
index and no model writes to it, name it under `[table.indexes]`.

## When to ignore

When the index of that number was deleted from a live table and its number is not to be used again.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    for kind in [IndexKind::Global, IndexKind::Local] {
        let mut numbers: BTreeMap<u32, Option<(Place, &str)>> = BTreeMap::new();
        for index in &design.table.indexes {
            let own = numbered(&index.name).filter(|own| (own.kind == IndexKind::Local) == index.is_local);
            if let Some(own) = own.filter(|own| own.kind == kind) {
                numbers.insert(own.number, None);
            }
        }
        for entity in &design.entities {
            for index in entity.model().indexes.iter().filter(|index| index.kind == kind) {
                let Some(own) = number_of(index) else { continue };
                let found = numbers.entry(own.number).or_default();
                if found.is_none() {
                    *found = Some((entity.place(index.name.span), index.name.as_str()));
                }
            }
        }
        // One model alone need not be all: where its numbers begin says nothing of the table.
        let is_alone = design.entities.len() < 2 && design.table.indexes.is_empty();
        if let Some(finding) = gap(&numbers, is_alone) {
            findings.add(finding);
        }
    }
}

/// The first gap, at the index after it.
fn gap(numbers: &BTreeMap<u32, Option<(Place, &str)>>, is_alone: bool) -> Option<DesignFinding> {
    let first = *numbers.keys().next()?;
    // Some count from 0, some from 1.
    let mut next = if is_alone { first } else { first.min(1) };
    for (number, index) in numbers {
        if *number > next {
            let (place, name) = index.as_ref()?;
            let digits = name.find(|c: char| c.is_ascii_digit())?;
            let letters = name.get(..digits)?;
            let free = format!("{letters}{next}");
            let message = format!("the table has `{name}` and no `{free}`");
            return Some(
                DesignFinding::new(&RULE, place.clone(), message)
                    .label(format!("`{free}` is free"))
                    .subject(["the table", name])
                    .help(format!("use `{free}` first, or name it under `[table.indexes]` if the table has it")),
            );
        }
        next = number + 1;
    }
    None
}
