//! `prefix-returns-other-entities`.

use std::collections::BTreeMap;

use super::collection::{Member, begin_alike, collections};
use super::meeting::{Search, Wanted, leading};
use super::{Asked, asked};
use crate::model::{IndexKind, SortCondition};
use crate::rules::finding::Undecided;
use crate::rules::{Check, DefaultLevel, Design, DesignFinding, DesignFindings, Group, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "prefix-returns-other-entities",
    level: DefaultLevel::Warning,
    group: Group::Patterns,
    summary: "the query of an access pattern also reads items of another entity",
    doc: "\
## What it finds

An access pattern of one entity whose query also reads items of another: both write the same partition of an index, and
nothing in the sort key tells them apart. It is shown with two items that the query reads, each checked against its
condition. Of a range that reads none of its own (`range-reads-nothing`) it shows the other item alone.

## Why it matters

A query returns every item of the partition that fulfils its condition
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html>), whatever wrote it. The application maps
an item of another entity onto its own fields and shows a record that does not exist; pages, counts and limits are wrong,
and what is read is charged for.

## Example

Two entities of one table, of which the first lists the partition of a customer:

```toml
entity = \"Order\"
[attributes]
id       = { type = \"string\", required = true }
customer = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"customer\", \"{customer}\"]] }
sort_key      = { attribute = \"sk\", template = \"{id}\" }
[[access_patterns]]
name  = \"Orders of a customer\"
index = \"primary\"
given = [\"customer\"]
```

```toml
entity = \"Address\"
[attributes]
id       = { type = \"string\", required = true }
customer = { type = \"string\", required = true }
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"customer\", \"{customer}\"]] }
sort_key      = { attribute = \"sk\", build_key = [[\"address\", \"{id}\"]] }
```

The query for orders returns the addresses. Right, in `Order`:

```toml
sort_key      = { attribute = \"sk\", build_key = [[\"order\", \"{id}\"]] }
```

The query is then `begins_with(sk, \"order#\")`.

## How to fix

Begin the sort key with a prefix of the entity's own. In an index that only lists one entity, give the partition key a
prefix of its own.

## When to ignore

When the pattern is there to read the whole item collection, a parent with its children: say so beside it with
`# dynkeys: ignore[prefix-returns-other-entities] reads the order with its items`.
",
    checks: &[Check::Table(check)],
};

/// How many other entities are looked into for one pattern before it is taken to be sound.
const MOST_LOOKED_INTO: usize = 64;
/// How many pairs of a pattern and an entity are looked into in a whole design.
const MOST_MEETINGS: usize = 20_000;

fn check(design: &Design, findings: &mut DesignFindings) {
    let all: BTreeMap<&str, Vec<Asked<'_>>> =
        design.entities.iter().map(|entity| (entity.name(), asked(entity).filter(can_be_asked).collect())).collect();
    let patterns = all.values().map(Vec::len).sum::<usize>();
    let most = (MOST_MEETINGS / patterns.max(1)).clamp(2, MOST_LOOKED_INTO);
    for members in collections(design) {
        for own in members.iter().filter(|own| !own.entity.model().access_patterns.is_empty()) {
            let of_index = |asked: &&Asked<'_>| std::ptr::eq(asked.access.index, own.index);
            for asked in all.get(own.entity.name()).into_iter().flatten().filter(of_index) {
                let prefix = asked.access.last().map_or("", leading);
                let at = asked.access.sort_keys.len().saturating_sub(1);
                let may_meet = |other: &&Member<'_>| {
                    other.entity.name() != own.entity.name()
                        && own.may_share_partition(other)
                        && may_be_read(asked.access.condition, prefix, other, at)
                };
                let search = Search::new(design, own, Wanted::Query(asked));
                let mut others = members.iter().filter(may_meet);
                let met = others.by_ref().take(most).find_map(|other| Some((other, search.meeting(other)?)));
                if let Some((other, meeting)) = met {
                    let witness = meeting.read_by(&search, asked, other);
                    findings.add(finding(asked, own, other, design, search.reads_own()).witness(witness));
                } else if others.next().is_some() {
                    findings.leave_open(left_open(asked, most));
                }
            }
        }
    }
}

fn left_open(asked: &Asked<'_>, most: usize) -> Undecided {
    Undecided {
        rules: &["prefix-returns-other-entities"],
        entity: asked.entity.name().to_owned(),
        place: asked.index_place(),
        message: format!(
            "no item that `{}` reads by mistake is found among {most} other entities, and there are more",
            *asked.pattern.name
        ),
        subject: asked.subject().to_vec(),
        help: "begin the sort keys with a text of the entity's own: then nothing has to be proved",
    }
}

/// A query that needs no scan, and of which it is known what it is. The whole primary key names one item: whether two
/// entities write it is another rule's question.
fn can_be_asked(asked: &Asked<'_>) -> bool {
    let access = &asked.access;
    let is_whole = access.sort_keys.len() == access.index.sort_keys.keys.len()
        && matches!(access.condition, None | Some(SortCondition::Eq));
    access.is_decided && access.missing().is_empty() && !(is_whole && access.index.kind == IndexKind::Primary)
}

/// False where the literal text already tells the keys apart.
fn may_be_read(condition: Option<SortCondition>, prefix: &str, other: &Member<'_>, at: usize) -> bool {
    match condition {
        Some(SortCondition::Eq | SortCondition::BeginsWith | SortCondition::Between) => {
            other.sort_prefixes.get(at).is_some_and(|theirs| begin_alike(prefix, theirs))
        }
        _ => true,
    }
}

fn finding(asked: &Asked<'_>, own: &Member<'_>, other: &Member<'_>, design: &Design, reads_own: bool) -> DesignFinding {
    let (pattern, theirs) = (&*asked.pattern.name, other.entity.name());
    let (message, label) = match reads_own {
        true => (format!("`{pattern}` also reads items of `{theirs}`"), format!("reads `{theirs}` as well")),
        false => {
            let message = format!("`{pattern}` reads items of `{theirs}` where `{}` is meant", own.entity.name());
            (message, format!("reads `{theirs}`"))
        }
    };
    let written = other.sort.first().or(other.partition.first());
    let of_key = own.sort.first().or(own.partition.first());
    let delimiter = of_key.map_or(design.delimiter.as_str(), |key| key.delimiter(design));
    let word = own.entity.name().to_lowercase() + delimiter;
    let prefix = asked.access.last().map_or("", leading);
    let help = match (own.sort.first(), asked.access.condition) {
        (None, _) => format!("add a sort key that begins with a prefix of its own, such as `{word}`"),
        // A prefix tells them apart only where the range ends within it.
        (Some(_), Some(condition)) if condition.is_range() && !prefix.is_empty() => {
            format!("bound the range on both sides: `condition = \"between\"`, with ends that begin with `{prefix}`")
        }
        (Some(_), Some(condition)) if condition.is_range() => {
            format!("begin the sort key with a prefix of its own, such as `{word}`, and bound the range on both sides")
        }
        (Some(key), None) => {
            format!("begin `{}` with a prefix of its own, such as `{word}`, and query by it", key.attribute())
        }
        (Some(key), Some(_)) => format!(
            "begin `{}` with a prefix that `{}` does not have, such as `{word}`",
            key.attribute(),
            other.entity.name()
        ),
    };
    let finding = DesignFinding::new(&RULE, own.entity.place(asked.pattern.name.span), message)
        .label(label)
        .subject(asked.subject())
        .help(help);
    match written {
        Some(key) => finding.related(key.place(), format!("`{}` is in the same partition", other.entity.name())),
        None => finding,
    }
}
