//! `invalid-index-name`.

use crate::model::IndexKind;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};
use crate::text::counted;

/// The rule.
pub static RULE: Rule = Rule {
    name: "invalid-index-name",
    level: DefaultLevel::Error,
    group: Group::Names,
    summary: "DynamoDB has no index of such a name",
    doc: "\
## What it finds

A secondary index whose name is shorter than 3 characters, longer than 255, or has a character other than `A-Z`, `a-z`,
`0-9`, `_`, `-` and `.`.

## Why it matters

DynamoDB refuses to create it
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>). `primary`
is a word of the model and no name in the table, so it is not looked at.

## Example

```toml
entity = \"Order\"
[attributes]
id     = { type = \"string\", required = true }
status = { type = \"string\", required = true, enum = [\"open\", \"shipped\"] }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"order\", \"{id}\"]] }
[indexes.\"by status\"]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"status\", \"{status}\"]] }
```

Right: `[indexes.by-status]`, or a name of the project's convention.

## How to fix

Take letters, digits, `_`, `-` and `.` only, 3 to 255 of them.

## When to ignore

Never: such an index cannot exist.
",
    checks: &[Check::Entity(check)],
};

/// What DynamoDB has against a name: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
pub(super) fn fault(name: &str) -> Option<String> {
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if let Some(other) = name.chars().find(|c| !is_allowed(c)) {
        let shown = if other == ' ' { "a space".to_owned() } else { format!("`{}`", other.escape_debug()) };
        return Some(format!("has {shown} in it"));
    }
    match name.len() {
        3..=255 => None,
        length => Some(format!("has {}", counted(length as u64, "character"))),
    }
}

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for index in entity.model().indexes.iter().filter(|index| index.kind != IndexKind::Primary) {
        let name = index.name.as_str();
        let Some(fault) = fault(name) else { continue };
        let shown: String = name.chars().take(40).collect();
        let rest = if shown.len() < name.len() { "…" } else { "" };
        let message = format!("the index name `{shown}{rest}` {fault}, and DynamoDB takes none such");
        findings.add(
            DesignFinding::new(&RULE, entity.place(index.name.span), message)
                .label("not a name of an index")
                .subject([entity.name(), name])
                .help("use 3 to 255 letters, digits, `_`, `-` and `.`"),
        );
    }
}
