//! The convention that the names of a design follow: the one that the project states, else the one of most names.

use regex_automata::meta::Regex;

use crate::key::Half;
use crate::model::{Index, IndexKind};
use crate::rules::naming::{Numbered, Preset, numbered};
use crate::rules::{Design, Entity, KeyOf};

/// A convention for the names of secondary indexes and their key attributes.
pub struct Convention<'d> {
    /// The preset; none where the project states patterns alone.
    preset: Option<Preset>,
    /// True where the project states it.
    pub is_stated: bool,
    /// True where the project states it, or some of its names show it.
    pub is_known: bool,
    index: Option<Pattern<'d>>,
    partition_key: Option<Pattern<'d>>,
    sort_key: Option<Pattern<'d>>,
}

/// A regular expression that whole names match.
struct Pattern<'d> {
    text: &'d str,
    regex: Regex,
}

impl<'d> Pattern<'d> {
    fn new(text: &'d Option<String>) -> Option<Self> {
        let text = text.as_deref()?;
        // A pattern that is too large to be compiled asks for nothing.
        Regex::new(&format!("^(?:{text})$")).ok().map(|regex| Self { text, regex })
    }
}

impl<'d> Convention<'d> {
    /// The convention of a design.
    pub fn of(design: &'d Design) -> Self {
        let naming = &design.naming;
        let has_patterns = naming.index.is_some() || naming.partition_key.is_some() || naming.sort_key.is_some();
        let is_stated = has_patterns || naming.preset.is_some();
        let followed = if is_stated { (Preset::Guide, 0) } else { followed(design) };
        Self {
            preset: if is_stated { naming.preset } else { Some(followed.0) },
            is_stated,
            is_known: is_stated || followed.1 > 0,
            index: Pattern::new(&naming.index),
            partition_key: Pattern::new(&naming.partition_key),
            sort_key: Pattern::new(&naming.sort_key),
        }
    }

    /// What the project calls the primary key's attributes, where it says.
    pub fn primary(&self, half: Half) -> Option<&'static str> {
        self.preset.filter(|_| self.is_stated).map(|preset| preset.primary(half))
    }

    /// True where the name of an index keeps to it.
    pub fn allows_index(&self, index: &Index) -> bool {
        match (&self.index, self.preset) {
            (Some(pattern), _) => pattern.regex.is_match(index.name.as_bytes()),
            (None, Some(preset)) => fits_index(preset, index),
            (None, None) => true,
        }
    }

    /// True where a key attribute of a secondary index keeps to it.
    pub fn allows_attribute(&self, key: &KeyOf<'_>) -> bool {
        match (self.attribute_pattern(key.half), self.preset) {
            (Some(pattern), _) => pattern.regex.is_match(key.attribute().as_bytes()),
            (None, Some(preset)) => fits_attribute(preset, key),
            (None, None) => true,
        }
    }

    /// True where the project has a pattern of its own for key attributes of this half.
    pub fn has_pattern(&self, half: Half) -> bool {
        self.attribute_pattern(half).is_some()
    }

    fn attribute_pattern(&self, half: Half) -> Option<&Pattern<'d>> {
        match half {
            Half::Partition => self.partition_key.as_ref(),
            Half::Sort => self.sort_key.as_ref(),
        }
    }

    /// The name that an index of this kind and number has.
    pub fn index_name(&self, kind: IndexKind, number: u32) -> Option<String> {
        self.only(self.index.as_ref(), |preset| preset.index(kind, number))
    }

    /// The name that a key attribute of such an index has.
    pub fn attribute_name(&self, kind: IndexKind, number: u32, half: Half) -> Option<String> {
        self.only(self.attribute_pattern(half), |preset| preset.attribute(kind, number, half))
    }

    /// The preset's name, or the only name of a preset that matches the project's pattern.
    fn only(&self, pattern: Option<&Pattern<'_>>, name: impl Fn(Preset) -> Option<String>) -> Option<String> {
        let Some(pattern) = pattern else { return self.preset.and_then(name) };
        let mut names: Vec<String> = Preset::ALL.iter().filter_map(|preset| name(*preset)).collect();
        names.retain(|name| pattern.regex.is_match(name.as_bytes()));
        names.dedup();
        match names.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// The convention in words, for names of indexes: "the `guide` convention", "the pattern `…` of `[naming]`".
    pub fn of_indexes(&self) -> String {
        self.words(self.index.as_ref())
    }

    /// The same for key attributes.
    pub fn of_attributes(&self, half: Half) -> String {
        self.words(self.attribute_pattern(half))
    }

    /// The preset in words.
    pub fn of_preset(&self) -> String {
        self.words(None)
    }

    fn words(&self, pattern: Option<&Pattern<'_>>) -> String {
        match (pattern, self.preset) {
            (Some(pattern), _) => format!("the pattern `{}` of `[naming]`", pattern.text),
            (None, preset) => format!("the `{}` convention", preset.unwrap_or(Preset::Guide).as_str()),
        }
    }
}

/// The preset that most names of indexes and of their key attributes follow, with their number; the guide's where none
/// does.
fn followed(design: &Design) -> (Preset, usize) {
    let votes = |preset: Preset| -> usize {
        let of_entity = |entity: &Entity| {
            let indexes = entity.model().indexes.iter().filter(|index| fits_index(preset, index)).count();
            indexes + entity.keys().filter(|key| fits_attribute(preset, key)).count()
        };
        design.entities.iter().map(of_entity).sum()
    };
    let mut best = (Preset::Guide, votes(Preset::Guide));
    for preset in Preset::ALL {
        let count = votes(*preset);
        if count > best.1 {
            best = (*preset, count);
        }
    }
    best
}

fn fits_index(preset: Preset, index: &Index) -> bool {
    let expected = numbered(&index.name).and_then(|own| preset.index(index.kind, own.number));
    expected.is_some_and(|expected| expected == *index.name)
}

fn fits_attribute(preset: Preset, key: &KeyOf<'_>) -> bool {
    let expected = numbered(key.attribute()).and_then(|own| preset.attribute(key.index.kind, own.number, key.half));
    expected.is_some_and(|expected| expected == key.attribute())
}

/// The number in the name of an index, where the name says the kind that the index has.
pub fn number_of(index: &Index) -> Option<Numbered> {
    numbered(&index.name).filter(|own| own.kind == index.kind)
}

/// True where `name` is a field of the entity or one of its own primary key attributes, or the table's.
pub fn is_of_the_model(design: &Design, entity: &Entity, name: &str) -> bool {
    let is_primary = |primary: &Index| {
        primary.partition_keys.keys.iter().chain(&primary.sort_keys.keys).any(|key| *key.attribute == name)
    };
    let of_table = [&design.table.partition_key, &design.table.sort_key];
    entity.model().attributes.iter().any(|attribute| *attribute.name == name)
        || entity.primary().is_some_and(is_primary)
        || of_table.into_iter().flatten().any(|(attribute, _)| attribute == name)
}
