//! `empty-key`.

use super::half_index_key::half_written;
use super::showing::{by_size, cause, distinct_keys, empty_part, first_use, listed, missing, uses_all, witness};
use crate::key::{Written, conforms};
use crate::model::{Attribute, AttributeType, FieldPath, IndexKind};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Findings, Group, ItemContext, KeyOf, Rule,
    Scenario,
};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "empty-key",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "a key is empty, which DynamoDB refuses",
    doc: "\
## What it finds

A key attribute whose value is the empty text, or a primary key that has no value at all. `lint` tries items that keep
to the model: with fields unset that may be, and with text fields that are `\"\"`, which a field may be unless its
`pattern` or `enum` says otherwise. Where it takes a required field that is blank, it is an info.

## Why it matters

DynamoDB refuses the whole write with a ValidationException: key attributes, those of indexes too, are never empty
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).

## Example

```toml
sort_key = { attribute = \"gsi0_sk\", build_key = [[\"\", \"{name}\"]] }
```

An item whose `name` is `\"\"` gets an empty `gsi0_sk`. Right:

```toml
sort_key = { attribute = \"gsi0_sk\", build_key = [[\"name\", \"{name}\"]] }
```

## How to fix

Give the key a prefix, which is never empty, or set the field; in the model, a `pattern` such as `.+` says that it is
never blank. To leave an item out of an index, leave out the attribute: `value = \"{name or none}\"`.

## When to ignore

Never: the write fails.
",
    checks: &[Check::Item(check), Check::Entity(check_design)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let fields = view.fields();
        let field = fields.iter().find(|field| context.is_unset(field)).or(fields.first()).copied();
        let cause = match field {
            Some(field) if context.is_unset(field) => format!("`{}` is unset", field.name),
            Some(field) => format!("`{}` is blank", field.name),
            None => "the model gives it no text".to_owned(),
        };
        let help = match field {
            Some(field) => format!("set `{}`, or give the key a prefix", field.name),
            None => "give the key a prefix or a field".to_owned(),
        };
        let is_empty = match view.written {
            Written::Text(text) => text.is_empty(),
            Written::Typed(Value::Bytes(bytes)) => bytes.is_empty(),
            _ => false,
        };
        let message = match view.written {
            _ if is_empty => format!("{cause}, so the key is empty: DynamoDB refuses the item"),
            Written::Absent if view.index.kind == IndexKind::Primary => {
                format!("{cause}, so the primary key has no value: DynamoDB refuses the item")
            }
            _ => continue,
        };
        findings.add(view.finding(&RULE, field, message, help));
    }
}

fn check_design(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let scenarios = by_size(entity);
    let shows =
        |scenario: &Scenario, key: &KeyOf<'_>| uses_all(key, missing(scenario)) && entity.conforms(&scenario.item);
    for key in distinct_keys(entity) {
        let is_empty = |scenario: &&&Scenario| {
            let is_empty = match scenario.keys.get(key.number) {
                Written::Text(text) => text.is_empty(),
                Written::Typed(Value::Bytes(bytes)) => bytes.is_empty(),
                _ => false,
            };
            is_empty && shows(scenario, &key)
        };
        let Some(scenario) = scenarios.iter().find(is_empty) else { continue };
        let field = missing(scenario).next();
        let when = cause(scenario).map_or_else(String::new, |cause| format!(" where {cause}"));
        let help = match field {
            Some(field) if scenario.blank.is_empty() => {
                format!("give the key a prefix, or say `{}` in `{}`", never_empty(entity, field), field.name)
            }
            Some(field) => {
                format!("give the key a prefix, or say in `{}` what it may be: `pattern = \".+\"`", field.name)
            }
            None => "give the key a prefix or a field".to_owned(),
        };
        let place = entity.place(empty_part(&key, scenario).unwrap_or_else(|| first_use(key.key, field)));
        let message = format!("the {} is empty{when}, and DynamoDB refuses the item", key.name());
        let mut finding = DesignFinding::new(&RULE, place, message)
            .label("can be all that the key has")
            .subject(key.subject())
            .help(help);
        finding.witness = witness(scenario, &[key]);
        // That a required field is blank is possible, and hardly meant.
        let is_required = |field: &FieldPath| entity.attribute(field).is_some_and(|attribute| attribute.required);
        if scenario.blank.iter().any(is_required) {
            finding = finding.level(DefaultLevel::Info);
        }
        findings.add(finding);
    }
    absent_primary(entity, &scenarios, findings);
}

/// A primary key without any value; where one half of it is there, `half-index-key` says so.
fn absent_primary(entity: &Entity, scenarios: &[&Scenario], findings: &mut DesignFindings) {
    let Some(primary) = entity.primary() else { return };
    let keys = entity.keys_of(primary);
    let is_absent = |scenario: &&&Scenario| {
        keys.iter().all(|key| scenario.keys.get(key.number) == Written::Absent) && entity.conforms(&scenario.item)
    };
    let Some(scenario) = scenarios.iter().find(is_absent) else { return };
    let Some(first) = keys.first().filter(|_| half_written(entity, primary).is_none()) else { return };
    let field = missing(scenario).find(|field| first.fields().contains(field));
    let when = cause(scenario).map_or_else(String::new, |cause| format!(" where {cause}"));
    let names: Vec<&str> = keys.iter().map(KeyOf::attribute).collect();
    let help = match field {
        Some(field) => format!("say `{}` in `{}`, or give it a fallback", never_empty(entity, field), field.name),
        None => "build the primary key from fields that every item has".to_owned(),
    };
    let message = format!("the primary key {} has no value{when}, and DynamoDB refuses the item", listed(&names));
    let mut finding = DesignFinding::new(&RULE, entity.place(first_use(first.key, field)), message)
        .label("leaves the attribute out")
        .subject(first.subject())
        .help(help);
    finding.witness = witness(scenario, &keys);
    findings.add(finding);
}

/// What an attribute has to say so that its value is never empty: a required text may still be the empty one.
fn never_empty(entity: &Entity, field: &FieldPath) -> &'static str {
    let may_be_empty = |attribute: &Attribute| {
        matches!(*attribute.kind, AttributeType::String | AttributeType::Any) && conforms(attribute, &Value::text(""))
    };
    match field.path.is_empty() && entity.attribute(field).is_some_and(may_be_empty) {
        true => "required = true, pattern = \".+\"",
        false => "required = true",
    }
}
