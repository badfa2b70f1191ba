//! Where a key asks whether a field is true, as Python sees it, and what the key would be if it asked for none instead.

use crate::model::{
    AttributeType, Case, Cell, Expression, ExpressionKind, FieldPath, Filter, KeyValue, Pair, Piece, Rule,
};
use crate::rules::Entity;
use crate::text::{Span, Spanned};
use crate::value::Value;

/// True of a field whose values can be false though it is set: 0 and `false`.
pub(super) fn can_be_false(entity: &Entity, field: &FieldPath) -> bool {
    let kind = entity.attribute(field).filter(|_| field.path.is_empty()).map(|attribute| *attribute.kind);
    matches!(kind, Some(AttributeType::Integer | AttributeType::Float | AttributeType::Boolean))
}

/// The condition of items that have a field.
pub(super) fn is_set(entity: &Entity, field: &FieldPath) -> String {
    let name = &field.name;
    if can_be_false(entity, field) { format!("{name} != none") } else { name.clone() }
}

/// How a key asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// `level or 'none'`
    Or,
    /// `level and 'x'`
    And,
    /// `a if level else b`
    If,
    /// `not level`
    Not,
    /// `when = "level"`
    When,
}

/// A place where a key asks whether a field is true.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// How.
    pub question: Question,
    /// The field's place.
    pub span: Span,
    /// What takes its place: the place of the right side of `or`.
    pub otherwise: Option<Span>,
}

/// A key's value in which a field is asked for none wherever it was asked for truth.
pub(super) struct AsksForNone<'f> {
    field: &'f FieldPath,
    /// True where conditions are left as they are: whether a boolean is true is what they ask on purpose.
    keeps_conditions: bool,
    /// Where it was asked.
    pub asked: Vec<Asked>,
}

impl<'f> AsksForNone<'f> {
    /// Of a field.
    pub fn of(field: &'f FieldPath, keeps_conditions: bool) -> Self {
        Self { field, keeps_conditions, asked: Vec::new() }
    }

    /// A key's value, changed.
    pub fn key(&mut self, value: &KeyValue) -> KeyValue {
        match value {
            KeyValue::One(rule) => KeyValue::One(self.rule(rule)),
            KeyValue::Cases(cases) => {
                let case = |case: &Case| Case {
                    when: case.when.as_ref().map(|when| self.condition(when, Question::When)),
                    rule: self.rule(&case.rule),
                };
                KeyValue::Cases(cases.iter().map(case).collect())
            }
        }
    }

    fn rule(&mut self, rule: &Rule) -> Rule {
        match rule {
            Rule::BuildKey(pairs) => {
                let pair = |pair: &Pair| Pair {
                    prefix: Spanned::new(self.cell(&pair.prefix.value), pair.prefix.span),
                    value: Spanned::new(self.cell(&pair.value.value), pair.value.span),
                };
                Rule::BuildKey(pairs.iter().map(pair).collect())
            }
            Rule::Template(template) => {
                let mut template = template.clone();
                self.pieces(&mut template.pieces);
                Rule::Template(template)
            }
            Rule::Value(cell) => Rule::Value(Spanned::new(self.cell(&cell.value), cell.span)),
        }
    }

    fn cell(&mut self, cell: &Cell) -> Cell {
        match cell {
            Cell::Literal(_) => cell.clone(),
            Cell::Placeholder(expression) => Cell::Placeholder(self.value(expression)),
            Cell::Text(template) => {
                let mut template = template.clone();
                self.pieces(&mut template.pieces);
                Cell::Text(template)
            }
        }
    }

    fn pieces(&mut self, pieces: &mut [Piece]) {
        for piece in pieces {
            if let Piece::Placeholder(expression) = piece {
                *expression = self.value(expression);
            }
        }
    }

    /// True of the field itself, and of the number that is made of it.
    fn is_field(&self, expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Field(field) => field == self.field,
            ExpressionKind::Filter(inner, Filter::Int | Filter::Float) => self.is_field(inner),
            _ => false,
        }
    }

    /// `field != none`, where the field was asked.
    fn is_set(&self, span: Span) -> Expression {
        let of = |kind| Box::new(Expression { kind, span });
        let field = of(ExpressionKind::Field(self.field.clone()));
        Expression { kind: ExpressionKind::NotEqual(field, of(ExpressionKind::Literal(Value::None))), span }
    }

    fn ask(&mut self, question: Question, span: Span, otherwise: Option<Span>) -> Expression {
        self.asked.push(Asked { question, span, otherwise });
        self.is_set(span)
    }

    /// An expression whose value is used.
    fn value(&mut self, expression: &Expression) -> Expression {
        let kind = match &expression.kind {
            ExpressionKind::Field(_) | ExpressionKind::Literal(_) => return expression.clone(),
            ExpressionKind::Or(left, right) => return self.first_true(left, right, expression.span),
            ExpressionKind::And(left, right) if self.is_field(left) && !self.keeps_conditions => {
                let condition = Box::new(self.ask(Question::And, left.span, None));
                let then = Box::new(self.value(right));
                ExpressionKind::If { condition, then, otherwise: left.clone() }
            }
            ExpressionKind::And(left, right) => {
                ExpressionKind::And(Box::new(self.value(left)), Box::new(self.value(right)))
            }
            ExpressionKind::Not(inner) => ExpressionKind::Not(Box::new(self.condition(inner, Question::Not))),
            ExpressionKind::Equal(left, right) => {
                ExpressionKind::Equal(Box::new(self.value(left)), Box::new(self.value(right)))
            }
            ExpressionKind::NotEqual(left, right) => {
                ExpressionKind::NotEqual(Box::new(self.value(left)), Box::new(self.value(right)))
            }
            ExpressionKind::If { condition, then, otherwise } => ExpressionKind::If {
                condition: Box::new(self.condition(condition, Question::If)),
                then: Box::new(self.value(then)),
                otherwise: Box::new(self.value(otherwise)),
            },
            ExpressionKind::Filter(inner, filter) => {
                ExpressionKind::Filter(Box::new(self.value(inner)), filter.clone())
            }
        };
        Expression { kind, span: expression.span }
    }

    /// `a or b or c`. The chain is read from its end, so that what comes after the field stands in for it.
    fn first_true(&mut self, left: &Expression, right: &Expression, span: Span) -> Expression {
        let mut before = vec![left];
        while let Some(Expression { kind: ExpressionKind::Or(first, second), .. }) = before.last().copied() {
            before.pop();
            before.push(second);
            before.push(first);
        }
        // The last of `before` is the first operand now.
        let mut rest = self.value(right);
        for operand in before {
            let rest_span = Span { start: operand.span.start, end: span.end };
            let kind = if self.is_field(operand) {
                let condition = Box::new(self.ask(Question::Or, operand.span, Some(rest.span)));
                ExpressionKind::If { condition, then: Box::new(operand.clone()), otherwise: Box::new(rest) }
            } else {
                ExpressionKind::Or(Box::new(self.value(operand)), Box::new(rest))
            };
            rest = Expression { kind, span: rest_span };
        }
        rest
    }

    /// An expression of which only the truth is used.
    fn condition(&mut self, expression: &Expression, question: Question) -> Expression {
        if self.keeps_conditions {
            return expression.clone();
        }
        if self.is_field(expression) {
            return self.ask(question, expression.span, None);
        }
        let kind = match &expression.kind {
            ExpressionKind::Or(left, right) => {
                ExpressionKind::Or(Box::new(self.condition(left, question)), Box::new(self.condition(right, question)))
            }
            ExpressionKind::And(left, right) => {
                ExpressionKind::And(Box::new(self.condition(left, question)), Box::new(self.condition(right, question)))
            }
            ExpressionKind::Not(inner) => ExpressionKind::Not(Box::new(self.condition(inner, Question::Not))),
            _ => return self.value(expression),
        };
        Expression { kind, span: expression.span }
    }
}
