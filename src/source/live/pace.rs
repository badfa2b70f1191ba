//! A bound for the read units of a second.

use std::time::{Duration, Instant};

/// A token bucket: a request goes out when there is what a page uses at most, takes that, and settles the difference when
/// it is known. However many requests there are, together they use no more than is there.
#[derive(Debug)]
pub(super) struct Pace {
    rate: f64,
    balance: f64,
    at: Instant,
    /// The read units of an item; a guess of 4 KB before the first page.
    of_item: f64,
}

/// A page of 1 MB, read eventually consistently.
const WHOLE_PAGE: f64 = 128.0;
/// After so long it is worth another look: what other requests took may have been given back.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl Pace {
    /// At most `rate` read units a second, from now on.
    pub(super) fn new(rate: f64, now: Instant) -> Self {
        // A rate of nothing would wait for ever.
        let rate = if rate.is_finite() { rate.max(0.1) } else { f64::MAX };
        Self { rate, balance: rate, at: now, of_item: 0.5 }
    }

    /// Takes the units of a page; where they are not there, how long to wait before asking again.
    pub(super) fn take(&mut self, now: Instant) -> Result<f64, Duration> {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        // What a second leaves unused is not saved up for a burst.
        self.balance = (self.balance + passed * self.rate).min(self.rate);
        let page = self.rate.min(WHOLE_PAGE);
        if self.balance < page {
            let wait = (page - self.balance) / self.rate;
            return Err(Duration::try_from_secs_f64(wait).map_or(LOOK_AGAIN, |wait| wait.min(LOOK_AGAIN)));
        }
        self.balance -= page;
        Ok(page)
    }

    /// Settles a page: the units that were taken, and those that `items` items used.
    pub(super) fn settle(&mut self, taken: f64, used: f64, items: usize) {
        self.balance += taken - used;
        if items > 0 {
            self.of_item = (used / items as f64).max(f64::MIN_POSITIVE);
        }
    }

    /// Gives back what was taken for a request that failed.
    pub(super) fn give_back(&mut self, taken: f64) {
        self.balance += taken;
    }

    /// The most items that a page may have to stay within a second's units; none where a whole page does.
    pub(super) fn page_limit(&self) -> Option<i32> {
        // Saturates where items are tiny.
        (self.rate < WHOLE_PAGE).then(|| ((self.rate / self.of_item) as i32).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits from `now` on for a page's units: when they are there, and how many.
    fn taken(pace: &mut Pace, mut now: Instant) -> (Instant, f64) {
        loop {
            match pace.take(now) {
                Ok(taken) => return (now, taken),
                Err(wait) => now += wait.max(Duration::from_micros(1)),
            }
        }
    }

    /// Reads pages of `units` one after the other and gives the seconds that it took.
    fn seconds(pace: &mut Pace, start: Instant, pages: usize, units: f64) -> f64 {
        let mut now = start;
        for _ in 0..pages {
            let taken;
            (now, taken) = self::taken(pace, now);
            pace.settle(taken, units, 10);
        }
        (now - start).as_secs_f64()
    }

    #[test]
    fn requests_side_by_side_use_no_more_than_one() {
        let start = Instant::now();
        for (rate, units) in [(6.0, 6.0), (100.0, 100.0), (1000.0, 128.0), (1000.0, 40.0)] {
            let mut pace = Pace::new(rate, start);
            // A small page first: the next ones may be large all the same.
            let (mut now, first) = taken(&mut pace, start);
            pace.settle(first, 0.5, 10);
            let mut used = 0.5;
            for _ in 0..50 {
                // As many as get their turn are on their way at once, and each needs a while.
                let mut all = Vec::new();
                while let Ok(taken) = pace.take(now) {
                    all.push(taken);
                }
                assert!(all.len() as f64 <= (rate / 128.0).max(1.0), "{rate}: {} at once", all.len());
                now += Duration::from_millis(20);
                for taken in all {
                    pace.settle(taken, units, 10);
                    used += units;
                }
                let most = rate * (1.0 + (now - start).as_secs_f64());
                assert!(used <= most + 1e-6, "{rate} {units}: {used} units, {most} at most");
            }
        }
    }

    #[test]
    fn a_second_has_no_more_units_than_were_asked_for() {
        let start = Instant::now();
        for (rate, units) in [(100.0, 10.0), (100.0, 128.0), (1000.0, 128.0), (5.0, 5.0)] {
            let took = seconds(&mut Pace::new(rate, start), start, 100, units);
            let least = 100.0 * units / rate;
            // The first second's units are there from the beginning, and the last page is paid for afterwards.
            let slack = 1.0 + 2.0 * units / rate;
            assert!(took >= least - slack && took <= least + slack, "{rate} {units}: {took} s, {least} s");
        }
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let start = Instant::now();
        let mut pace = Pace::new(10.0, start);
        let later = start + Duration::from_secs(3600);
        assert!(seconds(&mut pace, later, 10, 10.0) >= 8.0);
    }

    #[test]
    fn a_failed_request_costs_nothing() {
        let start = Instant::now();
        let mut pace = Pace::new(10.0, start);
        for _ in 0..100 {
            let taken = pace.take(start).unwrap();
            pace.give_back(taken);
        }
    }

    #[test]
    fn pages_are_small_where_a_second_has_few_units() {
        let mut pace = Pace::new(10.0, Instant::now());
        assert_eq!(pace.page_limit(), Some(20));
        let taken = pace.take(Instant::now()).unwrap();
        pace.settle(taken, 0.5, 20);
        assert_eq!(pace.page_limit(), Some(400));
        assert_eq!(Pace::new(128.0, Instant::now()).page_limit(), None);
        assert_eq!(Pace::new(f64::INFINITY, Instant::now()).page_limit(), None);
    }
}
