//! What a check found: where, examples, what to do.

use std::fmt::Write as _;

use super::super::words;
use super::text::{key, keys, stranger, stranger_code, with_code};
use crate::emit::escape::html;
use crate::emit::markdown::inline;
use crate::emit::page::{Cell, cell, columns, head, numeric, table};
use crate::emit::pages::capitalized;
use crate::report::{AuditFinding, Check, Group, Level};
use crate::rules::rule;

/// How many groups and how many examples stand open.
const OPEN: usize = 10;

/// A check that found something.
pub(super) fn check(name: &str, check: &Check) -> String {
    let rule = rule(name);
    let level = check.level.as_str();
    let mut text = format!(
        "<article class=\"check {level}\" aria-labelledby=\"{0}\">\n<h3 id=\"{0}\">{0} {1} <small>{2}</small></h3>\n",
        html(name),
        badge(check.level),
        stranger(&words::count(check)),
    );
    if let Some(rule) = rule {
        let _ = writeln!(text, "<p>{}.</p>", with_code(&capitalized(&inline(rule.summary))));
    }
    let are_told = check.examples.iter().any(|finding| finding.message.is_some());
    if !are_told {
        text.push_str(&groups(name, check));
    }
    let examples: Vec<&AuditFinding> = check.examples.iter().filter(|one| words::tells_more(one)).collect();
    text.push_str(&folded(&examples, "examples", &|some| {
        format!("<ul class=\"examples\">\n{}</ul>\n", some.iter().map(|one| example(one)).collect::<String>())
    }));
    for way in words::ways_out(rule, check).iter().filter(|_| !are_told) {
        let _ = writeln!(text, "<p class=\"help\"><b>What to do</b> {}</p>", with_code(&inline(way)));
    }
    let _ = writeln!(text, "<p class=\"more\">More: <code>dynkeys rules {}</code></p>\n</article>", html(name));
    text
}

/// The level of a check, in a few letters.
pub(super) fn badge(level: Level) -> String {
    format!("<span class=\"badge {0}\">{0}</span>", level.as_str())
}

/// A list, of which only the beginning stands open where it is long.
pub(super) fn folded<T>(all: &[T], what: &str, show: &dyn Fn(&[T]) -> String) -> String {
    if all.is_empty() {
        return String::new();
    }
    let (open, rest) = all.split_at(all.len().min(OPEN));
    let mut text = show(open);
    if !rest.is_empty() {
        let count = words::number(rest.len() as u64);
        let _ = write!(text, "<details>\n<summary>{count} more {what}</summary>\n{}</details>\n", show(rest));
    }
    text
}

fn groups(name: &str, check: &Check) -> String {
    let shown = words::columns(name, check);
    if shown.is_empty() {
        return String::new();
    }
    let heads = columns(shown.iter().map(|column| column.title).chain(["Count"]));
    let row = |group: &Group| {
        let cells = shown.iter().enumerate().map(|(at, column)| {
            let text = (column.of)(group).unwrap_or_default();
            let content = match text {
                "" => String::new(),
                text if column.is_value => stranger_code(text),
                text => stranger(text),
            };
            // A row has a head, which is its first cell, if only an empty one.
            if at == 0 && !content.is_empty() { head(content) } else { cell(content) }
        });
        (String::new(), cells.chain([numeric(words::number(group.count))]).collect::<Vec<Cell>>())
    };
    folded(&check.groups, "rows", &|some| {
        let rows: Vec<(String, Vec<Cell>)> = some.iter().map(row).collect();
        table(&format!("Where {name} was found"), &heads, &rows)
    })
}

fn example(finding: &AuditFinding) -> String {
    let AuditFinding { entity, index, attribute, subject, detail, place, message, help, .. } = finding;
    let mut rows: Vec<(&str, String)> = Vec::new();
    if let Some(message) = message {
        let mut text = format!("<li>\n<p>{}</p>\n", stranger(message));
        rows.extend(place.as_deref().map(|place| ("Place", stranger(place))));
        rows.extend(help.as_deref().map(|help| ("Help", stranger(help))));
        text.push_str(&list(&rows));
        return text + "</li>\n";
    }
    let of: Vec<String> =
        [entity, index, attribute, subject].into_iter().flatten().map(|name| stranger(name)).collect();
    let mut text = String::from("<li>\n");
    let place = place.as_deref().map(|place| format!(" <small>{}</small>", stranger(place))).unwrap_or_default();
    let _ = writeln!(text, "<p class=\"of\"><span>{}</span>{place}</p>", of.join(" · "));
    if !finding.key.is_empty() {
        let parts = finding.key.iter().map(|(name, value)| {
            format!("<span class=\"attribute\"><bdi>{}</bdi> = {}</span>", html(name), key(value))
        });
        rows.push(("Item", parts.collect::<Vec<_>>().join(" ")));
    }
    let (stored, expected) = match (&finding.stored, &finding.expected) {
        (Some(stored), Some(expected)) => {
            let (stored, expected) = keys(stored, expected);
            (Some(stored), Some(expected))
        }
        (stored, expected) => (stored.as_deref().map(key), expected.as_deref().map(key)),
    };
    if stored.is_none() && expected.is_some() {
        rows.push(("Stored", "<em>nothing</em>".to_owned()));
    }
    rows.extend(stored.map(|stored| ("Stored", stored)));
    rows.extend(expected.map(|expected| ("Expected", expected)));
    rows.extend(detail.as_deref().map(|detail| ("How", stranger(detail))));
    text.push_str(&list(&rows));
    text + "</li>\n"
}

fn list(rows: &[(&str, String)]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let rows = rows
        .iter()
        .map(|(name, content)| format!("<dt>{name}</dt><dd class=\"{}\">{content}</dd>\n", name.to_lowercase()));
    format!("<dl>\n{}</dl>\n", rows.collect::<String>())
}
