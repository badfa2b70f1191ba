//! `reserved-word`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Group, Rule};

/// The reserved words of DynamoDB in lower case, one a line, in the order of their bytes:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("reserved_words.txt").lines().collect());

/// The rule.
pub static RULE: Rule = Rule {
    name: "reserved-word",
    level: DefaultLevel::Info,
    group: Group::Names,
    summary: "a key attribute is called by a reserved word of DynamoDB",
    doc: "\
## What it finds

A key attribute whose name, in any case, is one of DynamoDB's 573 reserved words: `key`, `name`, `date`, `status`,
`user`, `ttl`. Fields that are no keys are not looked at: only keys stand in every query.

## Why it matters

A reserved word cannot stand in an expression
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>). Each `KeyConditionExpression`,
and each `attribute_not_exists(…)` on the key, needs a placeholder from `ExpressionAttributeNames` for it; a query
written without one is refused. boto3's `Key(\"name\")` makes the placeholders itself.

## Example

```toml
entity = \"Reading\"
[attributes]
sensor = { type = \"string\", required = true }
taken  = { type = \"datetime\", required = true }
[indexes.primary]
partition_key = { attribute = \"key\", build_key = [[\"sensor\", \"{sensor}\"]] }
sort_key      = { attribute = \"timestamp\", build_key = [[\"taken\", \"{taken}\"]] }
```

Right: `pk` and `sk`, which are no reserved words, or any names with a `_` in them.

## How to fix

Before the table exists: choose another name. Afterwards: use a placeholder in every expression,
`#key = :key` with `ExpressionAttributeNames={\"#key\": \"key\"}`.

## When to ignore

When every access goes through a library that makes placeholders, or the table is live. Then turn the rule off in
`[rules]`.
",
    checks: &[Check::Table(check)],
};

/// True of a reserved word, in whatever case.
fn is_reserved(name: &str) -> bool {
    WORDS.binary_search(&name.to_ascii_lowercase().as_str()).is_ok()
}

fn check(design: &Design, findings: &mut DesignFindings) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for key in design.entities.iter().flat_map(|entity| entity.keys()) {
        let name = key.attribute();
        // The name is the table's: once is enough, however many models write it.
        if !seen.insert(name) || !is_reserved(name) {
            continue;
        }
        let message = format!("the key attribute `{name}` is called by a reserved word of DynamoDB");
        findings.add(
            DesignFinding::new(&RULE, key.attribute_place(), message)
                .label("a reserved word")
                .subject([name])
                .help(format!(
                    "expressions need a placeholder: `#{name} = :value` with `ExpressionAttributeNames={{\"#{name}\": \"{name}\"}}`"
                )),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_in_order() {
        assert_eq!(WORDS.len(), 573);
        assert!(WORDS.is_sorted_by(|left, right| left < right));
        assert!(WORDS.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())));
        for word in ["abort", "Name", "STATUS", "ttl", "zone", "timestamp", "flattern", "innter", "loged"] {
            assert!(is_reserved(word), "{word}");
        }
        for word in ["pk", "sk", "gsi0_pk", "id", "email", "created_at", ""] {
            assert!(!is_reserved(word), "{word}");
        }
    }
}
