//! The languages of values without delimiters, and the patterns that say it in a model.

use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition,
};

use super::automaton::map;

/// The language without the texts that hold one of the delimiters, and perhaps with some of them: those in which a
/// delimiter of several letters is put together from parts of the language.
pub fn without_delimiters(texts: &Hir, delimiters: &[&str]) -> Hir {
    delimiters.iter().filter(|one| !one.is_empty()).fold(texts.clone(), |texts, one| {
        let whole = |literal: &[u8]| literal.windows(one.len()).any(|own| own == one.as_bytes());
        map(&texts, &|kind| match kind {
            HirKind::Literal(literal) if whole(&literal.0) => Some(Hir::fail()),
            HirKind::Class(class) => Letters::of(class, one)?.class_without(),
            HirKind::Repetition(repetition) => repeated(repetition, one, |_| true),
            _ => None,
        })
    })
}

/// The language without the texts that hold one of the delimiters, where it has any others: ids with dashes in them are
/// ordinary though the delimiter is `-`.
pub fn plain(texts: &Hir, delimiters: &[&str]) -> Hir {
    let apart = without_delimiters(texts, delimiters);
    if is_empty(&apart) { texts.clone() } else { apart }
}

/// True of a language that has no text.
pub fn is_empty(texts: &Hir) -> bool {
    match texts.kind() {
        HirKind::Class(class) => has_none(class),
        HirKind::Repetition(repetition) => repetition.min > 0 && is_empty(&repetition.sub),
        HirKind::Capture(capture) => is_empty(&capture.sub),
        HirKind::Concat(parts) => parts.iter().any(is_empty),
        HirKind::Alternation(ways) => ways.iter().all(is_empty),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => false,
    }
}

/// The language without the delimiters where it has them only because it has nearly everything, as in `.+` and `[^,]*`.
/// Where a pattern names the delimiter, it is meant.
pub fn meant(texts: &Hir, delimiters: &[&str]) -> Hir {
    delimiters.iter().filter(|one| !one.is_empty()).fold(texts.clone(), |texts, one| {
        map(&texts, &|kind| match kind {
            HirKind::Class(class) if is_broad(class) => Letters::of(class, one)?.class_without(),
            HirKind::Repetition(repetition) => repeated(repetition, one, is_broad),
            _ => None,
        })
    })
}

/// The most letters of a delimiter that is looked for in a repetition: the language grows fast with them.
const MOST_LETTERS: usize = 5;

/// A class repeated, so that the repetition does not spell a delimiter of several letters. Its bounds are given up.
fn repeated(repetition: &Repetition, delimiter: &str, is_asked: fn(&Class) -> bool) -> Option<Hir> {
    let HirKind::Class(class) = repetition.sub.kind() else { return None };
    let letters = Letters::of(class, delimiter).filter(|_| is_asked(class))?;
    (2..=MOST_LETTERS).contains(&letters.spelt.len()).then(|| letters.avoided())
}

/// True of a class that has most marks of ASCII: it does not name any of them.
fn is_broad(class: &Class) -> bool {
    let marks = (b'!'..=b'~').filter(u8::is_ascii_punctuation);
    marks.clone().filter(|mark| has(class, *mark)).count() * 2 > marks.count()
}

fn has(class: &Class, letter: u8) -> bool {
    match class {
        Class::Bytes(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&letter)),
        Class::Unicode(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(letter)))
        }
    }
}

/// A delimiter spelt in the letters of a class: bytes or characters.
struct Letters {
    class: Class,
    spelt: Vec<Class>,
}

impl Letters {
    /// None where the class lacks one of the letters: it cannot spell the delimiter.
    fn of(class: &Class, delimiter: &str) -> Option<Self> {
        let spelt: Vec<Class> = match class {
            Class::Bytes(_) => delimiter
                .bytes()
                .map(|byte| Class::Bytes(ClassBytes::new([ClassBytesRange::new(byte, byte)])))
                .collect(),
            Class::Unicode(_) => {
                delimiter.chars().map(|c| Class::Unicode(ClassUnicode::new([ClassUnicodeRange::new(c, c)]))).collect()
            }
        };
        let own = Self { class: class.clone(), spelt };
        own.spelt.iter().all(|letter| !has_none(&both(class, letter))).then_some(own)
    }

    /// The class without a delimiter of one letter.
    fn class_without(&self) -> Option<Hir> {
        match self.spelt.as_slice() {
            [letter] => Some(Hir::class(less(&self.class, letter))),
            _ => None,
        }
    }

    /// Texts of these letters that do not hold the delimiter: an automaton that knows how much of it was just read,
    /// turned into an expression by taking out its states, the furthest first.
    fn avoided(&self) -> Hir {
        let count = self.spelt.len();
        let mut unique: Vec<&Class> = Vec::new();
        for letter in &self.spelt {
            if !unique.contains(&letter) {
                unique.push(letter);
            }
        }
        let others = unique.iter().fold(self.class.clone(), |class, letter| less(&class, letter));
        // How one gets from each state to each other: after so many letters of the delimiter to so many.
        let mut steps: Vec<Vec<Hir>> = vec![vec![Hir::fail(); count]; count];
        let mut ends: Vec<Hir> = vec![Hir::empty(); count];
        for (state, row) in steps.iter_mut().enumerate() {
            add(&mut row[0], Hir::class(others.clone()));
            for letter in &unique {
                let next = self.after(state, letter);
                if next < count {
                    add(&mut row[next], Hir::class((*letter).clone()));
                }
            }
        }
        while steps.len() > 1 {
            let (Some(leaving), Some(last)) = (steps.pop(), ends.pop()) else { break };
            let state = steps.len();
            let around = star(&leaving[state]);
            for (row, end) in steps.iter_mut().zip(&mut ends) {
                let there = Hir::concat(vec![row[state].clone(), around.clone()]);
                for (to, further) in row.iter_mut().zip(&leaving).take(state) {
                    add(to, Hir::concat(vec![there.clone(), further.clone()]));
                }
                add(end, Hir::concat(vec![there, last.clone()]));
            }
        }
        Hir::concat(vec![star(&steps[0][0]), ends[0].clone()])
    }

    /// How many letters of the delimiter were just read after so many of them and one more letter.
    fn after(&self, state: usize, letter: &Class) -> usize {
        let read: Vec<&Class> = self.spelt[..state].iter().chain([letter]).collect();
        let fits = |length: &usize| read[read.len() - length..].iter().zip(&self.spelt).all(|(read, own)| *read == own);
        (0..=read.len()).rev().find(fits).unwrap_or_default()
    }
}

fn add(language: &mut Hir, way: Hir) {
    let own = std::mem::replace(language, Hir::fail());
    *language = Hir::alternation(vec![own, way]);
}

fn star(language: &Hir) -> Hir {
    Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(language.clone()) })
}

fn has_none(class: &Class) -> bool {
    match class {
        Class::Bytes(class) => class.ranges().is_empty(),
        Class::Unicode(class) => class.ranges().is_empty(),
    }
}

fn both(left: &Class, right: &Class) -> Class {
    combined(left, right, ClassBytes::intersect, ClassUnicode::intersect)
}

fn less(left: &Class, right: &Class) -> Class {
    combined(left, right, ClassBytes::difference, ClassUnicode::difference)
}

fn combined(
    left: &Class,
    right: &Class,
    bytes: fn(&mut ClassBytes, &ClassBytes),
    unicode: fn(&mut ClassUnicode, &ClassUnicode),
) -> Class {
    let mut out = left.clone();
    match (&mut out, right) {
        (Class::Bytes(own), Class::Bytes(other)) => bytes(own, other),
        (Class::Unicode(own), Class::Unicode(other)) => unicode(own, other),
        // Both are made of one class.
        _ => {}
    }
    out
}

/// A pattern of values without the delimiters, for a model: `[^#]+`, `[^.]+`. None where the delimiter has several letters:
/// no short expression says it.
pub fn pattern_without(delimiters: &[&str]) -> Option<String> {
    class_without(delimiters).map(|class| format!("{class}+"))
}

/// The same of values that are not blank: `[^#\s[:cntrl:]][^#]*`. Python takes some controls for white space.
pub fn solid_pattern_without(delimiters: &[&str]) -> Option<String> {
    let class = class_without(delimiters)?;
    let solid = class.strip_suffix(']')?;
    Some(format!("{solid}\\s[:cntrl:]]{class}*"))
}

fn class_without(delimiters: &[&str]) -> Option<String> {
    let mut letters = String::new();
    for delimiter in delimiters {
        let mut chars = delimiter.chars();
        let (Some(letter), None) = (chars.next(), chars.next()) else { return None };
        if r"\]^-[&~".contains(letter) {
            letters.push('\\');
        }
        letters.push(letter);
    }
    (!letters.is_empty()).then(|| format!("[^{letters}]"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::key::Automaton;
    use crate::key::regular::{any_text, language};

    fn texts_of(letters: &str, most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..most {
            last = last.iter().flat_map(|text| letters.chars().map(move |c| format!("{text}{c}"))).collect();
            all.extend(last.clone());
        }
        all
    }

    #[test]
    fn text_without_delimiters_is_all_other_text() {
        for delimiters in
            [&["#"][..], &["::"], &["#", "--"], &[" | "], &["aab"], &["abab"], &["#", "→"], &["§"], &["."]]
        {
            let automaton = Automaton::new(&without_delimiters(&any_text(), delimiters)).unwrap();
            let letters: String = format!("ab:- |#.§→{}", delimiters.concat());
            let mut letters: Vec<char> = letters.chars().collect();
            letters.sort_unstable();
            letters.dedup();
            letters.retain(|c| delimiters.concat().contains(*c) || matches!(c, 'b' | '#'));
            for text in texts_of(&letters.iter().collect::<String>(), 6) {
                let wanted = !delimiters.iter().any(|one| text.contains(one));
                assert_eq!(automaton.accepts(text.as_bytes()), wanted, "{delimiters:?} {text:?}");
            }
        }
    }

    #[test]
    fn values_are_plain_without_the_delimiter_where_they_can_be() {
        for (pattern, delimiter, text, wanted) in [
            ("a#b|c", "#", "c", true),
            ("a#b|c", "#", "a#b", false),
            (".*", "::", "a::b", false),
            (".*", "::", "a:b", true),
            ("[0-9a-f]{2}(-[0-9a-f]{2})+", "-", "00-00", true),
        ] {
            let automaton = Automaton::new(&plain(&language(pattern), &[delimiter])).unwrap();
            assert_eq!(automaton.accepts(text.as_bytes()), wanted, "{pattern} {delimiter} {text}");
        }
    }

    #[test]
    fn a_delimiter_is_meant_where_a_pattern_names_it() {
        for (pattern, delimiter, text, wanted) in [
            (r"(?-u:.)+", "#", "a#b", false),
            (r"[^,]+", ":", "a:b", false),
            (r"\S{1,36}", "::", "a::b", false),
            (r"\S{1,36}", "::", "a:b", true),
            (r"[a-z:]+", ":", "a:b", true),
            (r"[a-z-]+", "--", "a--b", true),
            (r"[0-9a-f]{4}(-[0-9a-f]{2})+", "-", "0000-00", true),
            (r"\w+", "_", "a_b", true),
            (r"v:.+", ":", "v:a", true),
            (r"v:.+", ":", "v:a:b", false),
        ] {
            let automaton = Automaton::new(&meant(&language(pattern), &[delimiter])).unwrap();
            assert_eq!(automaton.accepts(text.as_bytes()), wanted, "{pattern} {delimiter} {text}");
        }
    }

    #[test]
    fn a_pattern_that_is_shown_keeps_the_delimiter_out_and_nothing_else() {
        for mark in (b'!'..=b'~').map(char::from).filter(char::is_ascii_punctuation).chain(['§', ' ']) {
            let own = mark.to_string();
            for delimiters in [vec![own.as_str()], vec!["#", own.as_str()]] {
                for pattern in [pattern_without(&delimiters).unwrap(), solid_pattern_without(&delimiters).unwrap()] {
                    let automaton = Automaton::new(&regex_syntax::parse(&pattern).unwrap()).unwrap();
                    for other in (b'!'..=b'~').map(char::from).chain(['é']) {
                        let wanted = !delimiters.iter().any(|one| one.contains(other));
                        assert_eq!(automaton.accepts(format!("x{other}").as_bytes()), wanted, "{pattern} {other}");
                    }
                    assert!(!automaton.accepts(b""), "{pattern}");
                }
            }
        }
        assert_eq!(pattern_without(&["#"]).as_deref(), Some("[^#]+"));
        assert_eq!(pattern_without(&["."]).as_deref(), Some("[^.]+"));
        assert_eq!(solid_pattern_without(&["|"]).as_deref(), Some(r"[^|\s[:cntrl:]][^|]*"));
        assert_eq!(pattern_without(&["::"]), None);
    }
}
