//! Ignores: comments `# dynkeys: ignore[rule, rule] reason` in models.
//!
//! Behind a line or on a line of its own above it, a comment hides findings in that line; at the header of a table it
//! hides those in the whole table. One that hides nothing is a finding itself.

use std::ops::Range;
use std::sync::Arc;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use crate::rules::{DesignFinding, Edit, Fix, Place, Safety, rule, unknown_rule, unused_ignore};
use crate::text::{SourceFile, Span};

/// One rule that a comment ignores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The rule's name as written.
    pub rule: String,
    /// Where the name is.
    pub name: Span,
    /// The whole comment.
    pub comment: Span,
    /// How many rules the comment names.
    pub names: usize,
    /// The bytes in which findings are hidden.
    pub covers: Range<usize>,
    /// Why.
    pub reason: String,
}

/// A table's header or a key with its value.
struct Statement {
    span: Range<usize>,
    is_header: bool,
}

/// The ignores of a file, in order.
pub fn ignores(source: &SourceFile) -> Vec<Ignore> {
    let text = source.text();
    // Most files have none, and are not taken apart.
    if !text.contains("dynkeys:") {
        return Vec::new();
    }
    let (statements, comments) = take_apart(text);
    comments.iter().flat_map(|comment| read(text, comment, &statements)).collect()
}

fn take_apart(text: &str) -> (Vec<Statement>, Vec<Range<usize>>) {
    let mut statements: Vec<Statement> = Vec::new();
    let mut comments = Vec::new();
    let mut open: Option<Statement> = None;
    let mut depth = 0_usize;
    for token in Source::new(text).lex() {
        let span = token.span().start()..token.span().end();
        match token.kind() {
            TokenKind::Whitespace => {}
            TokenKind::Comment => comments.push(span),
            TokenKind::Newline | TokenKind::Eof if depth == 0 => statements.extend(open.take()),
            TokenKind::Newline | TokenKind::Eof => {}
            kind => {
                let is_header = kind == TokenKind::LeftSquareBracket;
                let statement = open.get_or_insert(Statement { span: span.clone(), is_header });
                statement.span.end = span.end;
                match kind {
                    TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
                    TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }
    statements.extend(open);
    (statements, comments)
}

/// The rules that a comment names.
fn read(text: &str, comment: &Range<usize>, statements: &[Statement]) -> Vec<Ignore> {
    let whole = &text[comment.clone()];
    let trimmed = whole.trim_start_matches('#').trim_start();
    let Some(rest) = trimmed.strip_prefix("dynkeys:").map(str::trim_start) else { return Vec::new() };
    let Some((names, reason)) = rest.strip_prefix("ignore[").and_then(|rest| rest.split_once(']')) else {
        return Vec::new();
    };
    let covers = covered(text, comment, statements);
    let mut at = comment.end - rest.len() + "ignore[".len();
    let count = names.split(',').count();
    names
        .split(',')
        .map(|name| {
            let start = at + (name.len() - name.trim_start().len());
            at += name.len() + 1;
            Ignore {
                rule: name.trim().to_owned(),
                name: Span { start, end: start + name.trim().len() },
                comment: comment.clone().into(),
                names: count,
                covers: covers.clone(),
                reason: reason.trim().to_owned(),
            }
        })
        .collect()
}

/// The bytes for which a comment speaks.
fn covered(text: &str, comment: &Range<usize>, statements: &[Statement]) -> Range<usize> {
    let line_start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |at| from + at);
    let alone = text[line_start..comment.start].trim().is_empty();
    let around = statements.iter().find(|one| one.span.start < comment.start && comment.start < one.span.end);
    match (around, alone) {
        // Within a value of several lines: this line, or the next.
        (Some(_), false) => line_start..line_end(comment.start),
        (Some(_), true) => {
            let next = line_end(comment.start) + 1;
            next..line_end(next.min(text.len()))
        }
        (None, _) => {
            let place = if alone {
                statements.iter().position(|one| one.span.start > comment.end)
            } else {
                statements.iter().rposition(|one| one.span.end <= comment.start)
            };
            let Some(place) = place else { return comment.end..comment.end };
            let one = &statements[place];
            if !one.is_header {
                return one.span.clone();
            }
            // A table with the tables below it.
            let inside = |header: &Range<usize>| text[header.clone()].trim_matches(['[', ']', ' ']).to_owned();
            let own = inside(&one.span);
            let next = statements[place + 1..]
                .iter()
                .find(|other| other.is_header && !inside(&other.span).starts_with(&format!("{own}.")));
            one.span.start..next.map_or(text.len(), |next| next.span.start)
        }
    }
}

/// Takes out the findings that the files ignore, and adds those about the ignores. Returns how many were taken out.
pub fn suppress(findings: &mut Vec<DesignFinding>, sources: &[Arc<SourceFile>], is_on: impl Fn(&str) -> bool) -> usize {
    let mut hidden = 0;
    for source in sources {
        let ignores = ignores(source);
        if ignores.is_empty() {
            continue;
        }
        let mut used = vec![false; ignores.len()];
        findings.retain(|finding| {
            if !Arc::ptr_eq(&finding.place.source, source) {
                return true;
            }
            let mut keep = true;
            for (ignore, used) in ignores.iter().zip(&mut used) {
                let here = ignore.covers.contains(&finding.place.span.start);
                if here && ignore.rule == finding.rule.name {
                    *used = true;
                    keep = false;
                }
            }
            hidden += usize::from(!keep);
            keep
        });
        for (ignore, used) in ignores.iter().zip(used) {
            let place = Place::new(source, ignore.name);
            if rule(&ignore.rule).is_none() {
                findings.push(unknown_rule(place, &ignore.rule));
            } else if !used && is_on(&ignore.rule) {
                findings.push(unused_ignore(place, &ignore.rule, removal(source, ignore)));
            }
        }
    }
    hidden
}

/// The edit that takes an ignore out: its name, or the whole comment, with its line where nothing else is on it.
fn removal(source: &Arc<SourceFile>, ignore: &Ignore) -> Fix {
    let text = source.text();
    let span = if ignore.names > 1 {
        let before = text[ignore.comment.start..ignore.name.start].ends_with('[');
        let after = &text[ignore.name.end..];
        let comma = after.find(|c: char| c != ' ' && c != ',').unwrap_or(0);
        if before {
            Span { start: ignore.name.start, end: ignore.name.end + comma }
        } else {
            let head = text[..ignore.name.start].trim_end_matches([' ', ',']).len();
            Span { start: head, end: ignore.name.end }
        }
    } else {
        let line_start = text[..ignore.comment.start].rfind('\n').map_or(0, |at| at + 1);
        let alone = text[line_start..ignore.comment.start].trim().is_empty();
        if alone {
            let end = text[ignore.comment.end..].find('\n').map_or(text.len(), |at| ignore.comment.end + at + 1);
            Span { start: line_start, end }
        } else {
            Span { start: text[..ignore.comment.start].trim_end().len(), end: ignore.comment.end }
        }
    };
    Fix {
        title: format!("remove the ignore of `{}`", ignore.rule),
        safety: Safety::Safe,
        edits: vec![Edit { place: Place::new(source, span), text: String::new() }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(text: &str) -> Vec<(String, String)> {
        let source = SourceFile::new("model.toml", text);
        ignores(&source).into_iter().map(|one| (one.rule, text[one.covers].to_owned())).collect()
    }

    fn one(rule: &str, covers: &str) -> (String, String) {
        (rule.to_owned(), covers.to_owned())
    }

    #[test]
    fn a_comment_speaks_for_its_line_or_the_next() {
        assert_eq!(covers("a = 1 # dynkeys: ignore[x] why\nb = 2\n"), [one("x", "a = 1")]);
        assert_eq!(
            covers("a = 1\n# dynkeys: ignore[x, y]\n# more\n\nb = 2\nc = 3\n"),
            [one("x", "b = 2"), one("y", "b = 2")]
        );
        assert_eq!(covers("a = \"# dynkeys: ignore[x]\"\n"), []);
        assert_eq!(covers("# dynkeys: ignore[x]\n"), [one("x", "")]);
    }

    #[test]
    fn a_comment_at_a_header_speaks_for_the_table() {
        let text = "[t] # dynkeys: ignore[x]\na = 1\n[t.u]\nb = 2\n[v]\nc = 3\n";
        assert_eq!(covers(text), [one("x", "[t] # dynkeys: ignore[x]\na = 1\n[t.u]\nb = 2\n")]);
        assert_eq!(covers("# dynkeys: ignore[x]\n[[t]]\na = 1\n[[t]]\na = 2\n"), [one("x", "[[t]]\na = 1\n")]);
    }

    #[test]
    fn a_comment_in_a_value_speaks_for_a_line_of_it() {
        let text = "a = [\n  1, # dynkeys: ignore[x]\n  # dynkeys: ignore[y]\n  2,\n]\n";
        assert_eq!(covers(text), [one("x", "  1, # dynkeys: ignore[x]"), one("y", "  2,")]);
    }
}
