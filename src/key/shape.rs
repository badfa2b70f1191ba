//! The shape of a key: what the key of any item of an entity can look like, as a regular language of literals and holes.

use std::sync::{Arc, OnceLock};

use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::hir::{Hir, Look};

use crate::model::{Cell, Dialect, Era, Expression, ExpressionKind, KeyValue, Model, Pair, Piece, Rule, Template};
use crate::value::Value;

use super::apart::{meant, plain, without_delimiters};
use super::automaton::Automaton;
use super::python::{is_blank, is_true, str_of};
use super::regular::{any_text, lowered};
use super::values::{Assumption, Values, ValuesOf};

/// A regular language of keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Exactly this text.
    Literal(String),
    /// The text of a value.
    Hole(Hole),
    /// A value that is blank, of which nothing is printed.
    Blank(Hole),
    /// One after the other.
    Concat(Vec<Shape>),
    /// One of several.
    Either(Vec<Shape>),
}

/// What a placeholder prints.
#[derive(Clone, Debug)]
pub struct Hole {
    /// The placeholder's expression.
    pub expression: Arc<Expression>,
    /// The texts that it can print: those of items that keep to the model, or any.
    pub texts: Hir,
    /// The most bytes; none where there is no bound.
    pub max_bytes: Option<usize>,
    /// True where the dialect puts the text in lower case.
    pub lower: bool,
    /// True where its language would be too large, and any text stands for it.
    pub is_cut: bool,
    automaton: Arc<OnceLock<Option<Automaton>>>,
}

impl Hole {
    /// What an expression prints.
    pub fn new(expression: Arc<Expression>, texts: Hir, max_bytes: Option<usize>, lower: bool) -> Self {
        Self { expression, texts, max_bytes, lower, is_cut: false, automaton: Arc::default() }
    }

    /// True where the placeholder can print this text.
    pub fn accepts(&self, text: &str) -> bool {
        let automaton = self.automaton.get_or_init(|| Automaton::new(&self.texts));
        automaton.as_ref().is_none_or(|automaton| automaton.accepts(text.as_bytes()))
    }
}

impl PartialEq for Hole {
    fn eq(&self, other: &Self) -> bool {
        self.expression.span == other.expression.span && self.texts == other.texts
    }
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
        Builder { model, era: dialect.era(), values: None }.key(value)
    }

    /// The shape of a key of an item that keeps to its model: required fields are set, values are of their type and
    /// match their `pattern`, `enum` and `max_length`.
    pub fn conforming(value: &KeyValue, model: &Model, dialect: &Dialect) -> Self {
        Self::assuming(value, model, dialect, Assumption::default())
    }

    /// The same for some of these items only.
    pub fn assuming(value: &KeyValue, model: &Model, dialect: &Dialect, assumption: Assumption) -> Self {
        Builder { model, era: dialect.era(), values: Some(ValuesOf::assuming(model, assumption)) }.key(value)
    }

    /// The language of the shape. With `apart`, no value holds one of these delimiters.
    pub fn language(&self, apart: &[&str]) -> Hir {
        self.language_of(&|hole| without_delimiters(&hole.texts, apart))
    }

    /// The same, but for values that all hold one.
    pub fn plain(&self, apart: &[&str]) -> Hir {
        self.language_of(&|hole| plain(&hole.texts, apart))
    }

    /// The language of the shape in which values hold one of these delimiters only where the model names it: in a
    /// literal, a type, an `enum`, or a `pattern` that has it for more than being any letter.
    pub fn meant(&self, apart: &[&str]) -> Hir {
        self.language_of(&|hole| meant(&hole.texts, apart))
    }

    fn language_of(&self, texts: &dyn Fn(&Hole) -> Hir) -> Hir {
        match self {
            Self::Literal(text) => Hir::literal(text.as_bytes()),
            Self::Blank(_) => Hir::empty(),
            Self::Hole(hole) => texts(hole),
            Self::Concat(parts) => Hir::concat(parts.iter().map(|part| part.language_of(texts)).collect()),
            Self::Either(ways) => Hir::alternation(ways.iter().map(|way| way.language_of(texts)).collect()),
        }
    }

    /// The most bytes of a key; none where there is no bound.
    pub fn max_bytes(&self) -> Option<usize> {
        match self {
            Self::Literal(text) => Some(text.len()),
            Self::Blank(_) => Some(0),
            Self::Hole(hole) => hole.max_bytes,
            Self::Concat(parts) => parts
                .iter()
                .map(Self::max_bytes)
                .try_fold(0, |all: usize, part| part.map(|part| all.saturating_add(part))),
            Self::Either(ways) => {
                ways.iter().map(Self::max_bytes).try_fold(0, |most, way| way.map(|way| most.max(way)))
            }
        }
    }

    /// True where any text stands for a language that would be too large.
    pub fn is_cut(&self) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Hole(hole) | Self::Blank(hole) => hole.is_cut,
            Self::Concat(parts) | Self::Either(parts) => parts.iter().any(Self::is_cut),
        }
    }

    /// The text with which every key begins.
    pub fn literal_prefix(&self) -> String {
        self.prefix().0
    }

    /// The text with which every key begins, and whether it is the whole key.
    fn prefix(&self) -> (String, bool) {
        match self {
            Self::Literal(text) => (text.clone(), true),
            Self::Blank(_) => (String::new(), true),
            Self::Hole(_) => (String::new(), false),
            Self::Concat(parts) => {
                let mut prefix = String::new();
                for part in parts {
                    let (text, whole) = part.prefix();
                    prefix.push_str(&text);
                    if !whole {
                        return (prefix, false);
                    }
                }
                (prefix, true)
            }
            Self::Either(ways) => {
                let mut ways = ways.iter().map(Self::prefix);
                let Some((mut common, mut whole)) = ways.next() else { return (String::new(), false) };
                for (text, is_whole) in ways {
                    if text != common {
                        let length = common
                            .chars()
                            .zip(text.chars())
                            .take_while(|(left, right)| left == right)
                            .map(|(c, _)| c.len_utf8())
                            .sum();
                        common.truncate(length);
                        whole = false;
                    }
                    whole &= is_whole;
                }
                (common, whole)
            }
        }
    }

    /// The key, where every item has the same.
    pub fn constant(&self) -> Option<String> {
        let (text, whole) = self.prefix();
        whole.then_some(text)
    }

    /// The language with the model's own text in either case.
    fn caseless(&self) -> Hir {
        match self {
            Self::Literal(text) => {
                let mut parser = regex_syntax::ParserBuilder::new().case_insensitive(true).build();
                parser.parse(&regex_syntax::escape(text)).unwrap_or_else(|_| Hir::literal(text.as_bytes()))
            }
            Self::Blank(_) => Hir::empty(),
            Self::Hole(hole) => hole.texts.clone(),
            Self::Concat(parts) => Hir::concat(parts.iter().map(Self::caseless).collect()),
            Self::Either(ways) => Hir::alternation(ways.iter().map(Self::caseless).collect()),
        }
    }
}

/// Tells whether a key has a shape.
#[derive(Clone, Debug)]
pub struct ShapeMatcher(Option<Regex>);

impl ShapeMatcher {
    /// Compiles a shape; `delimiters` are those of its key. A shape too large to compile matches nothing.
    pub fn new(shape: &Shape, strictness: Strictness, delimiters: &[&str]) -> Self {
        let language = match strictness {
            Strictness::NoDelimiterInValues => shape.language(delimiters),
            Strictness::AnyValue => shape.language(&[]),
            Strictness::AnyCase => shape.caseless(),
        };
        let whole = Hir::concat(vec![Hir::look(Look::Start), language, Hir::look(Look::End)]);
        let config = Config::new().dfa(false).which_captures(WhichCaptures::None);
        Self(Regex::builder().configure(config).build_from_hir(&whole).ok())
    }

    /// True where the whole of `key` has the shape.
    pub fn matches(&self, key: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(key))
    }
}

struct Builder<'b> {
    model: &'b Model,
    era: Era,
    /// What expressions can print; none where items need not keep to the model.
    values: Option<ValuesOf<'b>>,
}

impl<'b> Builder<'b> {
    fn key(&self, value: &'b KeyValue) -> Shape {
        match value {
            KeyValue::One(rule) => self.rule(rule),
            KeyValue::Cases(cases) => Shape::Either(
                cases
                    .iter()
                    .map(|case| {
                        // The last case is taken without its condition where no other is.
                        let is_last = cases.last().is_some_and(|last| std::ptr::eq(last, case));
                        match (&self.values, &case.when) {
                            (Some(values), Some(when)) if !is_last => {
                                Builder { values: Some(values.given(when)), ..*self }.rule(&case.rule)
                            }
                            _ => self.rule(&case.rule),
                        }
                    })
                    .collect(),
            ),
        }
    }

    fn rule(&self, rule: &'b Rule) -> Shape {
        match rule {
            Rule::BuildKey(pairs) => self.pairs(pairs, true),
            Rule::Template(template) => self.template(template),
            Rule::Value(cell) => match &cell.value {
                // None leaves the attribute out, and text that is a value of its own keeps its case.
                Cell::Placeholder(expression) => self.hole(expression, false, false),
                Cell::Literal(value) => Shape::Literal(str_of(value).unwrap_or_default()),
                Cell::Text(template) => self.template(template),
            },
        }
    }

    /// What a build_key writes from these pairs on.
    fn pairs(&self, pairs: &'b [Pair], first: bool) -> Shape {
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
                let can_be_blank = match (cell, &self.values) {
                    (Cell::Placeholder(expression), Some(values)) => values.of(expression).blank,
                    _ => true,
                };
                let text = match (self.cell(cell), &self.values) {
                    (Shape::Hole(hole), Some(_)) if blank_is_bare => Shape::Hole(Hole {
                        texts: super::regular::not_empty(&hole.texts),
                        automaton: Arc::default(),
                        ..hole
                    }),
                    (text, _) => text,
                };
                let bare = match &text {
                    Shape::Hole(hole) => Shape::Concat(vec![self.bare(pair), Shape::Blank(hole.clone())]),
                    _ => self.bare(pair),
                };
                let whole = Shape::Concat(vec![prefixed.clone(), text]);
                if blank_is_bare && can_be_blank { Shape::Either(vec![whole, bare]) } else { whole }
            }
        };
        let continued = Shape::Concat(vec![this, rest]);
        if stops && self.can_be_none(&pair.value) { Shape::Either(vec![continued, prefixed]) } else { continued }
    }

    fn prefixed(&self, pair: &'b Pair) -> Shape {
        let always = self.era == Era::V0_1_0;
        let cell = match &pair.prefix.value {
            Cell::Literal(prefix) if !is_true(prefix) && !always => return Shape::Literal(String::new()),
            Cell::Literal(prefix) => return self.literal(&format!("{}#", str_of(prefix).unwrap_or_default())),
            Cell::Placeholder(prefix) => self.hole(prefix, always, self.era == Era::V0_58),
            cell @ Cell::Text(_) => self.cell(cell),
        };
        let closed = Shape::Concat(vec![cell, self.literal("#")]);
        if always { closed } else { Shape::Either(vec![closed, Shape::Literal(String::new())]) }
    }

    fn bare(&self, pair: &'b Pair) -> Shape {
        match &pair.prefix.value {
            Cell::Literal(Value::None) if self.era == Era::Guide => Shape::Literal(String::new()),
            Cell::Literal(prefix) => self.literal(&str_of(prefix).unwrap_or_default()),
            Cell::Placeholder(prefix) if self.era == Era::Guide => {
                let own = self.hole(prefix, false, false);
                if self.can_be_none(&pair.prefix.value) {
                    Shape::Either(vec![own, Shape::Literal(String::new())])
                } else {
                    own
                }
            }
            Cell::Placeholder(prefix) => self.hole(prefix, true, self.era == Era::V0_58),
            cell @ Cell::Text(_) => self.cell(cell),
        }
    }

    fn cell(&self, cell: &'b Cell) -> Shape {
        match cell {
            Cell::Literal(value) => self.literal(&str_of(value).unwrap_or_default()),
            Cell::Placeholder(expression) => self.hole(expression, self.era == Era::Guide, self.era == Era::V0_58),
            // Text within a build_key follows the dialect's case as the rest of it does.
            Cell::Text(template) => Shape::Concat(
                template
                    .pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => self.literal(text),
                        Piece::Placeholder(expression) => self.hole(expression, true, self.era == Era::V0_58),
                    })
                    .collect(),
            ),
        }
    }

    /// What a placeholder prints; `prints_none` where None becomes text.
    fn hole(&self, expression: &'b Expression, prints_none: bool, lower: bool) -> Shape {
        let values = self.values.as_ref().map(|values| values.of(expression));
        let is_cut = values.as_ref().is_some_and(|values| values.cut);
        let (texts, max_bytes) = match values {
            None => (any_text(), None),
            Some(Values { texts, none: true, max_bytes, .. }) if prints_none => {
                (Hir::alternation(vec![texts, Hir::literal(*b"None")]), max_bytes.map(|most| most.max(4)))
            }
            Some(Values { texts, max_bytes, .. }) => (texts, max_bytes),
        };
        let texts = if lower && self.values.is_some() { lowered(&texts) } else { texts };
        Shape::Hole(Hole { is_cut, ..Hole::new(Arc::new(expression.clone()), texts, max_bytes, lower) })
    }

    /// A template of its own keeps its case in every dialect.
    fn template(&self, template: &'b Template) -> Shape {
        Shape::Concat(
            template
                .pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Shape::Literal(text.clone()),
                    Piece::Placeholder(expression) => self.hole(expression, true, false),
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

    fn can_be_none(&self, cell: &'b Cell) -> bool {
        if let (Cell::Placeholder(expression), Some(values)) = (cell, &self.values) {
            return values.of(expression).none;
        }
        match cell {
            Cell::Literal(value) => *value == Value::None,
            Cell::Placeholder(expression) => self.expression_can_be_none(expression),
            Cell::Text(_) => false,
        }
    }

    fn expression_can_be_none(&self, expression: &'b Expression) -> bool {
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
