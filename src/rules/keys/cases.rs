//! Placeholders whose text keeps or folds the case of a field, and values that differ by case alone.

use super::probe::{Probe, texts_like};
use crate::key::{Automaton, Budget, caseless, conforms, own_values};
use crate::model::{Attribute, Era, Expression, ExpressionKind, FieldPath, Filter, Rule};
use crate::rules::{Entity, KeyOf};
use crate::value::Value;

/// A placeholder that prints the text of a field, in its case or folded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use<'e> {
    /// The key.
    pub key: KeyOf<'e>,
    /// The placeholder.
    pub hole: &'e Expression,
    /// The field.
    pub field: &'e FieldPath,
    /// True where the dialect or a filter may fold the case.
    pub may_fold: bool,
}

/// The placeholders of an entity that print the text of a field.
pub(super) fn uses(entity: &Entity) -> Vec<Use<'_>> {
    let mut all = Vec::new();
    for key in entity.keys().filter(|key| !key.key.eager) {
        for way in key.ways() {
            let lowers = matches!(way.rule, Rule::BuildKey(_)) && entity.engine().dialect().era() == Era::V0_58;
            for hole in way.holes() {
                if let Some((field, folds)) = text_of(hole) {
                    all.push(Use { key, hole, field, may_fold: lowers || folds });
                }
            }
        }
    }
    all
}

/// The field whose text an expression prints, and whether a filter folds its case.
fn text_of(expression: &Expression) -> Option<(&FieldPath, bool)> {
    match &expression.kind {
        ExpressionKind::Field(field) => field.path.is_empty().then_some((field, false)),
        ExpressionKind::Filter(inner, Filter::Lower | Filter::Upper) => text_of(inner).map(|(field, _)| (field, true)),
        ExpressionKind::Filter(inner, Filter::Str | Filter::Strip | Filter::Replace(..)) => text_of(inner),
        ExpressionKind::Or(inner, _) | ExpressionKind::And(_, inner) => text_of(inner),
        ExpressionKind::If { then, .. } => text_of(then),
        _ => None,
    }
}

/// Two values that an attribute may have, as its `pattern` or `enum` says, and that differ by case alone.
pub(super) fn case_pair(attribute: &Attribute) -> Option<[Value<'static>; 2]> {
    const TEXTS: usize = 12;
    let mut stated = None;
    let texts: Vec<String> = if attribute.allowed.is_empty() {
        let pattern = attribute.pattern.as_ref()?;
        // Who says that case does not matter means it.
        if pattern.contains("(?i") {
            return None;
        }
        // Text that may hold nearly any letter is not an id: its pattern only keeps something out, a delimiter perhaps.
        let mut budget = Budget::new(attribute.proof_steps());
        stated = Automaton::within(&caseless(&own_values(attribute).texts), &mut budget).ok();
        texts_like(attribute, ".*[A-Za-z].*", TEXTS)
    } else {
        let text = |value: &Value<'static>| if let Value::Str(text) = value { Some(text.to_string()) } else { None };
        attribute.allowed.iter().filter_map(|allowed| text(&allowed.value)).collect()
    };
    let is_stated = |text: &str| stated.as_ref().is_none_or(|stated| stated.accepts(text.as_bytes()));
    texts.iter().filter(|text| is_stated(text)).find_map(|text| {
        let other = text.char_indices().filter(|(_, c)| c.is_ascii_alphabetic()).find_map(|(at, c)| {
            let turned = if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            let mut other = text.clone();
            other.replace_range(at..at + 1, turned.encode_utf8(&mut [0; 4]));
            (conforms(attribute, &Value::text(other.as_str())) && is_stated(&other)).then_some(other)
        });
        let same = |other: &&String| *other != text && other.to_lowercase() == text.to_lowercase();
        let among = texts.iter().find(|other| same(other) && is_stated(other));
        let other = other.or_else(|| among.cloned())?;
        Some([Value::text(text.clone()), Value::text(other)])
    })
}

/// Whether a placeholder prints the same text for two values; none where it is printed for neither.
pub(super) fn folds(one: &Use<'_>, [left, right]: &[Value<'static>; 2]) -> Option<bool> {
    let probe = Probe::of(one.key, one.hole)?;
    let (left, right) = (probe.with(one.field, left)?, probe.with(one.field, right)?);
    Some(left.part == right.part)
}
