//! How times are written, told from their bytes alone.

mod read;

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

pub use read::time_format;

/// How a time is written. Times of two formats in one part of a key may not sort by time.
///
/// There are a few thousand formats at most, whatever the values are: offsets count in quarters of an hour, and fractions
/// of a second only where their length decides the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TimeFormat {
    /// The year first, as in ISO 8601.
    YearFirst(YearFirst),
    /// `31.01.2024`, `01/31/2024`: nothing tells the one from the other.
    DayOrMonthFirst,
    /// `Fri, 17 May 2024 09:30:00 GMT`
    Rfc1123,
    /// Any other way with the names of days or months.
    Named,
    /// Seconds since 1970
    EpochSeconds,
    /// Milliseconds since 1970
    EpochMilliseconds,
    /// Microseconds since 1970
    EpochMicroseconds,
    /// Nanoseconds since 1970
    EpochNanoseconds,
}

/// A time that is written from the largest unit to the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct YearFirst {
    /// What stands between year, month and day.
    pub date: Between,
    /// How far it goes.
    pub to: Unit,
    /// What stands between the date and the time of the day.
    pub clock: Between,
    /// True where hours and minutes have a colon between them.
    pub colons: bool,
    /// True where a comma stands before the fraction.
    pub comma: bool,
    /// What is said of the time zone.
    pub zone: Zone,
}

/// A sign between two parts of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Between {
    /// None.
    Nothing,
    /// `-`
    Dash,
    /// `/`
    Slash,
    /// `.`
    Dot,
    /// `T`
    T,
    /// `t`
    LowerT,
    /// A space.
    Space,
}

/// The smallest unit that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Unit {
    /// The year.
    Year,
    /// The month.
    Month,
    /// The day.
    Day,
    /// The hour.
    Hour,
    /// The minute.
    Minute,
    /// The second.
    Second,
    /// A fraction of a second of so many digits.
    Fraction(u8),
}

/// What is said of the time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Zone {
    /// Nothing.
    Nothing,
    /// `Z`
    Z,
    /// `z`
    LowerZ,
    /// ` UTC` or `UTC`
    Utc {
        /// True where a space stands before it.
        spaced: bool,
    },
    /// ` GMT` or `GMT`
    Gmt {
        /// True where a space stands before it.
        spaced: bool,
    },
    /// `+02:00`, `+0200` or `+02`
    Numeric {
        /// True where a space stands before it.
        spaced: bool,
        /// How it is written.
        style: OffsetStyle,
        /// The offset.
        offset: Offset,
    },
}

/// How a numeric offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OffsetStyle {
    /// `+02:00`
    Colon,
    /// `+0200`
    Basic,
    /// `+02`
    Hours,
}

/// An offset from UTC in quarters of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Offset(i8);

impl Offset {
    /// UTC.
    pub const ZERO: Self = Self(0);
    /// `-00:00`, which is UTC, too.
    const MINUS_ZERO: Self = Self(i8::MIN);

    /// The offset, with one zero only.
    pub fn plain(self) -> Self {
        if self == Self::MINUS_ZERO { Self::ZERO } else { self }
    }
}

impl Display for Offset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let quarters = self.plain().0.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", quarters / 4, quarters % 4 * 15)
    }
}

impl Between {
    const fn text(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Dash => "-",
            Self::Slash => "/",
            Self::Dot => ".",
            Self::T => "T",
            Self::LowerT => "t",
            Self::Space => " ",
        }
    }

    /// The first byte of what follows, where a number comes after the sign.
    fn first(self) -> u8 {
        self.text().bytes().next().unwrap_or(b'0')
    }
}

impl Zone {
    /// The offset from UTC; none where nothing is said.
    pub fn offset(self) -> Option<Offset> {
        match self {
            Self::Nothing => None,
            Self::Z | Self::LowerZ | Self::Utc { .. } | Self::Gmt { .. } => Some(Offset::ZERO),
            Self::Numeric { offset, .. } => Some(offset.plain()),
        }
    }

    /// The byte that it begins with.
    fn first(self) -> Option<u8> {
        match self {
            Self::Nothing => None,
            Self::Z => Some(b'Z'),
            Self::LowerZ => Some(b'z'),
            Self::Utc { spaced: true } | Self::Gmt { spaced: true } | Self::Numeric { spaced: true, .. } => Some(b' '),
            Self::Utc { spaced: false } => Some(b'U'),
            Self::Gmt { spaced: false } => Some(b'G'),
            Self::Numeric { offset, .. } => Some(if offset.0 < 0 { b'-' } else { b'+' }),
        }
    }
}

impl Display for Zone {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let space = |spaced: bool| if spaced { " " } else { "" };
        match *self {
            Self::Nothing => Ok(()),
            Self::Z => f.write_str("Z"),
            Self::LowerZ => f.write_str("z"),
            Self::Utc { spaced } => write!(f, "{}UTC", space(spaced)),
            Self::Gmt { spaced } => write!(f, "{}GMT", space(spaced)),
            Self::Numeric { spaced, style, offset } => {
                let whole = offset.to_string();
                let text = match style {
                    OffsetStyle::Colon => whole,
                    OffsetStyle::Basic => whole.replace(':', ""),
                    OffsetStyle::Hours => whole.get(..3).unwrap_or_default().to_owned(),
                };
                write!(f, "{}{text}", space(spaced))
            }
        }
    }
}

impl YearFirst {
    /// The first byte of what follows when a time goes on after a unit.
    fn next(self, unit: Unit) -> u8 {
        match unit {
            Unit::Year | Unit::Month => self.date.first(),
            Unit::Day => self.clock.first(),
            Unit::Hour | Unit::Minute if self.colons => b':',
            Unit::Second if self.comma => b',',
            Unit::Second => b'.',
            Unit::Hour | Unit::Minute | Unit::Fraction(_) => b'0',
        }
    }

    /// True where what comes behind the time sorts before what a longer fraction goes on with, so that fractions of all
    /// lengths sort by time.
    fn ends_low(self, after: Option<u8>) -> bool {
        self.zone.first().or(after).is_none_or(|end| end < b'.')
    }

    /// True where times of the two formats sort by time, side by side, in keys that go on with `after`.
    fn sorts_with(self, other: Self, after: Option<u8>) -> bool {
        let (short, long) = if self.to <= other.to { (self, other) } else { (other, self) };
        let is_of_one_kind = match short.to {
            Unit::Year => true,
            Unit::Month | Unit::Day => short.date == long.date,
            _ => {
                let has_colons = short.colons == long.colons || short.to == Unit::Hour;
                let has_mark = short.comma == long.comma || !matches!(short.to, Unit::Fraction(_));
                (short.date, short.clock, short.zone) == (long.date, long.clock, long.zone) && has_colons && has_mark
            }
        };
        // Where the shorter one ends, its next byte must sort before that of the longer one.
        let end = short.zone.first().or(after);
        is_of_one_kind && (short.to == long.to || end.is_none_or(|end| end < long.next(short.to)))
    }
}

impl Display for YearFirst {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let between = self.date.text();
        f.write_str("YYYY")?;
        for (unit, text) in [(Unit::Month, "MM"), (Unit::Day, "DD")] {
            if self.to >= unit {
                write!(f, "{between}{text}")?;
            }
        }
        if self.to >= Unit::Hour {
            write!(f, "{}hh", self.clock.text())?;
        }
        let colon = if self.colons { ":" } else { "" };
        for (unit, text) in [(Unit::Minute, "mm"), (Unit::Second, "ss")] {
            if self.to >= unit {
                write!(f, "{colon}{text}")?;
            }
        }
        if let Unit::Fraction(digits) = self.to {
            let more = if digits == MOST_DIGITS { "…" } else { "" };
            write!(f, "{}{}{more}", if self.comma { ',' } else { '.' }, "f".repeat(digits.into()))?;
        }
        write!(f, "{}", self.zone)
    }
}

impl TimeFormat {
    /// True where times of the two formats sort by time, side by side, each for itself as well as it does. `after` is the
    /// byte with which keys go on after the time, where that is known.
    pub fn sorts_with(self, other: Self, after: Option<u8>) -> bool {
        match (self, other) {
            (Self::YearFirst(own), Self::YearFirst(other)) => own.sorts_with(other, after),
            (own, other) => own == other,
        }
    }

    /// True where times of this one format sort by time.
    pub fn is_sortable(self) -> bool {
        !matches!(self, Self::DayOrMonthFirst | Self::Rfc1123 | Self::Named)
    }

    /// The format without what makes no difference to the order: fractions of any length, where their length does not
    /// matter.
    pub fn class(self, after: Option<u8>) -> Self {
        match self {
            Self::YearFirst(own) if matches!(own.to, Unit::Fraction(_)) && !own.comma && own.ends_low(after) => {
                Self::YearFirst(YearFirst { to: Unit::Second, ..own })
            }
            own => own,
        }
    }

    /// True where it has a time of the day.
    pub fn has_clock(self) -> bool {
        matches!(self, Self::YearFirst(own) if own.to >= Unit::Hour)
    }

    /// The offset from UTC, where the text says it.
    pub fn offset(self) -> Option<Offset> {
        match self {
            Self::YearFirst(own) => own.zone.offset(),
            _ => None,
        }
    }
}

impl Display for TimeFormat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::YearFirst(own) => own.fmt(f),
            Self::DayOrMonthFirst => f.write_str("DD.MM.YYYY or MM/DD/YYYY"),
            Self::Rfc1123 => f.write_str("RFC 1123"),
            Self::Named => f.write_str("a date with names of days or months"),
            Self::EpochSeconds => f.write_str("epoch seconds"),
            Self::EpochMilliseconds => f.write_str("epoch milliseconds"),
            Self::EpochMicroseconds => f.write_str("epoch microseconds"),
            Self::EpochNanoseconds => f.write_str("epoch nanoseconds"),
        }
    }
}

/// Fractions of so many digits and more are not told apart.
const MOST_DIGITS: u8 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether texts sort by time, found by sorting texts.
    #[test]
    fn formats_sort_together_where_their_texts_do() {
        // Texts of one format a line, each list in the order of time.
        let rows: [&[&str]; 27] = [
            &["2024-05-17", "2024-05-18"],
            &["2024-05", "2024-06"],
            &["2024"],
            &["2024-05-17T09", "2024-05-17T10"],
            &["2024-05-17T09:30", "2024-05-17T09:31"],
            &["2024-05-17T09:30:00", "2024-05-17T09:30:01"],
            &["2024-05-17T09:30:00.1", "2024-05-17T09:30:01.1"],
            &["2024-05-17T09:30:00.15", "2024-05-17T09:30:01.15"],
            &["2024-05-17T09:30:00Z", "2024-05-17T09:30:01Z"],
            &["2024-05-17T09:30:00.1Z", "2024-05-17T09:30:01.1Z"],
            &["2024-05-17T09:30:00.15Z", "2024-05-17T09:30:01.15Z"],
            &["2024-05-17T09:30Z", "2024-05-17T09:31Z"],
            &["2024-05-17T09:30:00+00:00", "2024-05-17T09:30:00.1+00:00", "2024-05-17T09:30:00.15+00:00"],
            &["2024-05-17T09:30+00:00", "2024-05-17T09:31+00:00"],
            &["2024-05-17T09:30:00.1-05:00", "2024-05-17T09:30:00.15-05:00", "2024-05-17T09:30:01-05:00"],
            &["2024-05-17T09:30:00.1+02:00", "2024-05-17T09:30:00.15+02:00", "2024-05-17T09:30:01+02:00"],
            &["2024-05-17T09:30:00.1+0200", "2024-05-17T09:30:00.15+0200"],
            &["2024-05-17 09:30:00.1+02:00", "2024-05-17 09:30:00.15+02:00"],
            &["2024-05-17 09:30:00.1 UTC", "2024-05-17 09:30:00.15 UTC"],
            &["2024-05-17 09:30:00", "2024-05-17 09:30:01"],
            &["20240517", "20240518"],
            &["20240517T093000", "20240517T093001"],
            &["20240517093000", "20240517093001"],
            &["2024/05/17", "2024/05/18"],
            &["2024-05-17t09:30:00", "2024-05-17t09:30:01"],
            &["1715938200", "1715938201"],
            &["1715938200000", "1715938201000"],
        ];
        let format = |text: &str| time_format(text, true).unwrap();
        for row in rows {
            for after in [None, Some(b'#'), Some(b' ')] {
                let together = row.iter().all(|text| format(row[0]).sorts_with(format(text), after));
                assert!(together && format(row[0]).is_sortable(), "{row:?} {after:?}");
            }
        }
        let together = |one: usize, other: usize, after: Option<u8>| {
            format(rows[one][0]).sorts_with(format(rows[other][0]), after)
        };
        for (one, other, after, wanted) in [
            (0, 5, None, true),
            (0, 5, Some(b'#'), true),
            // `_` and `|` sort behind `T`, and `#` behind a space.
            (0, 5, Some(b'_'), false),
            (0, 19, None, true),
            (0, 19, Some(b'#'), false),
            (0, 1, Some(b'#'), true),
            (0, 2, Some(b'#'), true),
            (2, 20, Some(b'#'), true),
            (1, 20, None, false),
            (3, 5, Some(b'#'), true),
            (5, 6, Some(b'#'), true),
            (6, 7, Some(b'#'), true),
            (6, 7, Some(b'|'), false),
            (5, 6, Some(b'/'), false),
            (8, 9, None, false),
            (9, 10, None, false),
            (8, 11, None, false),
            (12, 13, None, true),
            (12, 8, None, false),
            (12, 15, None, false),
            (15, 16, None, false),
            (5, 8, None, false),
            (5, 19, None, false),
            (5, 24, None, false),
            (17, 19, None, false),
            (17, 18, None, false),
            (20, 21, None, true),
            (20, 22, None, true),
            (21, 22, None, false),
            (0, 20, None, false),
            (0, 23, None, false),
            (0, 25, None, false),
            (25, 26, None, false),
        ] {
            let found = (together(one, other, after), together(other, one, after));
            assert_eq!(found, (wanted, wanted), "{:?} {:?} {after:?}", rows[one], rows[other]);
        }
    }

    #[test]
    fn what_does_not_sort_at_all_says_so() {
        for text in ["01/31/2024", "31.01.2024", "Fri, 17 May 2024 09:30:00 GMT", "Fri May 17 09:30:00 2024"] {
            assert!(!time_format(text, true).unwrap().is_sortable(), "{text}");
        }
        let class = |text: &str, after| time_format(text, true).unwrap().class(after).to_string();
        assert_eq!(class("2024-05-17T09:30:00.15", Some(b'#')), "YYYY-MM-DDThh:mm:ss");
        assert_eq!(class("2024-05-17T09:30:00.15", Some(b'|')), "YYYY-MM-DDThh:mm:ss.ff");
        assert_eq!(class("2024-05-17T09:30:00.15Z", None), "YYYY-MM-DDThh:mm:ss.ffZ");
        let offset = |text: &str| time_format(text, true).unwrap().offset().map(|offset| offset.to_string());
        assert_eq!(offset("2024-05-17T09:30:00Z").as_deref(), Some("+00:00"));
        assert_eq!(offset("2024-05-17T09:30:00-00:00").as_deref(), Some("+00:00"));
        assert_eq!(offset("2024-05-17T09:30:00-0330").as_deref(), Some("-03:30"));
        assert_eq!(offset("2024-05-17T09:30:00"), None);
    }
}
