//! The texts of a language that has only a few.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

/// Every text of a language, or none where there are more than `most`, or any that is not UTF-8.
pub fn few_texts(language: &Hir, most: usize) -> Option<BTreeSet<String>> {
    let texts = texts(language, most)?;
    texts.into_iter().map(|text| String::from_utf8(text).ok()).collect()
}

/// A longer text is in no key, and nobody lists it.
const LONGEST: usize = 4_096;

type Texts = BTreeSet<Vec<u8>>;

fn texts(language: &Hir, most: usize) -> Option<Texts> {
    let found = match language.kind() {
        // An assertion says nothing inside a key.
        HirKind::Empty | HirKind::Look(_) => Texts::from([Vec::new()]),
        HirKind::Literal(literal) => Texts::from([literal.0.to_vec()]),
        HirKind::Class(class) => letters(class, most)?,
        HirKind::Capture(capture) => texts(&capture.sub, most)?,
        HirKind::Concat(parts) => {
            let mut found = Texts::from([Vec::new()]);
            for part in parts {
                found = followed(&found, &texts(part, most)?, most)?;
            }
            found
        }
        HirKind::Alternation(ways) => {
            let mut found = Texts::new();
            for way in ways {
                found.extend(texts(way, most)?);
            }
            found
        }
        HirKind::Repetition(repetition) => {
            let longest = usize::try_from(repetition.max?).ok().filter(|times| *times <= most)?;
            let once = texts(&repetition.sub, most)?;
            let least = usize::try_from(repetition.min).ok()?;
            let mut times = Texts::from([Vec::new()]);
            let mut found = Texts::new();
            for count in 0..=longest {
                if count >= least {
                    found.extend(times.iter().cloned());
                }
                if count < longest {
                    times = followed(&times, &once, most)?;
                }
            }
            found
        }
    };
    (found.len() <= most).then_some(found)
}

fn followed(heads: &Texts, tails: &Texts, most: usize) -> Option<Texts> {
    if heads.len().checked_mul(tails.len())? > most {
        return None;
    }
    let longest = |texts: &Texts| texts.iter().map(Vec::len).max().unwrap_or_default();
    if longest(heads) + longest(tails) > LONGEST {
        return None;
    }
    let joined = heads.iter().flat_map(|head| tails.iter().map(move |tail| [head.as_slice(), tail].concat()));
    Some(joined.collect())
}

/// The letters of a class, one text each.
fn letters(class: &Class, most: usize) -> Option<Texts> {
    let mut found = Texts::new();
    match class {
        Class::Unicode(class) => {
            for letter in class.ranges().iter().flat_map(|range| range.start()..=range.end()) {
                found.insert(letter.to_string().into_bytes());
                if found.len() > most {
                    return None;
                }
            }
        }
        Class::Bytes(class) => {
            for byte in class.ranges().iter().flat_map(|range| range.start()..=range.end()) {
                found.insert(vec![byte]);
                if found.len() > most {
                    return None;
                }
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str, most: usize) -> Option<Vec<String>> {
        let texts = few_texts(&regex_syntax::parse(pattern).unwrap(), most)?;
        Some(texts.into_iter().collect())
    }

    #[test]
    fn a_small_language_is_listed() {
        assert_eq!(of("gold|silver", 10).unwrap(), ["gold", "silver"]);
        assert_eq!(of("^[A-C]$", 10).unwrap(), ["A", "B", "C"]);
        assert_eq!(of("a(b|c)?", 10).unwrap(), ["a", "ab", "ac"]);
        assert_eq!(of("(?:x|y){2}", 10).unwrap(), ["xx", "xy", "yx", "yy"]);
        assert_eq!(of("(a|a)b", 1).unwrap(), ["ab"]);
        assert_eq!(of("[a&&b]", 10).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_large_language_is_not() {
        assert_eq!(of("[0-9]{3}", 100), None);
        assert_eq!(of("a*", 100), None);
        assert_eq!(of(r"\w", 100), None);
        assert_eq!(of("a{0,1000}", 100), None);
        assert_eq!(of("(((((a{64}){64}){64}){64}){64})", 100), None);
    }
}
