//! Regular languages as automata: is a text in one, what is the shortest text of one, which text is in two.
//!
//! An automaton without choices answers fast but can be as large as two to the power of its pattern: it is made as long as
//! the budget lasts. Otherwise the automaton with choices is kept, which is about as large as the pattern, and two of these
//! are compared pair of states by pair of states. Whatever takes more than its budget is not decided, and says so.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::budget::{Budget, Spent};
use super::nfa::{Alphabet, Map, Nfa, Pairs};
use super::table::{DEAD, Table};
use super::walk::{Seen, Sets, Walk};

/// An automaton that accepts the texts of a language.
#[derive(Clone, Debug)]
pub struct Automaton {
    pub(super) alphabet: Alphabet,
    pub(super) body: Body,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    /// Without choices. State 0 accepts nothing.
    Table(Table),
    /// With choices: without them it would be too large.
    Open(Nfa),
}

/// Above this a bounded repetition counts as unbounded: exact counts make large automata and decide nothing.
const MOST_COPIES: u32 = 64;

/// What was read and what is left to read; the ranks of the bytes that were read; the states.
type Reached = (usize, Arc<[u8]>, u32, u32);

impl Automaton {
    /// The automaton of a language; none where it would be too large.
    pub fn new(language: &Hir) -> Option<Self> {
        Self::within(language, &mut Budget::default()).ok()
    }

    /// The same within a budget of its own.
    pub fn within(language: &Hir, budget: &mut Budget) -> Result<Self, Spent> {
        Self::counting(language, MOST_COPIES, budget)
    }

    /// A small automaton of a larger language, in which what may be repeated may be so without a bound: two that do not
    /// meet are proved apart at a fraction of the cost.
    pub fn coarse(language: &Hir, budget: &mut Budget) -> Result<Self, Spent> {
        Self::counting(language, 1, budget)
    }

    fn counting(language: &Hir, most: u32, budget: &mut Budget) -> Result<Self, Spent> {
        let (nfa, alphabet) = Nfa::new(&relaxed(language, most), budget)?;
        // Of what is left, a part is for the automaton without choices; what works with the other asks for more of it.
        let mut part = Budget::new(budget.left() / 2);
        let table = Table::new(&nfa, &alphabet, &mut part);
        budget.spend(part.used())?;
        let body = match table {
            Ok(table) => Body::Table(table),
            Err(Spent) if nfa.is_empty(budget)? => Body::Table(Table::empty(&alphabet)),
            Err(Spent) => Body::Open(nfa),
        };
        Ok(Self { alphabet, body })
    }

    /// True where no text is accepted.
    pub fn is_empty(&self) -> bool {
        matches!(&self.body, Body::Table(table) if table.is_empty())
    }

    /// True where the whole of `text` is accepted.
    pub fn accepts(&self, text: &[u8]) -> bool {
        // A text takes as many steps as it is long, each as wide as the automaton.
        let mut budget = Budget::new(u64::MAX);
        let mut walk = Walk::new(self);
        let Ok(mut state) = walk.start(&mut budget) else { return false };
        for byte in text {
            state = match walk.step(state, *byte, &mut budget) {
                Ok(next) if next != DEAD => next,
                _ => return false,
            };
            walk.forget(&mut state);
        }
        walk.accepts(state)
    }

    /// A text that is accepted and that reads `text` in lower case.
    pub fn raised(&self, text: &str) -> Option<String> {
        self.raised_within(text, &mut Budget::default()).ok().flatten()
    }

    fn raised_within(&self, text: &str, budget: &mut Budget) -> Result<Option<String>, Spent> {
        let mut walk = Walk::new(self);
        // Each state with the way to it: letters as they are, or in upper case.
        let mut states: Vec<(u32, String)> = vec![(walk.start(budget)?, String::new())];
        for c in text.chars() {
            let mut next: Vec<(u32, String)> = Vec::new();
            for (state, spelt) in &states {
                for variant in [c.to_string(), c.to_uppercase().to_string()] {
                    budget.spend_many(1 + spelt.len() / 8)?;
                    let mut end = *state;
                    for byte in variant.bytes() {
                        end = walk.step(end, byte, budget)?;
                    }
                    let unchanged = variant.to_lowercase() == c.to_string();
                    if end != DEAD && unchanged && !next.iter().any(|(known, _)| *known == end) {
                        next.push((end, format!("{spelt}{variant}")));
                    }
                }
            }
            states = next;
        }
        Ok(states.into_iter().find(|(state, _)| walk.accepts(*state)).map(|(_, spelt)| spelt))
    }

    /// The shortest text, of letters where there is a choice; at least `least` bytes long.
    pub fn shortest(&self, least: usize) -> Option<String> {
        self.shortest_within(least, &mut Budget::default())
    }

    /// The same; none also where the budget is spent.
    pub fn shortest_within(&self, least: usize, budget: &mut Budget) -> Option<String> {
        let mut found = Vec::new();
        self.search(None, least, 1, budget, &mut found).ok()?;
        found.pop()
    }

    /// The shortest text that both accept.
    pub fn shared(&self, other: &Self) -> Option<String> {
        self.shared_many(other, 1).pop()
    }

    /// The shortest texts that both accept, at most `most` of them, shortest first.
    pub fn shared_many(&self, other: &Self, most: usize) -> Vec<String> {
        self.shared_within(other, most, &mut Budget::default()).0
    }

    /// The same, and whether these are all that were asked for and that there are: otherwise the budget is spent.
    pub fn shared_within(&self, other: &Self, most: usize, budget: &mut Budget) -> (Vec<String>, bool) {
        let mut found = Vec::new();
        let whole = self.search(Some(other), 0, most, budget, &mut found);
        (found, whole.is_ok())
    }

    /// False where it is proved that no text is accepted by both; true where one is, and where that could not be decided.
    pub fn meets(&self, other: &Self) -> bool {
        self.meets_within(other, &mut Budget::default()).unwrap_or(true)
    }

    /// True where some text is accepted by both.
    pub fn meets_within(&self, other: &Self, budget: &mut Budget) -> Result<bool, Spent> {
        if self.is_empty() || other.is_empty() {
            return Ok(false);
        }
        let (left, right) = match (&self.body, &other.body) {
            (Body::Table(left), Body::Table(right)) => return self.tables_meet(left, other, right, budget),
            _ => (self.choices(budget)?, other.choices(budget)?),
        };
        Pairs::meet(&left, &right, budget)
    }

    fn tables_meet(&self, left: &Table, other: &Self, right: &Table, budget: &mut Budget) -> Result<bool, Spent> {
        let columns = self.joint_columns(other);
        let mut seen = Seen::new(left.len(), right.len(), budget)?;
        let mut open = vec![(left.start(), right.start())];
        while let Some((own, their)) = open.pop() {
            if left.accepts(own) && right.accepts(their) {
                return Ok(true);
            }
            budget.spend_many(columns.len())?;
            for (own_class, their_class) in &columns {
                let pair = (left.step(own, *own_class), right.step(their, *their_class));
                if pair.0 != DEAD && pair.1 != DEAD && seen.insert(pair, budget)? {
                    open.push(pair);
                }
            }
        }
        Ok(false)
    }

    /// True where it is proved that both accept exactly the same texts.
    pub fn equals(&self, other: &Self) -> bool {
        self.equals_within(other, &mut Budget::default()).unwrap_or(false)
    }

    /// True where both accept exactly the same texts.
    pub fn equals_within(&self, other: &Self, budget: &mut Budget) -> Result<bool, Spent> {
        let (left, right) = match (&self.body, &other.body) {
            (Body::Table(left), Body::Table(right)) => (left, right),
            // One automaton is one language; two can be the same without looking alike.
            (Body::Open(left), Body::Open(right)) if left == right => return Ok(true),
            _ => return Err(Spent),
        };
        let columns = self.joint_columns(other);
        let mut seen = Seen::new(left.len(), right.len(), budget)?;
        let mut open = vec![(left.start(), right.start())];
        while let Some((own, their)) = open.pop() {
            if left.accepts(own) != right.accepts(their) {
                return Ok(false);
            }
            budget.spend_many(columns.len())?;
            for (own_class, their_class) in &columns {
                let pair = (left.step(own, *own_class), right.step(their, *their_class));
                if pair != (DEAD, DEAD) && seen.insert(pair, budget)? {
                    open.push(pair);
                }
            }
        }
        Ok(true)
    }

    /// The automaton as one with choices.
    fn choices(&self, budget: &mut Budget) -> Result<std::borrow::Cow<'_, Nfa>, Spent> {
        Ok(match &self.body {
            Body::Open(nfa) => std::borrow::Cow::Borrowed(nfa),
            Body::Table(table) => {
                budget.spend_many(table.len().saturating_mul(self.alphabet.firsts.len()))?;
                std::borrow::Cow::Owned(table.with_choices(&self.alphabet))
            }
        })
    }

    /// The classes of both, for each way in which the two tell bytes apart.
    pub(super) fn joint_columns(&self, other: &Self) -> Vec<(u8, u8)> {
        let class = |byte: u8| (self.alphabet.class(byte), other.alphabet.class(byte));
        self.alphabet.firsts_with(&other.alphabet).into_iter().map(class).collect()
    }

    /// One byte for each way in which the two tell bytes apart: the most readable ones, in their order.
    fn joint_bytes(&self, other: Option<&Self>) -> Vec<u8> {
        let width = other.map_or(1, |other| other.alphabet.firsts.len());
        let mut seen = vec![false; self.alphabet.firsts.len() * width];
        READABLE
            .iter()
            .copied()
            .filter(|byte| {
                let theirs = other.map_or(0, |other| usize::from(other.alphabet.class(*byte)));
                let known = &mut seen[usize::from(self.alphabet.class(*byte)) * width + theirs];
                !std::mem::replace(known, true)
            })
            .collect()
    }

    /// Adds the shortest texts that both accept, those of one length in the order of their bytes as people like them.
    fn search(
        &self,
        other: Option<&Self>,
        least: usize,
        most: usize,
        budget: &mut Budget,
        found: &mut Vec<String>,
    ) -> Result<(), Spent> {
        if self.is_empty() || other.is_some_and(Self::is_empty) || most == 0 {
            return Ok(());
        }
        let bytes = self.joint_bytes(other);
        let is_open = |one: &Self| matches!(one.body, Body::Open(_));
        if is_open(self) || other.is_some_and(is_open) {
            self.search_ahead(other, &bytes, (least, most), budget, found)
        } else {
            self.search_widely(other, &bytes, (least, most), budget, found)
        }
    }

    /// Breadth first, so that the shortest texts come first. Each pair of states is entered a bounded number of times.
    fn search_widely(
        &self,
        other: Option<&Self>,
        bytes: &[u8],
        (least, most): (usize, usize),
        budget: &mut Budget,
        found: &mut Vec<String>,
    ) -> Result<(), Spent> {
        let (mut own, mut theirs) = (Walk::new(self), other.map(Walk::new));
        let start = (own.start(budget)?, theirs.as_mut().map_or(Ok(1), |theirs| theirs.start(budget))?);
        let mut entered: Map<(u32, u32), usize> = Map::default();
        // Each step: the pair of states, the byte that led there and the step before.
        let mut steps: Vec<(u32, u32, u8, usize)> = vec![(start.0, start.1, 0, usize::MAX)];
        let mut open: VecDeque<(usize, usize)> = [(0, 0)].into();
        while let Some((at, length)) = open.pop_front() {
            let (left, right, ..) = steps[at];
            if length >= least && own.accepts(left) && theirs.as_ref().is_none_or(|theirs| theirs.accepts(right)) {
                budget.spend_many(length)?;
                // A text that is not UTF-8 is no text of a key.
                if let Ok(text) = String::from_utf8(spelt(&steps, at)) {
                    found.push(text);
                    if found.len() == most {
                        return Ok(());
                    }
                }
            }
            for byte in bytes {
                budget.spend(1)?;
                let left = own.step(left, *byte, budget)?;
                let right = theirs.as_mut().map_or(Ok(1), |theirs| theirs.step(right, *byte, budget))?;
                if left == DEAD || right == DEAD {
                    continue;
                }
                let times = entered.entry((left, right)).or_default();
                if *times < most + least {
                    budget.spend(4)?;
                    *times += 1;
                    steps.push((left, right, *byte, at));
                    open.push_back((steps.len() - 1, length + 1));
                }
            }
        }
        Ok(())
    }

    /// The same where an automaton has choices: what is left to the end is known, and only what leads there is looked at.
    fn search_ahead(
        &self,
        other: Option<&Self>,
        bytes: &[u8],
        (least, most): (usize, usize),
        budget: &mut Budget,
        found: &mut Vec<String>,
    ) -> Result<(), Spent> {
        let (left, right) = (self.choices(budget)?, other.map(|other| other.choices(budget)).transpose()?);
        let any = Nfa::any();
        let right = right.as_deref().unwrap_or(&any);
        let mut half = Budget::new(budget.left() / 2);
        let pairs = Pairs::new(&left, right, &mut half);
        budget.spend(half.used())?;
        let pairs = pairs?;
        let (mut own, mut theirs) = (Sets::new(&left), Sets::new(right));
        let start = (own.start(budget)?, theirs.start(budget)?);
        let mut entered: Map<(u32, u32), usize> = Map::default();
        let mut open: BinaryHeap<Reverse<Reached>> = BinaryHeap::new();
        if let Some(rest) = pairs.distance(own.set(start.0), theirs.set(start.1), budget)? {
            open.push(Reverse((rest as usize, Arc::from([]), start.0, start.1)));
        }
        while let Some(Reverse((_, ranks, left_at, right_at))) = open.pop() {
            let times = entered.entry((left_at, right_at)).or_default();
            if *times > most + least {
                continue;
            }
            *times += 1;
            if ranks.len() >= least && left.ends(own.set(left_at)) && right.ends(theirs.set(right_at)) {
                let text = ranks.iter().map(|rank| bytes[usize::from(*rank)]).collect();
                if let Ok(text) = String::from_utf8(text) {
                    found.push(text);
                    if found.len() == most {
                        return Ok(());
                    }
                }
            }
            for (rank, byte) in bytes.iter().enumerate() {
                budget.spend(1)?;
                let (next_left, next_right) =
                    (own.step(left_at, *byte, budget)?, theirs.step(right_at, *byte, budget)?);
                if next_left == DEAD || next_right == DEAD {
                    continue;
                }
                let Some(rest) = pairs.distance(own.set(next_left), theirs.set(next_right), budget)? else { continue };
                budget.spend_many(8 + ranks.len() / 8)?;
                let rank = u8::try_from(rank).unwrap_or(u8::MAX);
                let further: Arc<[u8]> = ranks.iter().copied().chain([rank]).collect();
                open.push(Reverse((further.len() + rest as usize, further, next_left, next_right)));
            }
        }
        Ok(())
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
pub(super) static READABLE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
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

    #[test]
    fn what_explodes_without_choices_is_decided_with_them() {
        let slug = of("[a-z0-9]+[a-z][a-z0-9]{15}");
        assert!(matches!(slug.body, Body::Open(_)));
        assert!(!slug.accepts(b"a-day") && slug.accepts(b"abcdefghijklmnopqrs"));
        assert_eq!(slug.shortest(0).as_deref(), Some("aaaaaaaaaaaaaaaaa"));
        assert_eq!(slug.shared(&of("[0-9a]{17}")).as_deref(), Some("aaaaaaaaaaaaaaaaa"));
        assert!(!slug.meets(&of("[0-9]*")));
        assert!(!slug.meets(&of("user#.*")));
        assert!(slug.equals(&slug.clone()));
        let ab = of("(a|b)*a(a|b){15}");
        assert!(!ab.meets(&of("(a|b)*b(a|b){15}")));
        assert_eq!(ab.meets_within(&slug, &mut Budget::default()), Ok(true));
        assert_eq!(ab.shared_many(&of("[ab]*"), 3), ["aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab", "aaaaaaaaaaaaaaba"]);
    }

    /// Both kinds of automata find the same texts in the same order.
    #[test]
    fn both_ways_of_search_find_the_same() {
        for (left, right) in
            [("a[bc]*", ".*"), ("(a|b)*a(a|b){3}", "[abc]+"), ("user#.*", ".*#x"), ("[0-9]{1,3}|é+", "\\w+")]
        {
            let (tables, mut choices) = ((of(left), of(right)), (of(left), of(right)));
            let widely = tables.0.shared_many(&tables.1, 6);
            assert!(!widely.is_empty(), "{left}");
            for one in [&mut choices.0, &mut choices.1] {
                one.body = Body::Open(one.choices(&mut Budget::default()).unwrap().into_owned());
            }
            assert_eq!(choices.0.shared_many(&choices.1, 6), widely, "{left}");
            assert_eq!(choices.0.shortest(2), tables.0.shortest(2), "{left}");
            assert_eq!(choices.0.meets(&choices.1), tables.0.meets(&tables.1), "{left}");
        }
    }

    #[test]
    fn what_is_over_budget_is_not_decided() {
        let nested = regex_syntax::parse("(((((a{64}){64}){64}){64}){64})").unwrap();
        assert!(Automaton::new(&nested).is_none());
        let (left, right) = (of("(((a{64}){64})a)*b"), of("a(((a{64}){64})aa)*b"));
        let mut budget = Budget::new(10_000);
        assert_eq!(left.meets_within(&right, &mut budget), Err(Spent));
        assert_eq!(budget.left(), 0);
        assert!(left.meets(&right), "what is not proved apart may meet");
        assert!(!left.equals(&right), "what is not proved equal may differ");
    }
}
