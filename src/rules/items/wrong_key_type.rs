//! `wrong-key-type`.

use crate::audit::Defect;
use crate::key::Written;
use crate::key::python::str_of;
use crate::model::{AttributeType, KeyType};
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;
use crate::value::{Value, ValueKind};

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

Store the field as the type that the key holds, or turn it into that in the model; where the model is wrong about the
table's attribute, correct `type`. Here it is `type = \"N\"`, or text in place of the number: `{score|str|zfill(10)}`.

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
        let wanted = kind.holds().words();
        let fields = view.fields();
        let written = match view.written {
            Written::Typed(value) => value.kind(),
            _ => ValueKind::Text,
        };
        let help = match fields.first() {
            Some(field) if written != kind.holds() => {
                let attribute = field.attribute.and_then(|at| context.engine.model().attributes.get(at));
                let declared = attribute.filter(|_| field.path.is_empty()).map(|attribute| *attribute.kind);
                let Mistake { is, help } =
                    mistake(&field.name, context.fields.value(field).kind(), written, declared, kind);
                format!("{is}: {help}")
            }
            Some(field) => format!("give `{}` a number of 38 digits at most", field.name),
            None => format!("give the key {wanted}, or correct its `type`"),
        };
        findings.add(view.finding(
            &RULE,
            fields.first().copied(),
            format!("the key is {found}, but a key of type {} holds {wanted}", kind.as_str()),
            help,
        ));
    }
}

/// How a field and the type of its key do not go together.
pub struct Mistake {
    /// What is wrong.
    pub is: String,
    /// What would be right.
    pub help: String,
}

/// What there is to do where a field, which is of one kind in the item, gives a key of a kind that its type does not hold.
pub fn mistake(
    name: &str,
    field: ValueKind,
    written: ValueKind,
    declared: Option<AttributeType>,
    key: KeyType,
) -> Mistake {
    use ValueKind::{Number, Text};
    let wanted = key.holds();
    if field == wanted {
        return Mistake {
            is: format!("the expression makes {} of `{name}`, which is {}", written.words(), wanted.words()),
            help: format!("write `value = \"{{{name}}}\"`"),
        };
    }
    let own_type = match declared {
        Some(AttributeType::Integer | AttributeType::Float) => Some(Number),
        Some(AttributeType::String) => Some(Text),
        _ => None,
    };
    let is = match declared {
        Some(declared) if own_type == Some(wanted) => {
            format!("`{name}` is stored as {}, the model says {}", field.words(), declared.as_str())
        }
        _ => format!("`{name}` is {}", field.words()),
    };
    let store = if own_type == Some(wanted) { format!("store {}, or ", wanted.words()) } else { String::new() };
    let retype = |key: KeyType| {
        let what = key.holds().words();
        if own_type == Some(wanted) {
            String::new()
        } else {
            format!(", or say `type = \"{}\"` if the table's attribute is {what}", key.as_str())
        }
    };
    let help = match (field, wanted) {
        (Text, Number) => {
            let filter = if declared == Some(AttributeType::Float) { "float" } else { "int" };
            format!("{store}write `value = \"{{{name}|{filter}}}\"`{}", retype(KeyType::S))
        }
        (Number, Text) if own_type == Some(Text) => format!("{store}write `value = \"{{{name}|str}}\"`"),
        (Number, Text) => format!("write `value = \"{{{name}|str|zfill(10)}}\"`{}", retype(KeyType::N)),
        (ValueKind::Boolean, Text) => format!("write `value = \"{{{name}|str}}\"`"),
        (ValueKind::List | ValueKind::Map | ValueKind::Set, _) => {
            format!("put one value of it into the key, {} that the items have", wanted.words())
        }
        (Text, _) => format!("store {} in it{}", wanted.words(), retype(KeyType::S)),
        (Number, _) => format!("store {} in it{}", wanted.words(), retype(KeyType::N)),
        _ => format!("give the key {}", wanted.words()),
    };
    Mistake { is, help }
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
