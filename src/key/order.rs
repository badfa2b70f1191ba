//! The order of the texts of languages, which is that of their bytes: as DynamoDB sorts keys.
//!
//! Only automata without choices are looked into. Of others nothing is decided, and nothing is found.

use std::collections::VecDeque;

use super::automaton::{Automaton, Body, READABLE};
use super::budget::{Budget, Spent};
use super::nfa::{Alphabet, runs};
use super::table::{DEAD, Table};
use super::walk::Seen;

impl Automaton {
    /// False where it is proved that no text of this language sorts before one of the other.
    pub fn precedes(&self, other: &Self) -> bool {
        self.precedes_within(other, &mut Budget::default()).unwrap_or(true)
    }

    /// The same within a budget.
    pub fn precedes_within(&self, other: &Self, budget: &mut Budget) -> Result<bool, Spent> {
        if self.is_empty() || other.is_empty() {
            return Ok(false);
        }
        let (Body::Table(left), Body::Table(right)) = (&self.body, &other.body) else { return Err(Spent) };
        let columns = self.joint_columns(other);
        let mut seen = Seen::new(left.len(), right.len(), budget)?;
        let mut open = vec![(left.start(), right.start())];
        while let Some((own, their)) = open.pop() {
            budget.spend_many(columns.len())?;
            // A text sorts before those that it begins, and otherwise the first byte that differs decides.
            let least = nexts(left, &self.alphabet, own).map(|(first, _)| first).next();
            let most = nexts(right, &other.alphabet, their).map(|(_, last)| last).last();
            let is_less = least.zip(most).is_some_and(|(least, most)| least < most);
            if is_less || left.accepts(own) && most.is_some() {
                return Ok(true);
            }
            for (own_class, their_class) in &columns {
                let pair = (left.step(own, *own_class), right.step(their, *their_class));
                if pair.0 != DEAD && pair.1 != DEAD && seen.insert(pair, budget)? {
                    open.push(pair);
                }
            }
        }
        Ok(false)
    }

    /// Some texts of the language that sort after a text, or before it: those that share most with it first.
    pub fn beyond(&self, text: &str, after: bool, most: usize) -> Vec<String> {
        let Body::Table(table) = &self.body else { return Vec::new() };
        let bytes = text.as_bytes();
        let step = |state: u32, byte: u8| table.step(state, self.alphabet.class(byte));
        // The states on the way along the text, as far as there is one.
        let mut states = vec![table.start()];
        for byte in bytes {
            match states.last().map_or(DEAD, |state| step(*state, *byte)) {
                DEAD => break,
                next => states.push(next),
            }
        }
        let mut budget = Budget::default();
        let mut found = Vec::new();
        for (at, state) in states.into_iter().enumerate().rev().filter(|(_, state)| *state != DEAD) {
            if found.len() >= most {
                break;
            }
            let before = bytes.get(..at).unwrap_or_default();
            if !after && at < bytes.len() && table.accepts(state) {
                found.extend(String::from_utf8(before.to_vec()));
            }
            let own = bytes.get(at).copied();
            let is_beyond = |byte: u8| own.map_or(after, |own| if after { byte > own } else { byte < own });
            let next = READABLE.iter().filter(|byte| is_beyond(**byte) && step(state, **byte) != DEAD);
            // One that begins or ends within a letter is no text.
            let spelt = next.take(TRIED).find_map(|byte| {
                let rest = shortest(table, &self.alphabet, step(state, *byte), &mut budget).ok()?;
                String::from_utf8([before, &[*byte], &rest].concat()).ok()
            });
            found.extend(spelt);
        }
        found.truncate(most);
        found
    }
}

/// How many bytes are tried at one place of a text.
const TRIED: usize = 8;

/// The runs of bytes with which a text can go on from a state, in order.
fn nexts<'t>(table: &'t Table, alphabet: &'t Alphabet, state: u32) -> impl Iterator<Item = (u8, u8)> {
    runs(&alphabet.firsts).filter(move |(first, _)| table.step(state, alphabet.class(*first)) != DEAD)
}

/// The shortest way from a state to the end of a text, of readable letters.
fn shortest(table: &Table, alphabet: &Alphabet, from: u32, budget: &mut Budget) -> Result<Vec<u8>, Spent> {
    let mut came: Vec<Option<(u32, u8)>> = vec![None; table.len()];
    budget.spend_many(table.len())?;
    let mut open: VecDeque<u32> = [from].into();
    while let Some(state) = open.pop_front() {
        if table.accepts(state) {
            let mut bytes = Vec::new();
            let mut at = state;
            while at != from {
                let Some((before, byte)) = came[at as usize] else { break };
                bytes.push(byte);
                at = before;
            }
            bytes.reverse();
            return Ok(bytes);
        }
        budget.spend_many(READABLE.len())?;
        for byte in READABLE.iter() {
            let next = table.step(state, alphabet.class(*byte));
            if next != DEAD && next != from && came[next as usize].is_none() {
                came[next as usize] = Some((state, *byte));
                open.push_back(next);
            }
        }
    }
    Err(Spent)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Automaton {
        Automaton::new(&regex_syntax::parse(pattern).unwrap()).unwrap()
    }

    #[test]
    fn the_order_of_two_languages_is_that_of_their_texts() {
        for (left, right, wanted) in [
            ("post#[a-z]{3}", "post#", false),
            ("post#", "post#[a-z]{3}", true),
            ("author#[a-z]+", "post#", true),
            ("a", "a", false),
            ("a|b", "a|b", true),
            ("[0-9]{4}", "0000", false),
            ("[0-9]{4}", "0001", true),
            ("post(#[a-z]+)?", "post#", true),
            ("é", "z", false),
            ("z", "é", true),
        ] {
            assert_eq!(of(left).precedes(&of(right)), wanted, "{left} {right}");
        }
    }

    #[test]
    fn texts_beyond_a_text_are_of_the_language_and_on_its_side() {
        for pattern in ["post#[a-z]{3}", "[0-9]{4}-[0-9]{2}", "x|ab|abc|b[é-ü]+", "(?s:.*)"] {
            let automaton = of(pattern);
            for text in ["post#abc", "2024-05", "ab", "b\u{e9}", "", "zzz"] {
                for after in [true, false] {
                    for found in automaton.beyond(text, after, 4) {
                        assert!(automaton.accepts(found.as_bytes()), "{pattern} {text} {found}");
                        assert!(if after { found.as_str() > text } else { found.as_str() < text }, "{text} {found}");
                    }
                }
            }
        }
        assert_eq!(of("[0-9]{4}").beyond("2024", true, 1), ["2025"]);
        assert_eq!(of("a|b").beyond("b", true, 1), Vec::<String>::new());
    }

    #[test]
    fn what_is_too_large_to_tell_is_not_decided() {
        // Without choices it would have two to the power of sixty states.
        let large = of("[ab]*a[ab]{60}");
        assert!(large.precedes(&of("0")) && of("z").precedes(&large));
        assert!(large.beyond("b", true, 4).is_empty());
    }
}
