//! The `dynkeys` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    // An interrupted run has failed, whatever it had found.
    #[allow(clippy::exit, reason = "the only way to end a run that waits for input")]
    let handled = ctrlc::set_handler(|| std::process::exit(i32::from(dynkeys::cli::EXIT_FAILED)));
    // Without a handler the signal ends the process, which is as good.
    drop(handled);
    ExitCode::from(dynkeys::cli::run())
}
