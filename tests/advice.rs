//! What a finding advises, followed: the finding is gone, and no new warning comes of it.
//!
//! Every help text over the bad fixtures and the examples of the rules' pages that shows a piece of a model in backticks is
//! applied to the model as a person would, and the model is linted again. Help that shows something else, a query or a
//! piece that only a person can fill in, is listed in [`NOT_APPLIED`] with the reason.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{root, run_in};
use dynkeys::rules::RULES;
use serde_json::Value;

/// The rules whose help shows no piece of a model that could be put in as it stands.
const NOT_APPLIED: [(&str, &str); 21] = [
    ("dangling-delimiter", "what is written without the field is for a person to choose"),
    ("half-index-key", "the condition and what is written under it are for a person to choose"),
    ("index-naming", "names are mended by the fix"),
    ("key-attribute-naming", "names are mended by the fix"),
    ("multi-attribute-key-invalid", "a list of keys becomes one"),
    ("between-excludes-upper", "the bound of a query"),
    ("open-ended-prefix", "the bound of a query"),
    ("prefix-returns-other-entities", "the ends of a query"),
    ("sort-prefix-not-leftmost", "shows the query as it is"),
    ("reserved-word", "an expression of a request"),
    ("constant-partition-key", "a shard is computed by the application"),
    ("low-cardinality-partition-key", "a shard is computed by the application"),
    ("pattern-needs-scan", "a new index, of which only the partition key is shown"),
    ("missing-primary", "a table's own key is for a person to choose"),
    ("index-gap", "names are for a person to choose"),
    ("pattern-index-unknown", "a new index"),
    ("text-in-number-key", "the field that is a number is for a person to choose"),
    ("key-type-not-scalar", "a path into a map is for a person to choose"),
    ("unpadded-number", "the smallest unit is for a person to choose"),
    ("unreadable-model", "there is no model yet"),
    ("unknown-field", "what the field is, is for a person to say"),
];

/// Models by their names, and perhaps a configuration.
type Files = BTreeMap<String, String>;

fn lint(files: &Files) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let none = root().join("fixtures/empty.toml");
    let mut arguments = vec!["lint", ".", "--format", "json", "--fail-on", "never"];
    if !files.contains_key("dynkeys.toml") {
        arguments.extend(["--config", none.to_str().unwrap()]);
    }
    let run = run_in(folder.path(), &arguments);
    assert_eq!(run.status, 0, "{run:?}\n{files:#?}");
    run.json()["findings"].as_array().unwrap().clone()
}

/// The bad fixtures of the rules about designs, and the examples of their pages that are models, by a name.
fn cases() -> Vec<(String, Files)> {
    let mut all = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.is_about_designs()) {
        let folder = root().join("fixtures/rules").join(rule.name);
        let mut paths: Vec<_> =
            std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with("bad-"));
        paths.sort();
        for path in paths {
            let name = format!("{}/{}", rule.name, path.file_name().unwrap().to_str().unwrap());
            let files: Files = if path.is_dir() {
                std::fs::read_dir(&path).unwrap().map(|entry| file(&entry.unwrap().path())).collect()
            } else {
                [file(&path)].into()
            };
            all.push((name, files));
        }
        let blocks = rule.doc.split("```toml\n").skip(1).filter_map(|block| block.split("```").next());
        let models = blocks.filter(|block| block.contains("entity") && block.contains("[indexes."));
        let files: Files = models.enumerate().map(|(at, text)| (format!("{at}.toml"), text.to_owned())).collect();
        if !files.is_empty() {
            all.push((format!("the page of {}", rule.name), files));
        }
    }
    all
}

fn file(path: &Path) -> (String, String) {
    (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap())
}

/// What stands in backticks.
fn shown(help: &str) -> Vec<&str> {
    help.split('`').skip(1).step_by(2).collect()
}

/// The first name in a snippet: `tenant` of `{tenant or ''}`.
fn name_in(snippet: &str) -> &str {
    let start = snippet.find(|c: char| c.is_alphabetic() || c == '_').unwrap_or(snippet.len());
    let rest = &snippet[start..];
    &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())]
}

/// One piece of advice, followed: what it shows, and the files after it.
struct Followed {
    shown: String,
    files: Files,
}

/// The lines of a model that declare its attributes, by their names.
fn attributes(text: &str) -> BTreeMap<String, usize> {
    let mut inside = false;
    let mut all = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim() == "[attributes]";
        } else if inside && let Some((name, _)) = line.split_once('=').filter(|(name, _)| !name.trim().starts_with('#'))
        {
            all.insert(name.trim().trim_matches('"').to_owned(), at);
        }
    }
    all
}

/// The text with one line changed.
fn with_line(text: &str, at: usize, change: impl FnOnce(&str) -> String) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[at] = change(&lines[at]);
    lines.join("\n") + "\n"
}

/// `a = 1, b = "x, y"` in its parts: a pattern may hold commas, so that a part goes on to the next key.
fn facts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(", ") {
        match part.split_once('=').filter(|(key, _)| key.trim().chars().all(|c| c.is_alphanumeric() || c == '_')) {
            Some(_) => parts.push(part.to_owned()),
            None => parts.last_mut().unwrap().push_str(&format!(", {part}")),
        }
    }
    parts
}

/// An attribute's line with facts put in or replaced.
fn with_facts(line: &str, new: &str) -> String {
    let (name, value) = line.split_once('=').unwrap();
    let value = value.split(" #").next().unwrap().trim();
    let inside = match value.strip_prefix('{').and_then(|value| value.strip_suffix('}')) {
        Some(inside) => inside.trim().to_owned(),
        None => format!("type = {value}"),
    };
    let key = |fact: &String| fact.split_once('=').unwrap().0.trim().to_owned();
    let new = facts(new);
    let mut parts = facts(&inside);
    parts.retain(|part| !new.iter().any(|new| key(new) == key(part)));
    parts.extend(new);
    format!("{name}= {{ {} }}", parts.join(", "))
}

/// An attribute's line without its default.
fn without_default(line: &str) -> String {
    let (name, value) = line.split_once('=').unwrap();
    let value = value.split(" #").next().unwrap().trim().trim_start_matches('{').trim_end_matches('}').trim();
    let mut parts = facts(value);
    parts.retain(|part| !part.starts_with("default"));
    format!("{name}= {{ {} }}", parts.join(", "))
}

/// A line in which the placeholders of a field are replaced.
fn with_placeholder(line: &str, placeholder: &str) -> String {
    let field = name_in(placeholder);
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
        let own = &rest[start..end];
        let is_placeholder = !own.contains('=') && name_in(own) == field;
        out.push_str(&rest[..start]);
        if is_placeholder {
            out.push_str(placeholder);
            rest = &rest[end..];
        } else {
            out.push('{');
            rest = &rest[start + 1..];
        }
    }
    out + rest
}

/// A line in which a field that is asked for its truth is compared: `price` of `if price`, or of a `when`.
fn with_condition(line: &str, condition: &str) -> String {
    let field = name_in(condition);
    let negated = format!("not {field}");
    if condition.contains("==") {
        return line.replace(&negated, condition);
    }
    let asked = format!(" if {field} ");
    if line.contains(&asked) {
        return line.replace(&asked, &format!(" if {condition} "));
    }
    let Some((before, rest)) = line.split_once("when = \"") else { return line.to_owned() };
    let (when, after) = rest.split_once('"').unwrap();
    let words = when.split(' ').map(|word| if word == field { condition } else { word });
    format!("{before}when = \"{}\"{after}", words.collect::<Vec<_>>().join(" "))
}

/// A key with a text of its own at its start: `user` of `["user", …]`.
fn with_prefix(line: &str, prefix: &str) -> String {
    if let Some((before, after)) = line.split_once("build_key = [[\"\", ") {
        return format!("{before}build_key = [[\"{prefix}\", {after}");
    }
    if let Some((before, after)) = line.split_once("build_key = [[\"") {
        return format!("{before}build_key = [[\"{prefix}-{after}");
    }
    for word in ["template = \"", "value = \""] {
        if let Some((before, after)) = line.split_once(word) {
            return format!("{before}template = \"{prefix}#{after}");
        }
    }
    line.to_owned()
}

/// A key whose rule is another one.
fn with_rule(line: &str, rule: &str) -> String {
    let start = ["build_key", "template", "value"].iter().filter_map(|word| line.find(word)).min().unwrap();
    let end = line.rfind('}').unwrap();
    format!("{}{rule} }}{}", &line[..start], &line[end + 1..])
}

/// Every piece of advice of a finding, followed on its own; none where the help shows no piece of a model.
fn followed(finding: &Value, files: &Files) -> Vec<Followed> {
    let help = finding["help"].as_str().unwrap();
    let path = finding["path"].as_str().unwrap().trim_start_matches("./");
    let Some(text) = files.get(path) else { return Vec::new() };
    let at = usize::try_from(finding["line"].as_u64().unwrap()).unwrap() - 1;
    let known = attributes(text);
    let snippets = shown(help);
    let mut all = Vec::new();
    let mut add = |shown: &str, changes: Vec<(String, String)>| {
        let mut files = files.clone();
        files.extend(changes);
        all.push(Followed { shown: shown.to_owned(), files });
    };
    let own = |text: String| vec![(path.to_owned(), text)];
    for (number, snippet) in snippets.iter().enumerate() {
        const FACTS: [&str; 6] =
            ["required = ", "pattern = ", "max_length = ", "immutable = ", "type = ", "default = "];
        let bare = snippet.trim_start_matches("{ ").trim_end_matches(" }");
        let snippet = if bare.starts_with("type = ") { &bare } else { snippet };
        if FACTS.iter().any(|fact| snippet.starts_with(fact)) && !snippet.contains("value = ") {
            // The attribute that the help names, else the one in whose line the finding is, else every text.
            let named = || snippets[..number].iter().rev().chain(&snippets[number + 1..]).map(|one| name_in(one));
            let field = named().find(|name| known.contains_key(*name)).map(str::to_owned);
            let here = || known.iter().find(|(_, line)| **line == at).map(|(name, _)| name.clone());
            match field.or_else(here) {
                Some(field) => add(snippet, own(with_line(text, known[&field], |line| with_facts(line, snippet)))),
                None if snippet.starts_with("type") => {
                    add(snippet, own(with_line(text, at, |line| line.replacen(" }", &format!(", {snippet} }}"), 1))));
                }
                None => {
                    let change = |(name, text): (&String, &String)| {
                        let lines = attributes(text).into_values();
                        let is_free =
                            |line: &str| !line.contains("pattern") && !line.contains("enum") && line.contains("string");
                        let text = lines.fold(text.clone(), |text, at| {
                            with_line(&text, at, |line| {
                                if is_free(line) { with_facts(line, snippet) } else { line.to_owned() }
                            })
                        });
                        (name.clone(), text)
                    };
                    add(snippet, files.iter().map(change).collect());
                }
            }
        } else if snippet.contains(" != ") && !snippet.starts_with(['{', 'c']) || snippet.contains(" == 0") {
            // A condition in the place of the bare field.
            let condition = snippet.trim_start_matches("when = \"").trim_end_matches('"');
            add(snippet, own(with_line(text, at, |line| with_condition(line, condition))));
        } else if snippet.starts_with('{')
            && !snippet.contains('…')
            && (!snippet.contains('=') || snippet.contains(" != "))
        {
            let field = name_in(snippet);
            // A fallback and a format go wherever the field is printed; both of two formats become the one that is shown.
            let everywhere = snippet.contains(" or ") || finding["rule"] == "inconsistent-case";
            let is_format = finding["rule"] == "mixed-time-formats";
            let is_key =
                |line: &str| ["template = ", "build_key = ", "value = "].iter().any(|rule| line.contains(rule));
            let change = |(name, text): (&String, &String)| {
                let text = text.lines().enumerate().map(|(line, own)| {
                    let is_here = name == path && line == at;
                    let default = help.contains("leave the default out") && attributes(text).get(field) == Some(&line);
                    if default && name == path {
                        without_default(own)
                    } else if is_format && is_key(own) {
                        let filter = snippet.trim_start_matches(['{']).trim_start_matches(field);
                        let fields = attributes(text).into_keys();
                        let times = fields.filter(|field| own.contains(&format!("{{{field}|")) || is_here);
                        times.fold(own.to_owned(), |own, time| with_placeholder(&own, &format!("{{{time}{filter}")))
                    } else if is_here || everywhere && is_key(own) {
                        with_placeholder(own, snippet)
                    } else {
                        own.to_owned()
                    }
                });
                (name.clone(), text.collect::<Vec<_>>().join("\n") + "\n")
            };
            add(snippet, files.iter().map(change).collect());
        } else if let Some(rest) = snippet.strip_prefix("cases = [{ when = \"") {
            // The condition is shown, and what the key is now goes under it; the whole index is sparse then.
            let when = rest.split('"').next().unwrap();
            let head = (0..at).rev().find(|line| text.lines().nth(*line).unwrap().starts_with("[indexes.")).unwrap();
            let mut changed = with_line(text, at, |line| {
                let start = ["build_key", "template", "value"].iter().filter_map(|word| line.find(word)).min().unwrap();
                let rule = line[start..line.rfind('}').unwrap()].trim();
                with_rule(line, &format!("cases = [{{ when = \"{when}\", {rule} }}, {{ value = \"{{none}}\" }}]"))
            });
            if help.contains("`sparse = true`") {
                changed = with_line(&changed, head, |line| format!("{line}\nsparse = true"));
            }
            add(snippet, own(changed));
        } else if let Some(word) = snippet.strip_prefix("[\"").and_then(|rest| rest.strip_suffix("\", …]")) {
            // "begin the sort key `sk` of `User`": the key is named, else it is in the finding's line.
            let key = snippets.first().filter(|_| number == 2).map(|key| format!("attribute = \"{key}\""));
            let entity = snippets.get(1).map(|entity| format!("\"{entity}\""));
            let change = |(name, text): (&String, &String)| {
                let is_own = text
                    .lines()
                    .any(|line| line.starts_with("entity") && entity.as_ref().is_some_and(|own| line.contains(own)));
                let text = text.lines().enumerate().map(|(line, own)| {
                    let is_meant = match &key {
                        Some(key) => is_own && own.contains(key),
                        None => name == path && line == at,
                    };
                    if is_meant { with_prefix(own, word) } else { own.to_owned() }
                });
                (name.clone(), text.collect::<Vec<_>>().join("\n") + "\n")
            };
            add(snippet, files.iter().map(change).collect());
        } else if let Some(pair) = snippet.strip_prefix("[\"\", ").and_then(|rest| rest.strip_suffix(']')) {
            let change = |line: &str| line.replacen("]] }", &format!("], [\"\", {pair}]] }}"), 1);
            if text.lines().nth(at).unwrap().contains("build_key") {
                add(snippet, own(with_line(text, at, change)));
            }
        } else if ["value = ", "build_key = ", "template = ", "type = \"N\", value"]
            .iter()
            .any(|rule| snippet.starts_with(rule))
        {
            if text.lines().nth(at).unwrap().contains("attribute = ") {
                add(snippet, own(with_line(text, at, |line| with_rule(line, snippet))));
            }
        } else if snippet.starts_with("description = ") {
            let change = |line: &str| format!("{line}\ndescription = \"What it is for.\"");
            let next = text.lines().nth(at + 1).unwrap();
            let text =
                if next.starts_with("description") { text.replace(&format!("{next}\n"), "") } else { text.clone() };
            add(snippet, own(with_line(&text, at, change)));
        } else if help.contains("to `given`") && *snippet == "given" {
            let line = (0..at).rev().find(|line| text.lines().nth(*line).unwrap().starts_with("given")).unwrap();
            let field = snippets[number - 1];
            add(snippet, own(with_line(text, line, |line| line.replacen(']', &format!(", \"{field}\"]"), 1))));
        } else if help.contains("take `condition` away") && *snippet == "condition" {
            add(snippet, own(with_line(text, at, |_| String::new())));
        } else if help.contains("remove `eager = true`") && *snippet == "eager = true" {
            // In a table of its own, it is a line of its own.
            let is_alone = |line: &str| line.split('=').next().unwrap().trim().ends_with("eager");
            let change = |line: &str| if is_alone(line) { String::new() } else { line.replace(", eager = true", "") };
            add(snippet, own(with_line(text, at, change)));
        }
    }
    all
}

/// True of help that shows more than names.
fn shows_a_piece(help: &str) -> bool {
    shown(help).iter().any(|snippet| snippet.contains(['=', '{', '[']) && !snippet.starts_with("[table"))
}

#[test]
fn advice_that_is_followed_ends_the_finding_and_brings_no_other() {
    let mut wrong = BTreeSet::new();
    let (mut tried, mut rules, mut unshown) = (0, BTreeSet::new(), BTreeSet::new());
    let own = cases().into_iter().map(|(case, files)| (case, files, false));
    // A dialect that puts keys in lower case has findings of its own: what is said of values must not bring them.
    let lowered = cases().into_iter().map(|(case, mut files)| {
        let config = files.remove("dynkeys.toml").unwrap_or_default();
        files.insert("dynkeys.toml".to_owned(), format!("dialect = \"boto3-assist@0.66.0\"\n{config}"));
        (format!("{case}, in lower case"), files, true)
    });
    for (case, files, is_lowered) in own.chain(lowered) {
        let before = lint(&files);
        let known: BTreeSet<&str> = before.iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
        // One cause has many findings of one advice; each rule once a fixture is enough, in its own fixtures each is tried.
        let mut seen = BTreeSet::new();
        for finding in &before {
            let rule = finding["rule"].as_str().unwrap();
            let help = finding["help"].as_str().unwrap();
            let is_own = case.contains(rule);
            if !shows_a_piece(help) || !is_own && !seen.insert(rule) || NOT_APPLIED.iter().any(|(own, _)| *own == rule)
            {
                continue;
            }
            let all = followed(finding, &files);
            if all.is_empty() {
                unshown.insert(format!("{rule}: {help}"));
            }
            for Followed { shown, files } in all {
                if is_lowered && !shown.starts_with("pattern") {
                    continue;
                }
                tried += 1;
                rules.insert(rule.to_owned());
                let after = lint(&files);
                if after.iter().any(|one| one["fingerprint"] == finding["fingerprint"]) {
                    wrong.insert(format!("{case}: {rule}: `{shown}` does not end it: {help}"));
                }
                let is_new =
                    |one: &&Value| one["level"] != "info" && !known.contains(one["fingerprint"].as_str().unwrap());
                for new in after.iter().filter(is_new) {
                    wrong.insert(format!("{case}: {rule}: `{shown}` brings {}: {}", new["rule"], new["message"]));
                }
            }
        }
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{tried} tried, {} wrong:\n{}\nnot tried:\n{unshown:#?}", wrong.len(), wrong.join("\n"));
    assert!(unshown.is_empty(), "help that is not tried: {unshown:#?}");
    assert!(tried > 100 && rules.len() >= 20, "{tried} of {rules:?}");
}
