//! What is known where a caller knows some fields.

use super::access::{Behind, KnownKey};
use super::layout::{Way, WayPiece, ways};
use super::python::is_true;
use crate::model::{Attribute, AttributeType, Dialect, Expression, ExpressionKind, FieldPath, Filter, Key, Model};
use crate::text::Spanned;
use crate::value::Value;

/// Fields whose values a caller knows. They are set and not empty; of a boolean nobody knows whether it is true.
#[derive(Clone, Copy)]
pub(super) struct Given<'m> {
    pub(super) model: &'m Model,
    pub(super) fields: &'m [Spanned<String>],
}

impl<'m> Given<'m> {
    fn has(&self, field: &FieldPath) -> bool {
        self.fields.iter().any(|given| covers(given, field))
    }

    pub(super) fn partition_key(&self, key: &'m Key, dialect: &Dialect) -> Option<KnownKey<'m>> {
        let (possible, is_decided) = self.possible(key, dialect);
        let mut all: Vec<KnownKey<'m>> = possible
            .into_iter()
            .map(|way| {
                let mut missing = Vec::new();
                way.holes().for_each(|hole| self.missing(hole, &mut missing));
                KnownKey { missing, ..self.known(key, way, is_decided) }
            })
            .collect();
        let best = all.iter().position(|known| known.missing.is_empty()).unwrap_or_default();
        (!all.is_empty()).then(|| all.swap_remove(best))
    }

    /// None where the fields do not say which of several ways is taken and serve none of them.
    pub(super) fn sort_key(&self, key: &'m Key, dialect: &Dialect) -> Option<KnownKey<'m>> {
        let (possible, is_decided) = self.possible(key, dialect);
        let mut all: Vec<KnownKey<'m>> = possible.into_iter().map(|way| self.known(key, way, is_decided)).collect();
        if !is_decided {
            all.retain(|known| known.last_value().is_some());
        }
        // The way in which most of the given fields are known; of equal ones the first.
        let values =
            |known: &KnownKey<'m>| known.known.iter().filter(|piece| matches!(piece, WayPiece::Hole(_))).count();
        let most = all.iter().map(values).max()?;
        all.into_iter().find(|known| values(known) == most)
    }

    /// The ways that may be taken, and whether it is known which.
    fn possible(&self, key: &'m Key, dialect: &Dialect) -> (Vec<Way<'m>>, bool) {
        let all = ways(key, dialect);
        let last = all.len().saturating_sub(1);
        let mut possible = Vec::new();
        for (at, way) in all.into_iter().enumerate() {
            let truth = way.when.map_or(Some(true), |when| self.truth(when));
            if truth == Some(false) && !(at == last && possible.is_empty()) {
                continue;
            }
            possible.push(way);
            if truth == Some(true) {
                break;
            }
        }
        let is_decided = possible.len() == 1;
        (possible, is_decided)
    }

    fn known(&self, key: &'m Key, way: Way<'m>, is_decided: bool) -> KnownKey<'m> {
        let mut missing = Vec::new();
        let mut end = way.pieces.len();
        for (at, piece) in way.pieces.iter().enumerate() {
            if let WayPiece::Hole(expression) = piece {
                self.missing(expression, &mut missing);
                if !missing.is_empty() {
                    end = at;
                    break;
                }
            }
        }
        let is_hole = |piece: &WayPiece<'m>| matches!(piece, WayPiece::Hole(_));
        // What is known ends with the last known value, for the text behind it is the start of what is not.
        if end < way.pieces.len()
            && let Some(last) = way.pieces[..end].iter().rposition(is_hole)
        {
            end = last + 1;
        }
        let known = way.pieces.iter().take(end).cloned().collect();
        let rest = way.pieces.iter().skip(end).cloned().collect();
        KnownKey { key, way, is_decided, known, rest, missing }
    }

    /// Adds the fields that are missing for the value of an expression.
    fn missing(&self, expression: &'m Expression, missing: &mut Vec<&'m FieldPath>) {
        let mut both = |left: &'m Expression, right: &'m Expression| {
            self.missing(left, missing);
            self.missing(right, missing);
        };
        match &expression.kind {
            ExpressionKind::Literal(_) => {}
            ExpressionKind::Field(field) => {
                if !self.has(field) && !missing.contains(&field) {
                    missing.push(field);
                }
            }
            ExpressionKind::Or(left, right) => match self.truth(left) {
                Some(true) => self.missing(left, missing),
                Some(false) => self.missing(right, missing),
                None => both(left, right),
            },
            ExpressionKind::And(left, right) => match self.truth(left) {
                Some(true) => self.missing(right, missing),
                Some(false) => self.missing(left, missing),
                None => both(left, right),
            },
            ExpressionKind::If { condition, then, otherwise } => match self.truth(condition) {
                Some(true) => self.missing(then, missing),
                Some(false) => self.missing(otherwise, missing),
                None => {
                    self.missing(condition, missing);
                    self.missing(then, missing);
                    self.missing(otherwise, missing);
                }
            },
            ExpressionKind::Equal(left, right) | ExpressionKind::NotEqual(left, right) => both(left, right),
            ExpressionKind::Not(inner) | ExpressionKind::Filter(inner, _) => self.missing(inner, missing),
        }
    }

    /// Whether an expression is true as Python sees it, where that is known.
    fn truth(&self, expression: &Expression) -> Option<bool> {
        match &expression.kind {
            ExpressionKind::Literal(value) => Some(is_true(value)),
            ExpressionKind::Field(field) => {
                let attribute = field.attribute.and_then(|at| self.model.attributes.get(at))?;
                let is_own = field.path.is_empty();
                let has_truth = *attribute.kind != AttributeType::Boolean || !is_own;
                let is_given = self.has(field) && has_truth;
                (is_given || (is_own && is_always_true(attribute))).then_some(true)
            }
            ExpressionKind::Or(left, right) => match (self.truth(left), self.truth(right)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), right) => right,
                (None, _) => None,
            },
            ExpressionKind::And(left, right) => match (self.truth(left), self.truth(right)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), right) => right,
                (None, _) => None,
            },
            ExpressionKind::Not(inner) => self.truth(inner).map(|truth| !truth),
            ExpressionKind::If { condition, then, otherwise } => match self.truth(condition) {
                Some(true) => self.truth(then),
                Some(false) => self.truth(otherwise),
                None => None,
            },
            // These print something for whatever is not empty.
            ExpressionKind::Filter(inner, Filter::Str | Filter::Lower | Filter::Upper) => {
                self.truth(inner).filter(|truth| *truth)
            }
            ExpressionKind::Filter(..) | ExpressionKind::Equal(..) | ExpressionKind::NotEqual(..) => None,
        }
    }

    /// The given fields that pieces use.
    pub(super) fn used(&self, pieces: &[WayPiece<'m>], key: &'m Key, missing: &'m FieldPath) -> Vec<Behind<'m>> {
        let is_used = |given: &&'m Spanned<String>| pieces.iter().any(|piece| is_used(given, piece));
        self.fields.iter().filter(is_used).map(|given| Behind { given, key, missing }).collect()
    }
}

/// True where a placeholder uses a given field.
pub(super) fn is_used(given: &str, piece: &WayPiece<'_>) -> bool {
    let WayPiece::Hole(expression) = piece else { return false };
    let mut is_used = false;
    expression.visit_fields(&mut |field, _| is_used |= covers(given, field));
    is_used
}

/// True where who knows `given` knows the field: it is the field or a map that holds it.
fn covers(given: &str, field: &FieldPath) -> bool {
    field.name.strip_prefix(given).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// True of an attribute none of whose values is false as Python sees it.
fn is_always_true(attribute: &Attribute) -> bool {
    let default = attribute.default.as_ref().map(|default| &default.value);
    let never_false = |default: Option<&Value<'static>>| default.is_none_or(is_true);
    !attribute.allowed.is_empty()
        && attribute.allowed.iter().all(|allowed| is_true(&allowed.value))
        && (attribute.required || matches!(default, Some(Value::Str(_))))
        && never_false(default)
}
