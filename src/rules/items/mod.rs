//! Rules about the keys of one item.

mod context;

pub mod blank_key_part;
pub mod delimiter_in_value;
pub mod dropped_field;
pub mod key_not_built;
pub mod lossy_coercion;
pub mod placeholder_in_key;
pub mod truncated_key;
pub mod wrong_key_type;

pub use context::{ItemContext, KeyView, Scope};
pub use placeholder_in_key::never_filled_in;
pub use wrong_key_type::{Mistake, mistake};

use super::{Check, RULES, Rule};

/// Something that a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The field to blame, where there is one.
    pub field: Option<String>,
    /// The keys that it concerns.
    pub keys: Vec<FoundKey>,
    /// What to do.
    pub help: String,
}

/// A key that a finding concerns.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct FoundKey {
    /// The index.
    pub index: String,
    /// The key attribute.
    pub attribute: String,
    /// Its value as text; none where it has none.
    pub value: Option<String>,
}

/// Collects the findings of an item. Findings of one rule with the same message are one, with all their keys.
#[derive(Debug, Default)]
pub struct Findings {
    /// What was found.
    pub all: Vec<Finding>,
}

impl Findings {
    /// Adds a finding, or its key to one that says the same.
    pub fn add(&mut self, finding: Finding) {
        let same = self.all.iter_mut().find(|known| {
            known.rule.name == finding.rule.name && known.field == finding.field && known.message == finding.message
        });
        match same {
            Some(known) => {
                for key in finding.keys {
                    if !known.keys.contains(&key) {
                        known.keys.push(key);
                    }
                }
            }
            None => self.all.push(finding),
        }
    }
}

/// What every rule finds in the keys of an item.
pub fn check_item(context: &ItemContext<'_, '_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    for rule in RULES {
        for check in rule.checks {
            if let Check::Item(check) = check {
                check(context, &mut findings);
            }
        }
    }
    findings.all
}
