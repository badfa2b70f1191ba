//! `none-prefix`.

use std::borrow::Cow;

use super::showing::{by_size, distinct_keys, witness};
use crate::key::{Written, conforms};
use crate::model::{AttributeType, Cell, Expression, FieldPath, Key, KeyValue, Rule as KeyRule};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Entity, Entries, Group, KeyOf, Rule, Scenario,
};
use crate::text::Span;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "none-prefix",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "a missing prefix of build_key prints the text `None`",
    doc: "\
## What it finds

A pair of `build_key` whose prefix is None, and whose text `None` comes out in the key of an item that keeps to the
model. Which prefixes print it depends on the [dialect](../dialects.md): from boto3-assist 0.21 on a missing prefix
before a blank value does, in 0.1.0 and 0.1.1 any missing prefix. The engine of the model's dialect decides.

## Why it matters

As long as there is a value a missing prefix prints nothing, so the `None` shows in some items only. No query asks for
it, and releases of the library disagree about it, so an upgrade changes keys. Sort keys are asked for by what they
begin with (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-sort-keys.html>).

## Example

```toml
entity  = \"Contact\"
dialect = \"boto3-assist@0.66.0\"
[attributes]
id       = { type = \"string\", required = true, pattern = \"[a-z0-9]+\" }
nickname = \"string\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"contact\", \"{id}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"{none}\", \"{nickname or ''}\"]] }
```

A contact without a nickname has the sort key `none`. Right: a prefix, or `\"\"` where there is to be none:

```toml
sort_key = { attribute = \"sk\", build_key = [[\"nickname\", \"{nickname or ''}\"]] }
```

## How to fix

Write the prefix as text. Where it is a field, say that the field is `required`, or give it a fallback: `{kind or
'other'}`.

## When to ignore

Never: the text is an accident of the library.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    let keys: Vec<KeyOf<'_>> =
        distinct_keys(entity).into_iter().filter(|key| !key.key.eager && !prefixes(key.key).is_empty()).collect();
    if keys.is_empty() {
        return;
    }
    let scenarios = by_size(entity);
    for key in keys {
        let found = scenarios.iter().find_map(|scenario| {
            // A prefix can be unset while the value is blank.
            let blanked = blanked(&key, scenario);
            [Some((*scenario).clone()), blanked].into_iter().flatten().find_map(|scenario| {
                let (field, span, text) = printed(&key, &scenario)?;
                entity.conforms(&scenario.item).then_some((scenario, field, span, text))
            })
        });
        let Some((scenario, field, span, text)) = found else { continue };
        let (why, help) = match &field {
            Some(field) => {
                let help = format!(
                    "say `required = true` in `{field}`, or give the prefix a fallback: `{{{field} or 'other'}}`",
                    field = field.name
                );
                (format!("`{}`, the prefix, may be unset", field.name), help)
            }
            None => ("the prefix is None".to_owned(), "write the prefix as text; `\"\"` for none".to_owned()),
        };
        let mut finding = DesignFinding::new(
            &RULE,
            entity.place(span),
            format!("{why}, and the {} then holds the text `{text}`", key.name()),
        )
        .label(format!("prints `{text}`"))
        .subject(key.subject())
        .help(help);
        finding.witness = witness(&scenario, &[key]);
        findings.add(finding);
    }
}

/// The expressions that are prefixes of pairs.
fn prefixes(key: &Key) -> Vec<&Expression> {
    let rules: Vec<&KeyRule> = match &key.value {
        KeyValue::One(rule) => vec![rule],
        KeyValue::Cases(cases) => cases.iter().map(|case| &case.rule).collect(),
    };
    let pairs = rules.into_iter().flat_map(|rule| match rule {
        KeyRule::BuildKey(pairs) => pairs.as_slice(),
        _ => &[],
    });
    pairs
        .filter_map(|pair| match &pair.prefix.value {
            Cell::Placeholder(expression) => Some(expression),
            _ => None,
        })
        .collect()
}

/// True where an expression of a key is the prefix of a pair: what it prints where it is None is this rule's business.
pub(super) fn is_prefix(key: &Key, expression: &Expression) -> bool {
    prefixes(key).iter().any(|prefix| std::ptr::eq(*prefix, expression))
}

/// The text None that a prefix of a key prints for an item, with the field that is unset.
fn printed(key: &KeyOf<'_>, scenario: &Scenario) -> Option<(Option<FieldPath>, Span, String)> {
    key.entity.trace(&scenario.item, |_, written, recorder| {
        let Written::Text(text) = written.get(key.number) else { return None };
        recorder.parts(key.number).iter().find_map(|part| {
            let expression = part.expression.filter(|one| part.none && is_prefix(key.key, one))?;
            let printed = text.get(part.start..part.end).filter(|printed| !printed.is_empty())?;
            Some((expression.first_field().cloned(), expression.span, printed.to_owned()))
        })
    })
}

/// The same item with the text fields of the key blank that may be; none where there are none.
fn blanked(key: &KeyOf<'_>, scenario: &Scenario) -> Option<Scenario> {
    let entity = key.entity;
    let mut item: Entries = scenario.item.clone();
    let mut blank = scenario.blank.clone();
    for field in key.fields() {
        let Some(attribute) = entity.attribute(field) else { continue };
        let is_text = field.path.is_empty() && *attribute.kind == AttributeType::String;
        let entry = item.iter_mut().find(|(name, _)| *name == attribute.name.value);
        if let Some((_, value)) = entry
            && is_text
            && conforms(attribute, &Value::Str(Cow::Borrowed("")))
        {
            *value = Value::text("");
            blank.push(field.clone());
        }
    }
    let keys = entity.write(&item);
    (blank.len() > scenario.blank.len()).then_some(Scenario { unset: scenario.unset.clone(), blank, item, keys })
}
