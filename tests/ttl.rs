//! The time to live: which attribute it is, and what `lint` and `audit` say of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::path::Path;

use common::{Run, run_in};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A model with more attributes.
fn model(entity: &str, more: &str) -> String {
    let prefix = entity.to_lowercase();
    format!(
        "entity = \"{entity}\"\n[attributes]\nid = {{ type = \"string\", required = true }}\n{more}\n[indexes.primary]\n\
         partition_key = {{ attribute = \"pk\", template = \"{prefix}#{{id}}\" }}\nsort_key = {{ attribute = \"sk\", \
         template = \"{prefix}\" }}\n"
    )
}

/// A folder with `dynkeys.toml`, the models, and items that are of `prefix`.
fn table(config: &str, models: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dynkeys.toml"), config).unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    for (entity, more) in models {
        let name = format!("models/{}.toml", entity.to_lowercase());
        std::fs::write(folder.path().join(name), model(entity, more)).unwrap();
    }
    folder
}

fn item(prefix: &str, at: usize, more: Value) -> Value {
    let mut item = json!({ "pk": format!("{prefix}#{at}"), "sk": prefix, "id": at.to_string() });
    item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    item
}

fn audit(folder: &Path, items: &[Value], more: &[&str]) -> Run {
    audit_file(folder, "items.jsonl", items, more)
}

fn audit_file(folder: &Path, name: &str, items: &[Value], more: &[&str]) -> Run {
    let text: String = items.iter().map(|item| item.to_string() + "\n").collect();
    std::fs::write(folder.join(name), text).unwrap();
    let run = run_in(folder, &[&["audit", "--items", name, "--fail-on", "never"], more].concat());
    assert_eq!(run.status, 0, "{run:?}");
    run
}

/// What is told: entity, attribute, kind, and how many.
fn told(run: &Run) -> Vec<(String, String, String, u64)> {
    let report = run.json();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let groups = report["checks"]["ttl-not-epoch-seconds"]["groups"].as_array().unwrap().iter();
    let mut all: Vec<_> = groups
        .map(|one| {
            (text(&one["entity"]), text(&one["attribute"]), text(&one["subject"]), one["count"].as_u64().unwrap())
        })
        .collect();
    all.sort();
    all
}

fn group(entity: &str, attribute: &str, kind: &str, count: u64) -> (String, String, String, u64) {
    (entity.to_owned(), attribute.to_owned(), kind.to_owned(), count)
}

const JSON: &[&str] = &["--format", "json"];

#[test]
fn a_name_tells_where_nobody_else_does() {
    for name in ["ttl", "TTL", "time_to_live", "timeToLive"] {
        let folder = table("", &[("Session", &format!("{name} = \"integer\""))]);
        let items: Vec<Value> = [
            json!(1_608_508_800_000_u64),
            json!("1608508800"),
            json!("2020-12-21T00:00:00Z"),
            json!(-5),
            json!(1_608_508_800.5),
            json!(1_608_508_800),
            // These may be durations.
            json!(300),
            json!("300"),
            json!("5m"),
            json!(0),
            json!(null),
        ]
        .into_iter()
        .enumerate()
        .map(|(at, value)| item("session", at, json!({ name: value })))
        .collect();
        let wanted = [
            group("Session", name, "a date as text", 1),
            group("Session", name, "a fraction of a second", 1),
            group("Session", name, "a negative number", 1),
            group("Session", name, "digits as text", 1),
            group("Session", name, "milliseconds", 1),
        ];
        assert_eq!(told(&audit(folder.path(), &items, JSON)), wanted, "{name}");
    }
    for name in ["expires_at", "expireAt", "ExpiresAfter", "ttl_policy"] {
        let folder = table("", &[("Session", &format!("{name} = \"integer\""))]);
        let items = [item("session", 0, json!({ name: 1_608_508_800_000_u64 }))];
        assert_eq!(told(&audit(folder.path(), &items, JSON)), [], "{name}");
    }
}

#[test]
fn the_table_or_a_model_tells_which_attribute_it_is() {
    // Of the models' fields, of no model's, and of items of no entity.
    let bad = json!({ "expires_at": 1_608_508_800_000_u64, "ttl": "soon" });
    let good = json!({ "expires_at": 1_608_508_800, "ttl": -1 });
    let stranger = json!({ "pk": "who", "sk": "knows", "expires_at": "1608508800" });
    let items = [item("session", 0, bad.clone()), item("cache", 1, bad), item("session", 2, good), stranger];
    let wanted = [
        group("-", "expires_at", "digits as text", 1),
        group("Cache", "expires_at", "milliseconds", 1),
        group("Session", "expires_at", "milliseconds", 1),
    ];
    for (config, session) in [
        ("[table]\nttl = \"expires_at\"\n", "ttl = \"integer\""),
        ("", "ttl = \"integer\"\nexpires_at = { type = \"integer\", ttl = true }"),
    ] {
        let folder = table(config, &[("Session", session), ("Cache", "")]);
        assert_eq!(told(&audit(folder.path(), &items, JSON)), wanted, "{config}");
        // The same where items are put together of parts, whatever their order.
        let folder = folder.path();
        for (at, item) in items.iter().enumerate() {
            let (name, part) = (format!("items-{at}.jsonl"), format!("{at}.json"));
            audit_file(folder, &name, std::slice::from_ref(item), &["--partial", &part]);
        }
        let merged = ["merge", "3.json", "1.json", "0.json", "2.json", "--format", "json", "--fail-on", "never"];
        assert_eq!(told(&run_in(folder, &merged)), wanted);
    }
}

#[test]
fn every_format_says_what_is_wrong() {
    let folder = table("[table]\nttl = \"expires_at\"\n", &[("Session", "")]);
    let items = [item("session", 0, json!({ "expires_at": 1_608_508_800_000_u64 }))];
    for format in ["human", "json", "jsonl", "markdown", "html", "sarif"] {
        let run = audit(folder.path(), &items, &["--format", format]);
        for words in ["ttl-not-epoch-seconds", "milliseconds", "expires_at"] {
            assert!(run.stdout.contains(words), "{format}: {}", run.stdout);
        }
    }
    // Long text is cut.
    let items = [item("session", 0, json!({ "expires_at": "x".repeat(3000) }))];
    assert!(audit(folder.path(), &items, JSON).stdout.len() < 20_000);
}

#[test]
fn two_answers_are_an_error_with_both_places() {
    let marked = "expires = { type = \"integer\", ttl = true }";
    let other = "ends_at = { type = \"integer\", ttl = true }";
    let folder = table("[table]\nttl = \"expires_at\"\n", &[("Session", marked)]);
    let run = run_in(folder.path(), &["explain", "models", "none.json"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
    for words in ["models/session.toml:4:", "dynkeys.toml:2:7", "`expires_at`", "`expires`"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let folder = table("", &[("Cache", other), ("Session", marked)]);
    let run = run_in(folder.path(), &["lint", "--format", "json"]);
    assert_eq!(run.status, 1, "{run:?}");
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    let conflict = findings.filter(|one| one["message"].as_str().unwrap().contains("time to live")).collect::<Vec<_>>();
    assert_eq!(conflict.len(), 1, "{report}");
    let message = conflict[0]["message"].as_str().unwrap();
    assert!(message.contains("models/cache.toml:4:") && message.contains("`ends_at`"), "{message}");
    assert_eq!((&conflict[0]["path"], &conflict[0]["line"]), (&json!("models/session.toml"), &json!(4)));
    // The same answer twice is one.
    let folder = table("[table]\nttl = \"expires\"\n", &[("Cache", marked), ("Session", marked)]);
    let run = run_in(folder.path(), &["lint", "--format", "json"]);
    assert!(!run.stdout.contains("time to live"), "{run:?}");
    let folder = table("[table]\nttl = \" \"\n", &[("Session", "")]);
    let run = run_in(folder.path(), &["lint"]);
    assert!(run.status == 2 && run.stderr.contains("dynkeys.toml:2:7"), "{run:?}");
}

#[test]
fn the_pages_of_the_design_show_it() {
    let folder = table("", &[("Session", "expires = { type = \"integer\", ttl = true }")]);
    let run = run_in(folder.path(), &["docs"]);
    assert_eq!(run.status, 0, "{run:?}");
    let line = run.stdout.lines().find(|line| line.contains("expires")).unwrap();
    assert!(line.contains("time to live"), "{line}");
}
