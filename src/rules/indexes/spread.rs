//! How far a key spreads the items of an entity: over a few values, over one value a period, or over many.

use crate::key::{WayPiece, few_texts, of_attribute};
use crate::model::{Attribute, AttributeType, Expression, ExpressionKind, FieldPath, Filter};
use crate::rules::{Entity, KeyOf};

/// Up to this many values count as few.
pub(super) const FEW: usize = 100;

/// What a key, or a part of it, tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spread {
    /// The model's own text, or values that can be counted.
    Few,
    /// A time cut to a period: one value for all that happens in it.
    Period(Period),
    /// Values without such a bound, or a shard, which is there to spread.
    Many,
}

/// What a time is cut to, the longest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Period {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
}

impl Period {
    /// The field's word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
        }
    }
}

/// How far keys spread items together.
pub(super) fn spread(keys: &[KeyOf<'_>]) -> Spread {
    keys.iter().map(|key| of_key(*key)).max().unwrap_or(Spread::Few)
}

fn of_key(key: KeyOf<'_>) -> Spread {
    // What an eager key should say is not known: it is a mistake of its own.
    if key.key.eager {
        return Spread::Many;
    }
    let mut widest = Spread::Few;
    for way in key.ways() {
        let mut before = "";
        for piece in &way.pieces {
            match piece {
                WayPiece::Text(text) => before = text,
                WayPiece::Hole(expression) => {
                    let is_apart = |c: char| !c.is_alphanumeric();
                    let word = before.trim_end_matches(is_apart).rsplit(is_apart).next();
                    let is_shard = word.is_some_and(is_shard);
                    widest = widest.max(if is_shard { Spread::Many } else { of_expression(key.entity, expression) });
                    before = "";
                }
            }
        }
    }
    widest
}

/// How far what an expression prints spreads items.
pub(super) fn of_expression(entity: &Entity, expression: &Expression) -> Spread {
    let of = |inner: &Expression| of_expression(entity, inner);
    match &expression.kind {
        ExpressionKind::Literal(_) => Spread::Few,
        ExpressionKind::Not(_) | ExpressionKind::Equal(..) | ExpressionKind::NotEqual(..) => Spread::Few,
        ExpressionKind::Field(field) => of_field(entity, field),
        ExpressionKind::Or(left, right) | ExpressionKind::And(left, right) => of(left).max(of(right)),
        ExpressionKind::If { then, otherwise, .. } => of(then).max(of(otherwise)),
        ExpressionKind::Filter(_, Filter::Strftime(format)) => of_format(format),
        ExpressionKind::Filter(inner, _) => of(inner),
    }
}

fn of_field(entity: &Entity, field: &FieldPath) -> Spread {
    let Some(attribute) = entity.attribute(field).filter(|_| field.path.is_empty()) else { return Spread::Many };
    if is_shard(&attribute.name) {
        return Spread::Many;
    }
    if let Some(period) = period_of(attribute) {
        return Spread::Period(period);
    }
    match few_texts(&of_attribute(attribute).texts, FEW) {
        Some(texts) if !texts.is_empty() => Spread::Few,
        _ => Spread::Many,
    }
}

/// True of what is there to spread items on purpose: the number of a shard.
fn is_shard(name: &str) -> bool {
    let name = name.to_lowercase();
    ["shard", "bucket", "suffix"].iter().any(|word| name.ends_with(word) || name.starts_with(word))
}

/// The period of a field whose values are cut to one: ISO 8601 text that is short, or dates.
fn period_of(attribute: &Attribute) -> Option<Period> {
    let longest = attribute.max_length.as_ref().map(|most| most.value);
    match *attribute.kind {
        // 2024-05-17 has 10 characters, 20240517T0930 has 13.
        AttributeType::Datetime => match longest? {
            ..=10 => Some(Period::Day),
            11..=13 => Some(Period::Hour),
            _ => None,
        },
        AttributeType::String if attribute.allowed.is_empty() => of_pattern(&attribute.pattern.as_ref()?.value),
        _ => None,
    }
}

/// The period of a pattern, where it is one of the usual ways to write a date.
fn of_pattern(pattern: &str) -> Option<Period> {
    let plain = pattern.trim_start_matches('^').trim_end_matches('$').replace("[0-9]", r"\d");
    let plain = plain.replace(r"\d\d\d\d", r"\d{4}").replace(r"\d\d", r"\d{2}");
    let date = [r"\d{4}-\d{2}-\d{2}", r"\d{4}-[01]\d-[0-3]\d", r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"];
    let month = [r"\d{4}-[01]\d", r"\d{4}-(0[1-9]|1[0-2])", r"\d{4}-(?:0[1-9]|1[0-2])"];
    let hour = [r"T\d{2}", r"T[0-2]\d", r"T([01]\d|2[0-3])"];
    if date.contains(&plain.as_str()) {
        return Some(Period::Day);
    }
    if month.contains(&plain.as_str()) {
        return Some(Period::Month);
    }
    let is_hour = |rest: &str| hour.contains(&rest);
    date.iter().any(|date| plain.strip_prefix(date).is_some_and(is_hour)).then_some(Period::Hour)
}

/// How far what `strftime` prints spreads items: as far as its finest directive.
fn of_format(format: &str) -> Spread {
    let mut widest = Spread::Few;
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        let directive = if letter == '%' { letters.next() } else { None };
        let Some(directive) = directive else { continue };
        widest = widest.max(match directive {
            'Y' | 'y' | 'G' => Spread::Period(Period::Year),
            'm' | 'b' | 'B' => Spread::Period(Period::Month),
            'U' | 'W' | 'V' => Spread::Period(Period::Week),
            'd' | 'j' | 'F' | 'a' | 'A' | 'u' | 'w' => Spread::Period(Period::Day),
            'H' | 'I' => Spread::Period(Period::Hour),
            'M' => Spread::Period(Period::Minute),
            'p' | 'z' | '%' => Spread::Few,
            _ => Spread::Many,
        });
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_spreads_as_far_as_its_finest_directive() {
        assert_eq!(of_format("%Y-%m-%d"), Spread::Period(Period::Day));
        assert_eq!(of_format("%Y%%S"), Spread::Period(Period::Year));
        assert_eq!(of_format("%G-W%V"), Spread::Period(Period::Week));
        assert_eq!(of_format("%FT%H%M"), Spread::Period(Period::Minute));
        assert_eq!(of_format("%Y-%m-%dT%T"), Spread::Many);
        assert_eq!(of_format("day"), Spread::Few);
    }

    #[test]
    fn a_date_is_known_by_its_pattern() {
        assert_eq!(of_pattern(r"^\d{4}-\d{2}-\d{2}$"), Some(Period::Day));
        assert_eq!(of_pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}"), Some(Period::Day));
        assert_eq!(of_pattern("[0-9]{4}-(0[1-9]|1[0-2])"), Some(Period::Month));
        assert_eq!(of_pattern(r"\d{4}-\d{2}-\d{2}T\d{2}"), Some(Period::Hour));
        // The number of an invoice looks like a month without its bounds.
        assert_eq!(of_pattern(r"\d{4}-\d{2}"), None);
        assert_eq!(of_pattern(r"\d{8}"), None);
    }
}
