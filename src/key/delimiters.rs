//! Which delimiters stand between the parts of a key.

use super::layout::{WayPiece, ways};
use crate::model::{Dialect, Key, KeyValue, Rule};

/// What build_key puts between the parts of a key.
pub const BUILT: &str = "#";

/// The delimiters that a project can have in its keys: build_key's, and that of its templates.
pub fn delimiters(project: &str) -> Vec<&str> {
    if project.is_empty() || project == BUILT { vec![BUILT] } else { vec![BUILT, project] }
}

/// The delimiters that a value of this key must not hold if the key's parts are to be told apart. build_key puts `#`; a
/// template has those that stand at a value in it, the project's or `#`. Where neither does, as in a key that is one
/// value and nothing else, both count: `order:7` is no bare id where other keys have parts.
pub fn delimiters_of<'p>(key: &Key, dialect: &Dialect, project: &'p str) -> Vec<&'p str> {
    let is_built = |rule: &Rule| matches!(rule, Rule::BuildKey(_));
    let built = match &key.value {
        KeyValue::One(rule) => is_built(rule),
        KeyValue::Cases(cases) => cases.iter().any(|case| is_built(&case.rule)),
    };
    if built {
        return vec![BUILT];
    }
    let all = delimiters(project);
    let ways = ways(key, dialect);
    let mut own = all.clone();
    own.retain(|delimiter| {
        ways.iter().any(|way| {
            way.pieces.windows(2).any(|pair| match pair {
                [WayPiece::Text(text), WayPiece::Hole(_)] => text.ends_with(delimiter),
                [WayPiece::Hole(_), WayPiece::Text(text)] => text.starts_with(delimiter),
                _ => false,
            })
        })
    });
    if own.is_empty() { all } else { own }
}

/// What stands between the parts of a key: the project's delimiter, or `#` where build_key puts it or a template has it in
/// the project's place.
pub fn delimiter_of<'p>(key: &Key, dialect: &Dialect, project: &'p str) -> &'p str {
    let own = delimiters_of(key, dialect, project);
    own.last().copied().unwrap_or(project)
}

/// A text taken apart at the delimiters of a project: a part, the delimiter behind it, the next part and so on.
pub fn parted<'t>(text: &'t str, project: &str) -> Vec<&'t str> {
    let delimiters = delimiters(project);
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((at, length)) =
        delimiters.iter().filter_map(|one| Some((rest.find(one)?, one.len()))).min_by_key(|(at, _)| *at)
    {
        let (part, after) = rest.split_at(at);
        let (delimiter, after) = after.split_at(length);
        parts.extend([part, delimiter]);
        rest = after;
    }
    parts.push(rest);
    parts
}
