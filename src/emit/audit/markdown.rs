//! The report of an audit in GitHub's Markdown, for a comment of a pull request or the summary of a job.
//!
//! A comment holds 65,536 characters, so tables end after some rows and values are cut.
//! <https://docs.github.com/en/get-started/writing-on-github>

use std::io::{self, Write};

use super::difference::{Difference, cut, spelled};
use super::words;
use crate::emit::escape::{markdown, markdown_code};
use crate::emit::lint::rule_url;
use crate::emit::pages::capitalized;
use crate::error::Error;
use crate::report::{AuditFinding, Audited, Check, Level};
use crate::rules::{Rule, rule};
use crate::text::{plural, printable};

/// How many groups are shown of a check.
const GROUPS: usize = 10;
/// How many places of a check the summary names.
const PLACES: usize = 3;
/// How many of the largest partitions are shown of an index, by items and by bytes each.
const PARTITIONS: usize = 5;
/// The most characters of a value.
const VALUE: usize = 120;

/// Writes the report, with at most so many examples of each check.
pub fn write_audited_markdown(out: &mut dyn Write, audited: &Audited, examples: usize) -> Result<(), Error> {
    write(out, audited, examples).map_err(Error::Output)
}

fn write(out: &mut dyn Write, audited: &Audited, examples: usize) -> io::Result<()> {
    summary(out, audited)?;
    for (name, check) in words::checks(audited) {
        write_check(out, name, check, examples)?;
    }
    if audited.indexes.values().any(|index| index.items > 0) {
        writeln!(out, "\n### Indexes\n\n<details><summary>Partitions, lengths of keys, sizes of items</summary>")?;
        partitions(out, audited)?;
        sizes(out, audited)?;
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}

/// A value of a stranger.
fn code(text: &str) -> String {
    markdown_code(&cut(&printable(text), VALUE))
}

/// A key, in which what cannot be seen is spelled out.
fn key(text: &str) -> String {
    markdown_code(&cut(&spelled(text), VALUE))
}

fn summary(out: &mut dyn Write, audited: &Audited) -> io::Result<()> {
    writeln!(out, "## Audit of {}\n", code(&words::source(&audited.source)))?;
    let found = words::found(audited);
    writeln!(out, "**Found:** {}.", markdown(&found))?;
    let (dialect, remark) = words::dialect(&audited.dialect);
    let incomplete = words::incomplete(&audited.coverage).map(|reason| markdown(&reason));
    for remark in incomplete.into_iter().chain(remark) {
        writeln!(out, "\n> [!WARNING]\n> {}.", capitalized(&remark))?;
    }
    let entities = words::entities(audited).into_iter().map(|(entity, items)| {
        let name = entity.map_or("of no entity".to_owned(), code);
        format!("{name} {}", words::number(items))
    });
    writeln!(out, "\n* Read: {}", markdown(&words::read(&audited.coverage)))?;
    if let Some(sample) = &audited.coverage.sample {
        writeln!(out, "* Sample: {}", markdown(&words::sample(sample)))?;
    }
    writeln!(out, "* Entities: {}", entities.collect::<Vec<_>>().join(", "))?;
    writeln!(out, "* Dialect: {}", markdown(&dialect))?;
    let checks = words::checks(audited);
    if checks.is_empty() {
        return Ok(());
    }
    let rows = checks.iter().map(|(name, check)| {
        let (shown, rest) = check.groups.split_at(check.groups.len().min(PLACES));
        let places = shown.iter().map(words::place).filter(|place| !place.is_empty()).map(|place| code(&place));
        let mut places = places.collect::<Vec<_>>().join(", ");
        if !rest.is_empty() {
            places.push_str(&format!(" and {} more", words::number(rest.len() as u64)));
        }
        vec![level(check.level), link(name, rule(name)), words::number(check.count), places]
    });
    table(out, &[Column::Left("Level"), Column::Left("Check"), Column::Right("Count"), Column::Left("Where")], rows)
}

/// A column of a table.
#[derive(Clone, Copy)]
enum Column<'c> {
    /// Of words.
    Left(&'c str),
    /// Of numbers.
    Right(&'c str),
}

/// A table of rows of Markdown. A column in which no row has anything is left out.
fn table(out: &mut dyn Write, columns: &[Column<'_>], rows: impl IntoIterator<Item = Vec<String>>) -> io::Result<()> {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let is_used = |at: &usize| rows.iter().any(|row| row.get(*at).is_some_and(|cell| !cell.is_empty()));
    let used: Vec<usize> = (0..columns.len()).filter(is_used).collect();
    let line = |cells: &[String]| {
        let cells = used.iter().filter_map(|at| cells.get(*at)).map(String::as_str);
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let heads = columns.iter().map(|column| match column {
        Column::Left(head) | Column::Right(head) => (*head).to_owned(),
    });
    let borders = used.iter().map(|at| match columns[*at] {
        Column::Left(_) => "---|",
        Column::Right(_) => "--:|",
    });
    writeln!(out, "\n{}\n|{}", line(&heads.collect::<Vec<_>>()), borders.collect::<String>())?;
    rows.iter().try_for_each(|row| writeln!(out, "{}", line(row)))
}

/// What is grave stands out.
fn level(level: Level) -> String {
    if level == Level::Error { format!("**{}**", level.as_str()) } else { level.as_str().to_owned() }
}

/// A check, with its page.
fn link(name: &str, rule: Option<&Rule>) -> String {
    rule.map_or_else(|| markdown_code(name), |rule| format!("[{}]({})", markdown_code(name), rule_url(rule)))
}

fn write_check(out: &mut dyn Write, name: &str, check: &Check, examples: usize) -> io::Result<()> {
    let rule = rule(name);
    let summary = rule.map_or(name, |rule| rule.summary);
    writeln!(out, "\n### {}: {}\n", markdown_code(name), words::number(check.count))?;
    let estimate = check.estimate.as_ref().map(|_| format!(" ({})", words::count(check))).unwrap_or_default();
    writeln!(out, "{}: {}{estimate}.", level(check.level), summary)?;
    // Findings that are told in words say themselves what they are of, and what to do.
    let are_told = check.examples.iter().any(|finding| finding.message.is_some());
    if are_told {
        told(out, check)?;
    } else {
        groups(out, name, check)?;
        let examples = words::examples(check, examples);
        if !examples.is_empty() {
            write_examples(out, &examples)?;
        }
    }
    let page = rule.map(|rule| format!("[More]({})", rule_url(rule)));
    // The pages of the rules are Markdown themselves.
    let ways = if are_told { Vec::new() } else { words::ways_out(rule, check) };
    let help: Vec<String> = ways.into_iter().chain(page).collect();
    writeln!(out, "\n{}", help.join(" "))
}

/// Findings that say in words what is wrong.
fn told(out: &mut dyn Write, check: &Check) -> io::Result<()> {
    writeln!(out)?;
    for finding in &check.examples {
        let message = markdown(finding.message.as_deref().unwrap_or_default());
        let place = finding.place.as_deref().map(|place| format!(" ({})", code(place))).unwrap_or_default();
        let help = finding.help.as_deref().map(|help| format!(": {}", markdown(help))).unwrap_or_default();
        writeln!(out, "* {message}{place}{help}")?;
    }
    Ok(())
}

fn groups(out: &mut dyn Write, name: &str, check: &Check) -> io::Result<()> {
    let columns = words::columns(name, check);
    if columns.is_empty() {
        return Ok(());
    }
    let rows = check.groups.iter().take(GROUPS).map(|group| {
        let cells = columns.iter().map(|column| match (column.of)(group) {
            None => String::new(),
            Some(text) if column.is_value => code(text),
            Some(text) => markdown(text),
        });
        cells.chain([words::number(group.count)]).collect()
    });
    let heads = columns.iter().map(|column| Column::Left(column.title)).chain([Column::Right("Count")]);
    table(out, &heads.collect::<Vec<_>>(), rows)?;
    let rest = check.groups.get(GROUPS..).unwrap_or_default();
    if !rest.is_empty() {
        let (groups, findings) = (rest.len() as u64, rest.iter().map(|group| group.count).sum());
        let (rows, findings) = (plural(groups, "row"), words::counted(findings, "finding"));
        writeln!(out, "\nAnd {} more {rows} with {findings}: `--format json` has them all.", words::number(groups))?;
    }
    Ok(())
}

fn write_examples(out: &mut dyn Write, examples: &[&AuditFinding]) -> io::Result<()> {
    writeln!(out, "\n<details><summary>Examples</summary>")?;
    let rows = examples.iter().map(|finding| {
        let names = finding.key.iter().map(|(name, text)| format!("{} = {}", code(name), key(text)));
        let item: Vec<String> = finding.place.as_deref().map(code).into_iter().chain(names).collect();
        let (stored, expected) = match (&finding.stored, &finding.expected) {
            (Some(stored), Some(expected)) => {
                let found = Difference::new(stored, expected, VALUE);
                let whole = |middle: &str, after: &str| markdown_code(&format!("{}{middle}{after}", found.before));
                (whole(&found.stored, &found.after_stored), whole(&found.expected, &found.after_expected))
            }
            (None, Some(expected)) => ("nothing".to_owned(), key(expected)),
            (stored, _) => (stored.as_deref().map(key).unwrap_or_default(), String::new()),
        };
        let attribute = finding.attribute.as_deref().map(code).unwrap_or_default();
        vec![item.join("<br>"), attribute, stored, expected]
    });
    let columns = ["Item", "Attribute", "Stored", "Expected"].map(Column::Left);
    table(out, &columns, rows)?;
    writeln!(out, "\n</details>")
}

fn partitions(out: &mut dyn Write, audited: &Audited) -> io::Result<()> {
    let rows = audited.indexes.iter().map(|(name, index)| {
        vec![
            code(name),
            words::number(index.items),
            words::size(index.bytes),
            words::partitions(&index.partitions),
            index.partitions.gini.map(|gini| format!("{gini:.2}")).unwrap_or_default(),
        ]
    });
    let numbers = ["Items", "Size", "Partitions", "Gini"].map(Column::Right);
    let columns: Vec<Column<'_>> = std::iter::once(Column::Left("Index")).chain(numbers).collect();
    table(out, &columns, rows)?;
    writeln!(out, "\n{}", words::GINI)?;
    let rows = audited.indexes.iter().flat_map(|(name, index)| {
        words::largest(index, PARTITIONS).into_iter().map(|partition| {
            vec![
                code(name),
                key(&partition.key),
                words::number(partition.items),
                words::percent(partition.items, index.items),
                words::size(partition.bytes),
                words::percent(partition.bytes, index.bytes),
            ]
        })
    });
    let numbers = ["Items", "Share", "Size", "Share"].map(Column::Right);
    let columns: Vec<Column<'_>> =
        ["Index", "Largest partitions"].map(Column::Left).into_iter().chain(numbers).collect();
    table(out, &columns, rows)?;
    match words::partition_note(audited) {
        Some(note) => writeln!(out, "\n{}", markdown(&note)),
        None => Ok(()),
    }
}

fn sizes(out: &mut dyn Write, audited: &Audited) -> io::Result<()> {
    let rows = words::spreads(audited).into_iter().map(|(name, spread)| {
        let name = name.map_or(words::WHOLE_ITEM.to_owned(), code);
        let numbers = [spread.p50, spread.p90, spread.p99, spread.max, spread.limit];
        std::iter::once(name).chain(numbers.map(words::number)).collect()
    });
    let numbers = ["Median", "90 %", "99 %", "Largest", "Limit"].map(Column::Right);
    let columns: Vec<Column<'_>> = std::iter::once(Column::Left("Bytes of")).chain(numbers).collect();
    table(out, &columns, rows)
}
