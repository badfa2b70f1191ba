//! The longest value that an attribute may have, for keys that are too long.

use std::borrow::Cow;

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::key::{Budget, conforms};
use crate::model::{Attribute, AttributeType, pattern};
use crate::value::Value;

/// No value is made longer than this, in bytes: no item holds more
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items>).
const ITEM_BYTES: usize = 400_000;

/// A long value that an attribute may have; none where none was found that is longer than usual ones. There may be
/// longer ones.
pub(super) fn longest(attribute: &Attribute) -> Option<Value<'static>> {
    if !attribute.allowed.is_empty() {
        let texts = attribute.allowed.iter().filter(|allowed| matches!(allowed.value, Value::Str(_)));
        let longest = texts.max_by_key(|allowed| if let Value::Str(text) = &allowed.value { text.len() } else { 0 });
        return longest.map(|longest| longest.value.clone());
    }
    if *attribute.kind != AttributeType::String {
        return None;
    }
    let pattern = attribute.pattern.as_ref().and_then(|pattern| pattern::read(&pattern.value).ok().flatten());
    let most = attribute.max_length.as_ref().and_then(|most| usize::try_from(most.value).ok());
    let of_pattern = pattern.as_ref().and_then(|pattern| {
        let mut text = String::new();
        push_longest(pattern, &mut text, &mut Budget::default()).then_some(text)
    });
    // One character again and again: the widest first.
    let repeated = most.into_iter().flat_map(|most| {
        let widest = pattern.as_ref().and_then(widest);
        let letters = ['\u{1f600}', '\u{20ac}', '\u{e9}', 'a', 'A', '0'];
        let letters = widest.into_iter().chain(letters);
        letters.map(move |letter| letter.to_string().repeat(most.min(ITEM_BYTES / letter.len_utf8())))
    });
    let fitting = of_pattern.into_iter().chain(repeated).map(|text| Value::Str(Cow::Owned(text)));
    let mut fitting = fitting.filter(|value| conforms(attribute, value));
    fitting.next()
}

/// Adds the longest text of a pattern; false where it has none.
fn push_longest(pattern: &Hir, out: &mut String, budget: &mut Budget) -> bool {
    if out.len() > ITEM_BYTES || budget.spend(1).is_err() {
        return false;
    }
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).map(|text| out.push_str(text)).is_ok(),
        HirKind::Class(_) => widest(pattern).map(|letter| out.push(letter)).is_some(),
        HirKind::Repetition(repetition) => match repetition.max {
            Some(most) => (0..most).all(|_| push_longest(&repetition.sub, out, budget)),
            None => false,
        },
        HirKind::Capture(capture) => push_longest(&capture.sub, out, budget),
        HirKind::Concat(parts) => parts.iter().all(|part| push_longest(part, out, budget)),
        HirKind::Alternation(ways) => {
            let texts = ways.iter().filter_map(|way| {
                let mut text = String::new();
                push_longest(way, &mut text, budget).then_some(text)
            });
            texts.max_by_key(String::len).map(|longest| out.push_str(&longest)).is_some()
        }
    }
}

/// The character of the most bytes of a class, or of a class that is repeated.
fn widest(pattern: &Hir) -> Option<char> {
    match pattern.kind() {
        HirKind::Class(Class::Unicode(class)) => class.ranges().last().map(|range| range.end()),
        HirKind::Class(Class::Bytes(class)) => class.ranges().last().map(|range| char::from(range.end())),
        HirKind::Repetition(repetition) => widest(&repetition.sub),
        HirKind::Capture(capture) => widest(&capture.sub),
        _ => None,
    }
}
