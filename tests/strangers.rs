//! Text of strangers in every place of every format: nothing of it is acted on by a terminal, a browser, a site that shows
//! Markdown, or the log of a build.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(unix)]

mod common;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use common::{Run, command, finish, sarif};

/// One of each kind: colours, bells and cursors, bidi marks, what has no width, commands of build servers, mentions,
/// links, markup of HTML, Markdown, XML and spreadsheets, line ends.
const KINDS: &str = "\u{1b}[45mE\u{7}\u{7f}\u{9b}2J\u{202e}B\u{2066}\u{200b}\u{feff}Z ##vso[task.x]V ##VSO[a]b ##[error]A \
    ##teamcity[t] @mention me@l.ink https://l.ink/x www.l.ink javascript:alert(1) <script>alert(1)</script> \
    [l](https://l.ink) ![i](x) | `t` ``` ]]> \u{fffe}\u{ffff} -->\n::error::L\n \t::stop-commands::t\n\
    section_start:1:a\r\u{1b}[0K=cmd()";

/// A short one, for places that hold no more.
const SHORT: &str = "::x ##vso[a]\u{1b}[45m\u{202e}<b>@m";

/// A basic string of TOML.
fn toml(text: &str) -> String {
    let mut written = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' => written.push(c),
            c => written.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    written + "\""
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A project in which strangers wrote everything that is text.
struct Project {
    folder: tempfile::TempDir,
}

/// The name of a file, of which a part is no UTF-8.
fn file_name(ending: &str) -> Vec<u8> {
    [KINDS.replace('/', "").chars().take(60).collect::<String>().as_bytes(), ending.as_bytes()].concat()
}

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("models")).unwrap();
        let named = |text: &str| toml(&text.replace(['{', '}'], ""));
        let model = |entity: &str, ignore: &str| {
            format!(
                "entity = {e}{ignore}\ndescription = {k}\n[attributes]\nid = {{ type = \"string\", description = {k} }}\n\
                 {f} = {{ type = \"string\", enum = [{k}, {s}], description = {k} }}\n\
                 d = {{ type = \"string\", default = {k} }}\np = {{ type = \"string\", pattern = {p} }}\n\
                 [indexes.primary]\ndescription = {k}\n\
                 partition_key = {{ attribute = \"pk\", template = {t} }}\nsort_key = {{ attribute = {a}, template = {t} }}\n\
                 [indexes.{i}]\ndescription = {k}\nprojection = [{a}, {f}]\npartition_key = {{ attribute = {a2}, build_key = [[{k}, \"\"], [\"d\", \"{{d}}\"]] }}\n\
                 sort_key = {{ attribute = \"g_sk\", cases = [{{ when = \"id == 'x'\", template = {t} }}, {{ template = \"x\" }}] }}\n\
                 [[access_patterns]]\nname = {k}\ndescription = {k}\nindex = {i}\ngiven = [{f}, \"d\"]\n",
                e = toml(entity),
                k = named(KINDS),
                s = toml(SHORT),
                p = toml("##vso\\[a]|::error|@m <b>"),
                t = toml(&format!("{}#{{id}}", KINDS.replace(['{', '}'], ""))),
                f = toml("f ##vso[a] <b>"),
                a = toml(SHORT),
                a2 = toml(&format!("2{SHORT}")),
                i = toml(SHORT),
            )
        };
        let write = |name: Vec<u8>, text: String| {
            std::fs::write(folder.path().join("models").join(OsStr::from_bytes(&name)), text).unwrap();
        };
        write(
            file_name("a.toml"),
            model(KINDS, &format!(" # dynkeys: ignore[missing-primary] {}", SHORT.replace('\u{1b}', ""))),
        );
        write(b"b.toml".to_vec(), model(SHORT, ""));
        std::fs::write(
            at("dynkeys.toml"),
            format!(
                "[table]\nname = {}\n[table.indexes.{}]\npartition_key = {}\n[rules]\n",
                toml(KINDS),
                toml(SHORT),
                toml(SHORT)
            ),
        )
        .unwrap();
        let item = format!(
            "{{\"id\":{k},\"d\":{k},\"p\":{k},\"pk\":{k},{s}:{k},\"g_sk\":{k},{k}:{k}}}\n{{\"id\":\"None\",\"pk\":{s},{s}:\"##vso[a]x\"}}\n",
            k = json(KINDS),
            s = json(SHORT)
        );
        std::fs::write(folder.path().join(OsStr::from_bytes(&file_name("i.jsonl"))), item).unwrap();
        Self { folder }
    }

    fn items(&self) -> String {
        String::from_utf8(file_name("i.jsonl")).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_as(arguments, None)
    }

    fn run_as(&self, arguments: &[&str], color: Option<&str>) -> Run {
        let mut arguments = arguments.to_vec();
        if let Some(color) = color {
            arguments.splice(0..0, ["--color", color]);
        }
        let run = finish(command(self.folder.path(), &arguments));
        assert!(run.status >= 0 && run.status <= 2, "{arguments:?}: {run:?}");
        run
    }
}

/// Without the colours of the tool, of which the stranger's is none.
fn without_colors(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        let end = at + 2 + rest[at + 2..].find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(0);
        let is_color = rest[end..].starts_with('m') && !rest[at..end].contains("45");
        plain.push_str(&rest[..at]);
        if !is_color {
            plain.push_str("\u{1b}[");
        }
        rest = &rest[if is_color { end + 1 } else { at + 2 }..];
    }
    plain + rest
}

/// Nothing that a terminal or a log acts on.
#[track_caller]
fn assert_harmless(text: &str, what: &str, are_own_commands: bool) {
    let plain = without_colors(text);
    for c in plain.chars() {
        assert!(c == '\n' || c == '\t' || dynkeys::text::is_printable(c), "{what}: {c:?} in {plain}");
    }
    let lower = plain.to_lowercase();
    for sign in ["##vso[", "##[", "##teamcity["] {
        let at = lower.find(sign).map(|at| &lower[at.saturating_sub(30)..at + sign.len()]);
        assert!(at.is_none(), "{what}: {at:?}");
    }
    for line in plain.lines().filter(|line| line.trim_start().starts_with("::")) {
        let is_own = ["::error file=", "::warning file=", "::notice file="].iter().any(|own| line.starts_with(own));
        assert!(are_own_commands && is_own, "{what}: {line}");
    }
}

/// What of a page of Markdown is words: no code, no diagrams.
fn words(page: &str) -> String {
    let mut fenced = false;
    let mut text = String::new();
    for line in page.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            text.push_str(&line.replace("\\`", ""));
            text.push('\n');
        }
    }
    let text: String = text.split('`').step_by(2).collect();
    text.split("<code>")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once("</code>").unwrap().1 })
        .collect()
}

#[track_caller]
fn assert_markdown(page: &str, what: &str) {
    assert_harmless(page, what, false);
    let words = words(page);
    for sign in ["@m", "l.ink", "javascript:", "<script", "<b>@", "![i]", "[l]("] {
        assert!(!words.contains(sign), "{what}: {sign} in {words}");
    }
    // What begins a row ends it: no bar of a stranger is between.
    for table in page.split("\n\n").filter(|block| block.starts_with("| ")) {
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let head = cells(table.lines().next().unwrap());
        assert!(table.lines().all(|line| cells(line) == head), "{what}: {table}");
    }
}

#[track_caller]
fn assert_html(page: &str, what: &str) {
    assert_harmless(page, what, false);
    for sign in ["<script>alert", "<b>@", "href=\"https://l.ink", "href=\"javascript:"] {
        assert!(!page.contains(sign), "{what}: {sign}");
    }
}

#[test]
fn models_of_strangers_are_linted_explained_and_drawn() {
    let project = Project::new();
    let items = project.items();
    let found = project.run(&["lint", "--format", "json"]).json();
    let findings = found["findings"].as_array().unwrap();
    assert!(findings.len() > 10, "{found}");
    assert!(findings.iter().any(|one| one["witness"].is_object()) && found["summary"]["models"] == 2, "{found}");
    let human: &[&[&str]] = &[
        &["lint"],
        &["docs", "--check", "--output", "none.md"],
        &["explain", "models", &items, "--entity", KINDS],
        &["explain", "models", &items, "--entity", SHORT],
        &["explain", "models", &items, "--entity", SHORT, "--query"],
        &["explain", "models", &items, "--entity", SHORT, "--as", "plain"],
        &["explain", "models", &items, "--entity", SHORT, "--as", "client"],
        &["explain", "models", &items, "--entity", SHORT, "--compare-dialects"],
        &["audit", "models", "--items", &items],
        &["audit", "models", "--items", &items, "--redact"],
        // Errors repeat what was asked for.
        &["explain", "models", &items, "--entity", "\n::error::x ##vso[a]\u{1b}[45m"],
        &["explain", "models", &items, "--index", KINDS],
        &["explain", KINDS, KINDS],
        &["lint", KINDS, "--rule", "x=error"],
        &["lint", "--rule", KINDS],
        &["lint", "--dialect", KINDS],
        &["lint", "--config", KINDS],
        &["lint", "--baseline", KINDS],
        &["audit", "--items", KINDS, "--output", KINDS],
        &["audit", "--export", KINDS],
        &["compare", KINDS, KINDS],
        &["merge", KINDS],
        &["rules", KINDS],
        &["docs", "--title", KINDS, "--format", KINDS],
        &[KINDS],
        &["--color", KINDS],
    ];
    for arguments in human {
        // With colours the gate lets more pass: what is harmless then is harmless without.
        let run = project.run_as(arguments, Some("always"));
        assert!(!run.stdout.is_empty() || !run.stderr.is_empty(), "{arguments:?}");
        assert_harmless(&run.stdout, &format!("{arguments:?}"), false);
        assert_harmless(&run.stderr, &format!("{arguments:?} on standard error"), false);
    }
    let github = project.run(&["lint", "--format", "github"]);
    assert_harmless(&github.stdout, "github", true);
    assert_eq!(github.stdout.lines().count(), findings.len());
    let junit = project.run(&["lint", "--format", "junit"]).stdout;
    assert_harmless(&junit, "junit", false);
    roxmltree::Document::parse(&junit).unwrap();
    for format in [&["lint", "--format", "sarif"][..], &["audit", "--items", &items, "--format", "sarif"]] {
        let log = project.run(format).stdout;
        assert_harmless(&log, "sarif", false);
        sarif(&log);
    }
    assert_markdown(&project.run(&["docs", "--title", KINDS]).stdout, "docs");
    assert_html(&project.run(&["docs", "--title", KINDS, "--format", "html"]).stdout, "docs");
    assert_markdown(&project.run(&["audit", "--items", &items, "--format", "markdown"]).stdout, "audit");
    assert_html(&project.run(&["audit", "--items", &items, "--format", "html"]).stdout, "audit");
}

#[test]
fn json_says_the_same_and_is_harmless() {
    let project = Project::new();
    let items = project.items();
    for arguments in [
        &["explain", "models", &items, "--entity", KINDS, "--format", "jsonl"][..],
        &["explain", "models", &items, "--entity", KINDS, "--format", "json"],
        &["explain", "models", &items, "--entity", KINDS, "--query", "--format", "json"],
        &["lint", "--format", "json"],
        &["audit", "--items", &items, "--format", "json"],
        &["audit", "--items", &items, "--format", "jsonl"],
        &["lint", "--format", "sarif"],
    ] {
        let run = project.run(arguments);
        assert_harmless(&run.stdout, &format!("{arguments:?}"), false);
        let documents = match serde_json::from_str(&run.stdout) {
            Ok(document) => vec![document],
            Err(_) => run.lines(),
        };
        let text: String = documents.iter().map(strings).collect();
        assert!(text.contains("##vso["), "{arguments:?}: {run:?}");
    }
    let run = project.run(&["explain", "models", &items, "--entity", KINDS, "--format", "jsonl"]);
    assert_eq!(run.lines()[0]["entity"], KINDS);
}

#[test]
fn a_file_holds_what_standard_output_would() {
    let project = Project::new();
    let items = project.items();
    let of_audit = ["human", "markdown", "html", "sarif", "json", "jsonl"];
    let audits = of_audit.map(|format| vec!["audit", "--items", &items, "--format", format]);
    let docs = ["markdown", "html"].map(|format| vec!["docs", "--title", KINDS, "--format", format]);
    for arguments in audits.into_iter().chain(docs) {
        let shown = project.run(&arguments).stdout;
        project.run(&[&arguments[..], &["--output", "file"]].concat());
        let file = std::fs::read_to_string(project.folder.path().join("file")).unwrap();
        assert!(file == shown, "{arguments:?}");
        if arguments[0] == "docs" {
            assert_eq!(project.run(&[&arguments[..], &["--output", "file", "--check"]].concat()).status, 0);
        }
    }
}

/// All texts of a document.
fn strings(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(values) => values.iter().map(strings).collect(),
        serde_json::Value::Object(values) => {
            values.iter().map(|(name, value)| name.clone() + &strings(value)).collect()
        }
        _ => String::new(),
    }
}

#[test]
fn two_audits_of_strangers_are_compared() {
    let project = Project::new();
    let items = project.items();
    project.run(&["audit", "--items", &items, "--save", "new.json"]);
    std::fs::write(project.folder.path().join("one.jsonl"), "{\"id\":\"1\"}\n").unwrap();
    project.run(&["audit", "--items", "one.jsonl", "--save", "old.json"]);
    for color in ["never", "always"] {
        let run = project.run_as(&["compare", "old.json", "new.json"], Some(color));
        assert!(run.stdout.contains("vso["), "{run:?}");
        assert_harmless(&run.stdout, "compare", false);
    }
    assert_markdown(&project.run(&["compare", "old.json", "new.json", "--format", "markdown"]).stdout, "compare");
    assert_harmless(&project.run(&["compare", "old.json", "new.json", "--format", "json"]).stdout, "compare", false);
}

#[test]
fn what_cannot_be_read_is_shown_and_not_acted_on() {
    let k = toml(KINDS);
    let raw = "\u{202e}##vso[a] ::error::x \u{1b}[45m";
    for broken in [
        format!("entity = {k}\n{k} = 1\n[indexes.primary]\npartition_key = {{ attribute = {k}, template = {k} }}\n"),
        format!("entity = \"A\"\n[attributes]\nid = {k}\n{k} = {{ type = {k}, default = {k}, enum = [{k}, 1] }}\n"),
        format!(
            "entity = \"A\"\n[attributes]\nid = {{ type = \"string\", pattern = {} }}\n",
            toml(&format!("({KINDS}"))
        ),
        format!(
            "entity = \"A\"\n[indexes.primary]\npartition_key = {{ attribute = \"pk\", template = {} }}\n",
            toml(&format!("{{{KINDS}}}"))
        ),
        format!(
            "entity = \"A\"\n[indexes.{k}]\nkind = {k}\nprojection = {k}\npartition_key = {{ attribute = \"pk\", build_key = [[{k}]] }}\n"
        ),
        format!("entity = \"A\"\n[[access_patterns]]\nname = {k}\nindex = {k}\ngiven = [{k}]\n"),
        format!("entity = \"A\" # {raw}\n\u{202e}##vso[a] = 1\n"),
        format!("entity = \"\"\"\n::error::x\n##vso[a]\n\"\"\"\ndialect = {k}\n{raw}\n"),
    ] {
        let project = Project::new();
        let models = project.folder.path().join("models");
        std::fs::write(models.join(OsStr::from_bytes(&file_name("a.toml"))), &broken).unwrap();
        for arguments in
            [&["lint"][..], &["docs"], &["explain", "models", "none"], &["lint", "--config", "models/b.toml"]]
        {
            let run = project.run_as(arguments, Some("always"));
            assert_harmless(&run.stdout, &format!("{arguments:?} of {broken}"), false);
            assert_harmless(&run.stderr, &format!("{arguments:?} of {broken} on standard error"), false);
        }
        assert_harmless(&project.run(&["lint", "--format", "github"]).stdout, "github", true);
        for format in ["json", "sarif", "junit"] {
            assert_harmless(&project.run(&["lint", "--format", format]).stdout, format, false);
        }
        let config = format!(
            "models = [{k}]\nexclude = [{k}]\ndialect = {k}\n{k} = 1\n[naming]\npreset = {k}\nindex = {}\n[rules]\n{k} = {k}\n",
            toml(&format!("({KINDS}"))
        );
        std::fs::write(project.folder.path().join("dynkeys.toml"), config).unwrap();
        let run = project.run(&["lint"]);
        assert_eq!(run.status, 2, "{run:?}");
        assert_harmless(&run.stderr, "the configuration", false);
    }
}

#[test]
fn the_head_of_a_patch_is_quoted_and_its_lines_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    let name = folder.path().join("models/a\u{202e}##vso[x]\u{1b}[45m.toml");
    let text = "entity = \"A\" # dynkeys: ignore[missing-primary] \u{202e}\n[attributes]\nid = { type = \"string\", required = true, max_length = 9 }\n[indexes.primary]\npartition_key = { attribute = \"pk\", build_key = [[\"a\", \"{id}\"]] }\nsort_key = { attribute = \"sk\", build_key = [[\"a\", \"{id}\"]] }\n";
    std::fs::write(&name, text).unwrap();
    let run = finish(command(folder.path(), &["lint", "models", "--diff"]));
    let head: Vec<&str> = run.stdout.lines().take(2).collect();
    assert_eq!(
        head,
        [
            "--- \"a/models/a\\342\\200\\256\\043#vso[x]\\033[45m.toml\"",
            "+++ \"b/models/a\\342\\200\\256\\043#vso[x]\\033[45m.toml\"",
        ]
    );
    // A patch in which a character was another one would not apply.
    assert!(run.stdout.contains("] \u{202e}\n"), "{run:?}");
    assert!(Path::new(&name).is_file() && !run.stderr.contains("note"), "{run:?}");
    // What a build server would act on is none of the patch's business, and that is said.
    std::fs::write(&name, text.replace('\u{202e}', "##vso[task.x]")).unwrap();
    let run = finish(command(folder.path(), &["lint", "models", "--diff"]));
    assert!(run.stdout.contains("] \\u{23}#vso[task.x]\n") && run.stderr.contains("does not apply there"), "{run:?}");
}
