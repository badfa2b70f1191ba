//! `mis-sorted-number`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "mis-sorted-number",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "numbers of several widths stand in one part of a sort key",
    doc: "\
## What it finds

A part of a text sort key in which the model puts a number, and in which the stored numbers have several counts of
digits before the point: `line#9` and `line#10`. The count is of those that are not as wide as most are, and the
examples show one of each width. Where more of an entity's items have something else in that part than a number,
nothing is said.

Also a part of a text field, or of one of type `any`, in which every stored value is digits, perhaps with the same text before
them: `1` and `10`, `v9` and `v10`, padded ones beside others.

Nothing is said of partition keys, which have no order; of keys of type `N`, which sort as numbers; nor of a field that
the index's partition key holds as well, which is the same in the whole partition. Keys that are not as the model writes
them are told of as such ([`stale-key`](stale-key.md)) and not looked at.

## Why it matters

Text sorts by its bytes
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>): `line#10`
comes before `line#9`. Lists come out in the wrong order, `between` and `<` leave items out, and \"the highest\" is not
the last. `dynkeys lint` says that a key can do this ([`unpadded-number`](unpadded-number.md),
[`padding-too-narrow`](padding-too-narrow.md)); here it has happened.

## Example

```json
{\"pk\": \"order#7\", \"sk\": \"line#9\", \"order_id\": \"7\", \"number\": 9}
{\"pk\": \"order#7\", \"sk\": \"line#10\", \"order_id\": \"7\", \"number\": 10}
```

One of width 1, one of width 2: a query for the last line of the order returns line 9.

## How to fix

Pad the number in the model to a width that every value fits, `{number|zfill(6)}`, and write the items again. The sort key of the table cannot be
changed in place: put each item under its new key, and delete the old one.

## When to ignore

Text is taken for digits only where all of a field's stored values are: one value that is something else, and nothing is
said. Nor where all of them can be dates (`2024`, `20240517`), which sort rightly, nor of text fields that are called an id, a
code, a phone number or the like (`order_id`, `zip`, `sku`): their digits are a name, and its order means nothing.

Ignore it when nobody reads the items in order: the number only makes the key unique. That is likelier where the field is text, as with
numbers that another system gave out.
",
    checks: &[Check::Audit(Defect::MisSortedNumber)],
};
