//! The format of a time, read from its bytes: no regular expression, no allocation.

use super::{Between, MOST_DIGITS, Offset, OffsetStyle, TimeFormat, Unit, YearFirst, Zone};

/// The format of a time, in capitals or not; none where the text is not a time that is known. `is_time` is true where the
/// model says that it is one: then it counts as a time, too, where it could as well be a number or part of a date.
pub fn time_format(text: &str, is_time: bool) -> Option<TimeFormat> {
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        return named(bytes, is_time);
    }
    if !are_digits(bytes, 0, 4) {
        return day_first(bytes, is_time);
    }
    let date = match bytes.get(4) {
        Some(b'-') => Between::Dash,
        Some(b'/') => Between::Slash,
        Some(b'.') => Between::Dot,
        Some(b'0'..=b'9') => return without_dashes(bytes, is_time),
        None if is_time => return Some(year_first(Between::Dash, Unit::Year)),
        _ => return None,
    };
    if !is_number(bytes, 5, 1..=12) {
        return (date == Between::Dash && is_month(bytes, 5) && is_time).then_some(TimeFormat::Named);
    }
    if bytes.len() == 7 {
        return is_time.then_some(year_first(date, Unit::Month));
    }
    if bytes.get(7) != bytes.get(4) || !is_number(bytes, 8, 1..=31) {
        return None;
    }
    if bytes.len() == 10 {
        return Some(year_first(date, Unit::Day));
    }
    with_clock(bytes, date, 10)
}

fn year_first(date: Between, to: Unit) -> TimeFormat {
    let none = Between::Nothing;
    TimeFormat::YearFirst(YearFirst { date, to, clock: none, colons: false, comma: false, zone: Zone::Nothing })
}

#[inline]
fn are_digits(bytes: &[u8], from: usize, to: usize) -> bool {
    bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
}

/// A number of two digits.
#[inline]
fn two(bytes: &[u8], at: usize) -> Option<u8> {
    match bytes.get(at..at + 2) {
        Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => Some((tens - b'0') * 10 + ones - b'0'),
        _ => None,
    }
}

#[inline]
fn is_number(bytes: &[u8], at: usize, range: std::ops::RangeInclusive<u8>) -> bool {
    two(bytes, at).is_some_and(|number| range.contains(&number))
}

/// The time of the day and the zone, behind a date that ends at `at`.
fn with_clock(bytes: &[u8], date: Between, at: usize) -> Option<TimeFormat> {
    let clock = match bytes.get(at)? {
        b'T' => Between::T,
        b't' => Between::LowerT,
        b' ' => Between::Space,
        _ => return None,
    };
    clock_and_zone(bytes, YearFirst { clock, ..plain(date) }, at + 1)
}

fn plain(date: Between) -> YearFirst {
    YearFirst { date, to: Unit::Day, clock: Between::Nothing, colons: false, comma: false, zone: Zone::Nothing }
}

fn clock_and_zone(bytes: &[u8], date: YearFirst, at: usize) -> Option<TimeFormat> {
    if !is_number(bytes, at, 0..=24) {
        return None;
    }
    let mut format = YearFirst { to: Unit::Hour, ..date };
    let mut at = at + 2;
    format.colons = bytes.get(at) == Some(&b':');
    let gap = usize::from(format.colons);
    // A number behind the hour without a colon is minutes; a second one without a colon is seconds.
    for unit in [Unit::Minute, Unit::Second] {
        let has_sign = !format.colons || bytes.get(at) == Some(&b':');
        if !has_sign || !is_number(bytes, at + gap, 0..=60) {
            break;
        }
        format.to = unit;
        at += gap + 2;
    }
    if format.to == Unit::Second && matches!(bytes.get(at), Some(b'.' | b',')) {
        let digits = bytes.iter().skip(at + 1).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        format.comma = bytes[at] == b',';
        format.to = Unit::Fraction(u8::try_from(digits).unwrap_or(MOST_DIGITS).min(MOST_DIGITS));
        at += 1 + digits;
    }
    format.zone = zone(bytes.get(at..)?)?;
    let format = TimeFormat::YearFirst(format);
    // Behind a space or a sign, no fraction is too short or too long.
    Some(if matches!(format, TimeFormat::YearFirst(own) if own.zone == Zone::Nothing) {
        format
    } else {
        format.class(None)
    })
}

/// The zone that a text is; none where it is none that is known.
fn zone(rest: &[u8]) -> Option<Zone> {
    // `[Europe/Berlin]`, as Java writes it, comes behind the offset.
    let rest = match rest.iter().position(|byte| *byte == b'[') {
        Some(at) if at > 0 && rest.ends_with(b"]") => &rest[..at],
        _ => rest,
    };
    let (spaced, zone) = match rest {
        [] => return Some(Zone::Nothing),
        b"Z" => return Some(Zone::Z),
        b"z" => return Some(Zone::LowerZ),
        [b' ', zone @ ..] => (true, zone),
        zone => (false, zone),
    };
    if zone.eq_ignore_ascii_case(b"UTC") {
        return Some(Zone::Utc { spaced });
    }
    if zone.eq_ignore_ascii_case(b"GMT") {
        return Some(Zone::Gmt { spaced });
    }
    let sign @ (b'+' | b'-') = zone.first()? else { return None };
    let hours = two(zone, 1).filter(|hours| *hours <= 15)?;
    let (minutes, style, at) = match (zone.get(3), two(zone, 3), two(zone, 4)) {
        (Some(b':'), _, Some(minutes)) => (minutes, OffsetStyle::Colon, 6),
        (_, Some(minutes), _) => (minutes, OffsetStyle::Basic, 5),
        _ => (0, OffsetStyle::Hours, 3),
    };
    // ` UTC`, as Go writes it, comes behind the offset.
    let is_name = |name: &[u8]| (2..=5).contains(&name.len()) && name.iter().all(u8::is_ascii_alphabetic);
    let is_whole = match zone.get(at..)? {
        [] => true,
        [b' ', name @ ..] => is_name(name),
        _ => false,
    };
    if !is_whole || minutes >= 60 || minutes % 15 != 0 {
        return None;
    }
    let quarters = i8::try_from(hours * 4 + minutes / 15).ok()?;
    let offset = match (sign, quarters) {
        (b'-', 0) => Offset::MINUS_ZERO,
        (b'-', quarters) => Offset(-quarters),
        (_, quarters) => Offset(quarters),
    };
    Some(Zone::Numeric { spaced, style, offset })
}

/// Times that begin with five digits and more: `20240517T093000Z`, `20240517`, and numbers that may be times.
fn without_dashes(bytes: &[u8], is_time: bool) -> Option<TimeFormat> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_date = is_number(bytes, 4, 1..=12) && is_number(bytes, 6, 1..=31);
    if digits == 8 && is_date && bytes.len() > 8 {
        return with_clock(bytes, Between::Nothing, 8);
    }
    if !is_time {
        return None;
    }
    let is_century = matches!(bytes.get(..2), Some(b"19" | b"20"));
    let is_whole = digits == bytes.len();
    let has_fraction = || bytes.get(digits) == Some(&b'.') && are_digits(bytes, digits + 1, bytes.len());
    match digits {
        6 if is_whole && is_century && is_number(bytes, 4, 1..=12) => Some(year_first(Between::Nothing, Unit::Month)),
        8 if is_whole && is_date => Some(year_first(Between::Nothing, Unit::Day)),
        10 if is_whole || has_fraction() => Some(TimeFormat::EpochSeconds),
        12 | 14 if is_century && is_date => clock_and_zone(bytes, plain(Between::Nothing), 8),
        13 if is_whole || has_fraction() => Some(TimeFormat::EpochMilliseconds),
        16 if is_whole => Some(TimeFormat::EpochMicroseconds),
        19 if is_whole => Some(TimeFormat::EpochNanoseconds),
        _ => None,
    }
}

/// `31.01.2024`, `1/31/2024`, `31-01-2024`, `17 May 2024` and what comes behind them.
fn day_first(bytes: &[u8], is_time: bool) -> Option<TimeFormat> {
    let (first, at) = one_or_two(bytes, 0)?;
    let sign = *bytes.get(at)?;
    if matches!(sign, b' ' | b'-') && is_month(bytes, at + 1) {
        return Some(TimeFormat::Named);
    }
    if !matches!(sign, b'/' | b'.' | b'-') {
        return None;
    }
    let (second, at) = one_or_two(bytes, at + 1)?;
    let is_date = (1..=31).contains(&first) && (1..=31).contains(&second) && first.min(second) <= 12;
    if !is_date || bytes.get(at) != Some(&sign) {
        return None;
    }
    let at = at + 1;
    let end = match bytes.get(at) {
        Some(b'1' | b'2') if are_digits(bytes, at, at + 4) => at + 4,
        // `1.31.24` may be a version as well.
        Some(_) if is_time && sign == b'/' && are_digits(bytes, at, at + 2) => at + 2,
        _ => return None,
    };
    matches!(bytes.get(end), None | Some(b' ' | b',' | b'T')).then_some(TimeFormat::DayOrMonthFirst)
}

/// A number of one or two digits, and where it ends.
fn one_or_two(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    if let Some(number) = two(bytes, at) {
        return Some((number, at + 2));
    }
    bytes.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| (byte - b'0', at + 1))
}

fn is_one_of(names: &[u8], bytes: &[u8], at: usize) -> bool {
    bytes.get(at..at + 3).is_some_and(|own| names.chunks(3).any(|name| name.eq_ignore_ascii_case(own)))
}

fn is_month(bytes: &[u8], at: usize) -> bool {
    is_one_of(b"JanFebMarAprMayJunJulAugSepOctNovDec", bytes, at)
}

/// `Fri, 17 May 2024 09:30:00 GMT`, `Fri May 17 09:30:00 2024`, `May 17, 2024`.
fn named(bytes: &[u8], is_time: bool) -> Option<TimeFormat> {
    // Most texts end here.
    let (sign, is_day) = match bytes.get(3)? {
        sign @ (b',' | b' ') => (*sign, is_one_of(b"MonTueWedThuFriSatSun", bytes, 0)),
        _ if is_time => (b' ', false),
        _ => return None,
    };
    if is_day {
        let at = if sign == b',' { 5 } else { 4 };
        return match one_or_two(bytes, at) {
            Some((1..=31, end)) if bytes.get(end) == Some(&b' ') && is_month(bytes, end + 1) => {
                Some(if sign == b',' { TimeFormat::Rfc1123 } else { TimeFormat::Named })
            }
            Some((1..=31, end)) if is_month(bytes, end + 1) => Some(TimeFormat::Named),
            _ => (sign == b' ' && is_month(bytes, at) && bytes.get(7) == Some(&b' ')).then_some(TimeFormat::Named),
        };
    }
    // `May 17, 2024`, `Friday, May 17 2024`: words that begin like names of months or days, and a number.
    let is_named = is_month(bytes, 0) || is_one_of(b"MonTueWedThuFriSatSun", bytes, 0);
    let words = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b',')).count();
    (is_time && is_named && bytes.get(words).is_some_and(u8::is_ascii_digit)).then_some(TimeFormat::Named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, is_time: bool) -> String {
        time_format(text, is_time).map_or_else(|| "-".to_owned(), |format| format.to_string())
    }

    #[test]
    fn formats_of_times_are_told_apart() {
        for (text, wanted) in [
            ("2024-05-17", "YYYY-MM-DD"),
            ("2024/05/17", "YYYY/MM/DD"),
            ("2024.05.17 09:30", "YYYY.MM.DD hh:mm"),
            ("2024-05-17T09", "YYYY-MM-DDThh"),
            ("2024-05-17T09:30", "YYYY-MM-DDThh:mm"),
            ("2024-05-17T09:30:00", "YYYY-MM-DDThh:mm:ss"),
            ("2024-05-17T09:30:00.123456", "YYYY-MM-DDThh:mm:ss.ffffff"),
            ("2024-05-17 09:30:00,123", "YYYY-MM-DD hh:mm:ss,fff"),
            ("2024-05-17T09:30:00Z", "YYYY-MM-DDThh:mm:ssZ"),
            ("2024-05-17t09:30:00.5z", "YYYY-MM-DDthh:mm:ss.fz"),
            ("2024-05-17T09:30:00.123Z", "YYYY-MM-DDThh:mm:ss.fffZ"),
            ("2024-05-17T09:30:00.1234567890123Z", "YYYY-MM-DDThh:mm:ss.ffffffffff…Z"),
            // Fractions of all lengths sort before an offset.
            ("2024-05-17T09:30:00.5+00:00", "YYYY-MM-DDThh:mm:ss+00:00"),
            ("2024-05-17T09:30:00-05:00", "YYYY-MM-DDThh:mm:ss-05:00"),
            ("2024-05-17T09:30:00-00:00", "YYYY-MM-DDThh:mm:ss-00:00"),
            ("2024-05-17T09:30:00+0530", "YYYY-MM-DDThh:mm:ss+0530"),
            ("2024-05-17T09:30:00+00", "YYYY-MM-DDThh:mm:ss+00"),
            ("2024-05-17 09:30:00.25+02:00", "YYYY-MM-DD hh:mm:ss+02:00"),
            ("2024-05-17T09:30:00+02:00[Europe/Berlin]", "YYYY-MM-DDThh:mm:ss+02:00"),
            ("2024-05-17T09:30:00Z[UTC]", "YYYY-MM-DDThh:mm:ssZ"),
            ("2024-05-17 09:30:00 UTC", "YYYY-MM-DD hh:mm:ss UTC"),
            ("2024-05-17 09:30:00.5 gmt", "YYYY-MM-DD hh:mm:ss GMT"),
            ("2024-05-17 09:30:00.123 +0200 CEST", "YYYY-MM-DD hh:mm:ss +0200"),
            ("20240517T093000Z", "YYYYMMDDThhmmssZ"),
            ("20240517t093000z", "YYYYMMDDthhmmssz"),
            ("2024-05-17T093000", "YYYY-MM-DDThhmmss"),
            ("01/31/2024", "DD.MM.YYYY or MM/DD/YYYY"),
            ("31.01.2024 09:30", "DD.MM.YYYY or MM/DD/YYYY"),
            ("1/9/2024, 9:30 AM", "DD.MM.YYYY or MM/DD/YYYY"),
            ("Fri, 17 May 2024 09:30:00 GMT", "RFC 1123"),
            ("fri, 7 may 2024 09:30:00 +0000", "RFC 1123"),
            ("Friday, 17-May-24 09:30:00 GMT", "-"),
            ("Fri May 17 2024 09:30:00 GMT+0000", "a date with names of days or months"),
            ("17 May 2024", "a date with names of days or months"),
            ("17-May-2024 09:30", "a date with names of days or months"),
            ("123e4567-e89b-12d3-a456-426614174000", "-"),
            ("2024-05-17-extra", "-"),
            ("2024-05-17Tabc", "-"),
            ("2024-05-17T09:30:00 and more", "-"),
            ("2024-05-17T09:30:00.Z", "-"),
            ("2024-05-17T09:30:00+01:07", "-"),
            ("2024-13-17", "-"),
            ("1234-56-78", "-"),
            ("192.168.1.1", "-"),
            ("1.2.2024.5", "-"),
            ("1.31.24", "-"),
            ("45/46/2024", "-"),
            ("555-12-2024", "-"),
            ("Mar 12 items", "-"),
            ("Sat on the mat", "-"),
            ("1715938200", "-"),
            ("20240517", "-"),
            ("2024-05", "-"),
            ("2024", "-"),
            ("", "-"),
            ("é", "-"),
            ("20é", "-"),
        ] {
            assert_eq!(shown(text, false), wanted, "{text}");
        }
        for (text, wanted) in [
            ("2024", "YYYY"),
            ("2024-05", "YYYY-MM"),
            ("202405", "YYYYMM"),
            ("20240517", "YYYYMMDD"),
            ("20240517093000", "YYYYMMDDhhmmss"),
            ("202405170930", "YYYYMMDDhhmm"),
            ("1715938200", "epoch seconds"),
            ("1715938200.25", "epoch seconds"),
            ("1715938200123", "epoch milliseconds"),
            ("1715938200123456", "epoch microseconds"),
            ("1715938200123456789", "epoch nanoseconds"),
            ("1/31/24", "DD.MM.YYYY or MM/DD/YYYY"),
            ("May 17, 2024", "a date with names of days or months"),
            ("Friday, 17-May-24 09:30:00 GMT", "a date with names of days or months"),
            ("2024-May-17", "a date with names of days or months"),
            ("999999999", "-"),
            ("-5", "-"),
            ("yesterday", "-"),
            ("Maybe", "-"),
        ] {
            assert_eq!(shown(text, true), wanted, "{text}");
        }
    }
}
