//! `key-attribute-name-too-long`.

use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The most characters of a key attribute's name:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
const MOST: usize = 255;

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-attribute-name-too-long",
    level: DefaultLevel::Error,
    group: Group::Names,
    summary: "the name of a key attribute is longer than DynamoDB takes",
    doc: "\
## What it finds

A key attribute whose name has more than 255 characters.

## Why it matters

Other attributes may have names of up to 64 KB, those of keys may not
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>): the table or
the index cannot be created. Names count towards the size of each item, too, so that short ones are cheaper.

## Example

```toml
partition_key = { attribute = \"the_partition_key_of_the_index_of_all_orders_… (300 characters)\", value = \"{id}\" }
```

Right: `attribute = \"gsi1_pk\"`.

## How to fix

Give the attribute a short name, such as `gsi1_pk`, and put what the index is for into its `description`.

## When to ignore

Never: such a key cannot exist.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for key in entity.keys() {
        let length = key.attribute().chars().count();
        if length <= MOST {
            continue;
        }
        let shown: String = key.attribute().chars().take(40).collect();
        let message =
            format!("the name of key attribute `{shown}…` has {length} characters, and DynamoDB takes {MOST}");
        findings.add(
            DesignFinding::new(&RULE, key.attribute_place(), message)
                .label(format!("{length} characters"))
                .subject(key.subject())
                .help("give it a short name, and describe the index in its `description`"),
        );
    }
}
