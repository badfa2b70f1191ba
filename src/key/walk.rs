//! The states of automata as texts are read, and those that were reached.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::automaton::{Automaton, Body};
use super::budget::{Budget, Spent};
use super::nfa::{Alphabet, Map, Marks, Nfa};
use super::table::{DEAD, Table};

/// The states of an automaton as a text is read: those of a table, or sets of states.
pub(super) enum Walk<'w> {
    Table(&'w Table, &'w Alphabet),
    Sets(Sets<'w>),
}

impl<'w> Walk<'w> {
    pub fn new(automaton: &'w Automaton) -> Self {
        match &automaton.body {
            Body::Table(table) => Self::Table(table, &automaton.alphabet),
            Body::Open(nfa) => Self::Sets(Sets::new(nfa)),
        }
    }

    pub fn start(&mut self, budget: &mut Budget) -> Result<u32, Spent> {
        match self {
            Self::Table(table, _) => Ok(table.start()),
            Self::Sets(sets) => sets.start(budget),
        }
    }

    pub fn step(&mut self, state: u32, byte: u8, budget: &mut Budget) -> Result<u32, Spent> {
        match self {
            Self::Table(table, alphabet) => Ok(table.step(state, alphabet.class(byte))),
            Self::Sets(sets) => sets.step(state, byte, budget),
        }
    }

    pub fn accepts(&self, state: u32) -> bool {
        match self {
            Self::Table(table, _) => table.accepts(state),
            Self::Sets(sets) => sets.nfa.ends(sets.set(state)),
        }
    }

    /// Keeps no set but that of the state, where the way to it does not matter any more.
    pub fn forget(&mut self, state: &mut u32) {
        if let Self::Sets(sets) = self {
            let set = sets.set(*state).to_vec();
            sets.sets.truncate(1);
            sets.numbers.clear();
            *state = sets.number(set);
        }
    }
}

/// Sets of states of an automaton with choices, numbered as they are met. Number 0 is the empty one.
pub(super) struct Sets<'s> {
    nfa: &'s Nfa,
    marks: Marks,
    sets: Vec<Arc<[u32]>>,
    numbers: Map<Arc<[u32]>, u32>,
}

impl<'s> Sets<'s> {
    pub fn new(nfa: &'s Nfa) -> Self {
        Self { nfa, marks: Marks::new(nfa.len()), sets: vec![Arc::from([])], numbers: Map::default() }
    }

    pub fn set(&self, number: u32) -> &[u32] {
        &self.sets[number as usize]
    }

    pub fn start(&mut self, budget: &mut Budget) -> Result<u32, Spent> {
        let set = self.nfa.first(&mut self.marks, budget)?;
        Ok(self.number(set))
    }

    pub fn step(&mut self, number: u32, byte: u8, budget: &mut Budget) -> Result<u32, Spent> {
        let next = self.nfa.step(&self.sets[number as usize], byte, &mut self.marks, budget)?;
        budget.spend_many(next.len())?;
        Ok(self.number(next))
    }

    fn number(&mut self, set: Vec<u32>) -> u32 {
        if set.is_empty() {
            return DEAD;
        }
        if let Some(number) = self.numbers.get(set.as_slice()) {
            return *number;
        }
        let set: Arc<[u32]> = set.into();
        // The number of sets is bounded by the budget.
        let number = u32::try_from(self.sets.len()).unwrap_or(DEAD);
        self.sets.push(Arc::clone(&set));
        self.numbers.insert(set, number);
        number
    }
}

/// Which pairs of states were reached: a bit each where they are few, else those that were.
pub(super) enum Seen {
    Bits(Vec<u64>, usize),
    Few(HashSet<(u32, u32), FixedState>),
}

impl Seen {
    pub fn new(left: usize, right: usize, budget: &mut Budget) -> Result<Self, Spent> {
        const MOST_BITS: usize = 1 << 16;
        let bits = left.saturating_mul(right);
        if bits <= MOST_BITS {
            budget.spend_many(bits / 512)?;
            return Ok(Self::Bits(vec![0; bits.div_ceil(64)], right));
        }
        Ok(Self::Few(HashSet::default()))
    }

    /// Adds a pair; `false` where it was there.
    pub fn insert(&mut self, (left, right): (u32, u32), budget: &mut Budget) -> Result<bool, Spent> {
        Ok(match self {
            Self::Bits(words, width) => {
                let at = left as usize * *width + right as usize;
                let (word, bit) = (&mut words[at / 64], 1 << (at % 64));
                let is_new = *word & bit == 0;
                *word |= bit;
                is_new
            }
            Self::Few(pairs) => {
                let is_new = pairs.insert((left, right));
                if is_new {
                    budget.spend(4)?;
                }
                is_new
            }
        })
    }
}
