//! TOML into typed documents: every error of a file is collected, each with its place, and none stops the reading.

use std::sync::Arc;

use num_bigint::BigInt;
use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use crate::error::Problem;
use crate::text::{Replacement, SourceFile, Span, Spanned, did_you_mean, replacement};
use crate::value::Value;

/// A TOML value with its place.
pub type Node<'i> = TomlSpanned<DeValue<'i>>;

/// What can be read from a TOML value. `None` means that the reader has recorded a problem.
pub trait FromToml: Sized {
    /// Reads the value.
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self>;

    /// What to go on with where a value could not be read and its problem is recorded.
    fn stand_in() -> Option<Self> {
        None
    }

    /// What an absent key means; by default it is a problem.
    fn missing(key: &str, table: Span, reader: &mut Reader) -> Option<Self> {
        reader.problem("missing-key", table, format!("`{key}` is missing")).label(format!("this needs `{key}`"));
        None
    }
}

/// Reads one file and collects what is wrong with it.
#[derive(Debug)]
pub struct Reader {
    /// The file.
    pub source: Arc<SourceFile>,
    /// What was wrong so far.
    pub problems: Vec<Problem>,
    /// A string, a byte of its decoded text and where that is in the source: places behind it are found from there.
    mark: Option<(Span, usize, usize)>,
    /// How many problems were found after the most that are kept.
    more: usize,
    /// What is told of a problem that is not kept.
    dropped: Problem,
}

/// How many problems of one file are kept. Whoever mends these sees the next.
const MOST_PROBLEMS: usize = 100;

/// A problem just recorded, to be told more of.
pub struct Recorded<'r>(&'r mut Problem);

impl Recorded<'_> {
    /// A few words at the place itself.
    pub fn label(self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    /// What would be right.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// What would be right, where that is known.
    pub fn maybe_help(self, help: Option<String>) -> Self {
        self.0.help = help;
        self
    }

    /// What the text at a place was meant to be.
    pub fn suggestion(self, span: Span, replacement: Option<Replacement>) -> Self {
        self.0.suggestion = replacement.map(|replacement| (span, replacement));
        self
    }

    /// Another place that explains this one.
    pub fn related(self, span: Span, words: impl Into<String>) -> Self {
        self.0.related = Some((span, words.into()));
        self
    }
}

impl Reader {
    /// Reads `source` as a `T`. The syntax is read with recovery, so that one slip does not hide the next.
    pub fn read<T: FromToml>(source: Arc<SourceFile>) -> (Option<T>, Reader) {
        let dropped = Problem {
            code: "more-problems",
            message: String::new(),
            source: Arc::clone(&source),
            span: Span::default(),
            label: String::new(),
            help: None,
            related: None,
            suggestion: None,
        };
        let mut reader = Self { source: Arc::clone(&source), problems: Vec::new(), mark: None, more: 0, dropped };
        let (table, errors) = DeTable::parse_recoverable(source.text());
        for error in &errors {
            if reader.is_full() {
                reader.more = errors.len() - reader.problems.len();
                break;
            }
            let span = error.span().unwrap_or_default();
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            reader.problem("toml-syntax", span.into(), format!("this is not TOML: {message}"));
        }
        let span = table.span();
        let node = Node::new(span, DeValue::Table(table.into_inner()));
        // What recovery dropped would be reported again as missing or incomplete: only the syntax counts here.
        let document = if reader.problems.is_empty() { T::from_toml(&node, &mut reader) } else { None };
        (document, reader)
    }

    /// Records a problem.
    pub fn problem(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> Recorded<'_> {
        if self.is_full() {
            self.more += 1;
            return Recorded(&mut self.dropped);
        }
        self.problems.push(Problem {
            code,
            message: message.into(),
            source: Arc::clone(&self.source),
            span,
            label: "here".to_owned(),
            help: None,
            related: None,
            suggestion: None,
        });
        let last = self.problems.len() - 1;
        Recorded(&mut self.problems[last])
    }

    /// True where as many problems are kept as are shown: those that follow are only counted, and what would be right
    /// need not be worked out.
    pub fn is_full(&self) -> bool {
        self.problems.len() >= MOST_PROBLEMS
    }

    /// Everything that is wrong with the file, in the order of the places; the last one says how many more there are.
    pub fn finish(self) -> Vec<Problem> {
        let Self { mut problems, more, .. } = self;
        problems.sort_by_key(|problem| problem.span);
        if let Some(last) = problems.last().filter(|_| more > 0).cloned() {
            let errors = if more == 1 { "1 more problem".to_owned() } else { format!("{more} more problems") };
            problems.push(Problem {
                code: "more-problems",
                message: format!("{errors} in this file"),
                label: "and more like these".to_owned(),
                help: Some("mend the ones above first: the others are shown then, or are gone with them".to_owned()),
                related: None,
                suggestion: None,
                ..last
            });
        }
        problems
    }

    /// Records that a value is of another kind than `wanted`.
    pub fn wrong_type(&mut self, node: &Node<'_>, wanted: &str) {
        let found = kind(node.get_ref());
        self.problem("wrong-type", node.span().into(), format!("expected {wanted}, found {found}"))
            .label(format!("expected {wanted}"));
    }

    /// Records that a string is none of the words that are known in its place.
    pub fn unknown_word(&mut self, node: &Node<'_>, word: &str, known: Vec<&str>, what: &str) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let meant = replacement(word, known.iter().copied());
        let quoted = meant.map(|meant| Replacement { text: format!("\"{}\"", meant.text), ..meant });
        self.problem("unknown-word", node.span().into(), format!("`{word}` {what}"))
            .label("not known here")
            .maybe_help(did_you_mean(word, known))
            .suggestion(node.span().into(), quoted);
    }

    /// Says of the last problem what would be right.
    pub fn help(&mut self, help: &str) {
        if let Some(last) = self.problems.last_mut().filter(|_| self.more == 0) {
            last.help = Some(help.to_owned());
        }
    }

    /// Records what is wrong with a regular expression, at its place in the string; true where nothing is.
    pub fn check_pattern(&mut self, pattern: &Spanned<String>) -> bool {
        let Err(error) = super::pattern::read(pattern) else { return true };
        let (range, reason) = match error.as_ref() {
            regex_syntax::Error::Parse(error) => {
                (error.span().start.offset..error.span().end.offset, error.kind().to_string())
            }
            regex_syntax::Error::Translate(error) => {
                (error.span().start.offset..error.span().end.offset, error.kind().to_string())
            }
            _ => (0..pattern.len(), error.to_string()),
        };
        let span = self.span_in_string(pattern.span, range);
        self.problem("wrong-pattern", span, format!("this is no regular expression: {reason}"));
        false
    }

    /// The table that `node` is, or a recorded problem.
    pub fn table<'n, 'i>(&mut self, node: &'n Node<'i>) -> Option<&'n DeTable<'i>> {
        match node.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong_type(node, "a table");
                None
            }
        }
    }

    /// Reads one key of a table.
    pub fn field<T: FromToml>(&mut self, table: &DeTable<'_>, key: &str, whole: Span) -> Option<T> {
        match table.iter().find(|(name, _)| name.get_ref() == key) {
            Some((_, node)) => T::from_toml(node, self),
            None => T::missing(key, whole, self),
        }
    }

    /// Records each key of a table that is not in `known`.
    pub fn reject_unknown_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for name in table.keys().filter(|name| !known.contains(&name.get_ref().as_ref())) {
            if self.is_full() {
                self.more += 1;
                continue;
            }
            let help = did_you_mean(name.get_ref(), known.iter().copied());
            // A key that is there already is not the one that was meant.
            let free = known.iter().copied().filter(|known| table.keys().all(|name| name.get_ref() != known));
            let meant =
                replacement(name.get_ref(), free).filter(|_| self.source.slice(name.span().into()) == name.get_ref());
            self.problem("unknown-key", name.span().into(), format!("unknown key `{}`", name.get_ref()))
                .label("not known here")
                .maybe_help(help)
                .suggestion(name.span().into(), meant);
        }
    }

    /// Where the decoded text of a TOML string has its byte `offset`: escapes and quotes of the source are counted.
    pub fn offset_in_string(&self, string: Span, offset: usize) -> usize {
        let raw = self.source.slice(string);
        let from = match self.mark {
            Some((marked, decoded, at)) if marked == string && decoded <= offset => (decoded, at),
            _ => (0, content_start(raw)),
        };
        string.start + raw_offset(raw, from, offset)
    }

    /// Remembers a place in a string, so that those behind it are found without reading the string from its start.
    pub fn mark_in_string(&mut self, string: Span, offset: usize) {
        let at = self.offset_in_string(string, offset) - string.start;
        self.mark = Some((string, offset, at));
    }

    /// The span of a range of bytes of a TOML string's decoded text.
    pub fn span_in_string(&self, string: Span, range: std::ops::Range<usize>) -> Span {
        Span { start: self.offset_in_string(string, range.start), end: self.offset_in_string(string, range.end) }
    }
}

/// Where the text of a raw TOML string begins, behind its quotes.
fn content_start(raw: &str) -> usize {
    if !raw.starts_with("\"\"\"") && !raw.starts_with("'''") {
        return 1;
    }
    let rest = &raw[3..];
    3 + if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) }
}

/// How far into a raw TOML string the decoded byte `offset` is, counted from a place known in both.
fn raw_offset(raw: &str, from: (usize, usize), offset: usize) -> usize {
    let quote = raw.chars().next().unwrap_or('"');
    let (mut decoded, mut at) = from;
    while decoded < offset {
        let Some(rest) = raw.get(at..) else { break };
        let Some(c) = rest.chars().next() else { break };
        if quote == '"' && c == '\\' {
            let (raw_length, decoded_length) = escape(rest);
            at += raw_length;
            decoded += decoded_length;
        } else {
            at += c.len_utf8();
            decoded += c.len_utf8();
        }
    }
    // A line continuation stands for nothing: what follows it comes after.
    while let Some(rest) = raw.get(at..).filter(|rest| quote == '"' && rest.starts_with('\\')) {
        match escape(rest) {
            (length, 0) => at += length,
            _ => break,
        }
    }
    at
}

/// The length of an escape in the source and of what it stands for.
fn escape(rest: &str) -> (usize, usize) {
    let digits = match rest.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b'\n' | b'\r' | b' ' | b'\t') => {
            let blank = rest[1..].len() - rest[1..].trim_start().len();
            return (1 + blank, 0);
        }
        _ => return (rest.len().min(2), 1),
    };
    let length = (2 + digits).min(rest.len());
    let decoded = rest
        .get(2..length)
        .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        .and_then(char::from_u32)
        .map_or(1, char::len_utf8);
    (length, decoded)
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date-time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

impl FromToml for String {
    fn stand_in() -> Option<Self> {
        Some("?".to_owned())
    }

    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        match node.get_ref() {
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => {
                reader.wrong_type(node, "a string");
                None
            }
        }
    }
}

impl FromToml for bool {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        match node.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => {
                reader.wrong_type(node, "`true` or `false`");
                None
            }
        }
    }
}

impl FromToml for u64 {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        let number = match node.get_ref() {
            DeValue::Integer(integer) => Self::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => None,
        };
        if number.is_none() {
            reader.wrong_type(node, "a whole number, 0 or more");
        }
        number
    }
}

impl FromToml for Value<'static> {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        match node.get_ref() {
            DeValue::String(text) => Some(Value::text(text.clone().into_owned())),
            DeValue::Boolean(value) => Some(Value::Bool(*value)),
            DeValue::Integer(integer) => {
                let number = BigInt::parse_bytes(integer.as_str().as_bytes(), integer.radix());
                if number.is_none() {
                    reader.wrong_type(node, "an integer");
                }
                number.map(Value::integer)
            }
            DeValue::Float(float) => {
                let number = float.as_str().parse().ok();
                if number.is_none() {
                    reader.wrong_type(node, "a float");
                }
                number.map(Value::Float)
            }
            DeValue::Array(nodes) => {
                let values: Vec<Option<Value<'static>>> =
                    nodes.iter().map(|node| Self::from_toml(node, reader)).collect();
                values.into_iter().collect::<Option<Vec<_>>>().map(Value::List)
            }
            DeValue::Table(table) => {
                let entries: Vec<Option<_>> = table
                    .iter()
                    .map(|(name, node)| {
                        Self::from_toml(node, reader).map(|value| (name.get_ref().clone().into_owned().into(), value))
                    })
                    .collect();
                entries.into_iter().collect::<Option<Vec<_>>>().map(Value::Map)
            }
            DeValue::Datetime(_) => {
                reader.wrong_type(node, "a string, a number, a boolean, an array or a table");
                reader.help("put the date in quotes: items carry dates as text");
                None
            }
        }
    }
}

impl<T: FromToml> FromToml for Spanned<T> {
    fn stand_in() -> Option<Self> {
        T::stand_in().map(|value| Self::new(value, Span::default()))
    }

    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        T::from_toml(node, reader).map(|value| Self::new(value, node.span()))
    }

    fn missing(key: &str, table: Span, reader: &mut Reader) -> Option<Self> {
        T::missing(key, table, reader).map(|value| Self::new(value, table))
    }
}

impl<T: FromToml> FromToml for Option<T> {
    fn stand_in() -> Option<Self> {
        Some(None)
    }

    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        T::from_toml(node, reader).map(Some)
    }

    fn missing(_: &str, _: Span, _: &mut Reader) -> Option<Self> {
        Some(None)
    }
}

impl<T: FromToml> FromToml for Vec<T> {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        match node.get_ref() {
            DeValue::Array(nodes) => {
                let all: Vec<Option<T>> = nodes.iter().map(|node| T::from_toml(node, reader)).collect();
                all.into_iter().collect()
            }
            _ => {
                reader.wrong_type(node, "an array");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_in_strings_count_escapes() {
        for (raw, decoded) in [
            (r#""a#{x}""#, "a#{x}"),
            (r#""\t\u00e9{x}""#, "\té{x}"),
            ("'lit\\t{x}'", "lit\\t{x}"),
            ("\"\"\"\nab\\\n   {x}\"\"\"", "ab{x}"),
            (r#""\U0001F600\"{x}""#, "😀\"{x}"),
        ] {
            let at = decoded.find("{x}").unwrap();
            assert_eq!(raw_offset(raw, (0, content_start(raw)), at), raw.find("{x}").unwrap(), "{raw}");
        }
    }
}
