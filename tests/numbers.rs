//! Numbers and digits in keys, as the process tells of them: widths in stored text, and zero that is taken for unset.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Run, run_in};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a model of one text field in a sort key, and items with these values of it.
fn table(attribute: &str, values: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let name = attribute.split_whitespace().next().unwrap();
    let model = format!(
        "entity = \"Release\"\n[attributes]\nproject = {{ type = \"string\", required = true }}\n{attribute}\n\
         [indexes.primary]\npartition_key = {{ attribute = \"pk\", template = \"project#{{project}}\" }}\n\
         sort_key = {{ attribute = \"sk\", template = \"at#{{{name}}}\" }}\n"
    );
    std::fs::create_dir(folder.path().join("models")).unwrap();
    std::fs::write(folder.path().join("models/release.toml"), model).unwrap();
    let item = |value: &&str| {
        json!({"pk": "project#a", "sk": format!("at#{value}"), "project": "a", name: value}).to_string() + "\n"
    };
    std::fs::write(folder.path().join("items.jsonl"), values.iter().map(item).collect::<String>()).unwrap();
    folder
}

fn audit(folder: &TempDir, more: &[&str]) -> Run {
    let arguments = ["audit", "models", "--items", "items.jsonl", "--format", "json", "--fail-on", "never"];
    let run = run_in(folder.path(), &[&arguments[..], more].concat());
    assert_eq!(run.status, 0, "{run:?}");
    run
}

/// What the audit says of numbers: how many are not as wide as most, and the widths.
fn widths(run: &Run) -> Option<(u64, String)> {
    let check = &run.json()["checks"]["mis-sorted-number"];
    let detail = check["groups"][0]["detail"].as_str()?;
    Some((check["count"].as_u64().unwrap(), detail.to_owned()))
}

#[test]
fn stored_digits_of_several_widths_are_found_in_text() {
    let text = "version = { type = \"string\", required = true }";
    let versions = ["1", "2", "9", "10", "0000000000000000011"];
    let found = Some((2, "3 of width 1, 1 of width 2, 1 of width 19".to_owned()));
    for attribute in [text, "version = { type = \"any\", required = true }", "version = \"string\""] {
        assert_eq!(widths(&audit(&table(attribute, &versions), &[])), found, "{attribute}");
    }
    let found = Some((1, "1 of width 1, 2 of width 2".to_owned()));
    assert_eq!(widths(&audit(&table(text, &["v9", "v10", "v11"]), &[])), found);
    for values in [
        // Of one width.
        &["0001", "0002", "0010"][..],
        // Names in which digits happen to stand.
        &["1", "10", "a"],
        &["9", "10", "1a", "1e5"],
        &["v1", "w10"],
        &["v1", "10"],
        &["0d7a1c52-0000-4000-8000-000000000001", "10", "9"],
        &["01ARZ3NDEKTSV4RRFFQ69G5FA7", "01ARZ3NDEKTSV4RRFFQ69G5F10"],
        &["1.10", "1.9"],
        // Dates, which sort rightly.
        &["2024", "202405", "20240517"],
        &["2024-05-17", "2024-05-18T10:00:00"],
        &["7"],
    ] {
        assert_eq!(widths(&audit(&table(text, values), &[])), None, "{values:?}");
    }
    // What is called an id is a name.
    for name in ["id", "order_id", "zip"] {
        let attribute = format!("{name} = {{ type = \"string\", required = true }}");
        assert_eq!(widths(&audit(&table(&attribute, &versions), &[])), None, "{name}");
    }
}

#[test]
fn digits_of_parts_together_are_those_of_the_whole() {
    let text = "version = { type = \"string\", required = true }";
    for values in [&["1", "10", "200"][..], &["1", "x", "10"], &["v1", "w10", "v2"], &["2024", "20240517", "7"]] {
        let whole = table(text, values);
        let expected = widths(&audit(&whole, &[]));
        for cut in 1..values.len() {
            let mut parts = Vec::new();
            for (number, values) in [&values[..cut], &values[cut..]].into_iter().enumerate() {
                let items = std::fs::read_to_string(table(text, values).path().join("items.jsonl")).unwrap();
                let (own, part) = (format!("{number}.jsonl"), format!("{number}.json"));
                std::fs::write(whole.path().join(&own), items).unwrap();
                let run = run_in(whole.path(), &["audit", "models", "--items", &own, "--partial", &part]);
                assert_eq!(run.status, 0, "{run:?}");
                parts.push(part);
            }
            parts.reverse();
            let mut arguments = vec!["merge"];
            arguments.extend(parts.iter().map(String::as_str));
            arguments.extend(["--format", "json", "--fail-on", "never"]);
            let run = run_in(whole.path(), &arguments);
            assert_eq!(run.status, 0, "{run:?}");
            assert_eq!(widths(&run), expected, "{values:?} cut at {cut}");
        }
    }
}

const POINT: &str = r#"entity = "Point"
[attributes]
id    = { type = "string", required = true }
level = { type = "integer", enum = [0, 1, 2] }
[indexes.primary]
partition_key = { attribute = "pk", template = "point#{id}" }
sort_key      = { attribute = "sk", KEY }
"#;

/// What `explain` finds in a point of this level.
fn explained(key: &str, level: &Value) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("point.toml"), POINT.replace("KEY", key)).unwrap();
    let item = json!({"id": "a", "level": level}).to_string();
    std::fs::write(folder.path().join("item.json"), item).unwrap();
    let run = run_in(folder.path(), &["explain", "point.toml", "item.json", "--format", "jsonl", "--fail-on", "never"]);
    assert_eq!(run.status, 0, "{run:?}");
    run.lines()[0]["findings"].as_array().unwrap().clone()
}

#[test]
fn explain_does_not_call_zero_blank_or_unset() {
    let cases = [
        (r#"template = "level#{level or ''}""#, "blank-key-part"),
        (r#"template = "level#{level or none}""#, "placeholder-in-key"),
    ];
    for (key, rule) in cases {
        let zero = explained(key, &json!(0));
        let found = zero.iter().find(|finding| finding["rule"] == rule).unwrap_or_else(|| panic!("{key}: {zero:?}"));
        let message = found["message"].as_str().unwrap();
        assert!(message.starts_with("`level` is 0, which is false and taken for unset"), "{message}");
        let help = found["help"].as_str().unwrap();
        assert!(help.contains("{level if level != none else 'none'}"), "{help}");
        let unset = explained(key, &Value::Null);
        let found = unset.iter().find(|finding| finding["rule"] == rule).unwrap();
        let message = found["message"].as_str().unwrap();
        assert!(message.starts_with("`level` is unset"), "{message}");
    }
    // What the help says is what mends it.
    let mended = r#"template = "level#{level if level != none else 'none'}""#;
    for level in [json!(0), json!(1), Value::Null] {
        assert!(explained(mended, &level).is_empty(), "{level}: {:?}", explained(mended, &level));
    }
    // An expression that does not ask for truth is not said to.
    let found = explained(r#"template = "level#{'' if level == 0 else level}""#, &json!(0));
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.starts_with("`level` is 0, for which the expression gives nothing"), "{message}");
}
