//! The values of a key that hold its delimiter because the model says so.

use std::sync::OnceLock;

use super::apart::meant;
use super::automaton::Automaton;
use super::engine::Engine;
use super::layout::{WayPiece, ways};
use super::shape::Shape;
use super::trace::Part;
use crate::text::Span;

/// What the placeholders of a key print where a value holds the delimiter only if the model names it: in a type such as
/// that of times, an `enum`, or a `pattern` that has it for more than being any letter.
#[derive(Debug)]
pub struct NamedDelimiters {
    holes: Vec<NamedHole>,
}

#[derive(Debug)]
struct NamedHole {
    span: Span,
    texts: regex_syntax::hir::Hir,
    automaton: OnceLock<Option<Automaton>>,
}

impl NamedDelimiters {
    /// Of a key of an engine and its delimiter.
    pub fn of(engine: &Engine, number: usize, delimiter: &str) -> Self {
        let mut holes = Vec::new();
        for way in ways(engine.model_key(number), engine.dialect()) {
            let Shape::Concat(shapes) = way.shape(engine.model(), engine.dialect()) else { continue };
            for (piece, shape) in way.pieces.iter().zip(shapes) {
                if let (WayPiece::Hole(expression), Shape::Hole(hole)) = (piece, shape) {
                    let texts = meant(&hole.texts, &[delimiter]);
                    holes.push(NamedHole { span: expression.span, texts, automaton: OnceLock::new() });
                }
            }
        }
        Self { holes }
    }

    /// True where the part may have this text, delimiter and all. Where the language is too large to tell, it is not
    /// meant.
    pub fn accept(&self, part: &Part<'_>, text: &str) -> bool {
        let Some(expression) = part.expression else { return false };
        self.holes.iter().filter(|hole| hole.span == expression.span).any(|hole| {
            let automaton = hole.automaton.get_or_init(|| Automaton::new(&hole.texts));
            automaton.as_ref().is_some_and(|automaton| automaton.accepts(text.as_bytes()))
        })
    }
}
