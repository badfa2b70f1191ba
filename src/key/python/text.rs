//! Values as text.

use std::fmt::Write;

use crate::text::is_printable;
use crate::value::Value;

/// Appends `str(value)`. Fails for bytes: boto3's `Binary` cannot be turned into text.
pub fn push_str(out: &mut String, value: &Value<'_>) -> Result<(), &'static str> {
    match value {
        Value::Str(text) => out.push_str(text),
        Value::Bytes(_) => return Err("TypeError: __str__ returned non-string (type bytes)"),
        other => push_repr(out, other),
    }
    Ok(())
}

/// `str(value)`, where there is one.
pub fn str_of(value: &Value<'_>) -> Option<String> {
    let mut text = String::new();
    push_str(&mut text, value).ok().map(|()| text)
}

/// The text of a value of an item as it is stored: a number keeps its digits.
pub fn stored_text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Decimal(number) => Some(number.text.clone().into_owned()),
        value => str_of(value),
    }
}

/// Appends `repr(value)`.
pub fn push_repr(out: &mut String, value: &Value<'_>) {
    push_repr_with(out, value, push_float);
}

/// Appends `repr(value)` with floats as the `Decimal` that boto3 stores.
pub fn push_repr_with_decimals(out: &mut String, value: &Value<'_>) {
    push_repr_with(out, value, push_decimal_repr);
}

fn push_decimal_repr(out: &mut String, number: f64) {
    out.push_str("Decimal('");
    push_decimal(out, number);
    out.push_str("')");
}

fn push_repr_with(out: &mut String, value: &Value<'_>, float: fn(&mut String, f64)) {
    match value {
        Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        // Writing to a String cannot fail.
        Value::Int(number) => drop(write!(out, "{number}")),
        Value::BigInt(number) => drop(write!(out, "{number}")),
        Value::Float(number) => float(out, *number),
        Value::Decimal(number) => push_repr_with(out, &number.value, float),
        Value::Str(text) => push_quoted(out, text),
        Value::Bytes(bytes) => push_bytes(out, bytes),
        Value::List(values) => push_sequence(out, ('[', ']'), values, float),
        Value::Set(values) if values.is_empty() => out.push_str("set()"),
        // Mapping turns Decimals into int and float in lists and maps, but not in sets.
        Value::Set(values) => {
            for (at, value) in values.iter().enumerate() {
                out.push_str(if at == 0 { "{" } else { ", " });
                match value {
                    Value::Float(number) => push_decimal_repr(out, *number),
                    Value::Decimal(number) => drop(write!(out, "Decimal('{}')", number.text)),
                    Value::Int(_) | Value::BigInt(_) => {
                        out.push_str("Decimal('");
                        push_repr_with(out, value, float);
                        out.push_str("')");
                    }
                    value => push_repr_with(out, value, float),
                }
            }
            out.push('}');
        }
        Value::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                push_quoted(out, key);
                out.push_str(": ");
                push_repr_with(out, value, float);
            }
            out.push('}');
        }
    }
}

fn push_sequence(out: &mut String, brackets: (char, char), values: &[Value<'_>], float: fn(&mut String, f64)) {
    out.push(brackets.0);
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        push_repr_with(out, value, float);
    }
    out.push(brackets.1);
}

/// Appends `str(Decimal(str(number)))`: scientific below 1e-6 and where the last digit is above the units.
pub fn push_decimal(out: &mut String, number: f64) {
    let start = out.len();
    push_float(out, number);
    let Some((mantissa, exponent)) = out[start..].split_once('e').map(|(m, e)| (m.to_owned(), e.to_owned())) else {
        return;
    };
    out.truncate(start);
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-6..0).contains(&exponent) {
        let (sign, digits) = match mantissa.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", mantissa.as_str()),
        };
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        let _ = write!(out, "{sign}0.{zeros}{}", digits.replace('.', ""));
    } else {
        let _ = write!(out, "{mantissa}E{exponent:+}");
    }
}

/// Appends `repr(number)`: the shortest digits that read back, in scientific form below 1e-4 and from 1e16.
pub fn push_float(out: &mut String, number: f64) {
    if number.is_nan() {
        return out.push_str("nan");
    }
    if number.is_infinite() {
        return out.push_str(if number > 0.0 { "inf" } else { "-inf" });
    }
    // Ryu gives the shortest digits, and of two that are equally near the even one, as Python's dtoa does. Rust's own
    // formatting does not.
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(number);
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = Digits::default();
    digits.push(whole);
    digits.push(fraction);
    let leading = digits.as_str().len() - digits.as_str().trim_start_matches('0').len();
    let all = digits.as_str().trim_start_matches('0').trim_end_matches('0');
    if all.is_empty() {
        out.push_str(sign);
        return out.push_str("0.0");
    }
    let (first, rest) = all.split_at(1);
    // The power of ten of the first digit: at most 17 + 308 in magnitude, so this is exact.
    let exponent = exponent + whole.len() as i32 - leading as i32 - 1;
    out.push_str(sign);
    if !(-4..16).contains(&exponent) {
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "e{sign}{:02}", exponent.abs());
    } else if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
        out.push_str(first);
        out.push_str(rest);
    } else {
        let whole = exponent as usize;
        out.push_str(first);
        out.push_str(&rest[..whole.min(rest.len())]);
        out.extend(std::iter::repeat_n('0', whole.saturating_sub(rest.len())));
        out.push('.');
        out.push_str(rest.get(whole..).filter(|fraction| !fraction.is_empty()).unwrap_or("0"));
    }
}

/// Digits of one number, on the stack. Ryu's longest text has 24 bytes.
#[derive(Default)]
struct Digits {
    bytes: [u8; 32],
    length: usize,
}

impl Digits {
    /// Adds digits; a finite number has no more than there is room for.
    fn push(&mut self, digits: &str) {
        if let Some(room) = self.bytes.get_mut(self.length..self.length + digits.len()) {
            room.copy_from_slice(digits.as_bytes());
            self.length += digits.len();
        }
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

fn push_quoted(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(quote);
}

/// `repr()` of boto3's `Binary`.
fn push_bytes(out: &mut String, bytes: &[u8]) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    out.push_str("Binary(b");
    out.push(quote);
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if char::from(*byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            b' '..=b'~' => out.push(char::from(*byte)),
            byte => drop(write!(out, "\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out.push(')');
}

/// True where Python's `str.isspace()` is, for one character: Unicode's white space and the separators 0x1c to 0x1f.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// True where `len(text.strip()) == 0`.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

/// `text.strip()`.
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Lowers `text` from byte `start` on as `str.lower()` does.
pub fn lower_from(text: &mut String, start: usize) {
    let tail = &mut text[start..];
    if tail.is_ascii() {
        tail.make_ascii_lowercase();
    } else {
        let lowered = tail.to_lowercase();
        text.truncate(start);
        text.push_str(&lowered);
    }
}

/// `text.zfill(width)`: zeros after the sign, up to `width` characters.
pub fn zfill(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let (sign, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => text.split_at(text.len() - digits.len()),
        None => ("", text),
    };
    format!("{sign}{}{digits}", "0".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::excessive_precision, reason = "ties between two shortest texts are what is tested")]
    fn floats_print_as_in_python() {
        for (number, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (29.99, "29.99"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e16, "1.5e+16"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (123_456.75, "123456.75"),
            (1.0, "1.0"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (9007199254740992.0, "9007199254740992.0"),
            (f64::INFINITY, "inf"),
            (857467771176913.25, "857467771176913.2"),
            (857467771176913.75, "857467771176913.8"),
            (-12052458795850.0625, "-12052458795850.062"),
        ] {
            let mut out = String::new();
            push_float(&mut out, number);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn decimals_print_as_in_python() {
        for (number, text) in [
            (29.99, "29.99"),
            (1e-5, "0.00001"),
            (1.5e-6, "0.0000015"),
            (-1e-7, "-1E-7"),
            (1.5e-7, "1.5E-7"),
            (1e16, "1E+16"),
            (0.0, "0.0"),
        ] {
            let mut out = String::new();
            push_decimal(&mut out, number);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn zfill_keeps_the_sign_first() {
        for (text, width, filled) in
            [("42", 5, "00042"), ("-5", 4, "-005"), ("+5", 4, "+005"), ("é", 2, "0é"), ("abc", 2, "abc")]
        {
            assert_eq!(zfill(text, width), filled);
        }
    }

    #[test]
    fn repr_quotes_and_escapes_as_python_does() {
        for (text, repr) in [
            ("it's", "\"it's\""),
            ("say \"hi\"", "'say \"hi\"'"),
            ("'\"", "'\\'\"'"),
            ("a\\\n\u{1b}\u{200b}\u{e000}é日", "'a\\\\\\n\\x1b\\u200b\\ue000é日'"),
        ] {
            let mut out = String::new();
            push_repr(&mut out, &Value::text(text));
            assert_eq!(out, repr);
        }
    }
}
