//! The size of an item as DynamoDB counts it:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html#ItemSizeCalculations>
//!
//! AWS calls the size of a number approximate: a byte for two significant digits, and one more.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::python::str_of;
use crate::value::Value;

/// The text is no number as JSON writes them, or no base64.
#[derive(Debug)]
pub(super) struct NoSize;

/// Exponents and digits beyond are those of no number that DynamoDB has.
const MOST: usize = 1000;

/// The size of a number as JSON writes it: a byte for two significant digits, one more, and one for a minus.
#[inline]
pub(super) fn number_size(text: &[u8]) -> Result<u64, NoSize> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    // Most numbers are short and whole.
    if (1..=18).contains(&unsigned.len()) {
        let (mut is_whole, mut zeros) = (true, 0);
        for byte in unsigned {
            is_whole &= byte.is_ascii_digit();
            zeros = if *byte == b'0' { zeros + 1 } else { 0 };
        }
        if is_whole && unsigned.len() > 1 && unsigned[0] == b'0' {
            return Err(NoSize);
        }
        if is_whole {
            return Ok(of_digits(unsigned.len() - zeros, negative));
        }
    }
    let digits_end = |from: usize| {
        unsigned[from..].iter().position(|byte| !byte.is_ascii_digit()).map_or(unsigned.len(), |at| from + at)
    };
    let whole = digits_end(0);
    if whole == 0 || (whole > 1 && unsigned[0] == b'0') {
        return Err(NoSize);
    }
    let mut end = whole;
    let mut fraction: &[u8] = &[];
    if unsigned.get(end) == Some(&b'.') {
        let start = end + 1;
        end = digits_end(start);
        if end == start {
            return Err(NoSize);
        }
        fraction = &unsigned[start..end];
    }
    if matches!(unsigned.get(end), Some(b'e' | b'E')) {
        let start = end + 1 + usize::from(matches!(unsigned.get(end + 1), Some(b'+' | b'-')));
        if start >= unsigned.len() {
            return Err(NoSize);
        }
        end = digits_end(start);
        let exponent = std::str::from_utf8(&unsigned[start..end]).ok().and_then(|digits| digits.parse::<usize>().ok());
        if exponent.is_none_or(|exponent| exponent > MOST) {
            return Err(NoSize);
        }
    }
    if end != unsigned.len() {
        return Err(NoSize);
    }
    let digits = || unsigned[..whole].iter().chain(fraction).copied();
    let leading = digits().take_while(|digit| *digit == b'0').count();
    let all = whole + fraction.len();
    if all > MOST {
        return Err(NoSize);
    }
    let trailing = digits().rev().take_while(|digit| *digit == b'0').count();
    Ok(of_digits(all.saturating_sub(leading + trailing), negative))
}

fn of_digits(digits: usize, negative: bool) -> u64 {
    (digits as u64).div_ceil(2) + 1 + u64::from(negative && digits > 0)
}

/// The bytes that base64 text stands for.
pub(super) fn base64_size(text: &[u8]) -> Result<u64, NoSize> {
    STANDARD.decode(text).map(|bytes| bytes.len() as u64).map_err(|_| NoSize)
}

/// The size of an item: the names and the values of its attributes.
pub fn item_size(item: &[(Cow<'_, str>, Value<'_>)]) -> u64 {
    item.iter().map(|(name, value)| name.len() as u64 + value_size(value)).sum()
}

fn value_size(value: &Value<'_>) -> u64 {
    match value {
        Value::None | Value::Bool(_) => 1,
        Value::Str(text) => text.len() as u64,
        Value::Bytes(bytes) => bytes.len() as u64,
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) => {
            number_size(str_of(value).unwrap_or_default().as_bytes()).unwrap_or(1)
        }
        Value::Decimal(number) => number_size(number.text.as_bytes()).unwrap_or(1),
        Value::List(values) => 3 + values.iter().map(|value| 1 + value_size(value)).sum::<u64>(),
        Value::Map(entries) => 3 + entries.len() as u64 + item_size(entries),
        Value::Set(values) => values.iter().map(value_size).sum(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_a_byte_for_two_significant_digits() {
        for (text, wanted) in [
            ("0", 1),
            ("-0", 1),
            ("7", 2),
            ("12", 2),
            ("123", 3),
            ("1200", 2),
            ("-12", 3),
            ("29.99", 3),
            ("0.05", 2),
            ("1.50", 2),
            ("1e+20", 2),
            ("12345678901234567890", 11),
            ("100000000000000000000", 2),
        ] {
            assert_eq!(number_size(text.as_bytes()).unwrap(), wanted, "{text}");
        }
        for text in ["", "-", "01", "1.", ".5", "1e", "1e+", "1x", "--1", "1-2", "1e1001", "1e-99999"] {
            assert!(number_size(text.as_bytes()).is_err(), "{text}");
        }
    }
}
