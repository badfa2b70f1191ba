//! Numbers as decimal text, compared exactly: no float comes between.

use std::borrow::Cow;

/// A decimal number: its significant digits and the power of ten of the last one. Equal numbers are equal, however they
/// were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact<'t> {
    negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: Cow<'t, str>,
    exponent: i64,
}

impl<'t> Exact<'t> {
    /// Reads a number as JSON, DynamoDB and Python write finite ones; none of any other text.
    pub fn parse(text: &'t str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let mut exponent = i64::from(power) - i64::try_from(fraction.len()).ok()?;
        let mut digits = match (whole.trim_start_matches('0'), fraction) {
            (whole, "") => Cow::Borrowed(whole),
            ("", fraction) => Cow::Borrowed(fraction.trim_start_matches('0')),
            (whole, fraction) => Cow::Owned(format!("{whole}{fraction}")),
        };
        let zeros = digits.len() - digits.trim_end_matches('0').len();
        if zeros > 0 {
            exponent += i64::try_from(zeros).ok()?;
            let kept = digits.len() - zeros;
            match &mut digits {
                Cow::Borrowed(text) => *text = &text[..kept],
                Cow::Owned(text) => text.truncate(kept),
            }
        }
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        Some(Self { negative, digits, exponent })
    }

    /// The whole number that is left without what follows the point, as its digits; none where it has very many.
    pub fn truncated(&self) -> Option<String> {
        let sign = if self.negative { "-" } else { "" };
        let length = i64::try_from(self.digits.len()).ok()?;
        let kept = length + self.exponent;
        Some(match kept {
            ..=0 => "0".to_owned(),
            1001.. => return None,
            kept if kept <= length => format!("{sign}{}", &self.digits[..usize::try_from(kept).ok()?]),
            kept => format!("{sign}{}{}", self.digits, "0".repeat(usize::try_from(kept - length).ok()?)),
        })
    }
}

/// Equal numbers have this text in common, and no others have.
impl std::fmt::Display for Exact<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        match (self.digits.as_ref(), self.exponent) {
            ("", _) => f.write_str("0"),
            (digits, exponent) => write!(f, "{sign}{digits}E{exponent:+}"),
        }
    }
}

/// True where both texts are numbers, and the same one.
pub fn same_number(left: &str, right: &str) -> bool {
    Exact::parse(left).is_some_and(|left| Exact::parse(right) == Some(left))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_however_they_are_written() {
        for (left, right) in [
            ("1.10", "1.1"),
            ("-0", "0.000"),
            ("1E+100", &format!("1{}", "0".repeat(100))),
            ("1200", "1.2e3"),
            ("0.0012", "12E-4"),
            ("007", "7"),
            ("+5", "5"),
            ("-2.50", "-25e-1"),
        ] {
            assert!(same_number(left, right), "{left} {right}");
        }
        for (left, right) in [
            ("1", "-1"),
            ("9007199254740993", "9007199254740992"),
            ("1234567890123.12345678901234567890", "1234567890123.1235"),
            ("abc", "abc"),
            ("", ""),
            (".", "0"),
            ("1e", "1"),
            ("nan", "nan"),
            ("1e99999999999", "1e99999999999"),
        ] {
            assert!(!same_number(left, right), "{left} {right}");
        }
    }

    #[test]
    fn a_number_is_cut_at_its_point() {
        for (text, wanted) in [("12.99", "12"), ("-0.5", "0"), ("1.5e3", "1500"), ("-12.9", "-12"), ("0", "0")] {
            assert_eq!(Exact::parse(text).unwrap().truncated().unwrap(), wanted, "{text}");
        }
        assert_eq!(Exact::parse("1e999999").unwrap().truncated(), None);
    }
}
