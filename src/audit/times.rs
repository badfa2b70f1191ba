//! Times and numbers in one part of a key, of all items of an entity.

use serde::{Deserialize, Serialize};

use super::digits::{Digits, SeenDigits};
use super::plan::SeenPart;
use super::tally::Example;
use super::time_format::{Offset, TimeFormat, time_format};
use crate::key::python::{leaves_offset_out, says_utc};
use crate::model::{Expression, ExpressionKind, Filter};

/// What was seen in one part of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Numbers by the count of their digits before the point, from 1 on; the last is for all longer ones.
    pub widths: Vec<Group>,
    /// Times, by format, in the order of the formats.
    pub formats: Vec<(TimeFormat, Group)>,
    /// What a field of times holds that is not a time of a known format.
    pub unknown: Group,
    /// Of times that are printed without their offsets: the offsets, in order, and whether the key says UTC.
    pub offsets: Vec<((Offset, bool), Group)>,
    /// What is neither a number nor a time.
    pub others: u64,
    /// Those of them that are digits.
    #[serde(default)]
    pub digits: SeenDigits,
}

/// Some values, and the one of the smallest rank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// One of them.
    pub example: Option<Example>,
}

/// The widest number that is told from wider ones. DynamoDB's numbers have at most 38 digits.
pub const WIDEST: usize = 40;

/// What the values of a part are by the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Numbers.
    Number,
    /// Times, as the items have them.
    Time,
    /// Times in a format of the model's own.
    Printed,
    /// Text, which may well be times.
    Text,
}

/// What a part says of the offset of its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrintedOffset {
    /// Whatever its text says.
    #[default]
    AsItIs,
    /// The offset of every time, by `%z`; or nothing of the time of the day.
    Kept,
    /// Nothing, whatever the offset is.
    Dropped,
    /// That the time is in UTC, whatever the offset is.
    Utc,
}

impl PrintedOffset {
    /// Of what an expression prints, which `after` follows in the key.
    pub fn of(expression: &Expression, after: &str) -> Self {
        let format = filters(expression).into_iter().find_map(|filter| match filter {
            Filter::Strftime(format) => Some(format.as_str()),
            _ => None,
        });
        match format {
            None => Self::AsItIs,
            Some(format) if says_utc(format, after) => Self::Utc,
            Some(format) if leaves_offset_out(format) => Self::Dropped,
            Some(_) => Self::Kept,
        }
    }
}

/// What is done to the value that an expression prints.
fn filters(expression: &Expression) -> Vec<&Filter> {
    match &expression.kind {
        ExpressionKind::Filter(inner, filter) => {
            let mut all = filters(inner);
            all.push(filter);
            all
        }
        ExpressionKind::Or(inner, _) | ExpressionKind::And(_, inner) | ExpressionKind::If { then: inner, .. } => {
            filters(inner)
        }
        _ => Vec::new(),
    }
}

/// True where an expression prints a field's text as it is, but for its case and white space around it.
pub fn is_own_text(expression: &Expression) -> bool {
    let is_kept = |filter: &&Filter| matches!(filter, Filter::Str | Filter::Lower | Filter::Upper | Filter::Strip);
    let is_field = matches!(
        expression.kind,
        ExpressionKind::Field(_)
            | ExpressionKind::Filter(..)
            | ExpressionKind::Or(..)
            | ExpressionKind::And(..)
            | ExpressionKind::If { .. }
    );
    is_field && filters(expression).iter().all(is_kept)
}

/// The offset of a time whose text in the key does not say it, and whether the key says UTC in its place. `looks` is what
/// the key has of it.
pub fn offset_of(value: &str, looks: Looks, part: &SeenPart) -> Option<(Offset, bool)> {
    if part.kind != PartKind::Printed {
        return None;
    }
    let says_utc = match (part.offset, looks) {
        (PrintedOffset::Utc, _) => true,
        (PrintedOffset::Dropped, _) => false,
        (PrintedOffset::AsItIs, Looks::Time(printed)) if printed.has_clock() && printed.offset().is_none() => false,
        _ => return None,
    };
    let offset = time_format(value, true)?.offset()?;
    Some((offset, says_utc))
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// A number with so many digits before its point.
    Number(usize),
    /// A time.
    Time(TimeFormat),
    /// No time of a known format, where a time should be.
    Unknown,
    /// Something else.
    Other,
}

/// What a part looks like.
#[inline]
pub fn looks(text: &str, part: &SeenPart) -> Looks {
    match part.kind {
        PartKind::Number => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let rest = &text[digits..];
            let is_number = digits > 0 && (rest.is_empty() || rest.strip_prefix('.').is_some_and(all_digits));
            if is_number { Looks::Number(digits.min(WIDEST)) } else { Looks::Other }
        }
        PartKind::Time => time_format(text, true).map_or(Looks::Unknown, Looks::Time),
        PartKind::Printed => time_format(text, true).map_or(Looks::Other, Looks::Time),
        // A cheap look first: most texts are not times.
        PartKind::Text if text.len() < 8 => Looks::Other,
        PartKind::Text => time_format(text, false).map_or(Looks::Other, Looks::Time),
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Seen {
    /// Counts a part. `digits` are those of a text that may be digits.
    #[inline]
    pub fn add(
        &mut self,
        looks: Looks,
        digits: Option<Digits<'_>>,
        rank: impl FnOnce() -> u64,
        example: impl FnOnce(u64) -> Example,
    ) {
        let group = match looks {
            Looks::Number(width) => {
                if self.widths.is_empty() {
                    self.widths.resize(WIDEST + 1, Group::default());
                }
                &mut self.widths[width]
            }
            Looks::Time(format) => entry(&mut self.formats, format),
            Looks::Unknown => &mut self.unknown,
            Looks::Other => {
                self.others += 1;
                if let Some(digits) = digits {
                    self.digits.add(digits, rank, example);
                }
                return;
            }
        };
        group.add(rank, example);
    }

    /// Counts the offset of a time that is printed without it.
    pub fn add_offset(&mut self, offset: (Offset, bool), rank: u64, example: impl FnOnce(u64) -> Example) {
        entry(&mut self.offsets, offset).add(|| rank, example);
    }

    /// Adds what another part of the table saw.
    pub fn merge(&mut self, other: Self) {
        self.others += other.others;
        self.digits.merge(other.digits);
        Group::merge_all(&mut self.widths, other.widths);
        other.formats.into_iter().for_each(|(format, group)| entry(&mut self.formats, format).merge(group));
        self.unknown.merge(other.unknown);
        other.offsets.into_iter().for_each(|(offset, group)| entry(&mut self.offsets, offset).merge(group));
    }
}

/// The group of a key in a list that is in order. There are few, and mostly one.
#[inline]
fn entry<K: Copy + Ord>(groups: &mut Vec<(K, Group)>, key: K) -> &mut Group {
    let at = match groups.iter().position(|(known, _)| *known >= key) {
        Some(at) if groups[at].0 == key => at,
        place => {
            let at = place.unwrap_or(groups.len());
            groups.insert(at, (key, Group::default()));
            at
        }
    };
    &mut groups[at].1
}

impl Group {
    /// Adds groups to those of the same places.
    pub(super) fn merge_all(own: &mut Vec<Self>, others: Vec<Self>) {
        if own.is_empty() {
            *own = others;
            return;
        }
        for (own, other) in own.iter_mut().zip(others) {
            own.merge(other);
        }
    }

    #[inline]
    pub(super) fn add(&mut self, rank: impl FnOnce() -> u64, example: impl FnOnce(u64) -> Example) {
        self.count += 1;
        let rank = rank();
        match &self.example {
            Some(known) if known.rank < rank => {}
            Some(known) => {
                let example = example(rank);
                if example < *known {
                    self.example = Some(example);
                }
            }
            None => self.example = Some(example(rank)),
        }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        if let Some(example) = other.example
            && self.example.as_ref().is_none_or(|known| example < *known)
        {
            self.example = Some(example);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    #[test]
    fn numbers_and_times_are_what_the_model_says() {
        let look = |text: &str, kind| {
            let part = SeenPart {
                key: 0,
                span: Span::default(),
                field: "at".to_owned(),
                kind,
                after: None,
                offset: Default::default(),
                entity: 0,
                may_be_digits: false,
            };
            looks(text, &part)
        };
        assert_eq!(look("1715938200", PartKind::Time), Looks::Time(TimeFormat::EpochSeconds));
        assert_eq!(look("1715938200", PartKind::Text), Looks::Other);
        assert_eq!(look("01/31/2024", PartKind::Text), Looks::Time(TimeFormat::DayOrMonthFirst));
        assert_eq!(look("soon", PartKind::Time), Looks::Unknown);
        assert_eq!(look("05-17", PartKind::Printed), Looks::Other);
        assert_eq!(look("29.99", PartKind::Number), Looks::Number(2));
        assert_eq!(look("-5", PartKind::Number), Looks::Other);
    }

    #[test]
    fn groups_come_out_the_same_however_they_are_parted() {
        let example = |rank| Example {
            rank,
            key: Vec::new(),
            place: None,
            attribute: None,
            stored: Some(rank.to_string()),
            expected: None,
        };
        let texts = ["2024-05-17", "2024-05-17T09:30:00Z", "soon", "2024-05-18", "31.01.2024", "2024-05-17T09:30:00Z"];
        let count = |texts: &[(usize, &str)]| {
            let mut seen = Seen::default();
            for (rank, text) in texts {
                let found = time_format(text, true).map_or(Looks::Unknown, Looks::Time);
                seen.add(found, None, || *rank as u64, example);
                if let Some(offset) = time_format(text, true).and_then(TimeFormat::offset) {
                    seen.add_offset((offset, false), *rank as u64, example);
                }
            }
            seen
        };
        let all: Vec<(usize, &str)> = texts.into_iter().enumerate().collect();
        let whole = count(&all);
        assert_eq!(whole.formats.iter().map(|(_, group)| group.count).collect::<Vec<_>>(), [2, 2, 1]);
        assert_eq!((whole.unknown.count, whole.offsets.len()), (1, 1));
        for cut in 0..=all.len() {
            let (left, right) = all.split_at(cut);
            let (mut left, right) = (count(left), count(right));
            let mut turned = right.clone();
            turned.merge(left.clone());
            left.merge(right);
            assert_eq!((&left, &turned), (&whole, &whole), "{cut}");
        }
    }
}
