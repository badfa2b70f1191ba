//! `table-key-mismatch`.

use super::compare::{Modelled, Shared, listed, modelled, names, only, verb};
use super::{TableFinding, TableFindings};
use crate::model::IndexKind;
use crate::rules::{Check, DefaultLevel, Design, Group, Rule};
use crate::source::TableDescription;

/// The rule.
pub static RULE: Rule = Rule {
    name: "table-key-mismatch",
    level: DefaultLevel::Error,
    group: Group::Audit,
    summary: "the keys of the table or of an index are other attributes than in a model",
    doc: "\
## What it finds

In `dynkeys audit --table`: a partition key or sort key of a model that is another attribute in the table's key schema,
that the table does not have, or that the model lacks; and an index that is local in one and global in the other.

## Why it matters

DynamoDB refuses an item without the table's own key attributes, and an item without those of an index is not in the
index (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.OnWrites>). Names are compared
letter by letter: `GSI1PK` is not `gsi1_pk`.

## Example

```toml
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"category\", \"{category}\"]] }
```

while the table's `gsi1` has the partition key `GSI1PK`. Products are written, and `gsi1` stays empty.

## How to fix

Give the model the attributes of the table. The keys of a table or an index cannot be changed; they are made anew.

## When to ignore

Never.
",
    checks: &[Check::Description(check)],
};

/// What the model has, and what the table has.
#[derive(Clone, Debug, PartialEq)]
struct Mismatch<'d> {
    index: &'d str,
    kind: &'static str,
    own: Vec<&'d str>,
    table: Vec<&'d str>,
}

fn check(design: &Design, table: &TableDescription, findings: &mut TableFindings) {
    let all = || modelled(design).flat_map(|one| mismatches(one, table).into_iter().map(move |found| (found, one)));
    for (found, entities) in Shared::new(all().map(|(found, one)| (found, one.entity.name()))).0 {
        let Some((_, first)) = all().find(|(known, _)| *known == found) else { continue };
        let (who, writes) = (listed(&entities), verb(&entities, "writes", "write"));
        let of = match first.index.kind {
            IndexKind::Primary => format!("the table `{}`", table.name),
            _ => format!("`{}`", found.index),
        };
        let kind = found.kind;
        let message = match (found.own.as_slice(), found.table.as_slice()) {
            ([], theirs) => format!("{who} {writes} no {kind} of {of}, which has {}", listed(theirs)),
            (own, []) if kind == SORT => {
                format!("{who} {writes} {} as the sort key of {of}, which has none", listed(own))
            }
            (own, theirs) if kind == KIND => {
                format!("{of} is a {} index in {who}, and a {} index in the table", own.concat(), theirs.concat())
            }
            (own, theirs) => {
                format!("{who} {writes} {} as the {kind} of {of}, and the table's is {}", listed(own), listed(theirs))
            }
        };
        let help = match (found.own.as_slice(), found.table.as_slice()) {
            _ if kind == KIND => "rename the index, or describe it as the table has it".to_owned(),
            (_, []) => {
                let what = if first.index.kind == IndexKind::Primary { "table" } else { "index" };
                format!("remove it from the model, or make the {what} anew with a sort key")
            }
            (_, theirs) => format!("write {} in the model", listed(theirs)),
        };
        findings.add(TableFinding {
            help,
            entity: only(&entities),
            index: Some(found.index.to_owned()),
            attribute: found.own.first().filter(|_| kind != KIND).map(|name| (*name).to_owned()),
            place: Some(first.place()),
            ..TableFinding::new(&RULE, message)
        });
    }
}

const PARTITION: &str = "partition key";
const SORT: &str = "sort key";
const KIND: &str = "kind";

fn mismatches<'d>(one: Modelled<'d>, table: &'d TableDescription) -> Vec<Mismatch<'d>> {
    let Some(described) = one.described(table) else { return Vec::new() };
    let mismatch = |kind, own, table| Mismatch { index: one.name(), kind, own, table };
    let kind = |is_local: bool| if is_local { "local" } else { "global" };
    let own_is_local = one.index.kind == IndexKind::Local;
    if let Some(index) = described.index
        && index.is_local != own_is_local
    {
        return vec![mismatch(KIND, vec![kind(own_is_local)], vec![kind(index.is_local)])];
    }
    let partition = (PARTITION, one.partition(), names(&described.keys.partition));
    let sort = (SORT, one.sort(), names(&described.keys.sort));
    // The partition key of a local index is the table's, and told there.
    let halves = [(!own_is_local).then_some(partition), Some(sort)].into_iter().flatten();
    halves.filter(|(_, own, table)| own != table).map(|(kind, own, table)| mismatch(kind, own, table)).collect()
}
