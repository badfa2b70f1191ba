//! `large-collection`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "large-collection",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "an item collection is near or over the 10 GB of a table with a local index",
    doc: "\
## What it finds

In a table with a local secondary index, a partition key value whose items have 8 GB (8,589,934,592 bytes) or more
together. From 10 GB (10,737,418,240 bytes) on the finding says that it is over the limit. Of a table without a local
index nothing is said: it has no such limit.

The bytes are those of the items in the table. DynamoDB also counts their copies in the local indexes, as much as those
project, so the real collection is larger than what is told here.

## Why it matters

All items of one partition key value and their entries in local indexes are at most 10 GB. Beyond, every write that
makes the collection larger fails with `ItemCollectionSizeLimitExceededException`
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections.SizeLimit>). The limit
cannot be raised, and a local index can only be removed with its table.

## Example

```toml
[indexes.lsi1]
kind     = \"lsi\"
sort_key = { attribute = \"lsi1_sk\", build_key = [[\"author\", \"{author}\"]] }
```

The messages of the room `general` are the partition `room#general` with 9,100,000,000 bytes.

## How to fix

Move old items out, to S3 or under another partition key, while writes still succeed. Then bound the collection with a
month or a shard in its key. Or make a table with global indexes in place of the local ones and copy the items.

## When to ignore

Never: writes will fail. The finding is gone when the collection is below 8 GB.
",
    checks: &[Check::Audit(Defect::LargeCollection)],
};
