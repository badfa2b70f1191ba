//! What a rule finds in a design, and how to mend it.

use std::sync::Arc;

use super::{DefaultLevel, Rule};
use crate::text::{SourceFile, Span};
use crate::value::Value;

/// A place in a model or in the configuration.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Where in the file.
    pub span: Span,
}

impl Place {
    /// Joins a file and a span of it.
    pub fn new(source: &Arc<SourceFile>, span: Span) -> Self {
        Self { source: Arc::clone(source), span }
    }
}

/// Another place that explains a finding.
#[derive(Clone, Debug)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// A few words for it.
    pub label: String,
}

/// Something that a rule found in a design.
#[derive(Clone, Debug)]
pub struct DesignFinding {
    /// The rule.
    pub rule: &'static Rule,
    /// The level, where this finding is graver or less grave than the rule's others.
    pub level: Option<DefaultLevel>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// A few words for the place itself.
    pub label: String,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// What it is about, apart from lines and wording: entity, index, attribute, field. With the rule it makes the
    /// fingerprint, which survives moved lines.
    pub subject: Vec<String>,
    /// What would be right.
    pub help: String,
    /// Concrete items that show it.
    pub witness: Option<Witness>,
    /// The edits that mend it.
    pub fix: Option<Fix>,
}

impl DesignFinding {
    /// A finding of `rule` at a place.
    pub fn new(rule: &'static Rule, place: Place, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: None,
            message: message.into(),
            place,
            label: "here".to_owned(),
            related: Vec::new(),
            subject: Vec::new(),
            help: String::new(),
            witness: None,
            fix: None,
        }
    }

    /// A few words for the place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What would be right.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// What the finding is about: entity, index, attribute, field.
    pub fn subject<S: Into<String>>(mut self, parts: impl IntoIterator<Item = S>) -> Self {
        self.subject.extend(parts.into_iter().map(Into::into));
        self
    }

    /// Another place that explains it.
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push(Related { place, label: label.into() });
        self
    }

    /// Another level than the rule's.
    pub fn level(mut self, level: DefaultLevel) -> Self {
        self.level = Some(level);
        self
    }

    /// The items that show it.
    pub fn witness(mut self, witness: Witness) -> Self {
        self.witness = Some(witness);
        self
    }

    /// How to mend it.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// Collects findings.
#[derive(Debug, Default)]
pub struct DesignFindings {
    /// What was found.
    pub all: Vec<DesignFinding>,
    /// What rules could not decide.
    pub(super) undecided: Vec<Undecided>,
}

/// A question that a rule left open because the answer would have taken too long.
#[derive(Clone, Debug)]
pub(super) struct Undecided {
    /// The rules that ask it.
    pub rules: &'static [&'static str],
    /// The entity that it is about.
    pub entity: String,
    /// Where what is too large is.
    pub place: Place,
    /// What is not known, in one sentence without a full stop.
    pub message: String,
    /// What it is about, apart from wording.
    pub subject: Vec<String>,
    /// What would make it small enough.
    pub help: &'static str,
}

impl DesignFindings {
    /// Adds a finding.
    pub fn add(&mut self, finding: DesignFinding) {
        self.all.push(finding);
    }

    /// Remembers what could not be decided.
    pub(super) fn leave_open(&mut self, undecided: Undecided) {
        self.undecided.push(undecided);
    }
}

/// Concrete items, and the keys that the engine writes for them: what a reader can check with `dynkeys explain`.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The items.
    pub items: Vec<WitnessItem>,
    /// What they show, in a few words: "both write", "begins_with also reads".
    pub caption: String,
    /// Key attributes with the value that the items share.
    pub keys: Vec<(String, String)>,
}

/// One item of a witness.
#[derive(Clone, Debug, PartialEq)]
pub struct WitnessItem {
    /// Its entity.
    pub entity: String,
    /// Its fields.
    pub fields: Vec<(String, Value<'static>)>,
}

/// Whether a fix can be applied without a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// The keys that the model writes stay as they are.
    Safe,
    /// Keys or names change: a table that is in use would disagree.
    Unsafe,
}

/// Edits of one or more files that mend a finding.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What they do, as an imperative: "rename the index to `gsi1`".
    pub title: String,
    /// Whether they are safe.
    pub safety: Safety,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// A replacement of a range of bytes.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub place: Place,
    /// By what.
    pub text: String,
}
