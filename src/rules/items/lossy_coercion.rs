//! `lossy-coercion`.

use crate::audit::Defect;
use crate::key::python::push_repr;
use crate::key::{Loss, PartKind, loss};
use crate::rules::{Check, DefaultLevel, Findings, Group, ItemContext, Rule};
use crate::text::excerpt;
use crate::value::Value;

/// The rule.
pub static RULE: Rule = Rule {
    name: "lossy-coercion",
    level: DefaultLevel::Warning,
    group: Group::Items,
    summary: "mapping changed a value on its way into a key",
    doc: "\
## What it finds

A value that `Model().map(item)` turned into another one and that is part of a key. There are two ways:

* The attribute has a default of another type. The library takes the type from the default, so `0` makes 29.99 into 29.
* The number has more digits than a float. DynamoDB keeps 38 of them, and the library makes a float of every number that
  is not whole: 1234567890123.12345678901234567890 becomes 1234567890123.1235. Whole numbers keep all their digits, and
  `1.10` is `1.1`.

In a table, `dynkeys audit` finds an item of which the stored key and the stored field are the same number, and the
model would write another one, or of which the key was made of the changed value. Numbers are compared digit by digit.

## Why it matters

The key no longer says what the item says. `0` as a default makes 29.99 into 29, a text as a default makes null into
the text `None`, and `false` makes every other value into a boolean. A query with the real value does not find the item,
and an item that is read and written again is stored a second time, under the other key.

## Example

```toml
price = { type = \"float\", default = 0 }
```

Write `default = 0.0`: the library takes the type from the default, not from the hint beside it.

## How to fix

Give the attribute a default of its own type, or none, and keep a number of more than 15 digits as text or as a whole
number of a smaller unit. Do not write the items again before that: those whose keys are right would be stored twice.

## When to ignore

When the change is what you want, and every reader of the table maps items the same way.
",
    checks: &[Check::Item(check), Check::Audit(Defect::LossyCoercion)],
};

fn check(context: &ItemContext<'_, '_>, findings: &mut Findings) {
    let model = context.engine.model();
    for view in context.views() {
        // An eager key was computed before the value came.
        if view.is_eager(context) {
            continue;
        }
        for part in view.parts {
            let (PartKind::Field(field), Some(Loss { before, after })) = (part.kind, loss(part, context.fields, model))
            else {
                continue;
            };
            let attribute = field.attribute.and_then(|attribute| model.attributes.get(attribute));
            let default = attribute.and_then(|attribute| attribute.default.as_ref());
            let name = &field.name;
            let became = format!("`{name}` was {} and became {}", repr(before), repr(after));
            let is_rounded = before.is_rounded() && !matches!(after, Value::Int(_) | Value::BigInt(_) | Value::Bool(_));
            let (message, help) = match default {
                Some(default) if !is_rounded => {
                    let help = match before {
                        Value::None => format!("leave `{name}` out of the item instead of null, or give it no default"),
                        _ => format!("give `{name}` a default of its own type, or none"),
                    };
                    let default = repr(&default.value);
                    (format!("{became}, as its default {default} is a {}", after.python_type()), help)
                }
                _ => {
                    let help = format!(
                        "store `{name}` as text where every digit counts, or as a whole number of a smaller unit"
                    );
                    (format!("{became}, as a float does not hold all its digits"), help)
                }
            };
            findings.add(view.finding(&RULE, Some(field), message, help));
        }
    }
}

fn repr(value: &Value<'_>) -> String {
    let mut text = String::new();
    match value {
        Value::None => text.push_str("null"),
        Value::Decimal(number) => text.push_str(&number.text),
        value => push_repr(&mut text, value),
    }
    excerpt(&text)
}
