//! Whose a plain key is: what a plan takes for its entity's, the classifier must not take for another's.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::classify::Classifier;
use super::languages::Steps;
use super::plan::Plan;
use crate::key::{Automaton, Engine, WayPiece, delimiters, ways};
use crate::model::IndexKind;
use crate::source::raw::Names;

/// The keys of the table, of all entities.
pub(super) struct Rivals<'c> {
    classifier: &'c Classifier,
    /// Entity by entity, the attribute, and the texts that the classifier takes for its keys at a first look; none where
    /// there may be anything.
    languages: Vec<Vec<Language>>,
    /// The same with what the models allow although they do not name the delimiter in it; made where it is asked for.
    with_delimiters: Vec<OnceLock<Vec<Language>>>,
    /// Entity by entity, what its models write between delimiters.
    words: Vec<BTreeSet<Vec<u8>>>,
}

type Language = (String, Option<Automaton>);

fn languages(classifier: &Classifier, entity: usize, with_delimiters: bool) -> Vec<Language> {
    classifier
        .primary(entity)
        .map(|key| (key.attribute.clone(), key.language(with_delimiters, classifier.steps)))
        .collect()
}

impl<'c> Rivals<'c> {
    pub fn new(engines: &[Engine], classifier: &'c Classifier, delimiter: &str) -> Self {
        let words = engines.iter().map(|engine| {
            let keys = engine.model().keys().filter(|(index, _)| index.kind == IndexKind::Primary);
            let mut words = BTreeSet::new();
            for way in keys.flat_map(|(_, key)| ways(key, engine.dialect())) {
                for piece in &way.pieces {
                    let WayPiece::Text(text) = piece else { continue };
                    let parts = delimiters(delimiter).iter().fold(vec![text.as_ref()], |parts: Vec<&str>, one| {
                        parts.into_iter().flat_map(|part| part.split(one)).collect()
                    });
                    words
                        .extend(parts.into_iter().filter(|word| !word.is_empty()).map(|word| word.as_bytes().to_vec()));
                }
            }
            words
        });
        let languages = (0..engines.len()).map(|entity| languages(classifier, entity, false));
        Self {
            classifier,
            languages: languages.collect(),
            with_delimiters: engines.iter().map(|_| OnceLock::new()).collect(),
            words: words.collect(),
        }
    }

    /// The plan, so that its keys are of no other entity; none where they may be. Where that takes it, values that are
    /// words of the others are left to the long way: `order#event` may be an order or the prefix of an event. And where
    /// that is not enough, but keys of items that keep to the models tell, so are those that do not.
    pub fn tell_apart(&self, mut plan: Plan, own: usize, names: &Names) -> Option<Plan> {
        let others = || (0..self.languages.len()).filter(|other| *other != own);
        let is_apart = |plan: &Plan| {
            let languages = plan.languages(names);
            others().all(|other| self.is_apart(&languages, own, other))
        };
        if is_apart(&plan) {
            return Some(plan);
        }
        let words: BTreeSet<Vec<u8>> = others().flat_map(|other| self.words[other].clone()).collect();
        let mut without = plan.clone();
        without.forbid(&words);
        if is_apart(&without) {
            return Some(without);
        }
        let is_told = others().all(|other| self.classifier.are_apart_as_meant(own, other));
        (is_told && plan.ask_for_meant(self.classifier.primary(own), names)).then_some(plan)
    }

    /// True where no item has keys of both: neither in the closest reading nor in the one without delimiters in values.
    fn is_apart(&self, own: &[Language], entity: usize, other: usize) -> bool {
        if self.classifier.begin_apart(entity, other) {
            return true;
        }
        let steps = self.classifier.steps;
        let with_delimiters =
            || self.with_delimiters[other].get_or_init(|| languages(self.classifier, other, true)).as_slice();
        // Only where the models leave no key to both, what conforms is before what holds no delimiter.
        are_apart(own, &self.languages[other], steps)
            && (!self.classifier.are_apart(entity, other) || are_apart(own, with_delimiters(), steps))
    }
}

/// True where no item has keys of both.
fn are_apart(own: &[Language], other: &[Language], steps: Steps) -> bool {
    own.iter().any(|(attribute, language)| {
        other.iter().any(|(name, other)| {
            let both = language.as_ref().zip(other.as_ref());
            name == attribute && both.is_some_and(|(own, other)| steps.are_apart(own, other))
        })
    })
}
