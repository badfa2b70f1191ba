//! `eager-key`.

use super::showing::listed;
use crate::key::Written;
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Edit, Entity, Fix, Group, KeyOf, Place, Rule, Safety,
};
use crate::text::Span;

/// The rule.
pub static RULE: Rule = Rule {
    name: "eager-key",
    level: DefaultLevel::Error,
    group: Group::Keys,
    summary: "a key is computed before its fields are set",
    doc: "\
## What it finds

A key with `eager = true` that uses a field: in Python, a value that is computed in the constructor instead of a
`lambda`. An eager key that uses no field is the same at any time, and is not reported.

## Why it matters

When the object is constructed no field is set, so the key is `product#None` for ever, and every item replaces the one
before it. Items are told apart by their primary key alone
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey>).

## Example

```toml
entity = \"Product\"
[attributes]
id = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]], eager = true }
```

In Python: `primary.partition_key.value = DynamoDBKey.build_key((\"product\", self.id))`. Right:

```toml
entity = \"Product\"
[attributes]
id = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
```

In Python: `primary.partition_key.value = lambda: DynamoDBKey.build_key((\"product\", self.id))`.

## How to fix

Write `lambda:` before the value in Python, and remove `eager = true` here. Items that were written with the eager key
keep it until they are written again.

## When to ignore

Never: a key of fields that are not set is the same for every item.
",
    checks: &[Check::Entity(check)],
};

fn check(_: &Design, entity: &Entity, findings: &mut DesignFindings) {
    for key in entity.keys().filter(|key| key.key.eager) {
        let names: Vec<&str> = key.fields().iter().map(|field| field.name.as_str()).collect();
        if names.is_empty() {
            continue;
        }
        let verb = if names.len() == 1 { "is" } else { "are" };
        let keys = entity.write(&Vec::new());
        let result = match keys.get(key.number) {
            Written::Text(text) => format!("it is `{text}` in every item"),
            Written::Open(_) => "no other field is set yet".to_owned(),
            Written::Typed(_) => "it is the same in every item".to_owned(),
            Written::Absent => "no item ever has it".to_owned(),
            Written::Failed(failure) => {
                format!("Python raises {}", failure.message.split(':').next().unwrap_or_default())
            }
        };
        let text = key.entity.model().source.text();
        let span = key.key.eager_span.unwrap_or(key.key.span);
        let place = entity.place(whole(text, span).unwrap_or(span));
        let message = format!("the {} is computed before {} {verb} set, and {result}", key.name(), listed(&names));
        let mut finding = DesignFinding::new(&RULE, place, message)
            .label("computed once, when the object is constructed")
            .subject(key.subject())
            .help("remove `eager = true`, and in Python write `lambda:` before the value");
        finding.fix = fix(&key, text);
        findings.add(finding);
    }
}

/// `eager = true`, of which `value` is `true`.
fn whole(text: &str, value: Span) -> Option<Span> {
    let before = text.get(..value.start)?.trim_end().strip_suffix('=')?.trim_end();
    let name = ["\"eager\"", "'eager'", "eager"].into_iter().find(|name| before.ends_with(name))?;
    Some(Span { start: before.len() - name.len(), end: value.end })
}

/// Takes `eager = true` out, with its comma in an inline table, with its line elsewhere.
fn fix(key: &KeyOf<'_>, text: &str) -> Option<Fix> {
    let span = taken_out(text, whole(text, key.key.eager_span?)?)?;
    Some(Fix {
        title: "remove `eager = true`".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![Edit { place: Place::new(&key.entity.model().source, span), text: String::new() }],
    })
}

fn taken_out(text: &str, whole: Span) -> Option<Span> {
    let (before, after) = (text.get(..whole.start)?, text.get(whole.end..)?);
    let trimmed = before.trim_end();
    if trimmed.ends_with(',') {
        return Some(Span { start: trimmed.len() - 1, end: whole.end });
    }
    if trimmed.ends_with('{') {
        let rest = after.trim_start();
        let rest = rest.strip_prefix(',').map_or(rest, str::trim_start);
        return Some(Span { start: whole.start, end: text.len() - rest.len() });
    }
    // A line of its own, `eager = true` or `partition_key.eager = true`.
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let name = text.get(start..whole.start)?.trim();
    let end = after.find('\n').map_or(text.len(), |at| whole.end + at + 1);
    let is_statement = name.is_empty() || name.ends_with('.');
    (is_statement && text.get(whole.end..end)?.trim().is_empty()).then_some(Span { start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_eager(text: &str) -> Option<String> {
        let value = text.find("true").map(|start| Span { start, end: start + 4 })?;
        let span = taken_out(text, whole(text, value)?)?;
        Some(format!("{}{}", &text[..span.start], &text[span.end..]))
    }

    #[test]
    fn eager_goes_with_its_comma_or_its_line() {
        for (text, expected) in [
            ("pk = { attribute = \"pk\", eager = true }", "pk = { attribute = \"pk\" }"),
            ("pk = { attribute = \"pk\", eager=true, value = 1 }", "pk = { attribute = \"pk\", value = 1 }"),
            ("pk = { \"eager\" = true, attribute = \"pk\" }", "pk = { attribute = \"pk\" }"),
            ("[a.pk]\neager = true\nattribute = \"pk\"\n", "[a.pk]\nattribute = \"pk\"\n"),
            ("[a]\npk.attribute = \"pk\"\npk.eager = true", "[a]\npk.attribute = \"pk\"\n"),
            ("pk = {\n  a = 1,\n  eager = true,\n}", "pk = {\n  a = 1,\n}"),
        ] {
            assert_eq!(without_eager(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(without_eager("[a.pk]\neager = true # on purpose\n"), None);
    }
}
