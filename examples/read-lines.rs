//! Reads and unpacks files as an audit does, and does nothing with them: what an audit takes at least.
//! `cargo run --release --example read-lines -- FILE...`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool of developers")]

use std::io;
use std::path::Path;
use std::process::ExitCode;

use dynkeys::source::blocks::{Block, Opened, open};

fn read(path: &Path) -> io::Result<usize> {
    let mut lines = 0;
    match open(path, None)? {
        Opened::Lines(mut blocks) => {
            let mut block = Block::default();
            while blocks.next(&mut block)? {
                lines += memchr::memchr_iter(b'\n', block.bytes()).count();
            }
        }
        Opened::Stream(mut stream) => drop(io::copy(&mut stream, &mut io::sink())?),
    }
    Ok(lines)
}

fn main() -> ExitCode {
    let mut lines = 0;
    for path in std::env::args_os().skip(1) {
        match read(Path::new(&path)) {
            Ok(more) => lines += more,
            Err(error) => {
                eprintln!("read-lines: {}: {error}", path.display());
                return ExitCode::from(2);
            }
        }
    }
    println!("{lines} lines");
    ExitCode::SUCCESS
}
