//! Times and numbers in one part of a key, of all items of an entity.

use serde::{Deserialize, Serialize};

use super::digits::{Digits, SeenDigits};
use super::tally::Example;

/// How a time is written. Times of different formats in one part do not sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TimeFormat {
    /// `2024-05-17`
    Date,
    /// `2024-05-17T09:30:00`
    Iso,
    /// `2024-05-17T09:30:00Z`
    IsoZ,
    /// `2024-05-17T09:30:00.123Z`
    IsoFractionZ,
    /// `2024-05-17T09:30:00+00:00`
    IsoOffset,
    /// `2024-05-17T09:30:00+02:00`
    IsoOtherOffset,
    /// `2024-05-17 09:30:00`, with or without more
    Space,
    /// `20240517`
    BasicDate,
    /// `20240517T093000`
    Basic,
    /// Seconds since 1970
    EpochSeconds,
    /// Milliseconds since 1970
    EpochMilliseconds,
}

impl TimeFormat {
    /// Every one.
    pub const ALL: [Self; 11] = [
        Self::Date,
        Self::Iso,
        Self::IsoZ,
        Self::IsoFractionZ,
        Self::IsoOffset,
        Self::IsoOtherOffset,
        Self::Space,
        Self::BasicDate,
        Self::Basic,
        Self::EpochSeconds,
        Self::EpochMilliseconds,
    ];

    /// The format as a pattern.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Date => "YYYY-MM-DD",
            Self::Iso => "YYYY-MM-DDThh:mm:ss",
            Self::IsoZ => "YYYY-MM-DDThh:mm:ssZ",
            Self::IsoFractionZ => "YYYY-MM-DDThh:mm:ss.fffZ",
            Self::IsoOffset => "YYYY-MM-DDThh:mm:ss+00:00",
            Self::IsoOtherOffset => "YYYY-MM-DDThh:mm:ss±hh:mm",
            Self::Space => "YYYY-MM-DD hh:mm:ss",
            Self::BasicDate => "YYYYMMDD",
            Self::Basic => "YYYYMMDDThhmmss",
            Self::EpochSeconds => "epoch seconds",
            Self::EpochMilliseconds => "epoch milliseconds",
        }
    }

    /// True where times of the two formats sort by time, side by side: a date sorts before all times of its day.
    pub fn sorts_with(self, other: Self) -> bool {
        use TimeFormat::{Basic, BasicDate, Date, EpochMilliseconds, EpochSeconds};
        let is_extended = |one: Self| !matches!(one, Date | BasicDate | Basic | EpochSeconds | EpochMilliseconds);
        match (self, other) {
            (Date, one) | (one, Date) => matches!(one, Date) || is_extended(one),
            (BasicDate, Basic) | (Basic, BasicDate) => true,
            (one, other) => one as u8 == other as u8,
        }
    }
}

/// The format of a time, in capitals or not; none where the text is no time, or could as well be a number.
///
/// A fraction of a second makes no difference where there is no `Z`: such times sort by time all the same.
pub fn time_format(text: &str) -> Option<TimeFormat> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    if bytes.len() >= 15 && matches!(bytes[8], b'T' | b't') && digits(0, 8) && digits(9, 15) {
        return Some(TimeFormat::Basic);
    }
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' || !digits(0, 4) || !digits(5, 7) || !digits(8, 10) {
        return None;
    }
    if bytes.len() == 10 {
        return Some(TimeFormat::Date);
    }
    let has_time = bytes.len() >= 16 && bytes[13] == b':' && digits(11, 13) && digits(14, 16);
    if !has_time {
        return None;
    }
    match bytes[10] {
        b' ' => return Some(TimeFormat::Space),
        b'T' | b't' => {}
        _ => return None,
    }
    let mut at = if bytes.get(16) == Some(&b':') && digits(17, 19) { 19 } else { 16 };
    let has_fraction = bytes.get(at) == Some(&b'.');
    if has_fraction {
        at += 1;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
    }
    match &text.get(at..)? {
        &"" => Some(TimeFormat::Iso),
        &"Z" | &"z" if has_fraction => Some(TimeFormat::IsoFractionZ),
        &"Z" | &"z" => Some(TimeFormat::IsoZ),
        &"+00:00" => Some(TimeFormat::IsoOffset),
        offset if offset.len() == 6 && offset.starts_with(['+', '-']) && offset.as_bytes()[3] == b':' => {
            Some(TimeFormat::IsoOtherOffset)
        }
        _ => None,
    }
}

/// What was seen in one part of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Numbers by the count of their digits before the point, from 1 on; the last is for all longer ones.
    pub widths: Vec<Group>,
    /// Times, by format.
    pub formats: Vec<Group>,
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

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// A number with so many digits before its point.
    Number(usize),
    /// A time.
    Time(TimeFormat),
    /// Something else.
    Other,
}

/// What a part looks like. `is_number` is true where the model says so, and `is_time` likewise.
#[inline]
pub fn looks(text: &str, is_number: bool, is_time: bool) -> Looks {
    if is_number {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &text[digits..];
        if digits > 0 && (rest.is_empty() || rest.strip_prefix('.').is_some_and(all_digits)) {
            return Looks::Number(digits.min(WIDEST));
        }
        return Looks::Other;
    }
    // A cheap look first: most values are no times.
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[0].is_ascii_digit() {
        return Looks::Other;
    }
    match time_format(text) {
        Some(format) => Looks::Time(format),
        None if is_time && all_digits(text) && text.len() == 8 => Looks::Time(TimeFormat::BasicDate),
        None if is_time && all_digits(text) && text.len() == 10 => Looks::Time(TimeFormat::EpochSeconds),
        None if is_time && all_digits(text) && text.len() == 13 => Looks::Time(TimeFormat::EpochMilliseconds),
        None => Looks::Other,
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
        let (groups, at, most) = match looks {
            Looks::Number(width) => (&mut self.widths, width, WIDEST + 1),
            Looks::Time(format) => (&mut self.formats, format as usize, TimeFormat::ALL.len()),
            Looks::Other => {
                self.others += 1;
                if let Some(digits) = digits {
                    self.digits.add(digits, rank, example);
                }
                return;
            }
        };
        if groups.is_empty() {
            groups.resize(most, Group::default());
        }
        groups[at].add(rank, example);
    }

    /// Adds what another part of the table saw.
    pub fn merge(&mut self, other: Self) {
        self.others += other.others;
        self.digits.merge(other.digits);
        Group::merge_all(&mut self.widths, other.widths);
        Group::merge_all(&mut self.formats, other.formats);
    }
}

impl Group {
    /// Adds groups to those of the same places.
    pub(super) fn merge_all(own: &mut Vec<Self>, others: Vec<Self>) {
        if own.is_empty() {
            *own = others;
            return;
        }
        for (own, other) in own.iter_mut().zip(others) {
            own.count += other.count;
            if let Some(example) = other.example
                && own.example.as_ref().is_none_or(|known| example < *known)
            {
                own.example = Some(example);
            }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_times_are_told_apart() {
        for (text, wanted) in [
            ("2024-05-17", Some(TimeFormat::Date)),
            ("2024-05-17T09:30:00", Some(TimeFormat::Iso)),
            ("2024-05-17T09:30:00.123456", Some(TimeFormat::Iso)),
            ("2024-05-17T09:30:00Z", Some(TimeFormat::IsoZ)),
            ("2024-05-17T09:30:00.123Z", Some(TimeFormat::IsoFractionZ)),
            ("2024-05-17T09:30:00.5+00:00", Some(TimeFormat::IsoOffset)),
            ("2024-05-17T09:30:00-05:00", Some(TimeFormat::IsoOtherOffset)),
            ("2024-05-17 09:30:00", Some(TimeFormat::Space)),
            ("20240517T093000Z", Some(TimeFormat::Basic)),
            ("2024-05-17t09:30:00.5z", Some(TimeFormat::IsoFractionZ)),
            ("20240517t093000z", Some(TimeFormat::Basic)),
            ("123e4567-e89b-12d3-a456-426614174000", None),
            ("2024-05-17-extra", None),
            ("2024-05-17Tabc", None),
            ("1715938200", None),
            ("", None),
        ] {
            assert_eq!(time_format(text), wanted, "{text}");
        }
        assert_eq!(looks("1715938200", false, true), Looks::Time(TimeFormat::EpochSeconds));
        assert_eq!(looks("1715938200", false, false), Looks::Other);
        assert_eq!(looks("20240517", false, true), Looks::Time(TimeFormat::BasicDate));
        assert_eq!(looks("20240517", false, false), Looks::Other);
        assert_eq!(looks("29.99", true, false), Looks::Number(2));
        assert_eq!(looks("-5", true, false), Looks::Other);
    }

    #[test]
    fn a_date_sorts_with_the_times_of_its_form() {
        use TimeFormat::*;
        for (one, other, wanted) in [
            (Date, Iso, true),
            (Date, IsoFractionZ, true),
            (Date, IsoOtherOffset, true),
            (Date, Space, true),
            (BasicDate, Basic, true),
            (IsoZ, IsoZ, true),
            // 20240517 comes behind 2024-05-18.
            (Date, BasicDate, false),
            (Date, Basic, false),
            (BasicDate, Iso, false),
            (Date, EpochSeconds, false),
            (EpochSeconds, EpochMilliseconds, false),
            (IsoZ, IsoOtherOffset, false),
            (IsoZ, IsoFractionZ, false),
            (Iso, Space, false),
        ] {
            assert_eq!((one.sorts_with(other), other.sorts_with(one)), (wanted, wanted), "{one:?} {other:?}");
        }
    }
}
