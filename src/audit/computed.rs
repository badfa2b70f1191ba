//! What a stored key has in the place of its computed parts, though the rest of it is not what the model writes.

use super::outline::{OpenPiece, Piece};
use crate::key::Part;

/// What was written, with the computed parts as the stored key has them. What cannot be told stays as it was written.
/// `pieces` are those of `parts`, one for each.
pub(super) fn filled(stored: &str, written: &str, parts: &[Part<'_>], pieces: &[Piece<'_>], delimiter: &str) -> String {
    let mut found = vec![None; pieces.len()];
    for backwards in [false, true] {
        walk(stored, pieces, delimiter, backwards, &mut found);
    }
    by_delimiter(stored, pieces, delimiter, &mut found);
    let mut out = String::with_capacity(written.len());
    for ((part, piece), found) in parts.iter().zip(pieces).zip(found) {
        let own = written.get(part.start..part.end).unwrap_or_default();
        let is_computed = matches!(piece, Piece::Open(OpenPiece::Computed(_)));
        out.push_str(found.filter(|_| is_computed).unwrap_or(own));
    }
    out
}

/// The rest of a text without what it has at an end, in whatever case; none where it has something else there.
fn without<'t>(text: &'t str, own: &str, backwards: bool) -> Option<&'t str> {
    let (start, rest) = match backwards {
        true => text.split_at_checked(text.len().checked_sub(own.len())?).map(|(rest, end)| (end, rest))?,
        false => text.split_at_checked(own.len())?,
    };
    (start == own || start.to_lowercase() == own.to_lowercase()).then_some(rest)
}

/// Finds the open pieces from one end on, as far as what stands between them is the same.
fn walk<'s>(stored: &'s str, pieces: &[Piece<'_>], delimiter: &str, backwards: bool, found: &mut [Option<&'s str>]) {
    let at = |number: usize| if backwards { pieces.len() - 1 - number } else { number };
    let mut rest = stored;
    for number in 0..pieces.len() {
        let open = match &pieces[at(number)] {
            Piece::Text(own) => match without(rest, own, backwards) {
                Some(further) => {
                    rest = further;
                    continue;
                }
                None => return,
            },
            Piece::Open(open) => open,
        };
        let next = (number + 1 < pieces.len()).then(|| &pieces[at(number + 1)]);
        let cut = |place: usize| {
            let (before, after) = rest.split_at(place);
            if backwards { (after, before) } else { (before, after) }
        };
        let may_follow = |beyond: &str| match next {
            None => beyond.is_empty(),
            Some(Piece::Text(next)) => !next.is_empty() && without(beyond, next, backwards).is_some(),
            Some(Piece::Open(_)) => false,
        };
        let is_own = |own: &str| !own.is_empty() && open.accepts(own);
        let places = (0..=rest.len()).filter(|place| rest.is_char_boundary(*place)).map(cut);
        let mut fits: Vec<(&str, &str)> = places.filter(|(own, beyond)| may_follow(beyond) && is_own(own)).collect();
        // A key that was cut short ends with it.
        if fits.is_empty() && !backwards && is_own(rest) && !rest.contains(delimiter) {
            fits.push((rest, ""));
        }
        if fits.len() > 1 {
            fits.retain(|(own, _)| !own.contains(delimiter));
        }
        // Where there is more than one way, nobody knows which is right.
        let [(own, beyond)] = fits.as_slice() else { return };
        found[at(number)] = Some(*own);
        rest = beyond;
    }
}

/// Finds open pieces that stand alone between two delimiters, in a stored key that has as many of these.
fn by_delimiter<'s>(stored: &'s str, pieces: &[Piece<'_>], delimiter: &str, found: &mut [Option<&'s str>]) {
    if delimiter.is_empty() {
        return;
    }
    // Of each part between delimiters: the open piece, and whether it is all there is.
    let mut between: Vec<(Option<usize>, bool)> = vec![(None, true)];
    for (number, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Open(_) => {
                if let Some((open, is_alone)) = between.last_mut() {
                    *is_alone &= open.is_none();
                    *open = Some(number);
                }
            }
            Piece::Text(text) => {
                for (at, text) in text.split(delimiter).enumerate() {
                    if at > 0 {
                        between.push((None, true));
                    }
                    if let Some((_, is_alone)) = between.last_mut() {
                        *is_alone &= text.is_empty();
                    }
                }
            }
        }
    }
    if stored.split(delimiter).count() != between.len() {
        return;
    }
    for (own, (open, is_alone)) in stored.split(delimiter).zip(between) {
        if let (Some(number), true) = (open, is_alone)
            && let Some(Piece::Open(open)) = pieces.get(number)
            && found[number].is_none()
            && !own.is_empty()
            && open.accepts(own)
        {
            found[number] = Some(own);
        }
    }
}
