//! The output formats of `lint`, one file each.

mod diff;
mod github;
mod human;
mod json;
mod junit;
mod sarif;

pub use diff::write_diff;
pub use github::write_linted_github;
pub use human::{write_linted, write_linted_summary};
pub use json::write_linted_json;
pub use junit::write_linted_junit;
pub use sarif::write_linted_sarif;

use super::{Json, Root};
use crate::rules::{DesignFinding, Place, Rule, Safety, Witness, WitnessItem};
use crate::text::{Position, Span, clipped, counted, printable};
use crate::value::Value;

/// The page of a rule on the web.
pub(super) fn rule_url(rule: &Rule) -> String {
    format!("{}/blob/main/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), rule.name)
}

/// First and last position of a finding: lines and columns from 1, the last one behind the last character.
pub(super) fn positions(finding: &DesignFinding) -> (Position, Position) {
    let place = &finding.place;
    (place.source.position(place.span.start), place.source.position(place.span.end))
}

/// The positions of a place for viewers that draw it: without the white space at its end, so that it does not reach
/// into a line of which it has nothing, and a character wide where it is empty and its line has one.
pub(super) fn drawn(place: &Place) -> (Position, Position) {
    let is_text = |c: &char| !matches!(c, '\n' | '\r');
    let Span { mut start, .. } = place.span;
    let mut end = start + place.source.slice(place.span).trim_end().len();
    if start == end {
        let text = place.source.text();
        let after = text.get(start..).and_then(|rest| rest.chars().next()).filter(is_text);
        let before = text.get(..start).and_then(|head| head.chars().next_back()).filter(is_text);
        match (after, before) {
            (Some(c), _) => end += c.len_utf8(),
            (None, Some(c)) => start -= c.len_utf8(),
            (None, None) => {}
        }
    }
    (place.source.position(start), place.source.position(end))
}

/// What there is to say beside the message, a line each, safe to show: the witness, the way out, the fix.
fn details(finding: &DesignFinding) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(witness) = &finding.witness {
        for item in &witness.items {
            lines.push(format!("{} {{{}}}", printable(&item.entity), fields_of(item).join(", ")));
        }
        let keys = keys_of(witness);
        if !keys.is_empty() {
            lines.push(format!("{}: {}", printable(&witness.caption), keys.join(", ")));
        }
    }
    if !finding.help.is_empty() {
        lines.push(format!("help: {}", printable(&finding.help)));
    }
    if let Some(fix) = &finding.fix {
        lines.push(format!("fix: {} (`{}`)", printable(&fix.title), fix_command(fix.safety)));
    }
    lines
}

/// The flags that apply a fix.
fn fix_command(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--fix --unsafe",
    }
}

/// The most fields of an item that people are shown, and the most characters of a value or a key: the formats for
/// programs have all of them.
const MOST_FIELDS: usize = 24;
const MOST_CHARACTERS: usize = 400;

/// The fields of an item that shows a finding, safe to show.
fn fields_of(item: &WitnessItem) -> Vec<String> {
    let field = |(name, value): &(String, Value<'static>)| {
        let value = serde_json::to_string(&Json(value)).unwrap_or_default();
        format!("{}: {}", printable(name), clipped(&value, MOST_CHARACTERS))
    };
    let mut fields: Vec<String> = item.fields.iter().take(MOST_FIELDS).map(field).collect();
    if let Some(more) = item.fields.len().checked_sub(MOST_FIELDS).filter(|more| *more > 0) {
        fields.push(format!("and {}", counted(more as u64, "more field")));
    }
    fields
}

/// The keys that show a finding, safe to show.
fn keys_of(witness: &Witness) -> Vec<String> {
    witness
        .keys
        .iter()
        .map(|(name, value)| format!("{} = {}", printable(name), clipped(value, MOST_CHARACTERS)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceFile;

    #[test]
    fn what_is_drawn_stays_in_its_lines() {
        let drawn = |text: &str, span: std::ops::Range<usize>| {
            let (start, end) = drawn(&Place::new(&SourceFile::new("a", text), span.into()));
            ((start.line, start.column), (end.line, end.column))
        };
        assert_eq!(drawn("ab\ncd\n", 0..2), ((1, 1), (1, 3)));
        assert_eq!(drawn("ab\r\ncd\n", 0..4), ((1, 1), (1, 3)));
        assert_eq!(drawn("ab\ncd\n", 0..5), ((1, 1), (2, 3)));
        // An empty place takes the next character, or the one before.
        assert_eq!(drawn("äb\n", 0..0), ((1, 1), (1, 2)));
        assert_eq!(drawn("aä\n", 3..3), ((1, 2), (1, 3)));
        assert_eq!(drawn("a\n\nb", 2..2), ((2, 1), (2, 1)));
        assert_eq!(drawn("", 0..0), ((1, 1), (1, 1)));
        assert_eq!(drawn("ab", 9..9), ((1, 3), (1, 3)));
    }
}
