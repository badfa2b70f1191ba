//! Two audits side by side.

use serde_json::{Value, json};

use super::common::Run;
use super::{Shop, assert_told, lines, stale, text};

/// A shop with two reports: of these items, and of those.
fn shop(old: &[String], new: &[String]) -> Shop {
    let shop = Shop::new();
    for (name, lines) in [("old", old), ("new", new)] {
        save(&shop, name, lines, &[]);
    }
    shop
}

fn save(shop: &Shop, name: &str, lines: &[String], more: &[&str]) {
    // Both are of files of one name, as a table is.
    shop.write("items.jsonl", text(lines));
    let file = format!("{name}.json");
    let run = shop.run(&[&["audit", "--items", "items.jsonl", "--save", &file][..], more].concat());
    assert!(run.status < 2, "{}", run.stderr);
}

fn compare(shop: &Shop, more: &[&str]) -> Run {
    shop.run(&[&["compare", "old.json", "new.json"][..], more].concat())
}

fn change(shop: &Shop, name: &str, change: impl FnOnce(&mut Value)) {
    let mut report: Value = serde_json::from_str(&shop.read(name)).unwrap();
    change(&mut report);
    shop.write(name, report.to_string());
}

/// The items of the fixture without those of these lines, from 1.
fn without(gone: &[usize]) -> Vec<String> {
    let all = lines().into_iter().enumerate();
    all.filter(|(at, _)| !gone.contains(&(at + 1))).map(|(_, line)| line).collect()
}

#[test]
fn what_is_the_same_is_no_change() {
    let shop = shop(&lines(), &lines());
    let run = compare(&shop, &["--format", "json", "--fail-on-new", "--fail-on", "info"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let compared = run.json();
    assert_eq!(compared["items"], json!({ "old": 82, "new": 82 }));
    assert_eq!(compared["notes"], json!([]));
    for (name, check) in compared["checks"].as_object().unwrap() {
        assert_eq!((&check["groups"], &check["old"]), (&json!([]), &check["new"]), "{name}");
    }
    assert!(compare(&shop, &[]).stdout.contains("82"), "{}", compare(&shop, &[]).stdout);
}

#[test]
fn what_is_more_fewer_new_and_gone_is_told_by_group() {
    // Orders 51 and 52 are stale in gsi1_pk; with the product of line 30 a group of stale keys is gone.
    let mut new = without(&[30, 51]);
    new.extend([stale("o-71"), stale("o-72"), stale("o-73")]);
    new.push(json!({ "pk": "basket#1", "sk": "basket" }).to_string());
    let shop = shop(&lines(), &new);
    let compared = compare(&shop, &["--format", "json"]).json();
    assert_eq!(compared["items"], json!({ "old": 82, "new": 84 }));
    assert_eq!(compared["entities"]["Product"], json!({ "old": 13, "new": 12 }));
    let stale = &compared["checks"]["stale-key"];
    assert_eq!((&stale["old"], &stale["new"]), (&json!(5), &json!(6)));
    let order = json!({ "entity": "Order", "index": "gsi1", "attribute": "gsi1_pk", "old": 2, "new": 4 });
    let product = json!({ "entity": "Product", "index": "gsi1", "attribute": "gsi1_sk", "old": 1, "new": 0 });
    assert_eq!(stale["groups"], json!([order, product]), "what got worse comes first");
    let unknown = &compared["checks"]["unclassified-item"]["groups"];
    assert_eq!(unknown, &json!([{ "subject": "basket#{number} / basket", "old": 0, "new": 1 }]));
    for format in ["human", "markdown"] {
        let run = compare(&shop, &["--format", format]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        for word in ["stale-key", "unclassified-item", "gsi1_pk", "basket#", "84"] {
            assert!(run.stdout.contains(word), "{format} {word}: {}", run.stdout);
        }
    }
    let markdown = compare(&shop, &["--format", "markdown"]).stdout;
    assert!(markdown.lines().any(|line| line.starts_with("|") && line.contains("stale")), "{markdown}");
}

#[test]
fn what_is_new_fails_a_run_that_asks_for_it() {
    let status = |old: &[String], new: &[String], more: &[&str]| {
        let run = compare(&shop(old, new), more);
        assert_eq!(run.stderr, "");
        run.status
    };
    let (sound, some) = (lines()[..8].to_vec(), [&lines()[..8], &[stale("o-71")]].concat());
    assert_eq!(status(&sound, &some, &[]), 0, "nobody asked");
    assert_eq!(status(&sound, &some, &["--fail-on-new"]), 1);
    assert_eq!(status(&some, &sound, &["--fail-on-new"]), 0, "it got better");
    assert_eq!(status(&some, &some, &["--fail-on-new"]), 0, "old sins are known");
    // As many as before, but of another key: some are new.
    let other =
        [&lines()[..8], &[stale("o-71").replace("status#open", "status#paid").replace("placed#", "put#")]].concat();
    assert_eq!(status(&some, &other, &["--fail-on-new"]), 1);
    assert_eq!(status(&sound, &some, &["--fail-on-new", "--fail-on", "never"]), 0);
    // The level is that of the later audit.
    let shop = shop(&sound, &sound);
    save(&shop, "new", &some, &["--rule", "stale-key=info"]);
    assert_eq!(compare(&shop, &["--fail-on-new"]).status, 0);
    assert_eq!(compare(&shop, &["--fail-on-new", "--fail-on", "info"]).status, 1);
    assert_eq!(compare(&shop, &["--format", "json"]).json()["checks"]["stale-key"]["level"], "info");
    // A check that was off tells nothing of what is new.
    save(&shop, "old", &sound, &["--rule", "stale-key=off"]);
    save(&shop, "new", &some, &[]);
    let run = compare(&shop, &["--fail-on-new", "--format", "json"]);
    assert_eq!((run.status, &run.json()["checks"]["stale-key"]["old"]), (0, &Value::Null));
}

#[test]
fn what_makes_two_audits_hard_to_compare_is_told() {
    let shop = shop(&lines(), &lines());
    save(&shop, "new", &lines(), &["--dialect", "boto3-assist@0.66.0"]);
    let run = compare(&shop, &["--format", "json"]);
    assert_eq!(run.json()["notes"], json!(["the models, dialects or options of the two audits differ"]));
    // Words may be parted by a line's end.
    let words = compare(&shop, &[]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the models, dialects or options of the two audits differ"), "{words}");
    save(&shop, "new", &lines(), &[]);
    let incomplete = |report: &mut Value| {
        report["coverage"]["complete"] = false.into();
        report["coverage"]["reason"] = "interrupted".into();
    };
    change(&shop, "old.json", incomplete);
    let run = compare(&shop, &["--format", "json", "--fail-on-new"]);
    assert_eq!((run.status, &run.json()["notes"]), (0, &json!(["the earlier audit is not complete: interrupted"])));
    save(&shop, "old", &lines(), &[]);
    change(&shop, "new.json", incomplete);
    let run = compare(&shop, &["--fail-on-new"]);
    assert_eq!(run.status, 2, "what was not read may be new");
    assert_told(&run, &["the later audit did not read all"]);
    assert_eq!(compare(&shop, &[]).status, 0);
    save(&shop, "new", &lines(), &["--redact"]);
    let run = compare(&shop, &[]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert_told(&run, &["one of the reports has hashes in place of values"]);
    save(&shop, "old", &lines(), &["--redact"]);
    assert_eq!(compare(&shop, &["--fail-on-new", "--fail-on", "info"]).status, 0, "equal values have equal hashes");
}

#[test]
fn what_is_no_report_is_refused() {
    let shop = shop(&lines(), &lines());
    let refused = |shop: &Shop, words: &[&str]| {
        let run = compare(shop, &[]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
        assert_told(&run, words);
    };
    change(&shop, "new.json", |report| report["version"] = 2.into());
    refused(&shop, &["`new.json` is a report of version 2, and this dynkeys reads 1"]);
    shop.write("new.json", json!({ "version": 3, "anything": [] }).to_string());
    refused(&shop, &["`new.json` is a report of version 3, and this dynkeys reads 1", "--save FILE"]);
    shop.write("new.json", text(&lines()));
    refused(&shop, &["`new.json` is no report of an audit", "--save FILE"]);
    let run = shop.run(&["audit", "--items", "items.jsonl", "--partial", "new.json"]);
    assert_eq!(run.status, 0);
    refused(&shop, &["`new.json` is no report of an audit", "--save FILE"]);
    std::fs::remove_file(shop.path().join("new.json")).unwrap();
    refused(&shop, &["cannot read `new.json`"]);
}
