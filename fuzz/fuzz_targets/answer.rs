//! No answer makes its reader panic, and one that is taken has as many items as it counts, by another reader too.
#![no_main]

use dynkeys::source::answer::{description_answer, error_answer, scan_answer};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = description_answer(bytes);
    let _ = error_answer(bytes, false);
    let Ok(count) = scan_answer(bytes) else { return };
    // The other reader does not go as deep.
    let Ok(answer) = serde_json::from_slice::<Value>(bytes) else {
        assert!(bytes.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() > 100, "it is not JSON");
        return;
    };
    let items = answer["Items"].as_array().expect("there are items");
    assert_eq!((Some(count), items.len() as u64), (answer["Count"].as_u64(), count));
    assert!(items.iter().all(Value::is_object));
    let next = &answer["LastEvaluatedKey"];
    assert!(next.is_null() || next.as_object().is_some_and(|key| !key.is_empty()));
});
