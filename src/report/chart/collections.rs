//! Item collections: which entities share the partitions of an index.

use super::shapes::{KeyShape, WayCondition, WayShape};
use super::{ChartEntity, EntityIndex};
use crate::key::{Automaton, Half, Shape, ways};
use crate::model::KeyType;
use crate::rules::{Design, Entity, KeyOf};

/// Entities whose items can be in one partition of an index.
#[derive(Clone, Debug)]
pub struct Collection {
    /// The shapes of its partition keys, each once.
    pub partitions: Vec<PartitionShape>,
    /// The entities, in the order in which their sort keys begin.
    pub members: Vec<Member>,
}

/// The shape of a partition key: a way for each of its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionShape {
    /// The ways, with the type of the attribute.
    pub keys: Vec<(KeyType, WayShape)>,
}

/// An entity of a collection.
#[derive(Clone, Debug)]
pub struct Member {
    /// The entity.
    pub entity: usize,
    /// Its sort keys in this collection.
    pub sort: Vec<KeyShape>,
}

/// An entity's partition key, built in one of its ways.
struct Candidate<'c> {
    entity: usize,
    entry: &'c EntityIndex,
    /// The number of the way of each key.
    chosen: Vec<usize>,
    languages: Vec<Language>,
}

/// What one key can be.
struct Language {
    kind: KeyType,
    /// True where the way writes no key: its value is none, which leaves the item out of the index.
    is_left_out: bool,
    leading: String,
    /// None where it would be too large.
    automaton: Option<Automaton>,
}

impl Language {
    /// True where a key can be of both. Where that is too hard to say, it depends on how they begin.
    fn meets(&self, other: &Self) -> bool {
        self.kind == other.kind
            && match (&self.automaton, &other.automaton) {
                (Some(left), Some(right)) => left.meets(right),
                _ => self.leading.starts_with(&other.leading) || other.leading.starts_with(&self.leading),
            }
    }
}

impl Candidate<'_> {
    fn meets(&self, other: &Self) -> bool {
        self.languages.len() == other.languages.len()
            && self.languages.iter().zip(&other.languages).all(|(left, right)| left.meets(right))
    }
}

/// The collections of the index of this place and name.
///
/// Two entities are in one where their partition keys can be the same while every field has a value and no value holds
/// the delimiter, and where a third one joins them.
pub(super) fn collections(design: &Design, entities: &[ChartEntity], place: usize, name: &str) -> Vec<Collection> {
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for (at, (entity, chart)) in design.entities.iter().zip(entities).enumerate() {
        if let Some(entry) = chart.indexes.iter().find(|entry| entry.index == place) {
            candidates.extend(candidates_of(design, entity, at, entry, name));
        }
    }
    let groups = grouped(&candidates);
    groups.into_iter().map(|group| collection(&group)).collect()
}

/// The ways in which an entity's partition key of an index is built.
fn candidates_of<'c>(
    design: &Design,
    entity: &Entity,
    at: usize,
    entry: &'c EntityIndex,
    name: &str,
) -> Vec<Candidate<'c>> {
    let Some(index) = entity.model().indexes.iter().find(|index| *index.name == name) else { return Vec::new() };
    let keys: Vec<KeyOf<'_>> = entity.keys_of(index).into_iter().filter(|key| key.half == Half::Partition).collect();
    let mut chosen: Vec<Vec<usize>> = vec![Vec::new()];
    for key in &entry.partition {
        let with = |before: &Vec<usize>, way: usize| before.iter().copied().chain([way]).collect();
        chosen = chosen.iter().flat_map(|before| (0..key.ways.len()).map(|way| with(before, way))).collect();
    }
    let candidate = |chosen: Vec<usize>| {
        let languages = keys.iter().zip(&chosen).filter_map(|(key, way)| language(design, key, *way)).collect();
        Candidate { entity: at, entry, chosen, languages }
    };
    let is_written = |candidate: &Candidate<'_>| !candidate.languages.iter().any(|language| language.is_left_out);
    chosen.into_iter().map(candidate).filter(is_written).collect()
}

fn language(design: &Design, key: &KeyOf<'_>, way: usize) -> Option<Language> {
    let all = ways(key.key, key.entity.engine().dialect());
    let way = all.get(way)?;
    let shape: Shape = match key.key.eager {
        // What is computed before a field is set is the same for every item.
        true => key.shape().clone(),
        false => way.shape(key.entity.model(), key.entity.engine().dialect()),
    };
    let is_empty = || Automaton::new(&shape.language(&[])).is_some_and(|all| all.is_empty());
    Some(Language {
        kind: key.key.kind,
        is_left_out: way.is_value() && !key.key.eager && is_empty(),
        leading: shape.literal_prefix(),
        automaton: Automaton::new(&shape.plain(&[key.delimiter(design)])),
    })
}

/// The candidates that meet, directly or through others, in the order of the first of each group.
fn grouped<'c, 'd>(candidates: &'d [Candidate<'c>]) -> Vec<Vec<&'d Candidate<'c>>> {
    let mut groups: Vec<Vec<&Candidate<'_>>> = Vec::new();
    for candidate in candidates {
        let (joined, apart): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.iter().any(|known| known.meets(candidate)));
        groups = apart;
        let mut group: Vec<&Candidate<'_>> = joined.into_iter().flatten().collect();
        group.push(candidate);
        groups.push(group);
    }
    let place = |one: &Candidate<'_>| (one.entity, one.chosen.clone());
    for group in &mut groups {
        group.sort_by_key(|one| place(one));
    }
    groups.sort_by_key(|group| group.first().map(|one| place(one)));
    groups
}

fn collection(group: &[&Candidate<'_>]) -> Collection {
    let mut partitions: Vec<PartitionShape> = Vec::new();
    let mut members: Vec<Member> = Vec::new();
    for candidate in group {
        let shape = candidate.partition();
        if !partitions.contains(&shape) {
            partitions.push(shape);
        }
        if !members.iter().any(|member| member.entity == candidate.entity) {
            let is_only = group.iter().filter(|other| other.entity == candidate.entity).count() == 1;
            let sort =
                candidate.entry.sort.iter().map(|key| if is_only { candidate.narrowed(key) } else { key.clone() });
            members.push(Member { entity: candidate.entity, sort: sort.collect() });
        }
    }
    members.sort_by_key(Member::beginning);
    Collection { partitions, members }
}

impl Candidate<'_> {
    fn partition(&self) -> PartitionShape {
        let keys = self.entry.partition.iter().zip(&self.chosen);
        PartitionShape { keys: keys.filter_map(|(key, way)| Some((key.kind, key.ways.get(*way)?.clone()))).collect() }
    }

    /// A sort key whose cases are those of the partition key goes with the partition key's case.
    fn narrowed(&self, sort: &KeyShape) -> KeyShape {
        let conditions = |key: &KeyShape| key.ways.iter().map(|way| way.condition.clone()).collect::<Vec<_>>();
        let (key, way) = match (self.entry.partition.as_slice(), self.chosen.as_slice()) {
            ([key], [way]) if key.ways.len() > 1 => (key, *way),
            _ => return sort.clone(),
        };
        match sort.ways.get(way) {
            Some(only) if conditions(key) == conditions(sort) => {
                let only = WayShape { condition: WayCondition::Always, ..only.clone() };
                KeyShape { ways: vec![only], ..sort.clone() }
            }
            _ => sort.clone(),
        }
    }
}

impl Member {
    /// The text with which the sort key begins.
    fn beginning(&self) -> String {
        let first = self.sort.first().and_then(|key| key.ways.first());
        first.map(WayShape::text).unwrap_or_default()
    }
}
