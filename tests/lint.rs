//! The contract of `lint` and `rules`: formats that say the same, exit status, baselines, files that are left out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{Run, command, finish, root, run, run_in, sarif};
use dynkeys::emit::{Root, rule_page, write_linted_github, write_linted_junit, write_linted_sarif};
use dynkeys::report::{FailOn, Levels, Linted};
use dynkeys::rules::{DesignFinding, Edit, Fix, Place, RULES, Safety, Witness, WitnessItem, rule};
use dynkeys::text::{SourceFile, is_printable};
use dynkeys::value::Value as Typed;
use serde_json::Value;
use tempfile::TempDir;

const FORMATS: [&str; 5] = ["human", "json", "sarif", "github", "junit"];

const SOUND: &str = "entity = \"Order\"\n[attributes]\nid = { type = \"string\", required = true, pattern = \"[a-z]+\", max_length = 9 }\n[indexes.primary]\ndescription = \"Get one.\"\npartition_key = { attribute = \"pk\", build_key = [[\"order\", \"{id}\"]] }\nsort_key = { attribute = \"sk\", build_key = [[\"order\", \"{id}\"]] }\n";
/// No primary index: an error.
const ERROR: &str = "entity = \"Product\"\n[attributes]\nid = \"string\"\n";
/// An ignore that hides nothing: a warning.
const WARNING: &str = "# dynkeys: ignore[index-attribute-reused, missing-primary]\n";

/// Only these rules: the formats are the subject, whatever other rules find in the models.
const KEPT: [&str; 6] =
    ["missing-primary", "index-attribute-reused", "unused-ignore", "unreadable-model", "unknown-rule", "unknown-field"];

/// A folder with a configuration and these models.
fn folder(config: &str, models: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let off = RULES.iter().filter(|rule| rule.is_about_designs() && !KEPT.contains(&rule.name));
    let off: String = off.map(|rule| format!("{} = \"off\"\n", rule.name)).collect();
    std::fs::write(folder.path().join("dynkeys.toml"), format!("{config}\n[rules]\n{off}")).unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    for (name, text) in models {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn lint(folder: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["lint"];
    all.extend(arguments);
    run_in(folder, &all)
}

fn findings(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    lint(folder, &all).json()["findings"].as_array().unwrap().clone()
}

/// One finding as every format tells it: rule, path, line, level.
type Told = (String, String, u64, String);

fn told(rule: &str, path: &str, line: &str, level: &str) -> Told {
    (rule.to_owned(), path.trim_start_matches("./").to_owned(), line.parse().unwrap(), level.to_owned())
}

/// The findings of a run, read from its format.
fn read(format: &str, text: &str) -> Vec<Told> {
    match format {
        "human" => {
            let mut all = Vec::new();
            let mut lines = text.lines();
            while let Some(line) = lines.next() {
                if let Some((level, rest)) = line.split_once('[')
                    && ["error", "warning", "info"].contains(&level)
                {
                    let place = lines.next().unwrap().split_once("─[").unwrap().1;
                    let mut parts = place.trim_end_matches(']').rsplitn(3, ':').skip(1);
                    let (line, path) = (parts.next().unwrap(), parts.next().unwrap());
                    all.push(told(rest.split(']').next().unwrap(), path, line, level));
                }
            }
            all
        }
        "json" => {
            let document: Value = serde_json::from_str(text).unwrap();
            let finding = |one: &Value| {
                let text = |name: &str| one[name].as_str().unwrap().to_owned();
                told(&text("rule"), &text("path"), &one["line"].to_string(), &text("level"))
            };
            document["findings"].as_array().unwrap().iter().map(finding).collect()
        }
        "sarif" => {
            let document: Value = serde_json::from_str(text).unwrap();
            let run = &document["runs"][0];
            let result = |one: &Value| {
                let rule = one["ruleId"].as_str().unwrap();
                let index = usize::try_from(one["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(run["tool"]["driver"]["rules"][index]["id"], rule);
                let place = &one["locations"][0]["physicalLocation"];
                let path = place["artifactLocation"]["uri"].as_str().unwrap();
                let level = one["level"].as_str().unwrap().replace("note", "info");
                told(rule, path, &place["region"]["startLine"].to_string(), &level)
            };
            run["results"].as_array().unwrap().iter().map(result).collect()
        }
        "github" => {
            let command = |line: &str| {
                let (properties, _) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
                let (level, properties) = properties.split_once(' ').unwrap();
                let property = |name: &str| {
                    let found = properties.split(',').find_map(|one| one.strip_prefix(&format!("{name}=")));
                    found.unwrap_or_else(|| panic!("{name}: {line}")).to_owned()
                };
                let rule = property("title").strip_prefix("dynkeys ").unwrap().to_owned();
                told(&rule, &property("file"), &property("line"), &level.replace("notice", "info"))
            };
            text.lines().map(command).collect()
        }
        "junit" => {
            let document = roxmltree::Document::parse(text).unwrap();
            let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
            let case = |node: roxmltree::Node<'_, '_>| {
                let body =
                    node.children().find(|node| node.has_tag_name("failure") || node.has_tag_name("system-out"))?;
                let (level, rest) = body.text().unwrap().split_once('[').unwrap();
                let of = |name: &str| node.attribute(name).unwrap();
                assert_eq!(node.parent().unwrap().attribute("name").unwrap(), of("file"));
                Some(told(rest.split(']').next().unwrap(), of("file"), of("line"), level))
            };
            cases.filter_map(case).collect()
        }
        _ => panic!("{format}"),
    }
}

#[test]
fn every_format_says_the_same() {
    let unknown = "# dynkeys: ignore[no-such-rule, nor-this-one]\n";
    let broken = "entity = \"Broken\"\n[attributes\n";
    let models = [
        ("models/order.toml", SOUND),
        ("models/product.toml", ERROR),
        ("models/two words.toml", &format!("{unknown}{}", SOUND.replace("Order", "Invoice"))),
        ("models/broken.toml", broken),
    ];
    let folder = folder("", &models);
    let expected = BTreeSet::from([
        told("missing-primary", "models/product.toml", "1", "error"),
        told("unknown-rule", "models/two words.toml", "1", "info"),
        told("unreadable-model", "models/broken.toml", "2", "warning"),
    ]);
    let levels = ["--rule", "unknown-rule=info", "--rule", "unreadable-model=warning"];
    for format in FORMATS {
        let run = lint(folder.path(), &[&["--format", format][..], &levels].concat());
        assert_eq!(run.status, 1, "{format}: {run:?}");
        let unescaped = run.stdout.replace("two%20words", "two words");
        let told = read(format, &unescaped);
        // The one about two rules is two findings of one line.
        assert!(told.len() >= expected.len(), "{format}: {told:?}");
        assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), expected, "{format}: {}", run.stdout);
        // The same on every run.
        assert_eq!(lint(folder.path(), &[&["--format", format][..], &levels].concat()).stdout, run.stdout);
    }
    // The fixtures of the rules, whatever is found in them.
    for rule in RULES.iter().filter(|rule| rule.is_about_designs() || rule.is_about_items()) {
        let all = root().join("fixtures/rules").join(rule.name);
        let told = |format: &str| {
            let run = run_in(&all, &["lint", ".", "--format", format, "--fail-on", "never"]);
            assert_eq!(run.status, 0, "{run:?}");
            let mut told = read(format, &run.stdout);
            told.sort();
            told
        };
        let expected = told("json");
        for format in FORMATS {
            assert_eq!(told(format), expected, "{}: {format}", all.display());
        }
    }
}

#[test]
fn the_exit_status_follows_the_findings_in_every_format() {
    let sound = folder("", &[("models/order.toml", SOUND)]);
    let error = folder("", &[("models/product.toml", ERROR)]);
    for format in FORMATS {
        for (folder, level, fail_on, status) in [
            (&sound, "error", "info", 0),
            (&error, "error", "error", 1),
            (&error, "warning", "error", 0),
            (&error, "warning", "warning", 1),
            (&error, "info", "warning", 0),
            (&error, "info", "info", 1),
            (&error, "error", "never", 0),
            (&error, "off", "info", 0),
        ] {
            let level = format!("missing-primary={level}");
            let run = lint(folder.path(), &["--format", format, "--fail-on", fail_on, "--rule", &level]);
            assert_eq!(run.status, status, "{format} {level} {fail_on}: {run:?}");
        }
        for arguments in
            [&["no.toml"][..], &["--rule", "no-such-rule=off"], &["--config", "no.toml"], &["--baseline", "no"]]
        {
            let run = lint(sound.path(), &[&["--format", format][..], arguments].concat());
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{format} {arguments:?}: {run:?}");
            assert!(!run.stderr.is_empty());
        }
    }
}

#[test]
fn junit_counts_models_and_fails_as_the_run_does() {
    let folder = folder("", &[("models/order.toml", SOUND), ("models/product.toml", ERROR)]);
    for (fail_on, failures) in [("error", "1"), ("never", "0")] {
        let run = lint(folder.path(), &["--format", "junit", "--fail-on", fail_on]);
        let document = roxmltree::Document::parse(&run.stdout).unwrap();
        let all = document.root_element();
        let of = |name: &str| all.attribute(name).unwrap().to_owned();
        let skipped = if failures == "0" { "1" } else { "0" };
        assert_eq!((of("tests"), of("failures"), of("skipped")), ("2".into(), failures.into(), skipped.into()));
        let count = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count().to_string();
        assert_eq!(
            (count("testcase"), count("failure"), count("skipped")),
            ("2".into(), failures.into(), skipped.into())
        );
        assert_eq!(count("testsuite"), "2");
        assert_eq!(run.stderr, "2 models linted, 1 error\n");
    }
}

/// What a model could say to harm a reader of reports.
const HOSTILE: &str = "\u{1b}[31m\u{7}\r\n::error::x%0A%25]]><script>alert(1)</script>&amp;\"'[x](http://evil)\u{202e}\u{2028}\u{fffe}\u{0}";

#[test]
fn names_of_strangers_are_inert_in_every_format() {
    let quoted = serde_json::to_string(HOSTILE).unwrap().replace("\u{202e}", "\\u202e").replace("\u{fffe}", "\\ufffe");
    let hostile = format!(
        "entity = {quoted}\n[attributes]\n{quoted} = \"string\"\n[indexes.gsi1]\npartition_key = {{ attribute = {quoted}, build_key = [[\"a\", \"{{id}}\"]] }}\n"
    );
    let folder = folder(
        "",
        &[("models/a.toml", &hostile), ("models/b.toml", &format!("# dynkeys: ignore[no-such-rule]\n{hostile}"))],
    );
    let found = findings(folder.path(), &[]).len();
    assert!(found >= 3, "{found}");
    for format in FORMATS {
        let run = lint(folder.path(), &["--format", format]);
        assert_eq!(run.status, 1, "{format}: {run:?}");
        for text in [&run.stdout, &run.stderr] {
            let wrong = text.chars().find(|c| !is_printable(*c) && *c != '\n');
            assert_eq!(wrong, None, "{format}: {text}");
        }
        assert_eq!(read(format, &run.stdout).len(), found, "{format}: {}", run.stdout);
        if format == "sarif" {
            sarif(&run.stdout);
            assert!(!run.stdout.contains("](http"), "{}", run.stdout);
        }
    }
    // A command is a line that begins with its name; what else is in it is text.
    let github = lint(folder.path(), &["--format", "github"]);
    assert!(github.stdout.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")));
    assert!(github.stdout.contains("%250A%2525"), "{}", github.stdout);
}

#[test]
fn sarif_is_valid_and_carries_the_rules() {
    let log = sarif(&run(&["lint", "--format", "sarif", "--fail-on", "never"]).stdout);
    let run = &log["runs"][0];
    assert_eq!((&run["columnKind"], &log["version"]), (&"unicodeCodePoints".into(), &"2.1.0".into()));
    let driver = &run["tool"]["driver"];
    assert_eq!((&driver["name"], &driver["semanticVersion"]), (&"dynkeys".into(), &env!("CARGO_PKG_VERSION").into()));
    let ids: Vec<&str> = driver["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let designs: Vec<&str> = RULES.iter().filter(|rule| rule.is_about_designs()).map(|rule| rule.name).collect();
    assert_eq!(ids, designs);
    for rule in driver["rules"].as_array().unwrap() {
        let full = rule["fullDescription"]["text"].as_str().unwrap();
        assert!(!full.is_empty() && full.len() <= 1024 && !full.contains("##"), "{rule}");
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## How to fix"), "{rule}");
        assert!(["error", "warning", "note"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap()));
        let page = rule["helpUri"].as_str().unwrap().split("/main/").nth(1).unwrap().to_owned();
        assert_eq!(page, format!("docs/rules/{}.md", rule["id"].as_str().unwrap()));
    }
}

/// One finding with all that a finding can have.
fn full() -> Linted {
    let source = SourceFile::new("models/ä b.toml", "entity = \"Ünïque\"\n\n[x]\nlast");
    let other = SourceFile::new("../shared/other.toml", "entity = \"Other\"\n");
    let place = |span: std::ops::Range<usize>| Place::new(&source, span.into());
    let item = |entity: &str| WitnessItem {
        entity: entity.to_owned(),
        fields: vec![("id".to_owned(), Typed::Int(7)), ("name".to_owned(), Typed::Str("a\u{1b}".into()))],
    };
    let finding = DesignFinding::new(rule("missing-primary").unwrap(), place(9..19), "both are `x` in {id}")
        .subject(["a"])
        .help("write [x](y)")
        .related(Place::new(&other, (0..6).into()), "the other")
        .witness(Witness {
            items: vec![item("A"), item("B")],
            caption: "both write".to_owned(),
            keys: vec![("pk".to_owned(), "a#7".to_owned())],
        })
        .fix(Fix {
            title: "rename it".to_owned(),
            safety: Safety::Unsafe,
            edits: vec![
                Edit { place: place(0..0), text: "\u{1b}\n".to_owned() },
                Edit { place: Place::new(&other, (0..6).into()), text: String::new() },
                Edit { place: place(21..24), text: "[y]".to_owned() },
            ],
        });
    let several_lines = DesignFinding::new(rule("unused-ignore").unwrap(), place(0..25), "two").subject(["b"]);
    let end_of_file = DesignFinding::new(rule("unused-ignore").unwrap(), place(29..29), "three").subject(["c"]);
    let empty_line = DesignFinding::new(rule("unused-ignore").unwrap(), place(20..20), "four").subject(["d"]);
    Linted::new(vec![finding, several_lines, end_of_file, empty_line], &Levels::default())
}

#[test]
fn sarif_carries_all_of_a_finding() {
    let mut out = Vec::new();
    write_linted_sarif(&mut out, &Root::new("/repo/service", "/repo"), &full()).unwrap();
    let log = sarif(&String::from_utf8(out).unwrap());
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |text: &str| {
        let is_it = |one: &&Value| one["message"]["text"].as_str().unwrap().starts_with(text);
        results.iter().find(is_it).unwrap_or_else(|| panic!("{text}: {results:?}"))
    };
    let one = of("both");
    assert_eq!(
        one["message"]["text"],
        "both are `x` in {id}.\nA {id: 7, name: \"a\\u001b\"}\nB {id: 7, name: \"a\\u001b\"}\nboth write: pk = a#7\nhelp: write [x] (y)\nfix: rename it (`--fix --unsafe`)"
    );
    let place = &one["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "service/models/%C3%A4%20b.toml");
    assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    let region = |from: (u64, u64), to: (u64, u64)| serde_json::json!({ "startLine": from.0, "startColumn": from.1, "endLine": to.0, "endColumn": to.1 });
    // Columns count characters, of which some have two bytes.
    assert_eq!(place["region"], region((1, 10), (1, 18)));
    let related = &one["relatedLocations"][0];
    assert_eq!(related["message"]["text"], "the other");
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "shared/other.toml");
    assert_eq!(one["properties"]["witness"]["items"][1]["entity"], "B");
    assert_eq!(one["partialFingerprints"]["dynkeys/v1"].as_str().unwrap().len(), 32);
    let fix = &one["fixes"][0];
    assert_eq!(fix["properties"]["safe"], false);
    let changes = fix["artifactChanges"].as_array().unwrap();
    assert_eq!(changes.iter().map(|one| one["replacements"].as_array().unwrap().len()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(changes[0]["replacements"][0]["deletedRegion"], region((1, 1), (1, 1)));
    assert_eq!(changes[0]["replacements"][0]["insertedContent"]["text"], "\u{1b}\n");
    // No region is empty: the last character stands for the end of the file, the line for an empty line.
    let region_of = |text: &str| of(text)["locations"][0]["physicalLocation"]["region"].clone();
    assert_eq!(region_of("three"), region((4, 4), (4, 5)));
    assert_eq!(region_of("four"), serde_json::json!({ "startLine": 2 }));
    assert_eq!(region_of("two"), region((1, 1), (3, 4)));
}

#[test]
fn annotations_have_columns_only_in_one_line() {
    let mut out = Vec::new();
    write_linted_github(&mut out, &Root::new("/repo", "/repo"), &full()).unwrap();
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[0].starts_with("::warning file=models/ä b.toml,line=1,endLine=3,title=dynkeys unused-ignore::"),
        "{text}"
    );
    assert!(lines[1].starts_with("::error file=models/ä b.toml,line=1,endLine=1,col=10,endColumn=18,title="), "{text}");
    assert!(lines[1].contains("%0Aboth write: pk = a#7%0Ahelp: write"), "{text}");
    assert!(lines[2].contains("line=2,endLine=2,title="), "{text}");
    let mut out = Vec::new();
    write_linted_junit(&mut out, &Root::new("/repo", "/repo"), &full(), FailOn::Error).unwrap();
    let text = String::from_utf8(out).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    assert_eq!(document.root_element().attribute("failures"), Some("1"));
    assert_eq!(document.root_element().attribute("skipped"), Some("3"));
}

#[test]
fn paths_are_those_of_the_repository_in_ci() {
    let folder = folder("", &[("models/a,b.toml", ERROR)]);
    let whole = std::fs::canonicalize(folder.path()).unwrap();
    for (variable, format, words) in [
        ("GITHUB_WORKSPACE", "github", "file=service/models/a%2Cb.toml,"),
        ("GITHUB_WORKSPACE", "sarif", "\"uri\":\"service/models/a,b.toml\""),
        ("CI_PROJECT_DIR", "junit", "file=\"service/models/a,b.toml\""),
        ("UNKNOWN", "github", "file=models/a%2Cb.toml,"),
    ] {
        let service = whole.join("service");
        if !service.exists() {
            std::fs::create_dir(&service).unwrap();
            for name in ["models", "dynkeys.toml"] {
                std::fs::rename(whole.join(name), service.join(name)).unwrap();
            }
        }
        let mut command = command(&service, &["lint", "--format", format]);
        command.env(variable, &whole);
        let run = finish(command);
        assert!(run.status == 1 && run.stdout.contains(words), "{words}: {run:?}");
    }
}

#[test]
fn a_baseline_hides_what_is_known() {
    let folder = folder("", &[("models/product.toml", ERROR), ("models/order.toml", &format!("{WARNING}{SOUND}"))]);
    let path = folder.path();
    let file = path.join("known.json");
    let found = findings(path, &[]);
    assert_eq!(found.len(), 3, "{found:?}");
    let written = lint(path, &["--write-baseline", "known.json"]);
    assert_eq!(written.status, 0, "{written:?}");
    assert_eq!(written.stderr, "note: wrote 3 findings to `known.json`\n");
    let text = std::fs::read_to_string(&file).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&document["version"], text.lines().count()), (&1.into(), 8), "{text}");
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("fingerprint")).collect();
    assert_eq!(lines.len(), 3);
    let first = &document["findings"][0];
    assert_eq!((&first["path"], &first["rule"]), (&"models/order.toml".into(), &"unused-ignore".into()));
    assert!(lines.iter().zip(&lines[1..]).all(|(one, next)| one < next), "{text}");

    for format in FORMATS {
        let known = lint(path, &["--baseline", "known.json", "--format", format, "--fail-on", "info"]);
        assert_eq!(known.status, 0, "{known:?}");
        assert!(read(format, &known.stdout).is_empty(), "{known:?}");
    }
    let summary = lint(path, &["--baseline", "known.json", "--format", "json"]).json()["summary"].clone();
    assert_eq!((&summary["known"], &summary["mended"]), (&3.into(), &0.into()));
    // Written once more it is the same, byte for byte.
    assert_eq!(lint(path, &["--baseline", "known.json", "--write-baseline"]).status, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    // Nothing is left beside it.
    assert_eq!(std::fs::read_dir(path).unwrap().count(), 3);

    // Lines move, tables change places, a file gets another name: the findings are the same.
    std::fs::remove_file(path.join("models/product.toml")).unwrap();
    let moved = "# Moved.\n\n\ndescription = \"x\"\nentity      =   \"Product\"\n[attributes]\nname = \"string\"\nid = \"string\"\n";
    std::fs::write(path.join("models/article.toml"), moved).unwrap();
    let known = lint(path, &["--baseline", "known.json"]);
    assert!(known.status == 0 && known.stdout.contains("3 known to the baseline"), "{known:?}");
    // From another folder as well.
    let above = path.parent().unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let arguments = [format!("{name}/models"), format!("{name}/dynkeys.toml"), format!("{name}/known.json")];
    let [models, config, baseline] = arguments.each_ref().map(String::as_str);
    let known = lint(above, &[models, "--config", config, "--baseline", baseline]);
    assert!(known.status == 0 && known.stdout.contains("3 known to the baseline"), "{known:?}");

    // Each entry hides one finding, and a new one is seen.
    std::fs::write(path.join("models/second.toml"), ERROR.replace("Product", "Second")).unwrap();
    let new = findings(path, &["--baseline", "known.json"]);
    assert_eq!(new.len(), 1, "{new:?}");
    assert_eq!(new[0]["path"], "models/second.toml");
    std::fs::remove_file(path.join("models/second.toml")).unwrap();

    // What is mended is told, and tidied up on demand.
    std::fs::write(path.join("models/article.toml"), SOUND.replace("Order", "Product")).unwrap();
    let mended = lint(path, &["--baseline", "known.json"]);
    assert!(mended.status == 0 && mended.stdout.contains("1 of the baseline no longer found"), "{mended:?}");
    assert!(mended.stderr.contains("holds 1 finding that is no more") && mended.stderr.contains("--write-baseline"));
    // Where only some models are linted, the others have not been mended.
    let part = lint(path, &["models/article.toml", "--baseline", "known.json"]);
    assert!(part.status == 0 && !part.stdout.contains("no longer found"), "{part:?}");
    assert_eq!(lint(path, &["--baseline", "known.json", "--write-baseline", "models"]).status, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 7);
    assert!(lint(path, &["--baseline", "known.json"]).stderr.is_empty());
}

#[test]
fn a_model_that_cannot_be_read_can_be_known() {
    let folder = folder("", &[("models/broken.toml", "entity = \"A\"\nnmae = 1\n")]);
    assert_eq!(lint(folder.path(), &[]).status, 1);
    assert_eq!(lint(folder.path(), &["--write-baseline", "known.json"]).status, 0);
    std::fs::write(folder.path().join("models/broken.toml"), "# more\nentity = \"A\"\nnmae = 1\n").unwrap();
    assert_eq!(lint(folder.path(), &["--baseline", "known.json"]).status, 0);
    std::fs::write(folder.path().join("models/broken.toml"), "# more\nentity = \"A\"\nnmae = 1\nidx = 2\n").unwrap();
    assert_eq!(findings(folder.path(), &["--baseline", "known.json"]).len(), 1);
}

#[test]
fn a_baseline_that_is_none_is_an_error() {
    let folder = folder("", &[("models/order.toml", SOUND)]);
    let write = |text: &str| std::fs::write(folder.path().join("known.json"), text).unwrap();
    for (text, words) in [
        ("{\n  \"version\": 1,\n  \"findings\": [ä]\n}", "known.json:3:16"),
        ("", "known.json:1:1"),
        ("{\"version\":1}", "missing field `findings`"),
        ("{\"version\":1,\"findings\":[{\"rule\":1}]}", "known.json:1:34"),
        ("{\"version\":9,\"findings\":[]}", "version 9"),
    ] {
        write(text);
        for format in FORMATS {
            let run = lint(folder.path(), &["--baseline", "known.json", "--format", format]);
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{text}: {run:?}");
            assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        }
    }
    // A file of something else is not overwritten.
    for (text, is_kept) in [("# Notes\n", true), ("{\"version\":9,\"findings\":[]}", false)] {
        write(text);
        let run = lint(folder.path(), &["--write-baseline", "known.json"]);
        assert_eq!(run.status, if is_kept { 2 } else { 0 }, "{run:?}");
        assert_eq!(std::fs::read_to_string(folder.path().join("known.json")).unwrap() == text, is_kept);
    }
    let nowhere = lint(folder.path(), &["--write-baseline", "no/such/folder.json"]);
    assert!(nowhere.status == 2 && nowhere.stderr.contains("cannot write `no/such/folder.json`"), "{nowhere:?}");
    // Neither a folder nor a model is taken for one.
    for arguments in
        [&["--write-baseline"][..], &["--write-baseline", "models"], &["--write-baseline", "models/order.toml"]]
    {
        let run = lint(folder.path(), arguments);
        assert!(run.status == 2 && run.stderr.contains("does not say to which file"), "{arguments:?}: {run:?}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("models/order.toml")).unwrap(), SOUND);
}

#[test]
fn files_named_by_a_hook_respect_the_excludes() {
    let models = [("models/order.toml", SOUND), ("models/legacy.toml", ERROR)];
    let folder = folder("exclude = [\"models/legacy.toml\"]", &models);
    let path = folder.path();
    let linted = |arguments: &[&str]| {
        let run = lint(path, arguments);
        assert_eq!(run.status, 0, "{run:?}");
        run.stdout
    };
    assert_eq!(linted(&[]), "1 model linted, nothing found\n");
    assert_eq!(linted(&["models/order.toml", "models/legacy.toml"]), "1 model linted, nothing found\n");
    assert_eq!(linted(&["models/legacy.toml"]), "0 models linted, nothing found\n");
    let absolute = path.join("models/legacy.toml");
    assert_eq!(linted(&[absolute.to_str().unwrap()]), "0 models linted, nothing found\n");
    // The configuration is no model; where it is all that changed, every model may have a finding.
    assert_eq!(linted(&["dynkeys.toml", "models/order.toml"]), "1 model linted, nothing found\n");
    assert_eq!(linted(&["dynkeys.toml"]), "1 model linted, nothing found\n");
    assert_eq!(linted(&["dynkeys.toml", "models/legacy.toml"]), "0 models linted, nothing found\n");
}

#[test]
fn rules_are_listed_and_explained() {
    let list = run(&["rules"]);
    assert_eq!(list.status, 0);
    assert!(list.stdout.lines().all(|line| line.chars().count() <= 80), "{}", list.stdout);
    for rule in RULES {
        let words = [rule.name, rule.group.title()];
        assert!(words.iter().all(|word| list.stdout.contains(word)), "{}", rule.name);
    }
    let document = run(&["rules", "--format", "json"]).json();
    let names: Vec<&str> =
        document["rules"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert_eq!(names, RULES.iter().map(|rule| rule.name).collect::<Vec<_>>());
    let squeezed =
        |text: &str| text.chars().filter(|c| !c.is_whitespace() && !"#`*<>".contains(*c)).collect::<String>();
    for rule in RULES {
        let page = run(&["rules", rule.name]);
        assert_eq!(page.status, 0);
        // It is the text of the web page, but for links between pages.
        if !rule.doc.contains("](") {
            let web = ["```toml", "```json", "```python", "```text"];
            let web = web.iter().fold(rule_page(rule), |page, fence| page.replace(fence, ""));
            assert_eq!(squeezed(&page.stdout), squeezed(&web), "{}", rule.name);
        }
        let json = run(&["rules", rule.name, "--format", "json"]).json();
        assert_eq!((&json["doc"], &json["summary"]), (&rule.doc.into(), &rule.summary.into()));
        assert!(
            !json["commands"].as_array().unwrap().is_empty() && json["group"].is_string() && json["level"].is_string()
        );
    }
    let colored = run(&["rules", "missing-primary", "--color", "always"]);
    assert!(colored.stdout.starts_with("\u{1b}[1mmissing-primary\u{1b}[0m\n"), "{}", colored.stdout);
    let wrong = run(&["rules", "misng-primary"]);
    assert!(wrong.status == 2 && wrong.stdout.is_empty(), "{wrong:?}");
    assert!(wrong.stderr.contains("did you mean `missing-primary`?"), "{wrong:?}");
    let far = run(&["rules", "zzz"]);
    assert!(far.status == 2 && far.stderr.contains("`dynkeys rules` lists them"), "{far:?}");
}
