//! Each rule finds what is bad and lets alone what is not: `fixtures/rules/NAME/`.
//!
//! About items: every line of `bad.jsonl` has the finding, no line of `ok.jsonl` has it, and it is gone from
//! `fixed.jsonl`, or from `bad.jsonl` under `fixed.toml`.
//!
//! About designs: `bad-*` and `ok-*` are models, or folders of models and perhaps a `dynkeys.toml`. In the bad ones a line
//! that ends with `# bad` has the finding, and no other line has it. Where the rule has a fix, `fixed-*` is what
//! `--fix --unsafe` makes of the `bad-*` of the same name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{assert_file, root, run, run_in};
use dynkeys::emit::{rule_index, rule_page};
use dynkeys::rules::RULES;

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
fn every_rule_about_items_finds_the_bad_and_lets_the_rest_alone() {
    for rule in RULES.iter().filter(|rule| rule.is_about_items()) {
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

/// The fixtures of a rule whose names begin with `kind`, in order.
fn cases(rule: &str, kind: &str) -> Vec<PathBuf> {
    let folder = root().join("fixtures/rules").join(rule);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{kind}-")));
    paths.sort();
    paths
}

/// Where a run finds something of the rule: files and lines.
fn found(rule: &str, case: &Path) -> BTreeSet<(String, u64)> {
    let (folder, path) =
        if case.is_dir() { (case, ".") } else { (case.parent().unwrap(), case.file_name().unwrap().to_str().unwrap()) };
    let mut arguments = vec!["lint", path, "--format", "json", "--fail-on", "never"];
    // A file of its own has no configuration, whatever lies around it.
    let none = root().join("fixtures/empty.toml");
    if !case.join("dynkeys.toml").exists() {
        arguments.extend(["--config", none.to_str().unwrap()]);
    }
    let run = run_in(folder, &arguments);
    assert_eq!(run.status, 0, "{}: {run:?}", case.display());
    let document = run.json();
    let mut places = BTreeSet::new();
    for finding in document["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule) {
        for word in ["message", "help", "url", "fingerprint"] {
            assert!(!finding[word].as_str().unwrap().is_empty(), "{}: no {word}: {finding}", case.display());
        }
        assert!(!finding["message"].as_str().unwrap().ends_with('.'), "{finding}");
        let file = finding["path"].as_str().unwrap().trim_start_matches("./").to_owned();
        places.insert((file, finding["line"].as_u64().unwrap()));
    }
    places
}

/// The lines that are marked as bad.
fn marked(case: &Path) -> BTreeSet<(String, u64)> {
    let files: Vec<PathBuf> = if case.is_dir() {
        std::fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path()).collect()
    } else {
        vec![case.to_path_buf()]
    };
    let mut places = BTreeSet::new();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        for (at, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            if line.trim_end().ends_with("# bad") {
                places.insert((name.clone(), at as u64 + 1));
            }
        }
    }
    places
}

#[test]
fn every_rule_about_designs_finds_the_bad_and_lets_the_rest_alone() {
    let mut wrong = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.is_about_designs()) {
        let (bad, ok) = (cases(rule.name, "bad"), cases(rule.name, "ok"));
        if bad.len() < 2 || ok.len() < 2 {
            wrong.push(format!("{}: {} bad, {} ok", rule.name, bad.len(), ok.len()));
        }
        for case in bad {
            let (found, marked) = (found(rule.name, &case), marked(&case));
            if marked.is_empty() || found != marked {
                wrong.push(format!("{}: found {found:?}, marked {marked:?}", case.display()));
            }
        }
        for case in ok {
            let found = found(rule.name, &case);
            if !found.is_empty() {
                wrong.push(format!("{}: found {found:?}", case.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fixture_is_of_a_rule() {
    for entry in std::fs::read_dir(root().join("fixtures/rules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(RULES.iter().any(|rule| rule.name == name), "{name}");
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
    for rule in RULES {
        assert_file(&rule_page(rule), &format!("docs/rules/{}.md", rule.name));
        for heading in ["## What it finds", "## Why it matters", "## Example", "## How to fix", "## When to ignore"] {
            assert!(rule.doc.contains(heading), "{}: {heading}", rule.name);
        }
    }
    assert_file(&rule_index(RULES), "docs/rules/README.md");
    assert!(pages <= RULES.len() + 1, "docs/rules has a page of no rule");
}
