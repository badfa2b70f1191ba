//! How long `dynkeys lint` takes, on one thread: `cargo bench --bench lint`. `models` are the bundled ones, `table` is 500
//! generated models of one table with four indexes each, every pair checked for overlap.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench without its input has nothing to measure")]

mod generate;

use std::path::{Path, PathBuf};

use clap::Parser;
use divan::Bencher;
use divan::counter::ItemsCount;
use dynkeys::cli::{LintArgs, Streams};
use dynkeys::commands::lint;
use dynkeys::emit::Terminal;

fn main() {
    divan::main();
}

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    lint: LintArgs,
}

fn run(models: &Path) {
    let none = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/empty.toml");
    let arguments = Arguments::parse_from([
        Path::new("lint"),
        models,
        Path::new("--format"),
        Path::new("json"),
        Path::new("--config"),
        &none,
    ]);
    let terminal = Terminal::FILE;
    let (mut out, mut err): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut streams = Streams { out: &mut out, terminal, err: &mut err, err_terminal: terminal };
    let status = lint::run(&arguments.lint, &mut streams);
    assert!(status.is_ok(), "{}", String::from_utf8_lossy(&err));
    divan::black_box(out);
}

/// The bundled models.
#[divan::bench]
fn models(bencher: Bencher<'_, '_>) {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let count = std::fs::read_dir(&folder).unwrap().count();
    bencher.counter(ItemsCount::new(count)).bench_local(|| run(&folder));
}

/// A large table.
#[divan::bench(sample_count = 10)]
fn table(bencher: Bencher<'_, '_>) {
    let folder = std::env::temp_dir().join(format!("dynkeys-bench-models-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let models = generate::models(500);
    for (name, text) in &models {
        std::fs::write(folder.join(name), text).unwrap();
    }
    bencher.counter(ItemsCount::new(models.len())).bench_local(|| run(&folder));
    let _ = std::fs::remove_dir_all(&folder);
}
