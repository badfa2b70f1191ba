//! `missing-entity-prefix`.

use regex_syntax::hir::{Hir, HirKind};

use super::showing::listed;
use crate::key::{WayPiece, of_attribute};
use crate::model::{AttributeType, Expression, ExpressionKind};
use crate::rules::indexes::tables::{Table, tables};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, KeyOf, Rule};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-entity-prefix",
    level: DefaultLevel::Info,
    group: Group::Keys,
    summary: "nothing in the primary key tells which entity an item is",
    doc: "\
## What it finds

An entity of a table of several (models whose primary keys have the same attributes) whose primary key has no text of
its own: `{id}` and nothing else, in the partition key and in the sort key. A field whose `enum` or `pattern` begins
with letters (`usr_[a-z0-9]+`), or that has a word for its default, counts as such a text.

## Why it matters

In a single-table design all entities share one key
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/data-modeling-foundations.html>). Two entities with
the same id then write the same key, and one replaces the other. Nobody who looks at an item can tell what it is, and
`begins_with` cannot read one entity of a partition.

## Example

```toml
entity = \"Product\"
[attributes]
id = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"\", \"{id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"\", \"{id}\"]] }
```

Right:

```toml
entity = \"Product\"
[attributes]
id = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"product\", \"{id}\"]] }
```

## How to fix

Put the entity's name into one half of the key; the sort key is enough where the partition belongs to a parent. Items
that are in the table keep their keys until they are written again.

## When to ignore

When the ids themselves tell the entity in a way that the model does not say, or another attribute does.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    // In a table of one entity there is nothing to tell apart, and a key of other attributes is that of another table.
    let is_shared = |table: &&Table<'_>| table.entities.iter().filter(|one| one.primary().is_some()).count() > 1;
    for table in tables(design).iter().filter(is_shared) {
        table.entities.iter().for_each(|entity| check_entity(design, entity, findings));
    }
}

fn check_entity(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let Some(primary) = entity.primary() else { return };
    let keys = entity.keys_of(primary);
    if keys.is_empty() || keys.iter().any(tells) {
        return;
    }
    let names = names_of(&keys);
    let Some(last) = keys.last() else { return };
    let verb = if names.len() == 1 { "has" } else { "have" };
    let prefix = entity.name().to_lowercase();
    findings.add(
        DesignFinding::new(
            &RULE,
            last.place(),
            format!("{} of `{}` {verb} no text that tells the entity", listed(&names), entity.name()),
        )
        .label("fields and nothing else")
        .subject([entity.name()])
        .help(format!(
            "put the entity's name before the id: `[\"{prefix}\", …]` in `build_key`, `{prefix}{}…` in a template",
            design.delimiter
        )),
    );
}

fn names_of(keys: &[KeyOf<'_>]) -> Vec<String> {
    keys.iter().map(|key| key.attribute().to_owned()).collect()
}

/// True where a key has letters of the model's own, or of a field that always begins with letters of its own.
fn tells(key: &KeyOf<'_>) -> bool {
    key.ways().iter().any(|way| {
        way.pieces.iter().any(|piece| match piece {
            WayPiece::Text(text) => text.chars().any(char::is_alphabetic),
            WayPiece::Hole(expression) => is_tagged(key.entity, expression),
        })
    })
}

fn is_tagged(entity: &Entity, expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Field(field) if field.path.is_empty() => entity.attribute(field).is_some_and(|attribute| {
            // An id has no default: a field that has one says what the item is.
            let is_word = |value: &Value<'_>| matches!(value, Value::Str(text) if text.contains(char::is_alphabetic));
            let has_word = attribute.default.as_ref().is_some_and(|default| is_word(&default.value));
            *attribute.kind == AttributeType::String && (has_word || begins_with_letter(&of_attribute(attribute).texts))
        }),
        ExpressionKind::Filter(inner, _) => is_tagged(entity, inner),
        _ => false,
    }
}

/// True where every text of the language begins with one of a few texts, each with a letter in it.
fn begins_with_letter(texts: &Hir) -> bool {
    match texts.kind() {
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().any(char::is_alphabetic),
        HirKind::Capture(capture) => begins_with_letter(&capture.sub),
        HirKind::Concat(parts) => parts.first().is_some_and(begins_with_letter),
        HirKind::Alternation(ways) => ways.iter().all(begins_with_letter),
        _ => false,
    }
}
