//! How a key is put together when every field has a value: its texts and its holes, from left to right.

use std::borrow::Cow;
use std::sync::Arc;

use super::python::{is_blank, is_true, str_of};
use super::regular::lowered;
use super::shape::{Hole, Shape};
use super::values::ValuesOf;
use crate::model::{
    Case, Cell, Dialect, Era, Expression, ExpressionKind, FieldPath, Key, KeyValue, Model, Piece, Rule, Template,
};
use crate::text::Span;
use crate::value::Value;

/// One way in which a key can be built: its only one, or that of a case.
#[derive(Clone, Debug)]
pub struct Way<'m> {
    /// The condition under which it is taken; none where there is none.
    pub when: Option<&'m Expression>,
    /// How it is built.
    pub rule: &'m Rule,
    /// Its pieces, from left to right. No two texts are beside each other.
    pub pieces: Vec<WayPiece<'m>>,
}

/// A piece of a key.
#[derive(Clone, Debug)]
pub enum WayPiece<'m> {
    /// The model's text, delimiters included, in the case in which the dialect writes it.
    Text(Cow<'m, str>),
    /// What an expression prints.
    Hole(&'m Expression),
}

impl<'m> Way<'m> {
    /// The expressions of its placeholders, from left to right.
    pub fn holes(&self) -> impl Iterator<Item = &'m Expression> + use<'m, '_> {
        self.pieces.iter().filter_map(|piece| match piece {
            WayPiece::Hole(expression) => Some(*expression),
            WayPiece::Text(_) => None,
        })
    }

    /// True where it prints a field as it is.
    pub fn prints(&self, field: &FieldPath) -> bool {
        self.holes().any(|hole| matches!(&hole.kind, ExpressionKind::Field(own) if own == field))
    }

    /// The text before its first hole; the whole where it has none.
    pub fn leading_text(&self) -> &str {
        match self.pieces.first() {
            Some(WayPiece::Text(text)) => text,
            _ => "",
        }
    }

    /// True where the typed value is passed on as it is.
    pub fn is_value(&self) -> bool {
        matches!(self.rule, Rule::Value(_))
    }

    /// The shape of the keys that are built in this way where its condition holds and every field has a value.
    /// `model` is the one whose key it is.
    pub fn shape(&self, model: &'m Model, dialect: &Dialect) -> Shape {
        let values = ValuesOf::new(model);
        let values = self.when.map_or_else(|| values.clone(), |when| values.given(when));
        let lower = matches!(self.rule, Rule::BuildKey(_)) && dialect.era() == Era::V0_58;
        let piece = |piece: &WayPiece<'m>| match piece {
            WayPiece::Text(text) => Shape::Literal(text.clone().into_owned()),
            WayPiece::Hole(expression) => {
                let printed = values.of(expression);
                let texts = if lower { lowered(&printed.texts) } else { printed.texts };
                let expression = Arc::new((*expression).clone());
                Shape::Hole(Hole::new(expression, texts, printed.max_bytes, lower))
            }
        };
        Shape::Concat(self.pieces.iter().map(piece).collect())
    }
}

/// The ways in which a key can be built, in the order of its cases.
pub fn ways<'m>(key: &'m Key, dialect: &Dialect) -> Vec<Way<'m>> {
    let era = dialect.era();
    match &key.value {
        KeyValue::One(rule) => vec![way(None, rule, era)],
        KeyValue::Cases(cases) => cases.iter().map(|Case { when, rule }| way(when.as_ref(), rule, era)).collect(),
    }
}

fn way<'m>(when: Option<&'m Expression>, rule: &'m Rule, era: Era) -> Way<'m> {
    let mut pieces = Pieces { all: Vec::new(), lower: false };
    match rule {
        Rule::Template(template) => pieces.template(template),
        Rule::Value(cell) => pieces.cell(&cell.value),
        Rule::BuildKey(pairs) => {
            pieces.lower = era == Era::V0_58;
            for (at, pair) in pairs.iter().enumerate() {
                if at > 0 {
                    pieces.text("#".into());
                }
                let is_bare = |value: &Value<'_>| {
                    !matches!(era, Era::V0_1_0 | Era::V0_1_2) && is_blank(&str_of(value).unwrap_or_default())
                };
                match (&pair.prefix.value, &pair.value.value) {
                    // A missing prefix prints the text None before a blank value, from 0.21 on.
                    (Cell::Literal(Value::None), Cell::Literal(value)) if is_bare(value) && era == Era::Guide => {}
                    (prefix, Cell::Literal(value)) if is_bare(value) => pieces.cell(prefix),
                    (Cell::Literal(prefix), value) if !is_true(prefix) && era != Era::V0_1_0 => pieces.cell(value),
                    (prefix, value) => {
                        pieces.cell(prefix);
                        pieces.text("#".into());
                        pieces.cell(value);
                    }
                }
            }
        }
    }
    Way { when, rule, pieces: pieces.all }
}

struct Pieces<'m> {
    all: Vec<WayPiece<'m>>,
    lower: bool,
}

impl<'m> Pieces<'m> {
    fn text(&mut self, text: Cow<'m, str>) {
        let text = if self.lower { Cow::Owned(text.to_lowercase()) } else { text };
        match self.all.last_mut() {
            _ if text.is_empty() => {}
            Some(WayPiece::Text(before)) => before.to_mut().push_str(&text),
            _ => self.all.push(WayPiece::Text(text)),
        }
    }

    fn cell(&mut self, cell: &'m Cell) {
        match cell {
            Cell::Literal(value) => self.text(str_of(value).unwrap_or_default().into()),
            Cell::Placeholder(expression) => self.all.push(WayPiece::Hole(expression)),
            Cell::Text(template) => self.template(template),
        }
    }

    fn template(&mut self, template: &'m Template) {
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => self.text(text.as_str().into()),
                Piece::Placeholder(expression) => self.all.push(WayPiece::Hole(expression)),
            }
        }
    }
}

/// The place of a way in the model's file.
pub fn rule_span(rule: &Rule) -> Span {
    match rule {
        Rule::Template(template) => template.span,
        Rule::Value(cell) => cell.span,
        Rule::BuildKey(pairs) => match (pairs.first(), pairs.last()) {
            (Some(first), Some(last)) => Span { start: first.prefix.span.start, end: last.value.span.end },
            _ => Span::default(),
        },
    }
}
