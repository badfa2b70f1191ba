//! What each dialect's build_key does with its pairs.

use super::evaluate::{Failure, MOST_BYTES};
use super::fields::Held;
use super::python::{is_blank, is_true, lower_from, push_str};
use super::trace::{Origin, Placeholder, Stop, Trace};
use crate::model::{Dialect, Era};
use crate::value::Value;

/// What a dialect does where dialects differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customs {
    /// An empty or missing prefix is printed all the same, with its `#`.
    always_prefix: bool,
    /// What an unset value does.
    unset: Unset,
    /// A blank value leaves the bare prefix; otherwise it is printed like any other.
    blank_is_bare: bool,
    /// A missing prefix with a blank value prints the text `None`.
    bare_none: bool,
    /// The whole key is put in lower case.
    lower: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unset {
    /// Prints `None`; the chain goes on.
    Prints,
    /// Leaves `prefix#`; the chain stops.
    Stops,
    /// Leaves `prefix#` if it is the first pair, otherwise nothing; the chain stops.
    StopsUnlessFirst,
}

impl Customs {
    pub(super) fn of(era: Era) -> Self {
        let (unset, blank_is_bare, bare_none) = match era {
            Era::Guide => (Unset::Prints, true, false),
            Era::V0_1_0 | Era::V0_1_2 => (Unset::Stops, false, false),
            Era::V0_21 => (Unset::Stops, true, true),
            Era::V0_37 | Era::V0_58 => (Unset::StopsUnlessFirst, true, true),
        };
        Self { always_prefix: era == Era::V0_1_0, unset, blank_is_bare, bare_none, lower: era == Era::V0_58 }
    }
}

/// One side of a pair, evaluated: a typed value, or text that a template will write.
pub(super) enum Side<'v, 'm, W> {
    Value(Held<'v>, Option<Placeholder<'m>>),
    Text(W),
}

/// Writes one build_key, pair by pair.
pub(super) struct PairWriter<'w, T> {
    pub customs: Customs,
    pub out: &'w mut String,
    pub trace: &'w mut T,
    pub start: usize,
    pub written: usize,
}

impl<'m, T: Trace<'m>> PairWriter<'_, T> {
    /// Writes a pair; `false` where the chain stops.
    pub fn pair<W>(
        &mut self,
        prefix: &Side<'_, 'm, W>,
        value: &Side<'_, 'm, W>,
        write: &mut impl FnMut(&W, &mut String, &mut T) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        let unset = matches!(value, Side::Value(value, _) if matches!(value.get(), Value::None));
        if unset && self.customs.unset != Unset::Prints {
            if self.customs.unset == Unset::Stops || self.written == 0 {
                self.delimiter();
                self.prefix(prefix, write)?;
            }
            return Ok(false);
        }
        self.delimiter();
        let (before, mark) = (self.out.len(), self.trace.mark());
        self.prefix(prefix, write)?;
        let from = self.out.len();
        self.side(value, write)?;
        let blank = !unset && self.customs.blank_is_bare && is_blank(&self.out[from..]);
        if blank {
            self.out.truncate(before);
            self.trace.rewind(mark, before);
            self.bare_prefix(prefix, write)?;
            // The value is still a part of the key, an empty one.
            if let Side::Value(_, Some(placeholder)) = value {
                self.trace.placeholder(self.out.len(), self.out.len(), *placeholder, false);
            }
        }
        self.written += 1;
        Ok(true)
    }

    fn delimiter(&mut self) {
        if self.written > 0 {
            self.literal("#");
        }
    }

    fn literal(&mut self, text: &str) {
        let from = self.out.len();
        self.out.push_str(text);
        self.trace.literal(from, self.out.len());
    }

    /// `prefix#`, or nothing where the prefix is false as Python sees it.
    fn prefix<W>(
        &mut self,
        prefix: &Side<'_, 'm, W>,
        write: &mut impl FnMut(&W, &mut String, &mut T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let from = self.out.len();
        let missing = match prefix {
            Side::Value(value, _) => !is_true(value.get()),
            Side::Text(_) => false,
        };
        if missing && !self.customs.always_prefix {
            return Ok(());
        }
        self.side(prefix, write)?;
        if self.out.len() > from || self.customs.always_prefix {
            self.literal("#");
        }
        Ok(())
    }

    /// The prefix without its `#`.
    fn bare_prefix<W>(
        &mut self,
        prefix: &Side<'_, 'm, W>,
        write: &mut impl FnMut(&W, &mut String, &mut T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let is_none = matches!(prefix, Side::Value(value, _) if matches!(value.get(), Value::None));
        if is_none && !self.customs.bare_none {
            return Ok(());
        }
        self.side(prefix, write)
    }

    fn side<W>(
        &mut self,
        side: &Side<'_, 'm, W>,
        write: &mut impl FnMut(&W, &mut String, &mut T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        match side {
            Side::Text(text) => write(text, self.out, self.trace),
            Side::Value(value, placeholder) => {
                let from = self.out.len();
                push_str(self.out, value.get())
                    .map_err(|error| Failure::new(error, placeholder.map(|one| one.origin)))?;
                if self.out.len() - self.start > MOST_BYTES {
                    return Err(Failure::too_long(placeholder.map(|one| one.origin)));
                }
                let none = matches!(value.get(), Value::None);
                match placeholder {
                    Some(placeholder) => self.trace.placeholder(from, self.out.len(), *placeholder, none),
                    None => self.trace.literal(from, self.out.len()),
                }
                Ok(())
            }
        }
    }

    /// Ends the key: the dialect's case is applied.
    pub fn finish(self) {
        if self.customs.lower {
            self.trace.lower(&self.out[self.start..]);
            lower_from(self.out, self.start);
        }
    }

    /// Reports that the chain stopped at a pair.
    pub fn stopped(&mut self, value: &Side<'_, 'm, impl Sized>, pair: usize, pairs: usize) {
        let mut field = None;
        if let Side::Value(_, Some(placeholder)) = value {
            field = placeholder.origin.field;
            // The field stopped the chain, whatever literal stood in for it.
            let origin = Origin { fallback: false, ..placeholder.origin };
            self.trace.placeholder(self.out.len(), self.out.len(), Placeholder { origin, ..*placeholder }, true);
        }
        self.trace.stop(Stop { field, pair, pairs });
    }
}

/// `DynamoDBKey.build_key(*pairs)` in a dialect, with values of any kind.
///
/// Fails where Python would: bytes cannot be turned into text.
pub fn build_key(dialect: &Dialect, pairs: &[(Value<'_>, Value<'_>)]) -> Result<String, Failure> {
    let mut out = String::new();
    let mut writer =
        PairWriter { customs: Customs::of(dialect.era()), out: &mut out, trace: &mut (), start: 0, written: 0 };
    let mut none = |(): &(), _: &mut String, (): &mut ()| Ok(());
    for (prefix, value) in pairs {
        let prefix = Side::Value(Held::Ref(prefix), None);
        let value = Side::Value(Held::Ref(value), None);
        if !writer.pair(&prefix, &value, &mut none)? {
            break;
        }
    }
    writer.finish();
    Ok(out)
}
