//! What rules about keys share: the items that they look at, and words for fields and keys.

use std::collections::BTreeSet;

use crate::key::Written;
use crate::model::{Expression, FieldPath, IndexKind, Key, KeyValue, Rule};
use crate::rules::{Entity, KeyOf, Scenario, Witness};
use crate::text::Span;

/// The scenarios of an entity, those first that leave the fewest fields unset or blank; none where the model leaves a
/// field of a key no value that could be found.
///
/// A field within a map that every item has is taken to be there: the model has no way to say so.
pub(super) fn by_size(entity: &Entity) -> Vec<&Scenario> {
    let mut scenarios: Vec<&Scenario> = entity.scenarios().iter().collect();
    let Some(usual) = scenarios.first() else { return Vec::new() };
    let has_value = |field: &&FieldPath| {
        let name = entity.attribute(field).map(|attribute| attribute.name.value.as_str());
        name.is_none_or(|name| usual.item.iter().any(|(known, _)| known == name))
    };
    if !entity.key_fields().iter().all(has_value) {
        return Vec::new();
    }
    let is_surely_set = |field: &FieldPath| entity.attribute(field).is_some_and(|attribute| attribute.required);
    scenarios.retain(|scenario| !scenario.unset.iter().any(is_surely_set));
    scenarios.sort_by_key(|scenario| scenario.unset.len() + scenario.blank.len());
    scenarios
}

/// The keys of an entity, each attribute once, those of the table first: an inverted index writes no key of its own.
pub(super) fn distinct_keys(entity: &Entity) -> Vec<KeyOf<'_>> {
    let (mut all, rest): (Vec<KeyOf<'_>>, Vec<KeyOf<'_>>) =
        entity.keys().partition(|key| key.index.kind == IndexKind::Primary);
    let mut known: BTreeSet<&str> = all.iter().map(KeyOf::attribute).collect();
    all.extend(rest.into_iter().filter(|key| known.insert(key.attribute())));
    all
}

/// The fields that a scenario leaves unset or blank.
pub(super) fn missing(scenario: &Scenario) -> impl Iterator<Item = &FieldPath> {
    scenario.unset.iter().chain(&scenario.blank)
}

/// True where a key uses all of these fields: a scenario that is about others, too, says nothing new.
pub(super) fn uses_all<'f>(key: &KeyOf<'_>, mut fields: impl Iterator<Item = &'f FieldPath>) -> bool {
    let used = key.fields();
    fields.all(|field| used.contains(&field))
}

/// The place of the first expression of a key that names a field; the whole key where none does.
pub(super) fn first_use(key: &Key, field: Option<&FieldPath>) -> Span {
    let Some(field) = field else { return key.span };
    let mut found = None;
    let mut look = |expression: &Expression| {
        expression.visit_fields(&mut |one, _| {
            if one == field {
                found.get_or_insert(expression.span);
            }
        });
    };
    let rules: Vec<&Rule> = match &key.value {
        KeyValue::One(rule) => vec![rule],
        KeyValue::Cases(cases) => cases.iter().map(|case| &case.rule).collect(),
    };
    rules.iter().for_each(|rule| rule.visit_expressions(&mut look));
    if let KeyValue::Cases(cases) = &key.value {
        cases.iter().filter_map(|case| case.when.as_ref()).for_each(&mut look);
    }
    found.unwrap_or(key.span)
}

/// The expression that prints nothing because of the fields that a scenario lacks. None where an unset field cuts the
/// key short: that is another finding.
pub(super) fn empty_part(key: &KeyOf<'_>, scenario: &Scenario) -> Option<Span> {
    key.entity.trace(&scenario.item, |_, _, recorder| {
        if recorder.stop_of(key.number).is_some() {
            return None;
        }
        let uses_missing = |expression: &Expression| {
            let mut uses = false;
            expression.visit_fields(&mut |field, _| uses |= missing(scenario).any(|one| one == field));
            uses
        };
        let parts = recorder.parts(key.number).iter().filter(|part| part.start == part.end);
        let mut expressions = parts.filter_map(|part| part.expression);
        expressions.find(|expression| uses_missing(expression)).map(|expression| expression.span)
    })
}

/// "`a`", "`a` and `b`", "`a`, `b` and `c`".
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// "`a` is unset", "`a` and `b` are unset", "`a` is blank"; nothing where the scenario is the usual one.
pub(super) fn cause(scenario: &Scenario) -> Option<String> {
    let names: Vec<&str> = missing(scenario).map(|field| field.name.as_str()).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let state = if scenario.blank.is_empty() { "unset" } else { "blank" };
    (!names.is_empty()).then(|| format!("{} {verb} {state}", listed(&names)))
}

/// The item of a scenario, and what the engine writes for these keys.
pub(super) fn witness(scenario: &Scenario, keys: &[KeyOf<'_>]) -> Option<Witness> {
    let entity = keys.first()?.entity;
    let written = keys.iter().filter_map(|key| {
        let value = match scenario.keys.get(key.number) {
            Written::Text(text) => text.to_owned(),
            Written::Typed(value) => crate::key::python::str_of(value)?,
            Written::Open(_) | Written::Absent | Written::Failed(_) => return None,
        };
        Some((key.attribute().to_owned(), value))
    });
    Some(Witness {
        items: vec![entity.witness_item(&scenario.item)],
        caption: "writes".to_owned(),
        keys: written.collect(),
    })
}
