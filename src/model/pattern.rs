//! Patterns of attributes: read once, and how large they are before anything is made of them.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Above this many bytes a pattern is read by nobody, and is not read here.
const LONGEST: usize = 8_192;

/// Each class of letters of all languages, such as `\w`, is a list of some 700 ranges.
const MOST_CLASSES: usize = 100;

/// The most nodes of an automaton with which a pattern is matched. `(((a{64}){64}){64})` has 262,144.
pub const MOST_NODES: usize = 250_000;

/// The most steps of a proof about the values of one attribute.
pub const MOST_STEPS: u64 = 400_000;

/// The language of a pattern; none where the pattern is too long to be looked into.
pub fn read(pattern: &str) -> Result<Option<Hir>, Box<regex_syntax::Error>> {
    let letters = pattern.as_bytes().windows(2).filter(|two| two[0] == b'\\' && b"wWdDsSpP".contains(&two[1]));
    if pattern.len() > LONGEST || letters.count() > MOST_CLASSES {
        return Ok(None);
    }
    regex_syntax::parse(pattern).map(Some).map_err(Box::new)
}

/// How many nodes an automaton of a language has, about: counted repetitions are multiplied, not written out.
pub fn nodes(language: &Hir) -> usize {
    match language.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        // Ranges of letters outside ASCII are several sequences of bytes each.
        HirKind::Class(Class::Unicode(class)) if !class.is_ascii() => 2 + class.ranges().len().saturating_mul(2),
        HirKind::Class(_) => 1,
        HirKind::Capture(capture) => nodes(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(nodes).fold(1, usize::saturating_add),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(repetition.min).max(1);
            nodes(&repetition.sub).saturating_add(1).saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
    }
}

/// How much room a language takes as it is written, in nodes and ranges of classes.
pub fn weight(language: &Hir) -> usize {
    match language.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => 1 + literal.0.len() / 16,
        HirKind::Class(Class::Unicode(class)) => 1 + class.ranges().len() / 8,
        HirKind::Class(Class::Bytes(class)) => 1 + class.ranges().len() / 8,
        HirKind::Capture(capture) => 1 + weight(&capture.sub),
        HirKind::Repetition(repetition) => 1 + weight(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => 1 + parts.iter().map(weight).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_multiplied_and_not_written_out() {
        let of = |pattern: &str| nodes(&read(pattern).unwrap().unwrap());
        assert_eq!(of("[0-9]{3}"), 6);
        assert!(of("(((((a{64}){64}){64}){64}){64})") > 1 << 30);
        assert!(of(&format!("{}a{}", "(".repeat(20), "{1000}){1000}".repeat(20))) == usize::MAX);
        assert!(of("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}") < MOST_NODES);
        assert_eq!(read(&"a".repeat(10_000)), Ok(None));
        assert_eq!(read(&"\\w".repeat(101)), Ok(None));
        assert!(read("(").is_err());
    }
}
