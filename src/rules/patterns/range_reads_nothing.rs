//! `range-reads-nothing`.

use super::range::{Reads, reads};
use super::{Asked, asked};
use crate::key::Access;
use crate::model::SortCondition;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "range-reads-nothing",
    level: DefaultLevel::Error,
    group: Group::Patterns,
    summary: "the condition of an access pattern can be true of no item of its own entity",
    doc: "\
## What it finds

An access pattern whose `condition` no sort key of its own entity fulfils, whatever values are given. Mostly it is a range
(`lt`, `lte`, `between`) without a given field in the sort key: what is left to compare with is the literal prefix, and
every key of the entity sorts after that. `eq` with a part of the key is found in the same way.

It is proved by comparing all sort keys that the entity can write with all values that the query can ask for. Where that
proves nothing, nothing is said. Items of which a field is blank may have a shorter key: where the range reads these alone,
the message says so. A sort key of which nothing is known, such as a number that is not given, leaves `lt`, `lte` and
`between` without a value to compare with, which is found, too.

## Why it matters

The query succeeds and returns an empty list, or items of other entities that happen to sort there
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>). Nothing fails, so
it looks as if there were no data.

## Example

```toml
entity = \"Post\"
[attributes]
domain = { type = \"string\", required = true }
id     = { type = \"string\", required = true, pattern = \"[0-9A-Za-z]{27}\" }
[indexes.primary]
partition_key = { attribute = \"pk\", template = \"SITE#{domain}\" }
sort_key      = { attribute = \"sk\", template = \"POST#{id}\" }
[[access_patterns]]
name      = \"Posts of a site before one of them\"
index     = \"primary\"
given     = [\"domain\"]
condition = \"lt\"
```

The query is `sk < \"POST#\"`, and every post sorts after `POST#`. Right:

```toml
given     = [\"domain\", \"id\"]
```

## How to fix

Add the field on which the range is to `given`. To read all items of the entity, take `condition` away: the query is then
`begins_with(sk, \"POST#\")`.

## When to ignore

When the pattern is there to read other entities by where they sort, with a bound that the model does not have: say so
beside it with `# dynkeys: ignore[range-reads-nothing] reads what sorts before the posts`.
",
    checks: &[Check::Entity(check)],
};

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for asked in asked(entity) {
        let Some(condition) = &asked.pattern.condition else { continue };
        let name = &*asked.pattern.name;
        let (message, label) = match reads(design, &asked) {
            Reads::Some => continue,
            Reads::Nothing => {
                let what = comparison(&asked, condition.value);
                (format!("`{name}` reads no `{}`: {what}", entity.name()), "reads nothing of its own")
            }
            Reads::Blank => {
                let what = comparison(&asked, condition.value);
                let message = format!(
                    "`{name}` reads no `{}` but those of which a field of the sort key is blank: {what} otherwise",
                    entity.name()
                );
                (message, "reads blank items alone")
            }
            Reads::Unbounded => {
                let word = condition.value.as_str();
                let key = asked.access.index.sort_keys.keys.first().map_or("", |key| &**key.attribute);
                let message = format!("`{name}` has no value for `{word}` to compare `{key}` with");
                (message, "has no bound")
            }
        };
        let finding = DesignFinding::new(&RULE, entity.place(condition.span), message)
            .label(label)
            .subject(asked.subject())
            .help(help(&asked));
        let key = asked.access.last().map(|last| last.key).or(asked.access.index.sort_keys.keys.first());
        findings.add(match key {
            Some(key) => finding.related(entity.place(key.span), "the sort key"),
            None => finding,
        });
    }
}

/// What is never true of a sort key.
fn comparison(asked: &Asked<'_>, condition: SortCondition) -> String {
    let Some(last) = asked.access.last() else { return String::new() };
    let (key, bound) = (&*last.key.attribute, last.text());
    let ends_in_value = last.ends_in_value();
    match condition {
        SortCondition::Lt => format!("`{key}` never sorts before `{bound}`"),
        SortCondition::Lte => format!("`{key}` is never `{bound}`, and never sorts before it"),
        SortCondition::Gt => format!("`{key}` never sorts after `{bound}`"),
        SortCondition::Gte => format!("`{key}` is never `{bound}`, and never sorts after it"),
        SortCondition::Between if !ends_in_value => {
            format!("both ends of the range are `{bound}`, and `{key}` is never just that")
        }
        SortCondition::Between => format!("`{key}` is never between two of `{bound}`"),
        SortCondition::Eq => format!("`{key}` is never just `{bound}`"),
        SortCondition::BeginsWith => format!("`{key}` never begins with `{bound}`"),
    }
}

fn help(asked: &Asked<'_>) -> String {
    let access = &asked.access;
    let (model, dialect) = (asked.entity.model(), asked.entity.engine().dialect());
    let whole = Access::on(model, dialect, access.index, &asked.pattern.given, None).expression();
    let all = format!("to read them all, take `condition` away: `{whole}`");
    // The next field of the sort key, which a caller who knows it could compare with.
    let key = access.index.sort_keys.keys.get(access.sort_keys.len().saturating_sub(1));
    let known = access.last();
    let next = match known {
        Some(known) => known.missing.first().map(|field| &field.name),
        None => key.and_then(|key| {
            let own = asked.key(key)?;
            own.ways().iter().find_map(|way| way.holes().find_map(|hole| hole.first_field()).map(|field| &field.name))
        }),
    };
    match next {
        Some(field) => format!("add `{field}` to `given` where the range is on its value; {all}"),
        None => format!("{all}, or compare with a value that the sort key can have"),
    }
}
