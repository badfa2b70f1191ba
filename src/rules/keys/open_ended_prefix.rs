//! `open-ended-prefix`.

use crate::key::{Automaton, Budget, Half, KnownKey, of_attribute};
use crate::model::{Attribute, AttributeType, SortCondition};
use crate::rules::patterns::{Asked, asked, known_part, last_field};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Entries, Group, KeyOf, Rule, Witness,
};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "open-ended-prefix",
    level: DefaultLevel::Info,
    group: Group::Keys,
    summary: "a begins_with ends in a whole value, so it also reads the values that begin with it",
    doc: "\
## What it finds

An access pattern that is served by `begins_with`, where what is given ends in a whole value, the sort key goes on with a
delimiter, and one value can begin another.

## Why it matters

`begins_with` knows no parts
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>):
`lastname#smith` also reads `lastname#smithson`. With the closing delimiter, `lastname#smith#`, it reads the Smiths.

## Example

```toml
entity = \"User\"
[attributes]
id         = { type = \"string\", required = true }
last_name  = { type = \"string\", required = true }
first_name = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"users\", \"\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"lastname\", \"{last_name}\"], [\"firstname\", \"{first_name}\"]] }
[[access_patterns]]
name  = \"Find users by last name\"
index = \"gsi1\"
given = [\"last_name\"]
```

`begins_with(gsi1_sk, \"lastname#smith\")` reads more than was asked for. Right:
`begins_with(gsi1_sk, \"lastname#smith#\")`.

## How to fix

Put the delimiter behind the value when the query is built. Nothing changes in the table.

## When to ignore

When a beginning is what the caller knows, as in a search while someone types: say so with
`condition = \"begins_with\"` in the pattern, and this rule says nothing. Or when the code that asks already puts the
delimiter there.
",
    checks: &[Check::Entity(check)],
};

fn check(design: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for asked in asked(entity).filter(|asked| asked.access.missing().is_empty() && asked.access.is_decided) {
        // Whoever writes the condition down means a beginning.
        if asked.pattern.condition.is_some() || asked.access.condition != Some(SortCondition::BeginsWith) {
            continue;
        }
        let (Some(last), Some(key)) = (asked.access.last(), asked.last_key()) else { continue };
        let delimiter = key.delimiter(design);
        let goes_on = last.continuation().is_some_and(|text| text.starts_with(delimiter));
        if !last.ends_in_value() || !goes_on || !always_closes(entity, &key, last, delimiter) {
            continue;
        }
        let Some(found) = two_values(&asked, &key, last, delimiter) else { continue };
        let (prefix, attribute) = (last.text(), key.attribute());
        let message =
            format!("`begins_with({attribute}, \"{prefix}\")` for `{}` also reads `{}`", found.shorter, found.longer);
        let Some(field) = last_field(last) else { continue };
        let given = asked.pattern.given.iter().find(|given| *field.name == ***given);
        let place = given.map_or(asked.pattern.name.span, |given| given.span);
        findings.add(
            DesignFinding::new(&RULE, entity.place(place), message)
                .label("ends the prefix without a delimiter")
                .subject(asked.subject())
                .help(format!("close the value: `begins_with({attribute}, \"{prefix}{delimiter}\")`"))
                .witness(found.witness),
        );
    }
}

/// True where the key of every item that has the value goes on with the delimiter: otherwise some items would be missed.
fn always_closes(entity: &Entity, key: &KeyOf<'_>, last: &KnownKey<'_>, delimiter: &str) -> bool {
    let Some(field) = last_field(last) else { return false };
    let has_value = |fields: &[crate::model::FieldPath]| !fields.contains(field);
    entity.scenarios().iter().filter(|one| has_value(&one.unset) && has_value(&one.blank)).all(|one| {
        match known_part(key, last, &one.item) {
            Some((text, end)) => text.get(end..).is_some_and(|rest| rest.starts_with(delimiter)),
            None => true,
        }
    })
}

/// Two values of which one begins the other, in keys that the engine writes.
struct TwoValues {
    shorter: String,
    longer: String,
    witness: Witness,
}

fn two_values(asked: &Asked<'_>, key: &KeyOf<'_>, last: &KnownKey<'_>, delimiter: &str) -> Option<TwoValues> {
    let entity = asked.entity;
    let field = last_field(last).filter(|field| field.path.is_empty())?;
    let attribute = entity.attribute(field)?;
    let base = &entity.scenarios().first()?.item;
    candidates(attribute, delimiter).into_iter().find_map(|(shorter, longer)| {
        let with = |value: &Value<'static>| -> Option<(Entries, String, usize)> {
            let mut item = base.clone();
            let (_, own) = item.iter_mut().find(|(name, _)| *name == attribute.name.value)?;
            own.clone_from(value);
            let (text, end) = known_part(key, last, &item).filter(|_| entity.conforms(&item))?;
            Some((item, text, end))
        };
        let (first, text, end) = with(&shorter)?;
        let (second, further, further_end) = with(&longer)?;
        let prefix = text.get(..end)?;
        if !further.starts_with(prefix) || further_end <= end {
            return None;
        }
        // Whoever knows the shorter value must look into the partition in which the longer one is.
        let same = |number: &usize| entity.write(&first).get(*number) == entity.write(&second).get(*number);
        let partition = entity.keys_of(key.index).into_iter().filter(|key| key.half == Half::Partition);
        if !{ partition }.all(|key| same(&key.number)) {
            return None;
        }
        let witness = Witness {
            items: vec![entity.witness_item(&first), entity.witness_item(&second)],
            caption: format!("begins_with(\"{prefix}\") reads both"),
            keys: Vec::new(),
        };
        Some(TwoValues { shorter: prefix.to_owned(), longer: further.get(..further_end)?.to_owned(), witness })
    })
}

/// Pairs of values of an attribute of which the first begins the second; nothing says yet that it may have them.
fn candidates(attribute: &Attribute, delimiter: &str) -> Vec<(Value<'static>, Value<'static>)> {
    if !attribute.allowed.is_empty() {
        let all = || attribute.allowed.iter().map(|allowed| &allowed.value);
        let pairs = all().flat_map(|left| all().map(move |right| (left, right)));
        return pairs
            .filter(|(left, right)| left != right)
            .map(|(left, right)| (left.clone(), right.clone()))
            .collect();
    }
    let text = |(shorter, longer): (&'static str, &'static str)| (Value::text(shorter), Value::text(longer));
    match *attribute.kind {
        AttributeType::Integer => vec![(Value::Int(1), Value::Int(12))],
        AttributeType::String | AttributeType::Any => {
            let usual = [("smith", "smithson"), ("abc", "abcd"), ("1", "12"), ("a", "ab")];
            usual.into_iter().map(text).chain(of_language(attribute, delimiter)).collect()
        }
        // The beginning of a time is asked for on purpose: a month, a day.
        _ => Vec::new(),
    }
}

/// A pair out of the language of the attribute, where its texts are not all of one length.
fn of_language(attribute: &Attribute, delimiter: &str) -> Option<(Value<'static>, Value<'static>)> {
    let texts = of_attribute(attribute).texts;
    if texts.properties().minimum_len() == texts.properties().maximum_len() {
        return None;
    }
    let mut budget = Budget::new(attribute.proof_steps());
    let automaton = Automaton::within(&texts, &mut budget).ok()?;
    let (longer, _) = automaton.shared_within(&automaton, 16, &mut budget);
    let plain = || longer.iter().filter(|text| !text.is_empty() && !text.contains(delimiter));
    let (left, right) = plain()
        .flat_map(|left| plain().map(move |right| (left, right)))
        .find(|(left, right)| right.len() > left.len() && right.starts_with(left.as_str()))?;
    Some((Value::text(left.clone()), Value::text(right.clone())))
}
