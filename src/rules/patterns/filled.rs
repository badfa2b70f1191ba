//! The item that has given keys: a key taken apart into the values of its placeholders.
//!
//! What is found is only proposed: whoever uses it asks the engine whether the item really has the keys.

use std::borrow::Cow;

use crate::key::WayPiece;
use crate::key::python::str_of;
use crate::model::{AttributeType, Expression, ExpressionKind, Filter};
use crate::rules::{Entity, Entries, KeyOf};
use crate::value::Value;

/// Items like `base` that may have these texts as keys.
pub(super) fn filled(entity: &Entity, base: &Entries, wanted: &[(KeyOf<'_>, &str)]) -> Vec<Entries> {
    let Some(((key, text), rest)) = wanted.split_first() else { return vec![base.clone()] };
    let apart =
        |way: &crate::key::Way<'_>| taken_apart(&way.pieces, text, None).and_then(|parts| put(entity, base, &parts));
    key.ways().iter().filter_map(apart).flat_map(|item| filled(entity, &item, rest)).collect()
}

/// The item like `base` whose key may begin with the pieces, as `text` does.
pub(super) fn begun(
    entity: &Entity,
    base: &Entries,
    pieces: &[WayPiece<'_>],
    text: &str,
    delimiters: &[&str],
) -> Option<Entries> {
    put(entity, base, &taken_apart(pieces, text, Some(delimiters))?)
}

/// The item like `base` whose key may have exactly these pieces in the place where `text` is.
pub(super) fn spelling(entity: &Entity, base: &Entries, pieces: &[WayPiece<'_>], text: &str) -> Option<Entries> {
    put(entity, base, &taken_apart(pieces, text, None)?)
}

/// The texts of the placeholders. Where it is open, the text may go on behind the pieces, and a last value ends before one
/// of these delimiters.
fn taken_apart<'p, 't>(
    pieces: &'p [WayPiece<'p>],
    text: &'t str,
    open: Option<&[&str]>,
) -> Option<Vec<(&'p Expression, &'t str)>> {
    const MOST_TRIED: usize = 4;
    let Some((piece, rest)) = pieces.split_first() else {
        return (open.is_some() || text.is_empty()).then(Vec::new);
    };
    let with = |value: &'t str, behind: &'t str| -> Option<Vec<(&'p Expression, &'t str)>> {
        let mut parts = taken_apart(rest, behind, open)?;
        if let WayPiece::Hole(expression) = piece {
            parts.push((expression, value));
        }
        Some(parts)
    };
    match (piece, rest.first()) {
        (WayPiece::Text(literal), _) => with("", text.strip_prefix(literal.as_ref())?),
        (WayPiece::Hole(_), None) => {
            let ends = open.unwrap_or_default().iter().filter_map(|one| text.find(one));
            let end = ends.min().unwrap_or(text.len());
            with(text.get(..end)?, text.get(end..)?)
        }
        (WayPiece::Hole(_), Some(WayPiece::Text(literal))) => text
            .match_indices(literal.as_ref())
            .take(MOST_TRIED)
            .find_map(|(at, _)| with(text.get(..at)?, text.get(at..)?)),
        // Nobody can say where one value ends and the next begins.
        (WayPiece::Hole(_), Some(WayPiece::Hole(_))) => None,
    }
}

fn put(entity: &Entity, base: &Entries, parts: &[(&Expression, &str)]) -> Option<Entries> {
    let mut item = base.clone();
    parts.iter().all(|(expression, text)| set(entity, &mut item, expression, text)).then_some(item)
}

/// Sets the field of an expression so that it may print the text.
fn set(entity: &Entity, item: &mut Entries, expression: &Expression, text: &str) -> bool {
    match &expression.kind {
        ExpressionKind::Field(field) if field.path.is_empty() => {
            let Some(attribute) = entity.attribute(field) else { return false };
            let value = match *attribute.kind {
                AttributeType::Integer => text.parse().ok().map(Value::Int),
                AttributeType::Float => text.parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float),
                AttributeType::Boolean => match text {
                    "True" => Some(Value::Bool(true)),
                    "False" => Some(Value::Bool(false)),
                    _ => None,
                },
                AttributeType::String | AttributeType::Datetime | AttributeType::Any => {
                    Some(Value::text(text.to_owned()))
                }
                AttributeType::List | AttributeType::Map | AttributeType::Binary => None,
            };
            let Some(value) = value else { return false };
            match item.iter_mut().find(|(name, _)| *name == attribute.name.value) {
                Some((_, old)) => *old = value,
                None => item.push((Cow::Owned(attribute.name.value.clone()), value)),
            }
            true
        }
        ExpressionKind::Literal(value) => str_of(value).is_some_and(|own| own == text),
        ExpressionKind::Or(left, _) => set(entity, item, left, text),
        ExpressionKind::If { then, .. } => set(entity, item, then, text),
        ExpressionKind::Filter(
            inner,
            Filter::Lower | Filter::Upper | Filter::Strip | Filter::Str | Filter::Zfill(_),
        ) => set(entity, item, inner, text),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::key::Engine;
    use crate::model::{Dialect, load};
    use crate::text::SourceFile;

    fn entity(key: &str) -> Entity {
        let text = format!(
            "entity = \"Order\"\n[attributes]\nid = \"string\"\nnumber = \"integer\"\n\
             [indexes.primary]\npartition_key = {{ attribute = \"pk\", {key} }}"
        );
        Entity::new(Engine::new(load(&SourceFile::new("order.toml", text)).unwrap().into(), Dialect::default()))
    }

    /// The keys that the engine writes for the items that were proposed for a text.
    fn proposed(key: &str, text: &str) -> Vec<String> {
        let entity = entity(key);
        let items = filled(&entity, &Entries::new(), &[(entity.key(0), text)]);
        let written = |item: &Entries| match entity.write(item).get(0) {
            crate::key::Written::Text(text) => text.to_owned(),
            other => format!("{other:?}"),
        };
        items.iter().map(written).collect()
    }

    #[test]
    fn a_key_is_taken_apart_into_the_values_that_write_it() {
        for (key, text) in [
            (r#"build_key = [["order", "{id}"], ["n", "{number}"]]"#, "order#a-1#n#12"),
            (r#"template = "{id|lower}#{number|zfill(6)}""#, "abc#000012"),
            (r#"template = "{id or 'none'}""#, "x"),
            (r#"cases = [{ when = "number", template = "n#{number}" }, { template = "i#{id}" }]"#, "i#x"),
            (r#"template = "{id}#x#{number}""#, "a#x#7"),
        ] {
            assert_eq!(proposed(key, text), [text], "{key}");
        }
    }

    #[test]
    fn what_no_value_writes_is_not_proposed() {
        let key = r#"build_key = [["order", "{id}"], ["n", "{number}"]]"#;
        for text in ["user#a#n#1", "order#a", "order#a#n#x"] {
            assert!(proposed(key, text).is_empty(), "{text}");
        }
        assert!(proposed(r#"template = "{id}{number}""#, "a1").is_empty());
    }
}
