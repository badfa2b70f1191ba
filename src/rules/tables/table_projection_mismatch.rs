//! `table-projection-mismatch`.

use super::compare::{Modelled, Shared, listed, only, secondary, verb};
use super::{TableFinding, TableFindings};
use crate::model::Projection;
use crate::rules::{Check, DefaultLevel, Design, Group, Rule};
use crate::source::{IndexDescription, TableDescription, TableProjection};

/// The rule.
pub static RULE: Rule = Rule {
    name: "table-projection-mismatch",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "an index of the table carries other attributes than a model says",
    doc: "\
## What it finds

In `dynkeys audit --table`, of indexes for which a model states a `projection`:

* an index that carries less than the model says;
* one that carries more than all models say together, which is only worth knowing.

The keys of the table and of the index are always carried. Where a model states no projection nothing is expected.

## Why it matters

What an index does not carry is unset in every item that is read from it, and a key that is written anew from such an
item says `None`. What it carries beyond need is paid for with every write
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Projections>).

## Example

```toml
[indexes.gsi1]
projection = \"all\"
```

while the table's `gsi1` is `KEYS_ONLY`.

## How to fix

Write the table's projection in the model. The projection of an index cannot be changed: to carry more it is made anew.

## When to ignore

When the attributes that are missing are read from the table afterwards.
",
    checks: &[Check::Description(check)],
};

fn check(design: &Design, table: &TableDescription, findings: &mut TableFindings) {
    let stated =
        || secondary(design).filter_map(|one| Some((one, described(one, table)?, one.index.projection.as_ref()?)));
    let less = |(one, index, own): (Modelled<'_>, &IndexDescription, &Projection)| lacks(one, table, index, own);
    let lacking = || stated().filter_map(|stated| Some(((stated.0.name(), less(stated)?), stated.0)));
    for (found, entities) in Shared::new(lacking().map(|(found, one)| (found, one.entity.name()))).0 {
        let Some((_, first)) = lacking().find(|(known, _)| *known == found) else { continue };
        let (name, lack) = found;
        let Some(index) = described(first, table) else { continue };
        let (who, expects) = (listed(&entities), verb(&entities, "expects", "expect"));
        let message = format!("{who} {expects} {lack} of `{name}`, which carries {}", carries(&index.projection));
        findings.add(TableFinding {
            help: "make the two agree; if the model is right, the index must be made anew to carry more".to_owned(),
            entity: only(&entities),
            ..finding(first, message)
        });
    }
    for index in &table.indexes {
        let of_index: Vec<_> = stated().filter(|(one, ..)| one.name() == index.name).collect();
        let Some((first, ..)) = of_index.first() else { continue };
        let is_told = of_index.len() == secondary(design).filter(|one| one.name() == index.name).count();
        let Some(more) = surplus(&of_index, index).filter(|_| is_told) else { continue };
        let message = format!("`{}` carries {more}, and the models say less", index.name);
        findings.add(TableFinding {
            level: Some(DefaultLevel::Info),
            help: "every write pays for what is carried: say so in the models, or make the index anew with less"
                .to_owned(),
            ..finding(*first, message)
        });
    }
}

fn finding(one: Modelled<'_>, message: String) -> TableFinding {
    TableFinding { index: Some(one.name().to_owned()), place: Some(one.place()), ..TableFinding::new(&RULE, message) }
}

fn described<'t>(one: Modelled<'_>, table: &'t TableDescription) -> Option<&'t IndexDescription> {
    one.described(table)?.index
}

/// What a model expects that the index does not carry, in words.
fn lacks(one: Modelled<'_>, table: &TableDescription, index: &IndexDescription, own: &Projection) -> Option<String> {
    let carried = match &index.projection {
        TableProjection::All => return None,
        TableProjection::KeysOnly => &[][..],
        TableProjection::Include(names) => names,
    };
    let always = || table.keys.attributes().chain(index.keys.attributes());
    let is_carried = |name: &str| carried.iter().any(|own| own == name) || always().any(|(own, _)| own == name);
    match own {
        Projection::KeysOnly => None,
        Projection::All => {
            // Every attribute that the entity has may be carried though not all are.
            let fields = one.entity.model().attributes.iter().map(|attribute| attribute.name.value.as_str());
            let keys = one.entity.model().keys().map(|(_, key)| key.attribute.value.as_str());
            fields.chain(keys).any(|name| !is_carried(name)).then(|| "all attributes".to_owned())
        }
        Projection::Include(names) => {
            let missing: Vec<&str> =
                names.iter().map(|name| name.value.as_str()).filter(|name| !is_carried(name)).collect();
            (!missing.is_empty()).then(|| listed(&missing))
        }
    }
}

/// What the index carries that no model says, in words.
fn surplus(stated: &[(Modelled<'_>, &IndexDescription, &Projection)], index: &IndexDescription) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    for (_, _, own) in stated {
        match own {
            Projection::All => return None,
            Projection::KeysOnly => {}
            Projection::Include(names) => said.extend(names.iter().map(|name| name.value.as_str())),
        }
    }
    match &index.projection {
        TableProjection::KeysOnly => None,
        TableProjection::All => Some("all attributes".to_owned()),
        TableProjection::Include(names) => {
            let more: Vec<&str> = names.iter().map(String::as_str).filter(|name| !said.contains(name)).collect();
            (!more.is_empty()).then(|| listed(&more))
        }
    }
}

fn carries(projection: &TableProjection) -> String {
    match projection {
        TableProjection::All => "all attributes".to_owned(),
        TableProjection::KeysOnly => "only keys".to_owned(),
        TableProjection::Include(names) => {
            format!("only keys and {}", listed(&names.iter().map(String::as_str).collect::<Vec<_>>()))
        }
    }
}
