//! One round of edits: which fixes go together, and the texts that they make.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::rules::{Edit, Fix, Place};
use crate::text::{SourceFile, Span};

/// Files by the names under which users know them, as fixes have made them so far. Files that are as they were are not
/// in it.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<String, Changed>);

#[derive(Clone, Debug)]
struct Changed {
    before: Arc<SourceFile>,
    now: Arc<SourceFile>,
}

impl Texts {
    /// The text of a file, where fixes have changed it.
    pub fn get(&self, name: &str) -> Option<&Arc<SourceFile>> {
        self.0.get(name).map(|changed| &changed.now)
    }

    /// Each changed file: as it was read, and as it is now. In the order of the names.
    pub fn changed(&self) -> impl Iterator<Item = (&Arc<SourceFile>, &Arc<SourceFile>)> {
        self.0.values().map(|changed| (&changed.before, &changed.now))
    }

    /// Sets the text of a file that was `before`; one that is again what it was is no longer changed.
    fn set(&mut self, before: &Arc<SourceFile>, text: String) {
        let first = self.0.get(before.name()).map_or(before, |changed| &changed.before);
        if first.text() == text {
            self.0.remove(before.name());
        } else {
            let changed = Changed { before: Arc::clone(first), now: SourceFile::new(before.name(), text) };
            self.0.insert(before.name().to_owned(), changed);
        }
    }

    /// True where both say the same of every file.
    pub fn are_those_of(&self, other: &Self) -> bool {
        let texts = |texts: &Self| -> Vec<(String, Arc<SourceFile>)> {
            texts.0.iter().map(|(name, changed)| (name.clone(), Arc::clone(&changed.now))).collect()
        };
        let (left, right) = (texts(self), texts(other));
        left.len() == right.len()
            && left
                .iter()
                .zip(&right)
                .all(|((name, text), (other, known))| name == other && text.text() == known.text())
    }
}

/// The numbers of the fixes that can be applied together. Of those that overlap the first by place is taken and the
/// others wait; so do fixes that are no edits of their texts.
pub fn together(fixes: &[&Fix]) -> Vec<usize> {
    let place = |at: &usize| fixes[*at].edits.first().map(|edit| (edit.place.source.name(), edit.place.span));
    let mut order: Vec<usize> = (0..fixes.len()).filter(|at| is_sound(fixes[*at])).collect();
    order.sort_by_key(place);
    let mut taken: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    order.retain(|at| {
        let edits = &fixes[*at].edits;
        let is_free = |edit: &Edit| {
            let spans = taken.get(edit.place.source.name());
            spans.is_none_or(|spans| spans.iter().all(|span| are_apart(*span, edit.place.span)))
        };
        let fits = edits.iter().all(is_free);
        if fits {
            for edit in edits {
                taken.entry(edit.place.source.name()).or_default().push(edit.place.span);
            }
        }
        fits
    });
    order
}

/// True of a fix that changes something and whose edits are ranges of their texts that do not overlap.
fn is_sound(fix: &Fix) -> bool {
    let is_range = |edit: &Edit| edit.place.source.text().get(edit.place.span.range()).is_some();
    let changes = |edit: &Edit| edit.place.source.slice(edit.place.span) != edit.text;
    let same_file = |left: &Edit, right: &Edit| left.place.source.name() == right.place.source.name();
    let pairs =
        fix.edits.iter().enumerate().flat_map(|(at, left)| fix.edits[at + 1..].iter().map(move |right| (left, right)));
    fix.edits.iter().all(is_range)
        && fix.edits.iter().any(changes)
        && pairs
            .into_iter()
            .all(|(left, right)| !same_file(left, right) || are_apart(left.place.span, right.place.span))
}

/// True of ranges that share no byte and do not begin at the same one: which comes first would not be said.
fn are_apart(left: Span, right: Span) -> bool {
    let (first, second) = if left.start <= right.start { (left, right) } else { (right, left) };
    first.start != second.start && first.end <= second.start
}

/// The texts after these fixes, which go together and are relative to `texts`.
pub fn apply(texts: &Texts, fixes: &[&Fix]) -> Texts {
    let mut by_file: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.iter().flat_map(|fix| &fix.edits) {
        by_file.entry(edit.place.source.name()).or_default().push(edit);
    }
    let mut result = texts.clone();
    for mut edits in by_file.into_values() {
        edits.sort_by_key(|edit| edit.place.span);
        if let Some(first) = edits.first() {
            let source = Arc::clone(&first.place.source);
            result.set(&source, edited(source.text(), &edits));
        }
    }
    result
}

/// A text after edits, which are in order and do not overlap.
fn edited(text: &str, edits: &[&Edit]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        result.push_str(text.get(at..edit.place.span.start).unwrap_or_default());
        result.push_str(&written(edit));
        at = edit.place.span.end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

/// What an edit writes: lines end as those of the file do.
fn written(edit: &Edit) -> Cow<'_, str> {
    let text = edit.place.source.text();
    if edit.text.contains('\n') && text.find('\n').is_some_and(|at| text[..at].ends_with('\r')) {
        Cow::Owned(edit.text.replace("\r\n", "\n").replace('\n', "\r\n"))
    } else {
        Cow::Borrowed(&edit.text)
    }
}

/// Where the beginning of a place is after these fixes: within a replaced text, at its beginning.
pub fn moved(place: &Place, fixes: &[&Fix]) -> usize {
    let here = |edit: &&Edit| edit.place.source.name() == place.source.name();
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).filter(here).collect();
    edits.sort_by_key(|edit| edit.place.span);
    let (mut at, mut gone, mut come) = (place.span.start, 0, 0);
    for edit in edits.iter().take_while(|edit| edit.place.span.start <= place.span.start) {
        if place.span.start < edit.place.span.end {
            at = edit.place.span.start;
            break;
        }
        gone += edit.place.span.end - edit.place.span.start;
        come += written(edit).len();
    }
    (at + come).saturating_sub(gone)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::Safety;

    fn fix(source: &Arc<SourceFile>, edits: &[(usize, usize, &str)]) -> Fix {
        let edit = |(start, end, text): &(usize, usize, &str)| Edit {
            place: Place::new(source, Span { start: *start, end: *end }),
            text: (*text).to_owned(),
        };
        Fix { title: "edit".to_owned(), safety: Safety::Safe, edits: edits.iter().map(edit).collect() }
    }

    fn applied(source: &Arc<SourceFile>, fixes: &[Fix]) -> String {
        let fixes: Vec<&Fix> = fixes.iter().collect();
        let chosen: Vec<&Fix> = together(&fixes).into_iter().map(|at| fixes[at]).collect();
        let texts = apply(&Texts::default(), &chosen);
        texts.get("a").unwrap_or(source).text().to_owned()
    }

    #[test]
    fn the_first_of_overlapping_fixes_is_applied_and_each_is_applied_whole() {
        let source = SourceFile::new("a", "0123456789");
        let late = fix(&source, &[(2, 5, "late")]);
        let whole = fix(&source, &[(1, 3, "b"), (8, 9, "c")]);
        let free = fix(&source, &[(5, 8, "free")]);
        assert_eq!(applied(&source, &[late, whole.clone(), free]), "0b34freec9");
        // An edit that would fit does not come without its fellow.
        let half = fix(&source, &[(0, 2, "x"), (8, 9, "y")]);
        assert_eq!(applied(&source, &[whole, half]), "x234567y9");
    }

    #[test]
    fn a_fix_of_two_files_is_applied_in_both_or_in_none() {
        let (a, b) = (SourceFile::new("a", "one"), SourceFile::new("b", "two"));
        let mut both = fix(&a, &[(0, 3, "ONE")]);
        both.edits.extend(fix(&b, &[(0, 2, "TW")]).edits);
        let texts = apply(&Texts::default(), &[&both]);
        let changed: Vec<&str> = texts.changed().map(|(_, now)| now.text()).collect();
        assert_eq!(changed, ["ONE", "TWo"]);
        assert_eq!(together(&[&fix(&b, &[(1, 3, "-")]), &both]), [1]);
        assert_eq!(together(&[&fix(&a, &[(0, 1, "-")]), &both]), [0]);
    }

    #[test]
    fn fixes_that_are_no_edits_of_the_text_are_left_out() {
        let source = SourceFile::new("a", "é = 1");
        for edits in
            [&[(0, 1, "e")][..], &[(4, 99, "2")], &[(5, 4, "2")], &[(3, 5, "x"), (4, 6, "y")], &[(5, 6, "1")], &[]]
        {
            assert!(together(&[&fix(&source, edits)]).is_empty(), "{edits:?}");
        }
    }

    #[test]
    fn inserted_lines_end_as_the_others_do() {
        let source = SourceFile::new("a", "x = 1\r\ny = 2\r\n");
        assert_eq!(applied(&source, &[fix(&source, &[(7, 7, "z = 3\n")])]), "x = 1\r\nz = 3\r\ny = 2\r\n");
    }

    #[test]
    fn places_move_with_the_edits_before_them() {
        let source = SourceFile::new("a", "0123456789");
        let fixes = [fix(&source, &[(1, 3, "four"), (8, 8, "!")]), fix(&source, &[(4, 6, "")])];
        let fixes: Vec<&Fix> = fixes.iter().collect();
        let moves = |start| moved(&Place::new(&source, Span { start, end: start + 1 }), &fixes);
        assert_eq!((0..10).map(moves).collect::<Vec<_>>(), [0, 1, 1, 5, 6, 6, 6, 7, 9, 10]);
    }

    #[test]
    fn a_text_that_is_again_what_it_was_is_not_changed() {
        let source = SourceFile::new("a", "one");
        let texts = apply(&Texts::default(), &[&fix(&source, &[(0, 3, "two")])]);
        let now = Arc::clone(texts.get("a").unwrap());
        assert!(!texts.are_those_of(&Texts::default()));
        let back = apply(&texts, &[&fix(&now, &[(0, 3, "one")])]);
        assert!(back.changed().next().is_none() && back.are_those_of(&Texts::default()));
    }

    proptest! {
        #[test]
        fn bytes_outside_of_the_edits_are_kept(
            text in "[a-zé😀#\\n]{0,40}",
            drawn in prop::collection::vec(prop::collection::vec((0_usize..45, 0_usize..6, "[A-Zß]{0,4}"), 1..4), 0..8),
        ) {
            let source = SourceFile::new("a", text.clone());
            let fixes: Vec<Fix> = drawn
                .iter()
                .map(|edits| {
                    let edits: Vec<_> = edits.iter().map(|(at, length, new)| (*at, at + length, new.as_str())).collect();
                    fix(&source, &edits)
                })
                .collect();
            let fixes: Vec<&Fix> = fixes.iter().collect();
            let chosen: Vec<&Fix> = together(&fixes).into_iter().map(|at| fixes[at]).collect();
            let texts = apply(&Texts::default(), &chosen);
            let result = texts.get("a").map_or(text.as_str(), |source| source.text());
            let mut edits: Vec<&Edit> = chosen.iter().flat_map(|fix| &fix.edits).collect();
            edits.sort_by_key(|edit| edit.place.span);
            // Walk through both texts: what is between the edits is the same, what is in them is as they say.
            let (mut old, mut new) = (0, 0);
            for edit in &edits {
                let kept = &text[old..edit.place.span.start];
                prop_assert_eq!(&result[new..new + kept.len()], kept);
                new += kept.len();
                prop_assert_eq!(&result[new..new + edit.text.len()], edit.text.as_str());
                new += edit.text.len();
                old = edit.place.span.end;
            }
            prop_assert_eq!(&result[new..], &text[old..]);
            // Whoever was left out is in the way of one that was taken, or is no edit at all.
            for left in fixes.iter().filter(|fix| !chosen.iter().any(|one| std::ptr::eq(*one, **fix))) {
                let is_in_the_way = left.edits.iter().any(|edit| edits.iter().any(|one| !are_apart(one.place.span, edit.place.span)));
                prop_assert!(is_in_the_way || !is_sound(left));
            }
        }
    }
}
