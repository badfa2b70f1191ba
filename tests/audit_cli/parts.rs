//! Parts of an audit and what is made of them.

use serde_json::{Value, json};

use super::common::assert_same;
use super::{Shop, assert_told, count, lines, stale, text};

/// A shop whose items are in three files, each with its part.
fn parted() -> Shop {
    let all = lines();
    let shop = Shop::new();
    for (name, own) in [("a", &all[..15]), ("b", &all[15..60]), ("c", &all[60..])] {
        shop.write(&format!("{name}.jsonl"), text(own));
        part(&shop, name, &[]);
    }
    shop
}

fn part(shop: &Shop, name: &str, more: &[&str]) {
    let (items, part) = (format!("{name}.jsonl"), format!("{name}.json"));
    let run = shop.run(&[&["audit", "--items", &items, "--partial", &part][..], more].concat());
    assert_eq!(
        (run.status, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", ""),
        "findings are no failure of a part"
    );
}

fn change(shop: &Shop, name: &str, change: impl FnOnce(&mut Value)) {
    let mut part: Value = serde_json::from_str(&shop.read(name)).unwrap();
    part.as_object_mut().unwrap().remove("sha256").unwrap();
    change(&mut part);
    // As if it had been written so.
    shop.write(name, dynkeys::report::seal(part.to_string()));
}

fn named(mut report: Value, name: &str) -> Value {
    report["source"]["name"] = name.into();
    report
}

#[test]
fn parts_are_merged_in_any_order() {
    let shop = parted();
    let whole = shop.audit(&["--items", "a.jsonl", "b.jsonl", "c.jsonl"]).json();
    for order in [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"]] {
        let files = order.map(|name| format!("{name}.json"));
        let run = shop.run(&[&["merge", "--format", "json"][..], &files.each_ref().map(String::as_str)].concat());
        assert_eq!((run.status, run.stderr.as_str()), (1, ""));
        let names = order.map(|name| format!("{name}.jsonl")).join(", ");
        assert_eq!(run.json()["source"]["name"], names);
        assert_same(&named(run.json(), ""), &named(whole.clone(), ""));
    }
    // One of them alone is the report of its items.
    let own = shop.audit(&["--items", "b.jsonl"]);
    assert_eq!(shop.run(&["merge", "b.json", "--format", "json"]).stdout, own.stdout);
}

#[test]
fn a_merged_report_is_written_like_any() {
    let shop = parted();
    let files = ["merge", "a.json", "b.json", "c.json"];
    let merge = |more: &[&str]| shop.run(&[&files[..], more].concat());
    for format in ["human", "markdown", "html", "sarif", "json"] {
        let shown = merge(&["--format", format]);
        assert_eq!(shown.status, 1);
        let run = merge(&["--format", format, "--output", "report", "--save", "saved.json"]);
        assert_eq!((run.status, run.stdout.as_str()), (1, ""));
        assert_eq!(run.stderr, "82 items audited, 12 errors, 21 warnings\n");
        assert_eq!(shop.read("report"), shown.stdout);
        assert_eq!(shop.read("saved.json"), merge(&["--format", "json"]).stdout);
    }
    let report = merge(&["--format", "json"]).json();
    let examples: usize =
        report["checks"].as_object().unwrap().values().map(|check| check["examples"].as_array().unwrap().len()).sum();
    let lines = merge(&["--format", "jsonl"]).lines();
    assert_eq!(lines.len(), examples, "a part keeps examples, and each is a line");
    assert!(lines.iter().any(|line| line["check"] == "stale-key"));
    let hidden = merge(&["--redact", "--format", "json"]);
    assert!(!hidden.stdout.contains("alice") && hidden.stdout.contains("user#~"));
    let mut quiet: Vec<String> = Vec::new();
    for (name, _) in report["checks"].as_object().unwrap() {
        quiet.extend(["--rule".to_owned(), format!("{name}=info")]);
    }
    let quiet: Vec<&str> = quiet.iter().map(String::as_str).collect();
    assert_eq!((merge(&quiet).status, merge(&["--fail-on", "never"]).status), (0, 0));
    assert_eq!(merge(&[&quiet[..], &["--fail-on", "info"]].concat()).status, 1);
    let run = merge(&["--output", "nowhere/report"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert_told(&run, &["cannot write `nowhere/report`"]);
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let shop = parted();
    let refused = |files: &[&str], words: &[&str]| {
        let run = shop.run(&[&["merge"][..], files].concat());
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{files:?}");
        assert_told(&run, words);
    };
    refused(&["a.json", "b.json", "a.json"], &["`a.json` and `a.json` both hold `a.jsonl`", "give each part once"]);
    shop.write("copy.json", shop.read("b.json"));
    refused(&["a.json", "b.json", "copy.json"], &["`a.json` and `copy.json` both hold `b.jsonl`"]);
    let others = "are of different models, dialects or options";
    for (name, more) in [
        ("dialect", &["--dialect", "boto3-assist@0.66.0"][..]),
        ("examples", &["--examples", "7"]),
        ("models", &["--config", "few.toml"]),
        ("delimiter", &["--config", "delimiter.toml"]),
    ] {
        let own = shop.read("dynkeys.toml");
        shop.write("few.toml", own.replace("[\"models\"]", "[\"models/user.toml\", \"models/order.toml\"]"));
        shop.write("delimiter.toml", format!("{own}\n[naming]\ndelimiter = \"|\"\n"));
        shop.write(&format!("{name}.jsonl"), text(&lines()[..3]));
        part(&shop, name, more);
        let file = format!("{name}.json");
        refused(&["a.json", &file], &[&format!("`a.json` and `{file}` {others}"), "the same models"]);
    }
    change(&shop, "c.json", |part| part["source"]["kind"] = "export".into());
    refused(&["a.json", "c.json"], &["`a.json` and `c.json` are of different tables"]);
}

#[test]
fn what_is_no_part_is_refused() {
    let shop = parted();
    let refused = |name: &str, words: &[&str]| {
        let run = shop.run(&["merge", "a.json", name]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{name}");
        assert_told(&run, words);
    };
    refused("nowhere.json", &["cannot read `nowhere.json`"]);
    refused("a.jsonl", &["`a.jsonl` is no part of an audit", "--partial FILE"]);
    let half = shop.read("b.json");
    shop.write("half.json", &half[..half.len() / 2]);
    refused("half.json", &["`half.json` is damaged: it is not whole", "make it again"]);
    assert_eq!(shop.audit(&["--items", "b.jsonl", "--save", "report.json"]).status, 1);
    refused("report.json", &["`report.json` is no part of an audit", "--partial FILE"]);
    // Of another version, whether it looks like this one or not.
    change(&shop, "b.json", |part| part["dynkeys_part"] = 1.into());
    refused("b.json", &["`b.json` is of another version of dynkeys: 1, and this is 2", "the same version of dynkeys"]);
    shop.write("later.json", json!({ "dynkeys_part": 3, "anything": [] }).to_string());
    refused("later.json", &["`later.json` is of another version of dynkeys: 3, and this is 2"]);
    change(&shop, "c.json", |part| drop(part["state"]["entities"].as_array_mut().unwrap().pop()));
    refused("c.json", &["`c.json` is damaged: what it holds does not fit together", "make it again"]);
    let bent = shop.read("a.json").replacen("\"items\":", "\"items\":1", 1);
    shop.write("bent.json", bent);
    refused("bent.json", &["`bent.json` is damaged: its checksum is not that of what it holds", "make it again"]);
    assert_eq!(shop.run(&["merge"]).status, 2);
}

#[test]
fn a_part_that_is_not_whole_makes_no_whole() {
    let shop = parted();
    shop.write("d.jsonl", text(&[stale("o-71"), "{\"pk\": ".to_owned()]));
    let run = shop.run(&["audit", "--items", "d.jsonl", "--partial", "d.json"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert_told(&run, &["d.jsonl:2:"]);
    for files in [["a.json", "d.json"], ["d.json", "a.json"]] {
        let run = shop.run(&[&["merge", "--format", "json"][..], &files].concat());
        let report = run.json();
        assert_eq!((run.status, run.stderr.as_str()), (2, ""));
        let coverage = &report["coverage"];
        assert_eq!((&coverage["complete"], &coverage["items"]), (&json!(false), &json!(16)));
        assert_eq!(coverage["reason"], "some of the input could not be read");
        assert_eq!(coverage["files"], json!({ "read": 1, "total": 2 }));
        assert_eq!(count(&report, "stale-key"), count(&shop.audit(&["--items", "a.jsonl"]).json(), "stale-key") + 1);
    }
}
