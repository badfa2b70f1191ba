//! Key shapes for people: text, and placeholders in braces.

use crate::key::{Way, WayPiece, expression_text, ways};
use crate::model::{Dialect, Expression, ExpressionKind, Key, KeyType};
use crate::value::Value;

/// A key attribute and how its value is built.
#[derive(Clone, Debug)]
pub struct KeyShape {
    /// The attribute.
    pub attribute: String,
    /// Its type.
    pub kind: KeyType,
    /// True where the value is computed once, when the object is constructed.
    pub eager: bool,
    /// The ways in which it is built: one, or one for each case.
    pub ways: Vec<WayShape>,
}

/// One way in which a key is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayShape {
    /// When it is taken.
    pub condition: WayCondition,
    /// Its pieces, from left to right; none where the key is empty.
    pub pieces: Vec<ShapePiece>,
}

/// When a way is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayCondition {
    /// Always: it is the only one.
    Always,
    /// When this is true and no condition before it.
    When(String),
    /// When no other is.
    Otherwise,
}

/// A piece of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShapePiece {
    /// The same in every key.
    Text(String),
    /// A placeholder in its braces.
    Hole(String),
    /// No value at all: the attribute is left out.
    Nothing,
}

impl ShapePiece {
    /// How it is shown.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Hole(text) => text,
            Self::Nothing => "",
        }
    }
}

impl WayShape {
    /// True where no key is written: the value is none.
    pub fn is_left_out(&self) -> bool {
        self.pieces == [ShapePiece::Nothing]
    }

    /// The whole for people: `lastname#{last_name}`.
    pub fn text(&self) -> String {
        self.pieces.iter().map(ShapePiece::text).collect()
    }
}

/// The shapes of the keys of one half of an index.
pub(super) fn shapes(keys: &[Key], dialect: &Dialect) -> Vec<KeyShape> {
    keys.iter()
        .map(|key| {
            let all = ways(key, dialect);
            let last = all.len().saturating_sub(1);
            let condition = |at: usize, way: &Way<'_>| match way.when {
                _ if last == 0 => WayCondition::Always,
                Some(when) if at < last => WayCondition::When(expression_text(when)),
                // The last one is taken where no other is, whatever its own condition says.
                _ => WayCondition::Otherwise,
            };
            KeyShape {
                attribute: key.attribute.value.clone(),
                kind: key.kind,
                eager: key.eager,
                ways: all
                    .iter()
                    .enumerate()
                    .map(|(at, way)| WayShape { condition: condition(at, way), pieces: pieces(way) })
                    .collect(),
            }
        })
        .collect()
}

fn pieces(way: &Way<'_>) -> Vec<ShapePiece> {
    let is_none = |hole: &Expression| matches!(&hole.kind, ExpressionKind::Literal(Value::None));
    if way.is_value() && way.holes().any(is_none) {
        return vec![ShapePiece::Nothing];
    }
    way.pieces
        .iter()
        .map(|piece| match piece {
            WayPiece::Text(text) => ShapePiece::Text(text.clone().into_owned()),
            WayPiece::Hole(expression) => ShapePiece::Hole(format!("{{{}}}", expression_text(expression))),
        })
        .collect()
}
