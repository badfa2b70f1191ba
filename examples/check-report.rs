//! Compares the report of an audit with the truth that `generate-export` wrote beside the export:
//! `cargo run --release --example check-report -- report.json FOLDER/truth.json`. Prints every difference; the exit status
//! is 0 where there is none, else 1.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool of developers")]

#[path = "../benches/audit/check.rs"]
mod check;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

/// Compares the report of an audit with the truth about the export.
#[derive(Parser)]
struct Arguments {
    /// The report, as `dynkeys audit --format json` writes it.
    report: PathBuf,
    /// The truth.
    truth: PathBuf,
}

fn read(path: &Path) -> Result<serde_json::Value, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let differences = read(&arguments.report)
        .and_then(|report| read(&arguments.truth).map(|truth| check::differences(&report, &truth)));
    match differences {
        Ok(differences) if differences.is_empty() => {
            println!("the report has every planted defect and no other");
            ExitCode::SUCCESS
        }
        Ok(differences) => {
            differences.iter().for_each(|difference| println!("{difference}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("check-report: {error}");
            ExitCode::from(2)
        }
    }
}
