//! Provenance: where each part of a key came from. Evaluation reports to a [`Trace`]; the hot path reports to `()`,
//! which costs nothing.

use crate::model::{Expression, FieldPath};

/// What an evaluated placeholder owes its value to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'m> {
    /// The field that gave the value, or that was found wanting before a literal took its place.
    pub field: Option<&'m FieldPath>,
    /// True where a literal took the place of `field`, as in `{last_name or ''}`.
    pub fallback: bool,
}

/// A placeholder, evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Placeholder<'m> {
    /// What it owes its value to.
    pub origin: Origin<'m>,
    /// Its whole expression.
    pub expression: &'m Expression,
    /// True where nobody can say what it prints, since a field is not known.
    pub is_open: bool,
}

/// Where a part of a key came from.
#[derive(Clone, Copy, Debug)]
pub enum PartKind<'m> {
    /// The model's text.
    Literal,
    /// A field's value.
    Field(&'m FieldPath),
    /// A literal in the place of a field, as in `{last_name or ''}`, or a computed value such as `{a == b}`.
    Fallback(Option<&'m FieldPath>),
}

/// A part of a key.
#[derive(Clone, Copy, Debug)]
pub struct Part<'m> {
    /// First byte in the key.
    pub start: usize,
    /// One past the last byte in the key; a part may be empty.
    pub end: usize,
    /// Where it came from.
    pub kind: PartKind<'m>,
    /// The expression of the placeholder that printed it; none for the model's own text.
    pub expression: Option<&'m Expression>,
    /// True where the placeholder's value was None.
    pub none: bool,
    /// True where nobody can say what the placeholder prints: its text stands for it.
    pub is_open: bool,
}

/// An unset value that ended the chain of a build_key before its end.
#[derive(Clone, Copy, Debug)]
pub struct Stop<'m> {
    /// The field that was unset, where one is to blame.
    pub field: Option<&'m FieldPath>,
    /// Which pair it was, from 0.
    pub pair: usize,
    /// How many pairs the key has.
    pub pairs: usize,
}

/// Hears of each part of a key while it is written. Offsets are in the buffer.
pub trait Trace<'m> {
    /// A key begins at this offset.
    fn begin(&mut self, start: usize);
    /// The model's own text.
    fn literal(&mut self, start: usize, end: usize);
    /// What a placeholder printed; `none` where its value was None.
    fn placeholder(&mut self, start: usize, end: usize, placeholder: Placeholder<'m>, none: bool);
    /// How much was reported of this key so far, to go back to.
    fn mark(&self) -> usize;
    /// What was reported since `mark` is taken back; the buffer ends at `end` again.
    fn rewind(&mut self, mark: usize, end: usize);
    /// The chain ended.
    fn stop(&mut self, stop: Stop<'m>);
    /// The key, which is this text, is about to be put in lower case.
    fn lower(&mut self, text: &str);
}

impl<'m> Trace<'m> for () {
    fn begin(&mut self, _: usize) {}
    fn literal(&mut self, _: usize, _: usize) {}
    fn placeholder(&mut self, _: usize, _: usize, _: Placeholder<'m>, _: bool) {}
    fn mark(&self) -> usize {
        0
    }
    fn rewind(&mut self, _: usize, _: usize) {}
    fn stop(&mut self, _: Stop<'m>) {}
    fn lower(&mut self, _: &str) {}
}

/// Passes on what it hears, and notes whether a part of the key was open.
pub(super) struct Noting<'t, T> {
    pub inner: &'t mut T,
    pub is_open: bool,
}

impl<'m, T: Trace<'m>> Trace<'m> for Noting<'_, T> {
    fn begin(&mut self, start: usize) {
        self.inner.begin(start);
    }

    fn literal(&mut self, start: usize, end: usize) {
        self.inner.literal(start, end);
    }

    fn placeholder(&mut self, start: usize, end: usize, placeholder: Placeholder<'m>, none: bool) {
        self.is_open |= placeholder.is_open;
        self.inner.placeholder(start, end, placeholder, none);
    }

    fn mark(&self) -> usize {
        self.inner.mark()
    }

    fn rewind(&mut self, mark: usize, end: usize) {
        self.inner.rewind(mark, end);
    }

    fn stop(&mut self, stop: Stop<'m>) {
        self.inner.stop(stop);
    }

    fn lower(&mut self, text: &str) {
        self.inner.lower(text);
    }
}

/// Records the parts of every key of an item.
#[derive(Debug, Default)]
pub struct Recorder<'m> {
    keys: Vec<RecordedKey<'m>>,
}

#[derive(Debug, Default)]
struct RecordedKey<'m> {
    start: usize,
    parts: Vec<Part<'m>>,
    stop: Option<Stop<'m>>,
}

impl<'m> Recorder<'m> {
    /// Forgets every key.
    pub fn clear(&mut self) {
        self.keys.clear();
    }

    /// The parts of a key, in order; they cover its text.
    pub fn parts(&self, key: usize) -> &[Part<'m>] {
        self.keys.get(key).map_or(&[], |key| &key.parts)
    }

    /// Where the chain of a key ended, if it did.
    pub fn stop_of(&self, key: usize) -> Option<Stop<'m>> {
        self.keys.get(key).and_then(|key| key.stop)
    }

    fn push(&mut self, part: Part<'m>) {
        if let Some(key) = self.keys.last_mut() {
            key.parts.push(Part { start: part.start - key.start, end: part.end - key.start, ..part });
        }
    }
}

impl<'m> Trace<'m> for Recorder<'m> {
    fn begin(&mut self, start: usize) {
        self.keys.push(RecordedKey { start, ..RecordedKey::default() });
    }

    fn literal(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        if let Some(key) = self.keys.last_mut()
            && let Some(last) = key.parts.last_mut()
            && matches!(last.kind, PartKind::Literal)
        {
            last.end = end - key.start;
            return;
        }
        self.push(Part { start, end, kind: PartKind::Literal, expression: None, none: false, is_open: false });
    }

    fn placeholder(&mut self, start: usize, end: usize, placeholder: Placeholder<'m>, none: bool) {
        let kind = match placeholder.origin {
            Origin { field: Some(field), fallback: false } => PartKind::Field(field),
            Origin { field, .. } => PartKind::Fallback(field),
        };
        let (expression, is_open) = (Some(placeholder.expression), placeholder.is_open);
        self.push(Part { start, end, kind, expression, none, is_open });
    }

    fn mark(&self) -> usize {
        self.keys.last().map_or(0, |key| key.parts.len())
    }

    fn rewind(&mut self, mark: usize, end: usize) {
        if let Some(key) = self.keys.last_mut() {
            key.parts.truncate(mark);
            // A literal grows while text is added to it, so the last one may reach past the end.
            if let Some(last) = key.parts.last_mut() {
                last.end = last.end.min(end - key.start);
            }
        }
    }

    fn stop(&mut self, stop: Stop<'m>) {
        if let Some(key) = self.keys.last_mut() {
            key.stop = Some(stop);
        }
    }

    fn lower(&mut self, text: &str) {
        let Some(key) = self.keys.last_mut() else { return };
        if text.is_ascii() {
            return;
        }
        // The length of a character in lower case does not depend on its neighbours: both forms of sigma have two bytes.
        let mut lowered = Vec::with_capacity(text.len() + 1);
        let mut length = 0;
        for c in text.chars() {
            lowered.extend(std::iter::repeat_n(length, c.len_utf8()));
            length += c.to_lowercase().map(char::len_utf8).sum::<usize>();
        }
        lowered.push(length);
        for part in &mut key.parts {
            part.start = lowered[part.start];
            part.end = lowered[part.end];
        }
    }
}
