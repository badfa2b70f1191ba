//! The expressions of placeholders and of `when`: the small part of Jinja's syntax that keys need.

mod lexer;
mod parser;

pub use parser::{Scope, is_name, parse};

use std::ops::Range;

use crate::text::{Replacement, Span};
use crate::value::Value;

/// An expression with its place in the model's file.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it is.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExpressionKind {
    /// A field of the item, or a path into it.
    Field(FieldPath),
    /// A literal: text, a number, `true`, `false` or `none`.
    Literal(Value<'static>),
    /// `a or b`: the first that is true, else the last, as in Python.
    Or(Box<Expression>, Box<Expression>),
    /// `a and b`: the first that is false, else the last.
    And(Box<Expression>, Box<Expression>),
    /// `not a`.
    Not(Box<Expression>),
    /// `a == b`.
    Equal(Box<Expression>, Box<Expression>),
    /// `a != b`.
    NotEqual(Box<Expression>, Box<Expression>),
    /// `a if c else b`.
    If {
        /// `c`.
        condition: Box<Expression>,
        /// `a`.
        then: Box<Expression>,
        /// `b`.
        otherwise: Box<Expression>,
    },
    /// `a | filter`.
    Filter(Box<Expression>, Filter),
}

/// A field of the model, and the way into its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    /// The attribute's place in the model's list; none where the model has no such attribute, which is a problem recorded.
    pub attribute: Option<usize>,
    /// The keys of maps below it.
    pub path: Vec<String>,
    /// The whole as it was written, for example `address.city`.
    pub name: String,
}

/// A Python method or function applied to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// `str.lower()`.
    Lower,
    /// `str.upper()`.
    Upper,
    /// `str.strip()`.
    Strip,
    /// `str(value)`.
    Str,
    /// `int(value)`.
    Int,
    /// `float(value)`.
    Float,
    /// `str.zfill(width)`.
    Zfill(usize),
    /// `datetime.isoformat()`.
    Isoformat,
    /// `datetime.timestamp()`.
    Timestamp,
    /// `datetime.strftime(format)`.
    Strftime(String),
    /// `str.replace(old, new)`.
    Replace(String, String),
}

impl Filter {
    /// The name of each filter, as written.
    pub const NAMES: [&'static str; 11] =
        ["lower", "upper", "strip", "str", "int", "float", "zfill", "isoformat", "timestamp", "strftime", "replace"];

    /// The filter's name, as written.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Strip => "strip",
            Self::Str => "str",
            Self::Int => "int",
            Self::Float => "float",
            Self::Zfill(_) => "zfill",
            Self::Isoformat => "isoformat",
            Self::Timestamp => "timestamp",
            Self::Strftime(_) => "strftime",
            Self::Replace(..) => "replace",
        }
    }
}

/// The names of a model's attributes, in order.
#[derive(Clone, Debug, Default)]
pub struct Names {
    all: Vec<String>,
    places: std::collections::BTreeMap<String, usize>,
}

impl Names {
    /// The place of a name in the list.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }
}

impl std::ops::Deref for Names {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.all
    }
}

impl FromIterator<String> for Names {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        let all: Vec<String> = names.into_iter().collect();
        // Of two of one name the first counts.
        let places = all.iter().enumerate().rev().map(|(at, name)| (name.clone(), at)).collect();
        Self { all, places }
    }
}

impl Expression {
    /// Calls `visit` with each field that the expression names, from left to right.
    pub fn visit_fields<'e>(&'e self, visit: &mut impl FnMut(&'e FieldPath, Span)) {
        match &self.kind {
            ExpressionKind::Field(field) => visit(field, self.span),
            ExpressionKind::Literal(_) => {}
            ExpressionKind::Or(left, right)
            | ExpressionKind::And(left, right)
            | ExpressionKind::Equal(left, right)
            | ExpressionKind::NotEqual(left, right) => {
                left.visit_fields(visit);
                right.visit_fields(visit);
            }
            ExpressionKind::Not(inner) | ExpressionKind::Filter(inner, _) => inner.visit_fields(visit),
            ExpressionKind::If { condition, then, otherwise } => {
                then.visit_fields(visit);
                condition.visit_fields(visit);
                otherwise.visit_fields(visit);
            }
        }
    }

    /// The first field that the expression names.
    pub fn first_field(&self) -> Option<&FieldPath> {
        let mut first = None;
        self.visit_fields(&mut |field, _| {
            first.get_or_insert(field);
        });
        first
    }
}

/// Something wrong in an expression, at a range of bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// The kind of problem: `expression-syntax`, `unknown-field`, `unknown-filter`, `filter-arguments`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where, in bytes of the text that was parsed.
    pub range: Range<usize>,
    /// What would be right.
    pub help: Option<String>,
    /// What the text in a range of bytes was meant to be.
    pub suggestion: Option<Box<(Range<usize>, Replacement)>>,
}
