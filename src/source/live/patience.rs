//! How often a request is tried again, and how long is waited before.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

/// How long trouble is put up with. The SDK's own retries are off, so these are all there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For how long nothing but throttling may come back, from all segments, before the scan fails.
    pub throttled: Duration,
    /// How often a request is tried again after an error of the server, a dropped connection, a timeout or a page that
    /// came before.
    pub retries: u32,
    /// For how long one request is tried while nothing at all is answered.
    pub unanswered: Duration,
    /// An answer that has begun and of which nothing comes for so long has failed.
    pub stalled: Duration,
    /// The longest wait before the first retry; each further one is twice as long.
    pub first_wait: Duration,
    /// The longest wait of all.
    pub longest_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            throttled: Duration::from_secs(300),
            retries: 8,
            unanswered: Duration::from_secs(60),
            stalled: Duration::from_secs(10),
            first_wait: Duration::from_millis(100),
            longest_wait: Duration::from_secs(10),
        }
    }
}

/// How often one request was tried.
#[derive(Debug)]
pub(super) struct Attempts {
    patience: Patience,
    throttled: u32,
    /// When it was throttled for the first time.
    since: Option<Instant>,
    failed: u32,
}

impl Attempts {
    pub(super) fn new(patience: Patience) -> Self {
        Self { patience, throttled: 0, since: None, failed: 0 }
    }

    /// How long to wait after throttling; none where there was nothing else for too long: `progress` is when any request
    /// was last answered.
    pub(super) fn after_throttling(&mut self, progress: Instant, now: Instant) -> Option<Duration> {
        let wait = self.wait(self.throttled);
        self.throttled += 1;
        let since = progress.max(*self.since.get_or_insert(now));
        (now.saturating_duration_since(since) < self.patience.throttled).then_some(wait)
    }

    /// How long to wait after a failure; none where there were too many, or where nothing was answered for too long
    /// before it.
    pub(super) fn after_failure(&mut self, retries: u32, silence: Duration) -> Option<Duration> {
        let wait = self.wait(self.failed);
        self.failed += 1;
        (self.failed <= retries.min(self.patience.retries) && silence < self.patience.unanswered).then_some(wait)
    }

    /// How often the request was throttled.
    pub(super) fn throttled(&self) -> u32 {
        self.throttled
    }

    /// How often the request failed.
    pub(super) fn failures(&self) -> u32 {
        self.failed
    }

    /// Between half and all of the time, so that segments that failed together do not come back together.
    fn wait(&self, before: u32) -> Duration {
        let longest = self.patience.first_wait.saturating_mul(2_u32.saturating_pow(before));
        let longest = longest.min(self.patience.longest_wait);
        // The standard library's hash keys are its only source of randomness, and enough for this.
        let random = RandomState::new().build_hasher().finish();
        longest.mul_f64(0.5 + random as f64 / u64::MAX as f64 / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_are_bounded() {
        let mut attempts = Attempts::new(Patience::default());
        let now = Instant::now();
        for at in 0..40 {
            let wait = attempts.after_throttling(now, now).unwrap();
            let longest = Duration::from_millis(100 << at.min(7)).min(Duration::from_secs(10));
            assert!(wait >= longest / 2 && wait <= longest, "{at}: {wait:?}");
        }
    }

    #[test]
    fn failures_are_counted_and_throttling_is_timed() {
        let patience = Patience { retries: 3, ..Patience::default() };
        let mut attempts = Attempts::new(patience);
        let short = Duration::from_secs(59);
        assert!((0..3).all(|_| attempts.after_failure(8, short).is_some()));
        assert_eq!((attempts.after_failure(8, short), attempts.failures()), (None, 4));
        assert_eq!(Attempts::new(patience).after_failure(0, short), None);
        assert_eq!(Attempts::new(patience).after_failure(8, Duration::from_secs(60)), None);
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut attempts = Attempts::new(patience);
        assert!(attempts.after_throttling(start, after(100)).is_some());
        assert!(attempts.after_throttling(start, after(399)).is_some());
        // Another segment got on meanwhile.
        assert!(attempts.after_throttling(after(200), after(400)).is_some());
        assert_eq!(attempts.after_throttling(start, after(400)), None);
    }
}
