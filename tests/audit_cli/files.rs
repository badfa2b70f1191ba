//! Files of items: their kinds, their mistakes, and items that are there twice.

use serde_json::{Value, json};

use super::common::{assert_same, command, finish, run_with_input};
use super::{Shop, assert_told, count, lines, packed, stale, text, typed, without_source};

/// Where examples of a check were found.
fn places(report: &Value, check: &str) -> Vec<String> {
    let examples = report["checks"][check]["examples"].as_array().unwrap().iter();
    let mut places: Vec<String> = examples.map(|one| one["place"].as_str().unwrap().to_owned()).collect();
    places.sort();
    places
}

#[test]
fn several_files_are_one_table() {
    let all = lines();
    let shop = Shop::with("all.jsonl", text(&all));
    for (name, part) in [("a.jsonl", &all[..9]), ("b.jsonl", &all[9..50]), ("c.jsonl", &all[50..])] {
        shop.write(name, text(part));
    }
    let whole = shop.audit(&["--items", "all.jsonl"]);
    for order in [["a.jsonl", "b.jsonl", "c.jsonl"], ["c.jsonl", "a.jsonl", "b.jsonl"]] {
        for threads in ["1", "3"] {
            let run = shop.audit(&[&["--threads", threads, "--items"], &order[..]].concat());
            assert_eq!((run.status, run.stderr.as_str()), (1, ""));
            let report = run.json();
            assert_eq!(report["source"]["name"], order.join(", "));
            assert_eq!(report["coverage"]["files"], json!({ "read": 3, "total": 3 }));
            assert_eq!(places(&report, "wrong-key-type"), ["b.jsonl:23"]);
            assert_same(&without_source(report), &without_source(whole.json()));
        }
    }
}

#[test]
fn items_are_read_however_they_are_packed() {
    let all = lines();
    let shop = Shop::with("plain.jsonl", text(&all));
    let wanted = without_source(shop.audit(&["--items", "plain.jsonl"]).json());
    let values: Vec<Value> = all.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let typed: Vec<Value> = all.iter().map(|line| typed(line)).collect();
    let wrapped: Vec<String> = typed.iter().map(|item| json!({ "Item": item }).to_string()).collect();
    let response = json!({ "Items": typed, "Count": 82, "ScannedCount": 82, "ConsumedCapacity": null });
    let pretty: Vec<String> = values.iter().map(|item| serde_json::to_string_pretty(item).unwrap()).collect();
    let members = [packed(text(&all[..30])), packed(text(&all[30..31])), packed(""), packed(text(&all[31..]))].concat();
    for (name, bytes) in [
        ("typed.jsonl", text(&typed.iter().map(Value::to_string).collect::<Vec<_>>()).into_bytes()),
        ("wrapped.jsonl", text(&wrapped).into_bytes()),
        ("array.json", serde_json::to_vec_pretty(&values).unwrap()),
        ("response.json", serde_json::to_vec(&response).unwrap()),
        ("pretty.json", text(&pretty).into_bytes()),
        ("crlf.jsonl", text(&all).replace('\n', "\r\n").into_bytes()),
        ("blank.jsonl", text(&all).replace('\n', "\n\n  \n").into_bytes()),
        ("mark.jsonl", format!("\u{feff}{}", text(&all)).into_bytes()),
        ("open-end.jsonl", text(&all).trim_end().to_owned().into_bytes()),
        ("packed.jsonl.gz", packed(text(&all))),
        ("members.jsonl.gz", members),
        ("packed-response.json.gz", packed(response.to_string())),
    ] {
        shop.write(name, &bytes);
        let run = shop.audit(&["--items", name]);
        assert_eq!((run.status, run.stderr.as_str()), (1, ""), "{name}");
        assert_same(&without_source(run.json()), &wanted);
        let arguments = ["audit", "fixtures/audit/shop/models", "--config", "fixtures/audit/shop/dynkeys.toml"];
        let piped = run_with_input(&[&arguments[..], &["--format", "json", "--items", "-"]].concat(), &bytes);
        assert_eq!((piped.status, piped.stderr.as_str()), (1, ""), "{name}");
        assert_eq!(piped.json()["source"], json!({ "kind": "items", "name": "<stdin>" }));
        assert_same(&without_source(piped.json()), &wanted);
    }
    let place = |file: &str| places(&shop.audit(&["--items", file]).json(), "wrong-key-type");
    assert_eq!(place("members.jsonl.gz"), ["members.jsonl.gz:32"]);
    assert_eq!(place("crlf.jsonl"), ["crlf.jsonl:32"]);
    assert_eq!(place("response.json"), ["response.json:1[31]"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_like_a_file() {
    let shop = Shop::new();
    let mut command = command(shop.path(), &["audit", "--format", "json", "--items", "pipe"]);
    assert!(std::process::Command::new("mkfifo").arg(shop.path().join("pipe")).status().unwrap().success());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    std::fs::write(shop.path().join("pipe"), packed(text(&lines()))).unwrap();
    let run = super::common::read(&child.wait_with_output().unwrap());
    assert_eq!((run.status, run.json()["coverage"]["items"].as_u64()), (1, Some(82)), "{}", run.stderr);
}

#[test]
fn what_is_no_file_of_items_is_told() {
    let shop = Shop::with("sound.jsonl", text(&lines()[..8]));
    shop.write("empty.jsonl", "");
    shop.write("blank.jsonl.gz", packed("\n \n"));
    for (files, words) in [
        (&["models"][..], &["`models` stands behind `--items`, and is no file of items"][..]),
        (
            &["sound.jsonl", "models/user.toml"],
            &["`models/user.toml` stands behind `--items`", "dynkeys audit models/user.toml --items"],
        ),
        (&["sound.jsonl", "sound.jsonl"], &["`sound.jsonl` is given twice", "its items would be counted twice"]),
        (&["-", "-"], &["`<stdin>` is given twice"]),
    ] {
        let run = shop.audit(&[&["--items"], files].concat());
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{files:?}");
        assert_told(&run, words);
    }
    let run = shop.audit(&["--items", "nowhere.jsonl", "sound.jsonl"]);
    assert_eq!((run.status, &run.json()["coverage"]["items"]), (2, &json!(8)));
    assert_eq!(run.json()["coverage"]["files"], json!({ "read": 1, "total": 2 }));
    assert_told(&run, &["cannot read `nowhere.jsonl`"]);
    let run = shop.audit(&["--items", "empty.jsonl", "blank.jsonl.gz"]);
    assert_eq!((run.status, &run.json()["coverage"]["reason"]), (2, &json!("there was no item")));
    assert_told(&run, &["there is no item in `empty.jsonl`, `blank.jsonl.gz`"]);
    let run = shop.audit(&["--items", "empty.jsonl", "sound.jsonl"]);
    assert_eq!((run.status, run.stderr.as_str(), &run.json()["coverage"]["items"]), (0, "", &json!(8)));
    let run = shop.run(&["audit", "sound.jsonl"]);
    assert_told(&run, &["`sound.jsonl` is no model", "--items sound.jsonl"]);
    let run = shop.run(&["audit"]);
    assert_eq!(run.status, 2);
    assert_told(&run, &["nothing to audit is given", "--items FILE"]);
}

#[test]
fn broken_lines_are_told_by_their_places_and_the_others_are_audited() {
    let mut all = lines();
    all[3] = "{\"pk\": \"user#é\", \"sk\" \"x\"}".to_owned();
    all[9] = "[1]".to_owned();
    all[11] = "{\"pk\": {\"N\": \"twelve\"}}".to_owned();
    all[12] = "{\"pk\": \"user#alice\"".to_owned();
    let bytes = [text(&all[..20]).as_bytes(), b"{\"pk\": \"\xff\"}\n", text(&all[20..]).as_bytes()].concat();
    let shop = Shop::with("a.jsonl", bytes);
    shop.write("b.jsonl", text(&[stale("o-77")]));
    shop.write("c.jsonl", text(&["{\"pk\": \"user#alice\", }".to_owned(), stale("o-78")]));
    for threads in ["1", "2"] {
        let run = shop.audit(&["--threads", threads, "--items", "a.jsonl", "b.jsonl", "c.jsonl"]);
        assert_eq!(run.status, 2);
        let report = run.json();
        assert_eq!(report["coverage"]["complete"], false);
        assert_eq!(report["coverage"]["files"], json!({ "read": 1, "total": 3 }));
        // Of the first file all but five lines. The third one does not begin with a line of JSON: it is no file of lines.
        assert_eq!(report["coverage"]["items"], 79);
        assert_told(
            &run,
            &["a.jsonl:4:23: this is not JSON", "4 more lines of the file cannot be read either", "c.jsonl:1:"],
        );
        assert!(places(&report, "stale-key").contains(&"b.jsonl:1".to_owned()), "{report}");
    }
    let one = |line: &[u8]| {
        shop.write("one.jsonl", [text(&lines()[..2]).as_bytes(), line, b"\n"].concat());
        shop.audit(&["--items", "one.jsonl"])
    };
    assert_told(&one(b"{\"pk\": \"\xc3\xa9\xff\"}"), &["one.jsonl:3:10: this is not UTF-8"]);
    assert_told(&one(b"  [1]"), &["one.jsonl:3:", "expected an item, found a number"]);
    assert_told(&one(b"{\"pk\": {\"N\": \"twelve\"}}"), &["one.jsonl:3:1: attribute `pk`: `twelve` is no number"]);
    assert!(!one(b"{").stderr.contains("cannot be read either"));
}

#[test]
fn a_packed_file_that_is_cut_counts_to_its_cut() {
    let shop = Shop::new();
    let many: Vec<String> = (0..20_000).map(|number| stale(&format!("o-{number}"))).collect();
    let bytes = packed(text(&many));
    shop.write("cut.jsonl.gz", &bytes[..bytes.len() / 2]);
    shop.write("small.jsonl.gz", &packed(text(&many[..50]))[..200]);
    let run = shop.audit(&["--items", "cut.jsonl.gz", "small.jsonl.gz"]);
    assert_eq!(run.status, 2);
    assert_told(&run, &["`cut.jsonl.gz` is cut short", "`small.jsonl.gz` is cut short"]);
    let report = run.json();
    assert!((5_000..19_000).contains(&count(&report, "stale-key")), "{}", count(&report, "stale-key"));
    assert_eq!(report["coverage"]["files"], json!({ "read": 0, "total": 2 }));
}

#[test]
fn duplicates_are_found_within_files_and_across_them() {
    let all = lines();
    let shop = Shop::new();
    // Line 2 of the first file is there once more, line 4 twice more, in the same file and in another one.
    let first = [&all[..6], &all[1..2], &all[3..4]].concat();
    let second = [&all[6..8], &all[3..4]].concat();
    shop.write("a.jsonl", text(&first));
    shop.write("b.jsonl.gz", packed(text(&second)));
    let check = ["--check", "duplicate-primary-key", "--items"];
    for (files, threads) in
        [(["a.jsonl", "b.jsonl.gz"], "1"), (["b.jsonl.gz", "a.jsonl"], "1"), (["a.jsonl", "b.jsonl.gz"], "4")]
    {
        let run = shop.audit(&[&["--threads", threads, "--examples", "9"], &check[..], &files].concat());
        assert_eq!(run.status, 1);
        assert_told(&run, &["note: duplicate-primary-key takes up to", "bytes of memory an item"]);
        let report = run.json();
        assert_eq!(count(&report, "duplicate-primary-key"), 3);
        let found = places(&report, "duplicate-primary-key");
        let wanted = match files {
            ["a.jsonl", _] => ["a.jsonl:2 and a.jsonl:7", "a.jsonl:4 and a.jsonl:8"],
            _ => ["a.jsonl:2 and a.jsonl:7", "b.jsonl.gz:3 and a.jsonl:4"],
        };
        assert_eq!(found, wanted, "of an item the first two places");
    }
    let run = shop.audit(&["--items", "a.jsonl"]);
    assert!(run.json()["checks"]["duplicate-primary-key"].is_null(), "nobody asked");
}

#[test]
fn checks_that_cannot_be_asked_for_are_told() {
    let shop = Shop::with("items.jsonl", text(&lines()));
    for (check, words) in [
        ("stale-key", &["`stale-key` is always checked", "`--rule stale-key=off` turns it off"][..]),
        ("duplicates", &["there is no check `duplicates`", "duplicate-primary-key"]),
        ("overlapping-keys", &["there is no check `overlapping-keys`"]),
    ] {
        let run = finish(command(shop.path(), &["audit", "--items", "items.jsonl", "--check", check]));
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert_told(&run, words);
    }
}
