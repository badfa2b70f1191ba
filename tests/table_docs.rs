//! The page about a table: current, whole, and safe whatever names and descriptions hold.
//! `SNAPSHOTS=overwrite cargo test --test table_docs` writes the pages anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::path::Path;

use common::{Run, assert_file, root, run, run_in};
use roxmltree::{Document, Node, ParsingOptions};

const HOSTILE: [&str; 6] =
    ["docs", "fixtures/docs/hostile", "--config", "fixtures/empty.toml", "--title", "<script>\"`|&\u{202e}\n# x"];

fn page(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{arguments:?}");
    assert_eq!(run.stdout, common::run(arguments).stdout, "the same bytes on every run");
    run.stdout
}

fn html(arguments: &[&str]) -> String {
    page(&[arguments, &["--format", "html"]].concat())
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}"))
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// The text of each cell of each row of a table, the head first.
fn rows(document: &Document<'_>, caption: &str) -> Vec<Vec<String>> {
    let named = |node: &Node<'_, '_>| node.has_tag_name("caption") && text(*node) == caption;
    let table = document.descendants().find(named).unwrap_or_else(|| panic!("{caption}")).parent().unwrap();
    let cells = |row: Node<'_, '_>| row.children().filter(Node::is_element).map(text).collect();
    table.descendants().filter(|node| node.has_tag_name("tr")).map(cells).collect()
}

/// The cells of each row of each table of Markdown; an escaped bar is no border.
fn markdown_tables(page: &str) -> Vec<Vec<Vec<String>>> {
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    let mut before = "";
    for line in page.lines() {
        if line.starts_with("| ") {
            if !before.starts_with('|') {
                tables.push(Vec::new());
            }
            let hidden = line.replace("\\\\", "\u{1}").replace("\\|", "\u{2}");
            let cells =
                hidden.trim_start_matches("| ").trim_end_matches(" |").split(" | ").map(str::to_owned).collect();
            tables.last_mut().unwrap().push(cells);
        }
        before = line;
    }
    tables
}

#[test]
fn the_pages_of_the_models_are_current() {
    assert_file(&page(&["docs"]), "fixtures/output/table.md");
    assert_file(&html(&["docs"]), "fixtures/output/table.html");
}

#[test]
fn keys_of_every_kind_have_a_place() {
    let arguments = ["docs", "fixtures/docs/kinds", "--config", "fixtures/docs/kinds/dynkeys.toml"];
    assert_file(&page(&arguments), "fixtures/output/kinds.md");
    assert_file(&html(&arguments), "fixtures/output/kinds.html");
}

#[test]
fn everything_of_the_models_is_in_both_formats() {
    let (markdown, html) = (page(&["docs"]), html(&["docs"]));
    let document = parse(&html);
    let shown = text(document.root());
    let chart = rows(&document, "Entities and the keys that they write");
    let patterns = rows(&document, "Access patterns");
    let mut models = 0;
    for entry in std::fs::read_dir(root().join("models")).unwrap() {
        let model: toml::Table = toml::from_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        models += 1;
        let entity = model["entity"].as_str().unwrap();
        assert!(chart.iter().any(|row| row[0] == entity), "{entity}");
        let attributes = model["attributes"].as_table().unwrap().keys();
        let indexes = model["indexes"].as_table().unwrap();
        for name in attributes.chain(indexes.keys()) {
            assert!(markdown.contains(&format!("| `{name}` |")) && shown.contains(name), "{entity}: {name}");
        }
        for description in indexes.values().map(|index| index["description"].as_str().unwrap()) {
            assert!(markdown.contains(description) && shown.contains(description), "{description}");
        }
        for pattern in model["access_patterns"].as_array().unwrap() {
            let name = pattern["name"].as_str().unwrap();
            assert!(markdown.contains(&format!("| {name} | [{entity}]")), "{name}");
            assert!(patterns.iter().any(|row| row[0] == name && row[1] == entity), "{name}");
        }
    }
    assert_eq!((chart.len(), models), (8, 7), "a head and an entity a row");
    assert_eq!(patterns.len(), 13);
}

#[test]
fn the_html_loads_nothing_and_its_links_lead_somewhere() {
    for arguments in [&["docs"][..], &HOSTILE] {
        let html = html(arguments);
        let document = parse(&html);
        let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "an id is given once");
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            assert!(!matches!(name, "script" | "img" | "link" | "iframe" | "object" | "image" | "use"), "{name}");
            for attribute in node.attributes() {
                let (key, value) = (attribute.name(), attribute.value());
                assert!(!key.starts_with("on") && !matches!(key, "src" | "srcset" | "style" | "action"), "{key}");
                assert!(!value.contains('\u{202e}') && !value.contains('\u{7}'), "{key}: {value:?}");
                if key == "href" {
                    let target = value.strip_prefix('#').unwrap_or_else(|| panic!("{value}"));
                    assert!(ids.contains(&target), "{target}");
                }
                if key == "aria-labelledby" {
                    assert!(value.split(' ').all(|id| ids.contains(&id)), "{value}");
                }
            }
        }
        let style = text(document.descendants().find(|node| node.has_tag_name("style")).unwrap());
        assert!(!style.contains("url(") && !style.contains("@import"));
    }
}

#[test]
fn a_reader_who_listens_finds_the_way() {
    let html = html(&["docs"]);
    let document = parse(&html);
    let all = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name(name));
    assert!(all("th").count() > 30 && all("th").all(|cell| cell.attribute("scope").is_some()));
    for drawing in all("svg") {
        let names: Vec<&str> = drawing.children().filter(Node::is_element).map(|node| node.tag_name().name()).collect();
        assert_eq!(names[..2], ["title", "desc"]);
        assert_eq!(drawing.attribute("role"), Some("img"));
    }
    assert_eq!(all("svg").count(), 13, "a drawing a collection");
    assert!(all("html").all(|node| node.attribute("lang") == Some("en")));
    assert!(html.contains("prefers-color-scheme: dark") && html.contains("@media print"));
}

#[test]
fn markup_in_names_stays_text() {
    let markdown = page(&HOSTILE);
    let outside: String = markdown.split("```").step_by(2).collect();
    for open in ["<script", "<img", "<b>", "</title", "<!-- no"] {
        assert!(!outside.contains(open), "{open}: {outside}");
    }
    assert!(markdown.chars().all(|c| c == '\n' || dynkeys::text::is_printable(c)));
    let tables = markdown_tables(&markdown);
    assert_eq!(tables.len(), 7, "chart, patterns, indexes, and two an entity");
    for table in tables {
        assert!(table.len() > 1 && table.iter().all(|row| row.len() == table[0].len()), "{table:#?}");
    }
    // A fence opens with its language and closes; nothing in between opens or closes one.
    let fences: Vec<&str> = markdown.lines().filter(|line| line.starts_with("```")).collect();
    assert_eq!(fences, ["```mermaid", "```", "```mermaid", "```"]);
    let entity = "</title><script>alert(1)</script> | `tick` *star* {{7*7}} [x](javascript:alert(2))";
    let html = html(&HOSTILE);
    let document = parse(&html);
    assert!(rows(&document, "Entities and the keys that they write").iter().any(|row| row[0] == entity));
    let title = document.descendants().find(|node| node.has_tag_name("title")).unwrap();
    assert_eq!(text(title), "<script>\"`|&\\u{202e}\\n# x");
    assert!(html.chars().all(|c| c == '\n' || dynkeys::text::is_printable(c)));
}

#[test]
fn labels_of_mermaid_are_letters_and_codes() {
    let markdown = page(&HOSTILE);
    let mut labels = 0;
    for block in markdown.split("```mermaid\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
        for line in block.lines().filter(|line| line.contains('[')) {
            labels += 1;
            let (id, label) = line.trim().trim_start_matches("subgraph ").split_once("[\"").unwrap();
            assert!(id.chars().all(|c| c.is_ascii_alphanumeric()), "{line}");
            let label = label.strip_suffix("\"]").unwrap();
            let label = label.replace("<br/>", " ").replace("<b>", "").replace("</b>", "");
            let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | '\'' | '#' | ';');
            assert!(label.chars().all(is_plain), "{line}");
            for code in label.split('#').skip(1) {
                let digits = code.split_once(';').map(|(digits, _)| digits).unwrap_or_else(|| panic!("{line}"));
                assert!(digits.parse::<u32>().is_ok(), "{line}");
            }
        }
    }
    assert_eq!(labels, 6);
}

#[test]
fn what_no_query_serves_is_said() {
    let html = html(&["docs", "fixtures/docs/kinds", "--config", "fixtures/empty.toml"]);
    let document = parse(&html);
    let patterns = rows(&document, "Access patterns");
    let answer = |name: &str| {
        let row = patterns.iter().find(|row| row[0].starts_with(name)).unwrap();
        (row[4].clone(), row[5].clone())
    };
    let is = |request: &str, how: &str| (request.to_owned(), how.to_owned());
    assert_eq!(answer("Jobs by title"), is("none", "The entity has no such index"));
    let (request, how) = answer("Jobs of a day");
    assert_eq!((request.as_str(), how.as_str()), ("Scan", "None: the partition key needs tenant id"));
    assert_eq!(answer("Jobs from a number on"), is("Query", "pk = \"tenant#{tenant}\" AND number_sk >= {number}"));
    let bad = document.descendants().filter(|node| node.attribute("class") == Some("bad")).count();
    assert_eq!(bad, 2);
}

/// A folder with a model of its own.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    std::fs::copy(root().join("models/user.toml"), folder.path().join("models/user.toml")).unwrap();
    folder
}

fn docs(folder: &Path, arguments: &[&str]) -> Run {
    run_in(folder, &[&["docs"], arguments].concat())
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_format_follows_the_name_of_the_file() {
    let folder = project();
    for (arguments, start) in [
        (&["--output", "table.html"][..], "<!DOCTYPE html>"),
        (&["-o", "table.md"], "<!-- Written by"),
        (&["-o", "page.html", "--format", "markdown"], "<!-- Written by"),
    ] {
        let run = docs(folder.path(), arguments);
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
        let text = std::fs::read_to_string(folder.path().join(arguments[1])).unwrap();
        assert!(text.starts_with(start), "{arguments:?}");
    }
    assert_eq!(files(folder.path()), ["models", "page.html", "table.html", "table.md"]);
}

#[test]
fn a_check_tells_whether_the_page_is_current() {
    let folder = project();
    let check = || docs(folder.path(), &["--output", "table.md", "--check"]);
    let missing = check();
    assert!(missing.status == 1 && missing.stderr.contains("table.md is not there"), "{missing:?}");
    assert_eq!(files(folder.path()), ["models"], "a check writes nothing");
    assert_eq!(docs(folder.path(), &["--output", "table.md"]).status, 0);
    let current = check();
    assert_eq!((current.status, current.stdout.as_str(), current.stderr.as_str()), (0, "", ""));
    let file = folder.path().join("table.md");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    assert_eq!(check().status, 0, "a checkout may change the line ends");
    let stale = text.replace("GetItem", "get");
    std::fs::write(&file, &stale).unwrap();
    let changed = check();
    assert!(changed.status == 1 && changed.stderr.contains("table.md is not current"), "{changed:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), stale);
    let alone = docs(folder.path(), &["--check"]);
    assert!(alone.status == 2 && alone.stderr.contains("--output"), "{alone:?}");
}

#[test]
fn a_failed_run_leaves_the_file_as_it_was() {
    let folder = project();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("table.md", "as it was");
    write("models/broken.toml", "entity = \"Broken\"\n[attributes]\nid = \"strnig\"\n");
    for arguments in [&["--output", "table.md"][..], &["--output", "table.md", "--check"]] {
        let broken = docs(folder.path(), arguments);
        assert!(broken.status == 2 && broken.stderr.contains("broken.toml:3:6"), "{broken:?}");
    }
    std::fs::remove_file(folder.path().join("models/broken.toml")).unwrap();
    for (arguments, words) in [
        (&["--output", "no-such-folder/table.md"][..], "cannot write"),
        (&["--output", "models"], "cannot write"),
        (&["--output", "table.md", "--dialect", "gide"], "unknown dialect"),
        (&["--output", "table.md", "--format", "pdf"], "pdf"),
        (&["no-such-model.toml", "--output", "table.md"], "no-such-model.toml"),
    ] {
        let failed = docs(folder.path(), arguments);
        assert!(failed.status == 2 && failed.stdout.is_empty(), "{failed:?}");
        assert!(failed.stderr.contains(words), "{failed:?}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("table.md")).unwrap(), "as it was");
    assert_eq!(files(folder.path()), ["models", "table.md"]);
    write("dynkeys.toml", "exclude = [\"models/*\"]\n");
    let none = docs(folder.path(), &[]);
    assert!(none.status == 2 && none.stderr.contains("excluded"), "{none:?}");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_are_kept_and_a_read_only_place_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = project();
    let at = |name: &str| folder.path().join(name);
    let mode = |name: &str, mode: u32| {
        std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    std::fs::create_dir(at("pages")).unwrap();
    std::fs::write(at("pages/table.md"), "old").unwrap();
    mode("pages/table.md", 0o640);
    std::os::unix::fs::symlink("pages/table.md", at("table.md")).unwrap();
    assert_eq!(docs(folder.path(), &["--output", "table.md"]).status, 0);
    assert!(std::fs::symlink_metadata(at("table.md")).unwrap().is_symlink());
    assert!(std::fs::read_to_string(at("pages/table.md")).unwrap().contains("User"));
    assert_eq!(std::fs::metadata(at("pages/table.md")).unwrap().permissions().mode() & 0o777, 0o640);
    // What is no file is written to as it is.
    assert_eq!(docs(folder.path(), &["--output", "/dev/null"]).status, 0);
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    std::fs::write(at("pages/table.md"), "old").unwrap();
    mode("pages/table.md", 0o440);
    let failed = docs(folder.path(), &["--output", "table.md"]);
    assert!(failed.status == 2 && failed.stderr.contains("read-only"), "{failed:?}");
    mode("pages", 0o550);
    // The superuser may write everywhere, so this says something only to others.
    let run = docs(folder.path(), &["--output", "pages/new.md"]);
    assert!(run.status == 2 || at("pages/new.md").exists(), "{run:?}");
    assert_eq!(std::fs::read_to_string(at("pages/table.md")).unwrap(), "old");
    assert!(files(&at("pages")).iter().all(|name| !name.starts_with('.')), "{:?}", files(&at("pages")));
    mode("pages", 0o750);
}

#[test]
fn title_dialect_and_names_come_from_flags_and_configuration() {
    let folder = project();
    assert!(docs(folder.path(), &[]).stdout.contains("\n# Table design\n"));
    std::fs::write(folder.path().join("dynkeys.toml"), "[table]\nname = \"app_prod\"\n").unwrap();
    assert!(docs(folder.path(), &[]).stdout.contains("\n# app_prod: table design\n"));
    let run = docs(folder.path(), &["--title", "Users", "--dialect", "boto3-assist@0.66.0"]);
    assert!(run.stdout.contains("\n# Users\n") && run.stdout.contains("Dialect: `boto3-assist@0.66.0`."), "{run:?}");
}
