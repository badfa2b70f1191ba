//! The words that both formats use.

use crate::model::KeyType;
use crate::report::chart::{Chart, ChartAttribute, ChartIndex, ChartProjection, KeyShape};
use crate::text::counted;

/// What is said of item collections.
pub(super) const COLLECTIONS: &str = "Items with the same partition key are one item collection, which one Query reads \
    in the order of the sort key. Entities stand together where their partition keys can be the same.";

/// What is said of the entity chart.
pub(super) const CHART: &str =
    "What each entity writes to the table's key and to each index. What stands in braces is the value of a field.";

/// "1 entity", "7 entities".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// "7 entities", "3 indexes", "9 access patterns".
pub(super) fn counts(chart: &Chart) -> [String; 3] {
    let secondary = chart.indexes.iter().filter(|index| index.kind_name() != "table").count();
    [
        count(chart.entities.len(), "entity", "entities"),
        count(secondary, "secondary index", "secondary indexes"),
        count(chart.patterns.len(), "access pattern", "access patterns"),
    ]
}

/// The attributes of an index's key: names with their types where these are not S.
pub(super) fn key_names(keys: &[(String, KeyType)]) -> Vec<(String, Option<&'static str>)> {
    keys.iter().map(|(name, kind)| (name.clone(), type_note(*kind))).collect()
}

/// The type of a key that is no text.
pub(super) fn type_note(kind: KeyType) -> Option<&'static str> {
    (kind != KeyType::S).then(|| kind.as_str())
}

/// What there is to say of a key beside its shape.
pub(super) fn key_notes(key: &KeyShape) -> Vec<&'static str> {
    let eager = key.eager.then_some("computed once, when the object is constructed");
    eager.into_iter().collect()
}

/// A rule that a field's values keep.
pub(super) enum FieldRule<'a> {
    /// Words alone.
    Words(String),
    /// Words and literals.
    Code(&'static str, Vec<&'a str>),
}

/// The rules that a field's values keep.
pub(super) fn field_rules(attribute: &ChartAttribute) -> Vec<FieldRule<'_>> {
    let mut rules = Vec::new();
    if let Some(default) = &attribute.default {
        rules.push(FieldRule::Code("default", vec![default]));
    }
    if !attribute.allowed.is_empty() {
        rules.push(FieldRule::Code("one of", attribute.allowed.iter().map(String::as_str).collect()));
    }
    if let Some(pattern) = &attribute.pattern {
        rules.push(FieldRule::Code("matches", vec![pattern]));
    }
    if let Some(most) = attribute.max_length {
        rules.push(FieldRule::Words(format!("at most {}", counted(most, "character"))));
    }
    if attribute.computed {
        rules.push(FieldRule::Words("computed, not stored".to_owned()));
    }
    if attribute.immutable {
        rules.push(FieldRule::Words("never changes".to_owned()));
    }
    if attribute.ttl {
        rules.push(FieldRule::Words("time to live".to_owned()));
    }
    rules
}

/// What an index carries: words, and the names of attributes.
pub(super) fn projection(projection: &ChartProjection) -> (&'static str, &[String]) {
    match projection {
        ChartProjection::All => ("all attributes", &[]),
        ChartProjection::KeysOnly => ("keys only", &[]),
        ChartProjection::Include(names) => ("keys and", names),
    }
}

/// The names of the entities that write an index.
pub(super) fn writers<'c>(chart: &'c Chart, index: &ChartIndex) -> Vec<&'c str> {
    index.entities.iter().filter_map(|at| chart.entities.get(*at)).map(|entity| entity.name.as_str()).collect()
}
