//! Ctrl-C, and the signals that end a process politely. A run that was interrupted has failed, whatever it had found:
//! the first signal ends it, but for an audit, which ends by itself with a report of what it has read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::cli::EXIT_FAILED;

/// Whoever ends by itself has this; it becomes true with the first signal.
static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Handles the signals of this process from now on.
pub fn handle_signals() {
    let handled = ctrlc::set_handler(|| {
        // The user asked for the second time, or nobody listens.
        if INTERRUPTED.get().is_none_or(|flag| flag.swap(true, Ordering::Relaxed)) {
            crate::files::remove_temporaries();
            #[allow(clippy::exit, reason = "the only way to end a run that waits for input")]
            std::process::exit(i32::from(EXIT_FAILED));
        }
    });
    // Without a handler a signal ends the process, which is as good.
    drop(handled);
}

/// True once the user has had enough: whoever asks promises to end soon after.
pub fn interrupted() -> Arc<AtomicBool> {
    Arc::clone(INTERRUPTED.get_or_init(Arc::default))
}
