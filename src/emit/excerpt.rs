//! The lines of a file around some places, as a snippet shows them: no more of a file than is drawn, and of a long line
//! the part around the place. Whoever draws counts in cells of 16 bits and looks through all the text that it is given.

use std::collections::BTreeSet;
use std::ops::Range;

use textwrap::core::display_width;

use crate::text::{SourceFile, Span, printable};

/// Lines above and below a place.
pub(super) const CONTEXT: usize = 1;
/// A place of more lines than these is drawn as its first one.
const MOST_LINES: usize = 12;
/// Empty lines between parts that are not neighbours, so that none is drawn as the context of another.
const APART: usize = CONTEXT + 1;
/// The least columns of a line that are shown.
const NARROWEST: usize = 30;
/// The most, on a screen of any width.
const WIDEST: usize = 1_000;
/// How wide a tab is drawn.
pub(super) const TAB: usize = 4;
const CUT: &str = "…";

/// Some lines of a file, safe to show.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    /// They, each with a line end.
    pub text: String,
    /// The true number of each, from 1.
    numbers: Vec<usize>,
}

impl Excerpt {
    /// The lines around some places, of which the first is the main one, in so many columns; and where the places are in
    /// their text.
    pub fn new(source: &SourceFile, spans: &[Span], width: usize) -> (Self, Vec<Range<usize>>) {
        let spans: Vec<Span> = spans.iter().map(|span| drawn(source, *span)).collect();
        let mut lines: BTreeSet<usize> = BTreeSet::new();
        // What comes after the last line end is no line, unless a place is there.
        let end = if source.text().ends_with('\n') { source.lines() - 1 } else { source.lines() };
        for span in &spans {
            let (first, last) = lines_of(source, *span);
            lines.extend(first.saturating_sub(CONTEXT).max(1)..=(last + CONTEXT).min(end).max(last));
        }
        // The numbers of the lines stand before them, and a bar.
        let digits = lines.last().map_or(1, |last| last.to_string().len());
        let room = width.saturating_sub(digits + "  │ ".chars().count()).clamp(NARROWEST, WIDEST);
        let mut excerpt = Self::default();
        let mut shown: Vec<(usize, usize, Line)> = Vec::new();
        let mut before = 0;
        for number in lines {
            if before > 0 && number > before + 1 {
                for _ in 0..APART {
                    excerpt.push("", before + 1);
                }
            }
            before = number;
            let range = source.line(number);
            // The main place of the line is what its part is around.
            let focus = spans.iter().find(|span| range.start <= span.start && span.start <= range.end);
            let focus = focus.map_or(0, |span| span.start - range.start);
            let line = Line::new(source.text().get(range.clone()).unwrap_or_default(), focus, room);
            let at = excerpt.text.len();
            excerpt.push(&line.text, number);
            shown.push((range.start, at, line));
        }
        let place = |offset: usize, is_end: bool| {
            let line = shown.partition_point(|(start, ..)| *start <= offset).saturating_sub(1);
            shown.get(line).map_or(0, |(start, at, line)| at + line.place(offset - (*start).min(offset), is_end))
        };
        let places = spans.iter().map(|span| {
            let start = place(span.start, false);
            start..if span.start == span.end { start } else { place(span.end, true).max(start) }
        });
        let places = places.collect();
        (excerpt, places)
    }

    fn push(&mut self, line: &str, number: usize) {
        self.text.push_str(line);
        self.text.push('\n');
        self.numbers.push(number);
    }

    /// The true number, from 1, of a line of the excerpt, from 0.
    pub fn number(&self, line: usize) -> usize {
        self.numbers.get(line).or(self.numbers.last()).copied().unwrap_or(1)
    }
}

/// The first and the last line of a place.
fn lines_of(source: &SourceFile, span: Span) -> (usize, usize) {
    let last = if span.end > span.start { span.end - 1 } else { span.start };
    (source.line_at(span.start), source.line_at(last))
}

/// What of a place is drawn.
fn drawn(source: &SourceFile, span: Span) -> Span {
    let (first, last) = lines_of(source, span);
    if last - first < MOST_LINES {
        span
    } else {
        Span { start: span.start, end: source.line(first).end.max(span.start) }
    }
}

/// A line as it is shown, or the part of it around a place.
#[derive(Debug)]
struct Line {
    text: String,
    /// Where characters of the line are in the text, as far as they are in it.
    places: Vec<(usize, usize)>,
    is_cut_before: bool,
    is_cut_after: bool,
}

/// A character of a line: where it is, how it is shown, and how wide.
struct Cell<'l> {
    at: usize,
    text: std::borrow::Cow<'l, str>,
    width: usize,
}

impl Line {
    fn new(line: &str, focus: usize, room: usize) -> Self {
        // Nothing further away can be in the part: a character that is shown is a column wide or has others beside it.
        let near = room * 8;
        let start = boundary(line, focus.saturating_sub(near));
        let end = boundary(line, (focus + near).min(line.len()));
        let near = line.get(start..end).unwrap_or_default();
        let cell = |(at, c): (usize, &'_ str)| -> (usize, usize) { (start + at, width(c)) };
        let letters = || near.char_indices().map(|(at, c)| (at, &near[at..at + c.len_utf8()]));
        let cells: Vec<Cell<'_>> = letters()
            .map(|(at, c)| {
                let (at, width) = cell((at, c));
                Cell { at, text: if c == "\t" { "\t".into() } else { printable(c) }, width }
            })
            .collect();
        let total: usize = cells.iter().map(|cell| cell.width).sum();
        if start == 0 && end == line.len() && total <= room {
            return Self::of(&cells, false, false, line.len());
        }
        let room = room.saturating_sub(2 * CUT.chars().count());
        let before: usize = cells.iter().take_while(|cell| cell.at < focus).map(|cell| cell.width).sum();
        let mut first = if start == 0 && before < room * 2 / 3 { 0 } else { before.saturating_sub(room / 3) };
        if end == line.len() {
            first = first.min(total.saturating_sub(room));
        }
        let mut column = 0;
        let (mut from, mut to) = (cells.len(), cells.len());
        for (number, cell) in cells.iter().enumerate() {
            if column >= first {
                from = from.min(number);
            }
            if column + cell.width > first + room {
                to = number;
                break;
            }
            column += cell.width;
        }
        let kept = cells.get(from..to).unwrap_or_default();
        let end_of_kept = cells.get(to).map_or(end, |cell| cell.at);
        Self::of(kept, start > 0 || from > 0, end < line.len() || to < cells.len(), end_of_kept)
    }

    fn of(cells: &[Cell<'_>], is_cut_before: bool, is_cut_after: bool, end: usize) -> Self {
        let is_cut = is_cut_before || is_cut_after;
        let mut text = if is_cut_before { CUT.to_owned() } else { String::new() };
        let mut places = Vec::with_capacity(cells.len() + 1);
        for cell in cells {
            places.push((cell.at, text.len()));
            // A tab of a part would be as wide as its place says, and that is another one.
            text.push_str(if is_cut && cell.text == "\t" { " " } else { &cell.text });
        }
        places.push((end, text.len()));
        if is_cut_after {
            text.push_str(CUT);
        }
        Self { text, places, is_cut_before, is_cut_after }
    }

    /// Where a place of the line is in the text: at the sign for what is left out, where it is not in it.
    fn place(&self, offset: usize, is_end: bool) -> usize {
        let after = self.places.partition_point(|(at, _)| *at < offset);
        match self.places.get(after) {
            Some((at, _)) if after == 0 && *at > offset && self.is_cut_before => {
                if is_end {
                    CUT.len()
                } else {
                    0
                }
            }
            Some((_, place)) => *place,
            None if self.is_cut_after && !is_end => self.text.len() - CUT.len(),
            None => self.text.len(),
        }
    }
}

/// How wide a character is drawn: as its escape, where it has one.
fn width(c: &str) -> usize {
    if c == "\t" { TAB } else { display_width(&printable(c)) }
}

fn boundary(line: &str, mut at: usize) -> usize {
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, span: Range<usize>, width: usize) -> (String, String) {
        let source = SourceFile::new("a", text);
        let (excerpt, places) = Excerpt::new(&source, &[span.into()], width);
        let marked = excerpt.text[places[0].clone()].to_owned();
        (excerpt.text, marked)
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let line = format!("{}name = 1{}", "x".repeat(100_000), "y".repeat(100_000));
        let (text, marked) = shown(&line, 100_000..100_004, 45);
        assert_eq!(text, "…xxxxxxxxxxxxname = 1yyyyyyyyyyyyyyyyyy…\n");
        assert_eq!(marked, "name");
        // What fits is not cut, and at its ends only the other one is.
        assert_eq!(shown("a = \"b\"", 4..7, 45), ("a = \"b\"\n".to_owned(), "\"b\"".to_owned()));
        assert_eq!(shown(&"ab".repeat(30), 2..3, 45).0, format!("{}…\n", "ab".repeat(19)));
        assert_eq!(shown(&"ab".repeat(30), 59..60, 45), (format!("…{}\n", "ab".repeat(19)), "b".to_owned()));
        // A place that is longer than its part ends at the sign for what is left out.
        assert_eq!(shown(&"ab".repeat(30), 2..60, 45).1, format!("{}…", "ab".repeat(18)));
    }

    #[test]
    fn only_the_lines_around_are_there_with_their_numbers() {
        let text: String = (1..=9).map(|number| format!("line {number}\n")).collect();
        let source = SourceFile::new("a", text);
        let (excerpt, places) = Excerpt::new(&source, &[(49..53).into(), (0..4).into()], 80);
        assert_eq!(excerpt.text, "line 1\nline 2\n\n\nline 7\nline 8\nline 9\n");
        assert_eq!(places.iter().map(|place| place.start).collect::<Vec<_>>(), [23, 0]);
        assert_eq!((0..7).map(|line| excerpt.number(line)).collect::<Vec<_>>(), [1, 2, 3, 3, 7, 8, 9]);
        // A place of very many lines is its first one.
        let long = "[\n".repeat(50_000);
        assert_eq!(shown(&long, 2..99_000, 80), ("[\n[\n[\n".to_owned(), "[".to_owned()));
    }

    proptest! {
        #[test]
        fn places_are_in_the_text_whatever_it_holds(
            text in "([a\\t é日\u{301}\u{202e}\u{1b}]|\r?\n|[x-z]{40}){0,40}",
            marks in prop::collection::vec((0_usize..400, 0_usize..60), 1..4),
            width in 0_usize..90,
        ) {
            let source = SourceFile::new("a", text.clone());
            let spans: Vec<Span> = marks
                .iter()
                .map(|(at, length)| {
                    let start = boundary(&text, (*at).min(text.len()));
                    (start..boundary(&text, (start + length).min(text.len()))).into()
                })
                .collect();
            let (excerpt, places) = Excerpt::new(&source, &spans, width);
            for place in places {
                prop_assert!(excerpt.text.get(place).is_some());
            }
            for line in excerpt.text.lines() {
                prop_assert!(line.contains('\t') || display_width(line) <= width.max(NARROWEST + 5));
                prop_assert!(line.chars().all(|c| c == '\t' || crate::text::is_printable(c)));
            }
        }
    }
}
