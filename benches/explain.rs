//! How fast keys are written. Run with `cargo bench`; every figure is on one thread.
//!
//! `keys` is the engine alone, on parsed items of the guide's User (four indexes, eight keys). `explain` is the command
//! from the bytes of a DynamoDB-JSON file to JSON lines.
#![allow(clippy::panic, reason = "a bench without its input has nothing to measure")]

use std::borrow::Cow;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use dynkeys::cli::{ExplainArgs, Streams};
use dynkeys::commands::explain;
use dynkeys::emit::Terminal;
use dynkeys::key::{Engine, KeyBuffer, Recorder};
use dynkeys::model::{Dialect, load};
use dynkeys::text::SourceFile;
use dynkeys::value::Value;

fn main() {
    divan::main();
}

const ITEMS: usize = 10_000;

fn user_model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/user.toml")
}

fn engine(dialect: &str) -> Engine {
    let text = std::fs::read_to_string(user_model()).unwrap_or_else(|error| panic!("models/user.toml: {error}"));
    match (load(&SourceFile::new("user.toml", text)), Dialect::parse(dialect)) {
        (Ok(model), Ok(dialect)) => Engine::new(Arc::new(model), dialect),
        (model, dialect) => panic!("{model:?} {dialect:?}"),
    }
}

type Entries = Vec<(Cow<'static, str>, Value<'static>)>;

/// Users with names of usual lengths; every tenth lacks one.
fn users() -> Vec<Entries> {
    let first = ["Alice", "Bob", "Christopher", "Dana", "Émile"];
    let last = ["Smith", "Li", "van der Berg", "O'Brien", "Montgomery"];
    (0..ITEMS)
        .map(|at| {
            let mut user: Entries = vec![
                ("id".into(), Value::text(format!("0190a5c2-{at:012x}"))),
                ("first_name".into(), Value::text(first[at % first.len()])),
                ("last_name".into(), Value::text(last[at / 7 % last.len()])),
                ("email".into(), Value::text(format!("user{at}@example.com"))),
                ("status".into(), Value::text("active")),
            ];
            if at % 10 == 0 {
                user.remove(2);
            }
            user
        })
        .collect()
}

/// Mapping and the eight keys of each item.
#[divan::bench(args = ["guide", "boto3-assist@0.1.2", "boto3-assist@0.66.0"])]
fn keys(bencher: Bencher<'_, '_>, dialect: &str) {
    let engine = engine(dialect);
    let users = users();
    let mut buffer = KeyBuffer::default();
    bencher.counter(ItemsCount::new(users.len())).bench_local(|| {
        for user in &users {
            engine.write(&engine.map(divan::black_box(user)), &mut buffer, &mut ());
            divan::black_box(&buffer);
        }
    });
}

/// The same with the provenance of every part.
#[divan::bench]
fn keys_with_provenance(bencher: Bencher<'_, '_>) {
    let engine = engine("guide");
    let users = users();
    let mut buffer = KeyBuffer::default();
    let mut recorder = Recorder::default();
    bencher.counter(ItemsCount::new(users.len())).bench_local(|| {
        for user in &users {
            recorder.clear();
            engine.write(&engine.map(divan::black_box(user)), &mut buffer, &mut recorder);
            divan::black_box((&buffer, &recorder));
        }
    });
}

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    explain: ExplainArgs,
}

/// `dynkeys explain models/user.toml FILE --format jsonl`, from the file to a sink.
#[divan::bench]
fn explain_jsonl(bencher: Bencher<'_, '_>) {
    let path = std::env::temp_dir().join(format!("dynkeys-bench-{}.jsonl", std::process::id()));
    let mut lines = String::new();
    for user in users() {
        let typed: serde_json::Map<String, serde_json::Value> = user
            .iter()
            .map(|(name, value)| match value {
                Value::Str(text) => (name.to_string(), serde_json::json!({ "S": text })),
                other => panic!("{other:?}"),
            })
            .collect();
        lines.push_str(&serde_json::json!({ "Item": typed }).to_string());
        lines.push('\n');
    }
    std::fs::write(&path, &lines).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let arguments = Arguments::parse_from([
        Path::new("explain").as_os_str(),
        user_model().as_os_str(),
        path.as_os_str(),
        Path::new("--format").as_os_str(),
        Path::new("jsonl").as_os_str(),
    ]);
    bencher.counter(ItemsCount::new(ITEMS)).counter(BytesCount::of_str(&lines)).bench_local(|| {
        let terminal = Terminal::FILE;
        let mut sink = std::io::BufWriter::new(std::io::sink());
        let mut err: Vec<u8> = Vec::new();
        let mut streams = Streams { out: &mut sink, terminal, err: &mut err, err_terminal: terminal };
        let status = explain::run(&arguments.explain, &mut streams);
        assert!(status.is_ok(), "{}", String::from_utf8_lossy(&err));
        let _ = sink.flush();
    });
    let _ = std::fs::remove_file(&path);
}
