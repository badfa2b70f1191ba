//! Whatever the models are, `lint` ends: what would take too long is left undecided, and said to be.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Run, read, root, run_in};
use proptest::prelude::*;

/// A model of one entity whose keys are templates.
fn model(entity: &str, partition: &str, sort: &str, attributes: &str) -> String {
    format!(
        "entity = \"{entity}\"\n[attributes]\n{attributes}\n[indexes.primary]\n\
         partition_key = {{ attribute = \"pk\", template = \"{partition}\" }}\n\
         sort_key = {{ attribute = \"sk\", template = \"{sort}\" }}\n"
    )
}

fn text(pattern: &str) -> String {
    format!("x = {{ type = \"string\", required = true, pattern = '{pattern}' }}")
}

/// Lints models in no more than 500 MiB of memory, where the system can bound it.
fn bounded(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new("sh");
    // A process that is given less memory than it asks for aborts.
    command.args(["-c", "ulimit -v 1000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_dynkeys")]);
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    read(&command.output().unwrap())
}

fn lint(models: &[String]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    for (at, text) in models.iter().enumerate() {
        std::fs::write(folder.path().join(format!("m{at:05}.toml")), text).unwrap();
    }
    let run = bounded(folder.path(), &["lint", ".", "--format", "json", "--fail-on", "never"]);
    assert_eq!(run.status, 0, "{} {}", run.stderr, run.stdout.chars().take(400).collect::<String>());
    run
}

/// How many findings there are of each rule.
fn counts(run: &Run) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for finding in run.json()["findings"].as_array().unwrap() {
        *counts.entry(finding["rule"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

fn count(run: &Run, rule: &str) -> usize {
    counts(run).get(rule).copied().unwrap_or_default()
}

#[test]
fn a_pattern_that_explodes_is_still_decided() {
    for pattern in ["(a|b)*a(a|b){15}", "[a-z0-9]+[a-z][a-z0-9]{15}"] {
        let own = model("Own", "{x}", "s", &text(pattern));
        let run = lint(&[own.clone(), model("Other", "{x}", "s", &text("[0-9]+"))]);
        assert_eq!((count(&run, "undecided"), count(&run, "overlapping-keys")), (0, 0), "{pattern}");
        // What does meet is found, with items that show it.
        let run = lint(&[own, model("Other", "{x}", "s", &text("[a-z]+"))]);
        let found = run.json();
        let finding = found["findings"].as_array().unwrap().iter().find(|one| one["rule"] == "overlapping-keys");
        assert!(finding.is_some_and(|finding| !finding["witness"].is_null()), "{pattern}: {run:?}");
    }
}

#[test]
fn counts_within_counts_are_left_undecided() {
    let run = lint(&[model("A", "{x}", "s", &text("(((((a{64}){64}){64}){64}){64})"))]);
    assert_eq!(count(&run, "undecided"), 1, "{run:?}");
    let left = model("Left", "{x}", "s", &text("(((a{64}){64}){7})*b"));
    let run = lint(&[left, model("Right", "{x}", "s", &text("a(((a{64}){64}){7}aa)*b"))]);
    let found = counts(&run);
    assert!(found.contains_key("undecided"), "{run:?}");
    // Nothing is claimed of what is not decided.
    assert!(!found.contains_key("overlapping-keys") && !found.contains_key("identical-keys"), "{run:?}");
}

#[test]
fn one_costly_entity_takes_nothing_from_the_others() {
    let evil = |name: &str| model(name, "{x}", "s", &text("(((a{64}){64}){64}){9}"));
    let rival = |name: &str| model(name, "z#{x}", "s", &text("[0-9]+"));
    let overlaps = |models: &[String]| {
        let run = lint(models);
        let found = run.json();
        let subjects = found["findings"].as_array().unwrap().iter().filter(|one| one["rule"] == "identical-keys");
        subjects.map(|one| one["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let alone = overlaps(&[rival("One"), rival("Two")]);
    assert_eq!(alone.len(), 1);
    let among: Vec<String> = (0..30).map(|at| evil(&format!("Evil{at}"))).collect();
    assert_eq!(overlaps(&[among.clone(), vec![rival("One"), rival("Two")]].concat()), alone);
    assert_eq!(overlaps(&[vec![rival("One"), rival("Two")], among].concat()), alone);
}

#[test]
fn many_fields_in_a_key_are_tried_as_far_as_the_share_goes() {
    for fields in [40, 200] {
        let attributes: String = (0..fields).fold(String::new(), |mut all, at| {
            writeln!(all, "a{at} = \"string\"").unwrap();
            all
        });
        let key: Vec<String> = (0..fields).map(|at| format!("{{a{at}}}")).collect();
        let run = lint(&[model("A", &key.join("#"), "s#{a0}", &attributes)]);
        assert_eq!(count(&run, "undecided") > 0, fields == 200, "{fields}");
    }
}

#[test]
fn filters_that_grow_a_text_end_before_the_memory_does() {
    let growing = [
        "replace('a','aa')".to_owned() + &"|replace('a','aa')".repeat(29),
        "replace('','ab')".to_owned() + &"|replace('','ab')".repeat(60),
        format!("replace('a','{0}')|replace('a','{0}')|replace('a','{0}')", "a".repeat(1000)),
    ];
    for filters in growing {
        let folder = tempfile::tempdir().unwrap();
        let text = model("A", &format!("p#{{x|{filters}}}"), "s#{x}", "x = \"string\"");
        std::fs::write(folder.path().join("a.toml"), text).unwrap();
        std::fs::write(folder.path().join("i.json"), "{\"x\":\"a\"}").unwrap();
        let explained = bounded(folder.path(), &["explain", "a.toml", "i.json", "--format", "jsonl"]);
        assert_eq!(explained.status, 1, "{explained:?}");
        let findings = explained.lines()[0]["findings"].to_string();
        assert!(findings.contains("key-too-long") && !findings.contains("key-not-built"), "{findings}");
        let linted = bounded(folder.path(), &["lint", "a.toml", "--fail-on", "never"]);
        assert_eq!(linted.status, 0, "{linted:?}");
        std::fs::write(folder.path().join("t.jsonl"), "{\"pk\":\"p#a\",\"sk\":\"s#a\",\"x\":\"a\"}\n").unwrap();
        let audited = bounded(folder.path(), &["audit", "a.toml", "--items", "t.jsonl", "--fail-on", "never"]);
        assert_eq!(audited.status, 0, "{audited:?}");
    }
}

#[test]
fn of_many_problems_of_a_file_a_hundred_are_shown_and_the_rest_are_counted() {
    for (text, more) in [
        (format!("entity=\"A\"\n{}", "=".repeat(30_000)), None),
        (format!("entity=\"A\"\n{}", "=\n".repeat(30_000)), Some(29_900)),
        (format!("entity=\"A\"\n{}", (0..5_000).map(|at| format!("k{at}=1\n")).collect::<String>()), Some(4_900)),
        (
            model("A", &(0..3_000).map(|at| format!("{{b{at}}}")).collect::<String>(), "s", "x = \"string\""),
            Some(2_900),
        ),
    ] {
        let run = lint(&[text]);
        let found = run.json();
        let findings = found["findings"].as_array().unwrap();
        assert!(findings.len() <= 101, "{}", findings.len());
        let messages: Vec<&str> = findings.iter().map(|finding| finding["message"].as_str().unwrap()).collect();
        assert!(findings.iter().all(|finding| finding["rule"] != "undecided"));
        let last = messages.iter().find_map(|message| message.strip_suffix(" more problems in this file"));
        let counted = last.map(|last| last.trim_start_matches("more-problems: ").parse::<usize>().unwrap());
        // The reader of TOML has two errors for some lines.
        assert!(counted.unwrap_or_default() >= more.unwrap_or_default(), "{counted:?}, {more:?}");
        assert_eq!(findings.len() == 101, counted.is_some(), "{}", findings.len());
    }
}

#[test]
fn two_entities_with_one_key_are_told_of_in_any_crowd() {
    const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let uuids = format!(
        "x = {{ type = 'string', required = true, pattern = '{UUID}' }}\ny = {{ type = 'string', required = true, pattern = '{UUID}' }}"
    );
    for others in [0, 2_500] {
        let twins = ["One", "Two"].map(|name| model(name, "same#{x}", "same#{y}", &uuids));
        let crowd = (0..others)
            .map(|at| model(&format!("E{at}"), &format!("e{at}#{{x}}"), "{y}", "x = \"string\"\ny = \"string\""));
        let run = lint(&twins.into_iter().chain(crowd).collect::<Vec<_>>());
        // Proved and shown, or said to be open: never neither.
        let found = run.json();
        let about = |finding: &&serde_json::Value| {
            let message = finding["message"].as_str().unwrap();
            message.contains("`One`") && message.contains("`Two`")
        };
        let rules: Vec<&str> = found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(about)
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        assert!(rules == ["identical-keys"] || rules == ["undecided"], "{others}: {rules:?}");
        assert_eq!(rules == ["identical-keys"], others == 0, "{rules:?}");
    }
}

#[test]
fn combinations_that_are_all_tried_are_not_open() {
    let attributes: Vec<String> = ["a", "b", "c", "d", "e"].iter().map(|name| format!("{name} = \"string\"")).collect();
    let attributes = format!("x = {{ type = 'string', required = true }}\n{}", attributes.join("\n"));
    let models: Vec<String> = (0..400)
        .map(|at| {
            let sort = format!("{at}#{{a}}#{{b}}#{{c}}#{{d}}#{{e}}#{}", "-".repeat(200));
            model(&format!("E{at}"), &format!("e{at}#{{x}}"), &sort, &attributes)
        })
        .collect();
    assert_eq!(count(&lint(&models), "undecided"), 0);
}

#[test]
fn many_entities_with_one_key_are_told_in_a_few_findings() {
    let models: Vec<String> =
        (0..300).map(|at| model(&format!("Entity{at}"), "{x}", "{x}", "x = \"string\"")).collect();
    let run = lint(&models);
    let identical = count(&run, "identical-keys");
    assert!((2..=20).contains(&identical), "{identical}");
    assert!(run.stdout.contains("more entities, of which"), "the rest is counted");
    assert_eq!(count(&run, "overlapping-keys"), 0);
}

#[test]
fn of_many_findings_of_a_rule_in_a_file_a_hundred_are_shown_and_the_rest_are_counted() {
    let attributes: String = (0..300).fold(String::new(), |mut all, at| {
        writeln!(all, "a{at} = \"string\"").unwrap();
        all
    });
    let key: Vec<String> = (0..300).map(|at| format!("{{a{at}}}")).collect();
    let run = lint(&[model("A", &key.join("#"), "s", &attributes)]);
    assert_eq!(count(&run, "unbounded-key"), 101);
    assert!(run.stdout.contains("200 more findings of `unbounded-key` in this file"), "the rest is counted");
}

#[test]
fn a_model_of_too_many_indexes_or_pairs_is_an_error_that_says_so() {
    let indexes: String = (0..600).fold(String::new(), |mut all, at| {
        writeln!(all, "[indexes.gsi{at}]\npartition_key = {{ attribute = \"g{at}\", template = \"p{at}#{{x}}\" }}")
            .unwrap();
        all
    });
    let run = lint(&[model("A", "p#{x}", "s", "x = \"string\"") + &indexes]);
    assert!(run.stdout.contains("this model has 601 indexes"), "{run:?}");
    let pairs = vec!["[\"a\",\"{x}\"]"; 5_000].join(",");
    let text = format!(
        "entity=\"A\"\n[attributes]\nx=\"string\"\n[indexes.primary]\npartition_key={{attribute=\"pk\",build_key=[{pairs}]}}\n"
    );
    assert!(lint(&[text]).stdout.contains("this has 5000 pairs"));
    let holes = lint(&[model("A", &"{x}".repeat(2_000), "s", "x = \"string\"")]);
    assert!(holes.stdout.contains("this has 2000 placeholders"), "{holes:?}");
}

/// Patterns that are small to write and large to look into.
fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["a", "b", "[ab]", "[a-z0-9]", "\\w", ".", "[^#]", "ab|ba", "é", "\\d"]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0_u32..70, 0_u32..70)
                .prop_map(|(one, low, more)| format!("(?:{one}){{{low},{}}}", low + more)),
            (inner.clone(), 1_u32..70).prop_map(|(one, times)| format!("(?:{one}){{{times}}}")),
            inner.clone().prop_map(|one| format!("(?:{one})*")),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| format!("(?:{})", all.join("|"))),
            prop::collection::vec(inner, 1..4).prop_map(|all| all.concat()),
        ]
    })
}

fn filters() -> impl Strategy<Value = String> {
    let one = prop::sample::select(vec![
        "",
        "|lower",
        "|upper",
        "|strip",
        "|zfill(2048)",
        "|replace('a','aa')",
        "|replace('','ab')",
        "|replace('ab','')",
        "|int",
        "|str",
    ]);
    prop::collection::vec(one, 0..12).prop_map(|all| all.concat())
}

/// A model of some fields with such patterns, whose keys use them through such filters.
fn hostile() -> impl Strategy<Value = String> {
    let field = (pattern(), any::<bool>(), prop::option::of(1_u64..100_000_000_000), filters());
    (prop::collection::vec(field, 1..6), prop::sample::select(vec!["", "x#", "a"])).prop_map(|(fields, prefix)| {
        let (mut attributes, mut partition, mut sort) = (String::new(), prefix.to_owned(), String::new());
        for (at, (pattern, required, most, filters)) in fields.iter().enumerate() {
            let most = most.map(|most| format!(", max_length = {most}")).unwrap_or_default();
            writeln!(attributes, "x{at} = {{ type = 'string', required = {required}, pattern = '{pattern}'{most} }}")
                .unwrap();
            let key = if at % 2 == 0 { &mut partition } else { &mut sort };
            write!(key, "{{x{at}{filters}}}#").unwrap();
        }
        model("NAME", &partition, &format!("s{sort}"), &attributes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 40, ..ProptestConfig::default() })]

    /// Whatever they are, two models are linted within the memory, and twice with the same answer.
    #[test]
    fn hostile_models_are_linted(left in hostile(), right in hostile()) {
        let models = [left.replace("NAME", "Left"), right.replace("NAME", "Right")];
        prop_assert_eq!(lint(&models).stdout, lint(&models).stdout);
    }
}

/// The designs of a megabyte that took longest, each within a minute even where nothing is optimised and others work, too:
/// `cargo test --release --test budgets -- --ignored` takes them in seconds each.
#[test]
#[ignore = "takes minutes without optimisation"]
fn a_megabyte_of_anything_is_linted_in_time() {
    let indexed = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<String>>();
    let string = "x = \"string\"";
    let many = |entities: usize, key: &dyn Fn(usize) -> String, attribute: &dyn Fn(usize) -> String| {
        indexed(entities, &|at| model(&format!("Entity{at}"), &key(at), "{x}", &attribute(at)))
    };
    let attributes = |count: usize| (0..count).map(|at| format!("a{at} = \"string\"\n")).collect::<String>();
    let used = |count: usize| indexed(count, &|at| format!("{{a{at}}}")).join("#");
    let designs: Vec<(&str, Vec<String>)> = vec![
        ("attributes", vec![model("A", "p#{a0}", "s", &attributes(50_000))]),
        ("fields", vec![model("A", &used(1_000), "s", &attributes(1_000))]),
        ("unknown", vec![model("A", &used(30_000), "s", &attributes(10_000).replace('a', "b"))]),
        ("entities", many(5_000, &|at| format!("e{at}#{{x}}"), &|_| string.to_owned())),
        ("one key", many(5_000, &|_| "{x}".to_owned(), &|_| string.to_owned())),
        ("patterns", many(3_000, &|_| "{x}".to_owned(), &|at| text(&format!("(a|b)*a(a|b){{{}}}c{at}?", at % 60)))),
        (
            "cases",
            vec![format!(
                "entity = \"A\"\n[attributes]\n{string}\n[indexes.primary]\npartition_key = {{ attribute = \"pk\", cases = [{}] }}\n",
                indexed(15_000, &|at| format!("{{ when = \"x == '{at}'\", template = \"c{at}#{{x}}\" }}")).join(", ")
            )],
        ),
        (
            "access patterns",
            vec![
                model("A", "p#{x}", "s", string)
                    + &indexed(10_000, &|at| {
                        format!("[[access_patterns]]\nname = \"q{at}\"\nindex = \"primary\"\ngiven = [\"x\"]\n")
                    })
                    .concat(),
            ],
        ),
    ];
    let most = if cfg!(debug_assertions) { 120 } else { 10 };
    for (name, models) in designs {
        let begun = std::time::Instant::now();
        lint(&models);
        let taken = begun.elapsed().as_secs();
        assert!(taken <= most, "{name}: {taken} s");
    }
}

#[test]
fn the_seeds_of_the_fuzz_target_are_models() {
    for entry in std::fs::read_dir(root().join("fuzz/seeds/lint")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (at, part) in text.split("\n---\n").enumerate() {
            std::fs::write(folder.path().join(format!("m{at}.toml")), part).unwrap();
        }
        let run = run_in(folder.path(), &["lint", ".", "--format", "json", "--fail-on", "never"]);
        assert_eq!(count(&run, "unreadable-model"), 0, "{run:?}");
    }
}
