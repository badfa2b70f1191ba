//! The language of a key: the texts that items can have there, and whether two keys have one in common.

use std::sync::OnceLock;

use crate::key::{Automaton, Budget, Shape, Spent};

/// The language of a key.
#[derive(Debug)]
pub(super) struct Language {
    shape: Shape,
    /// Steps for each of its automata.
    steps: u64,
    automaton: OnceLock<Option<Automaton>>,
    coarse: OnceLock<Option<Automaton>>,
    is_coarse: OnceLock<bool>,
}

/// Whether two languages have a text in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meet {
    /// None: that is proved.
    Apart,
    /// Some.
    Shared,
    /// Nobody knows: to tell would take too long.
    Undecided,
}

impl Meet {
    /// True where it is not proved that they have none.
    pub fn is_possible(self) -> bool {
        self != Self::Apart
    }
}

impl Language {
    /// The language of a shape, each of whose automata may take so many steps.
    pub fn new(shape: Shape, steps: u64) -> Self {
        Self { shape, steps, automaton: OnceLock::new(), coarse: OnceLock::new(), is_coarse: OnceLock::new() }
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// False where an automaton that was asked for would be too large, or the language was.
    pub fn is_decided(&self) -> bool {
        !self.shape.is_cut() && !matches!(self.automaton.get(), Some(None))
    }

    pub fn automaton(&self) -> Option<&Automaton> {
        let make = || Automaton::within(&self.shape.language(&[]), &mut Budget::new(self.steps)).ok();
        self.automaton.get_or_init(make).as_ref()
    }

    fn coarse(&self) -> Option<&Automaton> {
        let make = || Automaton::coarse(&self.shape.language(&[]), &mut Budget::new(self.steps)).ok();
        self.coarse.get_or_init(make).as_ref()
    }

    /// True where the small automaton is the whole one.
    fn is_coarse(&self) -> bool {
        *self.is_coarse.get_or_init(|| {
            let both = self.coarse().zip(self.automaton());
            both.is_some_and(|(coarse, whole)| {
                coarse.equals_within(whole, &mut Budget::new(self.steps)).unwrap_or(false)
            })
        })
    }

    /// False where the small automata are proved to be apart.
    pub fn may_meet(&self, other: &Self, budget: &mut Budget) -> bool {
        meet(self.coarse(), other.coarse(), budget).is_possible()
    }

    /// Whether they have a text in common.
    pub fn meeting(&self, other: &Self, budget: &mut Budget) -> Meet {
        let coarse = meet(self.coarse(), other.coarse(), budget);
        let found = match coarse {
            Meet::Apart => return Meet::Apart,
            _ if self.is_coarse() && other.is_coarse() => coarse,
            _ => meet(self.automaton(), other.automaton(), budget),
        };
        // Any text stands for what is too large: what it shares says nothing.
        if found == Meet::Shared && (self.shape.is_cut() || other.shape.is_cut()) { Meet::Undecided } else { found }
    }

    /// True where both have exactly the same texts; none where that is not decided.
    pub fn equals(&self, other: &Self, budget: &mut Budget) -> Option<bool> {
        if self.shape.is_cut() || other.shape.is_cut() {
            return None;
        }
        self.automaton()?.equals_within(other.automaton()?, budget).ok()
    }
}

fn meet(own: Option<&Automaton>, other: Option<&Automaton>, budget: &mut Budget) -> Meet {
    let Some((own, other)) = own.zip(other) else { return Meet::Undecided };
    match own.meets_within(other, budget) {
        Ok(true) => Meet::Shared,
        Ok(false) => Meet::Apart,
        Err(Spent) => Meet::Undecided,
    }
}
