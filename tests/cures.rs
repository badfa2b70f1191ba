//! What a finding says is to be done is right for the user's own model and items, and names what they have.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Run, run_in};
use serde_json::Value;

struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run_in(self.0.path(), arguments)
    }

    /// The groups of a check.
    fn groups(&self, check: &str) -> Vec<Value> {
        let run = self.run(&["audit", "m.toml", "--items", "i.jsonl", "--format", "json"]);
        assert!(run.status < 2, "{run:?}");
        run.json()["checks"][check]["groups"].as_array().cloned().unwrap_or_default()
    }

    /// What the audit says of a check: each group's subject and help.
    fn audited(&self, check: &str) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut told: Vec<_> =
            self.groups(check).iter().map(|group| (text(&group["subject"]), text(&group["help"]))).collect();
        told.sort();
        told
    }
}

fn seen(kind: &str, key: &str, value: &str) -> String {
    format!(
        r#"entity = "Device"
[attributes]
id = {{ type = "string", required = true }}
last_seen = "{kind}"
[indexes.primary]
partition_key = {{ attribute = "pk", template = "device#{{id}}" }}
[indexes.gsi1]
partition_key = {{ attribute = "gsi1_pk", template = "of#{{id}}" }}
sort_key = {{ attribute = "gsi1_sk", type = "{key}", value = "{value}" }}
"#
    )
}

#[test]
fn a_key_of_a_wrong_type_is_told_with_its_own_field() {
    let stored = |field: &str, key: &str| {
        format!("{{\"pk\":\"device#1\",\"gsi1_pk\":\"of#1\",\"id\":\"1\",\"last_seen\":{field},\"gsi1_sk\":{key}}}\n")
    };
    for (kind, key, value, item, subject, help) in [
        (
            "integer",
            "N",
            "{last_seen}",
            stored("\"17\"", "\"17\""),
            "S in place of N: `last_seen` is stored as text, the model says integer",
            "store a number, or write `value = \"{last_seen|int}\"`",
        ),
        (
            "any",
            "N",
            "{last_seen}",
            stored("\"17\"", "\"17\""),
            "S in place of N: `last_seen` is text",
            "write `value = \"{last_seen|int}\"`, or say `type = \"S\"` if the table's attribute is text",
        ),
        (
            "integer",
            "S",
            "{last_seen}",
            stored("17", "17"),
            "N in place of S: `last_seen` is a number",
            "write `value = \"{last_seen|str|zfill(10)}\"`, or say `type = \"N\"` if the table's attribute is a number",
        ),
        (
            "string",
            "S",
            "{last_seen}",
            stored("17", "17"),
            "N in place of S: `last_seen` is stored as a number, the model says string",
            "store text, or write `value = \"{last_seen|str}\"`",
        ),
        // The field is as it should be: no other way to write it is advised.
        (
            "integer",
            "N",
            "{last_seen}",
            stored("17", "\"17\""),
            "S in place of N",
            "Write the items again through the model, which writes a number",
        ),
        (
            "integer",
            "N",
            "{last_seen|str}",
            stored("17", "\"17\""),
            "S in place of N: the expression makes text of `last_seen`, which is a number",
            "write `value = \"{last_seen}\"`",
        ),
    ] {
        let project = Project::new(&[("m.toml", &seen(kind, key, value)), ("i.jsonl", &item)]);
        let told = project.audited("wrong-key-type");
        assert!(matches!(&told[..], [(own, way)] if own == subject && way.contains(help)), "{kind} {key}: {told:?}");
        assert!(!told[0].1.contains("score"), "{told:?}");
        let run = project.run(&["explain", "m.toml", "i.jsonl", "--format", "json"]);
        let is_explained = subject.contains(':');
        assert_eq!(run.stdout.contains("wrong-key-type"), is_explained, "{run:?}");
        let json = run.stdout.replace("\\\"", "\"");
        assert!(!is_explained || json.contains(help), "{kind} {key}: {json}");
    }
}

#[test]
fn numbers_are_padded_by_the_name_of_their_field() {
    let model = r#"entity = "Line"
[attributes]
id = { type = "string", required = true }
seq = "integer"
[indexes.primary]
partition_key = { attribute = "pk", template = "order#{id}" }
sort_key = { attribute = "sk", template = "line#{seq}" }
"#;
    let items: String = [9, 10, 12345678]
        .iter()
        .map(|n| format!("{{\"pk\":\"order#1\",\"sk\":\"line#{n}\",\"id\":\"1\",\"seq\":{n}}}\n"))
        .collect();
    let told = Project::new(&[("m.toml", model), ("i.jsonl", &items)]).audited("mis-sorted-number");
    assert!(told[0].1.contains("`{seq|zfill(8)}`") && !told[0].1.contains("number|"), "{told:?}");
}

fn orders(due: &str) -> String {
    format!(
        r#"entity = "Order"
[attributes]
id = {{ type = "string", required = true }}
due = "string"
[indexes.primary]
partition_key = {{ attribute = "pk", template = "order#{{id}}" }}
[indexes.gsi1]
partition_key = {{ attribute = "gsi1_pk", template = "orders#{{id}}" }}
sort_key = {{ attribute = "gsi1_sk", {due} }}
"#
    )
}

#[test]
fn a_missing_half_is_written_again_where_the_model_always_writes_it() {
    let always = orders("template = \"due#{due}#{id}\"");
    let items = "{\"pk\":\"order#1\",\"gsi1_pk\":\"orders#1\",\"id\":\"1\",\"due\":\"d\"}\n\
                 {\"pk\":\"order#2\",\"gsi1_pk\":\"orders#2\",\"id\":\"2\"}\n\
                 {\"pk\":\"order#3\",\"gsi1_pk\":\"orders#3\",\"gsi1_sk\":\"due#x#3\",\"id\":\"3\",\"due\":\"x\"}\n";
    let project = Project::new(&[("m.toml", &always), ("i.jsonl", items)]);
    let told = project.audited("half-index-key");
    assert_eq!(
        told,
        [
            (
                String::new(),
                "Without `gsi1_sk` an item is in no query of `gsi1`: write it again through the model.".to_owned()
            ),
            (
                "`due` is not stored".to_owned(),
                "Without `gsi1_sk` an item is in no query of `gsi1`: set `due` first, then write it again through the \
                 model."
                    .to_owned()
            ),
        ]
    );
    let human = project.run(&["audit", "m.toml", "--items", "i.jsonl"]).stdout;
    assert!(human.contains("due#{due}#2") && !human.contains("None") && !human.contains("fallback"), "{human}");
    // The same of an item without either half.
    let without = items.replace("\"gsi1_pk\":\"orders#2\",", "");
    let project = Project::new(&[("m.toml", &always), ("i.jsonl", &without)]);
    let told = project.audited("missing-index-key");
    assert!(matches!(&told[..], [(_, help)] if help.contains("set `due` first")), "{told:?}");
    // A model that can leave the half out: the design is at fault.
    let optional = orders("value = \"{due}\"");
    let project = Project::new(&[("m.toml", &optional), ("i.jsonl", items)]);
    let human = project.run(&["audit", "m.toml", "--items", "i.jsonl"]).stdout;
    assert!(human.contains("give the missing half a fallback") && !human.contains("shipped"), "{human}");
}

#[test]
fn placeholders_are_told_apart_by_field_and_kind() {
    let model = r#"entity = "Order"
[attributes]
id = "any"
[indexes.primary]
partition_key = { attribute = "pk", template = "order#{id}" }
"#;
    let items = r#"{"pk":"order#None"}
{"pk":"order#${id}","id":"${id}"}
{"pk":"order#[object Object]","id":"[object Object]"}
{"pk":"order#undefined","id":"undefined"}
{"pk":"order#null","id":"7"}
"#;
    let project = Project::new(&[("m.toml", model), ("i.jsonl", items)]);
    let told = project.audited("placeholder-in-key");
    for (what, help) in [
        ("id, which is not set", "Set `id` before the item is written."),
        ("id, a template that was never evaluated", "Mend the code that sets `id`:"),
        ("id, an object printed as a whole", "print one field of the object"),
        ("id, which holds such a word", "Mend the code that sets `id`: leave it unset"),
        ("id, which the item holds otherwise", "without the value of `id`"),
    ] {
        assert!(told.iter().any(|(own, way)| own == what && way.contains(help)), "{what}: {told:?}");
    }
    assert_eq!(told.len(), 5);
    let human = project.run(&["audit", "m.toml", "--items", "i.jsonl"]).stdout;
    assert!(human.contains("Field"), "{human}");
    // Parts make the whole.
    for (at, line) in items.lines().enumerate() {
        std::fs::write(project.0.path().join(format!("i{at}.jsonl")), line).unwrap();
        let part = format!("{at}.part");
        let run = project.run(&["audit", "m.toml", "--items", &format!("i{at}.jsonl"), "--partial", &part]);
        assert_eq!(run.status, 0, "{run:?}");
    }
    let parts = ["0.part", "1.part", "2.part", "3.part", "4.part"];
    let merged = project.run(&[&["merge"][..], &parts, &["--format", "json"]].concat()).json();
    assert_eq!(merged["checks"]["placeholder-in-key"]["groups"], Value::Array(project.groups("placeholder-in-key")));
}

#[test]
fn items_without_keys_and_counts_are_told_plainly() {
    let model = r#"entity = "Session"
[attributes]
id = { type = "string", required = true }
expires_at = { type = "any", ttl = true }
[indexes.primary]
partition_key = { attribute = "pk", template = "session#{id}" }
sort_key = { attribute = "sk", template = "s#{id}" }
"#;
    let project = Project::new(&[("m.toml", model), ("i.jsonl", "{\"id\":\"1\"}\n{\"id\":\"2\"}\n")]);
    let told = project.audited("unclassified-item");
    assert!(told[0].1.contains("is this a dump of the table?") && !told[0].1.contains("delete"), "{told:?}");
    let items = "{\"pk\":\"session#1\",\"sk\":\"s#1\",\"id\":\"1\",\"expires_at\":\"2024-01-01\"}\n\
                 {\"pk\":\"session#2\",\"sk\":\"s#2\",\"id\":\"2\",\"expires_at\":1700000000000}\n";
    let project = Project::new(&[("m.toml", model), ("i.jsonl", items)]);
    let run = project.run(&["audit", "m.toml", "--items", "i.jsonl"]);
    let line = run.stdout.lines().find(|line| line.contains("ttl-not-epoch-seconds")).unwrap().to_owned();
    assert!(line.ends_with("Session expires_at") && line.matches("expires_at").count() == 1, "{line}");
}

#[test]
fn an_object_that_is_not_closed_is_named_by_its_line() {
    for (items, help) in [
        ("{\"id\":\"1\"\n{\"id\":\"2\"}\n", "the object that begins in line 1 is not closed"),
        ("{\"id\":\"0\"}\n{\"id\":\"1\",\n{\"id\":\"2\"}\n", "the object that begins in line 2 is not closed"),
        ("{\n  \"id\": \"1\"\n  \"x\": 1\n}\n", "it is in the value that begins in line 1"),
    ] {
        let project = Project::new(&[("m.toml", &orders("template = \"{due}\"")), ("i.jsonl", items)]);
        let run = project.run(&["explain", "m.toml", "i.jsonl"]);
        assert!(run.status == 2 && run.stderr.contains(help), "{items}: {run:?}");
    }
    let project = Project::new(&[("m.toml", &orders("template = \"{due}\"")), ("i.jsonl", "{\"id\":\"1\"; 2}\n")]);
    let run = project.run(&["explain", "m.toml", "i.jsonl"]);
    assert!(run.status == 2 && !run.stderr.contains("begins in line"), "{run:?}");
}

fn sharded(shard: &str, given: &str, key: &str) -> String {
    format!(
        r#"entity = "Event"
[attributes]
id = {{ type = "string", required = true }}
email = {{ type = "string", required = true }}
shard = {{ {shard} }}
[indexes.primary]
partition_key = {{ attribute = "pk", {key} }}
[indexes.gsi1]
partition_key = {{ attribute = "gsi1_pk", template = "events|{{shard}}" }}
sort_key = {{ attribute = "gsi1_sk", template = "id|{{id}}" }}
[[access_patterns]]
name = "All events"
index = "gsi1"
given = [{given}]
"#
    )
}

#[test]
fn a_shard_is_given_and_an_index_has_the_projects_form() {
    let template = "template = \"event|{id}\"";
    for (shard, given, key, help) in [
        (
            "type = \"integer\", computed = true, pattern = \"[0-9]\"",
            "",
            template,
            "add `shard` to `given`: the application queries each of its 10 values",
        ),
        (
            "type = \"string\", computed = true, enum = [\"a\", \"b\"]",
            "\"email\"",
            template,
            "add `shard` to `given`: the application queries each of its 2 values",
        ),
        (
            "type = \"integer\", computed = true",
            "\"email\"",
            template,
            "add `shard` to `given`: the application queries each of its values",
        ),
        (
            "type = \"integer\", required = true",
            "\"email\"",
            template,
            "give `shard` as well, or add an index whose partition key is made of what is given: `template = \"email|{email}\"`",
        ),
        ("type = \"integer\", required = true", "\"email\"", "value = \"{id}\"", "`value = \"{email}\"`"),
    ] {
        let config = "[naming]\ndelimiter = \"|\"\n";
        let model = sharded(shard, given, key);
        let project = Project::new(&[("m.toml", &model), ("dynkeys.toml", config)]);
        let run = project.run(&["lint", "m.toml", "--format", "json"]);
        let text = run.stdout.replace("\\\"", "\"");
        assert!(text.contains("pattern-needs-scan") && text.contains(help), "{help}: {run:?}");
        assert!(!shard.contains("computed") || !text.contains("add an index"), "{text}");
    }
}

#[test]
fn a_conflict_with_the_configuration_may_be_its_mistake() {
    let model =
        orders("template = \"due#{due}\"").replace("due = \"string\"", "due = { type = \"integer\", ttl = true }");
    let config = "[table]\nttl = \"expires\"\n";
    let run = Project::new(&[("m.toml", &model), ("dynkeys.toml", config)]).run(&["lint", "m.toml"]);
    let said = format!("{}{}", run.stdout, run.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("ttl-conflict") && said.contains("or correct `ttl` in dynkeys.toml"), "{said}");
    let config = "[table]\npartition_key = { attribute = \"pk\", type = \"N\" }\n";
    let run =
        Project::new(&[("m.toml", &model), ("dynkeys.toml", config)]).run(&["lint", "m.toml", "--format", "json"]);
    assert!(
        run.stdout.contains("key-type-conflict")
            && run.stdout.contains("or correct `type` in dynkeys.toml")
            && !run.stdout.contains("that is number"),
        "{run:?}"
    );
}
