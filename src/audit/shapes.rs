//! The shapes of keys that no model has: `invoice#{uuid}` for a million of invoices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tally::{Example, Tally};
use super::time_format::time_format;
use crate::key::parted;

/// The most shapes that are told apart.
const MOST: usize = 1024;

/// How closely a shape is told. Where there are too many shapes at a level, all are told at the next one, so that the
/// outcome does not depend on the order of the items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Detail {
    /// The words between values, too: `invoice#{uuid}#line#{number}`.
    #[default]
    Words,
    /// The first word and the kinds of what follows: `invoice#{uuid}#{text}#{number}`.
    FirstWord,
    /// The first word alone: `invoice#…`.
    Prefix,
    /// Nothing.
    Nothing,
}

impl Detail {
    fn coarser(self) -> Self {
        match self {
            Self::Words => Self::FirstWord,
            Self::FirstWord => Self::Prefix,
            Self::Prefix | Self::Nothing => Self::Nothing,
        }
    }
}

/// The shapes of the primary keys that no model has, with counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shapes {
    detail: Detail,
    groups: BTreeMap<String, Tally>,
    /// The project's, at which shapes are taken apart again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    delimiter: String,
}

impl Shapes {
    /// Counts an item whose primary key is these texts.
    pub fn add(&mut self, key: &[&str], delimiter: &str, rank: u64, most: usize, example: impl FnOnce() -> Example) {
        if self.delimiter.is_empty() {
            delimiter.clone_into(&mut self.delimiter);
        }
        let shape = shape_at(key, delimiter, self.detail);
        self.groups.entry(shape).or_default().add(rank, most, example);
        self.bound(most);
    }

    /// Adds what another part of the table counted.
    pub fn merge(&mut self, mut other: Self, most: usize) {
        if self.delimiter.is_empty() {
            self.delimiter.clone_from(&other.delimiter);
        }
        while self.detail < other.detail {
            self.coarsen(most);
        }
        while other.detail < self.detail {
            other.coarsen(most);
        }
        for (shape, tally) in other.groups {
            self.groups.entry(shape).or_default().merge(tally, most);
        }
        self.bound(most);
    }

    fn bound(&mut self, most: usize) {
        while self.groups.len() > MOST && self.detail != Detail::Nothing {
            self.coarsen(most);
        }
    }

    fn coarsen(&mut self, most: usize) {
        self.detail = self.detail.coarser();
        for (shape, tally) in std::mem::take(&mut self.groups) {
            let coarser = coarser(&shape, &self.delimiter, self.detail);
            self.groups.entry(coarser).or_default().merge(tally, most);
        }
    }

    /// The shapes with their counts, those of most items first.
    pub fn groups(&self) -> Vec<(&str, &Tally)> {
        let mut all: Vec<(&str, &Tally)> = self.groups.iter().map(|(shape, tally)| (shape.as_str(), tally)).collect();
        all.sort_by(|left, right| right.1.count.cmp(&left.1.count).then(left.0.cmp(right.0)));
        all
    }

    /// How closely they are told.
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// How many items there are.
    pub fn count(&self) -> u64 {
        self.groups.values().map(|tally| tally.count).sum()
    }
}

/// Parts the keys of a shape.
const BETWEEN: &str = " / ";

/// The shape of a primary key, told as closely as can be.
pub fn shape(key: &[&str], delimiter: &str) -> String {
    shape_at(key, delimiter, Detail::Words)
}

fn shape_at(key: &[&str], delimiter: &str, detail: Detail) -> String {
    let mut out = String::new();
    for (at, text) in key.iter().enumerate() {
        if at > 0 {
            out.push_str(BETWEEN);
        }
        push_shape(&mut out, text, delimiter);
    }
    let mut level = Detail::Words;
    while level < detail {
        level = level.coarser();
        out = coarser(&out, delimiter, level);
    }
    out
}

/// A shape of one level, made of that of the level before.
fn coarser(shape: &str, delimiter: &str, detail: Detail) -> String {
    if detail == Detail::Nothing {
        return "{any}".to_owned();
    }
    let mut out = String::new();
    for (at, key) in shape.split(BETWEEN).enumerate() {
        if at > 0 {
            out.push_str(BETWEEN);
        }
        let parts = parted(key, delimiter);
        let first = parts.first().copied().unwrap_or_default();
        // Long first words of which there are so many are no names of entities.
        let first = if detail == Detail::Prefix && first.len() > 24 { "{text}" } else { first };
        out.push_str(first);
        if detail == Detail::Prefix {
            if let Some(delimiter) = parts.get(1) {
                out.push_str(delimiter);
                out.push('…');
            }
            continue;
        }
        for (at, part) in parts.iter().enumerate().skip(1) {
            let stays = at % 2 == 1 || part.is_empty() || part.starts_with('{');
            out.push_str(if stays { part } else { "{text}" });
        }
    }
    out
}

/// A key's parts: words of the model as they are, values as what they look like.
fn push_shape(out: &mut String, text: &str, delimiter: &str) {
    // An attribute that is not there.
    if text.starts_with("{no ") && text.ends_with('}') {
        out.push_str(text);
        return;
    }
    for (at, part) in parted(text, delimiter).into_iter().enumerate() {
        // Between the parts are delimiters. Of `prefix#value` pairs the first, the third and so on are words; so is what
        // stands alone.
        let is_word = at % 4 == 0 && is_word(part);
        match at % 2 == 1 || is_word || part.is_empty() {
            true => out.push_str(part),
            false => out.push_str(look(part)),
        }
    }
}

fn is_word(part: &str) -> bool {
    let letters = part.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '.' | ':'));
    letters && part.len() <= 40 && part.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// What a value looks like.
fn look(part: &str) -> &'static str {
    let bytes = part.as_bytes();
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit();
    if bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => is_hex(byte),
        })
    {
        "{uuid}"
    } else if bytes.iter().all(u8::is_ascii_digit) {
        "{number}"
    } else if time_format(part, false).is_some() {
        "{time}"
    } else if bytes.len() == 26
        && matches!(bytes[0], b'0'..=b'7')
        && bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_alphabetic())
    {
        "{ulid}"
    } else if bytes.len() >= 16 && bytes.iter().all(is_hex) {
        "{hex}"
    } else if part.contains('@') && part.contains('.') && !part.contains(' ') {
        "{email}"
    } else {
        "{text}"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &[&str]) -> String {
        shape(key, "#")
    }

    #[test]
    fn a_shape_keeps_words_and_says_what_values_look_like() {
        assert_eq!(of(&["invoice#123e4567-e89b-12d3-a456-426614174000"]), "invoice#{uuid}");
        assert_eq!(of(&["invoice#77", "line#003"]), "invoice#{number} / line#{number}");
        assert_eq!(of(&["settings"]), "settings");
        assert_eq!(of(&["user#a.b@c.org", "at#2024-05-01T10:00:00Z"]), "user#{email} / at#{time}");
        assert_eq!(of(&["tag#red#", "x9"]), "tag#{text}# / {text}");
        assert_eq!(of(&["tag#red", ""]), "tag#{text} / ");
        let of = |text: &str, delimiter: &str| shape(&[text], delimiter);
        assert_eq!(of("user:7:order:2024-05-01T10.00", ":"), "user:{number}:order:{text}");
        assert_eq!(of("user::7::at::10:30", "::"), "user::{number}::at::{text}");
        assert_eq!(of("user#7", ":"), "user#{number}");
        assert_eq!(of("user#7:item", ":"), "user#{number}:item");
    }

    #[test]
    fn too_many_shapes_are_told_less_closely() {
        let example =
            || Example { rank: 0, key: Vec::new(), place: None, attribute: None, stored: None, expected: None };
        let mut shapes = Shapes::default();
        let letters = |number: usize| -> String {
            number.to_string().chars().map(|digit| char::from(b'a' + digit as u8 - b'0')).collect()
        };
        for number in 0..3000 {
            shapes.add(&[&format!("a#1#{}", letters(number))], "#", number as u64, 1, example);
        }
        assert_eq!(shapes.detail(), Detail::FirstWord);
        assert_eq!(
            shapes.groups().iter().map(|(shape, tally)| (*shape, tally.count)).collect::<Vec<_>>(),
            [("a#{number}#{text}", 3000)]
        );
        for number in 0..3000 {
            shapes.add(&[&letters(number)], "#", number as u64, 1, example);
        }
        assert_eq!(shapes.detail(), Detail::Nothing);
        assert_eq!(shapes.count(), 6000);
    }
}
