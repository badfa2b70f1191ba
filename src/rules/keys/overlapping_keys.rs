//! `overlapping-keys`.

use super::overlap::{Kind, overlaps};
use crate::rules::{Check, DefaultLevel, Design, DesignFindings, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "overlapping-keys",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "items of two entities can have the same primary key",
    doc: "\
## What it finds

Two entities of one table of which each has an item with the same primary key. The finding shows two such items and the
key that both write. It is an error where ordinary values are enough, a warning where a value has to hold the delimiter,
and an info where one has to be blank, or where the languages of the keys meet and no example was found.

A key is read as a regular language: the model's texts, and for each placeholder what its field can print, by its type,
`pattern`, `enum` and `max_length`. Where no two keys are shared, that is proved for every item that keeps to its model.

## Why it matters

A put replaces the item with the same primary key, whatever entity it was
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>). Nothing fails: the other item is gone.

## Example

```toml
# user.toml
entity = \"User\"
[attributes]
id = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"account\", \"{id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"profile\", \"\"]] }
```

```toml
# account.toml
entity = \"Account\"
[attributes]
number = { type = \"string\", required = true }
part   = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"account\", \"{number}\"]] }
sort_key      = { attribute = \"sk\", template = \"{part}\" }
```

The part `profile` of an account replaces a user. Right: `build_key = [[\"part\", \"{part}\"]]`.

## How to fix

Begin the keys of each entity with a text of its own, and close it with the delimiter. Where only a value with the
delimiter in it makes two keys meet, say in the model that there is none: `pattern = \"[^#]+\"`.

## When to ignore

When the two models describe one kind of item, or when the application never writes both for one value.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    overlaps(design, Kind::Overlapping, &RULE, findings);
}
