//! The short way: keys of items without anything special, compared piece by piece with the fields as they stand in the
//! input. Nothing is evaluated and nothing is allocated. What does not fit is left to the long way.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use regex_syntax::hir::Hir;

use crate::key::field_names::is_name_of_thing;
use crate::key::python::zfill;
use crate::key::{Automaton, Engine, Half, KeyBuffer, WayPiece, Written, delimiter_of, plain_text, ways};
use crate::model::{AttributeType, Cell, Era, Expression, ExpressionKind, Filter, IndexKind, KeyType, KeyValue, Rule};
use crate::source::raw::{Kind, Names, RawItem, bits};
use crate::text::Span;
use crate::value::Value;

use super::auditor::IndexOf;
use super::classify::Key;
use super::languages::Languages;
use super::letters::{Letters, same};
use super::suspect::NEAR;
use super::times::{PartKind, PrintedOffset, is_own_text};

/// The most keys of an entity.
pub(super) const MOST_KEYS: usize = 32;

/// How the keys of an entity are compared.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The table and the indexes that it writes, the table first.
    pub indexes: Vec<IndexPlan>,
    /// Key attributes of indexes that it does not write: an item that has one is out of the ordinary.
    others: Vec<usize>,
    /// The bits of these.
    other_bits: u64,
    /// The bits of attributes without which an item is out of the ordinary.
    needed_bits: u64,
}

#[derive(Clone, Debug)]
pub(super) struct IndexPlan {
    /// The index in the auditor's list.
    pub index: usize,
    /// The keys that this index has of its own.
    pub keys: Vec<KeyPlan>,
    /// True where an item may well lack them all: the index is sparse.
    may_lack: bool,
}

#[derive(Clone, Debug)]
pub(super) struct KeyPlan {
    /// The number of the key in its engine.
    pub key: usize,
    /// The attribute that holds it.
    pub stored: usize,
    /// The type of that attribute.
    pub kind: KeyType,
    /// The longest key that is not near the limit.
    longest: usize,
    /// True where the dialect puts the key in lower case.
    lower: bool,
    /// What must not be in values, beside `#`: the first byte of the key's delimiter.
    delimiter: u8,
    /// What no value may be: the key could be another entity's.
    forbidden: Vec<Vec<u8>>,
    /// What the key must be: others could be another entity's.
    meant: Option<Arc<Languages>>,
    pieces: Vec<PiecePlan>,
}

#[derive(Clone, Debug)]
enum PiecePlan {
    /// The model's own; `upper` is true where it has capitals that a dialect may put in lower case.
    Text {
        text: Box<[u8]>,
        upper: bool,
    },
    Hole(HolePlan),
}

#[derive(Clone, Debug)]
struct HolePlan {
    /// The attribute of the field.
    field: usize,
    /// True where only text will do: a number that is zero is false, and another operand takes its place.
    only_text: bool,
    /// Zeros go before the value up to this width.
    width: usize,
    /// The place of what is seen of this part.
    seen: Option<usize>,
}

/// A part of a key whose values are looked at together.
#[derive(Clone, Debug)]
pub(super) struct SeenPart {
    /// The engine's key.
    pub key: usize,
    /// Its placeholder.
    pub span: Span,
    /// The field's name.
    pub field: String,
    /// True where it is text that may be digits, and not what its name says to be a name of something.
    pub may_be_digits: bool,
    /// What its values are.
    pub kind: PartKind,
    /// The byte that follows it in the key, where that is known.
    pub after: Option<u8>,
    /// What it says of the offset of a time.
    pub offset: PrintedOffset,
    /// The entity.
    pub entity: usize,
}

/// What a key came out as.
pub(super) struct Compared {
    /// Its length in bytes.
    pub length: usize,
    /// True where a dialect that puts keys in lower case, and one that does not, write the same.
    pub caseless: bool,
}

impl Plan {
    /// The plan of an entity; none where a key of it is out of the ordinary. `indexes` are all of the table.
    pub fn new(
        engine: &Engine,
        entity: usize,
        names: &Names,
        delimiter: &str,
        seen: &[SeenPart],
        indexes: &[IndexOf],
    ) -> Option<Self> {
        let model = engine.model();
        let mut own: Vec<IndexPlan> = Vec::new();
        for (at, (index, compiled)) in model.indexes.iter().zip(engine.indexes()).enumerate() {
            let numbers = (0..engine.keys().len()).filter(|number| engine.keys()[*number].index == at);
            let keys: Option<Vec<KeyPlan>> =
                numbers.map(|number| KeyPlan::new(engine, number, entity, names, delimiter, seen)).collect();
            let number = indexes.iter().position(|known| known.name == index.name.value)?;
            // Where two models are not of one mind about an index, its items are counted one by one.
            let attribute = |key: &usize| names.find(engine.keys()[*key].attribute.as_bytes());
            let attributes = |keys: &[usize]| keys.iter().map(attribute).collect::<Option<Vec<_>>>();
            if attributes(&compiled.partition_keys)? != indexes[number].partition
                || attributes(&compiled.sort_keys)? != indexes[number].sort
            {
                return None;
            }
            own.push(IndexPlan {
                index: number,
                keys: keys?,
                may_lack: index.sparse && index.kind != IndexKind::Primary,
            });
        }
        own.sort_by_key(|index| indexes[index.index].kind);
        let stored: Vec<usize> = own.iter().flat_map(|index| index.keys.iter().map(|key| key.stored)).collect();
        // Lengths are counted once for an attribute.
        let is_twice = |attribute: &usize| stored.iter().filter(|other| *other == attribute).count() > 1;
        if stored.len() > MOST_KEYS || stored.iter().any(is_twice) {
            return None;
        }
        let mut others: Vec<usize> =
            indexes.iter().flat_map(|index| index.partition.iter().chain(&index.sort)).copied().collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|attribute| !stored.contains(attribute));
        let needed = own.iter().filter(|index| !index.may_lack).flat_map(|index| &index.keys);
        let needed_bits = bits(needed.flat_map(KeyPlan::attributes));
        let other_bits = bits(others.iter().copied());
        let plan = Self { indexes: own, others, other_bits, needed_bits };
        plan.holds(engine, names).then_some(plan)
    }

    /// True where the plan and the engine write the same for an item of usual values.
    fn holds(&self, engine: &Engine, names: &Names) -> bool {
        let model = engine.model();
        let item: Vec<(Cow<'_, str>, Value<'_>)> = model
            .attributes
            .iter()
            .enumerate()
            .map(|(at, attribute)| (attribute.name.as_str().into(), Value::text(format!("v{at}w"))))
            .collect();
        let value = |number: usize| {
            item.iter().find(|(name, _)| name == names.name(number)).and_then(|(_, value)| match value {
                Value::Str(text) => Some(text.clone()),
                _ => None,
            })
        };
        let fields = engine.map(&item);
        let mut buffer = KeyBuffer::default();
        engine.write(&fields, &mut buffer, &mut ());
        self.indexes.iter().flat_map(|index| &index.keys).all(|key| {
            let mut wanted = String::new();
            for piece in &key.pieces {
                match piece {
                    PiecePlan::Text { text, .. } => wanted.push_str(&String::from_utf8_lossy(text)),
                    PiecePlan::Hole(hole) => {
                        wanted.push_str(&zfill(&value(hole.field).unwrap_or_default(), hole.width));
                    }
                }
            }
            buffer.get(key.key) == Written::Text(&wanted)
        })
    }
}

impl Plan {
    /// False of most items that are not for this plan: a cheap first look.
    #[inline]
    pub fn may_be(&self, item: &RawItem<'_>) -> bool {
        let has = |attribute: &usize| item.kind(*attribute) != Kind::Absent;
        item.bits & self.needed_bits == self.needed_bits
            && self.indexes.first().is_some_and(|index| index.keys.iter().all(|key| key.may_begin(item)))
            && (item.bits & self.other_bits == 0 || !self.others.iter().any(has))
    }

    /// The texts that it takes for keys of the table, by attribute; none where that is no text.
    pub fn languages(&self, names: &Names) -> Vec<(String, Option<Automaton>)> {
        let keys = self.indexes.first().map_or(&[][..], |index| &index.keys);
        let languages = keys.iter().map(|key| {
            let pieces = key.pieces.iter().map(|piece| match piece {
                PiecePlan::Text { text, .. } => Hir::literal(text.clone()),
                PiecePlan::Hole(HolePlan { width: 0, .. }) => plain_text(&key.forbidden, key.delimiter),
                PiecePlan::Hole(_) => plain_text(&[], key.delimiter),
            });
            let language = (key.kind == KeyType::S).then(|| Automaton::new(&Hir::concat(pieces.collect())));
            (names.name(key.stored).to_owned(), language.flatten())
        });
        languages.collect()
    }

    /// Leaves keys of the table with these values to the long way.
    pub fn forbid(&mut self, words: &BTreeSet<Vec<u8>>) {
        for key in self.indexes.iter_mut().take(1).flat_map(|index| &mut index.keys) {
            key.forbidden = words.iter().cloned().collect();
        }
    }

    /// Leaves keys of the table that are not as the model means them to the long way. False where that cannot be told.
    pub fn ask_for_meant<'k>(&mut self, keys: impl Iterator<Item = &'k Key>, names: &Names) -> bool {
        let keys: Vec<&Key> = keys.collect();
        self.indexes.iter_mut().take(1).flat_map(|index| &mut index.keys).all(|plan| {
            let own = keys.iter().find(|key| key.attribute == names.name(plan.stored) && key.kind == plan.kind);
            plan.meant = own.map(|key| &key.languages).filter(|languages| languages.are_known()).cloned();
            plan.meant.is_some()
        })
    }
}

impl IndexPlan {
    /// True of an item that is not in this index, as it should be.
    #[inline]
    pub fn is_left_out(&self, item: &RawItem<'_>) -> bool {
        self.may_lack && self.keys.iter().all(|key| item.kind(key.stored) == Kind::Absent)
    }
}

/// True where no pair ends the chain of itself: a literal that is none does, in some dialects.
fn is_plain_rule(rule: &Rule) -> bool {
    match rule {
        Rule::BuildKey(pairs) => pairs.iter().all(|pair| {
            !matches!(&pair.value.value, Cell::Literal(Value::None))
                && !matches!(&pair.prefix.value, Cell::Placeholder(_))
        }),
        Rule::Template(_) | Rule::Value(_) => true,
    }
}

/// The field that an expression prints; none where it does more than that.
struct Printed {
    attribute: usize,
    /// True where it must be text to be printed.
    only_text: bool,
    /// Zeros go before it up to this width.
    width: usize,
}

fn printed(expression: &Expression) -> Option<Printed> {
    match &expression.kind {
        ExpressionKind::Field(field) if field.path.is_empty() => {
            field.attribute.map(|attribute| Printed { attribute, only_text: false, width: 0 })
        }
        ExpressionKind::Or(left, right) if matches!(right.kind, ExpressionKind::Literal(_)) => {
            printed(left).filter(|left| left.width == 0).map(|left| Printed { only_text: true, ..left })
        }
        ExpressionKind::Filter(inner, Filter::Str) => printed(inner),
        ExpressionKind::Filter(inner, Filter::Zfill(width)) => {
            printed(inner).filter(|inner| inner.width == 0).map(|inner| Printed { width: *width, ..inner })
        }
        _ => None,
    }
}

/// The parts of an engine's keys that may be numbers or times.
pub(super) fn seen_parts(engine: &Engine, entity: usize) -> Vec<SeenPart> {
    let mut parts = Vec::new();
    for (number, key) in engine.keys().iter().enumerate() {
        for way in ways(engine.model_key(number), engine.dialect()) {
            for (at, piece) in way.pieces.iter().enumerate() {
                let WayPiece::Hole(expression) = piece else { continue };
                let after = match way.pieces.get(at + 1) {
                    Some(WayPiece::Text(text)) => text.as_ref(),
                    _ => "",
                };
                let Some(field) = expression.first_field() else { continue };
                let Some(attribute) = field.attribute.and_then(|at| engine.model().attributes.get(at)) else {
                    continue;
                };
                // Partition keys have no order, and what the whole partition has in common needs none.
                let partition = &engine.indexes()[key.index].partition_keys;
                let is_fixed = partition.iter().any(|partition| {
                    ways(engine.model_key(*partition), engine.dialect()).iter().all(|way| way.prints(field))
                });
                if key.half != Half::Sort || is_fixed {
                    continue;
                }
                let kind = *attribute.kind;
                // A number key sorts as a number.
                let is_number = key.kind == KeyType::S
                    && field.path.is_empty()
                    && matches!(kind, AttributeType::Integer | AttributeType::Float);
                let offset = PrintedOffset::of(expression, after);
                let is_time = kind == AttributeType::Datetime || offset != PrintedOffset::AsItIs;
                let may_be_time = matches!(kind, AttributeType::String | AttributeType::Any);
                let is_known = parts.iter().any(|part: &SeenPart| part.key == number && part.span == expression.span);
                if key.kind == KeyType::S && (is_number || is_time || may_be_time) && !is_known {
                    parts.push(SeenPart {
                        key: number,
                        span: expression.span,
                        field: field.name.clone(),
                        may_be_digits: may_be_time && !is_name_of_thing(&field.name),
                        kind: match (is_number, is_time) {
                            (true, _) => PartKind::Number,
                            (false, true) if is_own_text(expression) => PartKind::Time,
                            (false, true) => PartKind::Printed,
                            (false, false) => PartKind::Text,
                        },
                        after: after.bytes().next(),
                        offset,
                        entity,
                    });
                }
            }
        }
    }
    parts
}

/// Whole numbers as Python prints them.
fn is_whole(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    match digits {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.len() < 18 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

impl KeyPlan {
    fn new(
        engine: &Engine,
        number: usize,
        entity: usize,
        names: &Names,
        delimiter: &str,
        seen: &[SeenPart],
    ) -> Option<Self> {
        let (key, own) = (&engine.keys()[number], engine.model_key(number));
        let KeyValue::One(rule) = &own.value else { return None };
        if key.kind == KeyType::B || engine.is_eager(number) || !is_plain_rule(rule) {
            return None;
        }
        let is_build_key = matches!(rule, Rule::BuildKey(_));
        let lower = is_build_key && engine.dialect().era() == Era::V0_58;
        let way = ways(own, engine.dialect()).into_iter().next()?;
        let apart = delimiter_of(own, engine.dialect(), delimiter).bytes().next().unwrap_or(b'#');
        let mut pieces = Vec::new();
        for piece in &way.pieces {
            pieces.push(match piece {
                WayPiece::Text(text) => {
                    PiecePlan::Text { text: text.as_bytes().into(), upper: !lower && text.to_lowercase() != *text }
                }
                WayPiece::Hole(expression) => {
                    let printed = printed(expression).filter(|printed| printed.width == 0 || apart != b'0')?;
                    let attribute = engine.model().attributes.get(printed.attribute)?;
                    let has_text_default = match &attribute.default {
                        None => false,
                        Some(default) if matches!(default.value, Value::Str(_)) => true,
                        Some(_) => return None,
                    };
                    PiecePlan::Hole(HolePlan {
                        field: names.find(attribute.name.value.as_bytes())?,
                        only_text: printed.only_text || has_text_default,
                        width: printed.width,
                        seen: seen.iter().position(|part| {
                            part.entity == entity && part.key == number && part.span == expression.span
                        }),
                    })
                }
            });
        }
        // A key that is a number is a number of the item.
        if key.kind == KeyType::N && !matches!(pieces.as_slice(), [PiecePlan::Hole(HolePlan { width: 0, .. })]) {
            return None;
        }
        Some(Self {
            key: number,
            stored: names.find(key.attribute.as_bytes())?,
            kind: key.kind,
            longest: key.half.max_bytes() * NEAR / 100 - 1,
            lower,
            delimiter: apart,
            forbidden: Vec::new(),
            meant: None,
            pieces,
        })
    }

    /// The attributes that it needs.
    fn attributes(&self) -> impl Iterator<Item = usize> {
        let fields = self.pieces.iter().filter_map(|piece| match piece {
            PiecePlan::Text { .. } => None,
            PiecePlan::Hole(hole) => Some(hole.field),
        });
        fields.chain([self.stored])
    }

    /// True where the key begins like one of this plan.
    #[inline]
    fn may_begin(&self, item: &RawItem<'_>) -> bool {
        match self.pieces.first() {
            Some(PiecePlan::Text { text, .. }) => {
                let stored = item.bytes(self.stored).1;
                stored.get(..text.len()).is_some_and(|start| same(start, text))
            }
            _ => true,
        }
    }

    /// Compares the stored key with the fields; none where they differ or anything is out of the ordinary. `part` hears
    /// of the parts that are looked at: pieces of the stored key.
    #[inline]
    pub fn compare(&self, item: &RawItem<'_>, part: &mut impl FnMut(usize, Range<usize>)) -> Option<Compared> {
        let (kind, bytes) = item.bytes(self.stored);
        match (kind, self.kind) {
            (Kind::Text, KeyType::S) | (Kind::Number, KeyType::N) => {}
            _ => return None,
        }
        if bytes.is_empty() || bytes.len() > self.longest {
            return None;
        }
        let mut at = 0;
        let mut upper = false;
        for piece in &self.pieces {
            match piece {
                PiecePlan::Text { text, upper: own } => {
                    let end = at + text.len();
                    if !same(bytes.get(at..end)?, text) {
                        return None;
                    }
                    upper |= own;
                    at = end;
                }
                PiecePlan::Hole(HolePlan { field, only_text, width, seen }) => {
                    let (kind, value) = item.bytes(*field);
                    match kind {
                        Kind::Text if self.kind == KeyType::S => {}
                        Kind::Number if !only_text && is_whole(value) => {}
                        _ => return None,
                    }
                    let start = at;
                    if *width > 0 {
                        at += self.zeros(bytes.get(at..)?, value, *width)?;
                    }
                    let end = at + value.len();
                    let own = bytes.get(at..end)?;
                    let letters = Letters::of(value, own, self.delimiter);
                    let value_upper = letters.plain(value)?;
                    if self.lower && value_upper {
                        if !value.is_ascii()
                            || !own.iter().zip(value).all(|(own, value)| *own == value.to_ascii_lowercase())
                        {
                            return None;
                        }
                    } else if !letters.same {
                        return None;
                    }
                    upper |= value_upper;
                    if self.forbidden.iter().any(|word| word == own) {
                        return None;
                    }
                    if let Some(seen) = seen {
                        part(*seen, start..end);
                    }
                    at = end;
                }
            }
        }
        let is_meant = |languages: &Arc<Languages>| languages.accepts(bytes, self.kind) == Some(true);
        let is_whole = at == bytes.len() && self.meant.as_ref().is_none_or(is_meant);
        is_whole.then_some(Compared { length: at, caseless: !upper })
    }

    /// How many zeros there are before a value in its piece of a key, up to a width in characters.
    fn zeros(&self, piece: &[u8], value: &[u8], width: usize) -> Option<usize> {
        // Zeros go behind a sign.
        if matches!(value.first(), Some(b'+' | b'-')) {
            return None;
        }
        // Each begins with a byte that continues no other one.
        let letters = value.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let zeros = piece.get(..width.saturating_sub(letters))?;
        zeros.iter().all(|byte| *byte == b'0').then_some(zeros.len())
    }
}
