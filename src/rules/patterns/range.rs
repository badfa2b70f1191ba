//! The range of an access pattern: what a condition takes, and whether it can take an item of its own entity.

use std::cmp::Ordering;

use regex_syntax::hir::{Dot, Hir, Repetition};

use super::asked::Asked;
use crate::key::{Automaton, Budget, KnownKey, Shape, WayPiece, few_texts};
use crate::model::{Expression, KeyType, SortCondition};
use crate::rules::{Design, KeyOf, Values};

/// What a condition compares a sort key with: one value, or the two ends of `between`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub low: String,
    pub high: String,
}

/// What the query of an access pattern reads of its own entity, as far as that is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// Items, or it is not known that there are none.
    Some,
    /// Only items of which a field is blank.
    Blank,
    /// No item.
    Nothing,
    /// The condition has no value to compare the sort key with.
    Unbounded,
}

impl Bounds {
    /// One value.
    pub fn one(value: &str) -> Self {
        Self { low: value.to_owned(), high: value.to_owned() }
    }

    /// True where a query with the condition takes the key; false also where nobody can say.
    pub fn take(&self, condition: SortCondition, kind: KeyType, key: &str) -> bool {
        let is = |end: &str, wanted: &[Ordering]| order(kind, key, end).is_some_and(|order| wanted.contains(&order));
        use Ordering::{Equal, Greater, Less};
        match condition {
            SortCondition::Eq => is(&self.low, &[Equal]),
            SortCondition::BeginsWith => kind == KeyType::S && key.starts_with(&self.low),
            SortCondition::Between => is(&self.low, &[Equal, Greater]) && is(&self.high, &[Equal, Less]),
            SortCondition::Lt => is(&self.low, &[Less]),
            SortCondition::Lte => is(&self.low, &[Equal, Less]),
            SortCondition::Gt => is(&self.low, &[Greater]),
            SortCondition::Gte => is(&self.low, &[Equal, Greater]),
        }
    }

    /// The condition with these values, for people: `SK < "POST#b"`.
    pub fn shown(&self, condition: SortCondition, kind: KeyType, attribute: &str) -> String {
        let quoted = |value: &str| if kind == KeyType::S { format!("\"{value}\"") } else { value.to_owned() };
        let (low, high) = (quoted(&self.low), quoted(&self.high));
        match condition {
            SortCondition::Eq => format!("{attribute} = {low}"),
            SortCondition::BeginsWith => format!("begins_with({attribute}, {low})"),
            SortCondition::Between => format!("{attribute} BETWEEN {low} AND {high}"),
            SortCondition::Lt => format!("{attribute} < {low}"),
            SortCondition::Lte => format!("{attribute} <= {low}"),
            SortCondition::Gt => format!("{attribute} > {low}"),
            SortCondition::Gte => format!("{attribute} >= {low}"),
        }
    }
}

/// The order of two keys of a type, as DynamoDB has it; none where their texts do not tell.
fn order(kind: KeyType, left: &str, right: &str) -> Option<Ordering> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    match kind {
        KeyType::S => Some(left.cmp(right)),
        KeyType::N => number(left)?.partial_cmp(&number(right)?),
        KeyType::B => (left == right).then_some(Ordering::Equal),
    }
}

/// What the query of an access pattern with a condition reads of its own entity.
pub(super) fn reads(design: &Design, asked: &Asked<'_>) -> Reads {
    let access = &asked.access;
    let Some(condition) = asked.pattern.condition.as_ref().map(|condition| condition.value) else {
        return Reads::Some;
    };
    if !access.is_decided || !access.missing().is_empty() {
        return Reads::Some;
    }
    // A sort key of which nothing is known is not in the query, and neither is what comes after it.
    let keys = &access.index.sort_keys.keys;
    let ends = matches!(condition, SortCondition::Lt | SortCondition::Lte | SortCondition::Between);
    if access.sort_keys.is_empty() && ends {
        return if keys.is_empty() { Reads::Some } else { Reads::Unbounded };
    }
    let (Some(known), Some(key)) = (access.last(), asked.last_key()) else { return Reads::Some };
    if !may_take(condition, known, &key, Values::Any, design) {
        Reads::Nothing
    } else if !may_take(condition, known, &key, Values::NotBlank, design) {
        Reads::Blank
    } else {
        Reads::Some
    }
}

/// False where it is proved that no item with such values has a key that the condition takes, whatever is given.
fn may_take(condition: SortCondition, known: &KnownKey<'_>, key: &KeyOf<'_>, values: Values, design: &Design) -> bool {
    let bounds = Hir::concat(known.known.iter().map(|piece| language(piece, key.shape())).collect());
    if key.key.kind != KeyType::S {
        return may_take_few(condition, key, &bounds);
    }
    let one = few_texts(&bounds, 1).and_then(|texts| texts.into_iter().next());
    // There may be thousands of patterns: what a usual one does not need is not spent on any.
    const STEPS: u64 = 20_000;
    let budget = &mut Budget::new(STEPS);
    let Some(keys) = key.automaton_of(values, design) else { return true };
    let Ok(bounds) = Automaton::within(&bounds, budget) else { return true };
    if keys.is_empty() || bounds.is_empty() {
        return true;
    }
    let mut meet = || keys.meets_within(&bounds, budget).unwrap_or(true);
    let before = || keys.precedes_within(&bounds, &mut Budget::new(STEPS)).unwrap_or(true);
    let after = || bounds.precedes_within(keys, &mut Budget::new(STEPS)).unwrap_or(true);
    match condition {
        SortCondition::Eq => meet(),
        SortCondition::BeginsWith => true,
        SortCondition::Lt => before(),
        SortCondition::Lte => before() || meet(),
        SortCondition::Gt => after(),
        SortCondition::Gte => after() || meet(),
        // From one text to itself is that text.
        SortCondition::Between if one.is_some() => meet(),
        SortCondition::Between => meet() || (after() && before()),
    }
}

/// The same for numbers and bytes, whose order is not that of their texts: decided where there are only a few.
fn may_take_few(condition: SortCondition, key: &KeyOf<'_>, bounds: &Hir) -> bool {
    const FEW: usize = 32;
    let keys = few_texts(&key.shape().language(&[]), FEW);
    let (Some(keys), Some(bounds)) = (keys, few_texts(bounds, FEW)) else { return true };
    let kind = key.key.kind;
    // Whoever cannot be compared may be anything.
    let is_comparable = |text: &String| order(kind, text, text).is_some();
    if kind == KeyType::B || keys.is_empty() || bounds.is_empty() || !keys.iter().chain(&bounds).all(is_comparable) {
        return true;
    }
    bounds.iter().any(|low| {
        bounds.iter().any(|high| {
            let ends = Bounds { low: low.clone(), high: high.clone() };
            keys.iter().any(|key| ends.take(condition, kind, key))
        })
    })
}

/// What a piece of a key can print.
fn language(piece: &WayPiece<'_>, shape: &Shape) -> Hir {
    match piece {
        WayPiece::Text(text) => Hir::literal(text.as_bytes()),
        WayPiece::Hole(expression) => hole(shape, expression).map_or_else(anything, |hole| hole.language(&[])),
    }
}

/// The same without a delimiter in a value.
pub(super) fn plain_language(piece: &WayPiece<'_>, shape: &Shape, delimiters: &[&str]) -> Hir {
    match piece {
        WayPiece::Text(text) => Hir::literal(text.as_bytes()),
        WayPiece::Hole(expression) => hole(shape, expression).map_or_else(anything, |hole| hole.plain(delimiters)),
    }
}

/// The hole of an expression in a shape.
fn hole<'s>(shape: &'s Shape, expression: &Expression) -> Option<&'s Shape> {
    match shape {
        Shape::Literal(_) | Shape::Blank(_) => None,
        Shape::Hole(hole) => (hole.expression.span == expression.span).then_some(shape),
        Shape::Concat(parts) | Shape::Either(parts) => parts.iter().find_map(|part| hole(part, expression)),
    }
}

/// Any text.
pub(super) fn anything() -> Hir {
    Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(Hir::dot(Dot::AnyByte)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_take_what_dynamodb_takes() {
        use SortCondition::{BeginsWith, Between, Eq, Gt, Gte, Lt, Lte};
        let ends = Bounds { low: "b".to_owned(), high: "d".to_owned() };
        for (key, wanted) in [
            ("a", vec![Lt, Lte]),
            ("b", vec![Eq, BeginsWith, Between, Lte, Gte]),
            ("b#1", vec![BeginsWith, Between, Gt, Gte]),
            ("d", vec![Between, Gt, Gte]),
            ("d#1", vec![Gt, Gte]),
        ] {
            for condition in [Eq, BeginsWith, Between, Lt, Lte, Gt, Gte] {
                assert_eq!(ends.take(condition, KeyType::S, key), wanted.contains(&condition), "{key} {condition:?}");
            }
        }
        // Numbers by value; bytes are not compared.
        let ends = Bounds { low: "9".to_owned(), high: "70".to_owned() };
        for (condition, wanted) in [(Between, true), (Lt, false), (Gt, true), (BeginsWith, false), (Eq, false)] {
            assert_eq!(ends.take(condition, KeyType::N, "10"), wanted, "{condition:?}");
            assert!(!ends.take(condition, KeyType::B, "10"));
        }
    }
}
