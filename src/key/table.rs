//! Automata without choices: a text leads to one state. State 0 accepts nothing.

use super::budget::{Budget, Spent};
use super::nfa::{Alphabet, Map, Marks, Nfa};

/// The moves of an automaton without choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    width: usize,
    next: Vec<u16>,
    accepts: Vec<bool>,
    start: u16,
}

/// The state from which nothing is accepted.
pub(super) const DEAD: u32 = 0;

impl Table {
    /// Takes the choices out of an automaton: a state for each set of its nodes to which a text leads.
    pub fn new(nfa: &Nfa, alphabet: &Alphabet, budget: &mut Budget) -> Result<Self, Spent> {
        let width = alphabet.firsts.len();
        let mut marks = Marks::new(nfa.len());
        let mut sets: Vec<Vec<u32>> = vec![nfa.first(&mut marks, budget)?];
        let mut numbers: Map<Vec<u32>, u16> = Map::default();
        numbers.insert(sets[0].clone(), 1);
        let mut next: Vec<u16> = vec![0; width];
        let mut accepts = vec![false];
        let mut at = 0;
        while at < sets.len() {
            let set = std::mem::take(&mut sets[at]);
            at += 1;
            accepts.push(nfa.ends(&set));
            for byte in &alphabet.firsts {
                budget.spend(1)?;
                let target = nfa.step(&set, *byte, &mut marks, budget)?;
                if target.is_empty() {
                    next.push(0);
                    continue;
                }
                let number = match numbers.get(&target) {
                    Some(number) => *number,
                    None => {
                        // A state is kept twice and has a row of its own.
                        budget.spend_many(2 * target.len() + width)?;
                        let number = u16::try_from(sets.len() + 1).map_err(|_| Spent)?;
                        numbers.insert(target.clone(), number);
                        sets.push(target);
                        number
                    }
                };
                next.push(number);
            }
        }
        let mut table = Self { width, next, accepts, start: 1 };
        table.trim();
        Ok(table)
    }

    /// The automaton that accepts nothing.
    pub fn empty(alphabet: &Alphabet) -> Self {
        let width = alphabet.firsts.len();
        Self { width, next: vec![0; width], accepts: vec![false], start: 0 }
    }

    /// Leads every state from which nothing is accepted to the dead one.
    fn trim(&mut self) {
        // Where each state is reached from, state by state.
        let mut places = vec![0_usize; self.accepts.len() + 1];
        for target in &self.next {
            places[usize::from(*target) + 1] += 1;
        }
        for at in 1..places.len() {
            places[at] += places[at - 1];
        }
        let mut free = places.clone();
        let mut sources = vec![0_usize; self.next.len()];
        for (at, target) in self.next.iter().enumerate() {
            let place = &mut free[usize::from(*target)];
            sources[*place] = at / self.width;
            *place += 1;
        }
        let mut alive = self.accepts.clone();
        let mut open: Vec<usize> = (0..alive.len()).filter(|state| alive[*state]).collect();
        while let Some(state) = open.pop() {
            for source in &sources[places[state]..places[state + 1]] {
                if !std::mem::replace(&mut alive[*source], true) {
                    open.push(*source);
                }
            }
        }
        for target in &mut self.next {
            if !alive[usize::from(*target)] {
                *target = 0;
            }
        }
        if !alive[usize::from(self.start)] {
            self.start = 0;
        }
        self.next.shrink_to_fit();
    }

    pub fn len(&self) -> usize {
        self.accepts.len()
    }

    pub fn start(&self) -> u32 {
        u32::from(self.start)
    }

    pub fn is_empty(&self) -> bool {
        self.start == 0
    }

    pub fn accepts(&self, state: u32) -> bool {
        self.accepts[state as usize]
    }

    pub fn step(&self, state: u32, class: u8) -> u32 {
        u32::from(self.next[state as usize * self.width + usize::from(class)])
    }

    /// The same automaton, written as one with choices.
    pub fn with_choices(&self, alphabet: &Alphabet) -> Nfa {
        let states = (0..self.len()).map(|state| {
            let mut ranges: Vec<(u8, u8, u32)> = Vec::new();
            for (class, first) in alphabet.firsts.iter().enumerate() {
                let target = u32::from(self.next[state * self.width + class]);
                let last = alphabet.firsts.get(class + 1).map_or(255, |next| next - 1);
                match ranges.last_mut() {
                    Some((_, end, known)) if *known == target && *end + 1 == *first => *end = last,
                    _ if target == DEAD => {}
                    _ => ranges.push((*first, last, target)),
                }
            }
            (self.accepts[state], ranges)
        });
        Nfa::of_states(states, u32::from(self.start))
    }
}
