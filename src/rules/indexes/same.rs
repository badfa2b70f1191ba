//! Whether two keys are built in the same way, wherever their texts stand.

use crate::key::{Way, WayPiece};
use crate::model::{Expression, ExpressionKind};
use crate::rules::KeyOf;

/// True where two keys of one entity have the same text and the same placeholders, in build_key or as a template.
/// What differs only where fields are unset is for the engine to tell.
pub(super) fn same_key(left: KeyOf<'_>, right: KeyOf<'_>) -> bool {
    let (left_ways, right_ways) = (left.ways(), right.ways());
    let is_plain = !left.key.eager && !right.key.eager;
    is_plain
        && left.key.kind == right.key.kind
        && left_ways.len() == right_ways.len()
        && left_ways.iter().zip(&right_ways).all(|(left, right)| same_way(left, right))
}

fn same_way(left: &Way<'_>, right: &Way<'_>) -> bool {
    let same_condition = match (left.when, right.when) {
        (None, None) => true,
        (Some(left), Some(right)) => same_expression(left, right),
        _ => false,
    };
    same_condition
        && left.is_value() == right.is_value()
        && left.pieces.len() == right.pieces.len()
        && left.pieces.iter().zip(&right.pieces).all(|pieces| match pieces {
            (WayPiece::Text(left), WayPiece::Text(right)) => left == right,
            (WayPiece::Hole(left), WayPiece::Hole(right)) => same_expression(left, right),
            _ => false,
        })
}

/// True where two expressions are the same but for their places.
pub(super) fn same_expression(left: &Expression, right: &Expression) -> bool {
    use ExpressionKind::{And, Equal, Field, Filter, If, Literal, Not, NotEqual, Or};
    match (&left.kind, &right.kind) {
        (Field(left), Field(right)) => left == right,
        (Literal(left), Literal(right)) => left == right,
        (Or(a, b), Or(c, d))
        | (And(a, b), And(c, d))
        | (Equal(a, b), Equal(c, d))
        | (NotEqual(a, b), NotEqual(c, d)) => same_expression(a, c) && same_expression(b, d),
        (Not(left), Not(right)) => same_expression(left, right),
        (Filter(left, first), Filter(right, second)) => first == second && same_expression(left, right),
        (If { condition: a, then: b, otherwise: c }, If { condition: d, then: e, otherwise: f }) => {
            same_expression(a, d) && same_expression(b, e) && same_expression(c, f)
        }
        _ => false,
    }
}
