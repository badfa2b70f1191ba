//! Dates and times: what `datetime.fromisoformat` reads, and three of its methods. A time without an offset is taken as
//! UTC, so that the same item gives the same key on every machine.

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

/// A date and time, with an offset where the text had one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    civil: DateTime,
    offset: Option<Offset>,
}

/// Reads ISO 8601 text; fractions beyond microseconds are cut, as Python cuts them.
pub fn parse_moment(text: &str) -> Option<Moment> {
    let pieces = Pieces::parse(text).ok()?;
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let civil = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    let nanoseconds = civil.subsec_nanosecond();
    let civil = civil.with().subsec_nanosecond(nanoseconds - nanoseconds % 1000).build().ok()?;
    Some(Moment { civil, offset: pieces.to_numeric_offset() })
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
        let offset = self.offset.unwrap_or(Offset::UTC);
        let microseconds = offset.to_timestamp(self.civil).ok()?.as_microsecond();
        let (sign, magnitude) =
            if microseconds < 0 { ("-", microseconds.unsigned_abs()) } else { ("", microseconds.unsigned_abs()) };
        // Reading the decimal text rounds once, as Python's division of whole numbers does.
        format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000).parse().ok()
    }

    /// `datetime.strftime(format)`, for the directives that a model may use.
    pub fn strftime(&self, format: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            text.push_str(&rest[..at]);
            let directive = rest.get(at..at + 2)?;
            match directive {
                "%f" => text.push_str(&format!("{:06}", self.microseconds())),
                "%%" => text.push('%'),
                "%z" => text.push_str(&self.compact_offset()),
                directive => text.push_str(&self.civil.strftime(directive).to_string()),
            }
            rest = &rest[at + 2..];
        }
        text.push_str(rest);
        Some(text)
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
        ] {
            let moment = parse_moment(text).unwrap();
            assert_eq!(moment.isoformat(), iso, "{text}");
            assert_eq!(moment.timestamp(), Some(timestamp), "{text}");
        }
        for text in ["", "yesterday", "2023-02-30", "2023-03-15T25:00:00", "1678901234"] {
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
    }
}
