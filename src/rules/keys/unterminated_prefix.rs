//! `unterminated-prefix`.

use std::collections::BTreeSet;

use crate::key::{Way, WayPiece, rule_span};
use crate::rules::finding::Undecided;
use crate::rules::patterns::{Member, Search, Wanted, collections};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Edit, Fix, Group, KeyOf, Place, Rule, Safety,
};
use crate::text::Span;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unterminated-prefix",
    level: DefaultLevel::Warning,
    group: Group::Keys,
    summary: "the prefix of one entity's sort key begins another's, so begins_with reads both",
    doc: "\
## What it finds

Two entities that write one partition of an index, where the literal text at the beginning of one's sort key begins the
other's: `USER` and `USERNAME`. The shorter one does not end in the delimiter.

## Why it matters

`begins_with(sk, \"USER\")` reads what begins with these four letters
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>), and so every
`USERNAME`. The delimiter at the end of a prefix is what tells `USER#` from `USERNAME#`.

## Example

Two entities of one table:

```toml
entity = \"User\"
[attributes]
tenant = { type = \"string\", required = true }
id     = { type = \"string\", required = true, pattern = \"[0-9]+\" }
[indexes.primary]
partition_key = { attribute = \"pk\", template = \"TENANT#{tenant}\" }
sort_key      = { attribute = \"sk\", template = \"USER{id}\" }
```

```toml
entity = \"Username\"
[attributes]
tenant = { type = \"string\", required = true }
name   = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", template = \"TENANT#{tenant}\" }
sort_key      = { attribute = \"sk\", template = \"USERNAME#{name}\" }
```

Right, in `User`: `template = \"USER#{id}\"`.

## How to fix

End the prefix with the delimiter; `build_key` always does. Keys that are in a table change, so they have to be written
anew.

## When to ignore

When nothing ever reads the shorter prefix with `begins_with`.
",
    checks: &[Check::Table(check)],
};

/// A way in which an entity begins its sort key in an index.
struct Prefix<'m, 'e> {
    text: String,
    member: &'m Member<'e>,
    key: KeyOf<'e>,
    way: Way<'e>,
    /// What stands between the parts of its key.
    delimiter: &'m str,
}

/// How many entities are told of whose prefixes begin with one and the same.
const MOST_TOLD: usize = 16;
/// How many are looked into before a prefix is taken to be sound, and how many in all.
const MOST_TRIED: usize = 128;
const MOST_MEETINGS: usize = 20_000;

fn check(design: &Design, findings: &mut DesignFindings) {
    for members in collections(design) {
        let mut prefixes: Vec<Prefix<'_, '_>> = members.iter().flat_map(|member| of_member(design, member)).collect();
        let most = (MOST_MEETINGS / prefixes.len().max(1)).clamp(4, MOST_TRIED);
        // What begins with a text follows it.
        prefixes.sort_by(|left, right| left.text.cmp(&right.text));
        for (at, shorter) in prefixes.iter().enumerate() {
            let delimiter = shorter.delimiter;
            let is_constant = !shorter.way.pieces.iter().any(|piece| matches!(piece, WayPiece::Hole(_)));
            if is_constant || shorter.text.ends_with(delimiter) {
                continue;
            }
            let behind = prefixes.get(at + 1..).unwrap_or_default();
            let longer = behind.iter().take_while(|longer| longer.text.starts_with(&shorter.text));
            let mut told: BTreeSet<&str> = BTreeSet::new();
            let mut tried = 0;
            for longer in longer.filter(|longer| goes_on(shorter, longer, delimiter)) {
                let other = longer.member.entity.name();
                if told.contains(other) {
                    continue;
                }
                // One edit mends them all; the first few show it.
                if told.len() == MOST_TOLD {
                    break;
                }
                if tried == most {
                    if told.is_empty() {
                        findings.leave_open(left_open(shorter, most));
                    }
                    break;
                }
                tried += 1;
                let search = Search::new(design, shorter.member, Wanted::Begins(&shorter.text));
                if let Some(meeting) = search.meeting(longer.member) {
                    let caption = format!("begins_with(\"{}\") reads both", shorter.text);
                    let witness = meeting.witness(shorter.member, longer.member, caption);
                    let finding = finding(shorter, longer, delimiter).witness(witness);
                    // One edit mends all that the prefix begins.
                    let fix = told.is_empty().then(|| fix(shorter, delimiter)).flatten();
                    findings.add(DesignFinding { fix, ..finding });
                    told.insert(other);
                }
            }
        }
    }
}

fn of_member<'m, 'e>(design: &'m Design, member: &'m Member<'e>) -> impl Iterator<Item = Prefix<'m, 'e>> {
    let key = member.sort.first().copied().filter(|key| !key.key.eager);
    let delimiter = key.map_or("", |key| key.delimiter(design));
    let ways = key.into_iter().flat_map(|key| key.ways().into_iter().map(move |way| (key, way)));
    ways.map(move |(key, way)| Prefix { text: way.leading_text().to_owned(), member, key, way, delimiter })
        .filter(|prefix| !prefix.text.is_empty())
}

fn left_open(shorter: &Prefix<'_, '_>, most: usize) -> Undecided {
    Undecided {
        rules: &["unterminated-prefix"],
        entity: shorter.member.entity.name().to_owned(),
        place: shorter.member.entity.place(rule_span(shorter.way.rule)),
        message: format!(
            "nothing that `{}` begins by mistake is found among {most} other keys, and there are more",
            shorter.text
        ),
        subject: shorter.key.subject().to_vec(),
        help: "end the prefix with the delimiter: then nothing has to be proved",
    }
}

/// True where the longer one goes on with something other than the delimiter.
fn goes_on(shorter: &Prefix<'_, '_>, longer: &Prefix<'_, '_>, delimiter: &str) -> bool {
    let rest = longer.text.strip_prefix(&shorter.text).unwrap_or_default();
    let is_other = longer.member.entity.name() != shorter.member.entity.name();
    is_other && !rest.is_empty() && !rest.starts_with(delimiter) && shorter.member.may_share_partition(longer.member)
}

fn finding(shorter: &Prefix<'_, '_>, longer: &Prefix<'_, '_>, delimiter: &str) -> DesignFinding {
    let (own, other) = (shorter.member.entity, longer.member.entity);
    let message = format!(
        "`{}`, with which the {} of `{}` begins, also begins `{}` of `{}`",
        shorter.text,
        shorter.key.name(),
        own.name(),
        longer.text,
        other.name()
    );
    let [entity, index, attribute] = shorter.key.subject();
    let word = shorter.text.trim_end_matches(|c: char| c.is_ascii_punctuation());
    DesignFinding::new(&RULE, own.place(rule_span(shorter.way.rule)), message)
        .label(format!("begins with `{}`", shorter.text))
        .related(other.place(rule_span(longer.way.rule)), format!("begins with `{}`", longer.text))
        .subject([entity, index, attribute, other.name().to_owned()])
        .help(format!("end the prefix with the delimiter: `{word}{delimiter}`"))
}

/// The delimiter put behind the prefix, unless another mark is there already.
fn fix(shorter: &Prefix<'_, '_>, delimiter: &str) -> Option<Fix> {
    let place = first_placeholder(shorter).filter(|_| shorter.text.ends_with(char::is_alphanumeric))?;
    Some(Fix {
        title: format!("end the prefix with `{delimiter}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: delimiter.to_owned() }],
    })
}

/// The place in front of the brace of the first placeholder.
fn first_placeholder(prefix: &Prefix<'_, '_>) -> Option<Place> {
    let source = &prefix.member.entity.model().source;
    let start = prefix.way.holes().next()?.span.start;
    let before = source.text().get(..start)?;
    let brace = before.trim_end().strip_suffix('{')?.len();
    Some(prefix.member.entity.place(Span { start: brace, end: brace }))
}
