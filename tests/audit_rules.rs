//! Each rule of the audit finds what is bad in a table and lets alone what is not: `fixtures/rules/NAME/audit/`.
//!
//! `bad.jsonl` holds items with findings of this rule and of no other, `bad.json` what the report says of them. In
//! `ok.jsonl` is nothing for the rule to find, in `fixed.jsonl`, the bad items after they were mended, nothing for any.
//! The models are those in `models/`, else the repository's.
//!
//! `<900 times x>` in a file stands for 900 times `x`. What shows in a large table only is looked for in one that has
//! the same items over and over: [`DOUBLED`].
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;

use common::{Run, assert_file, root, run_in};
use dynkeys::audit::Defect;
use dynkeys::report::{Audited, Levels, Part};
use dynkeys::rules::{Check, RULES, Rule, of_defect};
use serde_json::Value;

/// How often the items of a rule's fixtures are doubled.
const DOUBLED: [(Defect, u32); 2] = [(Defect::HotPartition, 6), (Defect::LargeCollection, 23)];

const ON_REQUEST: Defect = Defect::DuplicatePrimaryKey;

fn doubled(defect: Defect) -> u32 {
    DOUBLED.iter().find(|(own, _)| *own == defect).map_or(0, |(_, times)| *times)
}

fn fixture(defect: Defect) -> PathBuf {
    root().join("fixtures/rules").join(defect.name()).join("audit")
}

/// Writes out `<900 times x>`.
fn written_out(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (times, what, after))) = rest.split_once('<').and_then(|(before, inside)| {
        let (inside, after) = inside.split_once('>')?;
        let (times, what) = inside.split_once(" times ")?;
        Some((before, (times.parse::<usize>().ok()?, what, after)))
    }) {
        out.push_str(before);
        out.push_str(&what.repeat(times));
        rest = after;
    }
    out + rest
}

/// Puts `<900 times x>` for letters that stand many times in a row.
fn shortened(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut times = 1;
        while chars.next_if_eq(&c).is_some() {
            times += 1;
        }
        match times > 100 {
            true => out.push_str(&format!("<{times} times {c}>")),
            false => out.extend(std::iter::repeat_n(c, times)),
        }
    }
    out
}

/// A table: a folder with items of a fixture.
struct Table {
    defect: Defect,
    models: PathBuf,
    folder: tempfile::TempDir,
    name: String,
    lines: usize,
}

impl Table {
    fn new(defect: Defect, name: &str) -> Self {
        let own = fixture(defect);
        let text =
            std::fs::read_to_string(own.join(name)).unwrap_or_else(|error| panic!("{}/{name}: {error}", own.display()));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), written_out(&text)).unwrap();
        let models = own.join("models");
        let models = if models.exists() { models } else { root().join("models") };
        Self { defect, models, folder, name: name.to_owned(), lines: text.lines().count() }
    }

    fn audit(&self, more: &[&str]) -> Run {
        let own = fixture(self.defect).join("dynkeys.toml");
        let config = if own.exists() { own } else { root().join("fixtures/empty.toml") };
        let (models, config) = (self.models.to_str().unwrap(), config.to_str().unwrap());
        let mut arguments = vec!["audit", models, "--items", &self.name, "--config", config];
        arguments.extend(["--fail-on", "never", "--examples", "1000"]);
        let is_said = more.contains(&"--format");
        arguments.extend(if is_said { &[][..] } else { &["--format", "json"] });
        arguments.extend(more);
        let run = run_in(self.folder.path(), &arguments);
        assert_eq!(run.status, 0, "{}: {run:?}", self.defect.name());
        run
    }

    /// The report of the items that many times over.
    fn doubled(&self, times: u32) -> Value {
        let asked: &[&str] = if self.defect == ON_REQUEST { &["--check", ON_REQUEST.name()] } else { &[] };
        if times == 0 {
            return self.audit(asked).json();
        }
        self.audit(&["--partial", "part.json"]);
        let text = std::fs::read_to_string(self.folder.path().join("part.json")).unwrap();
        let mut part = Part::from_json("part.json", &text).unwrap();
        for _ in 0..times {
            let state = part.state.clone();
            part.state.merge(state, part.catalog.examples);
        }
        serde_json::to_value(Audited::new(&part, &Levels::default(), false)).unwrap()
    }

    fn report(&self) -> Value {
        self.doubled(doubled(self.defect))
    }
}

/// The names of the checks that found something. What is worth knowing and no more may be found beside anything.
fn found(report: &Value, defect: Defect) -> Vec<String> {
    let checks = report["checks"].as_object().unwrap().iter();
    let counts = checks.filter(|(name, check)| {
        check["count"].as_u64().unwrap() > 0 && (check["level"] != "info" || *name == defect.name())
    });
    counts.map(|(name, _)| name.clone()).collect()
}

/// The lines at which examples of the check are.
fn places(report: &Value, defect: Defect) -> BTreeSet<String> {
    let examples = report["checks"][defect.name()]["examples"].as_array().unwrap().iter();
    examples.filter_map(|example| Some(example["place"].as_str()?.to_owned())).collect()
}

/// True of a rule about what is counted; others are about the table itself.
fn is_counted(rule: &Rule) -> bool {
    rule.checks.iter().any(|check| matches!(check, Check::Audit(_)))
}

#[test]
fn every_defect_is_a_rule() {
    for rule in RULES.iter().filter(|rule| is_counted(rule)) {
        let defects: Vec<Defect> = Defect::ALL.into_iter().filter(|defect| defect.name() == rule.name).collect();
        let checks = rule.checks.iter().filter_map(|check| match check {
            Check::Audit(defect) => Some(*defect),
            _ => None,
        });
        assert_eq!(checks.collect::<Vec<_>>(), defects, "{}", rule.name);
    }
    assert_eq!(RULES.iter().filter(|rule| is_counted(rule)).count(), Defect::ALL.len());
    for defect in Defect::ALL {
        assert_eq!(of_defect(defect).map(|rule| rule.name), Some(defect.name()));
    }
}

#[test]
fn every_rule_finds_the_bad_and_nothing_else_in_it() {
    for defect in Defect::ALL {
        let name = defect.name();
        let table = Table::new(defect, "bad.jsonl");
        let report = table.report();
        assert_eq!(found(&report, defect), [name], "{name}: {}", report["checks"]);
        if defect.is_of_item() && defect != ON_REQUEST {
            let lines = (1..=table.lines).map(|line| format!("bad.jsonl:{line}")).collect();
            assert_eq!(places(&report, defect), lines, "{name}");
        }
        assert!(table.lines >= 2, "{name}");
        let check = serde_json::to_string_pretty(&report["checks"][name]).unwrap();
        assert_file(&(shortened(&check) + "\n"), &format!("fixtures/rules/{name}/audit/bad.json"));
        assert_eq!(written_out(&shortened(&check)), check);
    }
}

#[test]
fn every_rule_lets_near_misses_alone() {
    for defect in Defect::ALL {
        let table = Table::new(defect, "ok.jsonl");
        let report = table.report();
        assert!(table.lines >= 2 && report["coverage"]["items"].as_u64().unwrap() >= table.lines as u64);
        assert!(!found(&report, defect).contains(&defect.name().to_owned()), "{}", report["checks"][defect.name()]);
    }
}

#[test]
fn nothing_is_found_in_what_was_mended() {
    for defect in Defect::ALL {
        let (table, bad) = (Table::new(defect, "fixed.jsonl"), Table::new(defect, "bad.jsonl"));
        let report = table.report();
        assert!(found(&report, defect).is_empty(), "{}: {}", defect.name(), report["checks"]);
        // The same items, but for those that had to go.
        assert!((1..=bad.lines).contains(&table.lines), "{}", defect.name());
    }
}

/// What is counted item by item is what is counted in the short way: looking for duplicates takes the long one.
#[test]
fn the_short_way_and_the_long_way_say_the_same() {
    for defect in Defect::ALL {
        for name in ["bad.jsonl", "ok.jsonl", "fixed.jsonl"] {
            let table = Table::new(defect, name);
            let mut short = table.audit(&["--threads", "1"]).json();
            let mut long = table.audit(&["--threads", "1", "--check", ON_REQUEST.name()]).json();
            for report in [&mut short, &mut long] {
                report["checks"].as_object_mut().unwrap().remove(ON_REQUEST.name());
                // What was asked for is part of the checksum, and duplicates of the sums.
                report.as_object_mut().unwrap().retain(|key, _| key != "models" && key != "summary");
            }
            assert_eq!(short, long, "{}: {name}", defect.name());
        }
    }
}

/// A finding a line says the same as the report.
#[test]
fn findings_are_told_one_by_one() {
    for defect in Defect::ALL.into_iter().filter(|defect| doubled(*defect) == 0) {
        let table = Table::new(defect, "bad.jsonl");
        let asked: &[&str] = if defect == ON_REQUEST { &["--check", ON_REQUEST.name()] } else { &[] };
        let lines = table.audit(&[asked, &["--format", "jsonl"]].concat()).lines();
        let own = lines.iter().filter(|line| line["check"] == defect.name()).count() as u64;
        let check = &table.report()["checks"][defect.name()];
        let wanted = if defect.is_of_item() {
            check["count"].as_u64()
        } else {
            Some(check["examples"].as_array().unwrap().len() as u64)
        };
        assert_eq!(Some(own), wanted, "{}: {lines:?}", defect.name());
    }
}

/// What makes a partition hot or a collection large is the size of the table, and whether it has a local index.
#[test]
fn a_small_table_has_no_hot_partition_and_no_large_collection() {
    for (defect, times) in DOUBLED {
        let table = Table::new(defect, "bad.jsonl");
        assert!(!found(&table.doubled(times - 2), defect).contains(&defect.name().to_owned()), "{}", defect.name());
    }
    let models = fixture(Defect::LargeCollection).join("without-index");
    let table = Table { models, ..Table::new(Defect::LargeCollection, "bad.jsonl") };
    let report = table.report();
    assert_eq!(report["checks"]["large-collection"]["count"], 0);
    assert!(report["coverage"]["bytes"].as_u64().unwrap() > 10 << 30);
}

#[test]
fn every_fixture_is_of_a_check() {
    for rule in RULES {
        let has_items = root().join("fixtures/rules").join(rule.name).join("audit").exists();
        assert_eq!(has_items, is_counted(rule), "{}", rule.name);
    }
}

/// `[rules]` and comments may name them; `lint` looks for none of those that are about stored items alone.
#[test]
fn lint_knows_the_rules_of_the_audit() {
    let stored = || RULES.iter().filter(|rule| rule.is_about_tables() && !rule.is_about_designs());
    let levels: String = stored().map(|rule| format!("{} = \"error\"\n", rule.name)).collect();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    std::fs::write(folder.path().join("dynkeys.toml"), format!("[rules]\nconstant-partition-key = \"off\"\n{levels}"))
        .unwrap();
    let model = std::fs::read_to_string(root().join("models/product.toml")).unwrap();
    let ignored = model.replace("[indexes.gsi0]", "# dynkeys: ignore[stale-key] we know\n[indexes.gsi0]");
    std::fs::write(folder.path().join("models/product.toml"), ignored).unwrap();
    let lint = |more: &[&str]| run_in(folder.path(), &[&["lint", "--format", "json"][..], more].concat());
    for run in [lint(&[]), lint(&["--rule", "hot-partition=error"])] {
        let report = run.json();
        let findings = report["findings"].as_array().unwrap();
        let told: Vec<_> = findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
        assert_eq!(told, ["unused-ignore"], "{run:?}");
        assert!(findings[0]["help"].as_str().unwrap().contains("`[rules]` of dynkeys.toml"), "{run:?}");
    }
    // Off is off.
    std::fs::write(
        folder.path().join("dynkeys.toml"),
        "[rules]\nconstant-partition-key = \"off\"\nstale-key = \"off\"\n",
    )
    .unwrap();
    assert_eq!(lint(&[]).json()["findings"], serde_json::json!([]));
    std::fs::write(folder.path().join("models/product.toml"), model).unwrap();
    let item = "{\"pk\": \"product#1\", \"sk\": \"product#1\", \"id\": \"1\", \"name\": \"Lamp\", \
        \"gsi0_pk\": \"products\", \"gsi0_sk\": \"name#Desk\"}";
    std::fs::write(folder.path().join("items.jsonl"), item).unwrap();
    let arguments = ["audit", "--items", "items.jsonl", "--format", "json"];
    let audit = |more: &[&str]| run_in(folder.path(), &[&arguments[..], more].concat());
    let (off, on) = (audit(&[]), audit(&["--rule", "stale-key=info", "--fail-on", "info"]));
    assert_eq!((off.status, &off.json()["checks"]["stale-key"]), (0, &Value::Null), "{off:?}");
    assert_eq!((on.status, &on.json()["checks"]["stale-key"]["level"]), (1, &"info".into()), "{on:?}");
}
