//! What an expression can print for an item that keeps to its model, as a regular language.
//!
//! The languages are never too small: whatever the engine writes for such an item is in them. They can be too large where
//! a filter or a condition is beyond what is followed here; so an overlap of two languages is a proof only with items
//! that show it, and its absence always is one.

use std::borrow::Cow;

use regex_syntax::hir::{Dot, Hir, HirKind, Repetition};

use super::apart::{is_empty, plain, without_delimiters};
use super::automaton::map;
use super::coerce::{Coerced, coerce};
use super::python::{parse_moment, str_of};
use super::regular::{
    any_text, can_be_blank, can_hold_space, language, lowered, not_empty, raised, starts_with_sign, widest, without,
};
use crate::model::pattern::weight;
use crate::model::{
    Attribute, AttributeType, Expression, ExpressionKind, FieldPath, Filter, Model, Numbers, number_texts,
};
use crate::value::Value;

/// What an expression can print.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// The texts of its values other than None.
    pub texts: Hir,
    /// True where it can be None.
    pub none: bool,
    /// The most bytes of UTF-8; none where there is no bound.
    pub max_bytes: Option<usize>,
    /// True where its texts are those of numbers.
    pub number: bool,
    /// True where a text can be empty or white space alone.
    pub blank: bool,
    /// True where the language would be too large, and any text stands for it.
    pub cut: bool,
}

impl Values {
    fn new(texts: Hir, max_bytes: Option<usize>) -> Self {
        let blank = can_be_blank(&texts);
        Self { texts, none: false, max_bytes, number: false, blank, cut: false }
    }

    fn number(pattern: &str, max_bytes: usize) -> Self {
        Self { number: true, ..Self::new(language(pattern), Some(max_bytes)) }
    }

    /// Any text.
    pub fn any() -> Self {
        Self::new(any_text(), None)
    }

    fn literal(value: &Value<'_>) -> Self {
        match value {
            Value::None => Self { none: true, ..Self::new(Hir::fail(), Some(0)) },
            value => {
                let text = str_of(value).unwrap_or_default();
                // The dialect may put it in lower case, in which some letters are longer.
                let length = text.len().max(text.to_lowercase().len());
                let number = matches!(value, Value::Int(_) | Value::BigInt(_) | Value::Float(_));
                Self { number, ..Self::new(Hir::literal(text.into_bytes()), Some(length)) }
            }
        }
    }

    /// Any text in the place of a language that is too large.
    fn cut(self) -> Self {
        Self { texts: any_text(), cut: true, ..self }
    }

    /// What either can print.
    fn or(self, other: Self) -> Self {
        Self {
            texts: Hir::alternation(vec![self.texts, other.texts]),
            none: self.none || other.none,
            max_bytes: self.max_bytes.zip(other.max_bytes).map(|(left, right)| left.max(right)),
            number: self.number && other.number,
            blank: self.blank || other.blank,
            cut: self.cut || other.cut,
        }
    }

    /// What any of them can print; none where there are none.
    fn any_of(all: Vec<Self>) -> Option<Self> {
        let (mut texts, mut all) = (Vec::with_capacity(all.len()), all.into_iter());
        let mut whole = all.next()?;
        texts.push(std::mem::replace(&mut whole.texts, Hir::empty()));
        for mut one in all {
            texts.push(std::mem::replace(&mut one.texts, Hir::empty()));
            whole = Self {
                texts: Hir::empty(),
                none: whole.none || one.none,
                max_bytes: whole.max_bytes.zip(one.max_bytes).map(|(left, right)| left.max(right)),
                number: whole.number && one.number,
                blank: whole.blank || one.blank,
                cut: whole.cut || one.cut,
            };
        }
        Some(Self { texts: Hir::alternation(texts), ..whole })
    }
}

/// Which of the items that keep to a model are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assumption {
    /// No field is the empty text or white space alone.
    pub not_blank: bool,
    /// No field holds one of these delimiters.
    pub apart: Vec<String>,
    /// How large a language may be as it is written; any text stands for one that is larger.
    pub most: Option<usize>,
}

/// How large a language may be as it is written where nobody says otherwise.
const MOST_WEIGHT: usize = 4_000;

/// Works out what expressions of a model can print.
#[derive(Clone, Debug)]
pub struct ValuesOf<'m> {
    model: &'m Model,
    assumption: Assumption,
    /// Fields known to be true as Python sees it, where the expression stands.
    truthy: Vec<&'m FieldPath>,
}

impl<'m> ValuesOf<'m> {
    /// For the expressions of a model.
    pub fn new(model: &'m Model) -> Self {
        Self::assuming(model, Assumption::default())
    }

    /// For the expressions of a model, with some items only.
    pub fn assuming(model: &'m Model, assumption: Assumption) -> Self {
        Self { model, assumption, truthy: Vec::new() }
    }

    /// The same where `condition` holds.
    pub fn given(&self, condition: &'m Expression) -> Self {
        let mut given = self.clone();
        given.assume(condition);
        given
    }

    fn assume(&mut self, condition: &'m Expression) {
        match &condition.kind {
            ExpressionKind::Field(field) => self.truthy.push(field),
            ExpressionKind::And(left, right) => {
                self.assume(left);
                self.assume(right);
            }
            _ => {}
        }
    }

    /// What an expression can print.
    pub fn of(&self, expression: &'m Expression) -> Values {
        let values = self.uncut(expression);
        if weight(&values.texts) > self.most() { values.cut() } else { values }
    }

    fn most(&self) -> usize {
        self.assumption.most.unwrap_or(MOST_WEIGHT)
    }

    fn uncut(&self, expression: &'m Expression) -> Values {
        match &expression.kind {
            ExpressionKind::Literal(value) => Values::literal(value),
            ExpressionKind::Field(field) => {
                let mut values = self.field(field);
                if self.assumption.not_blank {
                    values.texts = not_empty(&values.texts);
                    values.blank = false;
                }
                if !self.assumption.apart.is_empty() {
                    let apart: Vec<&str> = self.assumption.apart.iter().map(String::as_str).collect();
                    values.texts = plain(&values.texts, &apart);
                }
                if self.truthy.contains(&field) {
                    values.none = false;
                    values.texts = not_empty(&values.texts);
                }
                values
            }
            ExpressionKind::Or(left, right) => {
                let left = self.of(left);
                let first = Values { none: false, texts: not_empty(&left.texts), ..left };
                first.or(self.of(right))
            }
            ExpressionKind::And(left, right) => self.of(left).or(self.given(left).of(right)),
            ExpressionKind::Not(_) | ExpressionKind::Equal(..) | ExpressionKind::NotEqual(..) => boolean(),
            ExpressionKind::If { condition, then, otherwise } => self.given(condition).of(then).or(self.of(otherwise)),
            ExpressionKind::Filter(inner, filter) => filtered(self.of(inner), filter),
        }
    }

    fn field(&self, field: &FieldPath) -> Values {
        let Some(attribute) = field.attribute.and_then(|at| self.model.attributes.get(at)) else {
            return Values { none: true, ..Values::any() };
        };
        if !field.path.is_empty() {
            return Values { none: true, ..Values::any() };
        }
        let most = self.most();
        let is_large = attribute.allowed.len() > most
            || attribute.pattern.as_ref().is_some_and(|pattern| pattern.len() > most.saturating_mul(16));
        if is_large {
            return Values { none: !attribute.required, ..Values::any() }.cut();
        }
        of_attribute(attribute)
    }
}

/// What an attribute of an item that keeps to its model can be, after mapping.
pub fn of_attribute(attribute: &Attribute) -> Values {
    let default = attribute.default.as_ref().map(|default| &default.value);
    let own = declared(attribute);
    let Some(default) = default else {
        return Values { none: !attribute.required, ..own };
    };
    let coerced = match (default, *attribute.kind) {
        _ if !attribute.allowed.is_empty() => own,
        (Value::Str(_), AttributeType::String | AttributeType::Datetime) => own,
        (Value::Bool(_), _) => boolean(),
        (Value::Int(_) | Value::BigInt(_), AttributeType::Integer) => own,
        (Value::Int(_) | Value::BigInt(_), AttributeType::Float) => integer(),
        // A fraction stays as it is, a whole number gets its point.
        (Value::Float(_), AttributeType::Float) if !can_be_whole(attribute) => own,
        (Value::Float(_), AttributeType::Integer | AttributeType::Float) => float(),
        (Value::List(_) | Value::Map(_), kind) if kind != AttributeType::Any => own,
        _ => Values::any(),
    };
    let mut values = coerced.or(Values::literal(default));
    // Null becomes the text "None" where the default is text, and stays null where it is a list or a map.
    match default {
        Value::Str(_) if !attribute.required => values = values.or(Values::literal(&Value::text("None"))),
        Value::List(_) | Value::Map(_) => values.none = !attribute.required,
        _ => {}
    }
    values
}

/// What the attribute's own values can be: those that no default takes the place of.
pub fn own_values(attribute: &Attribute) -> Values {
    of_attribute(&Attribute { default: None, ..attribute.clone() })
}

/// What the attribute's own values print.
fn declared(attribute: &Attribute) -> Values {
    if !attribute.allowed.is_empty() {
        let default = attribute.default.as_ref().map(|default| &default.value);
        let all =
            attribute.allowed.iter().map(|allowed| match default.map(|default| coerce(default, &allowed.value)) {
                Some(Coerced::Changed(changed)) => Values::literal(&changed),
                Some(Coerced::Refused) => default.map_or_else(Values::any, Values::literal),
                Some(Coerced::Kept) | None => Values::literal(&allowed.value),
            });
        return Values::any_of(all.collect()).unwrap_or_else(Values::any);
    }
    match *attribute.kind {
        AttributeType::String => text(attribute),
        AttributeType::Integer => of_numbers(attribute, Numbers::Whole),
        AttributeType::Float => of_numbers(attribute, Numbers::Any),
        AttributeType::Boolean => boolean(),
        AttributeType::Datetime if attribute.pattern.is_some() => {
            let own = text(attribute);
            Values { max_bytes: Some(own.max_bytes.map_or(LONGEST_TIME, |most| most.min(LONGEST_TIME))), ..own }
        }
        AttributeType::Datetime => Values::new(language("[0-9]{4}[0-9A-Za-z:+., _-]*"), Some(LONGEST_TIME)),
        AttributeType::List => Values::new(language(r"(?s-u)\[.*\]"), None),
        AttributeType::Map => Values::new(language(r"(?s-u)\{.*\}"), None),
        // Bytes cannot be turned into text: no key is written.
        AttributeType::Binary => Values::new(Hir::fail(), Some(0)),
        // Whatever it is, its text matches.
        AttributeType::Any => text(attribute),
    }
}

/// The most bytes of a time's text.
const LONGEST_TIME: usize = 64;

/// The numbers whose texts keep to the attribute's `pattern` and `max_length`.
fn of_numbers(attribute: &Attribute, numbers: Numbers) -> Values {
    let texts = texts_of_numbers(attribute, numbers).unwrap_or_else(Hir::fail);
    let own = texts.properties().maximum_len();
    let by_length = attribute.max_length.as_ref().and_then(|most| usize::try_from(most.value).ok());
    let longest = match numbers {
        Numbers::Whole => LONGEST_WHOLE,
        // A fraction's text is shorter.
        Numbers::Any => LONGEST_WHOLE.max(LONGEST_FLOAT),
    };
    let max_bytes = [own, by_length].into_iter().flatten().fold(longest, usize::min);
    Values { number: true, ..Values::new(texts, Some(max_bytes)) }
}

fn texts_of_numbers(attribute: &Attribute, numbers: Numbers) -> Option<Hir> {
    let pattern = attribute.pattern.as_ref().map(|pattern| pattern.value.as_str());
    number_texts(pattern, numbers, attribute.max_length.as_ref().map(|most| most.value))
}

fn can_be_whole(attribute: &Attribute) -> bool {
    texts_of_numbers(attribute, Numbers::Whole).is_some()
}

fn text(attribute: &Attribute) -> Values {
    let most = attribute.max_length.as_ref().map(|most| most.value);
    // The whole value is matched, so anchors say nothing.
    let unanchored = |kind: &HirKind| matches!(kind, HirKind::Look(_)).then(Hir::empty);
    let limit = most.and_then(|most| u32::try_from(most).ok());
    let bytes = |each: usize| most.and_then(|most| usize::try_from(most).ok()?.checked_mul(each));
    if attribute.has_heavy_pattern() {
        return Values { max_bytes: bytes(4), ..Values::any() }.cut();
    }
    let pattern = attribute.pattern.as_ref().and_then(|pattern| crate::model::pattern::read(pattern).ok().flatten());
    let pattern = pattern.map(|pattern| map(&pattern, &unanchored));
    match pattern {
        Some(pattern) => {
            // A pattern that is one character repeated is cut at the length; any other stays as it is.
            let bounded = match (pattern.kind(), limit) {
                (HirKind::Repetition(repetition), Some(limit))
                    if matches!(repetition.sub.kind(), HirKind::Class(_))
                        && repetition.max.is_none_or(|max| max > limit)
                        && repetition.min <= limit =>
                {
                    Hir::repetition(Repetition { max: Some(limit), ..repetition.clone() })
                }
                _ => pattern.clone(),
            };
            // Letters of two bytes can have three in lower case.
            let width = if widest(&pattern) == 2 { 3 } else { widest(&pattern) };
            let own =
                pattern.properties().maximum_len().map(|own| if width == 3 { own.saturating_mul(3) / 2 } else { own });
            let by_length = bytes(width);
            let max_bytes = match (own, by_length) {
                (Some(own), Some(by_length)) => Some(own.min(by_length)),
                (own, by_length) => own.or(by_length),
            };
            Values::new(bounded, max_bytes)
        }
        None => {
            let any = Hir::dot(Dot::AnyByte);
            // A character has at most four bytes.
            let max = limit.and_then(|limit| limit.checked_mul(4));
            let texts = Hir::repetition(Repetition { min: 0, max, greedy: true, sub: Box::new(any) });
            Values::new(texts, bytes(4))
        }
    }
}

fn boolean() -> Values {
    Values::new(language("True|False"), Some(5))
}

/// The most bytes of the text of a whole number, and of a float.
const LONGEST_WHOLE: usize = 127;
const LONGEST_FLOAT: usize = 24;

fn integer() -> Values {
    Values::number("0|-?[1-9][0-9]*", LONGEST_WHOLE)
}

fn float() -> Values {
    Values::number(r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?", LONGEST_FLOAT)
}

/// What a filter makes of values. None makes every filter but `str` fail, so that no key is written.
fn filtered(inner: Values, filter: &Filter) -> Values {
    match filter {
        Filter::Str if inner.none => Values { none: false, ..inner }.or(Values::literal(&Value::text("None"))),
        Filter::Str => inner,
        Filter::Lower => Values { none: false, texts: lowered(&inner.texts), ..inner },
        Filter::Upper => Values {
            none: false,
            texts: raised(&inner.texts),
            number: false,
            max_bytes: inner.max_bytes.map(|most| most.saturating_mul(3)),
            blank: inner.blank,
            cut: inner.cut,
        },
        Filter::Strip if can_hold_space(&inner.texts) => Values { none: false, texts: any_text(), ..inner },
        Filter::Strip => Values { none: false, ..inner },
        Filter::Int => integer(),
        Filter::Float => float(),
        Filter::Zfill(width) => {
            let count = |zeros: usize| u32::try_from(zeros).unwrap_or(u32::MAX);
            let zeros = |least: usize, most: usize| {
                let (min, max) = (count(least), Some(count(most)));
                Hir::repetition(Repetition { min, max, greedy: true, sub: Box::new(Hir::literal(*b"0")) })
            };
            let max_bytes = inner.max_bytes.map(|most| most.max(width.saturating_add(1)));
            let lengths = inner.texts.properties();
            let texts = if !inner.number {
                let zeros = zeros(0, *width);
                let sign = language("[+-]?");
                // A sign comes first and its zeros behind it.
                let padded = Hir::concat(vec![sign, zeros, inner.texts.clone()]);
                Hir::alternation(vec![padded, if starts_with_sign(&inner.texts) { any_text() } else { Hir::fail() }])
            } else if let Some(longest) = lengths.maximum_len().filter(|_| !starts_with_sign(&inner.texts)) {
                // As many zeros as the shortest and the longest of them lack.
                let shortest = lengths.minimum_len().unwrap_or(0);
                let zeros = zeros(width.saturating_sub(longest), width.saturating_sub(shortest));
                Hir::concat(vec![zeros, inner.texts.clone()])
            } else {
                // A sign stands before the zeros.
                let least = width.saturating_sub(1).min(1000);
                let most = lengths.maximum_len().map(|longest| longest.max(*width)).filter(|most| *most <= 1000);
                let most = most.map(|most| most.to_string()).unwrap_or_default();
                language(&format!("[+-]?[0-9.e+-]{{{least},{most}}}"))
            };
            Values { none: false, texts, max_bytes, number: inner.number, blank: inner.blank, cut: inner.cut }
        }
        Filter::Isoformat => Values::new(
            language(
                r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?(?:[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{6})?)?)?",
            ),
            Some(42),
        ),
        Filter::Timestamp => float(),
        Filter::Strftime(format) => strftime(format),
        Filter::Replace(old, new) => replaced(inner, old, new),
    }
}

/// What `strftime` prints: digits of known width where it is known, else words.
fn strftime(format: &str) -> Values {
    const LONGEST: usize = 500;
    if format.len() > LONGEST {
        return Values::any().cut();
    }
    let mut pattern = String::new();
    let mut chars = format.chars();
    let mut length: usize = 0;
    while let Some(c) = chars.next() {
        let (piece, most) = match (c, chars.clone().next()) {
            ('%', Some(directive)) => {
                chars.next();
                match directive {
                    // As Python prints it on Linux, and with zeros before it, as it does from 3.13 on.
                    'Y' | 'G' => ("(?:[1-9][0-9]{0,3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])", 4),
                    'm' => ("(?:0[1-9]|1[0-2])", 2),
                    'd' => ("(?:0[1-9]|[12][0-9]|3[01])", 2),
                    'H' => ("(?:[01][0-9]|2[0-3])", 2),
                    'I' => ("(?:0[1-9]|1[0-2])", 2),
                    'M' | 'S' => ("[0-5][0-9]", 2),
                    'y' | 'U' | 'W' | 'V' => ("[0-9]{2}", 2),
                    'f' => ("[0-9]{6}", 6),
                    'j' => ("[0-3][0-9]{2}", 3),
                    'u' | 'w' => ("[0-7]", 1),
                    'F' => ("[0-9]{1,4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])", 10),
                    'T' => ("(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]", 8),
                    'p' => ("(?:AM|PM)", 2),
                    'a' => ("(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", 3),
                    'A' => ("[A-Z][a-z]+day", 9),
                    'b' => ("(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", 3),
                    'B' => ("[A-Z][a-z]+", 9),
                    'z' => (r"(?:[+-][0-9:.]+)?", 16),
                    '%' => ("%", 1),
                    _ => ("(?s-u:.)*", 32),
                }
            }
            (c, _) => {
                pattern.push_str(&regex_syntax::escape(&c.to_string()));
                ("", c.len_utf8())
            }
        };
        pattern.push_str(piece);
        length += most;
    }
    Values::new(language(&pattern), Some(length))
}

fn replaced(inner: Values, old: &str, new: &str) -> Values {
    let blank = inner.blank || super::python::is_blank(new);
    let mut letters = old.chars();
    let max_bytes = |inner: &Values| {
        inner.max_bytes.map(|most| {
            if old.is_empty() {
                most.saturating_add(1).saturating_mul(new.len() + 1)
            } else {
                most.div_ceil(old.len()).saturating_mul(new.len().max(old.len()))
            }
        })
    };
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii() => {
            let by = Hir::literal(new.as_bytes());
            let texts = without(&inner.texts, letter as u8, Some(&by));
            Values { none: false, max_bytes: max_bytes(&inner), texts, number: false, blank, cut: inner.cut }
        }
        _ => Values {
            none: false,
            max_bytes: max_bytes(&inner),
            texts: any_text(),
            number: false,
            blank,
            cut: inner.cut,
        },
    }
}

/// True of a text of an attribute that holds no delimiter, or holds one because all of the attribute's values do.
pub fn is_plain(attribute: &Attribute, text: &str, delimiters: &[&str]) -> bool {
    !delimiters.iter().any(|one| !one.is_empty() && text.contains(one))
        || !matches!(*attribute.kind, AttributeType::String | AttributeType::Any)
        || is_empty(&without_delimiters(&of_attribute(attribute).texts, delimiters))
}

/// True where a value is one that the attribute may have: its type, `enum`, `pattern` and `max_length`.
pub fn conforms(attribute: &Attribute, value: &Value<'_>) -> bool {
    let kind = match (*attribute.kind, value) {
        (_, Value::None) => return !attribute.required,
        (AttributeType::Any, _)
        | (AttributeType::String, Value::Str(_))
        | (AttributeType::Integer, Value::Int(_) | Value::BigInt(_))
        | (AttributeType::Float, Value::Int(_) | Value::BigInt(_) | Value::Float(_))
        | (AttributeType::Boolean, Value::Bool(_))
        | (AttributeType::List, Value::List(_))
        | (AttributeType::Map, Value::Map(_))
        | (AttributeType::Binary, Value::Bytes(_)) => true,
        // Python takes any one character between date and time, which nobody means.
        (AttributeType::Datetime, Value::Str(text)) => {
            let usual = |c: char| c.is_ascii_alphanumeric() || ":+., _-".contains(c);
            text.chars().all(usual) && parse_moment(text).is_some()
        }
        _ => false,
    };
    if !kind {
        return false;
    }
    if !attribute.allowed.is_empty() {
        // 1 and 1.0 are equal, but print differently.
        let same = |allowed: &Value<'_>| super::python::equal(allowed, value) && str_of(allowed) == str_of(value);
        return attribute.allowed.iter().any(|allowed| same(&allowed.value));
    }
    if attribute.pattern.is_none() && attribute.max_length.is_none() {
        return true;
    }
    let text = match (*attribute.kind, value) {
        (_, Value::Str(text)) => Cow::Borrowed(text.as_ref()),
        (AttributeType::Integer | AttributeType::Float | AttributeType::Any, value) => match str_of(value) {
            Some(text) => Cow::Owned(text),
            None => return true,
        },
        _ => return true,
    };
    let fits = attribute.max_length.as_ref().is_none_or(|most| text.chars().count() as u64 <= most.value);
    fits && attribute.matches_pattern(&text)
}
