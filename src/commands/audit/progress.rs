//! How far an audit is, on standard error of a terminal.

use std::time::{Duration, Instant};

use crate::text::plural;
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the bar is drawn.
pub const TICK: Duration = Duration::from_millis(100);

/// A bar, drawn by this thread alone: nothing is drawn where standard error is no terminal.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    start: Instant,
    /// What was done before this run.
    before: u64,
}

/// What the bar shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// How much of the whole is done.
    pub done: u64,
    /// Items.
    pub items: u64,
    /// Bytes of items or of files, unpacked.
    pub bytes: u64,
    /// Read units.
    pub read_units: Option<f64>,
}

impl Bar {
    /// A bar towards a whole, where that is known.
    pub fn new(whole: Option<u64>, before: u64) -> Self {
        let bar = match whole.filter(|whole| *whole > 0) {
            Some(whole) => ProgressBar::with_draw_target(Some(whole), ProgressDrawTarget::stderr()),
            None => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
        };
        let template =
            if whole.is_some_and(|whole| whole > 0) { "{bar:20} {percent:>3}% {msg}" } else { "{spinner} {msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, start: Instant::now(), before }
    }

    /// Shows how far it is.
    pub fn show(&self, shown: Shown) {
        if self.bar.is_hidden() {
            return;
        }
        let seconds = self.start.elapsed().as_secs_f64().max(0.001);
        let rate = (shown.items as f64 / seconds) as u64;
        let mut text = format!(
            "{} {}, {}/s, {}",
            HumanCount(shown.items),
            plural(shown.items, "item"),
            HumanCount(rate),
            HumanBytes(shown.bytes)
        );
        if let Some(units) = shown.read_units {
            let units = units as u64;
            text.push_str(&format!(", {} {}", HumanCount(units), plural(units, "read unit")));
        }
        if let Some(whole) = self.bar.length() {
            let done = shown.done.saturating_sub(self.before) as f64;
            let left = whole.saturating_sub(shown.done) as f64;
            if done > 0.0 && seconds > 1.0 {
                let left = Duration::from_secs_f64((left / done * seconds).min(1e9));
                text.push_str(&format!(", {} left", HumanDuration(left)));
            }
            self.bar.set_position(shown.done.min(whole));
        }
        self.bar.set_message(text);
        self.bar.tick();
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
