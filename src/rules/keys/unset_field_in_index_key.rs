//! `unset-field-in-index-key`.

use super::unset::spoiled;
use crate::model::IndexKind;
use crate::rules::{Check, DefaultLevel, Design, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unset-field-in-index-key",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "a field of an index's key may be unset, which spoils the key",
    doc: "\
## What it finds

A field that the key of a secondary index uses and that an item may leave out: it is not `required`, has no default, and
the key has no fallback for it. The engine of the model's dialect says what then happens: the key holds the text `None`,
it ends before the field, or Python raises while it builds it.

An index with `sparse = true` says that items may be left out of it. Then the attribute must really be left out: one
that is written with `None` in it is reported as well.

## Why it matters

Items that lack the field are in the index under a key that no query asks for, or together under `None`, between the
names with M and those with O. They take room and write capacity, and queries that read a range find them. An item
that lacks the attribute is not in the index at all, which is what a sparse index is
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html>).

## Example

```toml
entity = \"Product\"
[attributes]
id   = { type = \"string\", required = true }
name = \"string\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"products\", \"\"]] }
sort_key      = { attribute = \"gsi0_sk\", build_key = [[\"name\", \"{name}\"]] }
```

A product without a name is `name#None`. Right: `required = true` in `name`, a fallback `{name or ''}`, or an index
that leaves such products out:

```toml
sparse   = true
sort_key = { attribute = \"gsi0_sk\", cases = [
  { when = \"name\", build_key = [[\"name\", \"{name}\"]] },
  { value = \"{none}\" },
] }
```

## How to fix

Say `required = true` where every item has the field. Otherwise decide where items without it belong: at the beginning
(`{name or ''}`), or not in the index (`value` that is None leaves the attribute out).

## When to ignore

When the items under `None`, or under the shortened key, are asked for on purpose.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for index in entity.model().indexes.iter().filter(|index| index.kind != IndexKind::Primary) {
        for one in spoiled(entity, index) {
            let leave_out = format!("cases = [{{ when = \"{}\", … }}, {{ value = \"{{none}}\" }}]", one.condition());
            let (aside, help) = if index.sparse {
                let aside = format!(", so that the item is in `{}` although the index is sparse", index.name.value);
                (aside, format!("leave the attribute out: `{leave_out}`"))
            } else {
                let help = format!(
                    "say `required = true` in `{}` where every item has it, give it a fallback, {}, or leave such \
                     items out of the index: `{leave_out}` with `sparse = true`",
                    one.root(),
                    one.fallback()
                );
                (String::new(), help)
            };
            findings.add(one.finding(&RULE, index, &aside, help));
        }
    }
}
