//! Which entities of a table can write the same primary key: what `identical-keys` and `overlapping-keys` share.

use std::collections::BTreeMap;

use super::advice;
use super::rivals::{Class, Rivals};
use crate::key::{Budget, Half};
use crate::model::Rule as KeyRule;
use crate::rules::collision::{Collision, collide};
use crate::rules::finding::Undecided;
use crate::rules::{
    DefaultLevel, Design, DesignFinding, DesignFindings, Entity, KeyOf, Meet, Rule, Shares, Values, Witness,
};
use crate::value::Value;

/// How two primary keys meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Each entity can write every key of the other.
    Identical,
    /// They share some.
    Overlapping,
}

/// How an overlap comes about, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// With ordinary values.
    Plain,
    /// Only with a value that holds the delimiter.
    Delimiter,
    /// Only with a blank value.
    Blank,
}

impl Cause {
    const ALL: [Self; 3] = [Self::Plain, Self::Delimiter, Self::Blank];

    /// The values that it takes.
    fn values(self) -> Values {
        match self {
            Self::Plain => Values::Plain,
            Self::Delimiter => Values::NotBlank,
            Self::Blank => Values::Any,
        }
    }
}

/// How many of the entities that one overlaps with are shown to do so, item by item.
const SHOWN: usize = 3;

struct Met<'d> {
    other: &'d Entity,
    cause: Cause,
    collision: Option<Collision>,
}

/// The keys of an entity's primary index, with what every key begins with.
pub(super) struct Primary<'d> {
    pub entity: &'d Entity,
    pub keys: Vec<KeyOf<'d>>,
    pub prefixes: Vec<String>,
}

impl<'d> Primary<'d> {
    fn of(entity: &'d Entity) -> Option<Self> {
        let keys = entity.keys_of(entity.primary()?);
        let prefixes = keys.iter().map(|key| key.shape().literal_prefix()).collect();
        Some(Self { entity, keys, prefixes })
    }

    /// True where both are keys of one table, and no text at their beginning tells them apart.
    pub fn may_meet(&self, other: &Self) -> bool {
        let same_table = self.keys.len() == other.keys.len()
            && self.keys.iter().zip(&other.keys).all(|(own, other)| {
                own.half == other.half && own.key.kind == other.key.kind && own.attribute() == other.attribute()
            });
        same_table
            && self
                .prefixes
                .iter()
                .zip(&other.prefixes)
                .all(|(own, other)| own.starts_with(other.as_str()) || other.starts_with(own.as_str()))
    }

    fn pairs(&self, other: &Self) -> Vec<(KeyOf<'d>, KeyOf<'d>)> {
        self.keys.iter().copied().zip(other.keys.iter().copied()).collect()
    }
}

/// Above so many findings about entities whose keys are alike, and about any, those that follow are told in one.
const MOST_ALIKE: usize = 12;
const MOST_TOLD: usize = 100;
/// How many of the entities that one meets are counted as what a finding is about.
const MOST_NAMED: usize = 64;

/// Adds what is found of one kind: for each entity one finding of each cause, which names every entity before it that it
/// meets.
pub(super) fn overlaps(design: &Design, kind: Kind, rule: &'static Rule, findings: &mut DesignFindings) {
    let primaries: Vec<Primary<'_>> = design.entities.iter().filter_map(Primary::of).collect();
    let rivals = Rivals::new(&primaries, design);
    let mut steps = Budget::new(Shares::pair(rivals.count()));
    let each = steps.left();
    // Entities of one class have the same languages, so a pair of classes is compared once.
    let mut known: BTreeMap<(Class, Class), Verdict> = BTreeMap::new();
    let mut alike: BTreeMap<(Class, Cause), usize> = BTreeMap::new();
    let mut told: BTreeMap<Cause, usize> = BTreeMap::new();
    let mut rest: BTreeMap<Cause, Rest<'_, '_>> = BTreeMap::new();
    for (at, own) in primaries.iter().enumerate() {
        let mut met: Vec<Met<'_>> = Vec::new();
        let mut open: Vec<&Entity> = Vec::new();
        let (others, passed_over) = rivals.before(at);
        for place in others {
            let other = &primaries[place];
            let classes = (rivals.class(at), rivals.class(place));
            let pairs = own.pairs(other);
            let verdict = *known.entry(classes).or_insert_with(|| {
                steps = Budget::new(each);
                verdict(own, other, &pairs, design, &mut steps)
            });
            let (cause, is_identical) = match verdict {
                Verdict::Apart => continue,
                Verdict::Undecided => {
                    // One of the two rules says what neither of them could decide.
                    if kind == Kind::Overlapping {
                        open.push(other.entity);
                    }
                    continue;
                }
                Verdict::Meet(cause, is_identical) => (cause, is_identical),
            };
            if is_identical != (kind == Kind::Identical) {
                continue;
            }
            let shown = met.iter().filter(|one| one.cause == cause).count();
            let is_one_of_many = alike.get(&(rivals.class(at), cause)).is_some_and(|told| *told >= MOST_ALIKE)
                || told.get(&cause).is_some_and(|told| *told >= MOST_TOLD);
            let mut search = Budget::new(own.entity.shares().search);
            let collision =
                if shown < SHOWN && !is_one_of_many { confirmed(&pairs, design, cause, &mut search) } else { None };
            if collision.is_none() && search.left() == 0 {
                open.push(other.entity);
                continue;
            }
            let cause = match collision {
                // The languages meet with ordinary values, but only others could be found.
                Some((_, found)) => found,
                None => cause,
            };
            met.push(Met { other: other.entity, cause, collision: collision.map(|(collision, _)| collision) });
        }
        for cause in Cause::ALL {
            let met: Vec<&Met<'_>> = met.iter().filter(|one| one.cause == cause).collect();
            if met.is_empty() {
                continue;
            }
            *told.entry(cause).or_default() += 1;
            let alike = alike.entry((rivals.class(at), cause)).or_default();
            if *alike < MOST_ALIKE && told[&cause] <= MOST_TOLD {
                *alike += 1;
                findings.add(finding(own, &met, kind, rule, design));
            } else {
                let rest = rest.entry(cause).or_insert(Rest { first: own, other: met[0].other, more: 0 });
                rest.more += 1;
            }
        }
        let passed_over = if kind == Kind::Overlapping { passed_over } else { 0 };
        if !open.is_empty() || passed_over > 0 {
            findings.leave_open(left_open(own, &open, passed_over));
        }
    }
    for rest in rest.values() {
        findings.add(in_one(rest, rule));
    }
}

/// The entities that meet others for one cause and have no finding of their own.
struct Rest<'d, 'p> {
    first: &'p Primary<'d>,
    /// One that the first meets.
    other: &'d Entity,
    more: usize,
}

/// What is known of the keys of two entities.
#[derive(Clone, Copy, Debug)]
enum Verdict {
    Apart,
    Undecided,
    /// They meet, and whether each entity can write every key of the other.
    Meet(Cause, bool),
}

fn verdict(
    own: &Primary<'_>,
    other: &Primary<'_>,
    pairs: &[(KeyOf<'_>, KeyOf<'_>)],
    design: &Design,
    steps: &mut Budget,
) -> Verdict {
    if pairs.iter().any(|(left, right)| !left.may_meet_within(right, steps)) {
        return Verdict::Apart;
    }
    let mut meet = |cause: Cause| {
        let mut all = Meet::Shared;
        for (left, right) in pairs {
            match left.meeting(right, cause.values(), design, steps) {
                Meet::Apart => return Meet::Apart,
                Meet::Undecided => all = Meet::Undecided,
                Meet::Shared => {}
            }
        }
        all
    };
    // Each language has those before it. What is not decided of ordinary values may still be decided of all.
    let not_blank = meet(Cause::Delimiter);
    let plain = if not_blank == Meet::Apart { Meet::Apart } else { meet(Cause::Plain) };
    let cause = match (not_blank, plain) {
        (_, Meet::Shared) => Some(Cause::Plain),
        (Meet::Shared, Meet::Apart) => Some(Cause::Delimiter),
        (Meet::Apart, _) => match meet(Cause::Blank) {
            Meet::Shared => Some(Cause::Blank),
            Meet::Apart => return Verdict::Apart,
            Meet::Undecided => None,
        },
        (Meet::Undecided, _) | (_, Meet::Undecided) => match meet(Cause::Blank) {
            Meet::Apart => return Verdict::Apart,
            _ => None,
        },
    };
    let Some(cause) = cause else { return Verdict::Undecided };
    // One language begins with one text.
    let is_identical =
        own.prefixes == other.prefixes && pairs.iter().all(|(left, right)| left.equals(right, steps).unwrap_or(false));
    Verdict::Meet(cause, is_identical)
}

/// Two items with one key, and what they take; values as ordinary as possible.
fn confirmed(
    pairs: &[(KeyOf<'_>, KeyOf<'_>)],
    design: &Design,
    from: Cause,
    budget: &mut Budget,
) -> Option<(Collision, Cause)> {
    let causes = Cause::ALL.into_iter().skip_while(|cause| *cause != from);
    causes.into_iter().find_map(|cause| Some((collide(pairs, cause.values(), design, budget)?, cause)))
}

/// What is said of an entity of which it is not known whether its keys are apart from those of others.
fn left_open(own: &Primary<'_>, open: &[&Entity], passed_over: usize) -> Undecided {
    let names: Vec<&str> = open.iter().map(|other| other.name()).collect();
    let others = match (named(&names), passed_over) {
        (Some(names), 0) => names,
        (Some(names), more) => format!("{names}, nor with {more} that were not looked at"),
        (None, more) => format!("{more} other entities, which are too many to look at each"),
    };
    let entity = own.entity;
    let place = own.keys.first().map_or(entity.entity_place(), |key| key.place());
    Undecided {
        rules: &["identical-keys", "overlapping-keys"],
        entity: entity.name().to_owned(),
        place,
        message: format!("it is not known whether `{}` can have the same primary key as {others}", entity.name()),
        subject: vec![entity.name().to_owned(), "primary".to_owned()],
        help: "begin the keys of each entity with a text of its own, as in `[\"user\", …]`: then nothing has to be proved",
    }
}

/// Several names as they are listed in a sentence: three, and how many more; none where there are none.
fn named(names: &[&str]) -> Option<String> {
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    match (shown.as_slice(), names.len() - shown.len()) {
        ([], _) => None,
        ([only], 0) => Some(only.clone()),
        ([all @ .., last], 0) => Some(format!("{} and {last}", all.join(", "))),
        (all, more) => Some(format!("{} and {more} more", all.join(", "))),
    }
}

/// One finding for many entities whose keys are alike.
fn in_one(rest: &Rest<'_, '_>, rule: &'static Rule) -> DesignFinding {
    let Rest { first, other, more } = rest;
    let entity = first.entity;
    let place = first.keys.first().map_or(entity.entity_place(), |key| key.place());
    let message = format!(
        "{more} more entities, of which `{}` is the first, write the same primary key as `{}` and others: their keys are \
         built alike",
        entity.name(),
        other.name()
    );
    DesignFinding::new(rule, place, message)
        .label(format!("the primary key of `{}`", entity.name()))
        .subject([entity.name(), "and more"])
        .help("mend the others first: what tells them apart tells these apart, too")
        .level(DefaultLevel::Info)
}

/// The entity, of two, whose keys begin with less text, and the key in which that is so: what is to be mended.
fn loosest<'d>(own: &Primary<'d>, other: &'d Entity) -> (&'d Entity, Option<KeyOf<'d>>) {
    let others = Primary::of(other);
    let pairs =
        others.iter().flat_map(|other| own.keys.iter().zip(&own.prefixes).zip(other.keys.iter().zip(&other.prefixes)));
    let mut differing = pairs.filter(|((_, own), (_, other))| own != other);
    match differing.next_back() {
        Some(((_, own_prefix), (other_key, other_prefix))) if other_prefix.len() < own_prefix.len() => {
            (other, Some(*other_key))
        }
        Some(((own_key, _), _)) => (own.entity, Some(*own_key)),
        None => (own.entity, own.keys.last().copied()),
    }
}

/// The delimiters that the values of the items which show it hold; where none is shown, those of the keys.
fn held<'d>(own: &Primary<'_>, met: &Met<'_>, design: &'d Design) -> Vec<&'d str> {
    let items = met.collision.iter().flat_map(|collision| collision.items.iter().flatten());
    let texts: Vec<&str> = items
        .filter_map(|(_, value)| match value {
            Value::Str(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    let mut held = design.delimiters();
    held.retain(|delimiter| texts.iter().any(|text| text.contains(delimiter)));
    if held.is_empty() {
        held = own.keys.iter().map(|key| key.delimiter(design)).collect();
        held.sort_unstable();
        held.dedup();
    }
    held
}

fn finding(own: &Primary<'_>, met: &[&Met<'_>], kind: Kind, rule: &'static Rule, design: &Design) -> DesignFinding {
    let entity = own.entity;
    let shown: Vec<&&Met<'_>> = met.iter().filter(|one| one.collision.is_some()).collect();
    let first = shown.first().map_or(met[0], |first| **first);
    let names: Vec<&str> = met.iter().map(|one| one.other.name()).collect();
    let names = named(&names).unwrap_or_default();
    let message = match (kind, first.cause, first.collision.is_some()) {
        (_, _, false) => {
            format!("it cannot be ruled out that `{}` and {names} write the same primary key", entity.name())
        }
        (Kind::Identical, ..) => format!("`{}` builds its primary key in the same way as {names}", entity.name()),
        (_, Cause::Plain, _) => format!("`{}` can write the same primary key as {names}", entity.name()),
        (_, Cause::Delimiter, _) => {
            format!("`{}` can write the same primary key as {names}, where a value holds the delimiter", entity.name())
        }
        (_, Cause::Blank, _) => {
            format!("`{}` can write the same primary key as {names}, where a value is blank", entity.name())
        }
    };
    let place =
        own.keys.iter().find(|key| key.half == Half::Partition).map_or(entity.entity_place(), |key| key.place());
    let mut finding = DesignFinding::new(rule, place, message)
        .label(format!("the primary key of `{}`", entity.name()))
        .subject(std::iter::once(entity.name()).chain(met.iter().take(MOST_NAMED).map(|one| one.other.name())))
        .help(match (kind, first.cause) {
            (Kind::Overlapping, Cause::Delimiter) => {
                let pattern = advice::solid_pattern(&held(own, first, design));
                format!("keep the delimiter out of the values: give their attributes a `pattern` without it, {pattern}")
            }
            (Kind::Overlapping, Cause::Blank) => {
                let pattern = advice::solid_pattern(&held(own, first, design));
                format!("keep blank values out: give their attributes a `pattern` that asks for a letter, {pattern}")
            }
            _ => {
                let (entity, key) = loosest(own, first.other);
                let word = entity.name().to_lowercase();
                let is_template =
                    |key: &KeyOf<'_>| key.ways().iter().all(|way| matches!(way.rule, KeyRule::Template(_)));
                format!(
                    "begin the {} of `{}` with a text of its own: `{}`",
                    key.map_or("keys".to_owned(), |key| key.name()),
                    entity.name(),
                    match key.filter(is_template) {
                        Some(key) => format!("{word}{}…", key.delimiter(design)),
                        None => format!("[\"{word}\", …]"),
                    }
                )
            }
        });
    // Without items that show it, it is no proof.
    let is_shown = first.collision.is_some();
    finding = match (kind, first.cause) {
        (Kind::Identical, _) | (_, Cause::Plain) if is_shown => finding,
        (_, Cause::Delimiter) if is_shown => finding.level(DefaultLevel::Warning),
        _ => finding.level(DefaultLevel::Info),
    };
    for one in met.iter().take(3) {
        let keys = one.other.primary().map(|index| one.other.keys_of(index)).unwrap_or_default();
        if let Some(key) = keys.first() {
            finding = finding.related(key.place(), format!("that of `{}`", one.other.name()));
        }
    }
    if let Some(collision) = &first.collision {
        let [left, right] = &collision.items;
        let other_keys = first.other.primary().map(|index| first.other.keys_of(index)).unwrap_or_default();
        finding = finding.witness(Witness {
            items: vec![entity.witness_of(left, &own.keys), first.other.witness_of(right, &other_keys)],
            caption: "both write".to_owned(),
            keys: collision.keys.clone(),
        });
    }
    finding
}
