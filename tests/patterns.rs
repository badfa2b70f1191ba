//! Access patterns: a witness that a query is said to read is read by it, and a range that reads nothing is found.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{run_in, run_with_input};
use serde_json::Value;

const CONDITIONS: [&str; 7] = ["eq", "begins_with", "between", "lt", "lte", "gt", "gte"];

/// A table of sites: posts, of which the pattern is, and what else is in their partition.
fn models(key: &str, fields: &str, given: &str, condition: &str) -> Vec<(&'static str, String)> {
    let site = "domain = { type = \"string\", required = true, pattern = \"[a-z]+\" }\n";
    let partition = "partition_key = { attribute = \"PK\", template = \"SITE#{domain}\" }\n";
    let model = |entity: &str, fields: &str, key: &str| {
        format!(
            "entity = \"{entity}\"\n[attributes]\n{site}{fields}\n[indexes.primary]\n{partition}sort_key = {{ attribute = \"SK\", {key} }}\n"
        )
    };
    let asked = format!(
        "[[access_patterns]]\nname = \"Posts\"\nindex = \"primary\"\ngiven = [{given}]\ncondition = \"{condition}\"\n"
    );
    let id = "id = { type = \"string\", required = true, pattern = \"[0-9a-z]+\" }";
    vec![
        ("post.toml", model("Post", fields, key) + &asked),
        ("author.toml", model("Author", id, "template = \"AUTHOR#{id}\"")),
        ("note.toml", model("Note", id, "template = \"POST#note#{id}\"")),
        ("site.toml", model("Site", "", "template = \"SITE#{domain}\"")),
    ]
}

fn lint(models: &[(&str, String)]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in models {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    std::fs::write(folder.path().join("dynkeys.toml"), "").unwrap();
    let run = run_in(folder.path(), &["lint", ".", "--format", "json", "--fail-on", "never"]);
    run.json()["findings"].as_array().unwrap().clone()
}

fn of_rule<'f>(findings: &'f [Value], rule: &str) -> Vec<&'f Value> {
    findings.iter().filter(|finding| finding["rule"] == rule).collect()
}

/// The sort key that the model of an entity writes for an item of a witness.
fn sort_key(models: &[(&str, String)], item: &Value) -> String {
    let entity = item["entity"].as_str().unwrap();
    let (_, text) = models.iter().find(|(_, text)| text.contains(&format!("entity = \"{entity}\""))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.toml");
    std::fs::write(&path, text).unwrap();
    let arguments = ["explain", path.to_str().unwrap(), "-", "--format", "jsonl", "--fail-on", "never"];
    let run = run_with_input(&arguments, item["item"].to_string().as_bytes());
    run.lines()[0]["keys"]["SK"].as_str().unwrap().to_owned()
}

/// Whether the condition on the sort key that a caption shows last takes a key.
fn takes(caption: &str, key: &str) -> bool {
    let shown = caption.split('`').rfind(|text| text.contains("SK")).unwrap();
    let condition = shown.rsplit_once(" AND SK ").map_or(shown, |(_, condition)| condition);
    let values: Vec<&str> = condition.split('"').skip(1).step_by(2).collect();
    assert!(!values.iter().any(|value| value.contains('{')), "{caption}");
    let word = condition.trim_start_matches("SK ").split(' ').next().unwrap();
    match word {
        "BETWEEN" => values[0] <= key && key <= values[1],
        "<" => key < values[0],
        "<=" => key <= values[0],
        ">" => key > values[0],
        ">=" => key >= values[0],
        word => panic!("{word}: {caption}"),
    }
}

#[test]
fn what_a_query_is_said_to_read_is_read_by_it() {
    let id = "id = { type = \"string\", required = true, pattern = \"[0-9a-z]{3}\" }";
    let two = format!("day = {{ type = \"string\", required = true, pattern = \"20[0-9]{{2}}-[0-9]{{2}}\" }}\n{id}");
    let (mut both, mut other) = (0, 0);
    for (key, fields, given) in [
        ("template = \"POST#{id}\"", id, "\"domain\""),
        ("template = \"POST#{id}\"", id, "\"domain\", \"id\""),
        ("build_key = [[\"POST\", \"{day}\"], [\"id\", \"{id}\"]]", &two, "\"domain\""),
        ("build_key = [[\"POST\", \"{day}\"], [\"id\", \"{id}\"]]", &two, "\"domain\", \"day\""),
        ("build_key = [[\"POST\", \"{day}\"], [\"id\", \"{id}\"]]", &two, "\"domain\", \"day\", \"id\""),
        // The bound is a part of the partition, and cannot be chosen.
        ("template = \"POST#{domain}#{id}\"", id, "\"domain\""),
    ] {
        for condition in CONDITIONS {
            let models = models(key, fields, given, condition);
            let findings = lint(&models);
            for finding in of_rule(&findings, "prefix-returns-other-entities") {
                let caption = finding["witness"]["caption"].as_str().unwrap();
                let items = finding["witness"]["items"].as_array().unwrap();
                let is_range = !["eq", "begins_with"].contains(&condition);
                if caption.starts_with("one query reads both") {
                    both += 1;
                    assert_eq!(items.len(), 2, "{finding}");
                } else {
                    other += 1;
                    assert!(caption.starts_with("the query reads it") && items.len() == 1, "{finding}");
                    assert_eq!(of_rule(&findings, "range-reads-nothing").len(), 1, "{key} {given} {condition}");
                }
                // The bound of the last one is a part of the partition key and is shown as a placeholder.
                let is_value = caption.contains("as in") || caption.ends_with("POST#\"`");
                assert!(!is_range || is_value || caption.contains("POST#{domain}"), "{caption}");
                for item in items.iter().filter(|_| is_range && is_value) {
                    let sort = sort_key(&models, item);
                    assert!(takes(caption, &sort), "{key} {given} {condition}: {caption} does not read {sort}");
                }
            }
        }
    }
    assert!(both >= 10 && other >= 2, "{both} {other}");
}

#[test]
fn a_range_without_a_bound_of_its_own_is_found_in_every_form() {
    let id = "id = { type = \"string\", required = true, pattern = \"[0-9a-z]{3}\" }";
    let found = |key: &str, given: &str, condition: &str| {
        let findings = lint(&models(key, id, given, condition));
        of_rule(&findings, "range-reads-nothing")
            .iter()
            .map(|one| one["level"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for condition in CONDITIONS {
        let wanted = ["eq", "between", "lt", "lte"].contains(&condition);
        for key in ["template = \"POST#{id}\"", "build_key = [[\"POST\", \"{id}\"]]", "template = \"POST|{id|upper}\""]
        {
            let found = found(key, "\"domain\"", condition);
            assert_eq!(found, vec!["error"; usize::from(wanted)], "{key} {condition}");
        }
        assert!(found("template = \"POST#{id}\"", "\"domain\", \"id\"", condition).is_empty(), "{condition}");
    }
}
