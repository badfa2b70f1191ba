//! A key taken apart: which text each placeholder printed, in every way in which the shape allows it.

use std::sync::Arc;

use super::shape::{Hole, Shape};
use crate::model::Expression;

/// What a placeholder printed.
#[derive(Clone, Debug)]
pub struct Printed {
    /// Its expression.
    pub expression: Arc<Expression>,
    /// The name under which equal expressions are known: their text in the model.
    pub name: String,
    /// The text.
    pub text: String,
    /// True where the text was put in lower case.
    pub lower: bool,
    /// True where the value is blank, and nothing was printed of it.
    pub blank: bool,
}

/// What the placeholders of one entity printed, each expression once.
pub type Reading = Vec<Printed>;

/// Takes keys of one model apart.
#[derive(Debug)]
pub struct Reader<'r> {
    /// The model's text, in which equal expressions are equal.
    pub source: &'r crate::text::SourceFile,
    /// How many steps are left before the search is given up.
    pub budget: usize,
}

impl Reader<'_> {
    /// The readings of a key that agree with what is known, at most `most` of them.
    pub fn readings(&mut self, shape: &Shape, text: &str, known: &Reading, most: usize) -> Vec<Reading> {
        let mut found = Vec::new();
        let mut reading = known.clone();
        self.read(&mut vec![shape], text, &mut reading, most, &mut found);
        found
    }

    /// The name of an expression.
    pub fn name(&self, hole: &Hole) -> String {
        self.source.slice(hole.expression.span).to_owned()
    }

    /// Reads `text` as what is still to come, the next part last.
    fn read(
        &mut self,
        open: &mut Vec<&Shape>,
        text: &str,
        reading: &mut Reading,
        most: usize,
        found: &mut Vec<Reading>,
    ) {
        if self.budget == 0 || found.len() >= most {
            return;
        }
        self.budget -= 1;
        let Some(next) = open.pop() else {
            if text.is_empty() {
                found.push(reading.clone());
            }
            return;
        };
        match next {
            Shape::Literal(literal) => {
                if let Some(rest) = text.strip_prefix(literal.as_str()) {
                    self.read(open, rest, reading, most, found);
                }
            }
            Shape::Concat(parts) => {
                let before = open.len();
                open.extend(parts.iter().rev());
                self.read(open, text, reading, most, found);
                open.truncate(before);
            }
            Shape::Either(ways) => {
                for way in ways {
                    let before = open.clone();
                    open.push(way);
                    self.read(open, text, reading, most, found);
                    *open = before;
                }
            }
            Shape::Blank(hole) => {
                let name = self.name(hole);
                if reading.iter().all(|one| one.name != name) {
                    reading.push(Printed {
                        expression: Arc::clone(&hole.expression),
                        name,
                        text: String::new(),
                        lower: hole.lower,
                        blank: true,
                    });
                    self.read(open, text, reading, most, found);
                    reading.pop();
                } else {
                    self.read(open, text, reading, most, found);
                }
            }
            Shape::Hole(hole) => {
                let name = self.name(hole);
                let bound = reading.iter().find(|one| one.name == name && one.lower == hole.lower);
                if let Some(bound) = bound.map(|bound| bound.text.clone()) {
                    if let Some(rest) = text.strip_prefix(bound.as_str()) {
                        let before = open.clone();
                        self.read(open, rest, reading, most, found);
                        *open = before;
                    }
                } else {
                    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                    for end in ends.filter(|end| hole.accepts(&text[..*end])) {
                        reading.push(Printed {
                            expression: Arc::clone(&hole.expression),
                            name: name.clone(),
                            text: text[..end].to_owned(),
                            lower: hole.lower,
                            blank: false,
                        });
                        let before = open.clone();
                        self.read(open, &text[end..], reading, most, found);
                        *open = before;
                        reading.pop();
                    }
                }
            }
        }
        open.push(next);
    }

    /// The shape with the placeholders whose texts are known replaced by them.
    pub fn specialized(&self, shape: &Shape, known: &Reading) -> Shape {
        match shape {
            Shape::Literal(_) | Shape::Blank(_) => shape.clone(),
            Shape::Hole(hole) => {
                let name = self.name(hole);
                match known.iter().find(|one| one.name == name && one.lower == hole.lower) {
                    Some(bound) => Shape::Literal(bound.text.clone()),
                    None => shape.clone(),
                }
            }
            Shape::Concat(parts) => Shape::Concat(parts.iter().map(|part| self.specialized(part, known)).collect()),
            Shape::Either(ways) => Shape::Either(ways.iter().map(|way| self.specialized(way, known)).collect()),
        }
    }
}
