//! `item-near-limit`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "item-near-limit",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "an item has nearly as many bytes as DynamoDB takes, or more",
    doc: "\
## What it finds

An item of 368,640 bytes or more: 90 % of the 400 KB (409,600 bytes) that DynamoDB takes. Bytes are counted as DynamoDB
counts them: the names of all attributes and their values
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html#ItemSizeCalculations>).
The report shows how the sizes of all items are spread.

## Why it matters

The next update that adds something is refused with a ValidationException
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items>), most often of the
oldest and most active customer. Until then a read of the item takes 45 read units or more, a consistent one 90, and a
write 360; every index that carries all attributes takes as many again.

## Example

An order with 4,000 lines in one list has 380,000 bytes.

## How to fix

Make items of what grows: a line of an order is an item with the order's partition key. Keep documents in S3 and the
link in the item. Compress what nobody queries.

## When to ignore

When the item cannot grow any more.
",
    checks: &[Check::Audit(Defect::ItemNearLimit)],
};
