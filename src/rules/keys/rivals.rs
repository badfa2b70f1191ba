//! Which entities of a table have primary keys that nothing at their beginning tells apart.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::overlap::Primary;
use crate::rules::{Design, Values};

/// Entities of one class have keys of the same languages.
pub(super) type Class = usize;

/// Pairs of entities whose keys may be the same.
pub(super) struct Rivals {
    /// Entity by entity, those before it that may have its keys, as far as they are looked at, and how many are not.
    before: Vec<(Vec<usize>, usize)>,
    classes: Vec<Class>,
    count: usize,
}

/// Above this many pairs entities are sorted into classes, so that most pairs need no look of their own.
const FEW_PAIRS: usize = 2_000;
/// How many pairs of different classes are looked at.
const MOST_PAIRS: usize = 20_000;

impl Rivals {
    pub fn new(primaries: &[Primary<'_>], design: &Design) -> Self {
        // Those whose first key begins alike, by that beginning.
        let mut begin: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut pairs: Vec<Vec<usize>> = Vec::with_capacity(primaries.len());
        let (mut count, mut over) = (0, vec![0_usize; primaries.len()]);
        // Pairs of one class cost little, and there may be many of them.
        const MOST_KEPT: usize = 1_000_000;
        for (at, own) in primaries.iter().enumerate() {
            let prefix = own.prefixes.first().map_or("", String::as_str);
            let shorter = prefix.char_indices().map(|(end, _)| &prefix[..end]).filter_map(|part| begin.get(part));
            let longer = begin
                .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
                .take_while(|(other, _)| other.starts_with(prefix))
                .map(|(_, places)| places);
            let mut others = Vec::new();
            for place in shorter.chain(longer).flatten() {
                if count + others.len() >= MOST_KEPT {
                    over[at] += 1;
                } else if own.may_meet(&primaries[*place]) {
                    others.push(*place);
                }
            }
            others.sort_unstable();
            count += others.len();
            pairs.push(others);
            begin.entry(prefix).or_default().push(at);
        }
        let classes = if count <= FEW_PAIRS { (0..primaries.len()).collect() } else { classes(primaries, design) };
        let mut seen: std::collections::BTreeSet<(Class, Class)> = std::collections::BTreeSet::new();
        let before = pairs.into_iter().zip(over).enumerate().map(|(at, (others, over))| {
            let mut kept = Vec::with_capacity(others.len());
            let mut passed_over = over;
            for place in others {
                let pair = (classes[at], classes[place]);
                if seen.contains(&pair) || seen.len() < MOST_PAIRS && seen.insert(pair) {
                    kept.push(place);
                } else {
                    passed_over += 1;
                }
            }
            (kept, passed_over)
        });
        let before = before.collect();
        Self { before, classes, count: seen.len() }
    }

    /// How many pairs of classes are compared.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The entities before this one that may have its keys, in order, and how many of them are not looked at.
    pub fn before(&self, at: usize) -> (Vec<usize>, usize) {
        self.before[at].clone()
    }

    pub fn class(&self, at: usize) -> Class {
        self.classes[at]
    }
}

/// The class of each: entities whose keys have the same languages are in one.
fn classes(primaries: &[Primary<'_>], design: &Design) -> Vec<Class> {
    let mut known: BTreeMap<String, Class> = BTreeMap::new();
    let class = |own: &Primary<'_>| {
        let languages = own.keys.iter().flat_map(|key| {
            let language = |values| format!("{:?}", key.shape_of(values, design).language(&[]));
            [Values::Any, Values::NotBlank, Values::Plain].map(language)
        });
        let name = languages.collect::<Vec<_>>().join("|");
        let next = known.len();
        *known.entry(name).or_insert(next)
    };
    primaries.iter().map(class).collect()
}
