//! Ctrl-C, and the signals that end a process politely. A run that was interrupted has failed, whatever it had found:
//! the first signal ends it, but for an audit, which ends by itself with a report of what it has read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::cli::EXIT_FAILED;

/// Becomes true with the first signal that somebody hears.
static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Somebody hears signals now, and ends by itself.
static IS_HEARD: AtomicBool = AtomicBool::new(false);

/// Handles the signals of this process from now on.
pub fn handle_signals() {
    let handled = ctrlc::set_handler(|| {
        // Nobody listens, or the user asked for the second time.
        if !IS_HEARD.load(Ordering::Relaxed) || flag().swap(true, Ordering::Relaxed) {
            crate::files::remove_temporaries();
            #[allow(clippy::exit, reason = "the only way to end a run that waits for input")]
            std::process::exit(i32::from(EXIT_FAILED));
        }
    });
    // Without a handler a signal ends the process, which is as good.
    drop(handled);
}

fn flag() -> &'static Arc<AtomicBool> {
    INTERRUPTED.get_or_init(Arc::default)
}

/// True once the user has had enough: whoever asks promises to end soon after.
pub fn interrupted() -> Arc<AtomicBool> {
    IS_HEARD.store(true, Ordering::Relaxed);
    Arc::clone(flag())
}

/// The same, for as long as this lives: afterwards a signal ends the process at once, as while it waits for a reply of
/// the user.
#[derive(Debug)]
pub struct Listening(());

impl Listening {
    /// Begins to listen.
    pub fn begin() -> Self {
        IS_HEARD.store(true, Ordering::Relaxed);
        Self(())
    }

    /// True once the user has had enough.
    pub fn interrupted(&self) -> Arc<AtomicBool> {
        Arc::clone(flag())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        IS_HEARD.store(false, Ordering::Relaxed);
    }
}
