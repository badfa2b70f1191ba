//! Which entity an item is: with every delimiter, and by all that the models say of values. `audit`, `explain` and `lint`
//! are of one mind about it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use common::{Run, run_in};
use dynkeys::audit::{Auditor, Classified, Classifier, Options, Whereabouts};
use dynkeys::key::Engine;
use dynkeys::model::{Dialect, load};
use dynkeys::source::raw::{Line, LineFormat, Scanner};
use dynkeys::text::SourceFile;
use tempfile::TempDir;

/// A folder with models, items and a configuration.
struct Project {
    folder: TempDir,
    models: usize,
}

impl Project {
    fn new(delimiter: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "models = [\"models\"]\n[rules]\nunbounded-key = \"off\"\n".to_owned();
        if let Some(delimiter) = delimiter {
            writeln!(text, "[naming]\ndelimiter = \"{delimiter}\"").unwrap();
        }
        std::fs::create_dir(folder.path().join("models")).unwrap();
        std::fs::write(folder.path().join("dynkeys.toml"), text).unwrap();
        Self { folder, models: 0 }
    }

    /// Adds a model: its attributes, and the values of its primary key.
    fn model(mut self, entity: &str, attributes: &str, partition: &str, sort: &str) -> Self {
        let text = format!(
            "entity = \"{entity}\"\n[attributes]\n{attributes}\n[indexes.primary]\n\
             partition_key = {{ attribute = \"pk\", {partition} }}\nsort_key = {{ attribute = \"sk\", {sort} }}\n"
        );
        std::fs::write(self.folder.path().join(format!("models/{}.toml", self.models)), text).unwrap();
        self.models += 1;
        self
    }

    fn items(&self, items: &[String]) {
        std::fs::write(self.folder.path().join("items.jsonl"), items.join("\n") + "\n").unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run_in(self.folder.path(), arguments)
    }

    /// How many items each entity has and each check found.
    fn audit(&self) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
        let run = self.run(&["audit", "--items", "items.jsonl", "--format", "json"]);
        let json = run.json();
        let counts = |name: &str, of: &str| {
            let all = json[name].as_object().unwrap_or_else(|| panic!("{run:?}")).iter();
            let all = all.map(|(name, one)| (name.clone(), one[of].as_u64().unwrap()));
            all.filter(|(_, count)| *count > 0).collect()
        };
        (counts("entities", "items"), counts("checks", "count"))
    }

    /// The entity of each item as `explain` has it; `?` where it cannot tell.
    fn explained(&self, items: usize) -> Vec<String> {
        let run = self.run(&["explain", "models", "items.jsonl", "--format", "jsonl", "--fail-on", "never"]);
        let mut all = vec!["?".to_owned(); items];
        for line in run.lines() {
            let place = line["source"].as_str().unwrap();
            let number: usize = place.rsplit(':').next().unwrap().parse().unwrap();
            all[number - 1] = line["entity"].as_str().unwrap().to_owned();
        }
        all
    }

    /// The rules that `lint` finds broken, about primary keys.
    fn overlaps(&self) -> Vec<String> {
        let json = self.run(&["lint", "--format", "json"]).json();
        let rules = json["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap().to_owned());
        rules.filter(|rule| rule.ends_with("-keys")).collect()
    }
}

fn counts(all: &[(&str, u64)]) -> BTreeMap<String, u64> {
    all.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

const DELIMITERS: [&str; 22] = [
    "#", "/", "|", ":", "::", "_", ".", "~", "--", "-", " | ", " ", "->", "##", "$", "^", "]", "+", "§", "→", "=>",
    "__",
];

#[test]
fn with_every_delimiter_children_are_told_from_their_parents() {
    let id = "{ type = \"string\", required = true }";
    for d in DELIMITERS {
        let project = Project::new(Some(d))
            .model(
                "User",
                &format!("id = {id}"),
                &format!("template = \"user{d}{{id}}\""),
                &format!("template = \"user{d}{{id}}\""),
            )
            .model(
                "Edge",
                &format!(
                    "id = {id}\nto = {id}\nkind = {{ type = \"string\", required = true, enum = [\"follows\", \"blocks\"] }}"
                ),
                &format!("template = \"user{d}{{id}}\""),
                &format!("template = \"user{d}{{to}}{d}{{kind}}\""),
            )
            .model(
                "Reply",
                &format!("id = {id}\nto = {id}\nat = \"datetime\"\nn = \"integer\""),
                &format!("template = \"user{d}{{id}}\""),
                &format!("template = \"user{d}{{to}}{d}reply{d}{{n}}\""),
            );
        let item = |sk: &str, more: &str| format!(r#"{{"pk":"user{d}0aB","sk":"{sk}","id":"0aB"{more}}}"#);
        project.items(&[
            item(&format!("user{d}0aB"), ""),
            item(&format!("user{d}7Hg{d}follows"), r#","to":"7Hg","kind":"follows""#),
            item(&format!("user{d}7Hg{d}follows"), r#","to":"7Hg","kind":"blocks""#),
            item(&format!("user{d}7Hg{d}reply{d}12"), r#","to":"7Hg","n":12"#),
            item(&format!("user{d}7Hg{d}reply{d}12"), r#","to":"7Hx","n":12"#),
        ]);
        let (entities, checks) = project.audit();
        assert_eq!(entities, counts(&[("Edge", 2), ("Reply", 2), ("User", 1)]), "{d} {checks:?}");
        assert_eq!(checks, counts(&[("stale-key", 2)]), "{d}");
        assert_eq!(project.explained(5), ["User", "Edge", "Edge", "Reply", "Reply"], "{d}");
    }
}

/// What `lint` says of a design is the same with every delimiter.
#[test]
fn lint_says_the_same_with_every_delimiter() {
    let id = "{ type = \"string\", required = true }";
    let findings = |d: &str| {
        let attributes = format!("id = {id}\nname = {id}\nnote = \"string\"\ncreated = \"datetime\"");
        let project = Project::new(Some(d))
            .model(
                "User",
                &attributes,
                &format!("template = \"user{d}{{id}}\""),
                &format!("template = \"user{d}{{name}}{d}{{note or ''}}\""),
            )
            .model(
                "Child",
                &attributes,
                &format!("template = \"user{d}{{id}}\""),
                &format!("template = \"user{d}{{name}}{d}at{d}{{created}}\""),
            )
            .model(
                "Early",
                &attributes,
                &format!("template = \"user{d}{{id}}\""),
                &format!("template = \"User{d}{{name}}\""),
            )
            .model("Open", &attributes, &format!("template = \"user{d}{{id}}\""), "template = \"us{name}\"");
        let json = project.run(&["lint", "--format", "json"]).json();
        let name = |one: &serde_json::Value, of: &str| one[of].as_str().unwrap().to_owned();
        let all = json["findings"].as_array().unwrap().iter();
        all.map(|one| (name(one, "rule"), name(one, "level"), name(one, "path"))).collect::<Vec<_>>()
    };
    let wanted = findings("#");
    for rule in ["dangling-delimiter", "overlapping-keys", "inconsistent-prefix-case", "unterminated-prefix"] {
        assert!(wanted.iter().any(|(own, ..)| own == rule), "{rule} {wanted:?}");
    }
    for d in DELIMITERS {
        assert_eq!(findings(d), wanted, "{d}");
    }
}

/// The findings of a rule with their help.
fn helps(project: &Project, rule: &str) -> Vec<String> {
    let json = project.run(&["lint", "--format", "json"]).json();
    let all = json["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == rule);
    all.map(|one| one["help"].as_str().unwrap().to_owned()).collect()
}

/// What help says of a delimiter is of the delimiter in the key, and whoever does it is rid of the finding.
#[test]
fn the_pattern_that_help_shows_keeps_the_delimiter_of_the_key_out() {
    let text = "{ type = \"string\", required = true }";
    for d in DELIMITERS {
        // An ambiguous key, with the delimiter of the project and with one of its own.
        for stated in [Some(d), None] {
            let key = format!("template = \"{{a}}{d}{{b}}\"");
            let with = |pattern: &str| {
                let a = text.replace(" }", &format!("{pattern} }}"));
                let project = Project::new(stated);
                project.model("A", &format!("a = {a}\nb = {text}"), &key, "template = \"k\"")
            };
            let found = helps(&with(""), "ambiguous-key");
            let [help] = found.as_slice() else { panic!("{d} {stated:?} {found:?}") };
            // What may separate: a blank alone is looked for as it stands.
            let marks: Vec<char> = d.chars().filter(|c| !c.is_whitespace()).collect();
            let is_short = d.chars().count() == 1 || stated.is_none() && !marks.is_empty() && d != "##" && d != "__";
            match help.split_once("pattern = ") {
                Some((_, pattern)) => {
                    assert!(pattern.contains(marks.first().copied().unwrap_or(' ')), "{d} {help}");
                    assert!(d == "#" || d == "##" || !help.contains('#'), "{d} {help}");
                    let pattern = pattern.trim_end_matches('`');
                    let left = helps(&with(&format!(", pattern = {pattern}")), "ambiguous-key");
                    assert!(left.is_empty(), "{d} {help} {left:?}");
                }
                None => assert!(!is_short && help.contains(&format!("`{d}`")), "{d} {help}"),
            }
        }
        // Two keys that meet where a value holds the delimiter.
        let with = |pattern: &str| {
            let a = text.replace(" }", &format!("{pattern} }}"));
            Project::new(Some(d))
                .model("A", &format!("a = {a}"), "value = \"{a}\"", &format!("template = \"k{d}{{a}}\""))
                .model(
                    "B",
                    &format!("a = {a}\nb = {a}"),
                    "value = \"{a}\"",
                    &format!("template = \"k{d}{{a}}{d}{{b}}\""),
                )
        };
        let found = helps(&with(""), "overlapping-keys");
        let [help] = found.as_slice() else { panic!("{d} {found:?}") };
        match help.split_once("pattern = ") {
            Some((_, pattern)) => {
                assert!(pattern.contains(d) && (d == "#" || !help.contains('#')), "{d} {help}");
                let left = helps(&with(&format!(", pattern = {}", pattern.trim_end_matches('`'))), "overlapping-keys");
                assert!(left.is_empty(), "{d} {help} {left:?}");
            }
            None => assert!(d.chars().count() > 1 && help.contains(&format!("`{d}`")), "{d} {help}"),
        }
    }
}

#[test]
fn a_delimiter_in_ids_and_times_is_no_delimiter_of_the_key() {
    // The patterns name the letters of the delimiters, and times have them.
    let id = "id = { type = \"string\", required = true, pattern = \"[0-9a-z:._-]+\" }";
    for d in [":", ".", "_", "--", "::", "-"] {
        let project = Project::new(Some(d))
            .model("Order", id, "value = \"{id}\"", &format!("template = \"order{d}{{id}}\""))
            .model(
                "Item",
                &format!("{id}\nn = {{ type = \"integer\", required = true }}"),
                "value = \"{id}\"",
                &format!("template = \"order{d}{{id}}{d}item{d}{{n}}\""),
            )
            .model(
                "Event",
                &format!("{id}\nat = {{ type = \"datetime\", required = true }}"),
                "value = \"{id}\"",
                &format!("template = \"at{d}{{at}}\""),
            );
        let item = |sk: &str, more: &str| format!(r#"{{"pk":"a7","sk":"{sk}","id":"a7"{more}}}"#);
        project.items(&[
            item(&format!("order{d}a7"), ""),
            item(&format!("order{d}a7{d}item{d}3"), r#","n":3"#),
            item(&format!("order{d}a7{d}item{d}3"), r#","n":4"#),
            item(&format!("at{d}2024-05-01T10:00:00.5Z"), r#","at":"2024-05-01T10:00:00.5Z""#),
        ]);
        assert_eq!(project.explained(4), ["Order", "Item", "Item", "Event"], "{d}");
        let (entities, checks) = project.audit();
        assert_eq!(entities, counts(&[("Event", 1), ("Item", 2), ("Order", 1)]), "{d} {checks:?}");
        assert_eq!(checks.get("stale-key"), Some(&1), "{d} {checks:?}");
        assert_eq!(checks.get("ambiguous-item"), None, "{d}");
    }
}

#[test]
fn build_key_has_its_own_delimiter_beside_that_of_the_templates() {
    for d in [":", "/", "::", "--", "."] {
        let id = "id = { type = \"string\", required = true }\nn = { type = \"string\", required = true }";
        let project = Project::new(Some(d))
            .model("User", id, "build_key = [[\"u\", \"{id}\"]]", "build_key = [[\"user\", \"{id}\"]]")
            .model(
                "Log",
                id,
                "build_key = [[\"u\", \"{id}\"]]",
                "build_key = [[\"user\", \"{id}\"], [\"log\", \"{n}\"]]",
            )
            .model("Tag", id, "build_key = [[\"u\", \"{id}\"]]", &format!("template = \"tag{d}{{id}}\""))
            .model("Mark", id, "build_key = [[\"u\", \"{id}\"]]", &format!("template = \"tag{d}{{id}}{d}{{n}}\""))
            .model("Old", id, "build_key = [[\"u\", \"{id}\"]]", "template = \"old#{id}\"")
            .model("Older", id, "build_key = [[\"u\", \"{id}\"]]", "template = \"old#{id}#{n}\"");
        // Whatever the project's delimiter is, build_key's values may hold it; a template's may hold `#`.
        let item = |sk: &str, n: &str| format!(r#"{{"pk":"u#7","sk":"{sk}","id":"7","n":"{n}"}}"#);
        project.items(&[
            item(&format!("user#7{d}8"), "x"),
            item(&format!("user#7{d}8#log#10{d}30"), "x"),
            item(&format!("tag{d}7#8"), "x"),
            item(&format!("tag{d}7#8{d}x#y"), "x"),
            item(&format!("old#7{d}8"), "x"),
            item(&format!("old#7{d}8#x"), "x"),
        ]);
        assert_eq!(project.explained(6), ["User", "Log", "Tag", "Mark", "Old", "Older"], "{d}");
        let (entities, checks) = project.audit();
        assert_eq!(entities.len(), 6, "{d} {entities:?} {checks:?}");
        assert_eq!(checks, counts(&[("stale-key", 6)]), "{d}");
    }
}

/// Two models of one partition: what each says of `id` and how it writes the sort key.
struct Pair {
    name: &'static str,
    left: (&'static str, &'static str),
    right: (&'static str, &'static str),
    /// Sort keys with the value of `id`, and whose they are.
    items: &'static [(&'static str, &'static str, &'static str)],
}

const UUID: &str = "0d7a1c52-0000-4000-8000-000000000001";

const PAIRS: [Pair; 11] = [
    Pair {
        name: "a UUID beside a word",
        left: (
            "{ type = \"string\", required = true, pattern = \"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\" }",
            "build_key = [[\"sub\", \"{id}\"]]",
        ),
        right: ("\"string\"", "template = \"sub#active\""),
        items: &[
            ("sub#0d7a1c52-0000-4000-8000-000000000001", UUID, "Left"),
            ("sub#active", "x", "Right"),
            // What keeps to neither model has the shape of one alone.
            ("sub#7", "7", "Left"),
            ("sub#ACTIVE", "ACTIVE", "Left"),
        ],
    },
    Pair {
        name: "a list of words",
        left: ("{ type = \"string\", required = true, enum = [\"open\", \"done\"] }", "template = \"s#{id}\""),
        right: ("{ type = \"string\", required = true, pattern = \"[0-9]+\" }", "template = \"s#{id}\""),
        items: &[("s#open", "open", "Left"), ("s#77", "77", "Right"), ("s#other", "other", "?")],
    },
    Pair {
        name: "whole numbers",
        left: ("{ type = \"integer\", required = true }", "template = \"v#{id}\""),
        right: ("\"string\"", "template = \"v#latest\""),
        items: &[("v#12", "12", "Left"), ("v#-3", "-3", "Left"), ("v#latest", "1", "Right"), ("v#007", "7", "Left")],
    },
    Pair {
        name: "one length",
        left: ("{ type = \"string\", required = true, pattern = \"[0-9a-z]{8}\" }", "template = \"k#{id}\""),
        right: ("{ type = \"string\", required = true, pattern = \"[0-9a-z]{12}\" }", "template = \"k#{id}\""),
        items: &[("k#abcdefgh", "abcdefgh", "Left"), ("k#abcdefghijkl", "abcdefghijkl", "Right"), ("k#ab", "ab", "?")],
    },
    Pair {
        name: "a number without a delimiter before it",
        left: ("{ type = \"integer\", required = true }", "template = \"v{id}\""),
        right: ("\"string\"", "template = \"vlatest\""),
        items: &[("v12", "12", "Left"), ("vlatest", "1", "Right")],
    },
    Pair {
        name: "a bare id",
        left: ("{ type = \"string\", required = true, pattern = \"[0-9]+\" }", "value = \"{id}\""),
        right: ("\"string\"", "template = \"METADATA\""),
        items: &[("12", "12", "Left"), ("METADATA", "1", "Right"), ("x", "x", "Left")],
    },
    Pair {
        name: "a shortest and a longest length",
        left: ("{ type = \"string\", required = true, max_length = 3, pattern = \"[a-z]+\" }", "template = \"c#{id}\""),
        right: ("{ type = \"string\", required = true, pattern = \"[a-z]{4,9}\" }", "template = \"c#{id}\""),
        items: &[("c#abc", "abc", "Left"), ("c#abcd", "abcd", "Right")],
    },
    Pair {
        name: "truth and times",
        left: ("{ type = \"boolean\", required = true }", "template = \"b#{id}\""),
        right: ("{ type = \"datetime\", required = true }", "template = \"b#{id}\""),
        items: &[("b#True", "x", "Left"), ("b#2024-05-01T10:00:00", "2024-05-01T10:00:00", "Right")],
    },
    Pair {
        name: "cases",
        left: (
            "{ type = \"string\", pattern = \"[0-9]+\" }",
            "cases = [{ when = \"id\", template = \"t#{id}\" }, { template = \"t#none\" }]",
        ),
        right: ("\"string\"", "template = \"t#all\""),
        items: &[("t#7", "7", "Left"), ("t#none", "1", "Left"), ("t#all", "1", "Right")],
    },
    Pair {
        name: "any id beside a word: either can be",
        left: ("{ type = \"string\", required = true }", "build_key = [[\"sub\", \"{id}\"]]"),
        right: ("\"string\"", "template = \"sub#active\""),
        items: &[("sub#active", "active", "?"), ("sub#7", "7", "Left")],
    },
    Pair {
        name: "a delimiter that the parent's pattern names",
        left: ("{ type = \"string\", required = true, pattern = \"[a-z#]+\" }", "template = \"o#{id}\""),
        right: ("{ type = \"string\", required = true, pattern = \"[a-z ]+\" }", "template = \"o#x#{id}\""),
        // Nobody can tell `o#x#a`: neither has all keys of the other.
        items: &[("o#x", "x", "Left"), ("o#x#a", "a", "?"), ("o#x# a", " a", "Right")],
    },
];

impl Pair {
    fn project(&self) -> Project {
        let attributes = |own: &str| format!("t = {{ type = \"string\", required = true }}\nid = {own}");
        let partition = "build_key = [[\"tenant\", \"{t}\"]]";
        Project::new(None).model("Left", &attributes(self.left.0), partition, self.left.1).model(
            "Right",
            &attributes(self.right.0),
            partition,
            self.right.1,
        )
    }
}

#[test]
fn what_the_models_say_of_values_tells_entities_apart() {
    for pair in &PAIRS {
        let project = pair.project();
        let lines: Vec<String> = (pair.items.iter())
            .map(|(sk, id, _)| format!(r#"{{"pk":"tenant#1","sk":"{sk}","t":"1","id":"{id}"}}"#))
            .collect();
        project.items(&lines);
        let wanted: Vec<&str> = pair.items.iter().map(|(_, _, entity)| *entity).collect();
        assert_eq!(project.explained(lines.len()), wanted, "{}", pair.name);
        let (entities, checks) = project.audit();
        let count = |entity: &str| wanted.iter().filter(|own| **own == entity).count() as u64;
        for entity in ["Left", "Right"] {
            assert_eq!(entities.get(entity).copied().unwrap_or_default(), count(entity), "{} {checks:?}", pair.name);
        }
        assert_eq!(checks.get("ambiguous-item").copied().unwrap_or_default(), count("?"), "{} {checks:?}", pair.name);
        // Where nothing of what keeps to the models is ambiguous, lint has nothing to say, and the other way round.
        let overlaps = project.overlaps();
        let is_found = pair.name.contains("either can be") || pair.name.contains("parent's pattern");
        assert_eq!(!overlaps.is_empty(), is_found, "{} {overlaps:?}", pair.name);
    }
}

#[test]
fn a_number_key_is_told_by_its_values() {
    let of =
        |allowed: &str| format!("id = \"string\"\nrank = {{ type = \"integer\", required = true, enum = {allowed} }}");
    let project = Project::new(None)
        .model("Low", &of("[1, 2]"), "value = \"{id}\"", "type = \"N\", value = \"{rank}\"")
        .model("High", &of("[10, 20]"), "value = \"{id}\"", "type = \"N\", value = \"{rank}\"");
    project.items(&[
        r#"{"pk":"a","sk":1,"id":"a","rank":1}"#.to_owned(),
        r#"{"pk":"a","sk":20,"id":"a","rank":20}"#.to_owned(),
        r#"{"pk":"a","sk":10.0,"id":"a","rank":10}"#.to_owned(),
        r#"{"pk":"a","sk":5,"id":"a","rank":5}"#.to_owned(),
    ]);
    assert_eq!(project.explained(4), ["Low", "High", "High", "?"]);
    assert_eq!(project.audit().0, counts(&[("High", 2), ("Low", 1)]));
    assert!(project.overlaps().is_empty());
}

fn engines(models: &[&str]) -> Vec<Engine> {
    let load = |text: &&str| Arc::new(load(&SourceFile::new("model.toml", *text)).unwrap());
    models.iter().map(|text| Engine::new(load(text), Dialect::default())).collect()
}

const BY_INDEX: [&str; 2] = [
    r#"
entity = "A"
[attributes]
id = { type = "string", required = true, pattern = "[0-9]+" }
mail = "string"
[indexes.primary]
partition_key = { attribute = "pk", template = "x#{id}" }
[indexes.gsi1]
partition_key = { attribute = "g", template = "mail#{mail}" }
"#,
    r#"
entity = "B"
[attributes]
id = { type = "string", required = true, pattern = "[a-z]+" }
at = "integer"
[indexes.primary]
partition_key = { attribute = "pk", template = "x#{id}" }
[indexes.gsi1]
partition_key = { attribute = "g", template = "{at}" }
"#,
];

#[test]
fn the_keys_of_the_indexes_decide_where_the_values_of_the_primary_key_do_not() {
    let classifier = Classifier::new(&engines(&BY_INDEX), "#");
    let classify = |pk: &str, index: Option<&str>| {
        let mut item = vec![("pk".into(), pk.to_owned())];
        item.extend(index.map(|index| ("g".into(), index.to_owned())));
        let item: Vec<(std::borrow::Cow<'_, str>, String)> = item;
        let item: Vec<_> = item.into_iter().map(|(name, text)| (name, dynkeys::value::Value::text(text))).collect();
        classifier.classify(&item)
    };
    assert_eq!(classify("x#12", None), Classified::One(0));
    assert_eq!(classify("x#ab", None), Classified::One(1));
    assert_eq!(classify("x#12", Some("mail#a@b")), Classified::One(0));
    assert_eq!(classify("x#a1", Some("mail#a@b")), Classified::One(0));
    assert_eq!(classify("x#a1", Some("7")), Classified::One(1));
    assert_eq!(classify("x#a1", None), Classified::Several(vec![0, 1]));
    // An id that is none of A's does not make an item with A's index key one of B's.
    assert_eq!(classify("x#ab", Some("mail#a@b")), Classified::One(0));
    // Nor does an index key of neither.
    assert_eq!(classify("x#ab", Some("zzz#")), Classified::One(1));
}

/// What only its values tell apart has its short way, too.
#[test]
fn items_that_values_tell_apart_are_audited_in_the_short_way() {
    for pair in &PAIRS[..8] {
        let project = pair.project();
        let texts: Vec<String> = ["0", "1"]
            .iter()
            .map(|name| std::fs::read_to_string(project.folder.path().join(format!("models/{name}.toml"))).unwrap())
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let auditor = Auditor::new(engines(&texts), Options::default());
        let mut worker = auditor.worker();
        let mut scanner = Scanner::new(auditor.names(), LineFormat::Items);
        let mut told = 0;
        for (sk, id, entity) in pair.items {
            let is_number = texts[0].contains("id = { type = \"integer\"");
            let id = if is_number { (*id).to_owned() } else { format!("\"{id}\"") };
            let line = format!(r#"{{"pk":"tenant#1","sk":"{sk}","t":"1","id":{id}}}"#);
            let Line::Item(item) = scanner.scan(&line, line.len()) else { panic!("{line}") };
            assert!(worker.raw(&item, Whereabouts::Table), "{line}");
            told += usize::from(*entity != "?");
        }
        worker.state.flush();
        assert_eq!(worker.state.entities.iter().sum::<u64>(), told as u64, "{}", pair.name);
        let plain: u64 = worker.state.plain.iter().map(|key| key.count).sum();
        assert!(plain > 0, "{}", pair.name);
    }
}
