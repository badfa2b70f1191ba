//! The words of an expression.

use std::ops::Range;

use super::ExpressionError;

/// A word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Token<'t> {
    /// A name: a field, a filter or a keyword.
    Name(&'t str),
    /// Text in quotes, decoded.
    Text(String),
    /// A number, as written.
    Number(&'t str),
    /// One of `. | ( ) ,`.
    Mark(char),
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
}

/// A word and its bytes in the text.
pub type Placed<'t> = (Token<'t>, Range<usize>);

/// Splits the whole text into words.
pub fn tokens(text: &str) -> Result<Vec<Placed<'_>>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        at += c.len_utf8();
        let token = match c {
            c if c.is_whitespace() => continue,
            '\'' | '"' => {
                let (decoded, end) = quoted(text, start, c)?;
                at = end;
                Token::Text(decoded)
            }
            '0'..='9' | '-' if c != '-' || text[at..].starts_with(|c: char| c.is_ascii_digit()) => {
                at = number_end(text, at);
                Token::Number(&text[start..at])
            }
            c if c.is_alphabetic() || c == '_' => {
                at = name_end(text, at);
                Token::Name(&text[start..at])
            }
            '=' if text[at..].starts_with('=') => {
                at += 1;
                Token::Equal
            }
            '!' if text[at..].starts_with('=') => {
                at += 1;
                Token::NotEqual
            }
            '.' | '|' | '(' | ')' | ',' => Token::Mark(c),
            c => return Err(unexpected(c, start..at)),
        };
        tokens.push((token, start..at));
    }
    Ok(tokens)
}

/// The end of quoted text that begins at `start`, and what it says. `\\`, `\'`, `\"`, `\n` and `\t` are known.
fn quoted(text: &str, start: usize, quote: char) -> Result<(String, usize), ExpressionError> {
    let mut decoded = String::new();
    let mut chars = text[start + 1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((decoded, start + 1 + at + 1)),
            '\\' => match chars.next() {
                Some((_, escaped @ ('\\' | '\'' | '"'))) => decoded.push(escaped),
                Some((_, 'n')) => decoded.push('\n'),
                Some((_, 't')) => decoded.push('\t'),
                other => {
                    let end = start + 1 + at + 1 + other.map_or(0, |(_, c)| c.len_utf8());
                    return Err(ExpressionError {
                        code: "expression-syntax",
                        message: "unknown escape in quoted text".to_owned(),
                        range: start + 1 + at..end,
                        help: Some(
                            "write `\\\\` for a backslash; `\\'`, `\\\"`, `\\n` and `\\t` are known too".to_owned(),
                        ),
                        suggestion: None,
                    });
                }
            },
            c => decoded.push(c),
        }
    }
    Err(ExpressionError {
        code: "expression-syntax",
        message: "this quote is never closed".to_owned(),
        range: start..text.len(),
        help: Some(format!("add a `{quote}`")),
        suggestion: None,
    })
}

/// The end of a number: digits, a fraction, an exponent.
fn number_end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut at = digits(from);
    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let end = digits(at + 1 + sign);
        if end > at + 1 + sign {
            at = end;
        }
    }
    at
}

/// The end of a name. A hyphen between letters or digits belongs to it: there is no subtraction, and attribute names have hyphens.
fn name_end(text: &str, from: usize) -> usize {
    let mut chars = text[from..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inside = c.is_alphanumeric()
            || c == '_'
            || (c == '-' && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric() || *next == '_'));
        if !inside {
            return from + at;
        }
    }
    text.len()
}

fn unexpected(c: char, range: Range<usize>) -> ExpressionError {
    let help = match c {
        '=' => Some("compare with `==`".to_owned()),
        '!' => Some(
            "write `not a`, or `a != b`; conversions such as `!r` are not known, use a filter such as `|str`"
                .to_owned(),
        ),
        ':' => Some("format specs are not known; use a filter such as `|zfill(10)`".to_owned()),
        '+' => Some("put text beside a placeholder instead of adding: `v-{id}`".to_owned()),
        '[' | ']' => Some("reach into a map with a dot: `address.city`".to_owned()),
        '<' | '>' => Some("only `==` and `!=` compare".to_owned()),
        _ => None,
    };
    ExpressionError {
        code: "expression-syntax",
        message: format!("`{}` has no meaning here", crate::text::printable(&c.to_string())),
        range,
        help,
        suggestion: None,
    }
}
