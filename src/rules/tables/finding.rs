//! What a rule finds in the description of a table.

use crate::rules::{DefaultLevel, Place, Rule};

/// Something that is wrong between the models and the table.
#[derive(Clone, Debug)]
pub struct TableFinding {
    /// The rule.
    pub rule: &'static Rule,
    /// The level, where this finding is less grave than the rule's others.
    pub level: Option<DefaultLevel>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What would be right.
    pub help: String,
    /// The entity, where it is only one.
    pub entity: Option<String>,
    /// The index.
    pub index: Option<String>,
    /// The attribute.
    pub attribute: Option<String>,
    /// Where it is in a model; none of what no model has.
    pub place: Option<Place>,
}

impl TableFinding {
    /// A finding of `rule`.
    pub fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: None,
            message: message.into(),
            help: String::new(),
            entity: None,
            index: None,
            attribute: None,
            place: None,
        }
    }
}

/// Collects findings.
#[derive(Debug, Default)]
pub struct TableFindings {
    /// What was found.
    pub all: Vec<TableFinding>,
}

impl TableFindings {
    /// Adds a finding.
    pub fn add(&mut self, finding: TableFinding) {
        self.all.push(finding);
    }
}
