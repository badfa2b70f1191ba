//! Which entities of a table can write the same primary key: what `identical-keys` and `overlapping-keys` share.

use super::advice;
use crate::key::Half;
use crate::model::Rule as KeyRule;
use crate::rules::collision::{Collision, collide};
use crate::rules::{DefaultLevel, Design, DesignFinding, DesignFindings, Entity, KeyOf, Rule, Values, Witness};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
struct Primary<'d> {
    entity: &'d Entity,
    keys: Vec<KeyOf<'d>>,
    prefixes: Vec<String>,
}

impl<'d> Primary<'d> {
    fn of(entity: &'d Entity) -> Option<Self> {
        let keys = entity.keys_of(entity.primary()?);
        let prefixes = keys.iter().map(|key| key.shape().literal_prefix()).collect();
        Some(Self { entity, keys, prefixes })
    }

    /// True where both are keys of one table, and no text at their beginning tells them apart.
    fn may_meet(&self, other: &Self) -> bool {
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

/// Adds what is found of one kind: for each entity one finding of each cause, which names every entity before it that it
/// meets.
pub(super) fn overlaps(design: &Design, kind: Kind, rule: &'static Rule, findings: &mut DesignFindings) {
    let primaries: Vec<Primary<'_>> = design.entities.iter().filter_map(Primary::of).collect();
    for (at, own) in primaries.iter().enumerate() {
        let mut met: Vec<Met<'_>> = Vec::new();
        for other in primaries[..at].iter().filter(|other| own.may_meet(other)) {
            let pairs = own.pairs(other);
            let Some(cause) = cause(&pairs, design) else { continue };
            // One language begins with one text.
            let is_identical = own.prefixes == other.prefixes && is_identical(&pairs);
            if is_identical != (kind == Kind::Identical) {
                continue;
            }
            let shown = met.iter().filter(|one| one.cause == cause).count();
            let collision = if shown < SHOWN { confirmed(&pairs, design, cause) } else { None };
            let cause = match collision {
                // The languages meet with ordinary values, but only others could be found.
                Some((_, found)) => found,
                None => cause,
            };
            met.push(Met { other: other.entity, cause, collision: collision.map(|(collision, _)| collision) });
        }
        for cause in Cause::ALL {
            let met: Vec<&Met<'_>> = met.iter().filter(|one| one.cause == cause).collect();
            if !met.is_empty() {
                findings.add(finding(own, &met, kind, rule, design));
            }
        }
    }
}

/// How the keys can be the same, as far as their languages tell.
fn cause(pairs: &[(KeyOf<'_>, KeyOf<'_>)], design: &Design) -> Option<Cause> {
    let meet = |cause: Cause| pairs.iter().all(|(left, right)| left.meets(right, cause.values(), design));
    if !pairs.iter().all(|(left, right)| left.may_meet(right)) {
        return None;
    }
    // Each language has those before it.
    match (meet(Cause::Delimiter), meet(Cause::Plain)) {
        (true, true) => Some(Cause::Plain),
        (true, false) => Some(Cause::Delimiter),
        (false, _) => meet(Cause::Blank).then_some(Cause::Blank),
    }
}

/// Two items with one key, and what they take; values as ordinary as possible.
fn confirmed(pairs: &[(KeyOf<'_>, KeyOf<'_>)], design: &Design, from: Cause) -> Option<(Collision, Cause)> {
    let causes = Cause::ALL.into_iter().skip_while(|cause| *cause != from);
    causes.into_iter().find_map(|cause| Some((collide(pairs, cause.values(), design)?, cause)))
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

fn is_identical(pairs: &[(KeyOf<'_>, KeyOf<'_>)]) -> bool {
    pairs
        .iter()
        .all(|(left, right)| left.automaton().zip(right.automaton()).is_some_and(|(left, right)| left.equals(right)))
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
    let names: Vec<String> = met.iter().take(3).map(|one| format!("`{}`", one.other.name())).collect();
    let more = met.len() - names.len();
    let names = match (names.as_slice(), more) {
        ([only], 0) => only.clone(),
        ([all @ .., last], 0) => format!("{} and {last}", all.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    };
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
        .subject(std::iter::once(entity.name()).chain(met.iter().map(|one| one.other.name())))
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
