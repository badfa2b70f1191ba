//! `table-index-unmodelled`.

use super::compare::{index, listed, same_keys, secondary};
use super::{TableFinding, TableFindings};
use crate::rules::{Check, DefaultLevel, Design, Group, Rule};
use crate::source::TableDescription;
use crate::text::counted;

/// The rule.
pub static RULE: Rule = Rule {
    name: "table-index-unmodelled",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "the table has an index that no model writes",
    doc: "\
## What it finds

In `dynkeys audit --table`: a secondary index of the table, as DescribeTable gives it, that is in none of the models. An
index that a model has under another name with the same keys is `table-index-missing`, and not told twice.

## Why it matters

The keys of such an index are not audited. If nothing reads it, every write of an item that has its keys still pays for
it, and its storage is paid for
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations>).

## Example

`aws dynamodb describe-table --table-name shop` lists `gsi1` and `by_email`, and every model has `[indexes.gsi1]` only.

## How to fix

Add the index to the models of the entities that are in it, or delete it from the table.

## When to ignore

When only some of the table's models are audited, or another program owns the index.
",
    checks: &[Check::Description(check)],
};

fn check(design: &Design, table: &TableDescription, findings: &mut TableFindings) {
    let missing = || secondary(design).filter(|one| index(table, one.name()).is_none());
    for own in &table.indexes {
        let is_modelled = secondary(design).any(|one| one.name() == own.name);
        let is_renamed =
            || missing().any(|one| same_keys(design, table, one).is_some_and(|other| other.name == own.name));
        if is_modelled || is_renamed() {
            continue;
        }
        let keys: Vec<&str> = own.keys.attributes().map(|(name, _)| name.as_str()).collect();
        let items = counted(own.items, "item");
        let message = format!(
            "the table `{}` has the index `{}` on {} with {items}, and no model writes it",
            table.name,
            own.name,
            listed(&keys)
        );
        findings.add(TableFinding {
            help: "add it to the models of the entities that are in it, or delete it from the table".to_owned(),
            index: Some(own.name.clone()),
            ..TableFinding::new(&RULE, message)
        });
    }
}
