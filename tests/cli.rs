//! The contract of the commands: exit status, streams, formats, manners.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::process::Stdio;

use common::{assert_file, command, finish, root, run, run_in, run_with_input};
use serde_json::json;

const PRODUCT: &str = "models/product.toml";
const ITEM: &str = "fixtures/guide/product.json";
const EMPTY: &str = "fixtures/guide/empty-product.json";

#[test]
fn the_exit_status_follows_the_findings_in_every_format() {
    for format in ["human", "json", "jsonl"] {
        for (item, fail_on, status) in [
            (ITEM, "info", 0),
            (EMPTY, "error", 1),
            (EMPTY, "warning", 1),
            (EMPTY, "info", 1),
            (EMPTY, "never", 0),
            ("no-such-file.json", "never", 2),
        ] {
            let run = run(&["explain", PRODUCT, item, "--format", format, "--fail-on", fail_on]);
            assert_eq!(run.status, status, "{format} {item} {fail_on}: {run:?}");
        }
    }
    for arguments in
        [vec!["explain"], vec!["explain", PRODUCT], vec!["explode"], vec!["explain", PRODUCT, ITEM, "--format", "xml"]]
    {
        let run = run(&arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn warnings_and_infos_have_their_own_thresholds() {
    let explain = |item: &str, fail_on: &str| {
        run_with_input(&["explain", PRODUCT, "-", "--fail-on", fail_on], item.as_bytes()).status
    };
    let warning = r#"{"id":"a","name":"a#b"}"#;
    assert_eq!((explain(warning, "error"), explain(warning, "warning"), explain(warning, "info")), (0, 1, 1));
    let info = r#"{"id":"a","name":"b","nickname":"c"}"#;
    assert_eq!((explain(info, "error"), explain(info, "warning"), explain(info, "info")), (0, 0, 1));
}

#[test]
fn a_level_can_be_changed_by_configuration_and_flag() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::copy(root().join(PRODUCT), folder.path().join("product.toml")).unwrap();
    write("item.json", "{}");
    write("dynkeys.toml", "models = [\"product.toml\"]\n[rules]\nplaceholder-in-key = \"off\"\n");
    assert_eq!(run_in(folder.path(), &["explain", "item.json"]).status, 0);
    let unknown = run_in(folder.path(), &["explain", "item.json", "--rule", "placeholder-in-kye=off"]);
    assert!(unknown.status == 2 && unknown.stderr.contains("did you mean `placeholder-in-key`?"), "{unknown:?}");
    let louder =
        run_in(folder.path(), &["explain", "item.json", "--rule", "placeholder-in-key=info", "--fail-on", "info"]);
    assert_eq!(louder.status, 1, "{louder:?}");
    assert!(louder.stdout.contains("info[placeholder-in-key]"), "{}", louder.stdout);
    assert_eq!(run_in(folder.path(), &["explain", "item.json", "--rule", "placeholder-in-key=loud"]).status, 2);
    // The configuration is found from a folder below, and its paths are its own.
    std::fs::create_dir(folder.path().join("below")).unwrap();
    assert_eq!(run_in(&folder.path().join("below"), &["explain", "../item.json"]).status, 0);
    write("dynkeys.toml", "modles = []\n[rules]\nplaceholder-in-key = \"loud\"\n[naming]\npreset = \"camel\"\n");
    let wrong = run_in(folder.path(), &["explain", "product.toml", "item.json"]);
    assert_eq!(wrong.status, 2);
    for words in ["dynkeys.toml:1:1", "did you mean `models`?", "dynkeys.toml:3:22", "dynkeys.toml:5:10"] {
        assert!(wrong.stderr.contains(words), "{words}: {}", wrong.stderr);
    }
}

#[test]
fn a_dialect_is_chosen_by_flag_then_model_then_project() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let model = "entity = \"X\"\n[attributes]\nid = \"string\"\n[indexes.primary]\npartition_key = { attribute = \"pk\", build_key = [[\"X\", \"{id}\"]] }\n";
    write("plain.toml", model);
    write("own.toml", &format!("dialect = \"boto3-assist@0.37.0\"\n{model}"));
    write("item.json", "{\"id\": \"A\"}");
    let key = |arguments: &[&str]| {
        let mut all = vec!["explain", "item.json", "--format", "jsonl"];
        all.extend(arguments);
        let run = run_in(folder.path(), &all);
        assert_eq!(run.status, 0, "{run:?}");
        let line = run.lines().remove(0);
        (line["dialect"].as_str().unwrap().to_owned(), line["keys"]["pk"].as_str().unwrap().to_owned())
    };
    let pair = |dialect: &str, key: &str| (dialect.to_owned(), key.to_owned());
    assert_eq!(key(&["plain.toml"]), pair("guide", "X#A"));
    write("dynkeys.toml", "dialect = \"boto3-assist@0.66.0\"\n");
    assert_eq!(key(&["plain.toml"]), pair("boto3-assist@0.66.0", "x#a"));
    assert_eq!(key(&["own.toml"]), pair("boto3-assist@0.37.0", "X#A"));
    assert_eq!(key(&["own.toml", "--dialect", "boto3-assist@0.58"]), pair("boto3-assist@0.58", "x#a"));
}

#[test]
fn the_line_of_an_item_keeps_its_contract() {
    let run = run_with_input(
        &["explain", "models/user.toml", "-", "--format", "jsonl", "--index", "gsi1"],
        br#"{"id":"a","last_name":"Smith","status":null,"email":"x"}"#,
    );
    let line = run.lines().remove(0);
    assert_eq!(
        line,
        json!({
            "entity": "User", "source": "<stdin>:1", "dialect": "guide",
            "keys": { "gsi1_pk": "users", "gsi1_sk": "lastname#Smith#firstname" },
            "indexes": [{
                "name": "gsi1",
                "partition_key": { "attribute": "gsi1_pk", "value": "users", "parts": [{ "text": "users", "kind": "literal" }] },
                "sort_key": {
                    "attribute": "gsi1_sk", "value": "lastname#Smith#firstname",
                    "parts": [
                        { "text": "lastname#", "kind": "literal" },
                        { "text": "Smith", "kind": "field", "field": "last_name", "state": "given" },
                        { "text": "#firstname", "kind": "literal" },
                        { "text": "", "kind": "fallback", "field": "first_name", "state": "unset" },
                    ],
                },
            }],
            "findings": [],
        })
    );
    let order: Vec<&String> = line.as_object().unwrap().keys().collect();
    assert_eq!(order, ["entity", "source", "dialect", "keys", "indexes", "findings"]);
    // One document holds the same lines.
    let document = run_with_input(
        &["explain", "models/user.toml", "-", "--format", "json", "--index", "gsi1"],
        br#"{"id":"a","last_name":"Smith","status":null,"email":"x"}"#,
    );
    assert_eq!(
        document.json(),
        json!({ "version": 1, "items": [line], "summary": { "items": 1, "errors": 0, "warnings": 0, "infos": 0 } })
    );
}

#[test]
fn provenance_tells_how_a_field_came_by_its_value() {
    let model = "fixtures/rules/lossy-coercion/model.toml";
    let run = run_with_input(
        &["explain", model, "-", "--format", "jsonl", "--fail-on", "never"],
        br#"{"price": 29.99, "name": null}"#,
    );
    let parts = &run.lines()[0]["indexes"][0]["partition_key"]["parts"];
    assert_eq!(parts[1], json!({ "text": "29", "kind": "field", "field": "price", "state": "coerced", "from": 29.99 }));
    assert_eq!(parts[3], json!({ "text": "None", "kind": "field", "field": "name", "state": "coerced", "from": null }));
    let active = &run.lines()[0]["indexes"][0]["sort_key"]["parts"][1];
    assert_eq!(*active, json!({ "text": "True", "kind": "field", "field": "active", "state": "default" }));
}

#[test]
fn a_path_into_a_map_has_a_state_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let model = "entity = \"X\"\n[attributes]\naddress = \"map\"\n[indexes.primary]\npartition_key = { attribute = \"pk\", build_key = [[\"city\", \"{address.city}\"]] }\n";
    std::fs::write(folder.path().join("x.toml"), model).unwrap();
    let items = "{\"address\":{\"city\":\"Bern\"}}\n{\"address\":{}}\n{\"address\":{\"city\":null}}\n{}\n{\"address\":\"Bern\"}\n";
    std::fs::write(folder.path().join("items.jsonl"), items).unwrap();
    let run = run_in(folder.path(), &["explain", "x.toml", "items.jsonl", "--format", "jsonl"]);
    let states: Vec<_> = run
        .lines()
        .iter()
        .map(|line| {
            (
                line["keys"]["pk"].clone(),
                line["indexes"][0]["partition_key"]["parts"][1]["state"].clone(),
                line["findings"].as_array().unwrap().len(),
            )
        })
        .collect();
    let wanted = [
        ("city#Bern", "given", 0),
        ("city#None", "unset", 1),
        ("city#None", "null", 1),
        ("city#None", "unset", 1),
        ("city#None", "unset", 1),
    ];
    assert_eq!(states, wanted.map(|(key, state, findings)| (json!(key), json!(state), findings)));
}

#[test]
fn typed_and_multi_attribute_keys_keep_their_types() {
    let folder = tempfile::tempdir().unwrap();
    let model = r#"
entity = "Match"
[attributes]
id = "string"
round = "integer"
score = "float"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["match", "{id}"]] }
sort_key = { attribute = "sk", type = "N", value = "{round}" }
[indexes.gsi1]
partition_key = [{ attribute = "a", value = "{id}" }, { attribute = "b", type = "N", value = "{round}" }]
sort_key = [{ attribute = "c", type = "N", value = "{score}" }, { attribute = "d", template = "{id}" }]
[indexes.lsi1]
kind = "lsi"
sort_key = { attribute = "lsi1_sk", type = "N", value = "{score}" }
"#;
    std::fs::write(folder.path().join("match.toml"), model).unwrap();
    std::fs::write(folder.path().join("item.json"), r#"{"id":"m","round":123456789012345678901234,"score":2.5}"#)
        .unwrap();
    let run = run_in(folder.path(), &["explain", "match.toml", "item.json", "--format", "jsonl"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stdout.contains(r#""sk":123456789012345678901234"#), "{}", run.stdout);
    let line = run.lines().remove(0);
    assert_eq!(line["indexes"][1]["partition_key"].as_array().unwrap().len(), 2);
    assert_eq!(line["indexes"][2]["partition_key"]["attribute"], "pk");
    assert_eq!(line["keys"]["lsi1_sk"], 2.5);
    let query = run_in(folder.path(), &["explain", "match.toml", "item.json", "--query", "lte", "--format", "jsonl"]);
    let queries = query.lines().remove(0)["queries"].clone();
    assert_eq!(queries[1]["key_condition_expression"], "#pk = :pk AND #pk2 = :pk2 AND #sk3 = :sk AND #sk4 <= :sk2");
    assert_eq!(queries[2]["expression_attribute_values"], json!({ ":pk": { "S": "match#m" }, ":sk": { "N": "2.5" } }));
    let begins = run_in(folder.path(), &["explain", "match.toml", "item.json", "--query", "--format", "jsonl"]);
    assert!(begins.lines()[0]["queries"][0]["error"].as_str().unwrap().contains("begins_with is for text"));
}

#[test]
fn a_query_says_what_debug_info_and_key_say() {
    let query = |condition: &[&str]| {
        let mut all = vec![
            "explain",
            "models/user.toml",
            "fixtures/guide/user.json",
            "--index",
            "gsi1",
            "--format",
            "jsonl",
            "--query",
        ];
        all.extend(condition);
        let run = run(&all);
        assert_eq!(run.status, 0, "{run:?}");
        run.lines()[0]["queries"][0].clone()
    };
    for (condition, expression) in [
        ("eq", "gsi1_pk = :pk AND gsi1_sk = :sk"),
        ("begins_with", "gsi1_pk = :pk AND begins_with(gsi1_sk, :sk)"),
        ("lt", "gsi1_pk = :pk AND gsi1_sk < :sk"),
        ("lte", "gsi1_pk = :pk AND gsi1_sk <= :sk"),
        ("gt", "gsi1_pk = :pk AND gsi1_sk > :sk"),
        ("gte", "gsi1_pk = :pk AND gsi1_sk >= :sk"),
    ] {
        let query = query(&[condition]);
        assert_eq!(query["key_condition_expression"], expression);
        assert_eq!(
            query["sort_key"],
            json!({ "attribute": "gsi1_sk", "value": "lastname#Smith#firstname#Alice", "condition": condition })
        );
        assert_eq!(query["keys_dict"], json!({ "gsi1_pk": "users", "gsi1_sk": "lastname#Smith#firstname#Alice" }));
        assert_eq!((&query["index_name"], &query["query_type"]), (&json!("gsi1"), &json!("GSI/LSI")));
        assert!(
            query["command"].as_str().unwrap().starts_with("aws dynamodb query --table-name app --index-name gsi1 ")
        );
    }
    let between = query(&["between", "--low", "-a", "--high", "-z"]);
    assert_eq!(between["key_condition_expression"], "gsi1_pk = :pk AND gsi1_sk BETWEEN :low AND :high");
    assert_eq!(
        between["sort_key"]["full_range"],
        json!({ "low": "lastname#Smith#firstname#Alice-a", "high": "lastname#Smith#firstname#Alice-z" })
    );
    // The ends go after a value with which the key ends, as in boto3-assist, and that is said with the range of the value.
    let note = between["note"].as_str().unwrap();
    assert!(note.contains("from `lastname#Smith#firstname#-a` to `lastname#Smith#firstname#-z`"), "{note}");
    assert!(query(&["gte"])["note"].is_null());
    let unnamed = run(&[
        "explain",
        "models/product.toml",
        "fixtures/guide/unnamed-product.json",
        "--dialect",
        "boto3-assist@0.66.0",
        "--index",
        "gsi0",
        "--query",
        "between",
        "--low",
        "a",
        "--high",
        "m",
        "--format",
        "jsonl",
    ]);
    assert!(unnamed.lines()[0]["queries"][0]["note"].is_null(), "{unnamed:?}");
    // A sort key without a value is no condition, as in key(), and that is said.
    let model = "fixtures/rules/wrong-key-type/model.toml";
    let explain = |item: &str, condition: &[&str]| {
        let mut all =
            vec!["explain", model, "-", "--index", "primary", "--format", "jsonl", "--fail-on", "never", "--query"];
        all.extend(condition);
        let run = run_with_input(&all, item.as_bytes());
        (run.status, run.lines()[0]["queries"][0].clone())
    };
    let (status, query) = explain(r#"{"id":"a"}"#, &["eq"]);
    assert_eq!((status, &query["key_condition_expression"]), (0, &json!("pk = :pk")));
    assert_eq!(query["note"], "no condition on the sort key: `sk` has no value");
    // What DynamoDB would refuse is not offered.
    for (item, condition) in [
        (r#"{"id":"a","score":true}"#, vec!["eq"]),
        (r#"{"id":"a","score":1e400}"#, vec!["eq"]),
        (r#"{"id":"a","score":1}"#, vec!["between", "--low", "2", "--high", "1"]),
        (r#"{"id":"a","score":1}"#, vec!["between", "--low", "x", "--high", "y"]),
    ] {
        let (status, query) = explain(item, &condition);
        assert!(status == 2 && query["error"].is_string(), "{item} {condition:?}: {query}");
    }
    // A path behind the option is a path.
    assert_eq!(run(&["explain", "models/user.toml", "--query", "fixtures/guide/user.json"]).status, 0);
    for wrong in [vec!["--query", "begins"], vec!["--query", "between"], vec!["--query", "eq", "--low", "1"]] {
        let mut all = vec!["explain", "models/user.toml", "fixtures/guide/user.json"];
        all.extend(wrong);
        assert_eq!(run(&all).status, 2, "{all:?}");
    }
    // An unset field cuts the sort key short, which is what a prefix is for; the partition key must be whole.
    let prefix = run_with_input(
        &["explain", "fixtures/rules/truncated-key/model.toml", "-", "--query"],
        br#"{"kind":"task","id":"7"}"#,
    );
    assert_eq!(prefix.status, 0, "{prefix:?}");
    let cut =
        run_with_input(&["explain", "fixtures/rules/truncated-key/model.toml", "-", "--query"], br#"{"kind":"task"}"#);
    assert_eq!(cut.status, 1, "{cut:?}");
    assert!(cut.stderr.contains("truncated-key"), "{}", cut.stderr);
}

#[test]
fn the_command_of_a_query_survives_a_shell() {
    let item = "{\"id\":\"it's $HOME `x` \\\"q\\\" \\\\ \\u001b[31m !\"}";
    let run = run_with_input(
        &["explain", PRODUCT, "-", "--query", "eq", "--index", "primary", "--format", "jsonl", "--fail-on", "never"],
        item.as_bytes(),
    );
    let command = run.lines()[0]["queries"][0]["command"].as_str().unwrap().to_owned();
    assert!(!command.contains('\u{1b}'));
    let script = command.replacen("aws dynamodb query", "printf '%s\\n'", 1);
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args(["-c", &script]).env_clear();
    let words = finish(shell).stdout;
    let values: serde_json::Value = serde_json::from_str(words.lines().last().unwrap()).unwrap();
    assert_eq!(values[":pk"]["S"], "product#it's $HOME `x` \"q\" \\ \u{1b}[31m !");
}

#[test]
fn the_dictionaries_follow_the_dialect() {
    let explain = |dialect: &str, which: &str| {
        let run = run_with_input(
            &["explain", PRODUCT, "-", "--as", which, "--format", "jsonl", "--dialect", dialect, "--fail-on", "never"],
            br#"{"id":"A","price":29.99,"ttl":12}"#,
        );
        assert_eq!(run.status, 0, "{run:?}");
        run.stdout
    };
    // What boto3-assist 0.66.0 itself prints for this item.
    assert_eq!(
        explain("boto3-assist@0.66.0", "plain"),
        "{\"id\":\"A\",\"name\":null,\"price\":29.99,\"description\":null,\"ttl\":12}\n"
    );
    assert_eq!(
        explain("boto3-assist@0.66.0", "resource"),
        "{\"id\":\"A\",\"price\":29.99,\"ttl\":12,\"pk\":\"product#a\",\"sk\":\"product#a\",\"gsi0_pk\":\"products\",\"gsi0_sk\":\"name#\"}\n"
    );
    assert_eq!(
        explain("boto3-assist@0.66.0", "client"),
        "{\"id\":{\"S\":\"A\"},\"name\":{\"NULL\":true},\"price\":{\"N\":\"29.99\"},\"description\":{\"NULL\":true},\"ttl\":{\"N\":\"12\"},\
         \"pk\":\"product#a\",\"sk\":\"product#a\",\"gsi0_pk\":\"products\",\"gsi0_sk\":\"name#\"}\n"
    );
    // The library has no ttl before 0.54.
    assert!(!explain("boto3-assist@0.53.0", "plain").contains("ttl"));
    // As Python prints them: Decimals where the dictionary is for DynamoDB, and before 0.66 everywhere.
    let print = |dialect: &str, which: &str, item: &str| {
        let arguments = ["explain", PRODUCT, "-", "--as", which, "--dialect", dialect, "--fail-on", "never"];
        run_with_input(&arguments, item.as_bytes()).stdout
    };
    let small = r#"{"id":"A","price":1e-7}"#;
    assert!(print("boto3-assist@0.66.0", "resource", small).contains("'price': Decimal('1E-7')"));
    assert!(print("boto3-assist@0.66.0", "plain", small).contains("'price': 1e-07"));
    assert!(print("boto3-assist@0.65.0", "plain", small).contains("'price': Decimal('1E-7')"));
    assert!(print("boto3-assist@0.66.0", "client", r#"{"price":1e-5}"#).contains("'price': {'N': '0.00001'}"));
    assert!(print("boto3-assist@0.66.0", "client", r#"{"ttl":"17"}"#).contains("'ttl': {'N': '17'}"));
    assert!(print("boto3-assist@0.66.0", "plain", r#"{"name":{"B":"aGk="}}"#).contains("'name': {'value': '6869'}"));
    // The guide leaves unset fields out, and its client dictionary is one that a client takes.
    assert_eq!(
        explain("guide", "client"),
        "{\"pk\":{\"S\":\"product#A\"},\"sk\":{\"S\":\"product#A\"},\"gsi0_pk\":{\"S\":\"products\"},\"gsi0_sk\":{\"S\":\"name#None\"},\
         \"id\":{\"S\":\"A\"},\"price\":{\"N\":\"29.99\"}}\n"
    );
}

#[test]
fn all_dialects_stand_side_by_side() {
    let arguments = ["explain", "models/user.toml", "-", "--dialect", "all", "--fail-on", "never"];
    let item = br#"{"id":"A","last_name":"Smith"}"#;
    let mut json = arguments.to_vec();
    json.extend(["--format", "jsonl"]);
    let line = run_with_input(&json, item).lines().remove(0);
    assert_eq!(line["differing"], json!(["pk", "sk", "gsi0_pk", "gsi0_sk", "gsi1_pk", "gsi1_sk", "gsi2_sk"]));
    let keys: Vec<_> =
        line["dialects"].as_array().unwrap().iter().map(|one| one["keys"]["gsi2_sk"].as_str().unwrap()).collect();
    assert_eq!(keys, ["email#None", "email#", "email#", "email#", "email#", "email#"]);
    assert_file(&run_with_input(&arguments, item).stdout, "fixtures/output/dialects.txt");
}

#[test]
fn tables_fit_eighty_columns_and_cut_nothing() {
    let id = "q".repeat(300);
    let item = format!("{{\"id\":\"{id}\",\"name\":\"日本語\\u001b[31m\\u202e\\n\",\"nickname\":\"n\"}}");
    let run = run_with_input(&["explain", PRODUCT, "-"], item.as_bytes());
    assert_file(&run.stdout, "fixtures/output/wide.txt");
    for line in run.stdout.lines() {
        assert!(textwrap::core::display_width(line) <= 80, "{line}");
        assert!(line.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{line:?}");
    }
    assert_eq!(run.stdout.matches('q').count(), 600);
}

#[test]
fn colours_obey_the_reader() {
    let with = |environment: &[(&str, &str)], arguments: &[&str]| {
        let mut all = vec!["explain", PRODUCT, EMPTY];
        all.extend(arguments);
        let mut command = command(&root(), &all);
        command.envs(environment.iter().copied());
        finish(command).stdout.contains('\u{1b}')
    };
    assert!(!with(&[], &[]));
    assert!(!with(&[("NO_COLOR", "1")], &[]));
    assert!(with(&[], &["--color", "always"]));
    assert!(with(&[("NO_COLOR", "1")], &["--color", "always"]));
    assert!(!with(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]));
}

#[test]
fn a_closed_pipe_is_no_error() {
    use std::io::{Read, Write};
    let mut command = command(&root(), &["explain", PRODUCT, "-", "--format", "jsonl"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let writer = std::thread::spawn(move || {
        let line = b"{\"id\":\"abc\",\"name\":\"x\"}\n".repeat(1000);
        while stdin.write_all(&line).is_ok() {}
    });
    let mut first = [0; 100];
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let status = child.wait().unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    writer.join().unwrap();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn init_starts_a_project_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = run_in(folder.path(), &["init"]);
    assert_eq!(first.status, 0, "{first:?}");
    let explained = run_in(folder.path(), &["explain", "product.json", "--fail-on", "info"]);
    assert_eq!(explained.status, 0, "{explained:?}");
    assert!(explained.stdout.contains("product#abc-123"));
    std::fs::write(folder.path().join("models/product.toml"), "mine").unwrap();
    let second = run_in(folder.path(), &["init"]);
    assert_eq!(second.status, 0);
    assert_eq!(second.stdout.matches("kept ").count(), 3, "{}", second.stdout);
    assert_eq!(std::fs::read_to_string(folder.path().join("models/product.toml")).unwrap(), "mine");
    assert_eq!(run_in(folder.path(), &["init", "below/deep"]).status, 0);
    assert!(folder.path().join("below/deep/dynkeys.toml").exists());
    std::fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(run_in(folder.path(), &["init", "file"]).status, 2);
}

#[test]
fn names_of_strangers_reach_no_terminal_and_no_shell() {
    let folder = tempfile::tempdir().unwrap();
    let escape = "boto3-assist@0.66.0.\u{1b}[31mx";
    for arguments in [
        vec!["explain", PRODUCT, ITEM, "--dialect", escape],
        vec!["explain", PRODUCT, ITEM, "--format", escape],
        vec!["explain", PRODUCT, ITEM, "--rule", escape],
        vec!["explain", PRODUCT, ITEM, "--entity", escape],
        vec!["explain", PRODUCT, ITEM, "--index", escape],
        vec!["explain", PRODUCT, escape],
        vec![escape],
    ] {
        let run = run(&arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(!shown.contains('\u{1b}'), "{arguments:?}: {shown:?}");
    }
    let plain = run_in(folder.path(), &["init", "my dir"]);
    assert!(plain.stdout.contains("cd 'my dir' && dynkeys"), "{}", plain.stdout);
    let hostile = run_in(folder.path(), &["init", "a$(touch pwn)"]);
    assert!(hostile.stdout.contains("cd 'a$(touch pwn)' && dynkeys"), "{}", hostile.stdout);
}

#[test]
fn one_model_named_twice_is_one_model() {
    let item = ITEM;
    for paths in [[PRODUCT, "./models/product.toml"], ["models/product.toml", "models/../models/product.toml"]] {
        let run = run(&["explain", paths[0], paths[1], item, "--format", "jsonl"]);
        assert_eq!((run.status, run.lines().len()), (0, 1), "{run:?}");
    }
}

#[test]
fn the_delimiter_of_the_project_is_that_of_templates() {
    let folder = tempfile::tempdir().unwrap();
    let model = "entity = \"X\"\n[attributes]\na = \"string\"\n[indexes.primary]\n\
                 partition_key = { attribute = \"pk\", build_key = [[\"a\", \"{a}\"]] }\n\
                 sort_key = { attribute = \"sk\", template = \"a|{a}\" }\n";
    std::fs::write(folder.path().join("x.toml"), model).unwrap();
    std::fs::write(folder.path().join("dynkeys.toml"), "[naming]\ndelimiter = \"|\"\n").unwrap();
    std::fs::write(folder.path().join("items.jsonl"), "{\"a\":\"p#q\"}\n{\"a\":\"p|q\"}\n{\"a\":\"p\"}\n").unwrap();
    let run = run_in(folder.path(), &["explain", "x.toml", "items.jsonl", "--format", "jsonl"]);
    let keys: Vec<Vec<String>> = run
        .lines()
        .iter()
        .map(|line| {
            let findings = line["findings"].as_array().unwrap().iter();
            let keys = findings.flat_map(|finding| finding["keys"].as_array().unwrap().clone());
            keys.map(|key| key["attribute"].as_str().unwrap().to_owned()).collect()
        })
        .collect();
    assert_eq!(keys, [vec!["pk"], vec!["sk"], vec![]]);
}

#[test]
fn every_command_teaches_by_example() {
    let whole = run(&["--help"]);
    assert_eq!(whole.status, 0);
    for name in ["explain", "lint", "rules", "docs", "schema", "init", "completions", "man"] {
        assert!(whole.stdout.contains(name), "{name}");
        let help = run(&[name, "--help"]);
        assert_eq!(help.status, 0);
        assert!(
            help.stdout.contains("Examples:") && help.stdout.contains(&format!("dynkeys {name}")),
            "{}",
            help.stdout
        );
        let page = run(&["man", name]);
        assert!(page.status == 0 && page.stdout.starts_with(".ie"), "{page:?}");
    }
    assert_eq!(run(&["--version"]).stdout, format!("dynkeys {}\n", env!("CARGO_PKG_VERSION")));
    assert!(run(&["man"]).stdout.contains(".TH dynkeys 1"));
    let wrong = run(&["man", "exlpain"]);
    assert!(wrong.status == 2 && wrong.stderr.contains("did you mean `explain`?"), "{wrong:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]);
        assert!(script.status == 0 && script.stdout.contains("dynkeys"), "{shell}");
    }
}

#[test]
fn wrong_requests_say_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (vec!["explain", PRODUCT], "no items are given"),
        (vec!["explain", PRODUCT, "no.json"], "cannot read `no.json`"),
        (vec!["explain", "no.toml", ITEM], "cannot read `no.toml`"),
        (vec!["explain", PRODUCT, ITEM, "--entity", "Prodcut"], "did you mean `Product`?"),
        (vec!["explain", PRODUCT, ITEM, "--index", "gsi9"], "did you mean `gsi0`?"),
        (vec!["explain", PRODUCT, ITEM, "--dialect", "boto3"], "boto3-assist@0.66.0"),
        (vec!["explain", PRODUCT, ITEM, "--dialect", "all", "--as", "plain"], "drop one of the two"),
        (vec!["explain", PRODUCT, "-", "-"], "standard input is given twice"),
        (vec!["explain", PRODUCT, PRODUCT, "fixtures"], "no items are given"),
        (vec!["explain", PRODUCT, ITEM, "--config", "no.toml"], "cannot read `no.toml`"),
    ] {
        let run = run(&arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
    }
    std::fs::write(folder.path().join("item.json"), "{}").unwrap();
    let bare = run_in(folder.path(), &["explain", "item.json"]);
    assert!(bare.status == 2 && bare.stderr.contains("dynkeys init"), "{bare:?}");
    std::fs::create_dir(folder.path().join("models")).unwrap();
    assert_eq!(run_in(folder.path(), &["explain", "item.json"]).status, 2);
    let twice = [root().join(PRODUCT), root().join("src/commands/init/product.toml")];
    let twice: Vec<&str> = twice.iter().map(|path| path.to_str().unwrap()).collect();
    let run = run(&["explain", twice[0], twice[1], ITEM]);
    assert!(run.status == 2 && run.stderr.contains("is the entity of"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_has_failed() {
    use std::io::{Read, Write};
    let mut command = command(&root(), &["explain", PRODUCT, "-", "--format", "jsonl"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // Items beyond what the output's buffer holds, so that some are out before the signal.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&b"{\"id\":\"abc\",\"name\":\"x\"}\n".repeat(500)).unwrap();
    let mut first = [0; 100];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(2));
    drop(stdin);
}
