//! The `dynkeys` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    dynkeys::commands::interrupt::handle_signals();
    ExitCode::from(dynkeys::cli::run())
}
