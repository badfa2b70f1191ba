//! Finds items whose keys are the same: a text that the languages of both keys have, read back into fields, and written
//! anew by the engine. What is returned is always confirmed by the engine.

use super::design::{Design, Entity, Entries, KeyOf, Values};
use crate::key::python::{equal, is_blank, str_of};
use crate::key::{
    Assignment, Automaton, Budget, KeyBuffer, Reader, Reading, Written, assigned, is_plain, joined, preimages,
};
use crate::value::Value;

/// Two items and the keys that both have.
#[derive(Clone, Debug)]
pub struct Collision {
    /// The items, of the left and of the right entity.
    pub items: [Entries; 2],
    /// The attributes with their common value, in the order of the keys asked for.
    pub keys: Vec<(String, String)>,
}

/// How many texts are tried for each key, how many readings of each, and how many steps a reading may take.
const TEXTS: usize = 6;
const READINGS: usize = 6;
const STEPS: usize = 4_000;
/// How many pairs of items the engine is asked about.
const TRIES: usize = 400;

/// Looks for an item of each entity, among those with such values in these keys, so that each pair of keys is equal. The
/// budget may be spent before the search has come to its end.
pub fn collide(
    pairs: &[(KeyOf<'_>, KeyOf<'_>)],
    values: Values,
    design: &Design,
    budget: &mut Budget,
) -> Option<Collision> {
    let mut orders: Vec<Vec<usize>> = vec![(0..pairs.len()).collect()];
    if pairs.len() > 1 {
        orders.push((0..pairs.len()).rev().collect());
    }
    let mut search = Search { pairs, values, design, tries: TRIES, budget };
    orders.iter().find_map(|order| search.next(order, &Vec::new(), &Vec::new()))
}

struct Search<'s> {
    pairs: &'s [(KeyOf<'s>, KeyOf<'s>)],
    values: Values,
    design: &'s Design,
    tries: usize,
    budget: &'s mut Budget,
}

impl Search<'_> {
    /// Finds texts for the rest of the keys, given what the placeholders printed so far.
    fn next(&mut self, order: &[usize], left_known: &Reading, right_known: &Reading) -> Option<Collision> {
        let Some((at, rest)) = order.split_first() else {
            return self.confirm(left_known, right_known);
        };
        let (left, right) = self.pairs.get(*at)?;
        let mut left_reader = reader(*left);
        let mut right_reader = reader(*right);
        let left_shape = left_reader.specialized(left.shape_of(self.values, self.design), left_known);
        let right_shape = right_reader.specialized(right.shape_of(self.values, self.design), right_known);
        let left_automaton = Automaton::within(&left_shape.language(&[]), self.budget).ok()?;
        let right_automaton = Automaton::within(&right_shape.language(&[]), self.budget).ok()?;
        let (texts, _) = left_automaton.shared_within(&right_automaton, TEXTS, self.budget);
        for text in texts {
            let left_readings = left_reader.readings(&left_shape, &text, left_known, READINGS);
            let right_readings = right_reader.readings(&right_shape, &text, right_known, READINGS);
            for left_reading in &left_readings {
                for right_reading in &right_readings {
                    if self.tries == 0 {
                        return None;
                    }
                    if let Some(found) = self.next(rest, left_reading, right_reading) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// Turns what the placeholders printed into items, and asks the engine.
    fn confirm(&mut self, left: &Reading, right: &Reading) -> Option<Collision> {
        let (first_left, first_right) = *self.pairs.first()?;
        let lefts = items(first_left.entity, left, self.budget);
        let rights = items(first_right.entity, right, self.budget);
        for (left_item, left_keys) in &lefts {
            for (right_item, right_keys) in &rights {
                if self.tries == 0 {
                    return None;
                }
                self.tries -= 1;
                let same = |(left, right): &(KeyOf<'_>, KeyOf<'_>)| {
                    same(left_keys.get(left.number), right_keys.get(right.number))
                };
                if !self.pairs.iter().all(same)
                    || !self.is_meant(first_left.entity, left_item)
                    || !self.is_meant(first_right.entity, right_item)
                {
                    continue;
                }
                let keys = self
                    .pairs
                    .iter()
                    .map(|(key, _)| (key.attribute().to_owned(), shown(left_keys.get(key.number)).unwrap_or_default()));
                return Some(Collision { items: [left_item.clone(), right_item.clone()], keys: keys.collect() });
            }
        }
        None
    }

    /// True where the fields of the keys have values of the kind that is asked for.
    fn is_meant(&self, entity: &Entity, item: &Entries) -> bool {
        if self.values == Values::Any {
            return true;
        }
        let delimiters = self.design.delimiters();
        let keys = self.pairs.iter().flat_map(|(left, right)| [left, right]);
        let mut fields = keys.filter(|key| std::ptr::eq(key.entity, entity)).flat_map(KeyOf::fields);
        fields.all(|field| {
            let Some(attribute) = entity.attribute(field) else { return true };
            match item.iter().find(|(known, _)| *known == attribute.name.value) {
                Some((_, Value::Str(text))) => {
                    let apart = self.values == Values::Plain;
                    !is_blank(text) && (!apart || is_plain(attribute, text, &delimiters))
                }
                _ => true,
            }
        })
    }
}

fn reader(key: KeyOf<'_>) -> Reader<'_> {
    Reader { source: &key.entity.model().source, budget: STEPS }
}

/// The items of an entity whose placeholders may print these texts, with the keys that the engine writes for them.
fn items(entity: &Entity, reading: &Reading, budget: &mut Budget) -> Vec<(Entries, KeyBuffer)> {
    const ASSIGNMENTS: usize = 24;
    const ITEMS: usize = 48;
    let model = entity.model();
    let mut assignments: Vec<Assignment> = vec![Vec::new()];
    for printed in reading {
        let further = preimages(model, printed);
        assignments = assignments
            .iter()
            .flat_map(|known| further.iter().filter_map(|more| joined(known, more.clone())))
            .take(ASSIGNMENTS)
            .collect();
    }
    let mut all: Vec<(Entries, KeyBuffer)> = Vec::new();
    // The fields that the assignment leaves open decide which case of a dynamic key is taken.
    for base in entity.scenarios() {
        for assignment in &assignments {
            // An item is copied, compared with the others and written.
            if budget.spend_many(base.item.len() + 8 * entity.engine().keys().len()).is_err() {
                return all;
            }
            let item = assigned(model, base.item.clone(), assignment);
            if !entity.conforms(&item) || all.iter().any(|(known, _)| *known == item) {
                continue;
            }
            let keys = entity.write(&item);
            all.push((item, keys));
            if all.len() == ITEMS {
                return all;
            }
        }
    }
    all
}

/// True of two keys that are written and are the same to DynamoDB.
pub fn same(left: Written<'_>, right: Written<'_>) -> bool {
    match (left, right) {
        (Written::Text(left), Written::Text(right)) => left == right,
        (Written::Typed(left), Written::Typed(right)) => equal(left, right),
        _ => false,
    }
}

/// A key as text.
pub fn shown(written: Written<'_>) -> Option<String> {
    match written {
        Written::Text(text) => Some(text.to_owned()),
        Written::Typed(value) => str_of(value),
        Written::Open(_) | Written::Absent | Written::Failed(_) => None,
    }
}
