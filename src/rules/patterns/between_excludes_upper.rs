//! `between-excludes-upper`.

use super::asked::known_part;
use super::{Asked, asked};
use crate::model::SortCondition;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule, Witness};

/// The rule.
pub static RULE: Rule = Rule {
    name: "between-excludes-upper",
    level: DefaultLevel::Warning,
    group: Group::Patterns,
    summary: "a range ends in a value behind which the sort key goes on, so the items of that value are left out",
    doc: "\
## What it finds

An access pattern with `condition = \"between\"` or `\"lte\"` whose range is on a part of the sort key that is not its last.

## Why it matters

Strings are compared byte by byte, and a longer string sorts behind its own beginning
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html>). The key
`date#2024-01-31#id#5` is greater than the bound `date#2024-01-31`, so a range to the 31st leaves out the 31st.
It shows only when somebody misses the last day.

## Example

```toml
entity = \"Visit\"
[attributes]
id   = { type = \"string\", required = true }
site = { type = \"string\", required = true }
date = { type = \"string\", required = true, pattern = \"[0-9]{4}-[0-9]{2}-[0-9]{2}\" }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"site\", \"{site}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"date\", \"{date}\"], [\"id\", \"{id}\"]] }
[[access_patterns]]
name      = \"Visits of a month\"
index     = \"primary\"
given     = [\"site\", \"date\"]
condition = \"between\"
```

Right: from `date#2024-01-01` to `date#2024-01-31$`. `$` is the character behind `#`, so whatever follows the `#` is in.

## How to fix

Let the upper bound end in a character above the delimiter: `$` for `#`, or `~`, which is above every letter and digit.
Or take the next value as the bound, which then is left out: `date#2024-02-01`.

## When to ignore

When the code that asks already ends its bound in such a way, or leaves the last value out on purpose. A comment in the
model says so: `condition = \"between\" # dynkeys: ignore[between-excludes-upper] the code ends the range with $`.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for asked in asked(entity).filter(|asked| asked.access.missing().is_empty() && asked.access.is_decided) {
        let Some(condition) = &asked.pattern.condition else { continue };
        let Some(last) = asked.access.last() else { continue };
        let ends_a_range = matches!(condition.value, SortCondition::Between | SortCondition::Lte);
        if !ends_a_range || !last.ends_in_value() || last.is_complete() {
            continue;
        }
        // The item proves it: behind the value its key goes on.
        let Some((witness, bound)) = witness(&asked) else { continue };
        let upper = last.text();
        let first = last.continuation().and_then(|text| text.chars().next());
        let (mark, why) = match (first, first.and_then(mark_behind)) {
            (Some(first), Some(mark)) => (mark.to_string(), format!("`{mark}` is the character behind `{first}`")),
            // Nothing that is easily typed is above it.
            (Some(first), None) if first >= '~' => {
                (format!("{first}~"), "`~` is above every letter and digit".to_owned())
            }
            _ => ("~".to_owned(), "`~` is above every letter and digit".to_owned()),
        };
        let message = format!("the range leaves out its upper end: `{bound}` sorts before the keys that begin with it");
        findings.add(
            DesignFinding::new(&RULE, entity.place(condition.span), message)
                .label("ends before its last value")
                .related(entity.place(last.key.span), "the sort key goes on behind it")
                .subject(asked.subject())
                .help(format!(
                    "end the range with `{upper}{mark}`: {why}; or with the value after the last. Where the code does so \
                     already, put `# dynkeys: ignore[{}] the code ends the range` after the condition",
                    RULE.name
                ))
                .witness(witness),
        );
    }
}

/// An item whose key begins with the bound, and the bound.
fn witness(asked: &Asked<'_>) -> Option<(Witness, String)> {
    let (key, last) = (asked.last_key()?, asked.access.last()?);
    let item = &asked.entity.scenarios().first()?.item;
    let (text, end) = known_part(&key, last, item)?;
    let bound = text.get(..end).filter(|bound| bound.len() < text.len())?.to_owned();
    let witness = Witness {
        items: vec![asked.entity.witness_item(item)],
        caption: format!("sorts behind the bound `{bound}`"),
        keys: vec![(key.attribute().to_owned(), text)],
    };
    Some((witness, bound))
}

/// The mark behind one in ASCII, where it is one that nobody takes for a digit or a placeholder.
fn mark_behind(c: char) -> Option<char> {
    let next = char::from(u8::try_from(c).ok()?.checked_add(1)?);
    (next.is_ascii_punctuation() && !matches!(next, '{' | '}')).then_some(next)
}
