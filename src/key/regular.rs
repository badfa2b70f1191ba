//! Regular languages changed: in lower case, without a letter, without the empty text.

use std::collections::BTreeSet;

use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Dot, Hir, HirKind, Repetition,
};

use super::automaton::map;

/// The language of a pattern of our own.
pub(super) fn language(pattern: &str) -> Hir {
    let parsed = regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern);
    parsed.unwrap_or_else(|_| any_text())
}

/// Any text. Bytes that are no UTF-8 are in the language as well: it is smaller so, and no text has them.
pub(super) fn any_text() -> Hir {
    Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(Hir::dot(Dot::AnyByte)) })
}

/// Texts of one or more printable letters without `#` and a delimiter that are none of these words, and perhaps others
/// that are no UTF-8.
pub fn plain_text(words: &[Vec<u8>], delimiter: u8) -> Hir {
    let letters = |left_out: &BTreeSet<u8>| {
        let mut class = ClassBytes::new([ClassBytesRange::new(0x20, 0x7e), ClassBytesRange::new(0x80, 0xff)]);
        let letters = left_out.iter().chain([&b'#', &delimiter]).map(|letter| ClassBytesRange::new(*letter, *letter));
        class.difference(&ClassBytes::new(letters));
        Hir::class(Class::Bytes(class))
    };
    let any = |min| {
        let sub = Box::new(letters(&BTreeSet::new()));
        Hir::repetition(Repetition { min, max: None, greedy: true, sub })
    };
    // A letter with which no word goes on and anything behind it, or the start of a word that is none.
    let mut ways = Vec::new();
    let starts: BTreeSet<&[u8]> =
        words.iter().flat_map(|word| (0..=word.len()).map(move |length| &word[..length])).chain([&[][..]]).collect();
    for start in &starts {
        let nexts = words.iter().filter_map(|word| word.strip_prefix(*start)?.first().copied()).collect();
        let mut way = vec![Hir::literal(*start), letters(&nexts), any(0)];
        ways.push(Hir::concat(way.clone()));
        if !start.is_empty() && !words.iter().any(|word| word == start) {
            way.truncate(1);
            ways.push(Hir::concat(way));
        }
    }
    Hir::alternation(ways)
}

/// The language without an ASCII letter: texts that hold it are left out, or have `by` in its place.
pub(super) fn without(texts: &Hir, letter: u8, by: Option<&Hir>) -> Hir {
    let character = char::from(letter);
    map(texts, &|kind| match kind {
        HirKind::Literal(literal) if literal.0.contains(&letter) => Some(match by {
            None => Hir::fail(),
            Some(by) => Hir::concat(
                literal.0.iter().map(|byte| if *byte == letter { by.clone() } else { Hir::literal([*byte]) }).collect(),
            ),
        }),
        HirKind::Class(Class::Unicode(class)) => {
            let mut own = ClassUnicode::new([ClassUnicodeRange::new(character, character)]);
            own.intersect(class);
            (!own.ranges().is_empty()).then(|| {
                let mut rest = class.clone();
                rest.difference(&own);
                with(Hir::class(Class::Unicode(rest)), by)
            })
        }
        HirKind::Class(Class::Bytes(class)) => {
            let mut own = ClassBytes::new([ClassBytesRange::new(letter, letter)]);
            own.intersect(class);
            (!own.ranges().is_empty()).then(|| {
                let mut rest = class.clone();
                rest.difference(&own);
                with(Hir::class(Class::Bytes(rest)), by)
            })
        }
        _ => None,
    })
}

/// The texts in which classes that hold nearly every letter, such as `[^#]` and `.`, hold no capitals of ASCII: they say
/// nothing of the case of values, unlike `[0-9A-Za-z]`.
pub fn caseless(texts: &Hir) -> Hir {
    let capitals = ClassUnicode::new([ClassUnicodeRange::new('A', 'Z')]);
    let is_open = |class: &ClassUnicode| {
        let holds = |c: char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c));
        ['A', 'a', 'Z', 'z', '!', '~', '\u{e9}'].into_iter().filter(|c| holds(*c)).count() >= 6
    };
    map(texts, &|kind| match kind {
        HirKind::Class(Class::Unicode(class)) if is_open(class) => {
            let mut rest = class.clone();
            rest.difference(&capitals);
            Some(Hir::class(Class::Unicode(rest)))
        }
        HirKind::Class(Class::Bytes(class)) => {
            let open = class.to_unicode_class().is_none();
            let mut rest = class.clone();
            rest.difference(&ClassBytes::new([ClassBytesRange::new(b'A', b'Z')]));
            open.then(|| Hir::class(Class::Bytes(rest)))
        }
        _ => None,
    })
}

fn with(rest: Hir, by: Option<&Hir>) -> Hir {
    match by {
        Some(by) => Hir::alternation(vec![rest, by.clone()]),
        None => rest,
    }
}

/// The texts of the language in lower case, and perhaps others.
pub(super) fn lowered(texts: &Hir) -> Hir {
    cased(
        texts,
        |text| text.to_lowercase(),
        |class| {
            let mut upper = ClassBytes::new([ClassBytesRange::new(b'A', b'Z')]);
            upper.intersect(class);
            let lower = upper.ranges().iter().map(|range| {
                ClassBytesRange::new(range.start().to_ascii_lowercase(), range.end().to_ascii_lowercase())
            });
            let mut all = class.clone();
            all.difference(&upper);
            all.union(&ClassBytes::new(lower));
            all
        },
        b"ki",
    )
}

/// The texts of the language in upper case, and perhaps others.
pub(super) fn raised(texts: &Hir) -> Hir {
    cased(
        texts,
        |text| text.to_uppercase(),
        |class| {
            let mut lower = ClassBytes::new([ClassBytesRange::new(b'a', b'z')]);
            lower.intersect(class);
            let upper = lower.ranges().iter().map(|range| {
                ClassBytesRange::new(range.start().to_ascii_uppercase(), range.end().to_ascii_uppercase())
            });
            let mut all = class.clone();
            all.difference(&lower);
            all.union(&ClassBytes::new(upper));
            all
        },
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    )
}

/// Letters outside ASCII change in many ways: each stands for any run of them, and for the ASCII letters `also` to
/// which some of them change.
fn cased(texts: &Hir, change: fn(&str) -> String, ascii: fn(&ClassBytes) -> ClassBytes, also: &[u8]) -> Hir {
    let foreign = || {
        let also = also.iter().map(|letter| ClassBytesRange::new(*letter, *letter));
        let one = ClassBytes::new(also.chain([ClassBytesRange::new(0x80, 0xff)]));
        let sub = Box::new(Hir::class(Class::Bytes(one)));
        Hir::repetition(Repetition { min: 1, max: None, greedy: true, sub })
    };
    map(texts, &|kind| match kind {
        HirKind::Literal(literal) => Some(match std::str::from_utf8(&literal.0) {
            // The sigma at the end of a word is another letter, and where the word ends is not seen here.
            Ok(text) if text.contains('Σ') || text.contains('σ') => {
                let pieces = text.chars().map(|c| match c {
                    'Σ' | 'σ' | 'ς' => foreign(),
                    c => Hir::literal(change(&c.to_string()).into_bytes()),
                });
                Hir::concat(pieces.collect())
            }
            Ok(text) => Hir::literal(change(text).into_bytes()),
            Err(_) => foreign(),
        }),
        HirKind::Class(Class::Bytes(class)) => Some(Hir::class(Class::Bytes(ascii(class)))),
        HirKind::Class(Class::Unicode(class)) => {
            let plain = class.ranges().iter().filter(|range| range.start().is_ascii()).map(|range| {
                let end = if range.end().is_ascii() { range.end() as u8 } else { 0x7f };
                ClassBytesRange::new(range.start() as u8, end)
            });
            let plain = Hir::class(Class::Bytes(ascii(&ClassBytes::new(plain))));
            let has_foreign = class.ranges().iter().any(|range| !range.end().is_ascii());
            Some(if has_foreign { Hir::alternation(vec![plain, foreign()]) } else { plain })
        }
        _ => None,
    })
}

/// True where the language has the empty text, or one of white space alone.
pub(super) fn can_be_blank(texts: &Hir) -> bool {
    match texts.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).is_ok_and(super::python::is_blank),
        HirKind::Class(class) => class_can_be_space(class),
        HirKind::Repetition(repetition) => repetition.min == 0 || can_be_blank(&repetition.sub),
        HirKind::Capture(capture) => can_be_blank(&capture.sub),
        HirKind::Concat(parts) => parts.iter().all(can_be_blank),
        HirKind::Alternation(ways) => ways.iter().any(can_be_blank),
    }
}

/// True where a text of the language can hold white space.
pub(super) fn can_hold_space(texts: &Hir) -> bool {
    match texts.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => {
            String::from_utf8_lossy(&literal.0).chars().any(|c| super::python::is_blank(c.encode_utf8(&mut [0; 4])))
        }
        HirKind::Class(class) => class_can_be_space(class),
        HirKind::Repetition(repetition) => can_hold_space(&repetition.sub),
        HirKind::Capture(capture) => can_hold_space(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(can_hold_space),
    }
}

fn class_can_be_space(class: &Class) -> bool {
    const SPACES: [(char, char); 10] = [
        ('\t', '\r'),
        ('\u{1c}', ' '),
        ('\u{85}', '\u{85}'),
        ('\u{a0}', '\u{a0}'),
        ('\u{1680}', '\u{1680}'),
        ('\u{2000}', '\u{200a}'),
        ('\u{2028}', '\u{2029}'),
        ('\u{202f}', '\u{202f}'),
        ('\u{205f}', '\u{205f}'),
        ('\u{3000}', '\u{3000}'),
    ];
    match class {
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .any(|range| SPACES.iter().any(|(from, to)| range.start() <= *to && range.end() >= *from)),
        Class::Bytes(class) => class.ranges().iter().any(|range| range.start() <= b' ' && range.end() >= b'\t'),
    }
}

/// True where a text of the language can begin with a sign.
pub(super) fn starts_with_sign(texts: &Hir) -> bool {
    match texts.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => matches!(literal.0.first(), Some(b'+' | b'-')),
        HirKind::Class(Class::Unicode(class)) => class
            .ranges()
            .iter()
            .any(|range| ['+', '-'].iter().any(|sign| range.start() <= *sign && range.end() >= *sign)),
        HirKind::Class(Class::Bytes(class)) => class
            .ranges()
            .iter()
            .any(|range| [b'+', b'-'].iter().any(|sign| range.start() <= *sign && range.end() >= *sign)),
        HirKind::Repetition(repetition) => starts_with_sign(&repetition.sub),
        HirKind::Capture(capture) => starts_with_sign(&capture.sub),
        HirKind::Concat(parts) => parts.first().is_some_and(starts_with_sign),
        HirKind::Alternation(ways) => ways.iter().any(starts_with_sign),
    }
}

/// The texts without the empty one, where it is easily taken out; else the language as it is.
pub(super) fn not_empty(texts: &Hir) -> Hir {
    match texts.kind() {
        HirKind::Empty => Hir::fail(),
        HirKind::Repetition(repetition) if repetition.min == 0 && repetition.max != Some(0) => {
            Hir::repetition(Repetition { min: 1, ..repetition.clone() })
        }
        HirKind::Capture(capture) => not_empty(&capture.sub),
        HirKind::Alternation(ways) => Hir::alternation(ways.iter().map(not_empty).collect()),
        _ => texts.clone(),
    }
}

/// The most bytes of one character of the language.
pub(super) fn widest(texts: &Hir) -> usize {
    match texts.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().map(char::len_utf8).max().unwrap_or(1),
        HirKind::Class(Class::Unicode(class)) => class.ranges().last().map_or(1, |range| range.end().len_utf8()),
        HirKind::Class(Class::Bytes(_)) => 1,
        HirKind::Repetition(repetition) => widest(&repetition.sub),
        HirKind::Capture(capture) => widest(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(widest).max().unwrap_or(1),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::key::Automaton;

    #[test]
    fn plain_text_is_anything_but_the_words() {
        let words = ["event", "eve", "item"].map(|word| word.as_bytes().to_vec());
        let automaton = Automaton::new(&plain_text(&words, b'#')).unwrap();
        for text in ["a", "e", "ev", "even", "events", "evening", "eventeve", "xitem", "ite", "items", "Eve", "é"] {
            assert!(automaton.accepts(text.as_bytes()), "{text}");
        }
        for text in ["", "eve", "event", "item", "a#b", "a\t"] {
            assert!(!automaton.accepts(text.as_bytes()), "{text}");
        }
        assert!(Automaton::new(&plain_text(&[], b'#')).unwrap().accepts(b"event"));
    }
}
