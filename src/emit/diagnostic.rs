//! Errors for people: the message, the place with its text, and the way out.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::Terminal;
use super::excerpt::{CONTEXT, Excerpt, TAB};
use crate::error::{Error, Problem};
use crate::rules::Place;
use crate::text::{Position, SourceFile, Span, printable};

/// Writes errors to a stream.
#[derive(Clone, Copy, Debug)]
pub struct Diagnostics {
    terminal: Terminal,
}

#[derive(Debug)]
struct Rendered {
    code: Option<&'static str>,
    message: String,
    help: Option<String>,
    source: Option<Shown>,
    labels: Vec<LabeledSpan>,
}

/// A file's text as it is shown, and the true place of what is shown: escapes and letters outside ASCII do not shift it.
#[derive(Debug)]
struct Shown {
    name: String,
    excerpt: Excerpt,
    span: SourceSpan,
    position: Position,
}

impl SourceCode for Shown {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.excerpt.text.read_span(span, before, after)?;
        // The head of a snippet gives the place of the primary label, read without context.
        let (line, column) = if *span == self.span && before == 0 {
            (self.position.line - 1, self.position.column - 1)
        } else {
            (self.excerpt.number(inner.line()) - 1, inner.column())
        };
        let contents = MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            line,
            column,
            inner.line_count(),
        );
        Ok(Box::new(contents))
    }
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Rendered {}

impl Diagnostic for Rendered {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

impl Rendered {
    /// A problem, drawn in so many columns.
    fn of_problem(problem: &Problem, width: u16) -> Self {
        let related = problem.related.iter().map(|(span, words)| (*span, words.as_str()));
        let places: Vec<_> = std::iter::once((problem.span, problem.label.as_str())).chain(related).collect();
        Self {
            code: Some(problem.code),
            message: printable(&problem.message).into_owned(),
            help: problem.help.as_deref().map(|help| printable(help).into_owned()),
            ..Self::of_places(&problem.source, &places, width)
        }
    }
}

impl Diagnostics {
    /// Writes for a terminal.
    pub fn new(terminal: Terminal) -> Self {
        Self { terminal }
    }

    /// Writes an error, with all its places.
    pub fn write(&self, out: &mut dyn Write, error: &Error) -> std::io::Result<()> {
        match error {
            Error::Problems(problems) => problems
                .iter()
                .try_for_each(|problem| self.render(out, &Rendered::of_problem(problem, self.terminal.source))),
            Error::Item { help, .. } | Error::Usage { help, .. } => self.render(out, &plain(error, help.clone())),
            Error::Io { .. } | Error::Interrupted | Error::Output(_) => self.render(out, &plain(error, None)),
        }
    }

    fn handler(&self) -> GraphicalReportHandler {
        let theme = GraphicalTheme {
            characters: ThemeCharacters::unicode(),
            styles: if self.terminal.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
        };
        GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_width(usize::from(self.terminal.width))
            // Addresses stay whole: they are there to be opened.
            .with_word_separator(textwrap::WordSeparator::AsciiSpace)
            .with_break_words(false)
            .tab_width(TAB)
            .with_context_lines(CONTEXT)
    }

    fn render(&self, out: &mut dyn Write, rendered: &Rendered) -> std::io::Result<()> {
        let mut text = String::new();
        let handler = self.handler();
        match handler.render_report(&mut text, rendered) {
            Ok(()) => out.write_all(text.trim_start_matches('\n').as_bytes())?,
            Err(fmt::Error) => writeln!(out, "{rendered}")?,
        }
        out.flush()
    }
}

/// A place to show, with a few words for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shot<'s> {
    pub place: &'s Place,
    pub label: &'s str,
}

impl Diagnostics {
    /// Writes the texts of places, those of one file together; the first place is the main one.
    pub(super) fn snippets(&self, out: &mut dyn Write, shots: &[Shot<'_>]) -> std::io::Result<()> {
        let mut rest: Vec<Shot<'_>> = shots.to_vec();
        while let Some(first) = rest.first().copied() {
            // Places far apart are two snippets, and the main one comes first.
            let line = |shot: &Shot<'_>| shot.place.source.line_at(shot.place.span.start);
            let is_near = |shot: &Shot<'_>| {
                Arc::ptr_eq(&shot.place.source, &first.place.source) && line(shot).abs_diff(line(&first)) <= 2
            };
            let (here, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_near);
            rest = others;
            let here: Vec<_> = here.iter().map(|shot| (shot.place.span, shot.label)).collect();
            let rendered = Rendered::of_places(&first.place.source, &here, self.terminal.source);
            let mut text = String::new();
            if self.handler().render_report(&mut text, &rendered).is_err() {
                continue;
            }
            // The handler begins with the message, which stands above already.
            let snippet = text.lines().skip_while(|line| !line.contains('╭'));
            snippet.into_iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        Ok(())
    }
}

impl Rendered {
    /// Places of one file, with a few words for each; the first one is the main one.
    fn of_places(source: &SourceFile, places: &[(Span, &str)], width: u16) -> Self {
        let spans: Vec<Span> = places.iter().map(|(span, _)| *span).collect();
        let (excerpt, shown) = Excerpt::new(source, &spans, usize::from(width));
        let labels: Vec<LabeledSpan> = shown
            .into_iter()
            .zip(places)
            .enumerate()
            .map(|(at, (range, (_, label)))| {
                let label = Some(printable(label).into_owned());
                let span: SourceSpan = (range.start, range.len()).into();
                if at == 0 {
                    LabeledSpan::new_primary_with_span(label, span)
                } else {
                    LabeledSpan::new_with_span(label, span)
                }
            })
            .collect();
        let first = spans.first().map_or(0, |span| span.start);
        let span = labels.first().map_or((0, 0).into(), |label| *label.inner());
        Self {
            code: None,
            message: String::new(),
            help: None,
            source: Some(Shown {
                name: printable(source.name()).into_owned(),
                excerpt,
                span,
                position: source.position(first),
            }),
            labels,
        }
    }
}

fn plain(error: &Error, help: Option<String>) -> Rendered {
    Rendered {
        code: None,
        message: printable(&error.to_string()).into_owned(),
        help: help.map(|help| printable(&help).into_owned()),
        source: None,
        labels: Vec::new(),
    }
}
