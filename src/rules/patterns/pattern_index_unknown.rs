//! `pattern-index-unknown`.

use crate::key::Access;
use crate::model::{AccessPattern, PRIMARY};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Edit, Entity, Fix, Group, Rule, Safety,
};
use crate::text::{closest, did_you_mean};

/// The rule.
pub static RULE: Rule = Rule {
    name: "pattern-index-unknown",
    level: DefaultLevel::Error,
    group: Group::Patterns,
    summary: "an access pattern names an index that the entity does not have",
    doc: "\
## What it finds

An access pattern whose `index` is none of the entity's indexes.

## Why it matters

A query names its index (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Querying>).
Where the table does not have it, DynamoDB refuses the request. Where the table has it but the entity writes no keys for
it, the request is answered with nothing.

## Example

```toml
entity = \"User\"
[attributes]
id    = { type = \"string\", required = true }
email = \"string\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"email\", \"{email}\"]] }
[[access_patterns]]
name  = \"Find a user by email\"
index = \"gsi_1\"
given = [\"email\"]
```

Right: `index = \"gsi1\"`.

## How to fix

Name an index of the entity. `primary` is the table's own key. Where another entity has the index, this one's items are
not in it: add the index to the model and its keys to the items.

## When to ignore

Never: the query cannot work.
",
    checks: &[Check::Entity(check)],
};

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let model = entity.model();
    for pattern in &model.access_patterns {
        let names = || model.indexes.iter().map(|index| index.name.value.as_str());
        // A model without a primary key has a finding of its own.
        if names().any(|name| name == pattern.index.value) || pattern.index.value == PRIMARY {
            continue;
        }
        let name = &pattern.index.value;
        let others: Vec<&Entity> = design.entities.iter().filter(|other| has_index(other, name)).collect();
        let message = match others.first() {
            Some(other) => format!("`{}` has no index `{name}`, but `{}` has", entity.name(), other.name()),
            None => format!("`{}` has no index `{name}`", entity.name()),
        };
        let mut finding = DesignFinding::new(&RULE, entity.place(pattern.index.span), message)
            .label("no index of this entity")
            .subject([entity.name(), name, &pattern.name.value]);
        if let Some((other, index)) = others
            .first()
            .and_then(|other| Some((other, other.model().indexes.iter().find(|own| own.name.value == *name)?)))
        {
            finding = finding.related(other.place(index.name.span), format!("`{}` has it", other.name()));
        }
        let fitting = serving(entity, pattern);
        let near = closest(name, names()).filter(|near| others.is_empty() && is_same_number(name, near));
        let help = match (near, fitting.as_slice()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, []) if !others.is_empty() => format!("add `[indexes.{name}]` to `{}`", entity.name()),
            (None, []) => did_you_mean(name, names()).unwrap_or_else(|| "the entity has no index".to_owned()),
            (None, fitting) => format!("the given fields serve `{}`", fitting.join("`, `")),
        };
        finding = finding.help(help);
        // Only a query that can be asked is put in the place of one that cannot.
        if let Some(near) = near.filter(|near| fitting.contains(near) && is_plain(near)) {
            let place = entity.place(pattern.index.span);
            finding = finding.fix(Fix {
                title: format!("write `{near}`"),
                safety: Safety::Safe,
                edits: vec![Edit { place, text: format!("\"{near}\"") }],
            });
        }
        findings.add(finding);
    }
}

fn has_index(entity: &Entity, name: &str) -> bool {
    entity.model().indexes.iter().any(|index| index.name.value == *name)
}

/// The indexes whose partition key the given fields make.
fn serving<'e>(entity: &'e Entity, pattern: &'e AccessPattern) -> Vec<&'e str> {
    let (model, dialect) = (entity.model(), entity.engine().dialect());
    let is_served = |index: &&'e crate::model::Index| {
        let access = Access::on(model, dialect, index, &pattern.given, None);
        access.is_decided && access.missing().is_empty() && access.uses(&pattern.given)
    };
    model.indexes.iter().filter(is_served).map(|index| index.name.value.as_str()).collect()
}

/// `gsi1` is a slip for `gsi-1`, but not for `gsi2`: that is another index.
fn is_same_number(left: &str, right: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(left) == digits(right)
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}
