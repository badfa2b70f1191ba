//! Words into expressions. From loosest to tightest: `if else`, `or`, `and`, `not`, `== !=`, filters.

use std::ops::Range;

use num_bigint::BigInt;

use super::lexer::{Placed, Token, tokens};
use super::{Expression, ExpressionError, ExpressionKind, FieldPath, Filter, Names};
use crate::text::{Replacement, Span, closest, did_you_mean, replacement};
use crate::value::Value;

/// The names that an expression may use, and where its text is in the file.
pub struct Scope<'s> {
    /// The model's attributes, in order.
    pub attributes: &'s Names,
    /// Whether what was meant by an unknown name is worked out.
    pub suggests: bool,
    /// The place in the file of a range of bytes of the text.
    pub place: &'s dyn Fn(Range<usize>) -> Span,
}

/// Deeper nesting than this is refused, so that no input exhausts the stack.
const DEPTH: usize = 64;

/// Reads the whole of `text` as one expression. Errors about names do not end the reading.
pub fn parse(text: &str, scope: &Scope<'_>) -> Result<Expression, Vec<ExpressionError>> {
    let tokens = tokens(text).map_err(|error| vec![error])?;
    if tokens.is_empty() {
        return Err(vec![ExpressionError {
            code: "expression-syntax",
            message: "a placeholder needs an expression".to_owned(),
            range: 0..text.len(),
            help: Some(match scope.attributes.first() {
                Some(name) => {
                    format!("name a field, as in `{{{name}}}`; write `{{{{` and `}}}}` for braces themselves")
                }
                None => "name a field; write `{{` and `}}` for braces themselves".to_owned(),
            }),
            suggestion: None,
        }]);
    }
    let mut parser = Parser { text, tokens, at: 0, depth: 0, scope, errors: Vec::new() };
    let parsed = parser.conditional().and_then(|expression| match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.unexpected("the end of the expression")),
    });
    match parsed {
        Ok(expression) if parser.errors.is_empty() => Ok(expression),
        Ok(_) => Err(parser.errors),
        Err(error) => {
            parser.errors.push(error);
            Err(parser.errors)
        }
    }
}

/// True of a name that an expression can say as it stands.
pub fn is_name(name: &str) -> bool {
    const KEYWORDS: [&str; 11] = ["or", "and", "not", "if", "else", "true", "True", "false", "False", "none", "None"];
    !KEYWORDS.contains(&name)
        && tokens(name)
            .is_ok_and(|tokens| matches!(tokens.as_slice(), [(Token::Name(_), all)] if *all == (0..name.len())))
}

struct Parser<'p> {
    text: &'p str,
    tokens: Vec<Placed<'p>>,
    at: usize,
    depth: usize,
    scope: &'p Scope<'p>,
    errors: Vec<ExpressionError>,
}

type Parsed = Result<Expression, ExpressionError>;

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<&Token<'p>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn take(&mut self) -> Option<Placed<'p>> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.peek() == Some(&Token::Name(keyword));
        self.at += usize::from(found);
        found
    }

    fn take_mark(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(&Token::Mark(mark));
        self.at += usize::from(found);
        found
    }

    /// The bytes of the word at hand, or of the end of the text.
    fn here(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.text.len()..self.text.len(), |(_, range)| range.clone())
    }

    fn unexpected(&self, wanted: &str) -> ExpressionError {
        let range = self.here();
        let found = &self.text[range.clone()];
        let message = if found.is_empty() {
            format!("expected {wanted}, found the end")
        } else {
            format!("expected {wanted}, found `{found}`")
        };
        let help = match self.peek() {
            Some(Token::Name("is")) => Some("compare with `==` and `!=`: `name != none`".to_owned()),
            Some(Token::Name("in")) => Some("compare one by one: `name == 'x' or name == 'y'`".to_owned()),
            Some(Token::Text(_) | Token::Number(_) | Token::Name(_)) => Some(
                "the words between expressions are `or`, `and`, `not`, `==`, `!=`, `if … else …` and `|filter`"
                    .to_owned(),
            ),
            Some(Token::Mark('(')) => Some("methods are filters here: `name|lower`, `name|zfill(10)`".to_owned()),
            _ => None,
        };
        ExpressionError { code: "expression-syntax", message, range, help, suggestion: None }
    }

    fn make(&self, start: usize, kind: ExpressionKind) -> Expression {
        let end = self.tokens[self.at - 1].1.end;
        Expression { kind, span: (self.scope.place)(start..end) }
    }

    fn start(&self) -> usize {
        self.here().start
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, ExpressionError>) -> Result<T, ExpressionError> {
        if self.depth == DEPTH {
            return Err(ExpressionError {
                code: "expression-syntax",
                message: format!("this is nested more than {DEPTH} deep"),
                range: self.here(),
                help: Some("use `cases` for a key with many branches".to_owned()),
                suggestion: None,
            });
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn conditional(&mut self) -> Parsed {
        self.deeper(|parser| {
            let start = parser.start();
            let then = parser.or()?;
            if !parser.take_keyword("if") {
                return Ok(then);
            }
            let condition = Box::new(parser.or()?);
            if !parser.take_keyword("else") {
                let mut error = parser.unexpected("`else`");
                error.help = Some("say what the value is otherwise: `a if b else none`".to_owned());
                return Err(error);
            }
            let otherwise = Box::new(parser.conditional()?);
            Ok(parser.make(start, ExpressionKind::If { condition, then: Box::new(then), otherwise }))
        })
    }

    fn or(&mut self) -> Parsed {
        self.chain("or", Self::and, ExpressionKind::Or)
    }

    fn and(&mut self) -> Parsed {
        self.chain("and", Self::not, ExpressionKind::And)
    }

    /// `operand (keyword operand)*`, grouped to the right, which for `or` and `and` is the same.
    fn chain(
        &mut self,
        keyword: &str,
        operand: fn(&mut Self) -> Parsed,
        join: fn(Box<Expression>, Box<Expression>) -> ExpressionKind,
    ) -> Parsed {
        let start = self.start();
        let left = operand(self)?;
        if !self.take_keyword(keyword) {
            return Ok(left);
        }
        let right = self.deeper(|parser| parser.chain(keyword, operand, join))?;
        Ok(self.make(start, join(Box::new(left), Box::new(right))))
    }

    fn not(&mut self) -> Parsed {
        let start = self.start();
        if !self.take_keyword("not") {
            return self.comparison();
        }
        let inner = self.deeper(Self::not)?;
        Ok(self.make(start, ExpressionKind::Not(Box::new(inner))))
    }

    fn comparison(&mut self) -> Parsed {
        let start = self.start();
        let left = self.filtered()?;
        let join = match self.peek() {
            Some(Token::Equal) => ExpressionKind::Equal,
            Some(Token::NotEqual) => ExpressionKind::NotEqual,
            _ => return Ok(left),
        };
        self.at += 1;
        let right = self.filtered()?;
        Ok(self.make(start, join(Box::new(left), Box::new(right))))
    }

    fn filtered(&mut self) -> Parsed {
        let start = self.start();
        let mut expression = self.primary()?;
        let mut filters = 0;
        while self.take_mark('|') {
            filters += 1;
            if filters > DEPTH {
                return Err(self.unexpected(&format!("at most {DEPTH} filters")));
            }
            let filter = self.filter()?;
            if let Some(filter) = filter {
                expression = self.make(start, ExpressionKind::Filter(Box::new(expression), filter));
            }
        }
        Ok(expression)
    }

    fn primary(&mut self) -> Parsed {
        let start = self.start();
        if self.take_mark('(') {
            let inner = self.conditional()?;
            if !self.take_mark(')') {
                return Err(self.unexpected("`)`"));
            }
            return Ok(inner);
        }
        let (token, range) = match self.take() {
            Some(placed) => placed,
            None => {
                self.at -= 1;
                return Err(self.unexpected("a field or a literal"));
            }
        };
        let kind = match token {
            Token::Text(text) => ExpressionKind::Literal(Value::text(text)),
            Token::Number(number) => ExpressionKind::Literal(number_literal(number)),
            Token::Name("true" | "True") => ExpressionKind::Literal(Value::Bool(true)),
            Token::Name("false" | "False") => ExpressionKind::Literal(Value::Bool(false)),
            Token::Name("none" | "None") => ExpressionKind::Literal(Value::None),
            Token::Name(name) if !matches!(name, "or" | "and" | "not" | "if" | "else") => self.field(name, range)?,
            _ => {
                self.at -= 1;
                return Err(self.unexpected("a field or a literal"));
            }
        };
        Ok(self.make(start, kind))
    }

    fn field(&mut self, root: &'p str, range: Range<usize>) -> Result<ExpressionKind, ExpressionError> {
        let mut path = Vec::new();
        let mut first_end = range.end;
        while self.take_mark('.') {
            match self.take() {
                Some((Token::Name(key), _)) => path.push(key.to_owned()),
                // A path into a map may have keys that are numbers.
                Some((Token::Number(key), _)) if key.bytes().all(|b| b.is_ascii_digit()) => path.push(key.to_owned()),
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected("the name of a key"));
                }
            }
            if let ([_], Some((_, key))) = (path.as_slice(), self.tokens.get(self.at - 1)) {
                first_end = key.end;
            }
        }
        let attribute = self.scope.attributes.place(root);
        if attribute.is_none() {
            self.unknown_field(root, path.first().map(|key| (key.as_str(), first_end)), range.clone());
        }
        let end = self.tokens[self.at - 1].1.end;
        Ok(ExpressionKind::Field(FieldPath { attribute, path, name: self.text[range.start..end].to_owned() }))
    }

    /// `first` is the first key of the path behind the name, with its end.
    fn unknown_field(&mut self, root: &str, first: Option<(&str, usize)>, range: Range<usize>) {
        if !self.scope.suggests {
            let message = format!("unknown attribute `{root}`");
            self.errors.push(ExpressionError { code: "unknown-field", message, range, help: None, suggestion: None });
            return;
        }
        let names = || self.scope.attributes.iter().map(String::as_str);
        let meant = |name: &str| replacement(name, names().filter(|name| is_name(name)));
        let (help, suggestion) = match first {
            Some((field, end)) if root == "self" => {
                let meant = match names().any(|name| name == field) {
                    true => Some(Replacement { text: field.to_owned(), is_sure: true }),
                    false => meant(field),
                };
                let field = match &meant {
                    Some(meant) => &meant.text,
                    None => closest(field, names()).unwrap_or(field),
                };
                let help = format!("fields go without `self.`: write `{field}`");
                (Some(help), meant.map(|meant| Box::new((range.start..end, meant))))
            }
            _ if self.scope.attributes.is_empty() => (Some("declare it under `[attributes]`".to_owned()), None),
            _ => (did_you_mean(root, names()), meant(root).map(|meant| Box::new((range.clone(), meant)))),
        };
        let message = format!("unknown attribute `{root}`");
        self.errors.push(ExpressionError { code: "unknown-field", message, range, help, suggestion });
    }

    /// A filter after `|`; `None` where it is unknown and the error is recorded.
    fn filter(&mut self) -> Result<Option<Filter>, ExpressionError> {
        let start = self.start();
        let Some(Token::Name(name)) = self.peek().cloned() else {
            return Err(self.unexpected("the name of a filter"));
        };
        let name_range = self.here();
        self.at += 1;
        let arguments = if self.take_mark('(') { self.arguments()? } else { Vec::new() };
        let range = start..self.tokens[self.at - 1].1.end;
        let filter = match (name, arguments.as_slice()) {
            ("lower", []) => Filter::Lower,
            ("upper", []) => Filter::Upper,
            ("strip", []) => Filter::Strip,
            ("str", []) => Filter::Str,
            ("int", []) => Filter::Int,
            ("float", []) => Filter::Float,
            ("isoformat", []) => Filter::Isoformat,
            ("timestamp", []) => Filter::Timestamp,
            ("zfill", [Value::Int(width)]) if (0..=2048).contains(width) => {
                Filter::Zfill(usize::try_from(*width).unwrap_or_default())
            }
            ("replace", [Value::Str(old), Value::Str(new)]) => Filter::Replace(old.to_string(), new.to_string()),
            ("strftime", [Value::Str(format)]) => {
                if let Some(directive) = unknown_directive(format) {
                    self.errors.push(ExpressionError {
                        code: "filter-arguments",
                        message: format!("`{directive}` is no directive of strftime that means the same everywhere"),
                        range,
                        help: Some(format!(
                            "known: {}",
                            DIRECTIVES.chars().map(|c| format!("%{c}")).collect::<Vec<_>>().join(" ")
                        )),
                        suggestion: None,
                    });
                    return Ok(None);
                }
                Filter::Strftime(format.to_string())
            }
            _ => {
                let error = match Filter::NAMES.contains(&name) {
                    true => ExpressionError {
                        code: "filter-arguments",
                        message: format!("`{name}` does not take these arguments"),
                        range,
                        help: Some(format!("write {}", usage(name))),
                        suggestion: None,
                    },
                    false => ExpressionError {
                        code: "unknown-filter",
                        message: format!("unknown filter `{name}`"),
                        range: name_range.clone(),
                        help: did_you_mean(name, Filter::NAMES),
                        suggestion: replacement(name, Filter::NAMES).map(|meant| Box::new((name_range, meant))),
                    },
                };
                self.errors.push(error);
                return Ok(None);
            }
        };
        Ok(Some(filter))
    }

    fn arguments(&mut self) -> Result<Vec<Value<'static>>, ExpressionError> {
        let mut arguments = Vec::new();
        if self.take_mark(')') {
            return Ok(arguments);
        }
        loop {
            match self.take() {
                Some((Token::Text(text), _)) => arguments.push(Value::text(text)),
                Some((Token::Number(number), _)) => arguments.push(number_literal(number)),
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected("text in quotes or a number"));
                }
            }
            if self.take_mark(')') {
                return Ok(arguments);
            }
            if !self.take_mark(',') {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }
}

/// A number as Python reads it: a whole one of any size, or a float.
fn number_literal(text: &str) -> Value<'static> {
    if let Some(number) = BigInt::parse_bytes(text.as_bytes(), 10) {
        return Value::integer(number);
    }
    // The lexer passes digits, a fraction and an exponent only: this always parses.
    Value::Float(text.parse().unwrap_or_default())
}

fn usage(filter: &str) -> String {
    match filter {
        "zfill" => "`|zfill(10)`: the width, 0 to 2048".to_owned(),
        "replace" => "`|replace('a', 'b')`: the old text and the new".to_owned(),
        "strftime" => "`|strftime('%Y%m%d')`: the format".to_owned(),
        name => format!("`|{name}`, without arguments"),
    }
}

/// The directives of Python's strftime that do not depend on locale or platform, and `%%`.
const DIRECTIVES: &str = "YmdHMSfjyIpaAbBuwUWGVzFT%";

/// The first directive of a format that is not known.
fn unknown_directive(format: &str) -> Option<String> {
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c == '%' {
            match chars.next() {
                Some(directive) if DIRECTIVES.contains(directive) => {}
                Some(directive) => return Some(format!("%{directive}")),
                None => return Some("%".to_owned()),
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Expression, Vec<ExpressionError>> {
        let attributes: Names = ["id", "name", "address", "first-name"].map(String::from).into_iter().collect();
        parse(text, &Scope { attributes: &attributes, suggests: true, place: &|range| range.into() })
    }

    #[test]
    fn filters_bind_tighter_than_or_and_or_tighter_than_if() {
        let expression = read("id|lower or name if not id == 'x' else none").unwrap();
        let ExpressionKind::If { condition, then, otherwise } = expression.kind else { panic!() };
        assert!(matches!(then.kind, ExpressionKind::Or(left, _) if matches!(left.kind, ExpressionKind::Filter(..))));
        assert!(
            matches!(condition.kind, ExpressionKind::Not(inner) if matches!(inner.kind, ExpressionKind::Equal(..)))
        );
        assert!(matches!(otherwise.kind, ExpressionKind::Literal(Value::None)));
    }

    #[test]
    fn paths_and_hyphens_are_fields() {
        for (text, attribute, path) in
            [("address.city", 2, vec!["city"]), ("first-name", 3, vec![]), ("address.0.x", 2, vec!["0", "x"])]
        {
            let ExpressionKind::Field(field) = read(text).unwrap().kind else { panic!("{text}") };
            assert_eq!((field.attribute, field.name.as_str()), (Some(attribute), text));
            assert_eq!(field.path, path);
        }
    }

    #[test]
    fn every_error_says_where_and_what_would_be_right() {
        for (text, code, range, help) in [
            ("nmae", "unknown-field", 0..4, "did you mean `name`?"),
            ("self.name", "unknown-field", 0..4, "fields go without `self.`: write `name`"),
            ("id|lwoer", "unknown-filter", 3..8, "did you mean `lower`?"),
            ("id|zfill", "filter-arguments", 3..8, "write `|zfill(10)`: the width, 0 to 2048"),
            ("id:>10", "expression-syntax", 2..3, "format specs are not known; use a filter such as `|zfill(10)`"),
            ("id if name", "expression-syntax", 10..10, "say what the value is otherwise: `a if b else none`"),
            ("'abc", "expression-syntax", 0..4, "add a `'`"),
        ] {
            let errors = read(text).unwrap_err();
            assert_eq!((errors[0].code, &errors[0].range), (code, &range), "{text}");
            assert_eq!(errors[0].help.as_deref(), Some(help), "{text}");
        }
        assert_eq!(read("x or y").unwrap_err().len(), 2);
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        for text in [
            format!("{}id{}", "(".repeat(10_000), ")".repeat(10_000)),
            format!("{}id", "not ".repeat(10_000)),
            format!("id{}", " or id".repeat(10_000)),
            format!("id{}", "|str".repeat(10_000)),
        ] {
            assert!(read(&text).is_err());
        }
    }
}
