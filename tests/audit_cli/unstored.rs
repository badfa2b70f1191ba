//! Keys whose fields the item does not store, computed fields, and numbers that a float does not hold.

use serde_json::Value;
use tempfile::TempDir;

use super::common::{Run, assert_same, run_in};

/// The eras of build_key, each by a version.
const ERAS: [&str; 6] = [
    "guide",
    "boto3-assist@0.1.0",
    "boto3-assist@0.1.2",
    "boto3-assist@0.21.0",
    "boto3-assist@0.37.0",
    "boto3-assist@0.66.0",
];

/// A folder with a model and items.
pub(super) struct Table(TempDir);

impl Table {
    pub(super) fn new(model: &str, items: &[&str]) -> Self {
        let table = Self(tempfile::tempdir().unwrap());
        table.write("dynkeys.toml", "");
        table.write("model.toml", model);
        table.write("items.jsonl", &items.join("\n"));
        table
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        run_in(self.0.path(), arguments)
    }

    pub(super) fn audit(&self, more: &[&str]) -> Run {
        self.run(&[&["audit", "model.toml", "--items", "items.jsonl", "--fail-on", "never"][..], more].concat())
    }

    pub(super) fn checks(&self) -> Value {
        let run = self.audit(&["--format", "json"]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
        run.json()["checks"].take()
    }
}

/// The names of checks that found something, with how many.
pub(super) fn found(checks: &Value) -> Vec<(String, u64)> {
    let counts =
        checks.as_object().unwrap().iter().map(|(name, check)| (name.clone(), check["count"].as_u64().unwrap()));
    counts.filter(|(_, count)| *count > 0).collect()
}

pub(super) fn one(name: &str, count: u64) -> Vec<(String, u64)> {
    vec![(name.to_owned(), count)]
}

/// What the report of a format says of the findings: SARIF has the pages of the rules along with it.
fn said(table: &Table, format: &str, more: &[&str]) -> String {
    let run = table.audit(&[&["--format", format][..], more].concat());
    assert_eq!(run.status, 0, "{run:?}");
    if format == "sarif" { run.json()["runs"][0]["results"].to_string() } else { run.stdout }
}

/// A model whose table is keyed by `id`, with one more index.
fn model(dialect: &str, attributes: &str, index: &str) -> String {
    format!(
        "entity = \"User\"\ndialect = \"{dialect}\"\n[attributes]\nid = {{ type = \"string\", required = true }}\n\
         {attributes}\n[indexes.primary]\npartition_key = {{ attribute = \"pk\", template = \"user#{{id}}\" }}\n\
         [indexes.gsi1]\n{index}\n"
    )
}

#[test]
fn a_key_of_a_field_that_no_item_stores_is_not_stale_in_any_dialect() {
    for dialect in ERAS {
        for (key, stored) in [
            ("build_key = [['tenant', '{tenant}']]", "\"tenant#t1\""),
            ("build_key = [['tenant', '{tenant}'], ['user', '{id}']]", "\"tenant#t1#user#u1\""),
            ("build_key = [['tenant', '{tenant}'], ['kind', 'x']]", "\"tenant#a#b#kind#x\""),
            ("template = 'tenant#{tenant}'", "\"tenant#T1\""),
            ("template = 'tenant#{tenant}#{id}'", "\"tenant#t1#u1\""),
            ("template = '{tenant or \"none\"}#{id}'", "\"t1#u1\""),
            ("template = '{tenant|lower if tenant else \"\"}#x'", "\"t1#x\""),
            ("template = 'city#{address.city}'", "\"city#Rome\""),
            ("value = '{tenant}'", "\"t1\""),
            ("value = '{points}', type = 'N'", "12.5"),
            (
                "cases = [{ when = 'tenant', template = 'tenant#{tenant}' }, { template = 'user#{id}' }]",
                "\"tenant#t1\"",
            ),
            ("cases = [{ when = 'tenant', template = 'tenant#{tenant}' }, { value = '{none}' }]", "\"tenant#t1\""),
        ] {
            let text = model(
                dialect,
                "tenant = \"string\"\npoints = \"float\"\naddress = \"map\"",
                &format!("partition_key = {{ attribute = \"gsi1_pk\", {key} }}"),
            );
            let item = format!(r#"{{"pk": "user#u1", "id": "u1", "gsi1_pk": {stored}}}"#);
            let table = Table::new(&text, &[&item, &item.replace("u1", "u2")]);
            let checks = table.checks();
            assert_eq!(found(&checks), one("field-not-stored", 1), "{dialect} {key}: {checks}");
            let group = &checks["field-not-stored"]["groups"][0];
            assert_eq!((&group["entity"], &group["count"]), (&"User".into(), &1.into()), "{dialect} {key}");
            let detail = group["detail"].as_str().unwrap();
            assert!(detail.contains("none of 2 items") && detail.contains("gsi1_pk"), "{detail}");
        }
    }
}

#[test]
fn what_differs_around_a_missing_part_is_stale() {
    for dialect in ERAS {
        for (key, stored) in [
            ("build_key = [['tenant', '{tenant}'], ['user', '{id}']]", "tenant#t1#user#u9"),
            ("build_key = [['tenant', '{tenant}'], ['user', '{id}']]", "account#t1#user#u1"),
            ("template = '{tenant}#{id}'", "t1#u9"),
            ("cases = [{ when = 'tenant', template = 't#{tenant}' }, { template = 'user#{id}' }]", "user#u9"),
        ] {
            let index = format!("partition_key = {{ attribute = \"gsi1_pk\", {key} }}");
            let text = model(dialect, "tenant = { type = \"string\", required = true }", &index);
            let item = format!(r#"{{"pk": "user#u1", "id": "u1", "gsi1_pk": "{stored}"}}"#);
            let table = Table::new(&text, &[&item]);
            let checks = table.checks();
            assert_eq!(found(&checks), one("stale-key", 1), "{dialect} {key} {stored}: {checks}");
            let group = &checks["stale-key"]["groups"][0];
            assert_eq!(group["subject"], "the rest differs, and `tenant` is not stored");
            for format in ["human", "markdown", "html", "sarif", "json", "jsonl"] {
                let said = said(&table, format, &[]);
                assert!(!said.contains("delete the old item"), "{format}: {said}");
            }
        }
    }
}

#[test]
fn a_field_that_other_items_store_was_taken_from_this_one() {
    let index = "partition_key = { attribute = \"gsi1_pk\", template = \"tenant#{tenant}\" }";
    let with = r#"{"pk": "user#u1", "id": "u1", "tenant": "t1", "gsi1_pk": "tenant#t1"}"#;
    let without = r#"{"pk": "user#u2", "id": "u2", "gsi1_pk": "tenant#t1"}"#;
    let null = r#"{"pk": "user#u3", "id": "u3", "tenant": null, "gsi1_pk": "tenant#t1"}"#;
    let table = Table::new(&model("guide", "tenant = \"string\"", index), &[with, without, null]);
    let checks = table.checks();
    assert_eq!(found(&checks), one("stale-key", 2), "{checks}");
    assert_eq!(checks["stale-key"]["groups"][0]["subject"], "`tenant` is not stored");
    assert!(checks["stale-key"]["groups"][0]["help"].as_str().unwrap().contains("set it again"));
    for format in ["human", "markdown", "html", "sarif", "json", "jsonl"] {
        // Lines are broken where they are full.
        let said = said(&table, format, &[]).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("Other items of the entity store"), "{format}: {said}");
        assert!(!said.contains("delete the old item"), "{format}: {said}");
    }
    // Where every item has to have it, it is the field that lacks.
    let required = model("guide", "tenant = { type = \"string\", required = true }", index);
    let checks = Table::new(&required, &[with, without, null]).checks();
    assert_eq!(found(&checks), one("field-not-stored", 2), "{checks}");
    assert_eq!(checks["field-not-stored"]["groups"][0]["attribute"], "gsi1_pk");
    // A stale key beside it keeps its own advice.
    let stale = r#"{"pk": "user#u4", "id": "u4", "tenant": "t1", "gsi1_pk": "tenant#t2"}"#;
    let table = Table::new(&model("guide", "tenant = \"string\"", index), &[with, without, stale]);
    let human = table.audit(&[]).stdout;
    assert_eq!(human.matches("  help: ").count(), 2, "{human}");
}

#[test]
fn what_is_known_in_the_end_is_the_same_for_parts_and_for_the_whole() {
    let index = "partition_key = { attribute = \"gsi1_pk\", template = \"t#{tenant}\" }\n\
                 sort_key = { attribute = \"gsi1_sk\", value = \"{points}\", type = \"N\" }";
    let attributes = "tenant = \"string\"\npoints = \"integer\"";
    let mut items = Vec::new();
    for number in 0..12 {
        let own = match number % 4 {
            0 => "\"tenant\": \"t1\", \"points\": 5, ",
            1 => "\"tenant\": \"t1\", ",
            2 => "\"points\": 5, ",
            _ => "",
        };
        items.push(format!(r#"{{"pk": "user#u{number}", "id": "u{number}", {own}"gsi1_pk": "t#t1", "gsi1_sk": 5}}"#));
    }
    // With plain items among them, without, and with none that stores a field at all.
    for keep in [[0, 1, 2, 3], [1, 2, 3, 3], [3, 3, 3, 3], [1, 1, 3, 3], [2, 2, 3, 3]] {
        let own: Vec<&str> = (0..items.len())
            .filter(|number| keep.contains(&(number % 4)))
            .map(|number| items[number].as_str())
            .collect();
        let table = Table::new(&model("guide", attributes, index), &own);
        let whole = table.audit(&["--format", "json"]).json();
        for (number, item) in own.iter().enumerate() {
            table.write(&format!("items-{number}.jsonl"), item);
        }
        let parts: Vec<String> = (0..own.len()).map(|number| format!("part-{number}.json")).collect();
        for (number, part) in parts.iter().enumerate() {
            let from = format!("items-{number}.jsonl");
            let run = table.run(&["audit", "model.toml", "--items", &from, "--partial", part]);
            assert_eq!(run.status, 0, "{run:?}");
        }
        for turned in [false, true] {
            let mut names: Vec<&str> = parts.iter().map(String::as_str).collect();
            if turned {
                names.reverse();
            }
            let merged = table.run(&[&["merge", "--format", "json", "--fail-on", "never"][..], &names].concat()).json();
            let without_places = |mut report: Value| {
                report["source"]["name"] = "".into();
                report["coverage"]["files"] = Value::Null;
                for check in report["checks"].as_object_mut().unwrap().values_mut() {
                    for example in check["examples"].as_array_mut().unwrap() {
                        example["place"] = Value::Null;
                    }
                }
                report
            };
            assert_same(&without_places(merged), &without_places(whole.clone()));
        }
    }
}

#[test]
fn names_of_fields_stay_where_values_are_hashed() {
    let index = "partition_key = { attribute = \"gsi1_pk\", build_key = [['tenant', '{tenantId}']] }";
    let item = r#"{"pk": "user#secret1", "id": "secret1", "gsi1_pk": "tenant#secret2"}"#;
    let table = Table::new(&model("boto3-assist@0.66.0", "tenantId = \"string\"", index), &[item]);
    for format in ["human", "markdown", "html", "sarif", "json", "jsonl"] {
        let run = table.audit(&["--format", format, "--redact"]);
        assert!(!run.stdout.contains("secret"), "{format}: {}", run.stdout);
        assert!(run.stdout.to_lowercase().contains("tenantid"), "{format}: {}", run.stdout);
    }
    let example = &table.audit(&["--format", "json", "--redact"]).json()["checks"]["field-not-stored"]["examples"][0];
    assert_eq!(example["expected"], "tenant#{tenantid}", "{example}");
    assert!(example["stored"].as_str().unwrap().starts_with("tenant#~"), "{example}");
}

#[test]
fn compare_tells_fields_that_are_stored_again() {
    let index = "partition_key = { attribute = \"gsi1_pk\", template = \"tenant#{tenant}\" }";
    let without = r#"{"pk": "user#u2", "id": "u2", "gsi1_pk": "tenant#t1"}"#;
    let table = Table::new(&model("guide", "tenant = \"string\"", index), &[without]);
    table.audit(&["--save", "old.json"]);
    table.write("items.jsonl", r#"{"pk": "user#u2", "id": "u2", "tenant": "t1", "gsi1_pk": "tenant#t1"}"#);
    table.audit(&["--save", "new.json"]);
    let better = table.run(&["compare", "old.json", "new.json", "--format", "json"]);
    let check = &better.json()["checks"]["field-not-stored"];
    assert_eq!((better.status, &check["old"], &check["new"]), (0, &1.into(), &0.into()), "{better:?}");
    assert_eq!(check["groups"][0]["subject"], "tenant");
    assert_eq!(table.run(&["compare", "new.json", "old.json", "--fail-on-new", "--fail-on", "warning"]).status, 1);
}

const SHARDED: &str = "partition_key = { attribute = \"gsi1_pk\", build_key = [['users', '{shard}'], ['x', '{id}']] }";

#[test]
fn a_computed_part_is_matched_by_its_pattern() {
    for dialect in ERAS {
        let text = model(dialect, "shard = { type = \"string\", computed = true, pattern = \"[0-7]\" }", SHARDED);
        let item = |key: &str| format!(r#"{{"pk": "user#u1", "id": "u1", "gsi1_pk": "{key}"}}"#);
        for (key, wanted) in [
            ("users#3#x#u1", None),
            ("users#8#x#u1", Some(Some("`shard` is computed, and its part is no value that the model allows"))),
            ("users#33#x#u1", Some(Some("`shard` is computed, and its part is no value that the model allows"))),
            ("users#3#x#u2", Some(None)),
            ("users#3#y#u1", Some(None)),
        ] {
            let checks = Table::new(&text, &[&item(key)]).checks();
            match wanted {
                None => assert_eq!(found(&checks), [], "{dialect} {key}"),
                Some(subject) => {
                    assert_eq!(found(&checks), one("stale-key", 1), "{dialect} {key}: {checks}");
                    assert_eq!(checks["stale-key"]["groups"][0]["subject"].as_str(), subject, "{dialect} {key}");
                    let shown = if subject.is_some() { "users#{shard}#x#u1" } else { "users#3#x#u1" };
                    assert_eq!(checks["stale-key"]["examples"][0]["expected"], shown);
                }
            }
        }
        // An item that has the field is compared as any.
        let stored = r#"{"pk": "user#u1", "id": "u1", "shard": "3", "gsi1_pk": "users#4#x#u1"}"#;
        assert_eq!(found(&Table::new(&text, &[stored]).checks()), one("stale-key", 1), "{dialect}");
        // The keys that nobody can compare whole do not tell which dialect wrote them.
        let run = Table::new(&text, &[&item("users#3#x#u1")]).audit(&["--format", "json"]).json();
        assert_eq!(run["dialect"]["keys"], 1, "{run}");
    }
}

#[test]
fn explain_shows_a_computed_part_by_its_name() {
    let text = model("guide", "shard = { type = \"string\", computed = true, pattern = \"[0-7]\" }", SHARDED);
    let table =
        Table::new(&text, &[r#"{"id": "u1"}"#, r#"{"id": "u1", "shard": "3"}"#, r#"{"id": "u1", "shard": null}"#]);
    let run = table.run(&["explain", "model.toml", "items.jsonl", "--format", "jsonl"]);
    assert_eq!(run.status, 0, "{run:?}");
    let lines = run.lines();
    for line in [&lines[0], &lines[2]] {
        assert_eq!((&line["keys"]["gsi1_pk"], &line["keys"]["pk"]), (&Value::Null, &"user#u1".into()), "{line}");
        let parts = line["indexes"][1]["partition_key"]["parts"].as_array().unwrap();
        let texts: Vec<Option<&str>> = parts.iter().map(|part| part["text"].as_str()).collect();
        assert_eq!(texts, [Some("users#"), None, Some("#x#"), Some("u1")], "{line}");
        assert_eq!((&parts[1]["field"], &parts[1]["state"]), (&"shard".into(), &"computed".into()), "{line}");
        assert_eq!(line["findings"], serde_json::json!([]), "{line}");
    }
    assert_eq!(lines[1]["keys"]["gsi1_pk"], "users#3#x#u1");
    let human = table.run(&["explain", "model.toml", "items.jsonl"]).stdout;
    assert!(human.contains("users#{shard}#x#u1") && human.contains("shard: computed"), "{human}");
    let query = table.run(&["explain", "model.toml", "items.jsonl", "--query", "--index", "gsi1"]);
    assert_eq!(query.status, 2, "{query:?}");
    assert!(format!("{query:?}").contains("a part of `gsi1_pk` is computed"), "{query:?}");
}

#[test]
fn a_key_without_its_computed_part_is_no_value_anywhere() {
    let attributes = "shard = { type = \"string\", computed = true, pattern = \"[0-7]\" }";
    let table = Table::new(&model("guide", attributes, SHARDED), &[r#"{"id": "u1"}"#]);
    for which in ["resource", "client", "keys"] {
        let run = table.run(&["explain", "model.toml", "items.jsonl", "--as", which]);
        assert!(run.stderr.contains("`gsi1_pk` has no value here"), "{which}: {run:?}");
        assert!(!run.stdout.contains("shard"), "{which}: {run:?}");
    }
    let cases = "partition_key = { attribute = \"gsi1_pk\", cases = [{ when = \"shard == '1'\", template = \"first\" }, \
                 { template = \"other#{id}\" }] }";
    let table = Table::new(&model("guide", attributes, cases), &[r#"{"id": "u1"}"#]);
    let run = table.run(&["explain", "model.toml", "items.jsonl"]);
    assert!(run.status == 0 && run.stdout.contains("(not known)"), "{run:?}");
    // Either case may have been taken, and no other.
    for (key, count) in [("first", 0), ("other#u1", 0), ("other#u2", 1)] {
        let item = format!(r#"{{"pk": "user#u1", "id": "u1", "gsi1_pk": "{key}"}}"#);
        let checks = Table::new(&model("guide", attributes, cases), &[&item]).checks();
        assert_eq!(checks["stale-key"]["count"], count, "{key}: {checks}");
    }
}

#[test]
fn lint_takes_a_computed_field_for_set() {
    let text = model("guide", "shard = { type = \"string\", computed = true, pattern = \"[0-7]\" }", SHARDED);
    let rules = |text: &str| {
        let run = Table::new(text, &[]).run(&["lint", "model.toml", "--format", "json", "--fail-on", "never"]);
        let report = run.json();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(!rules(&text).contains(&"unset-field-in-index-key".to_owned()), "{:?}", rules(&text));
    let optional = text.replace("computed = true, ", "");
    assert!(rules(&optional).contains(&"unset-field-in-index-key".to_owned()), "{:?}", rules(&optional));
}

/// A number with more digits than a float has, as DynamoDB keeps it.
const LONG: &str = "1234567890123.1234567890123456789";

#[test]
fn a_number_is_shown_as_it_is_stored_in_every_format() {
    let text = "entity = \"Reading\"\n[attributes]\ndevice = { type = \"string\", required = true }\n\
                at = { type = \"float\", required = true }\n[indexes.primary]\n\
                partition_key = { attribute = \"device\", value = \"{device}\" }\n\
                sort_key = { attribute = \"at\", value = \"{at}\", type = \"N\" }";
    for item in [
        format!(r#"{{"device": {{"S": "d1"}}, "at": {{"N": "{LONG}"}}}}"#),
        format!(r#"{{"device": "d1", "at": {LONG}}}"#),
    ] {
        let table = Table::new(text, &[&item]);
        assert_eq!(found(&table.checks()), one("lossy-coercion", 1), "{item}");
        for format in ["human", "markdown", "html", "sarif", "json", "jsonl"] {
            let run = table.audit(&["--format", format]);
            assert!(run.stdout.contains(LONG), "{format}: {}", run.stdout);
        }
        let run = table.run(&["explain", "model.toml", "items.jsonl", "--format", "jsonl"]);
        let line = &run.lines()[0];
        assert_eq!((run.status, line["findings"][0]["rule"].as_str()), (1, Some("lossy-coercion")), "{run:?}");
        assert_eq!(line["indexes"][0]["sort_key"]["parts"][0]["from"].to_string(), LONG);
    }
    // Two keys that one float stands for are two keys.
    let other = LONG.replace("456789", "456788");
    let items = [LONG, &other].map(|at| format!(r#"{{"device": {{"S": "d1"}}, "at": {{"N": "{at}"}}}}"#));
    let table = Table::new(text, &items.each_ref().map(String::as_str));
    let report = table.audit(&["--check", "duplicate-primary-key", "--format", "json"]).json();
    assert_eq!(report["checks"]["duplicate-primary-key"]["count"], 0, "{report}");
    // Equal numbers are one key, however they are written, and right ones are left alone.
    for at in ["1.10", "1E+100", "-0", "12.00", "12345678901234567890123456789012345678", "1.23E-100", "0.1"] {
        let table = Table::new(text, &[&format!(r#"{{"device": {{"S": "d1"}}, "at": {{"N": "{at}"}}}}"#)]);
        assert_eq!(found(&table.checks()), [], "{at}");
    }
}

#[test]
fn the_cause_of_a_number_that_differs_is_named() {
    let attributes = "at = \"float\"\nn = \"integer\"\ninner = \"map\"";
    for (key, item, wanted) in [
        ("at#{at}", format!(r#""at": {{"N": "{LONG}"}}, "gsi1_pk": {{"S": "at#{LONG}"}}"#), "lossy-coercion"),
        ("at#{at}#{id}", format!(r#""at": {{"N": "{LONG}"}}, "gsi1_pk": {{"S": "at#{LONG}0#u1"}}"#), "lossy-coercion"),
        (
            "at#{at}",
            format!(r#""at": {{"N": "{LONG}"}}, "gsi1_pk": {{"S": "at#1234567890123.1235"}}"#),
            "lossy-coercion",
        ),
        ("at#{at}", format!(r#""at": {{"N": "{LONG}"}}, "gsi1_pk": {{"S": "at#1234567890123.1236"}}"#), "stale-key"),
        (
            "at#{inner.at}",
            format!(r#""inner": {{"M": {{"at": {{"N": "{LONG}"}}}}}}, "gsi1_pk": {{"S": "at#{LONG}"}}"#),
            "lossy-coercion",
        ),
        ("at#{at}", r#""at": {"N": "1760000002"}, "gsi1_pk": {"S": "at#1760000002.0"}"#.to_owned(), "respelled"),
        ("n#{n}#{id}", r#""n": {"N": "7"}, "gsi1_pk": {"S": "n#0007#u1"}"#.to_owned(), "padded"),
        ("n#{n}#{id}", r#""n": {"N": "7"}, "gsi1_pk": {"S": "n#0008#u1"}"#.to_owned(), "stale-key"),
        ("n#{n}#{id}", r#""n": {"N": "100"}, "gsi1_pk": {"S": "n#1E+2#u1"}"#.to_owned(), "respelled"),
    ] {
        let index = format!("partition_key = {{ attribute = \"gsi1_pk\", template = \"{key}\" }}");
        let item = format!(r#"{{"pk": {{"S": "user#u1"}}, "id": {{"S": "u1"}}, {item}}}"#);
        let table = Table::new(&model("guide", attributes, &index), &[&item]);
        let checks = table.checks();
        let rule = if matches!(wanted, "respelled" | "padded") { "stale-key" } else { wanted };
        assert_eq!(found(&checks), one(rule, 1), "{key} {item}: {checks}");
        let subject = checks[rule]["groups"][0]["subject"].as_str();
        match wanted {
            "lossy-coercion" => assert!(matches!(subject, Some("at" | "inner.at")), "{subject:?}"),
            "padded" => assert!(subject.unwrap().ends_with("is the same number, with other zeros before it")),
            "respelled" => assert!(subject.unwrap().ends_with("is the same number, printed in another way")),
            _ => assert_eq!(subject, None, "{item}"),
        }
    }
}
