//! `wrong-key-type`.

use crate::audit::Defect;
use crate::key::Written;
use crate::key::python::str_of;
use crate::model::KeyType;
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "wrong-key-type",
    level: DefaultLevel::Error,
    group: Group::Items,
    summary: "a key's value is of a type that the key attribute cannot hold",
    doc: "\
## What it finds

A value that does not fit the type of its key attribute: a number for a key of type `S`, text for a key of type `N`, a
boolean, a list or a map for any. A number that DynamoDB cannot store, of more than 38 digits or not finite, counts too.

In a table, `dynkeys audit` finds an item whose index key is of another type than the model says: it was there before the
index, which leaves it out
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.ViolationDetection.html>), or the model
is wrong. Where it is the primary key, no model has such keys, and it is [`unclassified-item`](unclassified-item.md).

## Why it matters

DynamoDB refuses the write with a ValidationException: \"Type mismatch for key\". Key attributes are strings, numbers or
bytes, of one type in the whole table
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).

## Example

```toml
sort_key = { attribute = \"gsi3_sk\", value = \"{score}\" }
```

`score` is 12, and the key attribute is of type `S` unless the model says `type = \"N\"`.

## How to fix

Say `type = \"N\"` where the table's attribute is a number; otherwise turn the value into text: `{score|str|zfill(10)}`.

## When to ignore

Never: the write fails.
",
    checks: &[Check::Item(check), Check::Audit(Defect::WrongKeyType)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    for view in context.views() {
        let kind = view.key.kind;
        let found = match view.written {
            Written::Text(_) if kind == KeyType::S => continue,
            Written::Text(text) => format!("the text `{}`", excerpt(text)),
            Written::Typed(value) => match misfit(kind, value) {
                Some(found) => found,
                None => continue,
            },
            Written::Open(_) | Written::Absent | Written::Failed(_) => continue,
        };
        let wanted = match kind {
            KeyType::S => "text",
            KeyType::N => "a number",
            KeyType::B => "bytes",
        };
        let fields = view.fields();
        let help = match (kind, view.written) {
            (KeyType::S, Written::Typed(Value::Int(_) | Value::BigInt(_) | Value::Float(_))) => {
                "say `type = \"N\"` if the table's attribute is a number, or use `template`".to_owned()
            }
            (KeyType::N, Written::Text(_)) => {
                "use `value = \"{field}\"` with a number, or say `type = \"S\"`".to_owned()
            }
            _ => format!("give the key {wanted}"),
        };
        findings.add(view.finding(
            &RULE,
            fields.first().copied(),
            format!("the key is {found}, but a key of type {} holds {wanted}", kind.as_str()),
            help,
        ));
    }
}

/// What a typed value is, where the key attribute cannot hold it.
fn misfit(kind: KeyType, value: &Value<'static>) -> Option<String> {
    let shown = || excerpt(&str_of(value).unwrap_or_default());
    match (kind, value) {
        (KeyType::B, Value::Bytes(_)) => None,
        (KeyType::N, Value::Int(_)) => None,
        (KeyType::N, Value::BigInt(number)) => {
            // Zeros at the end are no significant digits.
            let digits = number.magnitude().to_string();
            (digits.trim_end_matches('0').len() > 38 || digits.len() > 126)
                .then(|| format!("the number {} of more than 38 digits", shown()))
        }
        (KeyType::N, Value::Float(number)) => {
            let magnitude = number.abs();
            let fits = *number == 0.0 || (1e-130..1e126).contains(&magnitude);
            (!fits).then(|| format!("the number {}, which DynamoDB cannot store", shown()))
        }
        (KeyType::N, Value::Decimal(number)) => misfit(kind, &number.value),
        (_, Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_)) => {
            Some(format!("the number {}", shown()))
        }
        (_, Value::Bool(_)) => Some(format!("the boolean {}", shown())),
        (_, Value::Bytes(_)) => Some("bytes".to_owned()),
        (_, Value::List(_)) => Some("a list".to_owned()),
        (_, Value::Map(_)) => Some("a map".to_owned()),
        (_, Value::Set(_)) => Some("a set".to_owned()),
        (_, Value::Str(_) | Value::None) => None,
    }
}
