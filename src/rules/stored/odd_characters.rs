//! `odd-characters`.

use crate::audit::Defect;
use crate::rules::{Check, DefaultLevel, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "odd-characters",
    level: DefaultLevel::Warning,
    group: Group::Audit,
    summary: "a key holds controls, white space at an end of a part, or text that is not in form NFC",
    doc: "\
## What it finds

A key with a control character (a tab, a line's end, a zero byte), with white space at an end of one of its parts, or
whose text is not in Unicode's form NFC: `e` with a combining accent in place of `é`. A part that is white space and
nothing else is [`blank-key-part`](blank-key-part.md). White space that the model's own text has is left alone.

It is found where the model writes the same key, since the value itself is odd, and where the stored key differs from
the model's in nothing else.

## Why it matters

Keys are compared byte by byte, and DynamoDB changes none of them
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>).
`email#ann@example.com` and the same with a space behind it are two keys that look like one on a screen. macOS and some
keyboards write accents as two characters, browsers and most databases as one, so the same name is found from one
device and not from another.

## Example

```json
{\"pk\": \"user#bob\", \"sk\": \"user#bob\", \"id\": \"bob\", \"last_name\": \"Smith \",
 \"gsi1_sk\": \"lastname#Smith #firstname#Bob\"}
```

A query for `lastname#Smith#` does not find Bob.

## How to fix

Strip and normalize values when they come in (in Python `unicodedata.normalize(\"NFC\", value.strip())`), or add
`|strip` to the field in the model. Then write the items again.

## When to ignore

When the value is taken as it is on purpose, such as a file's name.
",
    checks: &[Check::Audit(Defect::OddCharacters)],
};
