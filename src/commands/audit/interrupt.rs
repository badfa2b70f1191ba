//! Ctrl-C: the first one ends the audit with a report of what was read, the second one ends the process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// True once the user has had enough.
pub fn interrupted() -> Arc<AtomicBool> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let flag = FLAG.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let own = Arc::clone(&flag);
        // Where no handler can be set the first Ctrl-C ends the process, as without it.
        let _ = ctrlc::set_handler(move || {
            if own.swap(true, Ordering::Relaxed) {
                #[allow(clippy::exit, reason = "the user asked twice")]
                std::process::exit(i32::from(crate::cli::EXIT_FAILED));
            }
        });
        flag
    });
    Arc::clone(flag)
}
