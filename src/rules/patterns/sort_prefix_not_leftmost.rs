//! `sort-prefix-not-leftmost`.

use super::asked;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "sort-prefix-not-leftmost",
    level: DefaultLevel::Error,
    group: Group::Patterns,
    summary: "a given field stands in the sort key behind one that is not given",
    doc: "\
## What it finds

An access pattern with a given field that is part of the sort key, behind a part that is not given.

## Why it matters

A query narrows a sort key from the left: by its whole, its beginning or a range
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>). What stands
behind an unknown part cannot narrow it. The query reads, and is charged for, all that the parts before it leave over;
the given field can only filter what was read.

## Example

```toml
entity = \"User\"
[attributes]
id         = { type = \"string\", required = true }
last_name  = { type = \"string\", required = true }
first_name = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"users\", \"\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"last\", \"{last_name}\"], [\"first\", \"{first_name}\"]] }
[[access_patterns]]
name  = \"Find users by first name\"
index = \"gsi1\"
given = [\"first_name\"]
```

Every user is read. Right: an index that is sorted by the first name.

```toml
[indexes.gsi2]
partition_key = { attribute = \"gsi2_pk\", build_key = [[\"users\", \"\"]] }
sort_key      = { attribute = \"gsi2_sk\", build_key = [[\"first\", \"{first_name}\"], [\"last\", \"{last_name}\"]] }
```

## How to fix

Give the fields in front of it as well, put the given field first, or ask another index.

## When to ignore

When the partition is small and a filter is what is meant: take the field out of `given` then, for the query does not
use it.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    // Where not even the partition is known, there is no query to narrow.
    for asked in asked(entity).filter(|asked| asked.access.missing().is_empty()) {
        for behind in &asked.access.behind {
            let (given, missing) = (behind.given, &behind.missing.name);
            let message = format!(
                "`{}` cannot narrow the query of `{}`: `{missing}` stands in front of it and is not given",
                **given, *asked.pattern.index
            );
            let [owner, index, pattern] = asked.subject();
            findings.add(
                DesignFinding::new(&RULE, entity.place(given.span), message)
                    .label("is not at the left of the sort key")
                    .related(entity.place(behind.key.span), format!("`{missing}` stands in front"))
                    .subject([owner, index, pattern, given.value.clone()])
                    .help(format!(
                        "give `{missing}` as well, or ask an index whose sort key begins with `{}`; as it is, the query is `{}`",
                        **given,
                        asked.access.expression()
                    )),
            );
        }
    }
}
