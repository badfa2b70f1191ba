//! Every form in which items come.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::io::Write;

use common::{root, run, run_in, run_with_input};
use flate2::{Compression, write::GzEncoder};

const EXPLAIN: [&str; 5] = ["explain", "models/product.toml", "-", "--format", "jsonl"];

fn pks(input: &[u8]) -> Vec<String> {
    let run = run_with_input(&EXPLAIN, input);
    assert!(run.status < 2, "{run:?}");
    run.lines().iter().map(|line| line["keys"]["pk"].as_str().unwrap().to_owned()).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_form_gives_the_same_items() {
    let forms = [
        r#"{"id":"a"} {"id":"b"}"#,
        "{\"id\":\"a\"}\n{\"id\":\"b\"}\n",
        "\u{feff}{\"id\":\"a\"}\r\n\r\n{\"id\":\"b\"}",
        r#"[{"id":"a"}, {"id":"b"}]"#,
        "[\n  {\n    \"id\": \"a\"\n  },\n  {\"Item\": {\"id\": {\"S\": \"b\"}}}\n]\n",
        r#"{"id":{"S":"a"}} {"id":{"S":"b"}}"#,
        r#"{"Item":{"id":"a"}}{"Item":{"id":"b"},"ConsumedCapacity":{"CapacityUnits":1}}"#,
        r#"{"Items":[{"id":"a"},{"id":"b"}]}"#,
        r#"{"Items":[{"id":{"S":"a"}},{"id":{"S":"b"}}],"Count":2,"ScannedCount":2,"LastEvaluatedKey":{"pk":{"S":"x"}}}"#,
        r#"{"Item":{"id":"a"},"ResponseMetadata":{"RequestId":"x"}} {"Items":[{"id":"b"}],"ResponseMetadata":{}}"#,
        r#"{"Responses":{"app":[{"id":{"S":"a"}},{"id":{"S":"b"}}]},"UnprocessedKeys":{}}"#,
        r#"{"Attributes":{"id":{"S":"a"}},"ResponseMetadata":{}} {"Attributes":{"id":"b"},"ConsumedCapacity":{}}"#,
        r#"{"Responses":[{"Item":{"id":{"S":"a"}}},{},{"Item":{"id":{"S":"b"}}}]}"#,
    ];
    for form in forms {
        assert_eq!(pks(form.as_bytes()), ["product#a", "product#b"], "{form}");
        assert_eq!(pks(&gzip(form.as_bytes())), ["product#a", "product#b"], "gzip of {form}");
    }
    // gzip of several members, as appended exports have.
    let members = [gzip(b"{\"id\":\"a\"}\n"), gzip(b"{\"id\":\"b\"}\n")].concat();
    assert_eq!(pks(&members), ["product#a", "product#b"]);
}

#[test]
fn an_item_is_not_taken_for_a_response() {
    // `Item` beside `id` is a field, as map() has it; `Items` beside other attributes too.
    assert_eq!(pks(br#"{"id":"a","Item":{"id":"b"}}"#), ["product#a"]);
    assert_eq!(pks(br#"{"Items":[{"id":"b"}],"id":"a"}"#), ["product#a"]);
    assert_eq!(pks(br#"{"Item":"text","description":"x"}"#), ["product#None"]);
}

#[test]
fn numbers_and_words_become_pythons() {
    for (item, price) in [
        (r#"{"price": {"N": "30"}}"#, "30.0"),
        (r#"{"price": 1e400}"#, "inf"),
        (r#"{"price": 29.990}"#, "29.99"),
        (r#"{"price": 123456789012345678}"#, "1.2345678901234568e+17"),
        (r#"{"price": "n/a"}"#, "'n/a'"),
        (r#"{"price": null}"#, "0.0"),
        (r#"{"price": 1, "price": 2}"#, "2.0"),
    ] {
        let run = run_with_input(
            &["explain", "models/product.toml", "-", "--as", "plain", "--fail-on", "never"],
            item.as_bytes(),
        );
        assert_eq!(run.stdout, format!("{{'price': {price}}}\n"), "{item} {run:?}");
    }
}

#[test]
fn bad_input_is_named_with_its_place() {
    for (input, place, message) in [
        ("{\"id\":\"a\"}\n{\"id\": nope}", "<stdin>:2:", "this is not JSON"),
        ("{\"id\":\"a\"}\n  {\"id\": \"b\"", "<stdin>:2:3", "the input ends inside the value that begins here"),
        ("{\"id\":\"a\"}\n{bad\n{\"id\":\"x\"}", "<stdin>:2:2", "this is not JSON"),
        ("{\"id\":\"b\"\n{\"id\":\"x\"}", "<stdin>:2:1", "this is not JSON"),
        ("[{\"id\":\"a\"}\n{\"id\":\"b\"}]", "<stdin>:2:1", "expected `,` or `]`"),
        ("{\"id\":\"a\"}\n12", "<stdin>:2:1", "expected an item, found a number"),
        ("[[]]", "<stdin>:1:2", "expected an item, found a list"),
        ("{\"n\":{\"N\":12}}", "<stdin>:1:1", "an `N` is written as text"),
        ("{\"n\":{\"N\":\"x\"}}", "<stdin>:1:1", "attribute `n`: `x` is no number"),
        ("{\"b\":{\"B\":\"%%\"}}", "<stdin>:1:1", "base64"),
        ("{\"Items\":[7]}", "<stdin>:1:1", "element 0 of the response is a number"),
        ("{\"é\":\"é\", \"x\": tru}", "<stdin>:1:", "not JSON"),
    ] {
        let run = run_with_input(&EXPLAIN, input.as_bytes());
        assert_eq!(run.status, 2, "{input}: {run:?}");
        assert!(
            run.stderr.contains(place) && run.stderr.replace("\n  │ ", " ").contains(message),
            "{input}: {}",
            run.stderr
        );
    }
    // What comes before the slip is explained all the same, and so are the other files.
    let run = run_with_input(
        &["explain", "models/product.toml", "-", "fixtures/guide/product.json", "--format", "jsonl"],
        b"{\"id\":\"a\"}\n{]",
    );
    assert_eq!((run.status, run.lines().len()), (2, 2), "{run:?}");
}

#[test]
fn broken_gzip_is_an_error() {
    let whole = gzip("{\"id\":\"a\"}\n".repeat(1000).as_bytes());
    let run = run_with_input(&EXPLAIN, &whole[..whole.len() - 9]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    let mut damaged = whole.clone();
    let end = damaged.len() - 6;
    damaged[end] ^= 0xff;
    assert_eq!(run_with_input(&EXPLAIN, &damaged).status, 2);
}

#[test]
fn a_file_without_items_is_said_to_be_one() {
    for input in [
        "",
        "\n\n",
        "[]",
        "{\"Count\":0,\"ScannedCount\":0}",
        "{\"Items\":[],\"Count\":0}",
        "{\"ResponseMetadata\":{\"HTTPStatusCode\":200}}",
    ] {
        let run = run_with_input(&EXPLAIN, input.as_bytes());
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{input}");
        assert!(run.stderr.contains("holds no item"), "{input}: {}", run.stderr);
    }
}

#[test]
fn an_item_with_keys_finds_its_entity() {
    let item = |text: &str| {
        run_with_input(&["explain", "models", "-", "--format", "jsonl", "--fail-on", "never"], text.as_bytes())
    };
    for (text, entity) in [
        (r#"{"pk":"user#a","sk":"user#a","id":"a"}"#, "User"),
        (r#"{"pk":{"S":"order#a"},"sk":{"S":"item#1"}}"#, "OrderItem"),
        (r#"{"pk":"order#a","sk":"order#a"}"#, "Order"),
        (r#"{"pk":"product#a#b","sk":"product#a#b"}"#, "Product"),
        (r#"{"pk":"Product#A","sk":"PRODUCT#A"}"#, "Product"),
        (r#"{"pk":"tenant#a#user#b","sk":"user#b"}"#, "TenantUser"),
        (r#"{"pk":"product","sk":"product"}"#, "Product"),
    ] {
        let run = item(text);
        assert_eq!(run.status, 0, "{run:?}");
        assert_eq!(run.lines()[0]["entity"], entity, "{text}");
    }
    let unknown = item(r#"{"pk":"invoice#1","sk":"invoice#1"}"#);
    assert_eq!(unknown.status, 2);
    for word in ["invoice#1", "`Order`", "`User`", "--entity"] {
        assert!(unknown.stderr.contains(word), "{}", unknown.stderr);
    }
    let without = item(r#"{"id":"a"}"#);
    assert_eq!(without.status, 2);
    assert!(
        without.stderr.contains("does not carry its keys") && without.stderr.contains("`User`"),
        "{}",
        without.stderr
    );
    // One item that has no entity does not hide the others.
    let mixed = item("{\"pk\":\"invoice#1\",\"sk\":\"x\"}\n{\"pk\":\"user#a\",\"sk\":\"user#a\"}");
    assert_eq!((mixed.status, mixed.lines().len()), (2, 1));
}

#[test]
fn a_named_entity_is_for_items_whose_keys_do_not_tell() {
    let items =
        "{\"pk\":\"order#a\",\"sk\":\"order#a\"}\n{\"id\":\"b\"}\n{\"pk\":\"invoice#1\",\"sk\":\"x\",\"id\":\"c\"}";
    let run = run_with_input(
        &["explain", "models", "-", "--entity", "User", "--format", "jsonl", "--fail-on", "never"],
        items.as_bytes(),
    );
    assert_eq!(run.status, 0, "{run:?}");
    let entities: Vec<_> = run.lines().iter().map(|line| line["entity"].clone()).collect();
    assert_eq!(entities, ["Order", "User", "User"]);
}

#[test]
fn an_item_that_is_half_dynamodb_json_is_noted() {
    let run = run_with_input(&EXPLAIN, br#"{"id":{"S":"a"},"name":"x"}"#);
    assert!(run.stderr.contains("note: <stdin>:1: read as plain JSON, since `name`"), "{run:?}");
    assert_eq!(run_with_input(&EXPLAIN, br#"{"id":"a","name":"x","price":{"N":1}}"#).stderr, "");
}

#[test]
fn keys_that_two_entities_write_are_an_error_that_names_both() {
    let folder = tempfile::tempdir().unwrap();
    let model = |entity: &str, gsi: &str| {
        format!(
            "entity = \"{entity}\"\n[attributes]\nid = \"string\"\n[indexes.primary]\npartition_key = {{ attribute = \"pk\", build_key = [[\"x\", \"{{id}}\"]] }}\n\
             [indexes.gsi1]\npartition_key = {{ attribute = \"gsi1_pk\", build_key = [[\"{gsi}\", \"{{id}}\"]] }}\n"
        )
    };
    for (entity, gsi) in [("One", "one"), ("Two", "two")] {
        std::fs::write(folder.path().join(format!("{entity}.toml")), model(entity, gsi)).unwrap();
    }
    std::fs::write(folder.path().join("items.jsonl"), "{\"pk\":\"x#1\"}\n{\"pk\":\"x#1\",\"gsi1_pk\":\"two#1\"}\n")
        .unwrap();
    let run = run_in(folder.path(), &["explain", ".", "items.jsonl", "--format", "jsonl", "--fail-on", "never"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("`One`, `Two`"), "{}", run.stderr);
    // The keys of an index decide where those of the table do not.
    assert_eq!(run.lines()[0]["entity"], "Two");
    // So do the keys of an index that only one of them writes.
    let without = model("Three", "three").split("[indexes.gsi1]").next().unwrap().to_owned();
    std::fs::write(folder.path().join("Three.toml"), without).unwrap();
    std::fs::write(folder.path().join("items.jsonl"), "{\"pk\":\"x#1\",\"gsi1_pk\":\"one#1\"}\n").unwrap();
    let run = run_in(folder.path(), &["explain", ".", "items.jsonl", "--format", "jsonl", "--fail-on", "never"]);
    assert_eq!((run.status, &run.lines()[0]["entity"]), (0, &serde_json::json!("One")), "{run:?}");
}

#[test]
fn the_same_bytes_on_every_run() {
    let arguments = ["explain", "models/user.toml", "fixtures/guide/user.json", "--dialect", "all", "--format", "json"];
    let first = run(&arguments);
    for _ in 0..3 {
        assert_eq!(run(&arguments).stdout, first.stdout);
    }
}

/// The most memory that the tool held, in KiB.
#[cfg(target_os = "linux")]
fn peak_memory(lines: usize) -> u64 {
    use std::process::Stdio;
    let mut command = common::command(&root(), &EXPLAIN);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()).unwrap());
    let line = "{\"id\":{\"S\":\"abc-123\"},\"name\":{\"S\":\"Widget\"},\"price\":{\"N\":\"29.99\"}}\n".repeat(100);
    for _ in 0..lines / 100 {
        stdin.write_all(line.as_bytes()).unwrap();
    }
    // The last lines are in the pipe still, the memory that matters was held before.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    reader.join().unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    peak.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_file() {
    let (small, large) = (peak_memory(1_000), peak_memory(100_000));
    assert!(large < small + 4096, "{small} KiB for a thousand lines, {large} KiB for a hundred thousand");
}
