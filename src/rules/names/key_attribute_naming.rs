//! `key-attribute-naming`.

use super::convention::{Convention, is_of_the_model, number_of};
use super::rename::rename_attribute;
use crate::key::Half;
use crate::model::{Index, IndexKind};
use crate::rules::naming::numbered;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Group, KeyOf, Rule, TableIndex};

/// The rule.
pub static RULE: Rule = Rule {
    name: "key-attribute-naming",
    level: DefaultLevel::Warning,
    group: Group::Names,
    summary: "a key attribute is not called as its index asks for",
    doc: "\
## What it finds

* A key attribute that is named after another index: `gsi1` writing `gsi2_pk`, under every convention.
* A key attribute of a secondary index that does not follow the convention of `[naming]`; the presets are on the page of
  [`index-naming`](index-naming.md). Without `[naming]` the convention is the preset that most names follow already.
* A key attribute other than the one that `[table]` of `dynkeys.toml` has for this index.
* A primary key attribute that some models write in one case and others in another: `pk`, `PK`.

An index may be keyed by an attribute that is something else as well: a field of the model (`email`), or the table's own
`pk` and `sk` (an inverted index). Those are not reported, nor the free names of multi-attribute keys.

## Why it matters

An item is in an index if it has the attributes of that index. With a name that differs by one letter it is written
without an error and no query of the index ever returns it: that is how sparse indexes work
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-indexes-general-sparse-indexes.html>).

## Example

```toml
entity = \"Product\"
[attributes]
id       = { type = \"string\", required = true }
category = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"category\", \"{category}\"]] }
sort_key      = { attribute = \"gsi2_sk\", build_key = [[\"product\", \"{id}\"]] }
```

Right: `attribute = \"gsi1_sk\"`.

## How to fix

Rename the attribute in the model; `dynkeys lint --fix --unsafe` does where the new name is free. Items that are in the
table already keep the old attribute: write them again, or say under `[table.indexes]` what the names are.

## When to ignore

When two indexes share an attribute on purpose and the table is live: name the attributes of both under
`[table.indexes]`, and the rule keeps to that.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    let convention = Convention::of(design);
    let primary = Primary::of(design);
    for entity in &design.entities {
        for key in entity.keys() {
            let found = match key.index.kind {
                IndexKind::Primary => primary.finding(design, &convention, &key),
                _ => secondary(design, &convention, &key),
            };
            findings.all.extend(found);
        }
    }
}

/// A finding about one key: what is wrong and what the attribute should be, where that is known.
fn finding(key: &KeyOf<'_>, message: String, wanted: Option<&str>, everywhere: bool) -> DesignFinding {
    let found = DesignFinding::new(&RULE, key.attribute_place(), message).subject(key.subject());
    let Some(wanted) = wanted else { return found };
    let found = found.label(format!("expected `{wanted}`")).help(format!("call it `{wanted}`"));
    match rename_attribute(key, wanted, everywhere) {
        Some(fix) => found.fix(fix),
        None => found,
    }
}

fn secondary(design: &Design, convention: &Convention<'_>, key: &KeyOf<'_>) -> Option<DesignFinding> {
    let (index, attribute) = (key.index.name.as_str(), key.attribute());
    let is_one_of_many = match key.half {
        Half::Partition => key.index.partition_keys.is_list,
        Half::Sort => key.index.sort_keys.is_list,
    };
    let of_table = design.table.indexes.iter().find(|known| known.name == index);
    if let Some(known) = of_table.and_then(|known| half_of(known, key.half)) {
        let is_right = is_one_of_many || known == attribute;
        let message = || format!("the {} of `{index}` in the table is `{known}`, not `{attribute}`", key.half.name());
        return (!is_right).then(|| finding(key, message(), Some(known), false));
    }
    if is_of_the_model(design, key.entity, attribute) {
        return None;
    }
    let own = number_of(key.index);
    if own.is_none() && numbered(index).is_some() {
        // The index is called as one of the other kind, which is a finding already.
        return None;
    }
    let written = numbered(attribute);
    let wanted = match (own, written) {
        (Some(own), _) => convention.attribute_name(own.kind, own.number, key.half),
        (None, Some(written)) => {
            let is_taken = |other: &Index| number_of(other).is_some_and(|other| other.number == written.number);
            let is_free = !key.entity.model().indexes.iter().any(is_taken);
            is_free.then(|| convention.attribute_name(key.index.kind, written.number, key.half)).flatten()
        }
        (None, None) => None,
    };
    if let (Some(own), Some(written)) = (own, written)
        && (own.kind, own.number) != (written.kind, written.number)
    {
        let message = format!("`{index}` writes `{attribute}`, which is named after another index");
        let found = finding(key, message, wanted.as_deref().filter(|_| !is_one_of_many), false);
        return Some(match found.help.is_empty() {
            true => found.label("another index's name").help(format!("give `{index}` attributes of its own number")),
            false => found,
        });
    }
    if is_one_of_many || convention.allows_attribute(key) {
        return None;
    }
    // Where the index has no number, its attributes are named after what it is called: the index is the finding.
    if own.is_none() && written.is_none() && !convention.has_pattern(key.half) {
        return None;
    }
    let message = format!("the key attribute `{attribute}` does not follow {}", convention.of_attributes(key.half));
    let found = finding(key, message, wanted.as_deref(), false);
    Some(match found.help.is_empty() {
        true => found.label("named otherwise").help("give it a name that matches"),
        false if convention.is_stated => found,
        false => {
            let help = format!("{}, or state your own convention in `[naming]` of `dynkeys.toml`", found.help);
            found.help(help)
        }
    })
}

fn half_of(index: &TableIndex, half: Half) -> Option<&str> {
    let key = match half {
        Half::Partition => index.partition_key.as_ref(),
        Half::Sort => index.sort_key.as_ref(),
    };
    key.map(|(attribute, _)| attribute.as_str())
}

/// What most models call the table's own key attributes.
struct Primary<'d> {
    partition_key: Option<KeyOf<'d>>,
    sort_key: Option<KeyOf<'d>>,
}

impl<'d> Primary<'d> {
    fn of(design: &'d Design) -> Self {
        let most = |half: Half| {
            let keys = design.entities.iter().flat_map(|entity| entity.keys());
            let keys: Vec<KeyOf<'d>> =
                keys.filter(|key| key.index.kind == IndexKind::Primary && key.half == half).collect();
            let mut counts: Vec<(&KeyOf<'d>, usize)> = Vec::new();
            for key in &keys {
                match counts.iter_mut().find(|(first, _)| first.attribute() == key.attribute()) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((key, 1)),
                }
            }
            // The first of those that are as frequent.
            let best = counts.iter().rev().max_by_key(|(_, count)| *count);
            best.map(|(key, _)| **key)
        };
        Self { partition_key: most(Half::Partition), sort_key: most(Half::Sort) }
    }

    fn finding(&self, design: &Design, convention: &Convention<'_>, key: &KeyOf<'_>) -> Option<DesignFinding> {
        let attribute = key.attribute();
        let (of_table, most) = match key.half {
            Half::Partition => (&design.table.partition_key, &self.partition_key),
            Half::Sort => (&design.table.sort_key, &self.sort_key),
        };
        let half = key.half.name();
        if let Some((known, _)) = of_table {
            let message = || format!("the {half} of the table is `{known}`, not `{attribute}`");
            return (known != attribute).then(|| finding(key, message(), Some(known), true));
        }
        if key.entity.model().attributes.iter().any(|field| *field.name == attribute) {
            return None;
        }
        if let Some(wanted) = convention.primary(key.half) {
            // A key called after what it holds is no matter of a convention.
            let message = || format!("the key attribute `{attribute}` does not follow {}", convention.of_preset());
            let is_wrong = is_general(attribute) && attribute != wanted;
            return is_wrong.then(|| finding(key, message(), Some(wanted), true));
        }
        let most = most.as_ref()?;
        let wanted = most.attribute();
        if attribute == wanted || squashed(attribute) != squashed(wanted) {
            return None;
        }
        let message = format!("the {half} of the table is `{attribute}` here and `{wanted}` elsewhere");
        Some(finding(key, message, Some(wanted), true).related(most.attribute_place(), format!("`{wanted}` here")))
    }
}

/// A name without what people write in one way or the other.
fn squashed(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// True of names that say no more than that the attribute is a key.
fn is_general(name: &str) -> bool {
    ["pk", "sk", "partitionkey", "sortkey", "hashkey", "rangekey", "hash", "range"].contains(&squashed(name).as_str())
}
