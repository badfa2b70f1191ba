//! The report of an audit as a page: well-formed, whole, safe whatever keys hold, and fit to be read in a browser.
//! `SNAPSHOTS=overwrite cargo test --test audit_html` writes the page of the shop anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/browser.rs"]
mod browser;
mod common;

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine as _;
use browser::Browser;
use common::{assert_file, root, run_in};
use dynkeys::emit::write_audited_html;
use dynkeys::report::{AuditFinding, Audited, Bin, Check, Estimate, Group, Level, Sample, Spread};
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn audit(folder: &str, arguments: &[&str]) -> String {
    let folder = root().join("fixtures/audit").join(folder);
    let run = run_in(&folder, &[&["audit", "--items", "items.jsonl"], arguments].concat());
    assert_eq!(run.status, 1, "{arguments:?}: {}", run.stderr);
    run.stdout
}

fn page(folder: &str) -> String {
    audit(folder, &["--format", "html"])
}

fn report(folder: &str) -> Audited {
    serde_json::from_str(&audit(folder, &["--format", "json"])).unwrap()
}

fn written(audited: &Audited) -> String {
    let mut bytes = Vec::new();
    write_audited_html(&mut bytes, audited).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A report of a table in which nothing was found.
fn clean() -> Audited {
    let mut audited = report("shop");
    for check in audited.checks.values_mut() {
        (check.count, check.groups, check.examples) = (0, Vec::new(), Vec::new());
    }
    audited.summary = dynkeys::report::Totals::default();
    audited
}

/// A report of which everything is large: many groups, a sample with bounds, keys of a kilobyte, findings in words.
fn large() -> Audited {
    let mut audited = report("shop");
    audited.coverage.complete = false;
    audited.coverage.reason = Some("it was <interrupted>".to_owned());
    audited.coverage.sample = Some(Sample {
        share: 0.05,
        items: Estimate { count: 1_640_000, low: 1_500_000, high: u64::MAX },
        described_items: 1_700_000,
    });
    audited.dialect.best = Some("boto3-assist 0.58 and on".to_owned());
    let group =
        |number: u64| Group { subject: Some(format!("{{text}}#{number}")), count: 1000 - number, ..Group::default() };
    let example = |number: u64| AuditFinding {
        subject: Some(format!("{{text}}#{number}")),
        key: vec![("pk".to_owned(), format!("user#{number}#{}", "x".repeat(1000)))],
        stored: Some(format!("{}{number}{}", "a".repeat(500), "b".repeat(500))),
        expected: Some(format!("{}!{}", "a".repeat(500), "b".repeat(500))),
        ..AuditFinding::default()
    };
    let check = Check {
        level: Level::Error,
        count: 40_000,
        estimate: Some(Estimate { count: 800_000, low: 700_000, high: 900_000 }),
        groups: (0..40).map(group).collect(),
        examples: (0..40).map(example).collect(),
    };
    audited.checks.insert("unclassified-item".to_owned(), check);
    let message = AuditFinding {
        place: Some("models/order.toml:12:3".to_owned()),
        message: Some("the table has no index `gsi9`".to_owned()),
        help: Some("rename it to `gsi1`".to_owned()),
        ..AuditFinding::default()
    };
    let of_table = Group { count: 1, ..Group::default() };
    let told = Check { level: Level::Error, count: 1, estimate: None, groups: vec![of_table], examples: vec![message] };
    audited.checks.insert("table-index-missing".to_owned(), told);
    let primary = &mut audited.indexes["primary"];
    (primary.partitions.exact, primary.partitions.error, primary.partitions.count) = (false, 2, 900_000);
    audited
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}"))
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

fn all<'d>(node: Node<'d, 'd>, name: &'static str) -> impl Iterator<Item = Node<'d, 'd>> {
    node.descendants().filter(move |node| node.has_tag_name(name))
}

fn by_id<'d>(document: &'d Document<'_>, id: &str) -> Node<'d, 'd> {
    document.descendants().find(|node| node.attribute("id") == Some(id)).unwrap_or_else(|| panic!("{id}"))
}

fn with_class<'d>(node: Node<'d, 'd>, class: &'static str) -> impl Iterator<Item = Node<'d, 'd>> {
    let has = move |node: &Node<'_, '_>| {
        node.attribute("class").is_some_and(|classes| classes.split(' ').any(|own| own == class))
    };
    node.descendants().filter(has)
}

#[test]
fn the_page_of_the_shop_is_current() {
    assert_file(&page("shop"), "fixtures/output/audit.html");
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    for html in [page("shop"), page("hostile"), written(&clean()), written(&large())] {
        let document = parse(&html);
        let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "an id is given once");
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            assert!(
                !matches!(name, "script" | "img" | "link" | "iframe" | "object" | "image" | "use" | "base"),
                "{name}"
            );
            for attribute in node.attributes() {
                let (key, value) = (attribute.name(), attribute.value());
                assert!(!key.starts_with("on") && !matches!(key, "src" | "srcset" | "style" | "action"), "{key}");
                if key == "href" {
                    let target = value.strip_prefix('#').unwrap_or_else(|| panic!("{value}"));
                    assert!(ids.contains(&target), "{target}");
                }
                if key == "aria-labelledby" {
                    assert!(value.split(' ').all(|id| ids.contains(&id)), "{value}");
                }
            }
        }
        let styles: Vec<Node<'_, '_>> = all(document.root(), "style").collect();
        let style = text(styles[0]);
        assert!(styles.len() == 1 && !style.contains("url(") && !style.contains("@import"));
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&style));
        let mut policies = all(document.root(), "meta")
            .filter(|meta| meta.attribute("http-equiv") == Some("Content-Security-Policy"))
            .filter_map(|meta| meta.attribute("content"));
        let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
        assert_eq!((policies.next(), policies.next()), (Some(policy.as_str()), None));
    }
}

#[test]
fn everything_of_the_report_is_in_the_page() {
    let (html, report) = (page("shop"), report("shop"));
    let document = parse(&html);
    let overview = text(by_id(&document, "overview"));
    for (entity, count) in &report.entities {
        assert!(overview.contains(&format!("{entity} {} ", count.items)), "{entity}: {overview}");
    }
    let mut found = 0;
    for (name, check) in &report.checks {
        if check.count == 0 {
            assert!(!document.descendants().any(|node| node.attribute("id") == Some(name)), "{name}");
            assert!(overview.contains(name), "{name}");
            continue;
        }
        found += 1;
        let article = by_id(&document, name).parent().unwrap();
        let shown = text(article);
        assert!(shown.contains(&format!("{name} {} {}", check.level.as_str(), check.count)), "{shown}");
        assert!(shown.contains(&format!("dynkeys rules {name}")), "{shown}");
        assert_eq!(all(article, "tr").count(), check.groups.len() + 1, "{name}: a head and a group a row");
        assert_eq!(with_class(article, "of").count(), check.examples.len(), "{name}");
        for example in &check.examples {
            let place = example.place.as_deref().unwrap_or_default();
            assert!(shown.contains(place), "{name}: {place}");
            assert!(example.key.iter().all(|(_, value)| shown.contains(value)), "{name}: {example:?}");
        }
    }
    assert!(found >= 13, "{found} checks");
    let (errors, warnings) = (report.summary.errors, report.summary.warnings);
    let summary = text(by_id(&document, "summary"));
    assert!(summary.contains(&format!("{errors} errors")) && summary.contains(&format!("{warnings} warnings")));
    let partitions = by_id(&document, "partitions");
    let figures: Vec<String> = all(partitions, "figcaption").map(text).collect();
    let kinds: Vec<String> = report.indexes.iter().map(|(name, index)| format!("{name} {}", index.kind)).collect();
    assert_eq!(figures, kinds);
    for index in report.indexes.values() {
        assert!(text(partitions).contains(&format!("Gini {:.2}", index.partitions.gini.unwrap())));
    }
    let keys: usize = report.indexes.values().map(|index| index.keys.len()).sum();
    let sizes = by_id(&document, "sizes");
    assert_eq!(with_class(sizes, "histogram").count(), keys + 1, "one a key attribute, and one of the items");
    assert!(text(sizes).contains("limit 2,048") && text(sizes).contains("limit 1,024") && text(sizes).contains("KiB"));
}

#[test]
fn a_reader_who_listens_finds_the_way() {
    for html in [page("shop"), written(&large())] {
        let document = parse(&html);
        assert!(all(document.root(), "html").all(|node| node.attribute("lang") == Some("en")));
        assert!(all(document.root(), "th").all(|cell| cell.attribute("scope").is_some()));
        assert!(all(document.root(), "table").all(|table| all(table, "caption").count() == 1));
        assert!(all(document.root(), "svg").count() > 40);
        for chart in all(document.root(), "svg") {
            let title = chart.children().find(Node::is_element).unwrap();
            assert!(title.has_tag_name("title") && !text(title).is_empty());
            assert_eq!(chart.attribute("role"), Some("img"));
        }
        for chart in with_class(document.root(), "histogram") {
            let described = text(all(chart, "desc").next().unwrap());
            assert_eq!(described.matches(": ").count(), with_class(chart, "fill").count(), "{described}");
        }
        assert!(html.contains("prefers-color-scheme: dark") && html.contains("@media print"));
    }
}

#[test]
fn bars_are_as_long_as_what_they_count() {
    let mut audited = clean();
    let bins = [(0, 4, 8), (5, 9, 0), (10, 14, 2)].map(|(from, to, count)| Bin { from, to, count });
    audited.item_sizes = Spread { p50: 2, p90: 14, p99: 14, max: 14, limit: 28, histogram: bins.to_vec() };
    let html = written(&audited);
    let document = parse(&html);
    let items = with_class(document.root(), "histogram").last().unwrap();
    let heights: Vec<&str> = with_class(items, "fill").filter_map(|bar| bar.attribute("height")).collect();
    assert_eq!(heights, ["96.0", "24.0"]);
    let gauge = with_class(document.root(), "gauge").last().unwrap();
    assert_eq!(with_class(gauge, "fill").next().unwrap().attribute("width"), Some("50.00%"));
    let strip = with_class(document.root(), "strip").next().unwrap();
    let primary = &audited.indexes["primary"];
    let widths: Vec<f64> = with_class(strip, "piece")
        .map(|piece| piece.attribute("width").unwrap().trim_end_matches('%').parse().unwrap())
        .collect();
    assert_eq!(widths.len(), primary.partitions.by_items.len());
    for (width, partition) in widths.iter().zip(&primary.partitions.by_items) {
        assert!((width - partition.share * 100.0).abs() < 0.02, "{width} {}", partition.share);
    }
}

#[test]
fn the_part_that_differs_is_marked() {
    let html = page("shop");
    let document = parse(&html);
    let article = by_id(&document, "stale-key").parent().unwrap();
    let marked = |class| -> Vec<(String, String)> {
        with_class(article, class)
            .map(|row| (text(row), text(all(row, "mark").next().unwrap_or_else(|| panic!("{}", text(row))))))
            .collect()
    };
    let pair = |whole: &str, part: &str| (whole.to_owned(), part.to_owned());
    assert!(marked("stored").contains(&pair("lastname#Petrov#firstname#Ivan", "v")));
    assert!(marked("expected").contains(&pair("lastname#Petrow#firstname#Ivan", "w")));
    // What is only in one of the two has a place in the other.
    assert!(marked("stored").contains(&pair("name#Armchair", "")));
}

#[test]
fn what_cannot_be_seen_is_spelled_out() {
    let html = page("shop");
    let document = parse(&html);
    let shown = text(by_id(&document, "odd-characters").parent().unwrap());
    assert!(shown.contains("Jose\\u{301}") && shown.contains("Sybil\\u{20}") && shown.contains("Lindstro\\u{308}m"));
}

#[test]
fn data_of_strangers_stays_data() {
    let html = page("hostile");
    assert!(html.chars().all(|c| c == '\n' || dynkeys::text::is_printable(c)));
    let document = parse(&html);
    let shown = text(document.root());
    let entity = "Note </title><script>alert(1)</script> | `tick` *star* [x](javascript:alert(2)) @everyone \
                  \\u{1b}[31m\\u{202e}kcab";
    for text in
        [entity, "note#<script>alert(3)</script>", "title#\\u{202e}gnp.exe\\u{2066}x\\u{2069}", "evil\\u{1b}[2J#1"]
    {
        assert!(shown.contains(text), "{text}");
    }
    // Each stands by itself, so that its letters order nothing around it; attributes and charts show none but as a name.
    let mut isolated = 0;
    for node in document.descendants().filter(Node::is_text) {
        let of_strangers = ["alert(", "evil", "\\u{", "<b>", "<i>"];
        if of_strangers.iter().any(|part| node.text().unwrap().contains(part)) {
            let names: Vec<&str> = node.ancestors().map(|node| node.tag_name().name()).collect();
            assert!(names.contains(&"bdi") || names.contains(&"title") || names.contains(&"strip-words"), "{node:?}");
            isolated += 1;
        }
    }
    assert!(isolated > 40, "{isolated}");
}

#[test]
fn long_lists_and_long_keys_are_folded() {
    let html = written(&large());
    let document = parse(&html);
    let article = by_id(&document, "unclassified-item").parent().unwrap();
    let summaries: Vec<String> = article
        .children()
        .filter(|node| node.has_tag_name("details"))
        .map(|node| text(node.first_element_child().unwrap()))
        .collect();
    assert_eq!(summaries, ["30 more rows", "30 more examples"]);
    assert_eq!(all(article, "tr").count(), 42, "all groups, with a head each");
    let key = with_class(article, "item").next().unwrap();
    let whole = with_class(key, "whole").next().unwrap();
    assert_eq!(text(whole.first_element_child().unwrap()), "all 1,007 characters");
    assert!(text(whole).contains(&"x".repeat(1000)));
    let open = text(key).len() - text(whole).len();
    assert!(open < 300, "{open} characters stand open");
    let stored = with_class(article, "stored").next().unwrap();
    assert_eq!(text(all(stored, "mark").next().unwrap()), "0", "what differs is seen in a long key");
}

#[test]
fn a_sample_an_incomplete_run_and_another_dialect_are_told_first() {
    let html = written(&large());
    let document = parse(&html);
    let summary = text(by_id(&document, "summary"));
    for words in [
        "not everything was read: it was <interrupted>",
        "5.0 % of the segments; the table has about 1,640,000 items (1,500,000 or more)",
        "the models say guide",
    ] {
        assert!(summary.contains(words), "{words}: {summary}");
    }
    let counted = text(by_id(&document, "unclassified-item"));
    assert!(counted.contains("40,000 in the sample, about 800,000 (700,000 to 900,000) in the table"), "{counted}");
    let told = text(by_id(&document, "table-index-missing").parent().unwrap());
    for words in ["the table has no index `gsi9`", "models/order.toml:12:3", "rename it to `gsi1`"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let partitions = by_id(&document, "partitions");
    assert!(text(partitions).contains("900,000 ± 3.2 %") && text(partitions).contains("±\u{a0}2"));
    assert_eq!(
        with_class(partitions, "error-bar").count(),
        with_class(all(partitions, "figure").next().unwrap(), "bar").count()
    );
}

#[test]
fn a_table_without_findings_says_so() {
    let html = written(&clean());
    let document = parse(&html);
    let words = "nothing by 23 checks: the keys are those that the models write";
    assert!(text(by_id(&document, "summary")).contains(words) && text(by_id(&document, "findings")).contains(words));
    let mut empty = clean();
    empty.coverage.items = 0;
    (empty.entities, empty.indexes) = Default::default();
    empty.item_sizes = Spread::default();
    let html = written(&empty);
    assert!(text(parse(&html).root()).contains("there was no item to check"));
}

#[test]
fn redacted_pages_hold_no_value() {
    let shown = audit("shop", &["--format", "html", "--redact"]);
    assert!(page("shop").contains("user#ivan") && shown.contains("user#~"));
    for value in ["ivan", "Petrow", "judy@example", "Armchair"] {
        assert!(!shown.contains(value), "{value}");
    }
}

#[test]
fn the_page_of_parts_is_that_of_the_whole() {
    let folder = root().join("fixtures/audit/shop");
    let part = tempfile::NamedTempFile::new().unwrap();
    let part = part.path().to_str().unwrap();
    let run = run_in(&folder, &["audit", "--items", "items.jsonl", "--partial", part]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let merged = run_in(&folder, &["merge", part, "--format", "html"]);
    assert_eq!(merged.status, 1);
    assert_eq!(merged.stdout, page("shop"));
}

/// The bytes of the lines of a picture, before its filters are taken off: a line that is as the one above is all zeros.
fn lines(picture: &[u8]) -> (u32, u32, Vec<u8>) {
    assert_eq!(picture[..8], *b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    let (mut at, mut packed) = (8, Vec::new());
    while at < picture.len() {
        let length = number(at) as usize;
        if picture[at + 4..at + 8] == *b"IDAT" {
            packed.extend_from_slice(&picture[at + 8..at + 8 + length]);
        }
        at += length + 12;
    }
    let mut lines = Vec::new();
    flate2::read::ZlibDecoder::new(packed.as_slice()).read_to_end(&mut lines).unwrap();
    (number(16), number(20), lines)
}

#[test]
fn a_browser_shows_the_charts_on_any_screen() {
    let Some(browser) = Browser::find() else { return };
    let pages = BTreeMap::from([("shop", page("shop")), ("hostile", page("hostile")), ("large", written(&large()))]);
    let mut views = Vec::new();
    for (name, html) in &pages {
        for (width, scheme) in [(400, "light"), (400, "dark"), (760, "light"), (1280, "light"), (1280, "dark")] {
            views.push((*name, width, scheme, html.as_str()));
        }
    }
    let results = browser.measure(&views);
    assert_eq!(results.len(), views.len());
    for result in &results {
        let name = format!("{} at {} in {}", result["name"], result["width"], result["scheme"]);
        let is = |field: &str, value: Value| assert_eq!(result[field], value, "{name}: {field}: {result}");
        is("viewport", result["width"].clone());
        is("active", 0.into());
        is("requests", 0.into());
        is("styles", 1.into());
        // The one style applies, though nothing else may.
        is("grid", "grid".into());
        is("outside", Value::Array(Vec::new()));
        assert!(result["overflow"].as_f64().unwrap() < 1.0, "{name}: it is wider than the screen: {result}");
        assert_eq!(result["paper"].as_f64().unwrap() < 0.1, result["scheme"] == "dark", "{name}: its scheme");
        let faintest = &result["faintest"];
        assert!(faintest["ratio"].as_f64().unwrap() >= 4.5, "{name}: too faint to be read: {faintest}");
        let charts = result["charts"].as_array().unwrap();
        let of = |class: &str| charts.iter().filter(|chart| chart["name"].as_str().unwrap().starts_with(class)).count();
        assert!(of("bar") > 20 && of("strip") >= 2 && of("histogram") >= 5 && of("gauge") >= 5, "{name}: {charts:?}");
        for chart in charts {
            let at_least = |field: &str, least: f64| chart[field].as_f64().unwrap() >= least;
            assert!(at_least("width", 200.0) && at_least("height", 8.0) && at_least("drawn", 1.0), "{name}: {chart}");
        }
    }
    let (width, height, lines) = lines(&browser.picture(&pages["shop"], 1280, 1600));
    assert_eq!((width, height), (1280, 1600));
    let changes = lines.iter().filter(|byte| **byte != 0).count() as f64 / lines.len() as f64;
    assert!(changes > 0.01, "the picture is blank: {changes}");
}
