//! Writes an export of a shop's table with planted defects, and the truth about them in `truth.json`:
//! `cargo run --release --example generate-export -- --items 2000000 --files 16 --defects 0.001 --seed 1 --out FOLDER`.
//! `--plain` writes JSON lines without the manifests of an export; `--content shapes` and `--content partitions` write
//! what strains the memory of an audit.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a tool of developers")]

#[path = "../benches/audit/generate/mod.rs"]
mod generate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use generate::{Content, Request};

/// Writes an export of a shop's table with planted defects.
#[derive(Parser)]
struct Arguments {
    /// How many items.
    #[arg(long, default_value_t = 2_000_000)]
    items: u64,
    /// How many data files.
    #[arg(long, default_value_t = 16)]
    files: usize,
    /// The share of items with a defect.
    #[arg(long, default_value_t = 0.001)]
    defects: f64,
    /// What the random numbers start from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder to write to.
    #[arg(long)]
    out: PathBuf,
    /// JSON lines without the manifests of an export.
    #[arg(long)]
    plain: bool,
    /// `shop`, `shapes` or `partitions`.
    #[arg(long, default_value = "shop")]
    content: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let content = match arguments.content.as_str() {
        "shop" => Content::Shop,
        "shapes" => Content::Shapes,
        "partitions" => Content::Partitions,
        other => {
            eprintln!("generate-export: no content is called `{other}`: shop, shapes, partitions");
            return ExitCode::from(2);
        }
    };
    let request = Request {
        content,
        items: arguments.items,
        files: arguments.files.max(1),
        defects: arguments.defects,
        seed: arguments.seed,
        folder: &arguments.out,
        plain: arguments.plain,
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    match generate::generate(&request, threads) {
        Ok(truth) => {
            println!("wrote {} items, {} bytes in DynamoDB, to {}", truth.items, truth.bytes, arguments.out.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("generate-export: {}: {error}", arguments.out.display());
            ExitCode::from(2)
        }
    }
}
