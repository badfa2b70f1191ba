//! The report of the parts is the report of the whole, however it is parted and in whatever order it is merged.

use std::collections::BTreeSet;

use dynkeys::audit::{Auditor, Detail, EXACT, LISTED_SHARE, Options, Partitions};
use dynkeys::model::Era;
use dynkeys::report::Part;
use proptest::prelude::*;
use serde_json::Value;

use super::common::assert_same;
use super::items::{Recipe, TABLES, audit, auditor, part, recipe, report, shared};

/// Items parted: the part of each, the order in which parts are merged, and which of them went through a file.
#[derive(Clone, Debug)]
struct Parting {
    parts: Vec<usize>,
    order: Vec<usize>,
    saved: Vec<bool>,
}

const MOST: usize = 5;

fn parting() -> impl Strategy<Value = Parting> {
    let order = Just((0..MOST).collect::<Vec<_>>()).prop_shuffle();
    (prop::collection::vec(0..MOST, 1..40), order, prop::collection::vec(any::<bool>(), MOST))
        .prop_map(|(parts, order, saved)| Parting { parts, order, saved })
}

/// The same part after it was a file.
fn through_file(own: &Part, name: &str) -> Part {
    Part::from_json(name, &serde_json::to_string(own).unwrap()).unwrap()
}

/// The report of lines that were audited in parts, and the names of the parts are the whole's: what is read is the same.
fn merged(auditor: &Auditor, lines: &[String], parting: &Parting) -> Value {
    let mut whole: Option<Part> = None;
    for number in &parting.order {
        let own = lines.iter().enumerate().filter(|(at, _)| parting.parts[at % parting.parts.len()] == *number);
        let state = audit(auditor, own.map(|(at, line)| (at + 1, line)));
        let name = format!("part-{number}");
        let mut own = part(auditor, state, &name);
        if parting.saved[*number] {
            own = through_file(&own, &name);
        }
        match &mut whole {
            None => whole = Some(own),
            Some(whole) => {
                whole.merge("whole", own, &name).unwrap();
                // A merged part is a part.
                if parting.saved[*number] {
                    *whole = through_file(whole, "whole");
                }
            }
        }
    }
    let mut whole = whole.unwrap();
    let names: BTreeSet<String> = whole.source.name.split(", ").map(str::to_owned).collect();
    assert_eq!(names, (0..MOST).map(|number| format!("part-{number}")).collect());
    "items.jsonl".clone_into(&mut whole.source.name);
    report(&whole)
}

fn assert_merged(auditor: &Auditor, lines: &[String], parting: &Parting) {
    let whole = audit(auditor, lines.iter().enumerate().map(|(at, line)| (at + 1, line)));
    assert_same(&merged(auditor, lines, parting), &report(&part(auditor, whole, "items.jsonl")));
}

fn lines(auditor: &Auditor, recipes: &[Recipe]) -> Vec<String> {
    let lines = recipes.iter().map(|recipe| recipe.line(auditor));
    lines.filter(|line| line != "{}").collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_report_of_the_parts_is_the_report_of_the_whole(
        table in 0..TABLES.len(),
        recipes in prop::collection::vec(recipe(), 1..40),
        parting in parting(),
    ) {
        let auditor = shared(table, 0, 0);
        assert_merged(auditor, &lines(auditor, &recipes), &parting);
    }
}

/// A number that follows from another one, and looks like any.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}

/// A word that stands for a number.
fn word(number: u64) -> String {
    number.to_string().bytes().map(|digit| char::from(b'a' + digit - b'0')).collect()
}

/// Partitions beyond those that are counted exactly, some of them large by items and some by bytes, in a shuffled order.
fn sizes(count: u64, seed: u64) -> Vec<(String, u64, u64)> {
    let mut all: Vec<(String, u64, u64)> = (0..count)
        .map(|number| {
            let random = mixed(seed ^ number);
            // Many small items, few huge ones, and what is usual.
            let (items, bytes) = match number {
                0..5 => (80 + random % 20, 40),
                5..10 => (1, 250_000 + random % 50_000),
                10..20 => (100 + random % 100, 700),
                _ => (1 + random % 3, 20_000 + random % 40_000),
            };
            (format!("user#{number}"), items, items * bytes)
        })
        .collect();
    all.sort_by_key(|(key, ..)| {
        mixed(seed ^ key.len() as u64 ^ key.bytes().fold(7, |sum, byte| sum * 31 + u64::from(byte)))
    });
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn many_partitions_come_out_the_same_however_they_are_parted(
        count in (EXACT as u64 - 5)..9_000,
        seed: u64,
        parting in parting(),
    ) {
        let all = sizes(count, seed);
        let counted = |of: &mut dyn Iterator<Item = &(String, u64, u64)>| {
            let mut own = Partitions::default();
            of.for_each(|(key, items, bytes)| own.add_many(key, *items, *bytes));
            own
        };
        let whole = counted(&mut all.iter());
        let mut parts = Partitions::default();
        for number in &parting.order {
            let part_of = |at: usize| parting.parts[(mixed(at as u64 ^ seed) as usize) % parting.parts.len()];
            let mut own = counted(&mut all.iter().enumerate().filter(|(at, _)| part_of(*at) == *number).map(|(_, one)| one));
            if parting.saved[*number] {
                own = serde_json::from_str(&serde_json::to_string(&own).unwrap()).unwrap();
            }
            parts.merge(own);
        }
        let told = |own: &Partitions| {
            (own.is_exact(), own.distinct(), own.gini(), own.error(), own.items, own.bytes, own.largest(10), own.largest(100))
        };
        prop_assert_eq!(told(&parts), told(&whole));
        prop_assert_eq!(whole.is_exact(), count <= EXACT as u64);
        // Whoever is large enough to be listed is.
        let (items, bytes) = (whole.items as f64, whole.bytes as f64);
        let (by_items, by_bytes) = whole.largest(100);
        for (key, own_items, own_bytes) in &all {
            if *own_items as f64 > 1.5 * LISTED_SHARE * items {
                prop_assert!(by_items.iter().any(|one| one.key == *key), "{} {}", key, own_items);
            }
            if *own_bytes as f64 > 1.5 * LISTED_SHARE * bytes {
                prop_assert!(by_bytes.iter().any(|one| one.key == *key), "{} {}", key, own_bytes);
            }
        }
    }
}
