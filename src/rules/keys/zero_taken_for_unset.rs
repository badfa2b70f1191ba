//! `zero-taken-for-unset`.

use std::borrow::Cow;
use std::sync::Arc;

use super::truth::{Asked, AsksForNone, Question};
use crate::key::field_names::is_moment;
use crate::key::python::str_of;
use crate::key::suspicious::stands_for_nothing;
use crate::key::{Engine, KeyBuffer, Written, conforms};
use crate::model::{Attribute, AttributeType, FieldPath, Index, IndexKind, Key, Model};
use crate::rules::finding::Undecided;
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Entries, Group, KeyOf, Rule, Witness,
};
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "zero-taken-for-unset",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "0 is false, so `or`, `if` and `when` take it for a field that has no value",
    doc: "\
## What it finds

A key that asks whether a number is true where it means whether the number is set: `{level or 'none'}`, `level and …`,
`… if level else …`, `not level`, `when = \"level\"`. 0 is false in Python, so an item whose `level` is 0 gets the key of one
that has no level. The finding shows an item with 0 and the key that the engine writes for it, and where there is one a
second item that gets the same key.

The field is an integer or a float, and the model lets it be 0: an `enum` without 0, or a `pattern` that 0 does not match
(`[1-9][0-9]*`), ends the matter. So does a fallback that prints 0 itself (`{level or 0}`, `{level|zfill(3) if level else
'000'}`), and a name that says that the number is a time since 1970 (`created_at`, `updated_ts`).

## Why it matters

Two different items share a key: `{rank or 1}` writes one primary key for the ranks 0 and 1, and the second item replaces
the first without an error. In an index an item with 0 stands among those without a value, and a query for 0 does not find
it. The fault stays hidden until the first 0.

## Example

```toml
entity = \"Point\"
[attributes]
id    = { type = \"string\", required = true }
level = { type = \"integer\", enum = [0, 1, 2] }
[indexes.primary]
partition_key = { attribute = \"pk\", template = \"point#{id}\" }
sort_key      = { attribute = \"sk\", template = \"level#{level or 'none'}\" }
```

Right:

```toml
sort_key = { attribute = \"sk\", template = \"level#{level if level != none else 'none'}\" }
```

## How to fix

Ask for none: `{level if level != none else 'none'}`, `when = \"level != none\"`. A field that is always set needs no
fallback: `{level}`. Where 0 shall be treated like that, say so: `level != none and level != 0`. Where 0 never comes, let
the model say it: `pattern = \"[1-9][0-9]*\"`.

The keys of items with 0 change: items that are in a table already keep their old ones.

## When to ignore

A boolean is looked at with `or` only: whether it is true is what `when = \"active\"` asks on purpose. `{active or ''}` of
an optional boolean prints the same for `false` and for no value. Where the boolean is always set, the fallback stands for
`false` alone, and is found only where it is blank or says `none`.

Ignore it when 0 never comes and the model cannot say so. `{level or ''}` is a usual way to write a fallback, so in a model that says
nothing of its numbers this finds fields that never are 0; a `pattern` is worth more there than an ignore, since other
rules use it as well.
",
    checks: &[Check::Entity(check)],
};

/// How much of an entity's text is gone through before the rest of its fields is left open.
const MOST_TEXT: usize = 20_000_000;

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let mut left = MOST_TEXT;
    for key in entity.keys().filter(|key| !key.key.eager) {
        for field in key.fields() {
            let Some(attribute) = entity.attribute(field).filter(|_| field.path.is_empty()) else { continue };
            let Some(zero) = zero(attribute).filter(|_| !is_moment(&field.name)) else { continue };
            // The key is read anew for each field.
            left = left.saturating_sub(key.key.span.end - key.key.span.start);
            if left == 0 {
                findings.leave_open(left_open(key));
                return;
            }
            if let Some(finding) = of_field(key, field, attribute, &zero, &mut left) {
                findings.add(finding);
            }
        }
    }
}

fn left_open(key: KeyOf<'_>) -> Undecided {
    Undecided {
        rules: &["zero-taken-for-unset"],
        entity: key.entity.name().to_owned(),
        place: key.attribute_place(),
        message: format!("not every number in the keys of `{}` is tried with 0", key.entity.name()),
        subject: vec![key.entity.name().to_owned()],
        help: "name fewer fields in one key",
    }
}

/// The value of an attribute that is false; none where it may not have it.
fn zero(attribute: &Attribute) -> Option<Value<'static>> {
    let zeros: &[Value<'static>] = match *attribute.kind {
        AttributeType::Integer => &[Value::Int(0)],
        // DynamoDB gives whole numbers back as integers.
        AttributeType::Float => &[Value::Int(0), Value::Float(0.0)],
        AttributeType::Boolean => &[Value::Bool(false)],
        _ => &[],
    };
    zeros.iter().find(|zero| conforms(attribute, zero)).cloned()
}

fn of_field(
    key: KeyOf<'_>,
    field: &FieldPath,
    attribute: &Attribute,
    zero: &Value<'static>,
    left: &mut usize,
) -> Option<DesignFinding> {
    let entity = key.entity;
    let is_boolean = *attribute.kind == AttributeType::Boolean;
    let mut asks = AsksForNone::of(field, is_boolean);
    let changed = asks.key(&key.key.value);
    let asked = *asks.asked.first()?;
    let otherwise = asked.otherwise.map(|span| entity.model().source.slice(span));
    let is_always_set = attribute.required || attribute.default.is_some();
    if is_boolean && is_always_set && !otherwise.is_some_and(says_nothing) {
        return None;
    }
    // A model of its own is made, and items are tried with it.
    let cost = entity.model().source.text().len().saturating_mul(1 + entity.scenarios().len());
    *left = left.saturating_sub(cost);
    let engine = Engine::new(Arc::new(with_key(entity.model(), key.key, &changed)?), entity.engine().dialect().clone());
    let with = |item: &Entries, value: Option<&Value<'static>>| -> Entries {
        let mut item: Entries = item.iter().filter(|(name, _)| *name != attribute.name.value).cloned().collect();
        item.extend(value.map(|value| (Cow::Owned(attribute.name.value.clone()), value.clone())));
        item
    };
    // The item whose key would be another if none were asked for.
    let item = entity.scenarios().iter().map(|scenario| with(&scenario.item, Some(zero))).find(|item| {
        let (own, mut other) = (entity.write(item), KeyBuffer::default());
        engine.write(&engine.map(item), &mut other, &mut ());
        let (own, other) = (own.get(key.number), other.get(key.number));
        let is_failed = |written: &Written<'_>| matches!(written, Written::Failed(_));
        entity.conforms(item)
            && own != other
            && !is_failed(&own)
            && !is_failed(&other)
            && !prints_zero(key, item, asked)
    })?;
    // Another one that gets the same key.
    let keys = entity.write(&item);
    let literal = otherwise.map(|text| text.trim_matches(['\'', '"'])).unwrap_or_default();
    let values = crate::key::numbers_of(literal).chain([Value::Int(1), Value::Int(2), Value::Bool(true)]);
    let others = std::iter::once(None).chain(values.filter(|value| value != zero).map(Some));
    let others = others.map(|value| (with(&item, value.as_ref()), value));
    let other = others
        .filter(|(other, _)| entity.conforms(other))
        .find(|(other, _)| entity.write(other).get(key.number) == keys.get(key.number));
    Some(finding(key, field, zero, asked, otherwise, &item, other.as_ref()))
}

/// True where the placeholder that asks prints a zero all the same.
fn prints_zero(key: KeyOf<'_>, item: &Entries, asked: Asked) -> bool {
    key.entity.trace(item, |_, keys, recorder| {
        let Written::Text(text) = keys.get(key.number) else { return false };
        recorder.parts(key.number).iter().any(|part| {
            let own = part.expression.map(|expression| expression.span);
            let is_own = own.is_some_and(|own| own.start <= asked.span.start && asked.span.end <= own.end);
            let number = text.get(part.start..part.end).and_then(|own| own.trim().parse::<f64>().ok());
            is_own && number == Some(0.0)
        })
    })
}

/// True of a literal that is blank, or a word for nothing.
fn says_nothing(literal: &str) -> bool {
    let text = literal.trim().trim_matches(['\'', '"']).trim();
    text.is_empty() || stands_for_nothing(text) || matches!(text, "-" | "unset")
}

/// The model with another value for one of its keys.
fn with_key(model: &Model, key: &Key, value: &crate::model::KeyValue) -> Option<Model> {
    let of = |index: &Index| {
        let at = |keys: &[Key]| keys.iter().position(|own| std::ptr::eq(own, key));
        let (partition, sort) = (at(&index.partition_keys.keys), at(&index.sort_keys.keys));
        partition.map(|at| (true, at)).or(sort.map(|at| (false, at)))
    };
    let (number, (is_partition, at)) =
        model.indexes.iter().enumerate().find_map(|(number, index)| of(index).map(|place| (number, place)))?;
    let mut changed = model.clone();
    let index = changed.indexes.get_mut(number)?;
    let keys = if is_partition { &mut index.partition_keys } else { &mut index.sort_keys };
    keys.keys.get_mut(at)?.value = value.clone();
    Some(changed)
}

fn finding(
    key: KeyOf<'_>,
    field: &FieldPath,
    zero: &Value<'static>,
    asked: Asked,
    otherwise: Option<&str>,
    item: &Entries,
    other: Option<&(Entries, Option<Value<'static>>)>,
) -> DesignFinding {
    let entity = key.entity;
    let name = &field.name;
    let shown = str_of(zero).unwrap_or_default();
    let taken = match asked.question {
        Question::Or => "`or` takes",
        Question::And => "`and` takes",
        Question::If => "`if` takes",
        Question::Not => "`not` takes",
        Question::When => "`when` takes",
    };
    let others = match other {
        Some((_, None)) => format!(": the item gets the key of one without `{name}`"),
        Some((_, Some(value))) => {
            let replaces = if key.index.kind == IndexKind::Primary { ", and one replaces the other" } else { "" };
            format!(": the item gets the key of one whose `{name}` is {}{replaces}", str_of(value).unwrap_or_default())
        }
        None => String::new(),
    };
    let message = format!("`{name}` may be {shown}, which {taken} for unset in {}{others}", key.name());
    let attribute = entity.attribute(field);
    let is_always_set = attribute.is_some_and(|attribute| attribute.required || attribute.default.is_some());
    let is_number = !matches!(zero, Value::Bool(_));
    let ask = match (asked.question, otherwise) {
        (Question::Or, _) if is_always_set => {
            format!("`{name}` always has a value and needs no fallback: `{{{name}}}`")
        }
        (Question::Or, Some(text)) => format!("ask for none: `{{{name} if {name} != none else {text}}}`"),
        _ if is_always_set => format!("`{name}` always has a value, so the condition can go"),
        (Question::Not, _) => format!("ask for none: `{name} == none`"),
        (Question::When, _) => format!("ask for none: `when = \"{name} != none\"`"),
        _ => format!("ask for none: `{name} != none`"),
    };
    let never = match attribute {
        Some(attribute) if !attribute.allowed.is_empty() => format!("take it out of the `enum` of `{name}`"),
        Some(attribute) if attribute.pattern.is_some() || *attribute.kind == AttributeType::Float => {
            format!("let the `pattern` of `{name}` say so")
        }
        _ => format!("add `pattern = \"[1-9][0-9]*\"` to `{name}`"),
    };
    let meant = match (asked.question, is_number) {
        (_, false) => String::new(),
        (Question::Or, true) => format!("; where {shown} never comes, {never}"),
        (Question::Not, true) => format!("; where {shown} is meant, write `{name} == 0`"),
        (_, true) if is_always_set => format!("; where {shown} shall not count, write `{name} != 0`"),
        // None is not 0 either.
        (_, true) => format!("; where {shown} shall not count, write `{name} != none and {name} != 0`"),
    };
    let keys = entity.write(item);
    let written = match keys.get(key.number) {
        Written::Text(text) | Written::Open(text) => text.to_owned(),
        Written::Typed(value) => str_of(value).unwrap_or_default(),
        Written::Absent | Written::Failed(_) => "(left out)".to_owned(),
    };
    let own = entity.keys_of(key.index);
    let items = std::iter::once(item).chain(other.map(|(other, _)| other));
    DesignFinding::new(&RULE, entity.place(asked.span), message)
        .label(format!("{shown} is false"))
        .subject(key.subject().into_iter().chain([name.clone()]))
        .help(format!("{ask}{meant}"))
        .witness(Witness {
            items: items.map(|item| entity.witness_of(item, &own)).collect(),
            caption: if other.is_some() { "both write" } else { "writes" }.to_owned(),
            keys: vec![(key.attribute().to_owned(), written)],
        })
}
