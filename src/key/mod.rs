//! The key engine: which keys a model writes for an item, and which part of each came from which field.
//!
//! A [`Model`](crate::model::Model) is compiled once into an [`Engine`]; an item is mapped onto its fields with
//! [`Engine::map`], and [`Engine::write`] writes every key into a buffer that is used again for the next item.

mod access;
mod automaton;
mod budget;
mod coerce;
mod engine;
mod evaluate;
mod expression_text;
mod fields;
mod finite;
mod given;
mod invert;
mod layout;
mod nfa;
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
pub use automaton::Automaton;
pub use budget::{Budget, Spent};
pub use engine::{Engine, EngineIndex, EngineKey, Half, KeyBuffer, Written};
pub use evaluate::{Failure, MOST_BYTES};
pub use expression_text::expression_text;
pub use fields::{Fields, Held, Slot, State};
pub use finite::few_texts;
pub use invert::{Assignment, assigned, joined, preimages};
pub use layout::{Way, WayPiece, rule_span, ways};
pub use pairs::build_key;
pub use readings::{Printed, Reader, Reading};
pub use regular::plain_text;
pub use sample::sample;
pub use shape::{Hole, Shape, ShapeMatcher, Strictness};
pub use trace::{Part, PartKind, Recorder, Stop, Trace};
pub use values::{Assumption, Values, ValuesOf, conforms, of_attribute};
