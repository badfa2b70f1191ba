//! Items that differ in one field, and what the engine writes for each: how rules about the values of keys are proved.

use std::borrow::Cow;

use regex_syntax::hir::Hir;

use crate::key::{Automaton, Budget, Half, Written, conforms, own_values};
use crate::model::{Attribute, Expression, FieldPath, KeyType};
use crate::rules::{Entity, Entries, KeyOf, Witness};
use crate::value::Value;

/// A placeholder of a key, and an item for which it is printed.
#[derive(Debug)]
pub(super) struct Probe<'e> {
    /// The key.
    pub key: KeyOf<'e>,
    expression: &'e Expression,
    base: &'e Entries,
}

/// What the engine writes for an item.
#[derive(Clone, Debug)]
pub(super) struct Printed {
    /// The item.
    pub item: Entries,
    /// The whole key.
    pub text: String,
    /// What the placeholder printed.
    pub part: String,
}

impl<'e> Probe<'e> {
    /// Finds an item for which the placeholder is printed; none where no item that keeps to the model could be found.
    pub fn of(key: KeyOf<'e>, expression: &'e Expression) -> Option<Self> {
        let usual = key.entity.usual_item();
        if printed(key, expression, usual).is_some() {
            return Some(Self { key, expression, base: usual });
        }
        let base = key.entity.scenarios().iter().find(|one| printed(key, expression, &one.item).is_some())?;
        Some(Self { key, expression, base: &base.item })
    }

    /// The item with another value of a field, and what is written for it; none where the field may not have the value,
    /// or where the placeholder is not printed for it.
    pub fn with(&self, field: &FieldPath, value: &Value<'static>) -> Option<Printed> {
        let attribute = self.key.entity.attribute(field)?;
        if !field.path.is_empty() || !conforms(attribute, value) {
            return None;
        }
        let mut item = self.base.clone();
        match item.iter_mut().find(|(name, _)| *name == attribute.name.value) {
            Some((_, own)) => *own = value.clone(),
            None => item.push((Cow::Owned(attribute.name.value.clone()), value.clone())),
        }
        if !self.key.entity.conforms(&item) {
            return None;
        }
        let (text, part) = printed(self.key, self.expression, &item)?;
        Some(Printed { item, text, part })
    }

    /// The first pair of values, the lower one first, whose keys DynamoDB sorts the other way round. The placeholder's own
    /// text must be at fault, not what stands before it.
    pub fn misordered<'v>(
        &self,
        field: &FieldPath,
        pairs: impl IntoIterator<Item = (&'v Value<'static>, &'v Value<'static>)>,
    ) -> Option<(Printed, Printed)> {
        // Each value is in many pairs and is written once.
        let mut known: Vec<(&'v Value<'static>, Option<Printed>)> = Vec::new();
        let place = |known: &mut Vec<(&'v Value<'static>, Option<Printed>)>, value: &'v Value<'static>| {
            known.iter().position(|(known, _)| *known == value).unwrap_or_else(|| {
                known.push((value, self.with(field, value)));
                known.len() - 1
            })
        };
        pairs.into_iter().find_map(|(low, high)| {
            let (low, high) = (place(&mut known, low), place(&mut known, high));
            let printed = |at: usize| known.get(at).and_then(|(_, printed)| printed.as_ref());
            let (low, high) = (printed(low)?, printed(high)?);
            (low.part > high.part && low.text > high.text).then(|| (low.clone(), high.clone()))
        })
    }
}

/// The key's text and what the placeholder printed in it.
fn printed(key: KeyOf<'_>, expression: &Expression, item: &Entries) -> Option<(String, String)> {
    key.entity.trace_one(item, key.number, |keys, recorder| {
        let Written::Text(text) = keys.get(0) else { return None };
        let mut parts = recorder.parts(0).iter();
        let part = parts.find(|part| part.expression.is_some_and(|own| std::ptr::eq(own, expression)))?;
        Some((text.to_owned(), text.get(part.start..part.end)?.to_owned()))
    })
}

/// Two items in the order in which they belong, and their keys in the order in which DynamoDB sorts them.
pub(super) fn order_witness(key: KeyOf<'_>, low: &Printed, high: &Printed) -> Witness {
    let attribute = || key.attribute().to_owned();
    let keys = key.entity.keys_of(key.index);
    Witness {
        items: [low, high].map(|one| key.entity.witness_of(&one.item, &keys)).to_vec(),
        caption: "sorted as".to_owned(),
        keys: vec![(attribute(), high.text.clone()), (attribute(), low.text.clone())],
    }
}

/// The sort keys of type S with the expressions of their placeholders: where text decides the order.
pub(super) fn sorted_holes(entity: &Entity) -> Vec<(KeyOf<'_>, &Expression)> {
    let sorted = entity.keys().filter(|key| key.half == Half::Sort && key.key.kind == KeyType::S && !key.key.eager);
    sorted
        .flat_map(|key| {
            let holes: Vec<&Expression> = key.ways().iter().flat_map(|way| way.holes().collect::<Vec<_>>()).collect();
            holes.into_iter().map(move |hole| (key, hole))
        })
        .collect()
}

/// True where every item of a partition of the key's index has one value of the field: it is part of the partition key as
/// it is.
pub(super) fn is_fixed_by_partition(key: KeyOf<'_>, field: &FieldPath) -> bool {
    let keys = key.entity.keys_of(key.index);
    let mut partition = keys.iter().filter(|key| key.half == Half::Partition);
    partition.any(|key| key.ways().iter().all(|way| way.prints(field)))
}

/// A text that the attribute may have and that matches a pattern as a whole.
pub(super) fn text_like(attribute: &Attribute, pattern: &str) -> Option<String> {
    texts_like(attribute, pattern, 1).pop()
}

/// Up to `most` texts that the attribute may have and that match a pattern as a whole, short ones first.
pub(super) fn texts_like(attribute: &Attribute, pattern: &str, most: usize) -> Vec<String> {
    let parsed =
        regex_syntax::ParserBuilder::new().utf8(false).unicode(false).dot_matches_new_line(true).build().parse(pattern);
    let mut budget = Budget::new(attribute.proof_steps());
    let mut automaton = |texts: &Hir| Automaton::within(texts, &mut budget).ok();
    let automata = parsed.ok().and_then(|wanted| Some((automaton(&own_values(attribute).texts)?, automaton(&wanted)?)));
    let Some((own, wanted)) = automata else { return Vec::new() };
    let (mut texts, _) = own.shared_within(&wanted, most, &mut budget);
    texts.retain(|text| conforms(attribute, &Value::text(text.as_str())));
    texts
}
