//! The reader of DynamoDB's answers: what a server answers is taken, and whatever is made of it lacks nothing or is
//! refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use dynkeys::source::answer::{description_answer, error_answer, scan_answer};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A value as DynamoDB writes it.
fn value() -> impl Strategy<Value = Value> {
    let text = "[a-zä\"\\\\\n😀]{0,4}";
    let leaf = prop_oneof![
        text.prop_map(|text| json!({ "S": text })),
        any::<i32>().prop_map(|number| json!({ "N": number.to_string() })),
        Just(json!({ "B": "AP8=" })),
        any::<bool>().prop_map(|flag| json!({ "BOOL": flag })),
        Just(json!({ "NULL": true })),
        prop::collection::vec(text, 1..3).prop_map(|texts| json!({ "SS": texts })),
        Just(json!({ "NS": ["1", "2.5"] })),
        Just(json!({ "BS": ["AA=="] })),
    ];
    leaf.prop_recursive(6, 20, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|all| json!({ "L": all })),
            prop::collection::btree_map(text, inner, 0..4).prop_map(|all| json!({ "M": all })),
        ]
    })
}

fn page() -> impl Strategy<Value = Value> {
    let item = prop::collection::btree_map("[a-z]{1,3}", value(), 0..5);
    let key = prop_oneof![Just(Value::Null), Just(json!({ "pk": { "S": "a" }, "sk": { "N": "1" } }))];
    (prop::collection::vec(item, 0..6), key).prop_map(|(items, key)| {
        let mut page = json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items });
        page["LastEvaluatedKey"] = key;
        page
    })
}

/// What is done to the bytes of an answer.
#[derive(Clone, Debug)]
enum Change {
    Cut,
    Byte(u8),
    Put(&'static str),
    Leave(usize),
    Twice(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let words = vec!["{}", "[]", "null", ",", ":", "\"Count\":0,", "\"Items\":[],", "{\"S\":\"x\"}", "[[[[[[", "\u{0}"];
    prop_oneof![
        Just(Change::Cut),
        any::<u8>().prop_map(Change::Byte),
        prop::sample::select(words).prop_map(Change::Put),
        (1..40_usize).prop_map(Change::Leave),
        (1..40_usize).prop_map(Change::Twice),
    ]
}

fn changed(bytes: &[u8], at: usize, change: &Change) -> Vec<u8> {
    let (before, after) = bytes.split_at(at);
    match *change {
        Change::Cut => before.to_vec(),
        Change::Byte(byte) => [before, &[byte], after.get(1..).unwrap_or_default()].concat(),
        Change::Put(text) => [before, text.as_bytes(), after].concat(),
        Change::Leave(length) => [before, after.get(length..).unwrap_or_default()].concat(),
        Change::Twice(length) => [before, &after[..length.min(after.len())], after].concat(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_page_has_the_items_that_it_counts(
        page in page(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 0..4),
    ) {
        let mut bytes = page.to_string().into_bytes();
        prop_assert_eq!(scan_answer(&bytes), Ok(page["Count"].as_u64().unwrap()));
        for (at, change) in &changes {
            bytes = changed(&bytes, at.index(bytes.len() + 1), change);
        }
        let _ = (description_answer(&bytes), error_answer(&bytes, true));
        if let Ok(count) = scan_answer(&bytes) {
            // Another reader sees the same.
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(answer["Items"].as_array().map(Vec::len), usize::try_from(count).ok());
            prop_assert_eq!(answer["Count"].as_u64(), Some(count));
        }
    }
}
