//! Dates and times: what `datetime.fromisoformat` reads, and three of its methods. A time without an offset is taken as
//! UTC, so that the same item gives the same key on every machine.

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::tz::Offset;

/// A date and time, with an offset where the text had one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    civil: DateTime,
    offset: Option<Offset>,
}

/// Reads what `datetime.fromisoformat` of Python 3.11 reads: calendar and week dates, a time after any one character, an
/// offset; with separators or without. Fractions beyond microseconds are cut.
pub fn parse_moment(text: &str) -> Option<Moment> {
    if !text.is_char_boundary(7) {
        return None;
    }
    let end = date_end(text.as_bytes());
    let date = parse_date(text.get(..end)?)?;
    let mut rest = text[end..].chars();
    rest.next();
    let (clock, offset) = match rest.as_str() {
        "" => (Clock::default(), None),
        time => parse_time(time)?,
    };
    let civil = date.at(clock.hour, clock.minute, clock.second, clock.microsecond * 1000);
    Some(Moment { civil, offset })
}

/// Where the date ends, of the forms YYYY-MM-DD, YYYYMMDD, YYYY-Www, YYYY-Www-D, YYYYWww and YYYYWwwD.
fn date_end(text: &[u8]) -> usize {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    match (text.get(4), text.get(5)) {
        (Some(b'-'), Some(b'W')) if text.get(8) == Some(&b'-') && digit(9) && !digit(10) => 10,
        (Some(b'-'), Some(b'W')) => 8,
        (Some(b'-'), _) => 10,
        (Some(b'W'), _) => {
            let digits = (7..text.len()).take_while(|at| digit(*at)).count();
            if digits % 2 == 1 { 8 } else { 7 }
        }
        _ => 8,
    }
}

fn parse_date(text: &str) -> Option<Date> {
    let year: i16 = number(text.get(..4)?)?;
    let rest = &text[4..];
    let (rest, separated) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
    if let Some(week) = rest.strip_prefix('W') {
        let day = match (week.get(2..)?, separated) {
            ("", _) => 1,
            (day, true) => number(day.strip_prefix('-')?)?,
            (day, false) => number(day)?,
        };
        let weekday = Weekday::from_monday_one_offset(day).ok()?;
        return Some(ISOWeekDate::new(year, number(week.get(..2)?)?, weekday).ok()?.date());
    }
    let month = number(rest.get(..2)?)?;
    let day = rest.get(2..)?;
    let day = if separated { day.strip_prefix('-')? } else { day };
    if day.len() != 2 {
        return None;
    }
    Date::new(year, month, number(day)?).ok().filter(|date| date.year() > 0)
}

#[derive(Default)]
struct Clock {
    hour: i8,
    minute: i8,
    second: i8,
    microsecond: i32,
}

fn parse_time(text: &str) -> Option<(Clock, Option<Offset>)> {
    let (clock, zone) = match text.find(['+', '-', 'Z']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let clock = parse_clock(clock).filter(|clock| clock.hour < 24 && clock.minute < 60 && clock.second < 60)?;
    let offset = match zone.as_bytes() {
        [] => None,
        b"Z" => Some(Offset::UTC),
        [sign @ (b'+' | b'-'), ..] => {
            let zone = parse_clock(&zone[1..])?;
            let seconds = i32::from(zone.hour) * 3600 + i32::from(zone.minute) * 60 + i32::from(zone.second);
            let seconds = if *sign == b'-' { -seconds } else { seconds };
            Some(Offset::from_seconds(seconds).ok().filter(|_| seconds.abs() < 86_400)?)
        }
        _ => return None,
    };
    Some((clock, offset))
}

/// Hours, perhaps minutes, seconds and a fraction; the first two decide whether there are colons between them.
fn parse_clock(text: &str) -> Option<Clock> {
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let parts: Vec<&str> = if whole.contains(':') {
        whole.split(':').collect()
    } else {
        (0..whole.len()).step_by(2).map(|at| whole.get(at..at + 2)).collect::<Option<_>>()?
    };
    if parts.is_empty() || parts.len() > 3 || parts.iter().any(|part| part.len() != 2) {
        return None;
    }
    let mut numbers = [0_i8; 3];
    for (value, part) in numbers.iter_mut().zip(&parts) {
        *value = number(part)?;
    }
    let microsecond = match fraction {
        None => 0,
        Some(digits) if parts.len() < 3 || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            return None;
        }
        Some(digits) => number(&format!("{:0<6}", &digits[..digits.len().min(6)]))?,
    };
    Some(Clock { hour: numbers[0], minute: numbers[1], second: numbers[2], microsecond })
}

/// Decimal digits alone: no sign, no space.
fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { digits.parse().ok() } else { None }
}

impl Moment {
    /// `datetime.isoformat()`.
    pub fn isoformat(&self) -> String {
        let mut text = self.civil.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let microseconds = self.microseconds();
        if microseconds > 0 {
            text.push_str(&format!(".{microseconds:06}"));
        }
        if let Some(offset) = self.offset {
            let seconds = offset.seconds();
            let (sign, seconds) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
            text.push_str(&format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60));
            if seconds % 60 > 0 {
                text.push_str(&format!(":{:02}", seconds % 60));
            }
        }
        text
    }

    /// `datetime.timestamp()`: seconds since 1970-01-01 UTC.
    pub fn timestamp(&self) -> Option<f64> {
        // Counted by hand: a timestamp of jiff ends a day before the year 9999 does.
        let since = self.civil.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        let offset = i128::from(self.offset.map_or(0, Offset::seconds)) * 1_000_000;
        let microseconds = since.as_micros() - offset;
        let (sign, magnitude) =
            if microseconds < 0 { ("-", microseconds.unsigned_abs()) } else { ("", microseconds.unsigned_abs()) };
        // Reading the decimal text rounds once, as Python's division of whole numbers does.
        format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000).parse().ok()
    }

    /// `datetime.strftime(format)`, for the directives that a model may use. Years before 1000 have as few digits as they
    /// need, as on Linux up to Python 3.12; `isoformat` writes four.
    pub fn strftime(&self, format: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            text.push_str(&rest[..at]);
            let directive = rest.get(at..at + 2)?;
            match directive {
                "%f" => text.push_str(&format!("{:06}", self.microseconds())),
                "%%" => text.push('%'),
                "%Y" => text.push_str(&self.civil.year().to_string()),
                "%G" => text.push_str(&self.civil.date().iso_week_date().year().to_string()),
                "%F" => text.push_str(&format!("{}{}", self.civil.year(), self.civil.strftime("-%m-%d"))),
                "%z" => text.push_str(&self.compact_offset()),
                directive => text.push_str(&self.civil.strftime(directive).to_string()),
            }
            rest = &rest[at + 2..];
        }
        text.push_str(rest);
        Some(text)
    }

    /// The year, from 1 to 9999.
    pub fn year(&self) -> i16 {
        self.civil.year()
    }

    fn microseconds(&self) -> i32 {
        self.civil.subsec_nanosecond() / 1000
    }

    /// The offset as `%z` prints it; nothing for a time without one.
    fn compact_offset(&self) -> String {
        let whole = self.isoformat();
        match self.offset {
            None => String::new(),
            Some(_) => whole[whole.rfind(['+', '-']).unwrap_or(whole.len())..].replace(':', ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_and_print_as_in_python() {
        for (text, iso, timestamp) in [
            ("2023-03-15T17:27:14.567+00:00", "2023-03-15T17:27:14.567000+00:00", 1678901234.567),
            ("2023-03-15T17:27:14Z", "2023-03-15T17:27:14+00:00", 1678901234.0),
            ("2023-03-15 17:27:14.1234569", "2023-03-15T17:27:14.123456", 1678901234.123456),
            ("2023-03-15T19:27:14+02:00", "2023-03-15T19:27:14+02:00", 1678901234.0),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000+00:00", -0.5),
            ("2024-02-29", "2024-02-29T00:00:00", 1709164800.0),
            ("20240229T10", "2024-02-29T10:00:00", 1709200800.0),
            ("2023-W11-3x17:27", "2023-03-15T17:27:00", 1678901220.0),
            ("2023W113", "2023-03-15T00:00:00", 1678838400.0),
            ("2023-W11", "2023-03-13T00:00:00", 1678665600.0),
            ("2023-03-15é172714,5-0330", "2023-03-15T17:27:14.500000-03:30", 1678913834.5),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00", 253402300799.0),
            ("0001-01-01", "0001-01-01T00:00:00", -62135596800.0),
        ] {
            let moment = parse_moment(text).unwrap();
            assert_eq!(moment.isoformat(), iso, "{text}");
            assert_eq!(moment.timestamp(), Some(timestamp), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2023-02-30",
            "2023-03-15T25:00:00",
            "1678901234",
            "2023-03-15T17:27:60",
            "2023-03-15T17:27:14z",
            "+002023-01-01",
            "0000-01-01",
            "2023-03-15T17:27+24:00",
            "2023-3-15",
            "2023-03-15T1:2",
            "2023-03-15T17:27:",
            "2023-W54",
            "2023-03-15T17:27:14.",
            "ééééééé",
            "2023-03-15T17:27:14Zx",
        ] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn strftime_prints_as_in_python() {
        let moment = parse_moment("2023-03-05T07:08:09.000042-03:30").unwrap();
        for (format, text) in [
            ("%Y%m%d", "20230305"),
            ("%Y-%m-%dT%H:%M:%S.%f%z", "2023-03-05T07:08:09.000042-0330"),
            ("%j %y %I %p %a %A %b %B %u %w %%", "064 23 07 AM Sun Sunday Mar March 7 0 %"),
            ("%G-W%V %U %W %F %T é", "2023-W09 10 09 2023-03-05 07:08:09 é"),
        ] {
            assert_eq!(moment.strftime(format).as_deref(), Some(text), "{format}");
        }
        // What Python 3.11 prints on Linux.
        for (time, format, text) in [
            ("0500-01-02T03:04:05", "%Y-%m-%dT%H:%M:%S.%f", "500-01-02T03:04:05.000000"),
            ("0005-01-01", "%Y %G-W%V %F %y %j", "5 4-W53 5-01-01 05 001"),
            ("0999-12-31T23:59:59", "%FT%T", "999-12-31T23:59:59"),
            ("1000-01-01", "%Y %F", "1000 1000-01-01"),
            ("2024-12-30", "%G-W%V-%u %U %W", "2025-W01-1 52 53"),
            ("0001-01-01", "%G %U %W %a", "1 00 01 Mon"),
            ("1911-02-28T01:02:03+00:53:28", "%z", "+005328"),
        ] {
            assert_eq!(parse_moment(time).unwrap().strftime(format).as_deref(), Some(text), "{time} {format}");
        }
        assert_eq!(parse_moment("0500-01-02").unwrap().isoformat(), "0500-01-02T00:00:00");
    }
}
