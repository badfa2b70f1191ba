//! `ambiguous-key`.

use super::advice;
use crate::key::{Assignment, Printed, WayPiece, assigned, joined, preimages};
use crate::model::{Expression, IndexKind};
use crate::rules::collision::{same, shown};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Entries, Group, KeyOf, Rule, Witness,
};

/// The rule.
pub static RULE: Rule = Rule {
    name: "ambiguous-key",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "two different items of one entity can have the same key, because a value may hold the delimiter",
    doc: "\
## What it finds

A key of several values where the end of one and the beginning of the next cannot be told: two items of the entity that
differ in these fields write the same key. The finding shows two such items. It is a warning for the primary key, where
one item replaces the other, and an info for an index, where the two are read together.

Nothing is reported where the other half of the key tells the two apart.

## Why it matters

A put replaces the item with the same primary key
(<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>). With the delimiter in a tenant's name,
one tenant can come to write over another's item.

## Example

```toml
entity = \"Membership\"
[attributes]
tenant = { type = \"string\", required = true }
user   = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"tenant\", \"{tenant}\"], [\"user\", \"{user}\"]] }
```

The tenant `a#user#b` with the user `c`, and the tenant `a` with the user `b#user#c`, are one item. Right:

```toml
entity = \"Membership\"
[attributes]
tenant = { type = \"string\", required = true, pattern = \"[^#]+\" }
user   = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"tenant\", \"{tenant}\"], [\"user\", \"{user}\"]] }
```

## How to fix

Refuse the delimiter where the value comes in, and say so in the model with a `pattern`. It is enough for every value but
the last. Or replace it in the key: `{tenant|replace('#', '-')}`.

## When to ignore

When something outside the model keeps the delimiter out of the values.
",
    checks: &[Check::Entity(check)],
};

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for index in &entity.model().indexes {
        let keys = entity.keys_of(index);
        let own = keys.iter().filter(|key| std::ptr::eq(key.index, index) && !key.key.eager);
        // One example an index is enough: the same fields spoil it in every key.
        let Some(found) = own.clone().find_map(|key| ambiguity(*key, &keys)) else { continue };
        let Ambiguity { key, first, second, items: [left, right], text } = found;
        let source = &entity.model().source;
        let name = |expression: &Expression| source.slice(expression.span).to_owned();
        let message = format!(
            "where `{}` ends and `{}` begins cannot be told: two items can have one {}",
            name(first),
            name(second),
            match index.kind {
                IndexKind::Primary => "primary key".to_owned(),
                _ => format!("key in `{}`", index.name.value),
            }
        );
        let items = vec![entity.witness_of(&left, &keys), entity.witness_of(&right, &keys)];
        let keys = keys
            .iter()
            .filter_map(|key| Some((key.attribute().to_owned(), shown(entity.write(&left).get(key.number))?)));
        let mut finding = DesignFinding::new(&RULE, entity.place(first.span), message)
            .label(if text.is_empty() {
                "nothing comes between the two".to_owned()
            } else {
                format!("may hold `{text}`")
            })
            .subject([entity.name(), &index.name.value, key.attribute(), &name(first), &name(second)])
            .help(help(&name(first), &name(second), &text, &separator(&text, key.delimiter(design))))
            .witness(Witness { items, caption: "both write".to_owned(), keys: keys.collect() });
        if index.kind != IndexKind::Primary {
            finding = finding.level(DefaultLevel::Info);
        }
        findings.add(finding);
    }
}

/// What must not be in the first value: the delimiter where it comes between the two, else the first mark that does, else
/// the whole text.
fn separator(between: &str, delimiter: &str) -> String {
    let is_delimiter = !delimiter.is_empty() && between.contains(delimiter);
    let mark = || between.chars().find(|c| !c.is_alphanumeric() && !c.is_whitespace());
    match (is_delimiter, mark()) {
        (true, _) => delimiter.to_owned(),
        (false, Some(mark)) => mark.to_string(),
        (false, None) => between.to_owned(),
    }
}

fn help(first: &str, second: &str, between: &str, separator: &str) -> String {
    if between.is_empty() {
        return format!(
            "put a delimiter between `{first}` and `{second}`, or give the field of `{first}` a `pattern` of one length"
        );
    }
    format!("give the field of `{first}` {}", advice::pattern(&[separator]))
}

struct Ambiguity<'e> {
    key: KeyOf<'e>,
    first: &'e Expression,
    second: &'e Expression,
    items: [Entries; 2],
    text: String,
}

/// Looks for two neighbours in a key of which the first may hold what separates them.
fn ambiguity<'e>(key: KeyOf<'e>, keys: &[KeyOf<'e>]) -> Option<Ambiguity<'e>> {
    for way in key.ways() {
        let mut last: Option<&Expression> = None;
        let mut between = String::new();
        for piece in &way.pieces {
            let hole = match piece {
                WayPiece::Text(text) => {
                    between = text.to_string();
                    continue;
                }
                WayPiece::Hole(hole) => *hole,
            };
            if let Some(first) = last.replace(hole)
                && let Some(items) = confused(key, keys, (first, hole), &between)
            {
                return Some(Ambiguity { key, first, second: hole, items, text: between });
            }
            between.clear();
        }
    }
    None
}

/// Two items that differ, and whose keys do not: `u + between + v` and `w`, or `u` and `v + between + w`.
fn confused(
    key: KeyOf<'_>,
    keys: &[KeyOf<'_>],
    (first, second): (&Expression, &Expression),
    between: &str,
) -> Option<[Entries; 2]> {
    let entity = key.entity;
    let source = &entity.model().source;
    if source.slice(first.span) == source.slice(second.span) {
        return None;
    }
    let printed = |expression: &Expression, text: String| Printed {
        expression: std::sync::Arc::new(expression.clone()),
        name: source.slice(expression.span).to_owned(),
        text,
        lower: false,
        blank: false,
    };
    const TEXTS: [&str; 3] = ["a", "1", "abc"];
    let triples = TEXTS.iter().map(|text| [*text, *text, *text]).chain([["1", "2", "3"]]);
    for [u, v, w] in triples {
        let left = items(entity, &[printed(first, format!("{u}{between}{v}")), printed(second, w.to_owned())]);
        let right = items(entity, &[printed(first, u.to_owned()), printed(second, format!("{v}{between}{w}"))]);
        for left in &left {
            for right in right.iter().filter(|right| *right != left) {
                let (left_keys, right_keys) = (entity.write(left), entity.write(right));
                if keys.iter().all(|key| same(left_keys.get(key.number), right_keys.get(key.number))) {
                    return Some([left.clone(), right.clone()]);
                }
            }
        }
    }
    None
}

/// Items that keep to the model and in which the placeholders may print these texts.
fn items(entity: &Entity, printed: &[Printed]) -> Vec<Entries> {
    let model = entity.model();
    let mut assignments: Vec<Assignment> = vec![Vec::new()];
    for one in printed {
        let further = preimages(model, one);
        assignments = assignments
            .iter()
            .flat_map(|known| further.iter().filter_map(|more| joined(known, more.clone())))
            .take(8)
            .collect();
    }
    let usual = entity.usual_item();
    let all = assignments.iter().map(|assignment| assigned(model, usual.clone(), assignment));
    all.filter(|item| entity.conforms(item)).collect()
}
