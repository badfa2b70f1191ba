//! Whose a plain key is: keys that a plan compares must be of no other entity's shape.

use std::collections::BTreeSet;

use super::plan::Plan;
use crate::key::{Automaton, Engine, Shape, WayPiece, ways};
use crate::model::{IndexKind, KeyType};
use crate::source::raw::Names;

/// The keys of the table, of all entities.
pub(super) struct Rivals {
    /// Entity by entity, what the classifier takes for its keys: the attribute, and the texts without a delimiter in a
    /// value; none where there may be anything.
    languages: Vec<Vec<(String, Option<Automaton>)>>,
    /// Entity by entity, what its models write between delimiters.
    words: Vec<BTreeSet<Vec<u8>>>,
}

type Language = (String, Option<Automaton>);

impl Rivals {
    pub fn new(engines: &[Engine]) -> Self {
        let languages = engines.iter().map(|engine| {
            let model = engine.model();
            let keys = model.keys().filter(|(index, _)| index.kind == IndexKind::Primary);
            keys.map(|(_, key)| {
                let shape = Shape::of(&key.value, model, engine.dialect());
                let automaton = (key.kind == KeyType::S).then(|| Automaton::new(&shape.language(b"#"))).flatten();
                (key.attribute.value.clone(), automaton)
            })
            .collect()
        });
        let words = engines.iter().map(|engine| {
            let keys = engine.model().keys().filter(|(index, _)| index.kind == IndexKind::Primary);
            let mut words = BTreeSet::new();
            for way in keys.flat_map(|(_, key)| ways(key, engine.dialect())) {
                for piece in &way.pieces {
                    if let WayPiece::Text(text) = piece {
                        words.extend(
                            text.split('#').filter(|word| !word.is_empty()).map(|word| word.as_bytes().to_vec()),
                        );
                    }
                }
            }
            words
        });
        Self { languages: languages.collect(), words: words.collect() }
    }

    /// The plan, so that its keys are of no other entity's shape; none where they may be. Where that takes it, values
    /// that are words of the others are left to the long way: `order#event` may be an order or the prefix of an event.
    pub fn tell_apart(&self, mut plan: Plan, own: usize, names: &Names) -> Option<Plan> {
        let others = || (0..self.languages.len()).filter(|other| *other != own);
        let is_apart = |plan: &Plan| {
            let languages = plan.languages(names);
            others().all(|other| is_apart(&languages, &self.languages[other]))
        };
        if !is_apart(&plan) {
            plan.forbid(&others().flat_map(|other| self.words[other].clone()).collect());
            if !is_apart(&plan) {
                return None;
            }
        }
        Some(plan)
    }
}

/// True where no item has keys of both.
fn is_apart(own: &[Language], other: &[Language]) -> bool {
    own.iter().any(|(attribute, language)| {
        other.iter().any(|(name, other)| {
            name == attribute && language.as_ref().zip(other.as_ref()).is_some_and(|(own, other)| !own.meets(other))
        })
    })
}
