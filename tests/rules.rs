//! Each rule finds what is bad and lets alone what is not: `fixtures/rules/NAME/`. Every line of `bad.jsonl` has the
//! finding, no line of `ok.jsonl` has it, and it is gone from `fixed.jsonl`, or from `bad.jsonl` under `fixed.toml`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{assert_file, root, run};
use dynkeys::emit::{rule_index, rule_page};
use dynkeys::rules::ITEM_RULES;

fn findings(rule: &str, model: &str, items: &str) -> Vec<Vec<serde_json::Value>> {
    let folder = format!("fixtures/rules/{rule}");
    let run = run(&[
        "explain",
        &format!("{folder}/{model}"),
        &format!("{folder}/{items}"),
        "--format",
        "jsonl",
        "--fail-on",
        "never",
    ]);
    assert_eq!(run.status, 0, "{rule}: {run:?}");
    let of_rule = |line: &serde_json::Value| {
        let all = line["findings"].as_array().unwrap();
        all.iter().filter(|finding| finding["rule"] == rule).cloned().collect()
    };
    run.lines().iter().map(of_rule).collect()
}

#[test]
fn every_rule_finds_the_bad_and_lets_the_rest_alone() {
    for rule in ITEM_RULES {
        let bad = findings(rule.name, "model.toml", "bad.jsonl");
        let ok = findings(rule.name, "model.toml", "ok.jsonl");
        assert!(bad.len() >= 2 && ok.len() >= 2, "{}: {} bad, {} ok", rule.name, bad.len(), ok.len());
        for (at, found) in bad.iter().enumerate() {
            assert!(!found.is_empty(), "{}: nothing found in bad line {}", rule.name, at + 1);
            for finding in found {
                assert!(!finding["help"].as_str().unwrap().is_empty(), "{finding}");
                if rule.name != "dropped-field" {
                    assert!(finding["keys"][0]["index"].is_string(), "{finding}");
                    assert!(finding["field"].is_string(), "{finding}");
                }
            }
        }
        for (at, found) in ok.iter().enumerate() {
            assert!(found.is_empty(), "{}: ok line {}: {found:?}", rule.name, at + 1);
        }
        let folder = root().join("fixtures/rules").join(rule.name);
        let fixed = if folder.join("fixed.toml").exists() {
            findings(rule.name, "fixed.toml", "bad.jsonl")
        } else {
            findings(rule.name, "model.toml", "fixed.jsonl")
        };
        assert!(!fixed.is_empty() && fixed.iter().all(Vec::is_empty), "{}: {fixed:?}", rule.name);
    }
}

#[test]
fn one_cause_is_one_finding() {
    // An unset id spoils both keys of the primary index: one finding, which names both.
    let run = run(&["explain", "models/product.toml", "fixtures/guide/empty-product.json", "--format", "jsonl"]);
    let findings = run.lines()[0]["findings"].clone();
    let of_id: Vec<_> = findings.as_array().unwrap().iter().filter(|finding| finding["field"] == "id").collect();
    assert_eq!(of_id.len(), 1, "{findings}");
    assert_eq!(of_id[0]["keys"].as_array().unwrap().len(), 2);
}

#[test]
fn the_pages_of_the_rules_are_current() {
    let pages = std::fs::read_dir(root().join("docs/rules")).map_or(0, Iterator::count);
    for rule in ITEM_RULES {
        assert_file(&rule_page(rule), &format!("docs/rules/{}.md", rule.name));
        for heading in ["## What it finds", "## Why it matters", "## Example", "## How to fix", "## When to ignore"] {
            assert!(rule.doc.contains(heading), "{}: {heading}", rule.name);
        }
    }
    assert_file(&rule_index(ITEM_RULES), "docs/rules/README.md");
    assert!(pages <= ITEM_RULES.len() + 1, "docs/rules has a page of no rule");
}
