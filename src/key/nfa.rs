//! Automata with choices: small, but one text can lead through many of their states.
//!
//! regex-automata makes them of a language. Two of them are compared pair of states by pair of states, which never takes
//! more than the product of their sizes; an automaton without choices can take two to the power of its size.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;
use regex_automata::nfa::thompson::{self, State, WhichCaptures};
use regex_syntax::hir::Hir;

use super::budget::{Budget, Spent};

/// An automaton with choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Nfa {
    nodes: Vec<Node>,
    start: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    /// Reads a byte; the ranges are in order and do not overlap.
    Bytes(Box<[(u8, u8, u32)]>),
    /// Reads nothing.
    Split(Box<[u32]>),
    /// The end of an accepted text.
    End,
    /// Leads nowhere.
    Fail,
}

/// Which bytes no automaton of a kind tells apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alphabet {
    /// The class of each byte.
    pub classes: Box<[u8; 256]>,
    /// The first byte of each class; a class is a run of bytes.
    pub firsts: Vec<u8>,
}

impl Alphabet {
    /// The class of a byte.
    #[inline]
    pub fn class(&self, byte: u8) -> u8 {
        self.classes[usize::from(byte)]
    }

    /// The first bytes of the runs that neither tells apart, in order.
    pub fn firsts_with(&self, other: &Self) -> Vec<u8> {
        let mut firsts = [&self.firsts[..], &other.firsts[..]].concat();
        firsts.sort_unstable();
        firsts.dedup();
        firsts
    }
}

/// The first and the last byte of each run.
pub(super) fn runs(firsts: &[u8]) -> impl DoubleEndedIterator<Item = (u8, u8)> {
    let last = |at: usize| firsts.get(at + 1).map_or(u8::MAX, |next| next - 1);
    firsts.iter().enumerate().map(move |(at, first)| (*first, last(at)))
}

pub(super) type Map<K, V> = HashMap<K, V, FixedState>;

fn id(at: usize) -> u32 {
    // The size of an automaton is bounded by its budget.
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Nfa {
    /// The automaton of a language, which has no assertions.
    pub fn new(language: &Hir, budget: &mut Budget) -> Result<(Self, Alphabet), Spent> {
        // A state takes some thirty bytes and is looked at a few times.
        let most = usize::try_from(budget.left().saturating_mul(8)).unwrap_or(usize::MAX).min(4 << 20);
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .which_captures(WhichCaptures::None)
                    .shrink(false)
                    .nfa_size_limit(Some(most)),
            )
            .build_from_hir(language)
            .map_err(|_| Spent)?;
        budget.spend_many(nfa.states().len())?;
        let nodes = nfa.states().iter().map(|state| match state {
            State::ByteRange { trans } => Node::Bytes(Box::new([(trans.start, trans.end, trans.next.as_u32())])),
            State::Sparse(sparse) => {
                Node::Bytes(sparse.transitions.iter().map(|one| (one.start, one.end, one.next.as_u32())).collect())
            }
            State::Dense(dense) => Node::Bytes(
                (0..=255).zip(dense.transitions.iter()).map(|(byte, next)| (byte, byte, next.as_u32())).collect(),
            ),
            State::Look { next, .. } | State::Capture { next, .. } => Node::Split(Box::new([next.as_u32()])),
            State::Union { alternates } => Node::Split(alternates.iter().map(|one| one.as_u32()).collect()),
            State::BinaryUnion { alt1, alt2 } => Node::Split(Box::new([alt1.as_u32(), alt2.as_u32()])),
            State::Match { .. } => Node::End,
            State::Fail => Node::Fail,
        });
        let mut alphabet = Alphabet { classes: Box::new([0; 256]), firsts: Vec::new() };
        for byte in 0..=255_u8 {
            let class = nfa.byte_classes().get(byte);
            alphabet.classes[usize::from(byte)] = class;
            if usize::from(class) == alphabet.firsts.len() {
                alphabet.firsts.push(byte);
            }
        }
        Ok((Self { nodes: nodes.collect(), start: nfa.start_anchored().as_u32() }, alphabet))
    }

    /// An automaton without choices as one with them: state by state whether a text ends there, and where ranges of bytes
    /// lead.
    pub fn of_states(states: impl Iterator<Item = (bool, Vec<(u8, u8, u32)>)>, start: u32) -> Self {
        // Each state has two nodes: a choice between the end and going on, and what reads a byte.
        let mut nodes = vec![Node::End];
        for (ends, ranges) in states {
            let reads = id(nodes.len() + 1);
            nodes.push(Node::Split(if ends { Box::new([0, reads]) } else { Box::new([reads]) }));
            nodes.push(Node::Bytes(ranges.into_iter().map(|(from, to, state)| (from, to, 1 + 2 * state)).collect()));
        }
        Self { nodes, start: 1 + 2 * start }
    }

    /// Any text.
    pub fn any() -> Self {
        Self::of_states(std::iter::once((true, vec![(0, 255, 0)])), 0)
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    fn node(&self, at: u32) -> &Node {
        self.nodes.get(at as usize).unwrap_or(&Node::Fail)
    }

    /// Where this node leads with a byte.
    fn target(&self, node: u32, byte: u8) -> Option<u32> {
        let Node::Bytes(ranges) = self.node(node) else { return None };
        let at = ranges.partition_point(|(_, end, _)| *end < byte);
        ranges.get(at).filter(|(start, ..)| *start <= byte).map(|(.., target)| *target)
    }

    /// The nodes of the start that read a byte or end a text.
    pub fn first(&self, marks: &mut Marks, budget: &mut Budget) -> Result<Vec<u32>, Spent> {
        let mut set = Vec::new();
        marks.next();
        self.close(self.start, &mut set, marks, budget)?;
        set.sort_unstable();
        Ok(set)
    }

    /// The nodes to which a byte leads from any of these.
    pub fn step(&self, set: &[u32], byte: u8, marks: &mut Marks, budget: &mut Budget) -> Result<Vec<u32>, Spent> {
        budget.spend_many(set.len())?;
        let mut next = Vec::new();
        marks.next();
        for target in set.iter().filter_map(|node| self.target(*node, byte)) {
            self.close(target, &mut next, marks, budget)?;
        }
        next.sort_unstable();
        Ok(next)
    }

    /// True where a text that leads to these nodes is accepted.
    pub fn ends(&self, set: &[u32]) -> bool {
        set.iter().any(|node| *self.node(*node) == Node::End)
    }

    /// Adds what can be reached from a node without reading a byte.
    fn close(&self, from: u32, set: &mut Vec<u32>, marks: &mut Marks, budget: &mut Budget) -> Result<(), Spent> {
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if !marks.set(at) {
                continue;
            }
            budget.spend(1)?;
            match self.node(at) {
                Node::Split(targets) => open.extend_from_slice(targets),
                Node::Bytes(_) | Node::End => set.push(at),
                Node::Fail => {}
            }
        }
        Ok(())
    }

    /// True where no text is accepted.
    pub fn is_empty(&self, budget: &mut Budget) -> Result<bool, Spent> {
        let mut marks = Marks::new(self.len());
        let mut open = vec![self.start];
        while let Some(at) = open.pop() {
            if !marks.set(at) {
                continue;
            }
            match self.node(at) {
                Node::End => return Ok(false),
                Node::Split(targets) => {
                    budget.spend_many(targets.len())?;
                    open.extend_from_slice(targets);
                }
                Node::Bytes(ranges) => {
                    budget.spend_many(ranges.len())?;
                    open.extend(ranges.iter().map(|(.., target)| *target));
                }
                Node::Fail => {}
            }
        }
        Ok(true)
    }
}

/// Which nodes are in a set that is being made.
pub(super) struct Marks {
    marks: Vec<u32>,
    now: u32,
}

impl Marks {
    pub fn new(nodes: usize) -> Self {
        Self { marks: vec![0; nodes], now: 1 }
    }

    fn next(&mut self) {
        match self.now.checked_add(1) {
            Some(next) => self.now = next,
            None => {
                self.marks.fill(0);
                self.now = 1;
            }
        }
    }

    /// Marks a node; `false` where it was marked already.
    fn set(&mut self, node: u32) -> bool {
        match self.marks.get_mut(node as usize) {
            Some(mark) if *mark != self.now => {
                *mark = self.now;
                true
            }
            _ => false,
        }
    }
}

/// The pairs of nodes to which one text leads in two automata, and how far each is from the end of a text that both
/// accept.
pub(super) struct Pairs {
    numbers: Map<(u32, u32), u32>,
    distances: Vec<u32>,
}

impl Pairs {
    /// True where some text is accepted by both.
    pub fn meet(left: &Nfa, right: &Nfa, budget: &mut Budget) -> Result<bool, Spent> {
        Ok(Search::new(left, right, false, budget)?.end.is_some())
    }

    /// Every pair, with its distance.
    pub fn new(left: &Nfa, right: &Nfa, budget: &mut Budget) -> Result<Self, Spent> {
        let search = Search::new(left, right, true, budget)?;
        let Search { pairs, numbers, edges, ends, .. } = search;
        // Backwards from the ends: moves that read nothing are free.
        let mut incoming: Vec<u32> = vec![0; pairs.len() + 1];
        for (_, to, _) in &edges {
            incoming[*to as usize + 1] += 1;
        }
        for at in 1..incoming.len() {
            incoming[at] += incoming[at - 1];
        }
        let mut places = incoming.clone();
        let mut sources: Vec<(u32, bool)> = vec![(0, false); edges.len()];
        for (from, to, reads) in &edges {
            let place = &mut places[*to as usize];
            sources[*place as usize] = (*from, *reads);
            *place += 1;
        }
        let mut distances = vec![u32::MAX; pairs.len()];
        let mut open: VecDeque<(u32, u32)> = ends.iter().map(|end| (*end, 0)).collect();
        while let Some((at, distance)) = open.pop_front() {
            if distances[at as usize] <= distance {
                continue;
            }
            distances[at as usize] = distance;
            for (from, reads) in &sources[incoming[at as usize] as usize..incoming[at as usize + 1] as usize] {
                budget.spend(1)?;
                if *reads { open.push_back((*from, distance + 1)) } else { open.push_front((*from, distance)) }
            }
        }
        Ok(Self { numbers, distances })
    }

    /// How many bytes the shortest text still has that both accept from one of these pairs; none where there is none.
    pub fn distance(&self, left: &[u32], right: &[u32], budget: &mut Budget) -> Result<Option<u32>, Spent> {
        budget.spend_many(left.len().saturating_mul(right.len()))?;
        let pairs = left.iter().flat_map(|left| right.iter().map(move |right| (*left, *right)));
        let known = pairs.filter_map(|pair| self.numbers.get(&pair)).map(|number| self.distances[*number as usize]);
        Ok(known.min().filter(|distance| *distance != u32::MAX))
    }
}

struct Search {
    pairs: Vec<(u32, u32)>,
    numbers: Map<(u32, u32), u32>,
    /// From, to, and whether a byte is read on the way.
    edges: Vec<(u32, u32, bool)>,
    ends: Vec<u32>,
    end: Option<u32>,
}

impl Search {
    /// All pairs, or those up to the first in which both end.
    fn new(left: &Nfa, right: &Nfa, all: bool, budget: &mut Budget) -> Result<Self, Spent> {
        let mut search =
            Self { pairs: Vec::new(), numbers: Map::default(), edges: Vec::new(), ends: Vec::new(), end: None };
        search.number((left.start, right.start));
        let mut at = 0;
        while let Some(&(own, other)) = search.pairs.get(at) {
            let from = id(at);
            at += 1;
            budget.spend(2)?;
            match (left.node(own), right.node(other)) {
                (Node::Fail, _) | (_, Node::Fail) => {}
                (Node::End, Node::End) => {
                    search.ends.push(from);
                    search.end = Some(from);
                    if !all {
                        break;
                    }
                }
                (Node::Split(targets), _) => {
                    budget.spend_many(targets.len())?;
                    for target in targets {
                        search.edge(from, (*target, other), false, all);
                    }
                }
                (_, Node::Split(targets)) => {
                    budget.spend_many(targets.len())?;
                    for target in targets {
                        search.edge(from, (own, *target), false, all);
                    }
                }
                (Node::Bytes(own), Node::Bytes(other)) => {
                    let (mut one, mut two) = (own.iter().peekable(), other.iter().peekable());
                    while let (Some((from_one, to_one, left)), Some((from_two, to_two, right))) =
                        (one.peek(), two.peek())
                    {
                        budget.spend(1)?;
                        if from_one <= to_two && from_two <= to_one {
                            search.edge(from, (*left, *right), true, all);
                        }
                        if to_one < to_two {
                            one.next()
                        } else {
                            two.next()
                        };
                    }
                }
                (Node::Bytes(_), Node::End) | (Node::End, Node::Bytes(_)) => {}
            }
        }
        Ok(search)
    }

    fn number(&mut self, pair: (u32, u32)) -> u32 {
        let Self { pairs, numbers, .. } = self;
        *numbers.entry(pair).or_insert_with(|| {
            pairs.push(pair);
            id(pairs.len() - 1)
        })
    }

    fn edge(&mut self, from: u32, to: (u32, u32), reads: bool, keep: bool) {
        let to = self.number(to);
        if keep {
            self.edges.push((from, to, reads));
        }
    }
}
