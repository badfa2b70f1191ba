//! Whether a stored key is made of pieces of which some are not known.

use crate::key::suspicious::stands_for_nothing;
use crate::key::{Fields, Hole, Loss, Part, PartKind, loss};
use crate::model::{Expression, ExpressionKind, Filter, Model};
use crate::text::{Span, same_number};
use crate::value::Value;

/// A piece of a key.
pub(super) enum Piece<'p> {
    /// This text.
    Text(&'p str),
    /// Any of these.
    Open(OpenPiece<'p>),
}

/// What a stored key may have in the place of a part.
pub(super) enum OpenPiece<'p> {
    /// A value that the item does not store: anything that is a value.
    Missing,
    /// A value of a computed field; none where it may be anything.
    Computed(Option<&'p Hole>),
    /// The same number, printed in another way.
    Number(&'p str, Spelling),
}

/// In what a number may differ from one that is the same, from the closest to the loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Zeros before it.
    Padding,
    /// That it is a whole float, `2.0`, or an integer.
    WholeFloat,
    /// Anything.
    Any,
}

impl Spelling {
    fn accepts(self, own: &str, text: &str) -> bool {
        match self {
            Self::Padding => unpadded(own).is_some_and(|own| unpadded(text) == Some(own)),
            Self::WholeFloat => {
                own.strip_suffix(".0").is_some_and(|whole| whole == text)
                    || text.strip_suffix(".0").is_some_and(|whole| whole == own)
            }
            Self::Any => same_number(own, text),
        }
    }
}

/// A number without the zeros before it, and whether it has a minus.
fn unpadded(text: &str) -> Option<(bool, &str)> {
    let number = text.strip_prefix('-').unwrap_or(text);
    let starts_right = number.starts_with(|c: char| c.is_ascii_digit());
    starts_right.then(|| (number.len() < text.len(), number.trim_start_matches('0')))
}

/// True of a placeholder that pads its value with zeros.
fn pads(part: &Part<'_>) -> bool {
    fn is_padded(expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Filter(_, Filter::Zfill(_)) => true,
            ExpressionKind::Filter(inner, _) => is_padded(inner),
            _ => false,
        }
    }
    part.expression.is_some_and(is_padded)
}

/// What may differ from what the model writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tolerance {
    /// A number that mapping rounded may stand as it is stored.
    pub rounded: bool,
    /// How a number may be printed; none where as it was.
    pub spelling: Option<Spelling>,
    /// A computed part may be anything.
    pub computed: bool,
}

/// The placeholders of a key that print computed fields, with what they can print.
pub(super) type ComputedParts = Vec<(Span, Hole)>;

/// What outlines are made with.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub model: &'k Model,
    pub fields: &'k Fields<'k>,
    pub computed: &'k ComputedParts,
}

/// How many ends of open pieces are tried. Of a key with more nobody waits to hear whether it fits.
const MOST_TRIES: usize = 1 << 20;

impl OpenPiece<'_> {
    pub(super) fn accepts(&self, text: &str) -> bool {
        match self {
            // Where nothing stands, or a word for nothing, no value stood there when the key was written.
            Self::Missing => !text.trim().is_empty() && !stands_for_nothing(text),
            Self::Computed(hole) => hole.is_none_or(|hole| hole.accepts(text)),
            Self::Number(number, spelling) => spelling.accepts(number, text),
        }
    }
}

/// The pieces of a key by its parts; `text` is what was written. With `only`, numbers other than that of this part stand
/// as they were written.
pub(super) fn outline<'p>(
    text: &'p str,
    parts: &[Part<'_>],
    known: Known<'p>,
    tolerance: Tolerance,
    only: Option<usize>,
) -> Vec<Piece<'p>> {
    let mut pieces: Vec<Piece<'p>> = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let spelling = tolerance.spelling.filter(|_| only.is_none_or(|only| only == at));
        let tolerance = Tolerance { spelling, ..tolerance };
        let own = text.get(part.start..part.end).unwrap_or_default();
        pieces.push(match open_piece(own, part, known, tolerance) {
            Some(open) => Piece::Open(open),
            None => Piece::Text(own),
        });
    }
    pieces
}

fn open_piece<'p>(own: &'p str, part: &Part<'_>, known: Known<'p>, tolerance: Tolerance) -> Option<OpenPiece<'p>> {
    if part.is_open {
        let expression = part.expression?;
        let mut is_missing = false;
        expression.visit_fields(&mut |field, _| is_missing |= known.fields.is_missing(field));
        let hole = known.computed.iter().find(|(span, _)| *span == expression.span).map(|(_, hole)| hole);
        return Some(match is_missing {
            true => OpenPiece::Missing,
            false => OpenPiece::Computed(hole.filter(|_| !tolerance.computed)),
        });
    }
    let PartKind::Field(field) = part.kind else { return None };
    if tolerance.rounded
        && let Some(Loss { before: Value::Decimal(number), .. }) = loss(part, known.fields, known.model)
    {
        return Some(OpenPiece::Number(&number.text, Spelling::Any));
    }
    let is_number = matches!(known.fields.value(field), Value::Int(_) | Value::BigInt(_) | Value::Float(_));
    let spelling = tolerance.spelling?;
    // Text is a number only where the model pads it: otherwise 007 and 7 are two values.
    let is_digits = || !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_digit());
    let is_padded_text = spelling == Spelling::Padding && pads(part) && is_digits();
    (is_number || is_padded_text).then_some(OpenPiece::Number(own, spelling))
}

/// True where a text is made of pieces, one after the other.
pub(super) fn fits(text: &str, pieces: &[Piece<'_>]) -> bool {
    let mut starts = vec![0];
    let mut tries = 0;
    for (at, piece) in pieces.iter().enumerate() {
        let mut ends: Vec<usize> = Vec::new();
        match piece {
            Piece::Text(own) => {
                ends.extend(
                    starts.iter().filter(|start| text[**start..].starts_with(own)).map(|start| start + own.len()),
                );
            }
            Piece::Open(open) => {
                let mut is_end = vec![false; text.len() + 1];
                let follows = |end: usize| match pieces.get(at + 1) {
                    None => end == text.len(),
                    Some(Piece::Text(next)) => text[end..].starts_with(next),
                    Some(Piece::Open(_)) => true,
                };
                for start in &starts {
                    for end in (*start..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                        tries += 1;
                        if tries > MOST_TRIES {
                            return true;
                        }
                        if !is_end[end] && follows(end) && open.accepts(&text[*start..end]) {
                            is_end[end] = true;
                            ends.push(end);
                        }
                    }
                }
            }
        }
        if ends.is_empty() {
            return false;
        }
        starts = ends;
    }
    starts.contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_made_of_its_pieces() {
        let missing = || Piece::Open(OpenPiece::Missing);
        let number = || Piece::Open(OpenPiece::Number("1.1", Spelling::Any));
        for (text, pieces, wanted) in [
            ("tenant#t1", vec![Piece::Text("tenant#"), missing()], true),
            ("tenant#", vec![Piece::Text("tenant#"), missing()], false),
            ("tenant#None", vec![Piece::Text("tenant#"), missing()], false),
            ("tenant#a#b", vec![Piece::Text("tenant#"), missing(), Piece::Text("#b")], true),
            ("tenant#b#b#b", vec![Piece::Text("tenant#"), missing(), Piece::Text("#b")], true),
            ("tenant#a#c", vec![Piece::Text("tenant#"), missing(), Piece::Text("#b")], false),
            ("a-\u{e9}-b", vec![missing(), Piece::Text("-"), missing()], true),
            ("n#1.10", vec![Piece::Text("n#"), number()], true),
            ("n#1.2", vec![Piece::Text("n#"), number()], false),
            ("", vec![], true),
            ("x", vec![], false),
        ] {
            assert_eq!(fits(text, &pieces), wanted, "{text}");
        }
    }

    #[test]
    fn numbers_are_the_same_in_one_spelling_or_another() {
        for (own, text, wanted) in [
            ("0000000004", "4", Some(Spelling::Padding)),
            ("4", "004", Some(Spelling::Padding)),
            ("-005", "-5", Some(Spelling::Padding)),
            ("0", "000", Some(Spelling::Padding)),
            ("002.5", "2.5", Some(Spelling::Padding)),
            ("2.0", "2", Some(Spelling::WholeFloat)),
            ("2", "2.0", Some(Spelling::WholeFloat)),
            ("2.50", "2.5", Some(Spelling::Any)),
            ("0002", "2.0", Some(Spelling::Any)),
            ("-5", "5", None),
            ("40", "4", None),
            ("4", "", None),
        ] {
            let found = [Spelling::Padding, Spelling::WholeFloat, Spelling::Any];
            assert_eq!(found.into_iter().find(|one| one.accepts(own, text)), wanted, "{own} {text}");
        }
    }

    #[test]
    fn a_key_that_takes_too_long_is_not_called_stale() {
        let text = "#".repeat(3000);
        let open: Vec<Piece<'_>> = (0..40).map(|_| Piece::Open(OpenPiece::Missing)).collect();
        let started = std::time::Instant::now();
        assert!(fits(&text, &open));
        assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
    }
}
