//! The key engine: which keys a model writes for an item, and which part of each came from which field.
//!
//! A [`Model`](crate::model::Model) is compiled once into an [`Engine`]; an item is mapped onto its fields with
//! [`Engine::map`], and [`Engine::write`] writes every key into a buffer that is used again for the next item.

mod access;
mod apart;
mod automaton;
mod budget;
mod coerce;
mod delimiters;
mod engine;
mod evaluate;
mod expression_text;
mod extremes;
pub mod field_names;
mod fields;
mod finite;
mod given;
mod invert;
mod layout;
mod named;
mod nfa;
mod order;
mod pairs;
pub mod python;
mod readings;
mod regular;
mod sample;
mod shape;
pub mod suspicious;
mod table;
mod trace;
mod values;
mod walk;

pub use access::{Access, Behind, KnownKey};
pub use apart::{pattern_without, solid_pattern_without};
pub use automaton::Automaton;
pub use budget::{Budget, Spent};
pub use delimiters::{BUILT, delimiter_of, delimiters, delimiters_of, parted};
pub use engine::{Engine, EngineIndex, EngineKey, Half, KeyBuffer, Written};
pub use evaluate::{Failure, MOST_BYTES};
pub use expression_text::expression_text;
pub use extremes::{around, around_numbers, extremes};
pub use fields::{Fields, Held, Slot, State};
pub use finite::few_texts;
pub use invert::{Assignment, assigned, joined, preimages};
pub use layout::{Way, WayPiece, rule_span, ways};
pub use named::NamedDelimiters;
pub use pairs::build_key;
pub use readings::{Printed, Reader, Reading};
pub use regular::{caseless, plain_text};
pub use sample::{numbers_of, sample};
pub use shape::{Hole, Shape, ShapeMatcher, Strictness};
pub use suspicious::{Loss, loss};
pub use trace::{Part, PartKind, Recorder, Stop, Trace};
pub use values::{Assumption, Values, ValuesOf, conforms, is_plain, of_attribute, own_values};
