//! `inconsistent-delimiter`.

use std::collections::BTreeMap;

use crate::key::{Way, WayPiece, rule_span};
use crate::model::Rule as KeyRule;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Group, KeyOf, Place, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "inconsistent-delimiter",
    level: DefaultLevel::Warning,
    group: Group::Names,
    summary: "a key has another delimiter than the keys of the project",
    doc: "\
## What it finds

A key that begins with a word, another delimiter than the project's, and a value: `user:{id}` or `user|{id}` where the
other keys are built as in `user#{id}`. The project's delimiter is `delimiter` of `[naming]`, else the one of most keys.
A key that has the project's delimiter anywhere is not looked at, and neither are `-`, `_` and `.`, which are parts of
words and dates, nor paths and URIs.

## Why it matters

Whoever takes a key apart, or asks for all that `begins_with` a prefix, relies on one delimiter. DynamoDB compares bytes
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>): `user:1` is not
found by `user#`, and `:` sorts after the digits where `#` sorts before them.

## Example

```toml
entity = \"Session\"
[attributes]
user = { type = \"string\", required = true }
id   = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{user}\"]] }
sort_key      = { attribute = \"sk\", template = \"session:{id}\" }
[indexes.gsi0]
partition_key = { attribute = \"gsi0_pk\", build_key = [[\"session\", \"{id}\"]] }
```

Right: `template = \"session#{id}\"`, or `build_key = [[\"session\", \"{id}\"]]`.

## How to fix

Use the project's delimiter. Keys that are in the table already must be written again. If the project's delimiter is not
`#`, say so: `delimiter = \"|\"` under `[naming]`; build_key always writes `#`, and its keys are then left alone.

## When to ignore

When the text is a value of another system, a URN for example, and not a key of this one.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    let built = |way: &Way<'_>| matches!(way.rule, KeyRule::BuildKey(_));
    let stated = design.naming.delimiter.as_deref();
    // build_key puts `#` whatever the project agreed on.
    let is_asked = |way: &Way<'_>| !built(way) || stated.is_none_or(|delimiter| delimiter == "#");
    let mut all: Vec<Beginning<'_>> = Vec::new();
    for key in design.entities.iter().flat_map(|entity| entity.keys()) {
        for way in key.ways().into_iter().filter(is_asked) {
            if let Some((word, mark)) = leading(&way) {
                let (word, mark) = (word.to_owned(), mark.to_owned());
                all.push(Beginning { key, way, word, mark });
            }
        }
    }
    let Some(project) = stated.map(str::to_owned).or_else(|| most(&all)) else { return };
    // Where the project does not say, one of the other keys explains it.
    let example = all.iter().find(|other| stated.is_none() && other.mark == project);
    for one in all.iter().filter(|one| one.mark != project && !one.is_of_another_kind()) {
        let is_text = |piece: &WayPiece<'_>| matches!(piece, WayPiece::Text(text) if text.contains(&project));
        if one.way.pieces.iter().any(is_text) {
            continue;
        }
        let message = format!(
            "{} begins with `{}{}`, and the delimiter of the project is `{project}`",
            one.key.name(),
            one.word,
            one.mark
        );
        let finding = DesignFinding::new(&RULE, one.place(), message)
            .label(format!("`{}` here", one.mark))
            .subject(one.key.subject())
            .help(format!("write `{}{project}`", one.word));
        findings.add(match example {
            Some(other) => finding.related(other.place(), format!("`{project}` here")),
            None => finding,
        });
    }
}

/// A key that begins with a word, a delimiter and a value.
struct Beginning<'d> {
    key: KeyOf<'d>,
    way: Way<'d>,
    word: String,
    mark: String,
}

impl Beginning<'_> {
    fn place(&self) -> Place {
        self.key.entity.place(rule_span(self.way.rule))
    }

    /// True of text that only looks like a key of parts: a URI, a path, an address, an assignment.
    fn is_of_another_kind(&self) -> bool {
        let slashes = |piece: &WayPiece<'_>| match piece {
            WayPiece::Text(text) => text.matches('/').count(),
            WayPiece::Hole(_) => 0,
        };
        let is_path = self.mark == "/" && self.way.pieces.iter().map(slashes).sum::<usize>() > 1;
        let is_delimiter = self.mark.starts_with(['#', '|', ':', '/', '~', ';']);
        is_path || !is_delimiter || SCHEMES.contains(&self.word.to_lowercase().as_str())
    }
}

/// Words in front of a `:` that begin a URI or the name of a resource.
const SCHEMES: [&str; 7] = ["arn", "http", "https", "mailto", "s3", "tel", "urn"];

/// The word and the mark before the first value of a key that begins with exactly these.
fn leading<'w>(way: &'w Way<'_>) -> Option<(&'w str, &'w str)> {
    if way.pieces.len() < 2 {
        return None;
    }
    let text = way.leading_text();
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))?;
    let (word, mark) = text.split_at(end);
    // One letter is no prefix: a drive, a flag, the T of a time.
    let is_word = word.chars().count() > 1 && word.starts_with(|c: char| c.is_alphabetic());
    let first = mark.chars().next()?;
    let is_mark = "#|:/~;$@^+=!%&*".contains(first) && mark.chars().all(|c| c == first);
    (is_word && is_mark).then_some((word, mark))
}

/// The delimiter of more than half of the keys.
fn most(all: &[Beginning<'_>]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one.mark.as_str()).or_default() += 1;
    }
    counts.into_iter().find(|(_, count)| count * 2 > all.len()).map(|(mark, _)| mark.to_owned())
}
