//! What `dynkeys audit` and `dynkeys merge` print: for people, as Markdown and as SARIF. `fixtures/audit/shop` is a
//! table with a handful of each defect, `fixtures/audit/hostile` one whose names and keys are markup, terminal escapes,
//! bidi marks and line ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{Run, assert_file, command, finish, root, run_in, sarif};
use dynkeys::audit::Defect;
use dynkeys::emit::{Terminal, write_audited, write_audited_markdown};
use dynkeys::report::Audited;
use dynkeys::text::is_printable;
use serde_json::{Value, json};
use tempfile::TempDir;

const FORMATS: [&str; 3] = ["human", "markdown", "sarif"];

fn shop() -> PathBuf {
    root().join("fixtures/audit/shop")
}

fn hostile() -> PathBuf {
    root().join("fixtures/audit/hostile")
}

/// Audits the items of a folder.
fn audit(folder: &Path, arguments: &[&str]) -> Run {
    run_in(folder, &[&["audit", "--items", "items.jsonl"][..], arguments].concat())
}

/// A folder with the shop's models and these items.
fn table(items: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    for entry in std::fs::read_dir(shop().join("models")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join("models").join(path.file_name().unwrap())).unwrap();
    }
    std::fs::copy(shop().join("dynkeys.toml"), folder.path().join("dynkeys.toml")).unwrap();
    for (name, text) in items {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn items() -> String {
    std::fs::read_to_string(shop().join("items.jsonl")).unwrap()
}

/// Lines of the shop's items in which nothing is found.
fn sound() -> String {
    items().lines().take(8).map(|line| format!("{line}\n")).collect()
}

#[test]
fn people_see_what_matters_first_and_then_each_check() {
    let run = audit(&shop(), &[]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert_file(&run.stdout, "fixtures/output/audit.txt");
    let summary = run.stdout.split("\n\n").next().unwrap();
    assert!(summary.lines().count() <= 12, "half a screen:\n{summary}");
    let wide = run.stdout.lines().map(textwrap::core::display_width).max().unwrap();
    assert!(wide <= 80, "{wide} columns");
    assert!(run.stdout.ends_with("\n82 items audited, 12 errors, 21 warnings\n"), "{}", run.stdout);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for folder in [shop(), hostile()] {
        let report: Audited = serde_json::from_value(audit(&folder, &["--format", "json"]).json()).unwrap();
        for width in [20, 40, 47, 60, 80, 133, 300] {
            let mut out = Vec::new();
            write_audited(&mut out, Terminal::screen(width, false), &report, 9).unwrap();
            let text = String::from_utf8(out).unwrap();
            let wide = text.lines().map(textwrap::core::display_width).max().unwrap();
            assert!(wide <= usize::from(width.max(40)), "{wide} columns in {width}:\n{text}");
        }
    }
}

#[test]
fn estimates_say_how_far_off_they_may_be() {
    let mut report = audit(&shop(), &["--format", "json"]).json();
    let partitions = &mut report["indexes"]["primary"]["partitions"];
    for (name, value) in [("count", json!(1_234_567)), ("exact", json!(false)), ("error", json!(1_234))] {
        partitions[name] = value;
    }
    let report: Audited = serde_json::from_value(report).unwrap();
    let (mut human, mut markdown) = (Vec::new(), Vec::new());
    write_audited(&mut human, Terminal::FILE, &report, 0).unwrap();
    write_audited_markdown(&mut markdown, &report, 0).unwrap();
    for text in [human, markdown].map(|bytes| String::from_utf8(bytes).unwrap()) {
        for told in [" 1,234,567 ± 3.2 % ", "The items of a partition are estimates (95 %): primary ± 1,234."] {
            assert!(text.contains(told), "{told}:\n{text}");
        }
    }
}

#[test]
fn colours_are_only_in_terminals() {
    let run = audit(&shop(), &["--color", "always", "--rule", "stale-key=off"]);
    assert_file(&run.stdout, "fixtures/output/audit-color.txt");
    let mut with_no_color = command(&shop(), &["audit", "--items", "items.jsonl"]);
    with_no_color.env("NO_COLOR", "1");
    let plain = finish(with_no_color).stdout;
    assert!(!plain.contains('\u{1b}'));
    // Colours take no room and change no word.
    let painted = audit(&shop(), &["--color", "always"]).stdout;
    assert_eq!(without_colors(&painted), plain);
    let folder = table(&[("items.jsonl", &items())]);
    let run = audit(folder.path(), &["--color", "always", "--output", "report.txt"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert_eq!(std::fs::read_to_string(folder.path().join("report.txt")).unwrap(), plain);
    assert_eq!(without_colors(&run.stderr), "82 items audited, 12 errors, 21 warnings\n");
}

/// A text without the sequences that set colours.
fn without_colors(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\u{1b}[") {
        let (codes, after) = behind.split_once('m').unwrap();
        assert!(codes.chars().all(|c| c.is_ascii_digit() || c == ';'), "{codes:?}");
        plain.push_str(before);
        rest = after;
    }
    plain + rest
}

#[test]
fn a_pull_request_shows_tables() {
    let run = audit(&shop(), &["--format", "markdown"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, "82 items audited, 12 errors, 21 warnings\n"));
    assert_file(&run.stdout, "fixtures/output/audit.md");
    assert_rows_fit(&run.stdout);
    assert!(run.stdout.len() < 65_536, "a comment holds so many characters: {}", run.stdout.len());
}

/// Each row of a table has as many cells as its head; an escaped bar is no border.
#[track_caller]
fn assert_rows_fit(page: &str) {
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut head = None;
    let mut rows = 0;
    for line in page.lines() {
        if line.starts_with('|') {
            assert_eq!(cells(line), *head.get_or_insert(cells(line)), "{line}");
            rows += 1;
        } else {
            assert!(!line.contains(" | "), "a row is broken: {line}");
            head = None;
        }
    }
    assert!(rows > 20, "{rows}");
}

#[test]
fn code_scanning_gets_a_result_for_each_group() {
    let run = audit(&shop(), &["--format", "sarif"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, "82 items audited, 12 errors, 21 warnings\n"));
    let log = sarif(&run.stdout);
    let results = &log["runs"][0]["results"];
    // The rules are those of `dynkeys rules`: here is what was found.
    assert_file(&(serde_json::to_string_pretty(results).unwrap() + "\n"), "fixtures/output/audit.sarif.json");
    let report = audit(&shop(), &["--format", "json"]).json();
    let mut told = BTreeMap::new();
    for result in results.as_array().unwrap() {
        let rule = result["ruleId"].as_str().unwrap();
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let known = &log["runs"][0]["tool"]["driver"]["rules"][index];
        assert_eq!(known["id"], rule);
        assert!(known["helpUri"].as_str().unwrap().ends_with(&format!("/docs/rules/{rule}.md")));
        assert!(known["fullDescription"]["text"].as_str().unwrap().len() <= 1024, "{rule}");
        *told.entry(rule.to_owned()).or_insert(0) += result["properties"]["count"].as_u64().unwrap();
        let level = report["checks"][rule]["level"].as_str().unwrap();
        assert_eq!(result["level"].as_str().unwrap().replace("note", "info"), level);
    }
    let checks = report["checks"].as_object().unwrap();
    let found = checks.iter().map(|(name, check)| (name.clone(), check["count"].as_u64().unwrap()));
    assert_eq!(told, found.filter(|(_, count)| *count > 0).collect());
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), checks.len(), "a rule for each check that was made");
}

#[test]
fn every_format_tells_every_check_that_found_something() {
    let report = audit(&shop(), &["--format", "json"]).json();
    let human = audit(&shop(), &[]).stdout;
    let markdown = audit(&shop(), &["--format", "markdown"]).stdout;
    let mut found = 0;
    for defect in Defect::ALL {
        let check = &report["checks"][defect.name()];
        let is_found = check["count"].as_u64().unwrap_or_default() > 0;
        let (level, name, count) = (check["level"].as_str().unwrap_or_default(), defect.name(), &check["count"]);
        let section = human.split("\n\n").find(|section| section.starts_with(&format!("{level}[{name}]: ")));
        assert_eq!(section.is_some(), is_found, "{name}");
        assert_eq!(markdown.contains(&format!("\n### `{name}`: {count}\n")), is_found, "{name}");
        if let Some(section) = section {
            found += 1;
            let head = section.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(head.contains(&format!(": {count} ")), "{section}");
            assert!(section.contains("\n  help: ") && section.ends_with(&format!("\n  more: dynkeys rules {name}")));
        }
    }
    assert_eq!(found, 13, "the shop has so many kinds of defects");
}

#[test]
fn a_clean_table_is_told_in_a_few_lines() {
    let folder = table(&[("items.jsonl", &sound())]);
    let run = audit(folder.path(), &[]);
    let expected = "\
Audit of items.jsonl
  Read      8 items, 1.15 KiB, 1 file
  Entities  User 8, OrderLine 0, Order 0, Product 0
  Dialect   guide, as the models say: writes 100 % of 32 stored keys
  Found     nothing by 23 checks: the keys are those that the models write
";
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, expected, ""));
    let run = audit(folder.path(), &["--format", "markdown"]);
    assert!(run.stdout.contains("**Found:** nothing by 23 checks"), "{}", run.stdout);
    assert_eq!((run.status, run.stderr.as_str()), (0, "8 items audited, nothing found\n"));
    let log = sarif(&audit(folder.path(), &["--format", "sarif"]).stdout);
    assert_eq!(log["runs"][0]["results"], json!([]));
    std::fs::write(folder.path().join("items.jsonl"), "").unwrap();
    assert!(audit(folder.path(), &[]).stdout.contains("Found     nothing: there was no item to check\n"));
}

#[test]
fn what_was_not_read_is_not_said_to_be_clean() {
    let whole = sound();
    let folder = table(&[("items.jsonl", &whole[..whole.len() - 20])]);
    let run = audit(folder.path(), &[]);
    assert_eq!(run.status, 2);
    for words in [
        "7 items, ",
        "0 of 1 file\n",
        "warning: not everything was read: some of the input could not be",
        "Found     nothing by 23 checks in what was read\n",
    ] {
        assert!(run.stdout.contains(words), "{words}:\n{}", run.stdout);
    }
    let run = audit(folder.path(), &["--format", "markdown"]);
    assert!(run.stdout.contains("> [!WARNING]\n> Not everything was read: some of"), "{}", run.stdout);
    assert!(run.stderr.ends_with("7 items audited, nothing found, not everything was read\n"), "{}", run.stderr);
    let log = sarif(&audit(folder.path(), &["--format", "sarif"]).stdout);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(told.starts_with("not everything was read"), "{told}");
}

#[test]
fn another_dialect_than_that_of_the_models_is_told_with_what_to_do() {
    let run = audit(&shop(), &["--dialect", "boto3-assist@0.66.0", "--examples", "0"]);
    let summary = run.stdout.split("\n\n").next().unwrap();
    let words = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    let remark = "Dialect guide: writes 96.4 % of 308 stored keys warning: the models say boto3-assist 0.58 and on, \
                  which writes 81.5 %: if guide is right, set `dialect = \"guide\"` in dynkeys.toml Found";
    assert!(words.contains(remark), "{summary}");
    assert!(!run.stdout.contains("stored    "), "no example was asked for");
}

/// Items of a table are at no place in a file.
fn forget_places(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(place) = object.get_mut("place") {
                *place = Value::Null;
            }
            object.values_mut().for_each(forget_places);
        }
        Value::Array(array) => array.iter_mut().for_each(forget_places),
        _ => {}
    }
}

/// The part of an audit of the shop, as a live scan writes it: `read` of 100 segments, each with some of the findings.
fn part_of_a_scan(read: u64) -> Value {
    let folder = table(&[("items.jsonl", &items())]);
    assert_eq!(audit(folder.path(), &["--partial", "part.json"]).status, 0);
    let text = std::fs::read_to_string(folder.path().join("part.json")).unwrap();
    let mut part: Value = serde_json::from_str(&text).unwrap();
    let report = audit(&shop(), &["--format", "json"]).json();
    let counts = Defect::ALL.map(|defect| report["checks"][defect.name()]["count"].as_u64().unwrap_or_default());
    let share = |whole: u64, at: u64| whole / read + u64::from(at < whole % read);
    forget_places(&mut part["state"]);
    part["source"] = json!({ "kind": "table", "name": "shop", "region": "eu-west-1" });
    part["pieces"] = json!({ "segments": { "total": 100, "segments": {} } });
    part["coverage"] = json!({ "complete": true, "items": 0, "bytes": 0, "segments": null, "read_units": 12.5 });
    for at in 0..read {
        let segment = (at * 100 / read).to_string();
        part["pieces"]["segments"]["segments"][&segment] = "end".into();
        let counts: Vec<u64> = counts.iter().map(|count| share(*count, at)).collect();
        part["sampled"][&segment] = json!({ "items": share(82, at), "counts": counts });
    }
    part
}

/// A part that was changed, as if it had been written so.
fn sealed(mut part: Value) -> String {
    part.as_object_mut().unwrap().remove("sha256").unwrap();
    dynkeys::report::seal(part.to_string())
}

#[test]
fn a_sample_has_its_bounds() {
    let mut part = part_of_a_scan(20);
    let nothing = json!({ "count": 0, "low": 0, "high": 0 });
    part["coverage"]["sample"] = json!({ "share": 0.2, "items": nothing, "described_items": 400 });
    let folder = table(&[("part.json", &sealed(part))]);
    let run = run_in(folder.path(), &["merge", "part.json"]);
    assert_file(&run.stdout, "fixtures/output/audit-sample.txt");
    let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "Audit of table shop (eu-west-1)",
        "82 items, 11.45 KiB, 20 of 100 segments, 13 read units",
        "Sample 20.0 % of the segments; the table has about 410 items (3",
        "by DynamoDB's last count 400",
        "the model writes: 5 in the sample, about 25 (",
    ] {
        assert!(words.contains(told), "{told}:\n{}", run.stdout);
    }
    let markdown = run_in(folder.path(), &["merge", "part.json", "--format", "markdown"]).stdout;
    assert!(markdown.contains("* Sample: 20\\.0 % of the segments;"), "{markdown}");
    assert!(markdown.contains("the model writes (5 in the sample, about 25 ("), "{markdown}");
    // What no file holds has a place in the table.
    let log = sarif(&run_in(folder.path(), &["merge", "part.json", "--format", "sarif"]).stdout);
    let location = &log["runs"][0]["results"][0]["locations"][0];
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "shop/gsi1/gsi1_pk");
}

#[test]
fn what_is_wrong_with_the_table_itself_is_told_in_its_words() {
    let mut part = part_of_a_scan(100);
    let described = |message: &str| {
        json!({ "rule": "table-type-mismatch", "level": null, "finding": {
            "entity": "Order", "index": "gsi1", "attribute": "gsi1_sk", "place": "models/order.toml:20:3",
            "message": message, "help": "say `type = \"N\"`",
        } })
    };
    part["described"] = json!([described("`gsi1_sk` is N in the table"), described("`gsi1_sk` is <b>B</b>\u{202e}")]);
    part.as_object_mut().unwrap().remove("sampled");
    let folder = table(&[("part.json", &sealed(part))]);
    let merge = |format: &str| run_in(folder.path(), &["merge", "part.json", "--format", format]).stdout;
    let human = merge("human");
    let section = human.split("\n\n").find(|section| section.contains("[table-type-mismatch]: ")).unwrap();
    for line in [
        "  `gsi1_sk` is N in the table\n    at: models/order.toml:20:3\n    help: say `type = \"N\"`\n",
        "  `gsi1_sk` is <b>B</b>\\u{202e}\n",
        "  more: dynkeys rules table-type-mismatch",
    ] {
        assert_eq!(section.matches(line).count(), 1, "{line}:\n{section}");
    }
    let markdown = merge("markdown");
    assert!(markdown.contains("is &lt;b&gt;B&lt;/b&gt;\\\\u{202e} (`models/order.toml:20:3`): say"), "{markdown}");
    let log = sarif(&merge("sarif"));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["ruleId"] == "table-type-mismatch").unwrap();
    let place = &result["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("models/order.toml"));
    assert_eq!(place["region"], json!({ "startLine": 20, "startColumn": 3 }));
    assert!(result["message"]["text"].as_str().unwrap().starts_with("`gsi1_sk` is N in the table.\nhelp: say"));
    assert_eq!(result["properties"]["count"], 2);
}

#[test]
fn merged_parts_read_as_the_whole() {
    let items = items();
    let middle = items.match_indices('\n').nth(40).unwrap().0 + 1;
    let folder = table(&[("a.jsonl", &items[..middle]), ("b.jsonl", &items[middle..])]);
    for (file, part) in [("a.jsonl", "a.json"), ("b.jsonl", "b.json")] {
        let run = run_in(folder.path(), &["audit", "--items", file, "--partial", part]);
        assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    }
    for format in FORMATS {
        let whole = run_in(folder.path(), &["audit", "--items", "a.jsonl", "b.jsonl", "--format", format]);
        let merged = run_in(folder.path(), &["merge", "a.json", "b.json", "--format", format]);
        assert_eq!((merged.status, &merged.stdout), (1, &whole.stdout));
        assert!(whole.stdout.contains("a.jsonl, b.jsonl") || format == "sarif", "{}", whole.stdout);
    }
}

#[test]
fn hashed_values_are_in_no_format() {
    for format in FORMATS {
        let found = |flags: &[&str]| {
            let text = audit(&shop(), &[&["--format", format][..], flags].concat()).stdout;
            // The pages of the rules have examples of their own.
            if format == "sarif" { sarif(&text)["runs"][0]["results"].to_string() } else { text }
        };
        let (shown, redacted) = (found(&[]), found(&["--redact"]));
        for value in ["alice", "@example", "Petrov", "Armchair", "1716629400"] {
            assert!(!redacted.contains(value), "{value}: {redacted}");
        }
        assert!(shown.contains("alice") && redacted.contains("user#~"), "{redacted}");
        assert!(redacted.contains("OrderLine") && redacted.contains("lastname#"), "{redacted}");
    }
}

#[test]
fn examples_are_as_many_as_asked_for() {
    let count = |most: &str| audit(&shop(), &["--examples", most]).stdout.matches("    key       pk = ").count();
    assert_eq!(count("0"), 0);
    assert_eq!(count("1"), 13, "an example for each check that found something");
    assert!(count("9") > count("3"));
}

/// The hostile items, in a file whose name is hostile too.
fn hostile_table() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    for entry in std::fs::read_dir(hostile().join("models")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join("models").join(path.file_name().unwrap())).unwrap();
    }
    let name = if cfg!(unix) { "<script>`|\u{1b}[31m\n\u{202e}.jsonl" } else { "items.jsonl" };
    std::fs::copy(hostile().join("items.jsonl"), folder.path().join(name)).unwrap();
    (folder, name.to_owned())
}

#[test]
fn nothing_of_a_stranger_acts_on_its_reader() {
    let (folder, name) = hostile_table();
    for format in FORMATS {
        for flags in [&[][..], &["--redact"], &["--examples", "20"]] {
            let arguments = ["audit", "--items", &name, "--check", "duplicate-primary-key", "--format", format];
            let run = run_in(folder.path(), &[&arguments[..], flags].concat());
            assert_eq!(run.status, 1, "{}", run.stderr);
            for text in [&run.stdout, &run.stderr] {
                let odd = text.chars().find(|c| *c != '\n' && !is_printable(*c));
                assert_eq!(odd, None, "{format} {flags:?}: {text}");
            }
            match format {
                "human" => {
                    let wide = run.stdout.lines().map(textwrap::core::display_width).max();
                    assert!(wide <= Some(80), "{wide:?} columns:\n{}", run.stdout);
                }
                "markdown" => {
                    assert_rows_fit(&run.stdout);
                    assert!(!run.stdout.contains("<script"), "{}", run.stdout);
                    // What stands between backticks is code, whatever it is.
                    let outside: String = run.stdout.split('`').step_by(2).collect();
                    for raw in ["](javascript", "<!--", "&lt;b", "&#x", "@everyone", "evil.example", "\n# "] {
                        assert!(!outside.contains(raw), "{raw}: {outside}");
                    }
                    // The only elements are those of the report itself.
                    for tag in outside.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()) {
                        let own = ["details", "/details", "summary", "/summary", "code", "/code", "br"];
                        assert!(own.contains(&tag), "<{tag}>");
                    }
                }
                _ => {
                    let log = sarif(&run.stdout);
                    for result in log["runs"][0]["results"].as_array().unwrap() {
                        let text = result["message"]["text"].as_str().unwrap();
                        assert!(text.chars().all(|c| c == '\n' || is_printable(c)), "{text:?}");
                        assert!(!text.contains("]("), "a link: {text}");
                    }
                }
            }
        }
    }
    let run = run_in(folder.path(), &["audit", "--items", &name, "--color", "always"]);
    let odd = without_colors(&run.stdout).chars().find(|c| *c != '\n' && !is_printable(*c));
    assert_eq!(odd, None, "{}", run.stdout);
}

#[test]
fn half_a_surrogate_is_no_json() {
    let run = run_in(&hostile(), &["audit", "--items", "surrogates.jsonl"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("surrogates.jsonl:1:"), "{}", run.stderr);
    assert!(run.stdout.contains("not everything was read"), "{}", run.stdout);
}

#[test]
fn long_values_are_cut_for_people_and_whole_in_json() {
    let long = "x".repeat(2000);
    let of = |format: &str| audit(&hostile(), &["--format", format, "--examples", "50"]).stdout;
    for format in ["human", "markdown"] {
        let text = of(format);
        assert!(text.contains("…<") || text.contains("…&#60;") || text.contains('…'), "{format}");
        assert!(!text.contains(&"x".repeat(130)), "{format}: {text}");
    }
    assert!(of("json").contains(&long));
    // Where two long values differ is what is shown of them.
    let human = of("human");
    let at = human.find("<other>").unwrap_or_else(|| panic!("{human}"));
    let shown = &human[at.saturating_sub(40)..];
    assert!(shown.contains("xx<other>\n    expected  …") && shown.contains("xx<end>\n"), "{shown}");
}

#[test]
fn no_input_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let items = folder.path().join("items.jsonl");
    std::fs::copy(root().join("fixtures/audit/orders/items.jsonl"), &items).unwrap();
    let before = std::fs::read(&items).unwrap();
    let models = root().join("fixtures/audit/orders/models");
    for flag in ["--output", "--save", "--partial"] {
        let arguments = ["audit", models.to_str().unwrap(), "--items", "items.jsonl", flag, "./items.jsonl"];
        let run = common::run_in(folder.path(), &arguments);
        assert!(run.status == 2 && run.stderr.contains("would overwrite a file"), "{flag}: {}", run.stderr);
        assert_eq!(std::fs::read(&items).unwrap(), before);
    }
}

#[test]
fn flags_of_live_tables_need_a_table() {
    for flag in
        [&["--checkpoint", "x"][..], &["--index", "gsi1"], &["--sample", "5%"], &["--yes"], &["--max-cost", "1"]]
    {
        let all = ["audit", "fixtures/audit/orders/models", "--items", "fixtures/audit/orders/items.jsonl"];
        let run = common::run(&[&all[..], flag].concat());
        let told = format!("`{}` is for a live table", flag[0]);
        assert!(run.status == 2 && run.stdout.is_empty() && run.stderr.contains(&told), "{flag:?}: {}", run.stderr);
    }
}

#[test]
fn no_items_at_all_are_no_success() {
    for input in ["", "{\"Items\": []}", "\n\n"] {
        let run = common::run_with_input(&["audit", "fixtures/audit/orders/models", "--items", "-"], input.as_bytes());
        assert!(run.status == 2 && run.stderr.contains("there is no item in `<stdin>`"), "{input:?}: {}", run.stderr);
    }
}
