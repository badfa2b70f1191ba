//! Values that hold the delimiter, numbers that differ in their zeros alone, and computed parts beside what differs.

use serde_json::Value;

use super::unstored::{Table, found, one};

/// An event by time; `at` is what the model says of it, `sort` the template of the sort key.
fn event(at: &str, sort: &str) -> String {
    format!(
        "entity = \"Event\"\ndialect = \"boto3-assist@0.66.0\"\n[attributes]\nid = {{ type = \"string\", required = true }}\n\
         at = {at}\n[indexes.primary]\npartition_key = {{ attribute = \"pk\", template = \"event:{{id}}\" }}\n\
         sort_key = {{ attribute = \"sk\", template = \"{sort}\" }}\n"
    )
}

fn events(at: &str, delimiter: &str, times: &[&str]) -> Table {
    let swap = |text: &str| text.replace(':', delimiter);
    let sort = format!("at{delimiter}{{at}}");
    let model = event(at, &sort).replace("event:{id}", &swap("event:{id}"));
    let items: Vec<String> = times
        .iter()
        .enumerate()
        .map(|(at, time)| {
            let (pk, sk) = (swap(&format!("event:e{at}")), format!("at{delimiter}{time}"));
            format!(r#"{{"pk": "{pk}", "sk": "{sk}", "id": "e{at}", "at": "{time}"}}"#)
        })
        .collect();
    let table = Table::new(&model, &items.iter().map(String::as_str).collect::<Vec<_>>());
    table.write("dynkeys.toml", &format!("[naming]\ndelimiter = \"{delimiter}\"\n"));
    table
}

const DATETIME: &str = "{ type = \"datetime\", required = true }";

#[test]
fn formats_are_compared_whatever_the_delimiter_is() {
    let usual = ["2024-05-01T10:00:00Z"; 6];
    let times = [&usual[..], &["2024-05-01T10:00:00+0000", "2024-05-01T12:00:00+02:00", "1714550000"]].concat();
    for delimiter in ["#", ":", "-", "+", "|"] {
        let checks = events(DATETIME, delimiter, &times).checks();
        assert_eq!(found(&checks), one("mixed-time-formats", 3), "{delimiter} {checks}");
        // A model that does not say so is told of both.
        let checks = events("{ type = \"string\", required = true }", delimiter, &times).checks();
        let held = times.iter().filter(|time| time.contains(delimiter)).count() as u64;
        assert_eq!(checks["delimiter-in-value"]["count"], held, "{delimiter} {checks}");
        assert_ne!(checks["mixed-time-formats"]["count"], 0, "{delimiter} {checks}");
    }
    assert_eq!(found(&events(DATETIME, ":", &usual).checks()), []);
}

#[test]
fn a_value_may_hold_the_delimiter_where_the_model_names_it() {
    for (at, delimiter, value, is_meant) in [
        (DATETIME, ":", "2024-05-01T10:00:00Z", true),
        (DATETIME, ".", "2024-05-01T10:00:00.5Z", true),
        (DATETIME, "#", "2024#05", false),
        ("{ type = \"string\", pattern = \"v:[0-9]+\" }", ":", "v:1", true),
        ("{ type = \"string\", pattern = \"[a-z]+(:[a-z]+)?\" }", ":", "a:b", true),
        ("{ type = \"string\", pattern = \"[^,]+\" }", ":", "a:b", false),
        ("{ type = \"string\", pattern = \".+\" }", ":", "a:b", false),
        ("{ type = \"string\", max_length = 20 }", ":", "a:b", false),
        ("{ type = \"datetime\", pattern = \".+\" }", ":", "2024-05-01T10:00:00Z", false),
        ("{ type = \"string\", enum = [\"a:b\", \"c\"] }", ":", "a:b", true),
        ("{ type = \"string\", enum = [\"a:b\", \"c\"] }", ":", "c:d", false),
        ("{ type = \"string\", pattern = \"[a-z-]+\" }", "--", "a--b", true),
        ("{ type = \"string\" }", "--", "a--b", false),
    ] {
        let table = events(at, delimiter, &[value]);
        let checks = table.checks();
        assert_eq!(checks["delimiter-in-value"]["count"], u64::from(!is_meant), "{at} {delimiter} {value}: {checks}");
        let explained = table.run(&["explain", "model.toml", "items.jsonl", "--format", "jsonl", "--fail-on", "never"]);
        assert_eq!(explained.stdout.contains("delimiter-in-value"), !is_meant, "{at} {delimiter}: {explained:?}");
    }
}

#[test]
fn a_time_is_not_to_be_mangled() {
    let help = |at: &str, delimiter: &str, value: &str| {
        let table = events(at, delimiter, &[value]);
        table.run(&["explain", "model.toml", "items.jsonl", "--format", "jsonl", "--fail-on", "never"]).stdout
    };
    for at in ["{ type = \"datetime\", pattern = \".+\" }", "{ type = \"string\" }"] {
        let found = help(at, ":", "2024-05-01T10:00:00Z");
        assert!(found.contains("{at|strftime('%Y%m%dT%H%M%SZ')}") && !found.contains("replace("), "{found}");
        assert!(help(at, "-", "2024-05-01").contains("{at|strftime('%Y%m%d')}"));
        let found = help(at, "T", "2024-05-01T10:00:00Z");
        assert!(found.contains("declare a `pattern`") && !found.contains("strftime"), "{found}");
    }
    assert!(help("{ type = \"string\" }", ":", "a:b").contains("{at|replace(':', '-')}"));
    assert!(help(DATETIME, "#", "2024#05").contains("the value is no time"));
}

/// A model with a computed shard.
fn sharded(template: &str) -> String {
    let key = format!("partition_key = {{ attribute = \"gsi1_pk\", template = \"{template}\" }}");
    format!(
        "entity = \"Order\"\ndialect = \"boto3-assist@0.66.0\"\n[attributes]\nid = {{ type = \"string\", required = true }}\n\
         status = \"string\"\nshard = {{ type = \"string\", computed = true, pattern = \"[0-7]\" }}\n\
         [indexes.primary]\npartition_key = {{ attribute = \"pk\", template = \"order#{{id}}\" }}\n[indexes.gsi1]\n{key}\n"
    )
}

#[test]
fn a_computed_part_that_fits_is_expected_as_it_is_stored() {
    for (template, delimiter, stored, rule, expected) in [
        ("orders:{shard}:{status}", ":", "orders:3:open", "stale-key", "orders:3:paid"),
        ("orders:{shard}:{status}", "#", "orders:3:open", "stale-key", "orders:3:paid"),
        ("{status}:{shard}:orders", "#", "open:3:orders", "stale-key", "paid:3:orders"),
        ("{status}:{shard}:{id}", ":", "open:3:o2", "stale-key", "paid:3:o1"),
        ("{status}:{shard}:{id}", ":", "a:b:3:o1", "stale-key", "paid:3:o1"),
        // Not one of its values, so that it differs as well.
        ("orders:{shard}:{status}", ":", "orders:9:open", "stale-key", "orders:{shard}:paid"),
        ("orders:{shard}:{status}", ":", "orders:3:PAID", "case-variant-key", "orders:3:paid"),
        ("orders:{shard}:{status}", ":", "Orders:3:Paid", "case-variant-key", "orders:3:paid"),
        ("orders:{shard}:{status}", "#", "Orders:3:Paid", "case-variant-key", "orders:3:paid"),
        ("orders:{shard}:{status}", ":", "orders:3", "truncated-key", "orders:3:paid"),
    ] {
        let item = format!(r#"{{"pk": "order#o1", "id": "o1", "status": "paid", "gsi1_pk": "{stored}"}}"#);
        let table = Table::new(&sharded(template), &[&item]);
        table.write("dynkeys.toml", &format!("[naming]\ndelimiter = \"{delimiter}\"\n"));
        let checks = table.checks();
        assert_eq!(found(&checks), one(rule, 1), "{template} {stored}: {checks}");
        assert_eq!(checks[rule]["examples"][0]["expected"], expected, "{template} {stored}");
        if rule == "case-variant-key" {
            assert_eq!(checks[rule]["groups"][0]["subject"], Value::Null, "{checks}");
        }
    }
    let item = r#"{"pk": "order#o1", "id": "o1", "status": "paid", "gsi1_pk": "orders:3:open"}"#;
    let table = Table::new(&sharded("orders:{shard}:{status}"), &[item]);
    table.write("dynkeys.toml", "[naming]\ndelimiter = \":\"\n");
    let example = table.audit(&["--format", "json", "--redact"]).json()["checks"]["stale-key"]["examples"][0].take();
    let parts = |name: &str| example[name].as_str().unwrap().split(':').map(str::to_owned).collect::<Vec<_>>();
    let (stored, expected) = (parts("stored"), parts("expected"));
    assert_eq!((&stored[..2], stored.len()), (&expected[..2], expected.len()), "{example}");
    assert!(stored[2] != expected[2], "{example}");
}

#[test]
fn a_number_that_is_padded_otherwise_is_no_float() {
    let model = |value: &str, kind: &str| {
        format!(
            "entity = \"Invoice\"\ndialect = \"guide\"\n[attributes]\nid = {{ type = \"string\", required = true }}\n\
             number = {{ type = \"{kind}\", required = true }}\n[indexes.primary]\n\
             partition_key = {{ attribute = \"pk\", template = \"invoice#{{id}}\" }}\n\
             sort_key = {{ attribute = \"sk\", template = \"number:{value}\" }}\n[indexes.gsi1]\n\
             partition_key = {{ attribute = \"gsi1_pk\", template = \"number:{value}\" }}\n"
        )
    };
    for (value, kind, item, written, other, is_padded) in [
        ("{number|zfill(10)}", "integer", "4", "number:0000000004", "number:4", true),
        ("{number|zfill(10)}", "integer", "4", "number:0000000004", "number:00004", true),
        ("{number|zfill(10)}", "integer", "0", "number:0000000000", "number:0", true),
        ("{number}", "integer", "4", "number:4", "number:0000000004", true),
        ("{number|zfill(4)}", "integer", "-5", "number:-005", "number:-5", true),
        ("{number|zfill(4)}", "string", "\"7\"", "number:0007", "number:7", true),
        ("{number}", "string", "\"7\"", "number:7", "number:0007", false),
        ("{number|zfill(4)}", "integer", "4", "number:0004", "number:5", false),
    ] {
        for (sk, gsi, is_primary) in [(other, written, true), (written, other, false)] {
            let item =
                format!(r#"{{"pk": "invoice#i", "sk": "{sk}", "gsi1_pk": "{gsi}", "id": "i", "number": {item}}}"#);
            let checks = Table::new(&model(value, kind), &[&item]).checks();
            assert_eq!(checks["stale-key"]["count"], 1, "{value} {item}: {checks}");
            let group = &checks["stale-key"]["groups"][0];
            let help = group["help"].as_str().unwrap_or_default();
            assert_eq!(help.contains("does not pad `number`"), is_padded, "{value} {item}: {group}");
            assert_eq!(help.contains("delete the old item"), is_padded && is_primary, "{value} {item}: {group}");
            assert!(!help.contains("float"), "{group}");
        }
    }
}
