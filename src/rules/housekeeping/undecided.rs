//! `undecided`.

use std::collections::BTreeSet;

use crate::rules::finding::Undecided;
use crate::rules::keys::overlapping_keys;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "undecided",
    level: DefaultLevel::Info,
    group: Group::Housekeeping,
    summary: "a rule left something open, because the proof would take too long",
    doc: "\
## What it finds

What other rules could not decide within their share of the work of a run. A proof about keys compares all the texts that
one key can have with all those of another. Nearly always that is done at once. But a short `pattern` can stand for a very
large automaton, `(((a{64}){64}){64})` for one of 262,144 states, and a design can have more pairs of entities than can be
looked at. Each question has a budget, counted in steps of work and never in time: the same models always give the same
answers, and whatever the models are, `lint` ends within seconds and a bounded amount of memory.

The finding names the rules and what they could not say. Those rules claim nothing there, neither that something is wrong nor
that it is right. Everything else is checked as usual: a costly entity takes nothing from the others.

## Why it matters

A quiet run would read as a proof.

## Example

```toml
code = { type = \"string\", required = true, pattern = \"(((a{64}){64}){64})\" }
```

No value can be compared with this pattern. Right, where the count does not matter that much:

```toml
code = { type = \"string\", required = true, pattern = \"a+\", max_length = 262144 }
```

## How to fix

Begin the keys of each entity with a text of its own: keys that begin differently are told apart before anything has to be
proved. Or say in the model what is simpler: a `pattern` without counts inside counts, and `max_length` for the length.

## When to ignore

When you know from elsewhere what the rules cannot prove.
",
    checks: &[Check::Table(check)],
};

/// So many questions are listed one by one.
const MOST_LISTED: usize = 50;

fn check(design: &Design, findings: &mut DesignFindings) {
    let mut open = std::mem::take(&mut findings.undecided);
    // What is said of comparing an entity's keys with those of others is not said again.
    let compared = open.iter().filter(|one| one.rules.contains(&overlapping_keys::RULE.name));
    let said: BTreeSet<String> = compared.map(|one| one.entity.clone()).collect();
    for entity in &design.entities {
        open.extend(patterns(entity));
        open.extend(scenarios(entity));
        // Where there is one entity, its keys are compared with no others.
        if design.entities.len() > 1 && !said.contains(entity.name()) {
            open.extend(keys(entity));
        }
    }
    let more = open.len().saturating_sub(MOST_LISTED);
    for one in open.iter().take(MOST_LISTED) {
        findings.add(finding(one));
    }
    if let Some(next) = open.get(MOST_LISTED) {
        let message = format!("{more} more questions are left open, the first of them about `{}`", next.entity);
        findings.add(
            DesignFinding::new(&RULE, next.place.clone(), message)
                .label("and more like this")
                .subject(["more"])
                .help(next.help),
        );
    }
}

fn finding(one: &Undecided) -> DesignFinding {
    let rules: Vec<String> = one.rules.iter().map(|rule| format!("`{rule}`")).collect();
    DesignFinding::new(&RULE, one.place.clone(), format!("{} ({})", one.message, rules.join(", ")))
        .label("too large to be decided")
        .subject(one.subject.iter().cloned())
        .help(one.help)
}

/// Attributes whose patterns are too large to be compared with values.
fn patterns(entity: &Entity) -> impl Iterator<Item = Undecided> {
    let large = entity.model().attributes.iter().filter(|attribute| !attribute.has_usable_pattern());
    large.filter_map(|attribute| {
        let pattern = attribute.pattern.as_ref()?;
        Some(Undecided {
            rules: &["overlapping-keys", "ambiguous-key", "key-too-long"],
            entity: entity.name().to_owned(),
            place: entity.place(pattern.span),
            message: format!(
                "the `pattern` of `{}` is too large to be compared with values, so no item of `{}` is tried",
                *attribute.name,
                entity.name()
            ),
            subject: vec![entity.name().to_owned(), attribute.name.value.clone()],
            help: "count less in the `pattern`, and say `max_length` for the length",
        })
    })
}

/// An entity with so many fields that not every combination of unset fields is tried.
fn scenarios(entity: &Entity) -> Option<Undecided> {
    (!entity.has_all_scenarios()).then(|| Undecided {
        rules: &["ambiguous-key", "empty-key", "half-index-key", "unset-field-in-primary-key"],
        entity: entity.name().to_owned(),
        place: entity.entity_place(),
        message: format!(
            "the keys of `{}` use so many optional fields that only some pairs of unset fields are tried",
            entity.name()
        ),
        subject: vec![entity.name().to_owned(), "fields".to_owned()],
        help: "set `required = true` on the fields that every item has",
    })
}

/// Keys whose languages are too large.
fn keys(entity: &Entity) -> impl Iterator<Item = Undecided> {
    let large = entity.keys().filter(|key| !key.is_decided());
    large.map(|key| Undecided {
        rules: &["overlapping-keys", "prefix-returns-other-entities", "unused-index"],
        entity: entity.name().to_owned(),
        place: key.place(),
        message: format!(
            "the texts that the {} of `{}` can have are too many to be compared",
            key.name(),
            entity.name()
        ),
        subject: key.subject().to_vec(),
        help: "make the `pattern` of its fields simpler, or begin the key with a text of its own",
    })
}
