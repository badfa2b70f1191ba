//! The level of a finding.

use std::collections::BTreeMap;

use crate::model::document::words;
use crate::rules::{DefaultLevel, Finding, Rule};

use super::Leveled;

words! {
    /// How grave a rule's findings are.
    pub enum Level {
        /// Not reported.
        Off = "off",
        /// Worth knowing.
        Info = "info",
        /// Probably wrong.
        Warning = "warning",
        /// Wrong.
        Error = "error",
    }
}

impl From<DefaultLevel> for Level {
    fn from(level: DefaultLevel) -> Self {
        match level {
            DefaultLevel::Error => Self::Error,
            DefaultLevel::Warning => Self::Warning,
            DefaultLevel::Info => Self::Info,
        }
    }
}

impl Level {
    /// True where a finding of this level is at or above `fail_on`.
    pub fn fails(self, fail_on: FailOn) -> bool {
        match fail_on {
            FailOn::Error => self >= Self::Error,
            FailOn::Warning => self >= Self::Warning,
            FailOn::Info => self >= Self::Info,
            FailOn::Never => false,
        }
    }
}

/// The lowest level of a finding that makes the exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Errors only.
    Error,
    /// Warnings and errors.
    Warning,
    /// Any finding.
    Info,
    /// No finding.
    Never,
}

/// The levels that the configuration gives to rules, by name.
#[derive(Clone, Debug, Default)]
pub struct Levels(BTreeMap<String, Level>);

impl Levels {
    /// Gives a rule a level; the last one counts.
    pub fn set(&mut self, rule: impl Into<String>, level: Level) {
        self.0.insert(rule.into(), level);
    }

    /// The names of the rules that were given a level.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The level of a finding of a rule that has `own` of itself.
    pub fn of(&self, rule: &Rule, own: DefaultLevel) -> Level {
        self.0.get(rule.name).copied().unwrap_or(own.into())
    }

    /// A finding with its level, or none where its rule is off.
    pub fn apply(&self, finding: Finding) -> Option<Leveled> {
        let level = self.of(finding.rule, finding.rule.level);
        (level != Level::Off).then_some(Leveled { level, finding })
    }
}

impl serde::Serialize for Level {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Level {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::from_word(&word)
            .ok_or_else(|| serde::de::Error::custom(format!("`{word}` is no level: error, warning, info or off")))
    }
}
