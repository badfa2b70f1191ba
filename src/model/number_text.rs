//! The texts of numbers: which of them a `pattern` and a `max_length` leave.
//!
//! A number's text is the one that Python prints: `7`, `-12`, `1.5`, `1e+16`. What is found is never too small: where a
//! pattern is too intricate to be followed, the texts of all numbers are.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

/// Which numbers are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Whole ones: Python's `int`.
    Whole,
    /// Whole ones and fractions: `int` and `float`. DynamoDB gives whole numbers back as integers.
    Any,
}

impl Numbers {
    /// The texts of all of them.
    const fn pattern(self) -> &'static str {
        match self {
            Self::Whole => "0|-[1-9][0-9]*|[1-9][0-9]*",
            Self::Any => r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?",
        }
    }
}

/// The texts of numbers that match a pattern as a whole and have at most so many characters; none where there is no such
/// number. A pattern that is not a regular expression leaves all of them.
pub fn number_texts(pattern: Option<&str>, numbers: Numbers, most: Option<u64>) -> Option<Hir> {
    let all = || regex_syntax::parse(numbers.pattern()).unwrap_or_else(|_| Hir::empty());
    let texts = match pattern.and_then(|pattern| super::pattern::read(pattern).ok().flatten()) {
        None => all(),
        Some(pattern) => {
            let mut reader = Narrowing { numbers, left: MOST_STEPS };
            let ends = [Place::Zero, Place::Whole, Place::Fraction, Place::Exponent];
            let ways = ends.map(|end| reader.between(&pattern, Place::Start, end));
            let ways: Vec<Hir> = ways.into_iter().flatten().collect();
            match (reader.left, ways.is_empty()) {
                (0, _) => all(),
                (_, true) => return None,
                (_, false) => Hir::alternation(ways),
            }
        }
    };
    match most {
        Some(most) => shortened(&texts, usize::try_from(most).unwrap_or(usize::MAX)),
        None => Some(texts),
    }
}

/// A pattern that takes more steps is not followed.
const MOST_STEPS: usize = 8_000;
/// Nor one with more parts in a row.
const MOST_PARTS: usize = 200;

/// How much of a number's text was read. No way leads back to an earlier place, and only the runs of digits lead to
/// themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Start,
    Minus,
    MinusZero,
    Zero,
    Whole,
    Point,
    Fraction,
    E,
    Sign,
    Exponent,
}

impl Place {
    const ALL: [Self; 10] = [
        Self::Start,
        Self::Minus,
        Self::MinusZero,
        Self::Zero,
        Self::Whole,
        Self::Point,
        Self::Fraction,
        Self::E,
        Self::Sign,
        Self::Exponent,
    ];

    /// The places from this one to another, without this one.
    fn up_to(self, end: Self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |place| self < *place && *place <= end)
    }

    /// True within a run of digits.
    fn is_run(self) -> bool {
        matches!(self, Self::Whole | Self::Fraction | Self::Exponent)
    }
}

/// Finds the words of a language that lead from one place of a number's text to another.
struct Narrowing {
    numbers: Numbers,
    /// The steps that are left.
    left: usize,
}

impl Narrowing {
    fn step(&self, from: Place, byte: u8) -> Option<Place> {
        let has_fractions = self.numbers == Numbers::Any;
        match (from, byte) {
            (Place::Start, b'-') => Some(Place::Minus),
            (Place::Start, b'0') => Some(Place::Zero),
            (Place::Minus, b'0') => Some(Place::MinusZero),
            (Place::Start | Place::Minus, b'1'..=b'9') | (Place::Whole, b'0'..=b'9') => Some(Place::Whole),
            (Place::MinusZero | Place::Zero | Place::Whole, b'.') if has_fractions => Some(Place::Point),
            (Place::Point | Place::Fraction, b'0'..=b'9') => Some(Place::Fraction),
            (Place::Whole | Place::Fraction, b'e') if has_fractions => Some(Place::E),
            (Place::E, b'+' | b'-') => Some(Place::Sign),
            (Place::Sign | Place::Exponent, b'0'..=b'9') => Some(Place::Exponent),
            _ => None,
        }
    }

    fn between(&mut self, language: &Hir, from: Place, to: Place) -> Option<Hir> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || from > to {
            return None;
        }
        match language.kind() {
            // The whole text is matched, so anchors say nothing.
            HirKind::Empty | HirKind::Look(_) => (from == to).then(Hir::empty),
            HirKind::Literal(literal) => {
                let end = literal.0.iter().try_fold(from, |place, byte| self.step(place, *byte));
                (end == Some(to)).then(|| language.clone())
            }
            HirKind::Class(class) => self.letters(class, from, to),
            HirKind::Capture(capture) => self.between(&capture.sub, from, to),
            HirKind::Alternation(ways) => {
                either(ways.iter().filter_map(|way| self.between(way, from, to)).collect::<Vec<_>>())
            }
            HirKind::Concat(parts) if parts.len() > MOST_PARTS => {
                self.left = 0;
                None
            }
            HirKind::Concat(parts) => self.joined(parts, from, to),
            HirKind::Repetition(repetition) => {
                let can_be_empty = repetition.sub.properties().minimum_len() == Some(0);
                let least = if can_be_empty { 0 } else { repetition.min };
                self.repeated(&repetition.sub, (least, repetition.max), from, to)
            }
        }
    }

    fn letters(&self, class: &Class, from: Place, to: Place) -> Option<Hir> {
        let holds = |byte: u8| match class {
            Class::Unicode(class) => {
                let letter = char::from(byte);
                class.ranges().iter().any(|range| range.start() <= letter && letter <= range.end())
            }
            Class::Bytes(class) => class.ranges().iter().any(|range| range.start() <= byte && byte <= range.end()),
        };
        let bytes = b"+-.0123456789e".iter().filter(|byte| self.step(from, **byte) == Some(to) && holds(**byte));
        let class = ClassBytes::new(bytes.map(|byte| ClassBytesRange::new(*byte, *byte)));
        (!class.ranges().is_empty()).then(|| Hir::class(Class::Bytes(class)))
    }

    fn joined(&mut self, parts: &[Hir], from: Place, to: Place) -> Option<Hir> {
        let Some((first, rest)) = parts.split_first() else { return (from == to).then(Hir::empty) };
        let mut ways = Vec::new();
        for place in std::iter::once(from).chain(from.up_to(to)) {
            if let Some(first) = self.between(first, from, place)
                && let Some(rest) = self.joined(rest, place, to)
            {
                ways.push(Hir::concat(vec![first, rest]));
            }
        }
        either(ways)
    }

    fn repeated(&mut self, once: &Hir, (least, most): (u32, Option<u32>), from: Place, to: Place) -> Option<Hir> {
        self.left = self.left.saturating_sub(1);
        let times = |min: u32, max: Option<u32>, sub: Hir| {
            Hir::repetition(Repetition { min, max, greedy: true, sub: Box::new(sub) })
        };
        if from == to {
            let stays = if from.is_run() { self.between(once, from, from) } else { None };
            return match stays {
                Some(stays) => Some(times(least, most, stays)),
                None => (least == 0).then(Hir::empty),
            };
        }
        if self.left == 0 || most == Some(0) || from > to {
            return None;
        }
        // Within a run it is not counted how often the language stays there before it goes on.
        let stays = if from.is_run() { self.between(once, from, from) } else { None };
        let (rest, stays) = match stays {
            Some(stays) => ((0, most), times(0, most, stays)),
            None => ((least.saturating_sub(1), most.map(|most| most - 1)), Hir::empty()),
        };
        let mut ways = Vec::new();
        for place in from.up_to(to) {
            if let Some(first) = self.between(once, from, place)
                && let Some(rest) = self.repeated(once, rest, place, to)
            {
                ways.push(Hir::concat(vec![stays.clone(), first, rest]));
            }
        }
        either(ways)
    }
}

fn either(ways: Vec<Hir>) -> Option<Hir> {
    (!ways.is_empty()).then(|| Hir::alternation(ways))
}

/// The language of ASCII texts without those that are longer than `most`, and perhaps some that are; none where nothing
/// is left.
fn shortened(texts: &Hir, most: usize) -> Option<Hir> {
    let least = |part: &Hir| part.properties().minimum_len().unwrap_or(0);
    if least(texts) > most {
        return None;
    }
    match texts.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => Some(texts.clone()),
        HirKind::Capture(capture) => shortened(&capture.sub, most),
        HirKind::Alternation(ways) => either(ways.iter().filter_map(|way| shortened(way, most)).collect()),
        HirKind::Concat(parts) => {
            let others = |part: &Hir| least(texts).saturating_sub(least(part));
            let parts = parts.iter().map(|part| shortened(part, most - others(part)));
            parts.collect::<Option<Vec<_>>>().map(Hir::concat)
        }
        HirKind::Repetition(repetition) => {
            let fits = most.checked_div(least(&repetition.sub)).and_then(|times| u32::try_from(times).ok());
            let max = match (repetition.max, fits) {
                (Some(own), Some(fits)) => Some(own.min(fits)),
                (own, fits) => own.or(fits),
            };
            Some(Hir::repetition(Repetition { max, ..repetition.clone() }))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn matches(pattern: &str, numbers: Numbers, most: Option<u64>, text: &str) -> bool {
        let Some(texts) = number_texts(Some(pattern), numbers, most) else { return false };
        let whole = format!("^(?:{texts})$");
        let regex = regex_automata::meta::Regex::builder()
            .syntax(regex_automata::util::syntax::Config::new().unicode(false).utf8(false))
            .build(&whole);
        regex.unwrap().is_match(text)
    }

    #[test]
    fn a_pattern_leaves_the_numbers_that_it_matches() {
        for (pattern, text, wanted) in [
            ("[0-9]{10}", "1760000000", true),
            ("[0-9]{10}", "0760000000", false),
            ("[0-9]{10}", "176000000", false),
            ("[1-9][0-9]{5}", "100000", true),
            (r"\d{3}", "999", true),
            (r"\d{3}", "1000", false),
            ("^-?[0-9]{1,4}$", "-12", true),
            ("-?[0-9]{1,4}", "0", true),
            ("-?[0-9]{1,4}", "-0", false),
            ("-?[0-9]{1,4}", "12345", false),
            ("(?:1|20|-3)", "20", true),
            ("(?:1|20|-3)", "2", false),
            (".*", "-17", true),
            ("(?:[0-9]{2}){2}", "1234", true),
            ("(?:[0-9]{2}){2}", "123", false),
        ] {
            assert_eq!(matches(pattern, Numbers::Whole, None, text), wanted, "{pattern} {text}");
        }
        let stamp = "1[0-9]{9}[.][0-9]{1,6}";
        for (pattern, text, wanted) in [
            (stamp, "1760000000.5", true),
            (stamp, "1760000000", false),
            (stamp, "2.0", false),
            ("[0-9.]+", "0.25", true),
            ("[0-9.]+", "1.2.3", false),
            (".*e.*", "1e+16", true),
            (".*e.*", "1.5", false),
            ("-?0[.][0-9]+", "-0.5", true),
        ] {
            assert_eq!(matches(pattern, Numbers::Any, None, text), wanted, "{pattern} {text}");
        }
    }

    #[test]
    fn a_length_leaves_the_shorter_ones() {
        for (pattern, most, text, wanted) in [
            ("-?[0-9]+", 3, "999", true),
            ("-?[0-9]+", 3, "1000", false),
            ("-?[0-9]+", 3, "-99", true),
            ("-?[0-9]+", 3, "-100", false),
            (".*", 1, "10", false),
        ] {
            assert_eq!(matches(pattern, Numbers::Whole, Some(most), text), wanted, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_may_leave_none() {
        for pattern in ["[a-z]+", "0[0-9]+", "[0-9]{3},[0-9]{3}", r"\$[0-9]+", "-0", "", "[0-9]+[.][0-9]+"] {
            assert!(number_texts(Some(pattern), Numbers::Whole, None).is_none(), "{pattern}");
        }
        for pattern in ["[a-z]+", "[.][0-9]+", "00[.]5", "1[.]"] {
            assert!(number_texts(Some(pattern), Numbers::Any, None).is_none(), "{pattern}");
        }
        assert!(number_texts(Some("[0-9]{4}"), Numbers::Whole, Some(3)).is_none());
        assert!(number_texts(None, Numbers::Whole, Some(0)).is_none());
    }

    #[test]
    fn an_intricate_pattern_leaves_all() {
        let pattern = "(?:.*.*){9}".repeat(20);
        assert!(matches(&pattern, Numbers::Any, None, "12.5"));
    }
}
