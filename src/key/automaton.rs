//! Regular languages as automata: is a text in one, what is the shortest text of one, which text is in two.
//!
//! The determinisation is regex-automata's; here its automaton becomes a small table without the states from which
//! nothing can be accepted any more, so that the product of two tables ends as soon as they part.

use std::collections::VecDeque;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, MatchKind, util::start};
use regex_syntax::hir::{Hir, HirKind, Repetition};

/// An automaton that accepts the texts of a language. State 0 accepts nothing.
#[derive(Clone, Debug)]
pub struct Automaton {
    classes: Box<[u8; 256]>,
    /// The first byte of each class; a class is a run of bytes.
    firsts: Vec<u8>,
    width: usize,
    next: Vec<u32>,
    pub(super) accepts: Vec<bool>,
    pub(super) start: u32,
}

/// Above this a bounded repetition counts as unbounded: exact counts make large automata and decide nothing.
const MOST_COPIES: u32 = 64;

/// The state that accepts nothing.
pub(super) const DEAD: u32 = 0;

impl Automaton {
    /// The automaton of a language; none where it would be too large.
    pub fn new(language: &Hir) -> Option<Self> {
        Self::counting(language, MOST_COPIES)
    }

    /// A small automaton of a larger language, in which what may be repeated may be so without a bound: two that do not
    /// meet are proved apart at a fraction of the cost.
    pub fn coarse(language: &Hir) -> Option<Self> {
        Self::counting(language, 1)
    }

    fn counting(language: &Hir, most: u32) -> Option<Self> {
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .which_captures(WhichCaptures::None)
                    .shrink(false)
                    .nfa_size_limit(Some(4 << 20)),
            )
            .build_from_hir(&relaxed(language, most))
            .ok()?;
        let dfa = dense::Builder::new()
            .configure(
                dense::Config::new()
                    // Every way to match counts, not the first alone.
                    .match_kind(MatchKind::All)
                    .start_kind(StartKind::Anchored)
                    .accelerate(false)
                    .dfa_size_limit(Some(8 << 20))
                    .determinize_size_limit(Some(8 << 20)),
            )
            .build_from_nfa(&nfa)
            .ok()?;
        Self::compact(&dfa)
    }

    /// The states that can be reached, with their acceptance at the end of the text.
    fn compact(dfa: &dense::DFA<Vec<u32>>) -> Option<Self> {
        let mut classes = Box::new([0; 256]);
        let mut bytes: Vec<u8> = Vec::new();
        for byte in 0..=255_u8 {
            let class = dfa.byte_classes().get(byte);
            classes[usize::from(byte)] = class;
            if usize::from(class) == bytes.len() {
                bytes.push(byte);
            }
        }
        let width = bytes.len();
        let from = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        let mut states: Vec<StateID> = vec![from];
        let mut numbers: std::collections::BTreeMap<StateID, u32> = [(from, 1)].into();
        let mut next: Vec<u32> = vec![DEAD; width];
        let mut accepts = vec![false];
        let mut at = 0;
        while let Some(&state) = states.get(at) {
            at += 1;
            accepts.push(dfa.is_match_state(dfa.next_eoi_state(state)));
            for byte in &bytes {
                let target = dfa.next_state(state, *byte);
                let number = if dfa.is_dead_state(target) || dfa.is_quit_state(target) {
                    DEAD
                } else {
                    *numbers.entry(target).or_insert_with(|| {
                        states.push(target);
                        // The table is bounded by the limit on the automaton's size.
                        u32::try_from(states.len()).unwrap_or(DEAD)
                    })
                };
                next.push(number);
            }
        }
        let mut automaton = Self { classes, firsts: bytes, width, next, accepts, start: 1 };
        automaton.trim();
        Some(automaton)
    }

    /// Leads every state from which nothing is accepted to the dead one.
    fn trim(&mut self) {
        let mut alive = self.accepts.clone();
        loop {
            let mut grown = false;
            for state in (0..alive.len()).rev() {
                if !alive[state] && self.row(state).iter().any(|target| alive[*target as usize]) {
                    alive[state] = true;
                    grown = true;
                }
            }
            if !grown {
                break;
            }
        }
        for target in &mut self.next {
            if !alive[*target as usize] {
                *target = DEAD;
            }
        }
        if !alive[self.start as usize] {
            self.start = DEAD;
        }
    }

    fn row(&self, state: usize) -> &[u32] {
        &self.next[state * self.width..(state + 1) * self.width]
    }

    pub(super) fn step(&self, state: u32, byte: u8) -> u32 {
        self.next[state as usize * self.width + usize::from(self.classes[usize::from(byte)])]
    }

    /// True where no text is accepted.
    pub fn is_empty(&self) -> bool {
        self.start == DEAD
    }

    /// True where the whole of `text` is accepted.
    pub fn accepts(&self, text: &[u8]) -> bool {
        let end = text.iter().fold(self.start, |state, byte| self.step(state, *byte));
        self.accepts[end as usize]
    }

    /// A text that is accepted and that reads `text` in lower case.
    pub fn raised(&self, text: &str) -> Option<String> {
        // Each state with the way to it: letters as they are, or in upper case.
        let mut states: Vec<(u32, String)> = vec![(self.start, String::new())];
        for c in text.chars() {
            let mut next: Vec<(u32, String)> = Vec::new();
            for (state, spelt) in &states {
                for variant in [c.to_string(), c.to_uppercase().to_string()] {
                    let end = variant.bytes().fold(*state, |state, byte| self.step(state, byte));
                    let unchanged = variant.to_lowercase() == c.to_string();
                    if end != DEAD && unchanged && !next.iter().any(|(known, _)| *known == end) {
                        next.push((end, format!("{spelt}{variant}")));
                    }
                }
            }
            states = next;
        }
        states.into_iter().find(|(state, _)| self.accepts[*state as usize]).map(|(_, spelt)| spelt)
    }

    /// The shortest text, of letters where there is a choice; at least `least` bytes long.
    pub fn shortest(&self, least: usize) -> Option<String> {
        self.shared_from(self, least, 1).pop()
    }

    /// The shortest text that both accept.
    pub fn shared(&self, other: &Self) -> Option<String> {
        self.shared_from(other, 0, 1).pop()
    }

    /// The shortest texts that both accept, at most `most` of them, shortest first.
    pub fn shared_many(&self, other: &Self, most: usize) -> Vec<String> {
        self.shared_from(other, 0, most)
    }

    /// True where some text is accepted by both.
    pub fn meets(&self, other: &Self) -> bool {
        if self.is_empty() || other.is_empty() {
            return false;
        }
        let bytes = self.joint_firsts(other);
        let mut seen = vec![false; self.accepts.len() * other.accepts.len()];
        let mut open = vec![(self.start, other.start)];
        while let Some((left, right)) = open.pop() {
            if self.accepts[left as usize] && other.accepts[right as usize] {
                return true;
            }
            for byte in &bytes {
                let (left, right) = (self.step(left, *byte), other.step(right, *byte));
                if left == DEAD || right == DEAD {
                    continue;
                }
                let known = &mut seen[left as usize * other.accepts.len() + right as usize];
                if !*known {
                    *known = true;
                    open.push((left, right));
                }
            }
        }
        false
    }

    /// True where both accept exactly the same texts.
    pub fn equals(&self, other: &Self) -> bool {
        let bytes = self.joint_firsts(other);
        let mut seen = vec![false; self.accepts.len() * other.accepts.len()];
        let mut open = vec![(self.start, other.start)];
        while let Some((left, right)) = open.pop() {
            if self.accepts[left as usize] != other.accepts[right as usize] {
                return false;
            }
            for byte in &bytes {
                let (left, right) = (self.step(left, *byte), other.step(right, *byte));
                let known = &mut seen[left as usize * other.accepts.len() + right as usize];
                if (left, right) != (DEAD, DEAD) && !*known {
                    *known = true;
                    open.push((left, right));
                }
            }
        }
        true
    }

    /// One byte for each way in which the two tell bytes apart.
    pub(super) fn joint_firsts(&self, other: &Self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.width + other.width);
        all.extend_from_slice(&self.firsts);
        all.extend_from_slice(&other.firsts);
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The same, with the most readable bytes and in their order.
    fn joint_bytes(&self, other: &Self) -> Vec<u8> {
        let mut seen = vec![false; self.width * other.width];
        READABLE
            .iter()
            .copied()
            .filter(|byte| {
                let at = usize::from(*byte);
                let known = &mut seen[usize::from(self.classes[at]) * other.width + usize::from(other.classes[at])];
                !std::mem::replace(known, true)
            })
            .collect()
    }

    /// Breadth first, so that the shortest texts come first. Each pair of states is entered at most `most` times.
    fn shared_from(&self, other: &Self, least: usize, most: usize) -> Vec<String> {
        let mut found = Vec::new();
        if self.is_empty() || other.is_empty() {
            return found;
        }
        let bytes = self.joint_bytes(other);
        let mut entered = vec![0_u16; self.accepts.len() * other.accepts.len()];
        // Each step: the pair of states, the byte that led there and the step before.
        let mut steps: Vec<(u32, u32, u8, usize)> = vec![(self.start, other.start, 0, usize::MAX)];
        let mut open: VecDeque<(usize, usize)> = [(0, 0)].into();
        while let Some((at, length)) = open.pop_front() {
            let (left, right, ..) = steps[at];
            if length >= least && self.accepts[left as usize] && other.accepts[right as usize] {
                // A text that is not UTF-8 is no text of a key.
                if let Ok(text) = String::from_utf8(spelt(&steps, at)) {
                    found.push(text);
                    if found.len() == most {
                        break;
                    }
                }
            }
            for byte in &bytes {
                let (left, right) = (self.step(left, *byte), other.step(right, *byte));
                if left == DEAD || right == DEAD {
                    continue;
                }
                let times = &mut entered[left as usize * other.accepts.len() + right as usize];
                if usize::from(*times) < most + least {
                    *times += 1;
                    steps.push((left, right, *byte, at));
                    open.push_back((steps.len() - 1, length + 1));
                }
            }
        }
        found
    }
}

fn spelt(steps: &[(u32, u32, u8, usize)], mut at: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some((_, _, byte, before)) = steps.get(at).filter(|(.., before)| *before != usize::MAX) {
        bytes.push(*byte);
        at = *before;
    }
    bytes.reverse();
    bytes
}

/// Every byte, those that a person likes to read first.
static READABLE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
    let mut bytes: Vec<u8> = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(*b"-_.:@/+=,;!?").collect();
    let rest: Vec<u8> = (b'!'..=b'~').chain([b' ']).chain(0..b' ').chain(0x7f..=0xff).collect();
    for byte in rest {
        if !bytes.contains(&byte) {
            bytes.push(byte);
        }
    }
    bytes
});

/// The language with counts above `most` taken for no bound, and without assertions, which mean nothing inside a key.
fn relaxed(language: &Hir, most: u32) -> Hir {
    let is_plain = |repetition: &Repetition| repetition.min <= most && repetition.max.is_none_or(|count| count <= most);
    map(language, &|kind| match kind {
        HirKind::Look(_) => Some(Hir::empty()),
        HirKind::Repetition(repetition) if !is_plain(repetition) => Some(Hir::repetition(Repetition {
            min: repetition.min.min(most),
            max: None,
            greedy: true,
            sub: Box::new(relaxed(&repetition.sub, most)),
        })),
        _ => None,
    })
}

/// The language with some of its parts replaced: `replace` answers for those that it changes.
pub(super) fn map(language: &Hir, replace: &dyn Fn(&HirKind) -> Option<Hir>) -> Hir {
    if let Some(replaced) = replace(language.kind()) {
        return replaced;
    }
    match language.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => language.clone(),
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(map(&repetition.sub, replace)), ..repetition.clone() })
        }
        HirKind::Capture(capture) => map(&capture.sub, replace),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(|part| map(part, replace)).collect()),
        HirKind::Alternation(ways) => Hir::alternation(ways.iter().map(|way| map(way, replace)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Automaton {
        Automaton::new(&regex_syntax::parse(pattern).unwrap()).unwrap()
    }

    #[test]
    fn whole_texts_are_accepted() {
        let automaton = of("user#[0-9a-f]{2,3}");
        for (text, wanted) in [("user#ab", true), ("user#a", false), ("user#abcd", false), ("xuser#ab", false)] {
            assert_eq!(automaton.accepts(text.as_bytes()), wanted, "{text}");
        }
        assert_eq!(automaton.shortest(0).as_deref(), Some("user#aa"));
        assert_eq!(of("[0-9]*").shortest(1).as_deref(), Some("0"));
    }

    #[test]
    fn two_languages_share_their_shortest_text() {
        let shared = |left: &str, right: &str| of(left).shared(&of(right));
        assert_eq!(shared("user#.*", ".*#profile"), Some("user#profile".to_owned()));
        assert_eq!(shared("user#.+", "username#.+"), None);
        assert!(!of("user#[a-z]+").meets(&of("user#[0-9]+")));
        assert!(of("a(b|c)*").meets(&of("a[cd]+")));
        assert_eq!(of("a[bc]*").shared_many(&of(".*"), 3), ["a", "ab", "abb"]);
        assert_eq!(shared("é.*", ".*ü"), Some("éü".to_owned()));
    }

    #[test]
    fn equal_languages_are_told_from_parts_of_one_another() {
        assert!(of("a|ab|[a-z]{3}").accepts(b"ab"));
        assert!(of("a|b|c").equals(&of("[a-c]")));
        assert!(!of("[a-d]").equals(&of("[a-c]")));
        assert!(of("(ab)*a").equals(&of("a(ba)*")));
    }
}
