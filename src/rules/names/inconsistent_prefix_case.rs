//! `inconsistent-prefix-case`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::key::{Way, WayPiece, rule_span};
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Group, KeyOf, Rule};
use crate::text::Span;

/// The rule.
pub static RULE: Rule = Rule {
    name: "inconsistent-prefix-case",
    level: DefaultLevel::Warning,
    group: Group::Names,
    summary: "one prefix is written in two cases",
    doc: "\
## What it finds

A prefix that keys of the table write in different cases: `user#…` in one and `USER#…` in another. The words are compared
as the dialect writes them: boto3-assist 0.58 and later put all that build_key makes in lower case, templates keep theirs.
Only words in front of a value, and keys that are one word, are compared; values are not.

## Why it matters

DynamoDB compares bytes
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>): `begins_with`
of `user#` does not find `USER#1`, and all capitals sort before all small letters, so that the items of one entity are
in two places of a partition.

## Example

```toml
entity = \"Order\"
[attributes]
user = { type = \"string\", required = true }
id   = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{user}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"order\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"order\", \"{id}\"]] }
sort_key      = { attribute = \"gsi1_sk\", build_key = [[\"USER\", \"{user}\"]] }
```

Right: `[[\"user\", \"{user}\"]]` in both.

## How to fix

Write the prefix in one case everywhere: the finding is at the rarer one. Keys that are in the table already must be
written again.

## When to ignore

When the two words mean different things, or a key of a live table cannot be changed any more.
",
    checks: &[Check::Table(check)],
};

/// A way to write a word, and where it is first written so.
struct Spelling<'d> {
    word: String,
    count: usize,
    key: KeyOf<'d>,
    span: Span,
}

fn check(design: &Design, findings: &mut DesignFindings) {
    let mut words: BTreeMap<(bool, String), Vec<Spelling<'_>>> = BTreeMap::new();
    for key in design.entities.iter().flat_map(|entity| entity.keys()) {
        let delimiter = key.delimiter(design);
        for way in key.ways() {
            for (word, is_whole) in prefixes(&way, delimiter) {
                let spellings = words.entry((is_whole, word.to_lowercase())).or_default();
                match spellings.iter_mut().find(|known| known.word == word) {
                    Some(known) => known.count += 1,
                    None => {
                        spellings.push(Spelling { word: word.to_owned(), count: 1, key, span: rule_span(way.rule) });
                    }
                }
            }
        }
    }
    let mut styles: BTreeMap<Style, usize> = BTreeMap::new();
    for one in words.values().flatten() {
        *styles.entry(Style::of(&one.word)).or_default() += one.count;
    }
    let mut found: Vec<DesignFinding> = Vec::new();
    for ((is_whole, _), mut spellings) in words {
        // The most frequent first; of those that are as frequent the one that is written as most other words are.
        spellings.sort_by_key(|one| Reverse((one.count, styles.get(&Style::of(&one.word)).copied())));
        let Some((usual, others)) = spellings.split_first() else { continue };
        found.extend(others.iter().map(|other| finding(usual, other, is_whole)));
    }
    findings.all.extend(found);
}

/// How a word is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    Lower,
    Upper,
    Mixed,
}

impl Style {
    fn of(word: &str) -> Self {
        match word {
            _ if word == word.to_lowercase() => Self::Lower,
            _ if word == word.to_uppercase() => Self::Upper,
            _ => Self::Mixed,
        }
    }
}

fn finding(usual: &Spelling<'_>, other: &Spelling<'_>, is_whole: bool) -> DesignFinding {
    let key = &other.key;
    let what = if is_whole { "key" } else { "prefix" };
    let message = format!("the {what} `{}` is `{}` in other keys", other.word, usual.word);
    let is_lowered = usual.word == other.word.to_lowercase() && usual.word == usual.word.to_lowercase();
    let help = match is_lowered && key.entity.engine().dialect().era() == crate::model::Era::V0_58 {
        true => format!("write `{}`: this dialect's build_key puts it in lower case, a template does not", usual.word),
        false => format!("write `{}` here, too", usual.word),
    };
    DesignFinding::new(&RULE, key.entity.place(other.span), message)
        .label(format!("`{}` here", other.word))
        .related(usual.key.entity.place(usual.span), format!("`{}` here", usual.word))
        .subject([usual.word.as_str(), other.word.as_str()])
        .help(help)
}

/// The words that name a part of a key: those in front of a value, and the whole of a key that is one word.
fn prefixes<'w>(way: &'w Way<'_>, delimiter: &str) -> Vec<(&'w str, bool)> {
    if let [WayPiece::Text(only)] = way.pieces.as_slice() {
        return if is_word(only) { vec![(only.as_ref(), true)] } else { Vec::new() };
    }
    let mut words = Vec::new();
    for (at, pair) in way.pieces.windows(2).enumerate() {
        if let [WayPiece::Text(text), WayPiece::Hole(_)] = pair {
            words.extend(last_word(text, at == 0, delimiter).filter(|word| is_word(word)).map(|word| (word, false)));
        }
    }
    words
}

/// The word before the delimiter with which a text ends; before it there is a delimiter, or nothing at all.
fn last_word<'t>(text: &'t str, is_first: bool, delimiter: &str) -> Option<&'t str> {
    let word = text.strip_suffix(delimiter).or_else(|| text.strip_suffix(is_delimiter))?;
    let after = word.rfind(delimiter).map(|at| at + delimiter.len());
    let mark = word.char_indices().rev().find(|(_, c)| is_delimiter(*c)).map(|(at, c)| at + c.len_utf8());
    match after.max(mark) {
        Some(at) => word.get(at..),
        // What stands at a value without a delimiter is no word of its own: the T of a time.
        None => is_first.then_some(word),
    }
}

fn is_delimiter(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '_' | '-' | '.')
}

/// One letter is too little to be called the same word.
fn is_word(text: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.chars().count() > 1 && text.starts_with(char::is_alphabetic) && text.chars().all(is_letter)
}
