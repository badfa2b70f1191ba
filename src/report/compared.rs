//! Two audits side by side: what got better and what got worse.

use indexmap::IndexMap;
use serde::Serialize;

use super::audited::{Audited, Check, Group};
use super::{FailOn, Level};

/// What changed between two audits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// The version of the document.
    pub version: u32,
    /// Items of the earlier and of the later audit.
    pub items: Change,
    /// The items of each entity.
    pub entities: IndexMap<String, Change>,
    /// The checks that were made in both or in one.
    pub checks: IndexMap<String, CheckChange>,
    /// Why the two may not be comparable.
    pub notes: Vec<String>,
}

/// A number before and after; none where it was not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// In the earlier audit.
    pub old: Option<u64>,
    /// In the later one.
    pub new: Option<u64>,
}

/// How the findings of a check changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckChange {
    /// The level of its findings, as the later audit has it.
    pub level: Level,
    /// Its findings.
    pub old: Option<u64>,
    /// Its findings.
    pub new: Option<u64>,
    /// Groups that are new, that have more or fewer findings, or that are no more.
    pub groups: Vec<GroupChange>,
}

/// How a group of findings changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupChange {
    /// The entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The key attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// What tells it further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How many in the earlier audit.
    pub old: u64,
    /// How many in the later one.
    pub new: u64,
}

impl GroupChange {
    /// True where there are more than before.
    pub fn is_worse(&self) -> bool {
        self.new > self.old
    }
}

impl CheckChange {
    /// True where it has findings that the earlier audit has not. A check that the earlier audit did not make tells
    /// nothing.
    pub fn is_worse(&self) -> bool {
        match (self.old, self.new) {
            (Some(old), Some(new)) => new > old || self.groups.iter().any(GroupChange::is_worse),
            _ => false,
        }
    }

    /// True where it has fewer, and none that is new.
    pub fn is_better(&self) -> bool {
        !self.is_worse() && matches!((self.old, self.new), (Some(old), Some(new)) if new < old)
    }
}

fn same(left: &Group, right: &Group) -> bool {
    let name =
        |group: &Group| (group.entity.clone(), group.index.clone(), group.attribute.clone(), group.subject.clone());
    name(left) == name(right)
}

fn groups(old: Option<&Check>, new: Option<&Check>) -> Vec<GroupChange> {
    let (old, new) = (old.map_or(&[][..], |check| &check.groups), new.map_or(&[][..], |check| &check.groups));
    let change = |group: &Group, old: u64, new: u64| GroupChange {
        entity: group.entity.clone(),
        index: group.index.clone(),
        attribute: group.attribute.clone(),
        subject: group.subject.clone(),
        old,
        new,
    };
    let now = new.iter().map(|group| {
        let before = old.iter().find(|known| same(known, group)).map_or(0, |known| known.count);
        change(group, before, group.count)
    });
    let gone = old.iter().filter(|group| !new.iter().any(|known| same(known, group)));
    let mut all: Vec<GroupChange> = now.chain(gone.map(|group| change(group, group.count, 0))).collect();
    all.retain(|group| group.old != group.new);
    // What got worse comes first.
    all.sort_by_key(|group| std::cmp::Reverse(i128::from(group.new) - i128::from(group.old)));
    all
}

impl Compared {
    /// Compares two audits.
    pub fn new(old: &Audited, new: &Audited) -> Self {
        let names = |old: Vec<&String>, new: Vec<&String>| {
            let mut all: Vec<String> = new.into_iter().cloned().collect();
            all.extend(old.into_iter().filter(|name| !all.contains(name)).cloned().collect::<Vec<_>>());
            all
        };
        let entities = names(old.entities.keys().collect(), new.entities.keys().collect()).into_iter().map(|name| {
            let of = |audited: &Audited| audited.entities.get(&name).map(|entity| entity.items);
            let change = Change { old: of(old), new: of(new) };
            (name, change)
        });
        let checks = names(old.checks.keys().collect(), new.checks.keys().collect()).into_iter().filter_map(|name| {
            let (before, after) = (old.checks.get(&name), new.checks.get(&name));
            let is_described = name.starts_with("table-");
            let is_live = |audited: &Audited| audited.source.kind == "table";
            // Where a table was described and nothing is wrong with it the check is not in the report.
            let count = |check: Option<&Check>, audited: &Audited| match check {
                None if is_described && is_live(audited) => Some(0),
                check => check.map(|check| check.count),
            };
            let level = after.or(before)?.level;
            let change = CheckChange {
                level,
                old: count(before, old),
                new: count(after, new),
                groups: match (before, after) {
                    (Some(before), Some(after)) => groups(Some(before), Some(after)),
                    _ => Vec::new(),
                },
            };
            Some((name, change))
        });
        Self {
            version: super::audited::VERSION,
            items: Change { old: Some(old.coverage.items), new: Some(new.coverage.items) },
            entities: entities.collect(),
            checks: checks.collect(),
            notes: notes(old, new),
        }
    }

    /// True where something at or above a level is new or has grown.
    pub fn fails(&self, fail_on: FailOn) -> bool {
        self.checks.values().any(|check| check.level.fails(fail_on) && check.is_worse())
    }
}

fn notes(old: &Audited, new: &Audited) -> Vec<String> {
    let mut notes = Vec::new();
    for (audited, which) in [(old, "earlier"), (new, "later")] {
        if !audited.coverage.complete {
            let reason = audited.coverage.reason.as_deref().unwrap_or("it did not read all");
            notes.push(format!("the {which} audit is not complete: {reason}"));
        }
        if let Some(sample) = audited.coverage.sample {
            notes.push(format!("the {which} audit read a sample of {:.1} %", sample.share * 100.0));
        }
    }
    if old.models != new.models {
        notes.push("the models, dialects or options of the two audits differ".to_owned());
    }
    let name = |audited: &Audited| (audited.source.name.clone(), audited.source.index.clone());
    if old.source.kind == "table" && new.source.kind == "table" && name(old) != name(new) {
        notes.push(format!("the audits are of `{}` and of `{}`", old.source.name, new.source.name));
    }
    notes
}
