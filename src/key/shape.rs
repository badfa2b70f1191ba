//! The shape of a key: what the key of any item of an entity can look like, as a regular language of literals and holes.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use crate::model::{Cell, Dialect, Era, Expression, ExpressionKind, KeyValue, Model, Pair, Piece, Rule, Template};
use crate::value::Value;

use super::python::{is_blank, is_true, str_of};

/// A regular language of keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Exactly this text.
    Literal(String),
    /// The text of a value.
    Hole,
    /// One after the other.
    Concat(Vec<Shape>),
    /// One of several.
    Either(Vec<Shape>),
}

/// How closely a key must follow a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// A hole holds no delimiter.
    NoDelimiterInValues,
    /// A hole holds anything.
    AnyValue,
    /// A hole holds anything, and letters match in either case.
    AnyCase,
}

impl Shape {
    /// The shape of a key of a model in a dialect.
    pub fn of(value: &KeyValue, model: &Model, dialect: &Dialect) -> Self {
        let builder = Builder { model, era: dialect.era() };
        match value {
            KeyValue::One(rule) => builder.rule(rule),
            KeyValue::Cases(cases) => Self::Either(cases.iter().map(|case| builder.rule(&case.rule)).collect()),
        }
    }

    fn push_pattern(&self, hole: &str, pattern: &mut String) {
        match self {
            Self::Literal(text) => regex_syntax::escape_into(text, pattern),
            Self::Hole => pattern.push_str(hole),
            Self::Concat(parts) => parts.iter().for_each(|part| part.push_pattern(hole, pattern)),
            Self::Either(ways) => {
                for (at, way) in ways.iter().enumerate() {
                    pattern.push_str(if at == 0 { "(?:" } else { "|" });
                    way.push_pattern(hole, pattern);
                }
                pattern.push(')');
            }
        }
    }
}

/// Tells whether a key has a shape.
#[derive(Clone, Debug)]
pub struct ShapeMatcher(Option<Regex>);

impl ShapeMatcher {
    /// Compiles a shape. A shape too large to compile matches nothing.
    pub fn new(shape: &Shape, strictness: Strictness) -> Self {
        let hole = match strictness {
            Strictness::NoDelimiterInValues => "[^#]*",
            Strictness::AnyValue | Strictness::AnyCase => ".*",
        };
        let mut pattern = String::from("^(?:");
        shape.push_pattern(hole, &mut pattern);
        pattern.push_str(")$");
        let syntax =
            syntax::Config::new().dot_matches_new_line(true).case_insensitive(strictness == Strictness::AnyCase);
        Self(Regex::builder().syntax(syntax).build(&pattern).ok())
    }

    /// True where the whole of `key` has the shape.
    pub fn matches(&self, key: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(key))
    }
}

struct Builder<'b> {
    model: &'b Model,
    era: Era,
}

impl Builder<'_> {
    fn rule(&self, rule: &Rule) -> Shape {
        match rule {
            Rule::BuildKey(pairs) => self.pairs(pairs, true),
            Rule::Template(template) => self.template(template),
            Rule::Value(cell) => self.cell(cell),
        }
    }

    /// What a build_key writes from these pairs on.
    fn pairs(&self, pairs: &[Pair], first: bool) -> Shape {
        let Some((pair, rest)) = pairs.split_first() else {
            return Shape::Literal(String::new());
        };
        let rest = if rest.is_empty() {
            Shape::Literal(String::new())
        } else {
            let further = Shape::Concat(vec![self.literal("#"), self.pairs(rest, false)]);
            // From 0.37 on an unset value after the first pair leaves nothing, not even the delimiter.
            if matches!(self.era, Era::V0_37 | Era::V0_58) && self.can_be_none(&rest[0].value) {
                Shape::Either(vec![further, Shape::Literal(String::new())])
            } else {
                further
            }
        };
        let prefixed = self.prefixed(pair);
        let blank_is_bare = !matches!(self.era, Era::V0_1_0 | Era::V0_1_2);
        let stops = match self.era {
            Era::Guide => false,
            Era::V0_1_0 | Era::V0_1_2 | Era::V0_21 => true,
            Era::V0_37 | Era::V0_58 => first,
        };
        let this = match &pair.value.value {
            Cell::Literal(value) if blank_is_bare && is_blank(&str_of(value).unwrap_or_default()) => self.bare(pair),
            Cell::Literal(value) => {
                let text = str_of(value).unwrap_or_default();
                Shape::Concat(vec![prefixed.clone(), self.literal(&text)])
            }
            cell => {
                let whole = Shape::Concat(vec![prefixed.clone(), self.cell(cell)]);
                if blank_is_bare { Shape::Either(vec![whole, self.bare(pair)]) } else { whole }
            }
        };
        let continued = Shape::Concat(vec![this, rest]);
        if stops && self.can_be_none(&pair.value) { Shape::Either(vec![continued, prefixed]) } else { continued }
    }

    fn prefixed(&self, pair: &Pair) -> Shape {
        match &pair.prefix.value {
            Cell::Literal(prefix) if !is_true(prefix) && self.era != Era::V0_1_0 => Shape::Literal(String::new()),
            Cell::Literal(prefix) => self.literal(&format!("{}#", str_of(prefix).unwrap_or_default())),
            cell => Shape::Either(vec![
                Shape::Concat(vec![self.cell(cell), self.literal("#")]),
                Shape::Literal(String::new()),
            ]),
        }
    }

    fn bare(&self, pair: &Pair) -> Shape {
        match &pair.prefix.value {
            Cell::Literal(Value::None) if self.era == Era::Guide => Shape::Literal(String::new()),
            Cell::Literal(prefix) => self.literal(&str_of(prefix).unwrap_or_default()),
            cell => self.cell(cell),
        }
    }

    fn cell(&self, cell: &Cell) -> Shape {
        match cell {
            Cell::Literal(value) => self.literal(&str_of(value).unwrap_or_default()),
            Cell::Placeholder(_) => Shape::Hole,
            // Text within a build_key follows the dialect's case as the rest of it does.
            Cell::Text(template) => Shape::Concat(
                template
                    .pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => self.literal(text),
                        Piece::Placeholder(_) => Shape::Hole,
                    })
                    .collect(),
            ),
        }
    }

    /// A template of its own keeps its case in every dialect.
    fn template(&self, template: &Template) -> Shape {
        Shape::Concat(
            template
                .pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Shape::Literal(text.clone()),
                    Piece::Placeholder(_) => Shape::Hole,
                })
                .collect(),
        )
    }

    fn literal(&self, text: &str) -> Shape {
        Shape::Literal(match self.era {
            Era::V0_58 => text.to_lowercase(),
            _ => text.to_owned(),
        })
    }

    fn can_be_none(&self, cell: &Cell) -> bool {
        match cell {
            Cell::Literal(value) => *value == Value::None,
            Cell::Placeholder(expression) => self.expression_can_be_none(expression),
            Cell::Text(_) => false,
        }
    }

    fn expression_can_be_none(&self, expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Literal(value) => *value == Value::None,
            ExpressionKind::Field(field) => {
                let attribute = field.attribute.and_then(|attribute| self.model.attributes.get(attribute));
                let default = attribute.and_then(|attribute| attribute.default.as_ref());
                // A scalar default never gives way to None; a list or a map does.
                !field.path.is_empty()
                    || default.is_none_or(|default| matches!(default.value, Value::List(_) | Value::Map(_)))
            }
            ExpressionKind::Or(_, right) => self.expression_can_be_none(right),
            ExpressionKind::And(left, right) => self.expression_can_be_none(left) || self.expression_can_be_none(right),
            ExpressionKind::If { then, otherwise, .. } => {
                self.expression_can_be_none(then) || self.expression_can_be_none(otherwise)
            }
            ExpressionKind::Not(_)
            | ExpressionKind::Equal(..)
            | ExpressionKind::NotEqual(..)
            | ExpressionKind::Filter(..) => false,
        }
    }
}
