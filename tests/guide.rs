//! Every model, output and rule of thumb that the guide prints, in the order of the guide, in the dialect `guide`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{run, run_with_input};
use dynkeys::key::build_key;
use dynkeys::model::Dialect;
use dynkeys::value::Value;
use serde_json::json;

const PRODUCT: &str = "models/product.toml";

/// What `print(...)` shows of a dictionary.
fn printed(arguments: &[&str]) -> String {
    let mut all = vec!["explain", "--fail-on", "never"];
    all.extend(arguments);
    let run = run(&all);
    assert_eq!(run.status, 0, "{run:?}");
    run.stdout
}

fn key(model: &str, item: &str, attribute: &str) -> serde_json::Value {
    let run = run(&["explain", model, item, "--format", "jsonl", "--fail-on", "never"]);
    assert_eq!(run.status, 0, "{run:?}");
    run.lines()[0]["keys"][attribute].clone()
}

#[test]
fn an_eager_key_stays_none_forever() {
    // "If self.id is None when the object is created, the key will be "product#None" forever"
    for item in ["fixtures/guide/empty-product.json", "fixtures/guide/product.json"] {
        let model = "fixtures/guide/eager-product.toml";
        assert_eq!(
            printed(&[model, item, "--as", "keys", "--index", "primary"]),
            "{'pk': 'product#None', 'sk': 'product#None'}\n"
        );
    }
    let run =
        run(&["explain", "fixtures/guide/eager-product.toml", "fixtures/guide/product.json", "--format", "jsonl"]);
    assert_eq!(run.status, 1);
    let finding = &run.lines()[0]["findings"][0];
    assert_eq!(finding["rule"], "placeholder-in-key");
    assert!(finding["message"].as_str().unwrap().contains("eager"), "{finding}");
}

#[test]
fn a_lambda_follows_the_field() {
    // "Create empty product … Now set the ID"
    assert_eq!(
        printed(&[PRODUCT, "fixtures/guide/empty-product.json", "--as", "keys", "--index", "primary"]),
        "{'pk': 'product#None', 'sk': 'product#None'}\n"
    );
    assert_eq!(
        printed(&[PRODUCT, "fixtures/guide/product.json", "--as", "keys", "--index", "primary"]),
        "{'pk': 'product#abc-123', 'sk': 'product#abc-123'}\n"
    );
}

#[test]
fn build_key_gives_the_results_beside_it() {
    let text = |text| Value::text(text);
    for (pairs, result) in [
        (vec![(text("user"), text("alice"))], "user#alice"),
        (vec![(text("tenant"), text("acme-corp")), (text("user"), text("alice"))], "tenant#acme-corp#user#alice"),
        (vec![(text("products"), text(""))], "products"),
    ] {
        assert_eq!(build_key(&Dialect::default(), &pairs).as_deref(), Ok(result));
    }
    assert_eq!(key("models/user.toml", "fixtures/guide/user.json", "pk"), "user#alice");
    assert_eq!(key("models/tenant-user.toml", "fixtures/guide/tenant-user.json", "pk"), "tenant#acme-corp#user#alice");
}

#[test]
fn the_queries_of_the_use_cases_are_the_ones_printed() {
    // "Query all products: gsi0_pk = "products" on index gsi0"
    let query = |model: &str, item: &str, index: &str| {
        let run =
            run(&["explain", model, item, "--query", "--index", index, "--partition-key-only", "--format", "jsonl"]);
        assert_eq!(run.status, 0, "{run:?}");
        run.lines()[0]["queries"][0].clone()
    };
    let products = query(PRODUCT, "fixtures/guide/product.json", "gsi0");
    assert_eq!(products["key_condition_expression"], "gsi0_pk = :pk");
    assert_eq!(products["expression_attribute_values"], json!({ ":pk": { "S": "products" } }));
    assert_eq!(products["index_name"], "gsi0");
    // "Query all products in "electronics" category: gsi1_pk = "category#electronics""
    let electronics = query("models/catalog-product.toml", "fixtures/guide/catalog-product.json", "gsi1");
    assert_eq!(electronics["partition_key"], json!({ "attribute": "gsi1_pk", "value": "category#electronics" }));
    // "Find active users → GSI2 with gsi2_pk = "status#active""
    let active = query("models/user.toml", "fixtures/guide/user.json", "gsi2");
    assert_eq!(active["partition_key"], json!({ "attribute": "gsi2_pk", "value": "status#active" }));
    // "Find users by last name → GSI1 with begins_with"
    let run = run(&[
        "explain",
        "models/user.toml",
        "fixtures/guide/user.json",
        "--query",
        "--index",
        "gsi1",
        "--format",
        "jsonl",
    ]);
    let by_name = &run.lines()[0]["queries"][0];
    assert_eq!(by_name["key_condition_expression"], "gsi1_pk = :pk AND begins_with(gsi1_sk, :sk)");
    assert_eq!(by_name["sort_key"]["condition"], "begins_with");
}

#[test]
fn a_user_sorts_by_last_name_then_first_name() {
    let run = run(&["explain", "models/user.toml", "fixtures/guide/user.json", "--format", "jsonl"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(
        run.lines()[0]["keys"],
        json!({
            "pk": "user#alice", "sk": "user#alice",
            "gsi0_pk": "users", "gsi0_sk": "user#alice",
            "gsi1_pk": "users", "gsi1_sk": "lastname#Smith#firstname#Alice",
            "gsi2_pk": "status#active", "gsi2_sk": "email#alice@example.com",
        })
    );
    // `or ""`: a name that is not there leaves the bare prefix.
    let keys =
        run_with_input(&["explain", "models/user.toml", "-", "--format", "jsonl"], br#"{"id": "bob", "email": "b@x"}"#);
    assert_eq!(keys.lines()[0]["keys"]["gsi1_sk"], "lastname#firstname");
}

#[test]
fn a_dynamic_sort_key_takes_the_names_that_are_known() {
    let run = run(&["explain", "models/member.toml", "fixtures/guide/members.jsonl", "--format", "jsonl"]);
    let keys: Vec<_> = run.lines().iter().map(|line| line["keys"]["gsi2_sk"].clone()).collect();
    assert_eq!(keys, ["lastname#Smith#firstname#Alice", "firstname#Alice", "lastname#Smith#firstname#"]);
    assert_eq!(run.lines()[0]["keys"]["gsi2_pk"], "users");
}

#[test]
fn a_timestamp_without_prefix_is_the_pure_number() {
    let run = run(&["explain", "models/order.toml", "fixtures/guide/orders.jsonl", "--format", "jsonl"]);
    assert_eq!(run.status, 0, "{run:?}");
    let keys: Vec<_> = run.lines().iter().map(|line| line["keys"]["gsi0_sk"].clone()).collect();
    assert_eq!(keys, ["1678901234.567", "0.0"]);
    assert_eq!(run.lines()[0]["keys"]["gsi0_pk"], "orders");
}

#[test]
fn the_dictionaries_are_the_ones_printed() {
    assert_eq!(
        printed(&[PRODUCT, "fixtures/guide/product-123.json", "--as", "plain"]),
        "{'id': '123', 'name': 'Widget', 'price': 29.99}\n"
    );
    assert_eq!(
        printed(&[PRODUCT, "fixtures/guide/product-123.json", "--as", "resource"]),
        "{'pk': 'product#123', 'sk': 'product#123', 'gsi0_pk': 'products', 'gsi0_sk': 'name#Widget', \
         'id': '123', 'name': 'Widget', 'price': 29.99}\n"
    );
}

#[test]
fn mapping_reads_plain_items_responses_and_numbers() {
    // "print(product.name) # "Widget"; print(product.price) # 29.99", from each form that map() handles.
    for item in [
        r#"{"id": "abc-123", "name": "Widget", "price": 29.99}"#,
        r#"{"Item": {"id": "abc-123", "name": "Widget", "price": 29.99}}"#,
        r#"{"Item": {"id": {"S": "abc-123"}, "name": {"S": "Widget"}, "price": {"N": "29.99"}}, "ResponseMetadata": {"HTTPStatusCode": 200}}"#,
    ] {
        let run = run_with_input(&["explain", PRODUCT, "-", "--as", "plain"], item.as_bytes());
        assert_eq!(
            (run.status, run.stdout.as_str()),
            (0, "{'id': 'abc-123', 'name': 'Widget', 'price': 29.99}\n"),
            "{run:?}"
        );
    }
}

#[test]
fn debugging_keys_prints_each_index() {
    let item = "fixtures/guide/product.json";
    for (arguments, output) in [
        (vec!["--index", "primary"], "{'pk': 'product#abc-123', 'sk': 'product#abc-123'}\n"),
        (vec!["--index", "gsi0"], "{'gsi0_pk': 'products', 'gsi0_sk': 'name#Widget'}\n"),
        (vec!["--index", "gsi0", "--partition-key-only"], "{'gsi0_pk': 'products'}\n"),
    ] {
        let mut all = vec![PRODUCT, item, "--as", "keys"];
        all.extend(&arguments);
        assert_eq!(printed(&all), output, "{arguments:?}");
    }
}

#[test]
fn the_common_patterns_have_their_keys() {
    let keys = |model: &str, item: &str, names: [&str; 2]| names.map(|name| key(model, item, name));
    let product = "fixtures/guide/product.json";
    assert_eq!(keys(PRODUCT, product, ["pk", "sk"]), ["product#abc-123", "product#abc-123"]);
    assert_eq!(
        keys("models/order-item.toml", "fixtures/guide/order-item.json", ["pk", "sk"]),
        ["order#xyz-789", "item#item-001"]
    );
    assert_eq!(keys(PRODUCT, product, ["gsi0_pk", "gsi0_sk"]), ["products", "name#Widget"]);
    assert_eq!(
        keys("models/catalog-product.toml", "fixtures/guide/catalog-product.json", ["gsi1_pk", "gsi1_sk"]),
        ["category#electronics", "product#abc-123"]
    );
}
