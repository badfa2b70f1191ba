//! What a model is: an entity, its fields, its indexes and how their keys are built. Every part has its place in the
//! file, whichever front end read it. The front end today is TOML.

mod build;
mod dialect;
pub(crate) mod document;
mod expression;
mod number_text;
pub mod pattern;
mod places;
pub(crate) mod reader;
mod template;

use std::sync::{Arc, OnceLock};

use regex_automata::meta::Regex;

pub use build::load;
pub use dialect::{Dialect, Era};
pub use document::{AttributeType, KeyType, ModelDocument, SortCondition};
pub use expression::{Expression, ExpressionKind, FieldPath, Filter};
pub use number_text::{Numbers, number_texts};
pub use places::index_name_places;
pub use template::{Piece, Template};

use crate::text::{SourceFile, Span, Spanned};
use crate::value::Value;

/// The name of the index that stands for the table's own key.
pub const PRIMARY: &str = "primary";

/// One entity of a table.
#[derive(Clone, Debug)]
pub struct Model {
    /// The file that describes it.
    pub source: Arc<SourceFile>,
    /// Its name.
    pub entity: Spanned<String>,
    /// What it is.
    pub description: Option<Spanned<String>>,
    /// Its own dialect, where it names one.
    pub dialect: Option<Spanned<Dialect>>,
    /// Its fields, in order.
    pub attributes: Vec<Attribute>,
    /// Its indexes, in order.
    pub indexes: Vec<Index>,
    /// The questions asked of it.
    pub access_patterns: Vec<AccessPattern>,
}

impl Model {
    /// The table's own key.
    pub fn primary(&self) -> Option<&Index> {
        self.indexes.iter().find(|index| index.kind == IndexKind::Primary)
    }

    /// The partition keys of an index: its own, or the table's for a local one.
    pub fn partition_keys<'m>(&'m self, index: &'m Index) -> &'m [Key] {
        match (index.kind, self.primary()) {
            (IndexKind::Local, Some(primary)) => &primary.partition_keys.keys,
            _ => &index.partition_keys.keys,
        }
    }

    /// Every key that the entity writes, with its index.
    pub fn keys(&self) -> impl Iterator<Item = (&Index, &Key)> {
        self.indexes.iter().flat_map(|index| {
            let keys = index.partition_keys.keys.iter().chain(&index.sort_keys.keys);
            keys.map(move |key| (index, key))
        })
    }

    /// The attribute that it marks as the time to live.
    pub fn ttl(&self) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.ttl.is_some())
    }

    /// True where `name` is a key attribute of one of the indexes.
    pub fn is_key_attribute(&self, name: &str) -> bool {
        self.keys().any(|(_, key)| *key.attribute == name)
    }
}

/// True of a name that means a time to live: `ttl`, `TTL`, `time_to_live`, `timeToLive`. Other names, such as `expires_at`,
/// may as well be something else.
pub fn is_called_ttl(name: &str) -> bool {
    let letters = name.chars().filter(|letter| !matches!(letter, '_' | '-'));
    let plain: String = letters.take(TIME_TO_LIVE.len() + 1).flat_map(char::to_lowercase).collect();
    plain == "ttl" || plain == TIME_TO_LIVE
}

const TIME_TO_LIVE: &str = "timetolive";

/// A field of an entity.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type.
    pub kind: Spanned<AttributeType>,
    /// Its value where an item sets none.
    pub default: Option<Spanned<Value<'static>>>,
    /// True where every item sets it.
    pub required: bool,
    /// A regular expression that its whole value matches; a number's is its text as Python prints it.
    pub pattern: Option<Spanned<String>>,
    /// The pattern, compiled when it is first asked for.
    pub(crate) matcher: Arc<OnceLock<Option<(Regex, usize)>>>,
    /// How large the pattern is, worked out when it is first asked for.
    pub(crate) size: Arc<OnceLock<Option<(usize, usize)>>>,
    /// The most nodes of an automaton that is made of the pattern.
    pub(crate) most_nodes: usize,
    /// The most steps of a proof about the values of this attribute alone.
    pub(crate) most_steps: u64,
    /// The values that it may have; empty where any.
    pub allowed: Vec<Spanned<Value<'static>>>,
    /// The most characters that it has.
    pub max_length: Option<Spanned<u64>>,
    /// True where it never changes once written.
    pub immutable: bool,
    /// True where it is not stored but computed where keys are written: it always has a value then, so it is `required`.
    pub computed: bool,
    /// Where the model says that it is the time to live; none where it does not.
    pub ttl: Option<Span>,
    /// What it is.
    pub description: Option<Spanned<String>>,
}

/// The most steps of one match.
const MOST_STEPS: usize = 50_000_000;

impl Attribute {
    /// True where the whole of a text matches the pattern, or there is none.
    pub fn matches_pattern(&self, text: &str) -> bool {
        let Some(pattern) = &self.pattern else { return true };
        let compile = || {
            let nodes = self.pattern_nodes().filter(|nodes| *nodes <= self.most_nodes)?;
            // A search decides nothing that would be worth an automaton made beforehand.
            let config = regex_automata::meta::Config::new().dfa(false).nfa_size_limit(Some(16 << 20));
            let regex = Regex::builder().configure(config).build(&format!("^(?:{})$", pattern.value)).ok()?;
            Some((regex, nodes))
        };
        // What would take too long is not known to match.
        let fits = |nodes: usize| nodes.saturating_mul(text.len()) <= MOST_STEPS;
        self.matcher.get_or_init(compile).as_ref().is_some_and(|(regex, nodes)| fits(*nodes) && regex.is_match(text))
    }

    /// Bounds the automaton with which the pattern is matched, before it is made, and the steps of proofs about it.
    pub fn share(&mut self, nodes: usize, steps: u64) {
        self.most_nodes = self.most_nodes.min(nodes);
        self.most_steps = self.most_steps.min(steps);
    }

    /// How many steps a proof about the values of this attribute alone may take.
    pub fn proof_steps(&self) -> u64 {
        self.most_steps
    }

    /// True where it can be said of a text whether it matches the pattern: the pattern is not too large.
    pub fn has_usable_pattern(&self) -> bool {
        self.pattern.is_none() || self.pattern_nodes().is_some_and(|nodes| nodes <= self.most_nodes)
    }

    /// True where the pattern is too large for its share and takes long to be read as well.
    pub fn has_heavy_pattern(&self) -> bool {
        const HEAVY: usize = 64;
        !self.has_usable_pattern() && self.pattern_size().is_none_or(|(_, weight)| weight > HEAVY)
    }

    /// About how many nodes the automaton of the pattern has; none where there is no pattern, or one that is too long to be
    /// looked into.
    pub fn pattern_nodes(&self) -> Option<usize> {
        self.pattern_size().map(|(nodes, _)| nodes)
    }

    /// The nodes of the pattern's automaton and the room that the pattern takes; none where there is none, or where it
    /// is too long to be looked into.
    fn pattern_size(&self) -> Option<(usize, usize)> {
        let pattern = self.pattern.as_ref()?;
        let size = |language| (pattern::nodes(&language), pattern::weight(&language));
        *self.size.get_or_init(|| pattern::read(&pattern.value).ok().flatten().map(size))
    }
}

/// The kind of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IndexKind {
    /// The table's own key.
    Primary,
    /// A global secondary index.
    Global,
    /// A local secondary index.
    Local,
}

/// An index of a table, as one entity writes it.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its name.
    pub name: Spanned<String>,
    /// Its kind.
    pub kind: IndexKind,
    /// What it is for.
    pub description: Option<Spanned<String>>,
    /// Its partition key; none for a local index.
    pub partition_keys: Keys,
    /// Its sort key; none where it has none.
    pub sort_keys: Keys,
    /// The attributes that it carries, where the model says.
    pub projection: Option<Projection>,
    /// True where items may be left out of it on purpose.
    pub sparse: bool,
    /// Where it is.
    pub span: Span,
}

/// One half of an index: no key, one, or the several of a multi-attribute key.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// The keys, in order.
    pub keys: Vec<Key>,
    /// True where the model wrote a list.
    pub is_list: bool,
}

/// The attributes that an index carries.
#[derive(Clone, Debug)]
pub enum Projection {
    /// Every attribute.
    All,
    /// The keys of the index and of the table.
    KeysOnly,
    /// The keys and these.
    Include(Vec<Spanned<String>>),
}

/// A key attribute and how its value is built.
#[derive(Clone, Debug)]
pub struct Key {
    /// The name of the attribute.
    pub attribute: Spanned<String>,
    /// Its type.
    pub kind: KeyType,
    /// True where the value is computed once, when the object is constructed.
    pub eager: bool,
    /// Where `true` or `false` of `eager` is, if the model says.
    pub eager_span: Option<Span>,
    /// Its value.
    pub value: KeyValue,
    /// Where it is.
    pub span: Span,
}

/// How a key's value is built.
#[derive(Clone, Debug)]
pub enum KeyValue {
    /// In one way.
    One(Rule),
    /// In the way of the first case whose condition is true, else of the last.
    Cases(Vec<Case>),
}

/// One case of a dynamic key.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its condition.
    pub when: Option<Expression>,
    /// How the key is built in this case.
    pub rule: Rule,
}

/// A way to build a key.
#[derive(Clone, Debug)]
pub enum Rule {
    /// The dialect's build_key with these pairs.
    BuildKey(Vec<Pair>),
    /// A Python f-string.
    Template(Template),
    /// A typed value.
    Value(Spanned<Cell>),
}

/// A pair of build_key.
#[derive(Clone, Debug)]
pub struct Pair {
    /// What comes before the `#`.
    pub prefix: Spanned<Cell>,
    /// What comes after it.
    pub value: Spanned<Cell>,
}

/// One side of a pair.
#[derive(Clone, Debug)]
pub enum Cell {
    /// A literal.
    Literal(Value<'static>),
    /// Exactly one placeholder: the typed value is passed on.
    Placeholder(Expression),
    /// Text with placeholders.
    Text(Template),
}

impl Rule {
    /// Calls `visit` with each expression of the rule, from left to right.
    pub fn visit_expressions<'r>(&'r self, visit: &mut impl FnMut(&'r Expression)) {
        let mut cell = |cell: &'r Cell| match cell {
            Cell::Literal(_) => {}
            Cell::Placeholder(expression) => visit(expression),
            Cell::Text(template) => template.visit_expressions(visit),
        };
        match self {
            Self::BuildKey(pairs) => {
                for pair in pairs {
                    cell(&pair.prefix);
                    cell(&pair.value);
                }
            }
            Self::Template(template) => template.visit_expressions(visit),
            Self::Value(value) => cell(value),
        }
    }
}

impl Template {
    fn visit_expressions<'t>(&'t self, visit: &mut impl FnMut(&'t Expression)) {
        for piece in &self.pieces {
            if let Piece::Placeholder(expression) = piece {
                visit(expression);
            }
        }
    }
}

/// A question that the application asks.
#[derive(Clone, Debug)]
pub struct AccessPattern {
    /// The question in a few words.
    pub name: Spanned<String>,
    /// The index that answers it.
    pub index: Spanned<String>,
    /// The fields that the caller knows.
    pub given: Vec<Spanned<String>>,
    /// The condition on the sort key, where the model says.
    pub condition: Option<Spanned<SortCondition>>,
    /// More about it.
    pub description: Option<Spanned<String>>,
    /// Where it is.
    pub span: Span,
}
