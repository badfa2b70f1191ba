//! The rules: each is data, one file a rule, listed in one table. They know models, keys and fields; they read nothing.

mod context;

mod blank_key_part;
mod delimiter_in_value;
mod dropped_field;
mod empty_key;
mod key_not_built;
mod key_too_long;
mod lossy_coercion;
mod placeholder_in_key;
mod truncated_key;
mod wrong_key_type;

pub use context::{ItemContext, KeyView, Scope};

/// A rule about the keys of one item.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in kebab case.
    pub name: &'static str,
    /// The level of its findings unless the configuration says otherwise.
    pub level: DefaultLevel,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Its page: what it finds, why it matters, an example, how to fix it, when to ignore it. Markdown.
    pub doc: &'static str,
    /// Looks at the keys of an item.
    pub check: fn(&ItemContext<'_, '_>, &mut Findings),
}

/// The level that a rule has of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultLevel {
    /// Wrong.
    Error,
    /// Probably wrong.
    Warning,
    /// Worth knowing.
    Info,
}

/// Every rule about the keys of items, in the order in which findings are shown.
pub const ITEM_RULES: &[&Rule] = &[
    &key_not_built::RULE,
    &placeholder_in_key::RULE,
    &truncated_key::RULE,
    &empty_key::RULE,
    &blank_key_part::RULE,
    &wrong_key_type::RULE,
    &key_too_long::RULE,
    &delimiter_in_value::RULE,
    &lossy_coercion::RULE,
    &dropped_field::RULE,
];

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
    for rule in ITEM_RULES {
        (rule.check)(context, &mut findings);
    }
    findings.all
}
