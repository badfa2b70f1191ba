//! How wide the reader's screen is and whether it shows colours.

use anstyle::{AnsiColor, Style};

use crate::report::Level;
use crate::text::printable;

/// What the reader's screen can do.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Columns.
    pub width: u16,
    /// True where colours are wanted.
    pub color: bool,
    /// Columns of a line of source: those of a screen, and more where no screen wraps it.
    pub source: u16,
}

/// A line of source may be this wide in a file or a pipe, which wrap nothing.
const SOURCE: u16 = 120;

impl Terminal {
    /// What is written to a file is read anywhere.
    pub const FILE: Self = Self { width: 80, color: false, source: SOURCE };

    /// A screen of so many columns.
    pub fn screen(width: u16, color: bool) -> Self {
        Self { width, color, source: width }
    }

    /// Text in bold, safe to show, where colours are wanted.
    pub fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// Text that stands back.
    pub fn dim(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    /// The word for a level, in its colour.
    pub fn level(self, level: Level) -> String {
        let color = match level {
            Level::Error => AnsiColor::Red,
            Level::Warning => AnsiColor::Yellow,
            Level::Info | Level::Off => AnsiColor::Cyan,
        };
        self.paint(Style::new().bold().fg_color(Some(color.into())), level.as_str())
    }

    fn paint(self, style: Style, text: &str) -> String {
        let text = printable(text);
        if self.color { format!("{style}{text}{style:#}") } else { text.into_owned() }
    }
}
