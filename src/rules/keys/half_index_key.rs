//! `half-index-key`.

use super::showing::{by_size, cause, first_use, listed, missing, witness};
use crate::audit::Defect;
use crate::key::Written;
use crate::model::{Index, IndexKind};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule, Scenario};

/// The rule.
pub static RULE: Rule = Rule {
    name: "half-index-key",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "one half of an index's key without the other",
    doc: "\
## What it finds

An item that keeps to the model and gets the partition key of an index without its sort key, or the other way round.
Both left out together is fine, and so is an index that says `sparse = true`. In the primary key it is an error.

In a table, `dynkeys audit` finds an item that has a part of an index's key and lacks the rest. An attribute that is a
field as well, or the key of another index, does not count as such a part. Of an index with `sparse = true` nothing is
said where the model writes the same part.

## Why it matters

An item is in a global index only when it has all of the index's key attributes
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html>).
With one half it is silently missing from every query, while the half that was written looks as if it were there. An
item without the whole primary key is refused.

## Example

```toml
entity = \"Order\"
[attributes]
id      = { type = \"string\", required = true }
shipped = \"integer\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"order\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"orders\", \"\"]] }
sort_key      = { attribute = \"gsi1_sk\", type = \"N\", value = \"{shipped}\" }
```

An order that is not shipped has `gsi1_pk` and no `gsi1_sk`. Right, where such orders are meant to be left out:

```toml
[indexes.gsi1]
sparse        = true
partition_key = { attribute = \"gsi1_pk\", cases = [
  { when = \"shipped\", build_key = [[\"orders\", \"\"]] },
  { value = \"{none}\" },
] }
sort_key      = { attribute = \"gsi1_sk\", type = \"N\", value = \"{shipped}\" }
```

## How to fix

Write both halves or none: give the missing half a fallback, or leave the other half out under the same condition. Here
the fallback is `{shipped or 0}`. `sparse = true` says that items are left out on purpose. Where the model always writes
both halves, the stored item is at fault: write it again through the model.

## When to ignore

When another program writes the missing half.
",
    checks: &[Check::Entity(check), Check::Audit(Defect::HalfIndexKey)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for index in &entity.model().indexes {
        let Some(Half { scenario, written, absent }) = half_written(entity, index) else { continue };
        let names = |keys: &[KeyOf<'_>]| listed(&keys.iter().map(KeyOf::attribute).collect::<Vec<_>>());
        let (has, lacks) = (names(&written), names(&absent));
        let when = cause(scenario)
            .map_or_else(|| "an item with all its fields has".to_owned(), |cause| format!("an item whose {cause} has"));
        let Some(first) = absent.first() else { continue };
        let field = missing(scenario).find(|field| first.fields().contains(field));
        let is_primary = index.kind == IndexKind::Primary;
        let effect = if is_primary { ", and DynamoDB refuses it" } else { ", and so is not in the index" };
        let help = if is_primary {
            "build the primary key from fields that every item has, or give them a fallback".to_owned()
        } else {
            format!(
                "write both or none: give {lacks} a fallback, or leave {has} out as well \
                 (`cases = [{{ when = …, … }}, {{ value = \"{{none}}\" }}]`); say `sparse = true` where it is on purpose"
            )
        };
        let mut finding = DesignFinding::new(
            &RULE,
            entity.place(first_use(first.key, field)),
            format!("{when} {has} without {lacks}{effect}"),
        )
        .label("leaves the attribute out")
        .subject([entity.name(), &index.name.value])
        .help(help);
        if let Some(other) = written.first() {
            finding = finding.related(other.attribute_place(), "still written");
        }
        if is_primary {
            finding = finding.level(DefaultLevel::Error);
        }
        finding.witness = witness(scenario, &[written, absent].concat());
        findings.add(finding);
    }
}

/// An item that gets a part of an index's keys.
pub(super) struct Half<'e> {
    pub scenario: &'e Scenario,
    written: Vec<KeyOf<'e>>,
    absent: Vec<KeyOf<'e>>,
}

/// The smallest item that gets a part of the keys of an index, and not on purpose.
pub(super) fn half_written<'e>(entity: &'e Entity, index: &Index) -> Option<Half<'e>> {
    // The partition key of a local index is the table's: an item without its sort key is left out, and that is all.
    if index.sparse || index.kind == IndexKind::Local {
        return None;
    }
    let keys = entity.keys_of(index);
    // An attribute that is a field or the key of another index, too, is there for that.
    let has_other_use = |key: &KeyOf<'_>| {
        let is_field = entity.model().attributes.iter().any(|attribute| attribute.name.value == key.attribute());
        let others = || entity.keys().filter(|other| !std::ptr::eq(other.index, index));
        is_field || others().any(|other| other.attribute() == key.attribute())
    };
    let scenarios = by_size(entity);
    let usual = scenarios.first()?;
    scenarios.iter().find_map(|scenario| {
        let (absent, written): (Vec<KeyOf<'e>>, Vec<KeyOf<'e>>) =
            keys.iter().copied().partition(|key| scenario.keys.get(key.number) == Written::Absent);
        let raises =
            |scenario: &Scenario| keys.iter().any(|key| matches!(scenario.keys.get(key.number), Written::Failed(_)));
        let is_half = !absent.is_empty()
            && written.iter().any(|key| index.kind == IndexKind::Primary || !has_other_use(key))
            && !raises(scenario)
            && !raises(usual)
            && missing(scenario).all(|field| keys.iter().any(|key| key.fields().contains(&field)))
            && entity.conforms(&scenario.item);
        is_half.then_some(Half { scenario, written, absent })
    })
}
