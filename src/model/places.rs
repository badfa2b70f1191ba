//! Where a model's file names an index: once in most files, several times where its keys are headers or dotted keys.

use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};

use crate::text::{SourceFile, Span};

/// The places of the name of an index in the headers and keys of its file, quotes included, in order.
pub fn index_name_places(source: &SourceFile, name: &str) -> Vec<Span> {
    let text = source.text();
    let is_blank = |kind| matches!(kind, TokenKind::Whitespace | TokenKind::Comment);
    let tokens = Source::new(text).lex().filter(|token| !is_blank(token.kind())).collect();
    let mut walk = Walk { text, tokens, at: 0, name, found: Vec::new() };
    walk.document();
    walk.found
}

/// A part of a dotted key.
struct Segment<'t> {
    text: &'t str,
    span: Span,
}

/// How far a key has come on the way to an index: `indexes`, then its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Outside,
    Top,
    Indexes,
}

struct Walk<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    name: &'t str,
    found: Vec<Span>,
}

impl<'t> Walk<'t> {
    fn kind(&self) -> TokenKind {
        self.tokens.get(self.at).map_or(TokenKind::Eof, Token::kind)
    }

    fn take(&mut self, kind: TokenKind) -> bool {
        let is_next = self.kind() == kind && kind != TokenKind::Eof;
        self.at += usize::from(is_next);
        is_next
    }

    fn document(&mut self) {
        let mut table = Way::Top;
        loop {
            while self.take(TokenKind::Newline) {}
            if self.kind() == TokenKind::Eof {
                return;
            }
            if self.take(TokenKind::LeftSquareBracket) {
                self.take(TokenKind::LeftSquareBracket);
                let key = self.key();
                table = self.follow(Way::Top, &key);
            } else {
                let key = self.key();
                let inside = self.follow(table, &key);
                self.take(TokenKind::Equals);
                self.value(inside);
            }
            while !matches!(self.kind(), TokenKind::Newline | TokenKind::Eof) {
                self.at += 1;
            }
        }
    }

    /// A dotted key. A name with an escape in it is none that a key here is compared with.
    fn key(&mut self) -> Vec<Segment<'t>> {
        let mut key = Vec::new();
        loop {
            let Some(token) = self.tokens.get(self.at) else { return key };
            if !matches!(token.kind(), TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString) {
                return key;
            }
            let span = Span { start: token.span().start(), end: token.span().end() };
            let raw = self.text.get(span.range()).unwrap_or_default();
            key.push(Segment { text: raw.trim_matches(['"', '\'']), span });
            self.at += 1;
            if !self.take(TokenKind::Dot) {
                return key;
            }
        }
    }

    /// Where a key leads from `way`; the name of the index on the way is noted.
    fn follow(&mut self, mut way: Way, key: &[Segment<'t>]) -> Way {
        for segment in key {
            way = match way {
                Way::Top if segment.text == "indexes" => Way::Indexes,
                Way::Indexes if segment.text == self.name => {
                    self.found.push(segment.span);
                    Way::Outside
                }
                _ => Way::Outside,
            };
        }
        way
    }

    /// A value: the keys of inline tables are keys, too.
    fn value(&mut self, way: Way) {
        if self.take(TokenKind::LeftCurlyBracket) {
            loop {
                while self.take(TokenKind::Newline) || self.take(TokenKind::Comma) {}
                if self.take(TokenKind::RightCurlyBracket) || self.kind() == TokenKind::Eof {
                    return;
                }
                let key = self.key();
                let inside = self.follow(way, &key);
                if !self.take(TokenKind::Equals) {
                    self.at += 1;
                    continue;
                }
                self.value(inside);
            }
        }
        if self.take(TokenKind::LeftSquareBracket) {
            loop {
                while self.take(TokenKind::Newline) || self.take(TokenKind::Comma) {}
                if self.take(TokenKind::RightSquareBracket) || self.kind() == TokenKind::Eof {
                    return;
                }
                self.value(Way::Outside);
            }
        }
        let is_end = |kind| {
            matches!(
                kind,
                TokenKind::Comma
                    | TokenKind::RightCurlyBracket
                    | TokenKind::RightSquareBracket
                    | TokenKind::Newline
                    | TokenKind::Eof
            )
        };
        // A value of one token may be the end itself where the text is broken: the walk goes on all the same.
        self.at += usize::from(self.kind() != TokenKind::Newline);
        while !is_end(self.kind()) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_name_is_found() {
        for (text, count) in [
            ("[indexes.gsi1]\nx = 1", 1),
            ("[indexes.\"gsi1\"] # gsi1\ndescription = \"indexes.gsi1\"", 1),
            ("[indexes.gsi1]\n[indexes.gsi1.sort_key]\nattribute = 'gsi1'\n[indexes.gsi10]", 2),
            ("indexes.gsi1.partition_key = { a = [[1, 2.5]] }\nindexes.gsi1.sort_key = {}", 2),
            ("[indexes]\ngsi1.kind = \"lsi\"\n gsi1.sort_key = { gsi1 = { gsi1 = 1 } }\ngsi2 = { gsi1 = 1 }", 2),
            ("indexes = { 'gsi1' = { }, gsi2 = { gsi1 = [\n{ gsi1 = 1 },\n] } }", 1),
            ("[attributes]\ngsi1 = \"\"\"\n[indexes.gsi1]\n\"\"\"\n[[access_patterns]]\nindex = \"gsi1\"", 0),
            ("[indexes.gsi1\n[indexes.gsi1]\n= , ] }\n", 2),
        ] {
            let source = SourceFile::new("x.toml", text);
            let places = index_name_places(&source, "gsi1");
            assert_eq!(places.len(), count, "{text}");
            assert!(places.iter().all(|place| source.slice(*place).trim_matches(['"', '\'']) == "gsi1"), "{text}");
        }
    }
}
