//! Writes the models of a large table into a folder: `cargo bench --bench models -- FOLDER [COUNT]`.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "a tool of developers")]

mod generate;

use std::path::Path;

fn main() {
    // `cargo bench` adds a flag of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let Some(folder) = arguments.first().map(Path::new) else {
        println!("models: name a folder to write models to: cargo bench --bench models -- FOLDER [COUNT]");
        return;
    };
    let count = arguments.get(1).map_or(500, |count| count.parse().unwrap());
    std::fs::create_dir_all(folder).unwrap();
    for (name, text) in generate::models(count) {
        std::fs::write(folder.join(name), text).unwrap();
    }
    println!("wrote {count} models to {}", folder.display());
}
