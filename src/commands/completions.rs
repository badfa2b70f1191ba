//! `dynkeys completions`.

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs, EXIT_CLEAN, Streams};
use crate::error::Error;

/// Prints completions for a shell.
pub fn run(args: &CompletionsArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    // clap_complete panics when it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dynkeys", &mut script);
    streams.out.write_all(&script).map_err(Error::Output)?;
    Ok(EXIT_CLEAN)
}
