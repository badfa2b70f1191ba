//! Texts that are digits, or digits with the same text before them, in one part of a key.

use serde::{Deserialize, Serialize};

use super::tally::Example;
use super::times::{Group, WIDEST};

/// A text that ends with its only digits: `12`, `v12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits<'t> {
    /// What stands before them.
    before: &'t str,
    /// The digits.
    digits: &'t str,
}

impl<'t> Digits<'t> {
    /// The digits of a text; none where it is another one. What is longer than a word is not looked at.
    #[inline]
    pub fn of(text: &'t str) -> Option<Self> {
        const LONGEST_WORD: usize = 12;
        let count = text.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (before, digits) = text.split_at_checked(text.len() - count)?;
        let is_word = before.len() <= LONGEST_WORD && !before.bytes().any(|byte| byte.is_ascii_digit());
        (count > 0 && is_word).then_some(Self { before, digits })
    }

    /// True of what may be a date, with or without a time: `2024`, `202405`, `20240517`, `20240517093000`. Such texts sort
    /// rightly side by side.
    fn is_date(&self) -> bool {
        let part = |from: usize, to: usize| self.digits.get(from..to).and_then(|part| part.parse::<u32>().ok());
        let within = |from: usize, least: u32, most: u32| {
            self.digits.len() < from + 2 || part(from, from + 2).is_some_and(|part| (least..=most).contains(&part))
        };
        self.before.is_empty()
            && matches!(self.digits.len(), 4 | 6 | 8 | 10 | 12 | 14)
            && part(0, 4).is_some_and(|year| (1900..2100).contains(&year))
            && within(4, 1, 12)
            && within(6, 1, 31)
            && within(8, 0, 23)
            && within(10, 0, 59)
            && within(12, 0, 59)
    }
}

/// What was seen of such texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenDigits {
    /// By the count of their digits, from 1 on; the last is for all longer ones.
    pub widths: Vec<Group>,
    /// What stands before the digits: the first in order, where there are several.
    before: Option<String>,
    /// True where there are several.
    differ: bool,
    /// How many may be dates.
    dates: u64,
}

impl SeenDigits {
    /// Counts a text.
    #[inline]
    pub(super) fn add(&mut self, digits: Digits<'_>, rank: impl FnOnce() -> u64, example: impl FnOnce(u64) -> Example) {
        self.dates += u64::from(digits.is_date());
        self.add_before(digits.before);
        if self.widths.is_empty() {
            self.widths.resize(WIDEST + 1, Group::default());
        }
        self.widths[digits.digits.len().min(WIDEST)].add(rank, example);
    }

    #[inline]
    fn add_before(&mut self, before: &str) {
        match &self.before {
            Some(known) if known == before => {}
            Some(known) => {
                self.differ = true;
                if before < known.as_str() {
                    self.before = Some(before.to_owned());
                }
            }
            None => self.before = Some(before.to_owned()),
        }
    }

    /// Adds what another part of the table saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.dates += other.dates;
        self.differ |= other.differ;
        if let Some(before) = &other.before {
            self.add_before(before);
        }
        Group::merge_all(&mut self.widths, other.widths);
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.widths.iter().map(|group| group.count).sum()
    }

    /// True where all of them may be numbers of one kind: the same stands before them, and some is no date.
    pub fn are_numbers(&self) -> bool {
        !self.differ && self.dates < self.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_told_from_other_texts() {
        for (text, wanted) in [
            ("7", Some(("", "7"))),
            ("0000000000000000011", Some(("", "0000000000000000011"))),
            ("v10", Some(("v", "10"))),
            ("v1.10", None),
            ("10a", None),
            ("", None),
            ("abc", None),
            ("01ARZ3NDEKTSV4RRFFQ69G5FA7", None),
            ("123e4567-e89b-12d3-a456-426614174000", None),
            ("2024-05-17", None),
            ("a-long-name-of-something-1", None),
            ("é7", Some(("é", "7"))),
        ] {
            let found = Digits::of(text).map(|found| (found.before, found.digits));
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn dates_are_told_from_numbers() {
        let is_date = |text: &str| Digits::of(text).is_some_and(|digits| digits.is_date());
        for text in ["2024", "202405", "20240517", "2024051709", "20240517093000"] {
            assert!(is_date(text), "{text}");
        }
        for text in ["1", "10", "0042", "202413", "20240532", "1715938200", "v2024"] {
            assert!(!is_date(text), "{text}");
        }
    }
}
