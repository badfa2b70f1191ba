//! The layers of the code: a higher one may use the lower ones, never the other way.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

/// The rooms, lowest first; those of one row may use each other.
const ROWS: [&[&str]; 10] = [
    &["text", "error", "value", "files"],
    &["model"],
    &["key"],
    &["source"],
    &["audit"],
    &["rules"],
    &["report", "config", "suppress", "fix", "baseline"],
    &["emit"],
    &["commands", "cli"],
    &["main", "lib"],
];

fn row(room: &str) -> usize {
    ROWS.iter().position(|row| row.contains(&room)).unwrap_or_else(|| panic!("`{room}` is in no row"))
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The rooms that a line of code names: `crate::room`.
fn named(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("crate::")
        .map(|(at, word)| {
            let rest = &code[at + word.len()..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            &rest[..end]
        })
        .filter(|room| !room.is_empty())
        .collect()
}

#[test]
fn no_layer_uses_a_higher_one() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let mut uses = 0;
    for file in &files {
        let inside = file.strip_prefix(&source).unwrap();
        let room = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        for (at, line) in std::fs::read_to_string(file).unwrap().lines().enumerate() {
            for used in named(line) {
                uses += 1;
                assert!(row(used) <= row(room), "{}:{}: `{room}` uses `{used}`", inside.display(), at + 1);
            }
        }
    }
    assert!(files.len() > 30 && uses > 100, "{} files, {uses} uses", files.len());
}

#[test]
fn rules_know_no_arguments_and_no_files() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files = Vec::new();
    rust_files(&rules, &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in ["clap", "tokio", "std::fs", "std::io", "std::env", "std::time", "HashMap", "println!"] {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
    }
}
