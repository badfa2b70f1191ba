//! `table-index-missing`.

use super::compare::{Shared, index, listed, only, same_keys, secondary, verb};
use super::{TableFinding, TableFindings};
use crate::rules::{Check, DefaultLevel, Design, Group, Rule};
use crate::source::TableDescription;
use crate::text::closest;

/// The rule.
pub static RULE: Rule = Rule {
    name: "table-index-missing",
    level: DefaultLevel::Error,
    group: Group::Audit,
    summary: "a model writes an index that the table does not have",
    doc: "\
## What it finds

In `dynkeys audit --table`: a secondary index of a model whose name is none of the table's, as DescribeTable gives them.

## Why it matters

The attributes are written, and nothing reads them: a query of the index fails with `The table does not have the
specified index` (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html>). Often the index was
made in one account and not in the other, or has another name there.

## Example

```toml
[indexes.gsi2]
partition_key = { attribute = \"gsi2_pk\", build_key = [[\"status\", \"{status}\"]] }
```

while `aws dynamodb describe-table --table-name shop --query 'Table.GlobalSecondaryIndexes[].IndexName'` prints
`[\"gsi1\"]`.

## How to fix

Create the index, give the model's index the name of the table's, or remove it from the model.

## When to ignore

While the index is on its way: the model is deployed first, and the index after it.
",
    checks: &[Check::Description(check)],
};

fn check(design: &Design, table: &TableDescription, findings: &mut TableFindings) {
    let missing = || secondary(design).filter(|one| index(table, one.name()).is_none());
    for (name, entities) in Shared::new(missing().map(|one| (one.name(), one.entity.name()))).0 {
        let Some(first) = missing().find(|one| one.name() == name) else { continue };
        let known = table.indexes.iter().map(|index| index.name.as_str());
        let help = match (same_keys(design, table, first), closest(name, known)) {
            (Some(other), _) => {
                format!("`{}` of the table has the same keys: give the model's index its name", other.name)
            }
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => format!("create the index, or remove `[indexes.{name}]` from the model"),
        };
        let (all, writes) = (listed(&entities), verb(&entities, "writes", "write"));
        findings.add(TableFinding {
            help,
            entity: only(&entities),
            index: Some(name.to_owned()),
            place: Some(first.place()),
            ..TableFinding::new(
                &RULE,
                format!("the table `{}` has no index `{name}`, which {all} {writes}", table.name),
            )
        });
    }
}
