//! `dynkeys audit`, `merge` and `compare` as processes: what they read, what they write, how they end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

#[path = "audit_cli/compare.rs"]
mod compare;
#[path = "audit_cli/differing.rs"]
mod differing;
#[path = "audit_cli/export.rs"]
mod export;
#[path = "audit_cli/files.rs"]
mod files;
#[path = "audit_cli/output.rs"]
mod output;
#[path = "audit_cli/parts.rs"]
mod parts;
#[path = "audit_cli/streams.rs"]
mod streams;
#[path = "audit_cli/unstored.rs"]
mod unstored;

use std::io::Write;
use std::path::{Path, PathBuf};

use common::{Run, root, run_in};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with the models of the shop.
struct Shop(TempDir);

impl Shop {
    fn new() -> Self {
        let own = root().join("fixtures/audit/shop");
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("models")).unwrap();
        for entry in std::fs::read_dir(own.join("models")).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join("models").join(path.file_name().unwrap())).unwrap();
        }
        std::fs::copy(own.join("dynkeys.toml"), folder.path().join("dynkeys.toml")).unwrap();
        Self(folder)
    }

    /// The same with a file of items.
    fn with(name: &str, text: impl AsRef<[u8]>) -> Self {
        let shop = Self::new();
        shop.write(name, text);
        shop
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// The files in it, but for those it had from the beginning.
    fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| !matches!(name.as_str(), "models" | "dynkeys.toml"));
        names.sort();
        names
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run_in(self.path(), arguments)
    }

    /// An audit as JSON.
    fn audit(&self, arguments: &[&str]) -> Run {
        self.run(&[&["audit", "--format", "json"][..], arguments].concat())
    }
}

/// The fixture's items: the first eight are sound.
fn lines() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("fixtures/audit/shop/items.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// An order whose key in the index is another one than the model writes.
fn stale(id: &str) -> String {
    let item = json!({
        "pk": "user#alice", "sk": format!("order#{id}"), "id": id, "user_id": "alice", "status": "paid",
        "placed_at": "2024-05-19T09:30:00+00:00", "gsi1_pk": "status#open",
        "gsi1_sk": "placed#2024-05-19T09:30:00+00:00",
    });
    item.to_string()
}

fn packed(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// The item of a line in DynamoDB JSON.
fn typed(line: &str) -> Value {
    let Value::Object(item) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
    let value = |value: Value| match value {
        Value::String(text) => json!({ "S": text }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::Bool(value) => json!({ "BOOL": value }),
        other => panic!("{other}"),
    };
    item.into_iter().map(|(name, own)| (name, value(own))).collect()
}

/// A report without what says where the items were read from.
fn without_source(mut report: Value) -> Value {
    let forget = ["source", "models"];
    report.as_object_mut().unwrap().retain(|name, _| !forget.contains(&name.as_str()));
    report["coverage"].as_object_mut().unwrap().remove("files");
    fn forget_places(value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.remove("place");
                object.values_mut().for_each(forget_places);
            }
            Value::Array(array) => array.iter_mut().for_each(forget_places),
            _ => {}
        }
    }
    forget_places(&mut report);
    report
}

/// The count of a check.
fn count(report: &Value, check: &str) -> u64 {
    report["checks"][check]["count"].as_u64().unwrap()
}

/// The text of an error without the lines' ends and frames.
fn told(run: &Run) -> String {
    run.stderr.replace('│', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn assert_told(run: &Run, words: &[&str]) {
    let told = told(run);
    for word in words {
        assert!(told.contains(word), "{word}: {told}");
    }
}
