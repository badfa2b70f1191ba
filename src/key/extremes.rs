//! Texts that stand at the ends of their order: the first and the last of each length. Where a language holds texts of two
//! lengths, they show whether a longer one sorts before a shorter one.

use super::automaton::{Automaton, Body};
use super::budget::Budget;
use super::nfa::runs;
use super::table::{DEAD, Table};

/// An automaton without choices, read byte by byte.
#[derive(Clone, Copy)]
struct Read<'a> {
    automaton: &'a Automaton,
    table: &'a Table,
}

impl<'a> Read<'a> {
    /// None of one with choices: it is too large for this.
    fn of(automaton: &'a Automaton) -> Option<Self> {
        match &automaton.body {
            Body::Table(table) if !table.is_empty() => Some(Self { automaton, table }),
            Body::Table(_) | Body::Open(_) => None,
        }
    }

    fn step(self, state: u32, byte: u8) -> u32 {
        self.table.step(state, self.automaton.alphabet.class(byte))
    }
}

/// The first and the last text of each length, in the order of their bytes, among the texts of at most `longest` bytes
/// that both accept. Short ones come first; none where the automata are too large for the budget.
pub fn extremes(own: &Automaton, wanted: &Automaton, longest: usize, budget: &mut Budget) -> Vec<String> {
    let (Some(own), Some(wanted)) = (Read::of(own), Read::of(wanted)) else { return Vec::new() };
    let firsts = own.automaton.alphabet.firsts_with(&wanted.automaton.alphabet);
    let bytes: Vec<(u8, u8)> = runs(&firsts).collect();
    let (height, width) = (own.table.len(), wanted.table.len());
    let steps = [longest + 1, height, width, bytes.len()].into_iter().fold(1, usize::saturating_mul);
    if budget.spend_many(steps).is_err() {
        return Vec::new();
    }
    let at = |left: u32, right: u32| left as usize * width + right as usize;
    let states = |count: usize| 0..u32::try_from(count).unwrap_or(0);
    let pairs = || states(height).flat_map(|left| states(width).map(move |right| (left, right)));
    // For each length, the pairs of states from which a text of that length leads to an end.
    let mut ends: Vec<Vec<bool>> = Vec::with_capacity(longest + 1);
    ends.push(pairs().map(|(left, right)| own.table.accepts(left) && wanted.table.accepts(right)).collect());
    for length in 1..=longest {
        let shorter = &ends[length - 1];
        let leads = |left: u32, right: u32| {
            bytes.iter().any(|(byte, _)| {
                let (left, right) = (own.step(left, *byte), wanted.step(right, *byte));
                left != DEAD && right != DEAD && shorter[at(left, right)]
            })
        };
        let these = pairs().map(|(left, right)| left != DEAD && right != DEAD && leads(left, right)).collect();
        ends.push(these);
    }
    let start = (own.table.start(), wanted.table.start());
    let text = |length: usize, last: bool| {
        let (mut left, mut right) = start;
        let mut text = Vec::with_capacity(length);
        for rest in (0..length).rev() {
            let leads = |byte: u8| {
                let (left, right) = (own.step(left, byte), wanted.step(right, byte));
                (left != DEAD && right != DEAD && ends[rest][at(left, right)]).then_some((byte, left, right))
            };
            let found = match last {
                true => bytes.iter().rev().find_map(|(_, byte)| leads(*byte)),
                false => bytes.iter().find_map(|(byte, _)| leads(*byte)),
            };
            let (byte, next_left, next_right) = found?;
            text.push(byte);
            (left, right) = (next_left, next_right);
        }
        String::from_utf8(text).ok()
    };
    let lengths = (0..=longest).filter(|length| ends[*length][at(start.0, start.1)]);
    let mut texts: Vec<String> =
        lengths.flat_map(|length| [text(length, false), text(length, true)]).flatten().collect();
    texts.dedup();
    texts
}

/// What texts of one form have in common: the text before, between and after their numbers.
///
/// `v[0-9]+` has `v` and nothing; there is one number fewer than there are texts.
pub fn around_numbers(own: &Automaton) -> Option<Vec<String>> {
    let shortest = own.shortest(1)?;
    let around = around(&shortest);
    (around.len() > 1 && all_have(own, &around)).then_some(around)
}

/// The text around the numbers of a text.
pub fn around(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut in_number = false;
    for c in text.chars() {
        let is_digit = c.is_ascii_digit();
        if is_digit && !in_number {
            pieces.push(String::new());
        } else if !is_digit && let Some(last) = pieces.last_mut() {
            last.push(c);
        }
        in_number = is_digit;
    }
    pieces
}

/// True where every text of ASCII letters but the empty one has these texts around its numbers. `\d` has the digits of all
/// scripts, and nobody who writes it means those.
fn all_have(own: &Automaton, around: &[String]) -> bool {
    const MOST: usize = 20_000;
    let Some(own) = Read::of(own) else { return false };
    // Within the form: a byte of a piece, or a run of digits.
    let mut form: Vec<Option<u8>> = Vec::new();
    for (at, piece) in around.iter().enumerate() {
        if at > 0 {
            form.push(None);
        }
        form.extend(piece.bytes().map(Some));
    }
    let next = |(at, inside): (usize, bool), byte: u8| {
        let at = match (inside, byte.is_ascii_digit()) {
            (true, true) => return Some((at, true)),
            (true, false) => at + 1,
            (false, _) => at,
        };
        match form.get(at)? {
            Some(own) => (*own == byte).then_some((at + 1, false)),
            None => byte.is_ascii_digit().then_some((at, true)),
        }
    };
    let is_end = |(at, inside): (usize, bool)| at + usize::from(inside) == form.len();
    let mut seen = std::collections::BTreeSet::new();
    let mut open = vec![(own.table.start(), (0, false))];
    while let Some((state, place)) = open.pop() {
        if own.table.accepts(state) && !is_end(place) && place != (0, false) {
            return false;
        }
        for byte in 0..0x80 {
            let target = own.step(state, byte);
            // From every other state a text comes to its end.
            if target == DEAD {
                continue;
            }
            let Some(place) = next(place, byte) else { return false };
            if seen.insert((target, place)) {
                open.push((target, place));
            }
        }
        if seen.len() > MOST {
            return false;
        }
    }
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Automaton {
        Automaton::new(&regex_syntax::parse(pattern).unwrap()).unwrap()
    }

    #[test]
    fn the_ends_of_each_length_are_found() {
        let found = |own: &str, wanted: &str, longest| extremes(&of(own), &of(wanted), longest, &mut Budget::default());
        assert_eq!(found("[0-9]{1,3}", "[1-9][0-9]*", 9), ["1", "9", "10", "99", "100", "999"]);
        assert_eq!(found("1|20|15|300", "[0-9]+", 9), ["1", "15", "20", "300"]);
        assert_eq!(found("v[0-9]{2}", "v[0-9]+", 9), ["v00", "v99"]);
        assert_eq!(found("[a-z]+", "[0-9]+", 9), [""; 0]);
        assert_eq!(found("[0-9]+", "[0-9]+", 1), ["0", "9"]);
        let most = crate::model::number_texts(None, crate::model::Numbers::Whole, Some(2)).unwrap();
        assert_eq!(
            extremes(&Automaton::new(&most).unwrap(), &of("[0-9]+"), 9, &mut Budget::default()),
            ["0", "9", "10", "99"]
        );
        assert!(extremes(&of("[0-9]{9}"), &of("[0-9]+"), 9, &mut Budget::new(100)).is_empty());
    }

    #[test]
    fn texts_of_one_form_have_the_same_around_their_numbers() {
        let found = |pattern: &str| around_numbers(&of(pattern));
        assert_eq!(found("[0-9]+").unwrap(), ["", ""]);
        assert_eq!(found("[0-9]*").unwrap(), ["", ""]);
        assert_eq!(found("v[0-9]{1,3}").unwrap(), ["v", ""]);
        assert_eq!(found("[0-9]+[.][0-9]+[.][0-9]+-rc").unwrap(), ["", ".", ".", "-rc"]);
        assert_eq!(found(r"\d+").unwrap(), ["", ""]);
        for pattern in ["[0-9a-f]+", "[a-z]+", "v?[0-9]+", "(?:a|b)[0-9]+", "[0-9]+(?:[.][0-9]+)?", "[^#]+"] {
            assert_eq!(found(pattern), None, "{pattern}");
        }
    }
}
