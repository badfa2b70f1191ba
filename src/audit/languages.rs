//! What a key is for items that keep to their model: the languages of `lint`, as automata.

use std::sync::OnceLock;

use regex_syntax::hir::Hir;

use crate::key::python::str_of;
use crate::key::{Assumption, Automaton, Budget, Engine, Shape};
use crate::model::KeyType;
use crate::value::Value;

/// What proofs may cost. All of a table share it, so that many models take no longer than a few; it does not depend on
/// what is asked first, so that the answers do not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// An automaton.
    automaton: u64,
    /// A pair of them.
    pair: u64,
}

impl Steps {
    /// The shares of so many entities with so many keys.
    pub fn of(entities: usize, keys: usize) -> Self {
        const AUTOMATA: u64 = 100_000_000;
        const PAIRS: u64 = 200_000_000;
        let share = |all: u64, of: usize| {
            let of = u64::try_from(of).unwrap_or(u64::MAX).max(1);
            (all / of).clamp(1_000, Budget::USUAL)
        };
        Self { automaton: share(AUTOMATA, keys), pair: share(PAIRS, entities.saturating_mul(entities)) }
    }

    /// The automaton of a language; none where it takes too long.
    pub fn automaton(self, language: &Hir) -> Option<Automaton> {
        Automaton::within(language, &mut Budget::new(self.automaton)).ok()
    }

    /// True where it is proved that no text is in both.
    pub fn are_apart(self, left: &Automaton, right: &Automaton) -> bool {
        left.meets_within(right, &mut Budget::new(self.pair)) == Ok(false)
    }
}

/// The languages of one key of one entity. An automaton is made when it is first asked for.
#[derive(Debug)]
pub(super) struct Languages {
    shape: Shape,
    delimiters: Vec<String>,
    is_constant: bool,
    steps: Steps,
    conforming: OnceLock<Option<Automaton>>,
    meant: OnceLock<Option<Automaton>>,
}

impl Languages {
    pub fn new(engine: &Engine, number: usize, delimiters: &[&str], steps: Steps) -> Self {
        Self {
            shape: engine.conforming(number, Assumption::default()),
            delimiters: delimiters.iter().map(|one| (*one).to_owned()).collect(),
            is_constant: engine.is_eager(number),
            steps,
            conforming: OnceLock::new(),
            meant: OnceLock::new(),
        }
    }

    /// True of a key that is computed before a field is set: it need not begin as others of its shape do.
    pub fn is_constant(&self) -> bool {
        self.is_constant
    }

    fn meant_language(&self) -> Hir {
        let delimiters: Vec<&str> = self.delimiters.iter().map(String::as_str).collect();
        self.shape.meant(&delimiters)
    }

    fn conforming_automaton(&self) -> Option<&Automaton> {
        self.conforming.get_or_init(|| self.steps.automaton(&self.shape.language(&[]))).as_ref()
    }

    fn meant_automaton(&self) -> Option<&Automaton> {
        self.meant.get_or_init(|| self.steps.automaton(&self.meant_language())).as_ref()
    }

    /// True where both automata could be made.
    pub fn are_known(&self) -> bool {
        !self.shape.is_cut() && self.conforming_automaton().is_some() && self.meant_automaton().is_some()
    }

    /// Whether an item that keeps to the model has this key; none where the language is too large to tell.
    pub fn conforming(&self, text: &str) -> Option<bool> {
        self.told(self.conforming_automaton()?.accepts(text.as_bytes()))
    }

    /// What is accepted of a language that stands for a smaller one is not known.
    fn told(&self, accepts: bool) -> Option<bool> {
        (!accepts || !self.shape.is_cut()).then_some(accepts)
    }

    /// The same of items whose values hold a delimiter only where the model names it.
    pub fn meant(&self, text: &str) -> Option<bool> {
        self.accepts(text.as_bytes(), KeyType::S)
    }

    /// The same of the bytes of a key of a kind, as they stand in the input.
    pub fn accepts(&self, text: &[u8], kind: KeyType) -> Option<bool> {
        if kind == KeyType::N || self.shape.is_cut() {
            return self.told(self.conforming_automaton()?.accepts(text));
        }
        if !self.meant_automaton()?.accepts(text) {
            return Some(false);
        }
        // The language without delimiters of several letters gives up bounds.
        Some(self.delimiters.iter().all(|one| one.len() == 1) || self.conforming_automaton()?.accepts(text))
    }

    /// Whether an item that keeps to the model has this number for its key.
    pub fn number(&self, value: &Value<'_>) -> Option<bool> {
        let automaton = self.conforming_automaton()?;
        let is = |value: &Value<'_>| str_of(value).is_some_and(|text| automaton.accepts(text.as_bytes()));
        let whole = match value {
            // DynamoDB gives whole numbers back as integers.
            Value::Float(float) if float.fract() == 0.0 && float.abs() < 9e15 => Some(Value::Int(*float as i64)),
            _ => None,
        };
        self.told(is(value) || whole.is_some_and(|whole| is(&whole)))
    }

    /// True where it is proved that no key is in both.
    pub fn is_apart(&self, other: &Self) -> bool {
        let conforming = self.conforming_automaton().zip(other.conforming_automaton());
        conforming.is_some_and(|(own, other)| self.steps.are_apart(own, other))
    }

    /// The same of keys in which values hold a delimiter only where the model names it.
    pub fn is_apart_as_meant(&self, other: &Self) -> bool {
        let meant = self.meant_automaton().zip(other.meant_automaton());
        let is_whole = !self.shape.is_cut() && !other.shape.is_cut();
        is_whole && meant.is_some_and(|(own, other)| self.steps.are_apart(own, other)) || self.is_apart(other)
    }

    /// Whether the other one has more keys than these, where it is proved that it has them all: values hold a delimiter
    /// only where the model names it.
    pub fn is_within(&self, other: &Self) -> Option<bool> {
        let (own, others) = (self.meant_automaton()?, other.meant_automaton()?);
        if self.shape.is_cut() || other.shape.is_cut() {
            return None;
        }
        let both = self.steps.automaton(&Hir::alternation(vec![self.meant_language(), other.meant_language()]))?;
        let equal = |one: &Automaton| one.equals_within(others, &mut Budget::new(self.steps.pair)).ok();
        if equal(&both)? { Some(!equal(own)?) } else { None }
    }

    /// Another language and what is meant; with all that conforms where that is asked for.
    pub fn joined(&self, other: Hir, with_conforming: bool) -> Hir {
        let conforming = with_conforming.then(|| self.shape.language(&[]));
        Hir::alternation([other, self.meant_language()].into_iter().chain(conforming).collect())
    }
}
