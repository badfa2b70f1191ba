//! Text with placeholders: `lastname#{last_name}`. `{{` and `}}` are braces.

use std::ops::Range;

use super::expression::{Expression, Names, Scope, parse};
use super::reader::Reader;
use crate::text::Span;

/// Text with placeholders, and its place.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its pieces, in order; text pieces are never empty and never beside each other.
    pub pieces: Vec<Piece>,
    /// Where it is.
    pub span: Span,
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// An expression whose value is printed.
    Placeholder(Expression),
}

impl Template {
    /// Reads the text of the TOML string at `span`; what is wrong is recorded.
    pub fn read(text: &str, span: Span, attributes: &Names, reader: &mut Reader) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut sound = true;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                literal.push(c);
                at += 2;
            } else if c == '{' {
                let Some(end) = placeholder_end(text, at + 1) else {
                    let place = reader.span_in_string(span, at..at + 1);
                    reader
                        .problem("template-syntax", place, "this `{` opens a placeholder that is never closed")
                        .label("opened here")
                        .help("add the `}`, or write `{{` for a brace itself");
                    return None;
                };
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                match read_expression(text, at + 1..end, span, attributes, reader) {
                    Some(expression) => pieces.push(Piece::Placeholder(expression)),
                    None => sound = false,
                }
                at = end + 1;
            } else if c == '}' {
                let place = reader.span_in_string(span, at..at + 1);
                reader
                    .problem("template-syntax", place, "this `}` closes nothing")
                    .label("no `{` before it")
                    .help("write `}}` for a brace itself");
                sound = false;
                at += 1;
            } else {
                literal.push(c);
                at += c.len_utf8();
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        sound.then_some(Self { pieces, span })
    }
}

/// Reads the expression in `range` of a TOML string's text; what is wrong is recorded.
pub fn read_expression(
    text: &str,
    range: Range<usize>,
    span: Span,
    attributes: &Names,
    reader: &mut Reader,
) -> Option<Expression> {
    reader.mark_in_string(span, range.start);
    let suggests = !reader.is_full();
    let parsed = {
        let place =
            |inner: Range<usize>| reader.span_in_string(span, range.start + inner.start..range.start + inner.end);
        parse(&text[range.clone()], &Scope { attributes, suggests, place: &place })
    };
    match parsed {
        Ok(expression) => Some(expression),
        Err(errors) => {
            for error in errors {
                let inner = range.start + error.range.start..range.start + error.range.end;
                let place = reader.span_in_string(span, inner);
                let meant = error.suggestion.map(|suggestion| {
                    let (inner, meant) = *suggestion;
                    (reader.span_in_string(span, range.start + inner.start..range.start + inner.end), meant)
                });
                let recorded = reader.problem(error.code, place, error.message).maybe_help(error.help);
                if let Some((place, meant)) = meant {
                    recorded.suggestion(place, Some(meant));
                }
            }
            None
        }
    }
}

/// Where the placeholder that opened before `from` closes; braces in quotes do not count.
fn placeholder_end(text: &str, from: usize) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text[from..].char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '}' => return Some(from + at),
            None if c == '\'' || c == '"' => quote = Some(c),
            None => {}
        }
    }
    // A quote that is never closed hides the brace: take the last one, so that the expression's own error is shown.
    quote.and_then(|_| text[from..].rfind('}').map(|at| from + at))
}
