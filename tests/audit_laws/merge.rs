//! The report of the parts is the report of the whole, however it is parted and in whatever order it is merged.

use std::collections::BTreeSet;

use dynkeys::audit::{Auditor, EXACT, Partition, Partitions};
use dynkeys::report::Part;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::common::assert_same;
use super::items::{ASKED, Recipe, audit, part, recipe, report, shared};
use super::models::TABLES;

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
    Part::from_json(name, &own.to_json().unwrap()).unwrap()
}

/// The report of lines that were audited in parts, under the name of the whole.
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

fn numbered(lines: &[String]) -> impl Iterator<Item = (usize, &String)> {
    lines.iter().enumerate().map(|(at, line)| (at + 1, line))
}

fn assert_merged(auditor: &Auditor, lines: &[String], parting: &Parting) {
    let whole = audit(auditor, numbered(lines));
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
        (table, asked) in (0..TABLES.len(), 0..ASKED),
        recipes in prop::collection::vec(recipe(), 1..40),
        parting in parting(),
    ) {
        let auditor = shared(table, 0, asked);
        // Some items are there twice: of their examples the first one is kept, wherever it was.
        let once = lines(auditor, &recipes);
        let twice = once.iter().rev().take(5);
        assert_merged(auditor, &[&once[..], &twice.cloned().collect::<Vec<_>>()].concat(), &parting);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_part_that_was_changed_is_no_part(at: prop::sample::Index, to in "[0-9a-z{},:\"]|", is_put: bool) {
        let auditor = shared(0, 0, 0);
        let own = lines(auditor, &[]);
        let state = audit(auditor, own.iter().enumerate().map(|(at, line)| (at + 1, line)));
        let text = part(auditor, state, "part.json").to_json().unwrap();
        prop_assert!(Part::from_json("part.json", &text).is_ok());
        let places: Vec<usize> = text.trim_end().char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        let end = if is_put { at } else { at + text[at..].chars().next().unwrap().len_utf8() };
        let changed = format!("{}{to}{}", &text[..at], &text[end..]);
        prop_assume!(changed != text);
        prop_assert!(Part::from_json("part.json", &changed).is_err(), "{}", changed);
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

/// Items of partitions in a shuffled order: most are as usual, few have many small items, few have huge ones.
fn sizes(count: u64, seed: u64) -> Vec<(String, u64, u64)> {
    let mut all: Vec<(u64, String, u64, u64)> = Vec::new();
    for number in 0..count {
        let random = mixed(seed ^ number);
        let (times, items, bytes) = match number {
            0..5 => (4, 20 + random % 5, 40),
            5..10 => (1, 1, 2_500_000 + random % 500_000),
            10..20 => (20, 5 + random % 5, 700),
            _ => (1, 1 + random % 3, 20_000 + random % 40_000),
        };
        let one = |time| (mixed(random ^ time), format!("user#{number}"), items, items * bytes);
        all.extend((0..times).map(one));
    }
    all.sort();
    all.into_iter().map(|(_, key, items, bytes)| (key, items, bytes)).collect()
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
            // All items of a partition are of one size here.
            of.for_each(|(key, items, bytes)| (0..*items).for_each(|_| own.add(key, bytes / items)));
            own.flush();
            own
        };
        let whole = counted(&mut all.iter());
        let mut parts = Partitions::default();
        for number in &parting.order {
            let part_of = |at: usize| parting.parts[(mixed(at as u64 ^ seed) as usize) % parting.parts.len()];
            let own = all.iter().enumerate().filter(|(at, _)| part_of(*at) == *number);
            let mut own = counted(&mut own.map(|(_, one)| one));
            if parting.saved[*number] {
                own = serde_json::from_str(&serde_json::to_string(&own).unwrap()).unwrap();
            }
            parts.merge(own);
        }
        let told = |own: &Partitions| (own.is_exact(), own.distinct(), own.gini(), own.error(), own.items, own.bytes);
        prop_assert_eq!(told(&parts), told(&whole));
        for most in [10, 100] {
            prop_assert_eq!(parts.largest(most), whole.largest(most));
        }
        prop_assert_eq!(whole.is_exact(), count <= EXACT as u64);
        // The large ones are listed and no others, whatever their items are like.
        let (by_items, by_bytes) = whole.largest(100);
        let numbers = |all: Vec<Partition>| -> BTreeSet<u64> {
            all.iter().map(|one| one.key[5..].parse().unwrap()).collect()
        };
        let (by_items, by_bytes) = (numbers(by_items), numbers(by_bytes));
        prop_assert!((0..5).chain(10..20).all(|number| by_items.contains(&number)), "{:?}", by_items);
        prop_assert!((5..10).all(|number| by_bytes.contains(&number)), "{:?}", by_bytes);
        if count > EXACT as u64 {
            prop_assert_eq!(by_items, (0..20).collect());
        }
    }
}

/// A large table of the shop: more partitions than are counted exactly, and more strangers than are told apart.
fn large_table(seed: u64) -> Vec<String> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    for number in 0..EXACT as u64 + 400 {
        let own = number.to_string();
        let item = json!({
            "pk": format!("user#{own}"), "sk": format!("user#{own}"), "id": own, "first_name": "Ann",
            "email": format!("{own}@x.org"), "gsi1_pk": format!("email#{own}@x.org"),
            "last_name": "Lee", "gsi1_sk": if number % 9 == 0 { "lastname#Leh" } else { "lastname#Lee#firstname#Ann" },
        });
        lines.push((mixed(seed ^ number), item.to_string()));
    }
    for number in 0..1500 {
        let item = json!({ "pk": format!("{}#1", word(number)), "sk": "x", "size": number });
        lines.push((mixed(seed ^ !number), item.to_string()));
    }
    for number in 0..600 {
        let (own, partition) = (format!("o-{number}"), number % 2);
        let item = json!({
            "pk": format!("user#{partition}"), "sk": format!("order#{own}"), "id": own, "user_id": partition.to_string(),
            "status": "open", "placed_at": "2024-05-17T09:30:00Z",
            "gsi1_pk": "status#open", "gsi1_sk": "placed#2024-05-17T09:30:00Z",
        });
        lines.push((mixed(seed ^ (number << 32)), item.to_string()));
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

#[test]
fn large_tables_come_out_the_same_however_they_are_parted() {
    let mut runner = TestRunner::deterministic();
    let auditor = shared(1, 0, 0);
    let lines = large_table(7);
    let whole = report(&part(auditor, audit(auditor, numbered(&lines)), "items.jsonl"));
    // One part has more strangers than it tells apart, another one has few, and either may come first.
    let lopsided = |order: Vec<usize>| Parting { parts: vec![0, 0, 0, 0, 1], order, saved: vec![true; MOST] };
    let any = std::iter::repeat_with(|| parting().new_tree(&mut runner).unwrap().current());
    let both = [lopsided((0..MOST).collect()), lopsided((0..MOST).rev().collect())];
    for parting in any.take(2).chain(both) {
        assert_same(&merged(auditor, &lines, &parting), &whole);
    }
    let unknown = &whole["checks"]["unclassified-item"];
    assert_eq!(unknown["count"], 1500);
    assert!(unknown["groups"].as_array().unwrap().len() < 1000, "they are told less closely");
    let partitions = &whole["indexes"]["primary"]["partitions"];
    assert_eq!(partitions["exact"], false);
    let largest = &partitions["by_items"].as_array().unwrap()[..2];
    for (at, key) in ["user#0", "user#1"].into_iter().enumerate() {
        assert!(largest.iter().any(|one| one["key"] == key), "{at} {largest:?}");
    }
}
