//! Truth, equality and the conversions `int()` and `float()`.

use num_bigint::{BigInt, Sign};
use unicode_general_category::{GeneralCategory, get_general_category};

use super::text::str_of;
use crate::text::same_number;
use crate::value::Value;

/// Python's truth of a value.
pub fn is_true(value: &Value<'_>) -> bool {
    match value {
        Value::None => false,
        Value::Bool(value) => *value,
        Value::Int(number) => *number != 0,
        Value::BigInt(number) => number.sign() != Sign::NoSign,
        Value::Float(number) => *number != 0.0,
        Value::Decimal(number) => is_true(&number.value),
        Value::Str(text) => !text.is_empty(),
        // boto3's Binary has neither a length nor a truth of its own, so it is always true.
        Value::Bytes(_) => true,
        Value::List(values) | Value::Set(values) => !values.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
    }
}

/// Python's `==`: numbers and booleans by value, everything else by kind and content.
pub fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Str(left), Value::Str(right)) => left == right,
        (Value::Bytes(left), Value::Bytes(right)) => left == right,
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Set(left), Value::Set(right)) => {
            left.len() == right.len() && left.iter().all(|one| right.iter().any(|other| equal(one, other)))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.iter().any(|(name, other)| key == name && equal(value, other)))
        }
        (Value::Decimal(left), Value::Decimal(right)) => same_number(&left.text, &right.text),
        // As they are stored: a float is what it prints.
        (Value::Decimal(number), other) | (other, Value::Decimal(number)) => {
            is_number(other) && str_of(other).is_some_and(|other| same_number(&number.text, &other))
        }
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::Float(float), other) | (other, Value::Float(float)) => match (exact(*float), whole(other)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
        (left, right) => match (whole(left), whole(right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
    }
}

fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::Int(_) | Value::BigInt(_) | Value::Float(_))
}

/// The whole number that an int or a bool is.
fn whole(value: &Value<'_>) -> Option<BigInt> {
    match value {
        Value::Bool(value) => Some(BigInt::from(u8::from(*value))),
        Value::Int(number) => Some(BigInt::from(*number)),
        Value::BigInt(number) => Some(number.clone()),
        _ => None,
    }
}

/// The whole number that a float is exactly.
fn exact(float: f64) -> Option<BigInt> {
    (float.is_finite() && float.fract() == 0.0).then(|| truncated(float)).flatten()
}

fn truncated(float: f64) -> Option<BigInt> {
    // Rust prints every digit of a float, so this is exact.
    format!("{:.0}", float.trunc()).parse().ok()
}

/// Why a conversion has no result, as the exception that Python raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoConversion {
    /// ValueError: the kind of value is right, this one is not.
    Value,
    /// TypeError: there is no conversion from this kind.
    Type,
    /// OverflowError: the number is too large.
    Overflow,
}

/// `int(value)`.
pub fn to_int(value: &Value<'_>) -> Result<Value<'static>, NoConversion> {
    match value {
        Value::Decimal(number) => to_int(&number.value),
        Value::Int(number) => Ok(Value::Int(*number)),
        Value::BigInt(number) => Ok(Value::BigInt(number.clone())),
        Value::Bool(value) => Ok(Value::Int(i64::from(*value))),
        Value::Float(number) if number.is_nan() => Err(NoConversion::Value),
        Value::Float(number) if number.is_infinite() => Err(NoConversion::Overflow),
        Value::Float(number) => truncated(*number).map(Value::integer).ok_or(NoConversion::Value),
        Value::Str(text) => int_of_text(text).map(Value::integer).ok_or(NoConversion::Value),
        Value::None | Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::Set(_) => Err(NoConversion::Type),
    }
}

/// `float(value)`.
pub fn to_float(value: &Value<'_>) -> Result<f64, NoConversion> {
    match value {
        Value::Decimal(number) => to_float(&number.value),
        Value::Float(number) => Ok(*number),
        // Both round to the nearest, ties to even, as Python does.
        Value::Int(number) => Ok(*number as f64),
        Value::Bool(value) => Ok(f64::from(u8::from(*value))),
        Value::BigInt(number) => match number.to_string().parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(float),
            _ => Err(NoConversion::Overflow),
        },
        Value::Str(text) => float_of_text(text).ok_or(NoConversion::Value),
        Value::None | Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::Set(_) => Err(NoConversion::Type),
    }
}

/// Python refuses to read more digits than this into an int.
const MAX_DIGITS: usize = 4300;

/// Unlike `str.strip()`, the conversions do not take the separators 0x1c to 0x1f for white space.
fn int_of_text(text: &str) -> Option<BigInt> {
    let number = plain_digits(text.trim())?;
    let digits = number.strip_prefix(['+', '-']).unwrap_or(&number);
    let sound = !digits.is_empty() && digits.len() <= MAX_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    if !sound {
        return None;
    }
    number.strip_prefix('+').unwrap_or(&number).parse().ok()
}

fn float_of_text(text: &str) -> Option<f64> {
    plain_digits(text.trim())?.parse().ok()
}

/// The text with decimal digits of any script as ASCII, and without the underscores that Python allows between digits.
fn plain_digits(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut after_digit = false;
    while let Some(c) = chars.next() {
        match digit(c) {
            Some(digit) => {
                plain.push(char::from(b'0' + digit));
                after_digit = true;
            }
            None if c == '_' => {
                let before_digit = chars.peek().is_some_and(|next| digit(*next).is_some());
                if !after_digit || !before_digit {
                    return None;
                }
                after_digit = false;
            }
            None => {
                plain.push(c);
                after_digit = false;
            }
        }
    }
    Some(plain)
}

/// The value of a decimal digit of any script. Unicode keeps each script's ten together, from zero on.
fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.is_ascii_digit().then(|| c as u8 - b'0');
    }
    let is_digit =
        |code: u32| char::from_u32(code).is_some_and(|c| get_general_category(c) == GeneralCategory::DecimalNumber);
    let code = u32::from(c);
    if !is_digit(code) {
        return None;
    }
    let run = (0..code).rev().take_while(|before| is_digit(*before)).count();
    u8::try_from(run % 10).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_answer_as_python_does() {
        for (text, int) in [
            (" 0012 ", Some(12)),
            ("1_000", Some(1000)),
            ("-5", Some(-5)),
            ("+5", Some(5)),
            ("１２", Some(12)),
            ("𝟗", Some(9)),
        ] {
            assert_eq!(to_int(&Value::text(text)).ok(), int.map(Value::Int), "{text}");
        }
        for text in ["", "1.5", "_1", "1__0", "1_", "+-1", "0x1", "abc", "-", "4\u{1c}"] {
            assert_eq!(to_int(&Value::text(text)), Err(NoConversion::Value), "{text}");
        }
        assert_eq!(to_float(&Value::text(" 1_0.5e1 ")), Ok(105.0));
        assert_eq!(to_float(&Value::text("-Infinity")), Ok(f64::NEG_INFINITY));
        assert_eq!(to_int(&Value::Float(29.99)), Ok(Value::Int(29)));
        assert_eq!(to_int(&Value::Float(1e22)), Ok(Value::integer("10000000000000000000000".parse().unwrap())));
        assert_eq!(to_int(&Value::None), Err(NoConversion::Type));
    }

    #[test]
    fn numbers_are_equal_by_value() {
        let big: Value<'_> = Value::integer("9007199254740993".parse().unwrap());
        assert!(equal(&Value::Int(1), &Value::Float(1.0)));
        assert!(equal(&Value::Bool(true), &Value::Int(1)));
        assert!(!equal(&big, &Value::Float(9007199254740992.0)));
        assert!(!equal(&Value::text("1"), &Value::Int(1)));
        assert!(!equal(&Value::None, &Value::Bool(false)));
        assert!(!equal(&Value::Float(f64::NAN), &Value::Float(f64::NAN)));
    }
}
