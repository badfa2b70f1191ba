//! The key engine: which keys a model writes for an item, and which part of each came from which field.
//!
//! A [`Model`](crate::model::Model) is compiled once into an [`Engine`]; an item is mapped onto its fields with
//! [`Engine::map`], and [`Engine::write`] writes every key into a buffer that is used again for the next item.

mod coerce;
mod engine;
mod evaluate;
mod fields;
mod pairs;
pub mod python;
mod shape;
mod trace;

pub use engine::{Engine, EngineIndex, EngineKey, Half, KeyBuffer, Written};
pub use evaluate::Failure;
pub use fields::{Fields, Held, Slot, State};
pub use pairs::build_key;
pub use shape::{Shape, ShapeMatcher, Strictness};
pub use trace::{Part, PartKind, Recorder, Stop, Trace};
