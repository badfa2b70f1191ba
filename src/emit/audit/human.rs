//! The report of an audit for people: what matters in half a screen, then what was found, check by check, then indexes.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, Row, Table};

use super::difference::{Difference, cut, spelled, width};
use super::words;
use crate::emit::Terminal;
use crate::emit::human::{table, wrapped};
use crate::emit::markdown::inline;
use crate::error::Error;
use crate::report::{AuditFinding, Audited, Check, Group, Level};
use crate::rules::rule;
use crate::text::{plural, printable};

/// How many checks the summary names.
const TOP: usize = 5;
/// How many groups are shown of a check.
const GROUPS: usize = 10;
/// How many of the largest partitions are shown of an index, by items and by bytes each.
const PARTITIONS: usize = 3;
/// The most columns of a value in a table.
const VALUE: usize = 48;

/// Writes the report, with at most so many examples of each check.
pub fn write_audited(out: &mut dyn Write, terminal: Terminal, audited: &Audited, examples: usize) -> Result<(), Error> {
    let report = Report { terminal, audited, examples };
    report.write(out).map_err(Error::Output)
}

/// Writes the sum of a report: how many items were audited and what was found.
pub fn write_audited_sum(out: &mut dyn Write, terminal: Terminal, audited: &Audited) -> Result<(), Error> {
    writeln!(out, "{}", terminal.bold(&words::sum(audited))).map_err(Error::Output)
}

/// A value of a stranger for a table or a line: safe to show, and of one line.
fn value(text: &str) -> String {
    cut(&printable(text), VALUE)
}

struct Report<'r> {
    terminal: Terminal,
    audited: &'r Audited,
    examples: usize,
}

impl Report<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.summary(out)?;
        let found = words::checks(self.audited);
        for (name, check) in &found {
            writeln!(out)?;
            self.check(out, name, check)?;
        }
        // Who has nothing to mend wants to go on.
        if !found.is_empty() {
            self.partitions(out)?;
            self.sizes(out)?;
            writeln!(out, "\n{}", self.terminal.bold(&words::sum(self.audited)))?;
        }
        Ok(())
    }

    fn width(&self) -> usize {
        usize::from(self.terminal.width.max(40))
    }

    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let Audited { source, coverage, dialect, .. } = self.audited;
        let title = cut(&printable(&words::source(source)), self.width().saturating_sub("Audit of ".len()));
        writeln!(out, "{}", self.terminal.bold(&format!("Audit of {title}")))?;
        self.line(out, "Read", &words::read(coverage))?;
        if let Some(reason) = words::incomplete(coverage) {
            self.remark(out, &reason)?;
        }
        if let Some(sample) = &coverage.sample {
            self.line(out, "Sample", &words::sample(sample))?;
        }
        self.entities(out)?;
        let (dialect, remark) = words::dialect(dialect);
        self.line(out, "Dialect", &dialect)?;
        if let Some(remark) = remark {
            self.remark(out, &remark)?;
        }
        self.line(out, "Found", &words::found(self.audited))?;
        self.top(out)
    }

    /// Text behind a heading.
    fn line(&self, out: &mut dyn Write, heading: &str, text: &str) -> io::Result<()> {
        let head = format!("  {heading:<9} ");
        self.indented(out, &head, &head, &printable(text))
    }

    /// What is to be seen below a line.
    fn remark(&self, out: &mut dyn Write, text: &str) -> io::Result<()> {
        let head = format!("{:12}{}: ", "", Level::Warning.as_str());
        let painted = format!("{:12}{}: ", "", self.terminal.level(Level::Warning));
        self.indented(out, &head, &painted, &printable(text))
    }

    /// Text behind a head, wrapped, with its later lines below the text of a heading.
    fn indented(&self, out: &mut dyn Write, plain: &str, head: &str, text: &str) -> io::Result<()> {
        let (first, later) = (" ".repeat(width(plain)), " ".repeat(12));
        let options = textwrap::Options::new(self.width())
            .initial_indent(&first)
            .subsequent_indent(&later)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        // A number and its sign stay together.
        let lines = textwrap::fill(&text.replace(" %", "\u{a0}%"), options).replace('\u{a0}', " ");
        writeln!(out, "{head}{}", lines.get(first.len()..).unwrap_or_default())
    }

    /// The entities, as many as two lines hold.
    fn entities(&self, out: &mut dyn Write) -> io::Result<()> {
        let all = words::entities(self.audited);
        let room = (self.width() - 12) * 2 - 16;
        let mut text = String::new();
        for (at, (entity, items)) in all.iter().enumerate() {
            let name = entity.map_or("of no entity".to_owned(), value);
            let next = format!("{}{name} {}", if at == 0 { "" } else { ", " }, words::number(*items));
            if at > 0 && width(&text) + width(&next) > room {
                text.push_str(&format!(" and {} more", words::number((all.len() - at) as u64)));
                break;
            }
            text.push_str(&next);
        }
        self.line(out, "Entities", &text)
    }

    /// The checks that found most, with where.
    fn top(&self, out: &mut dyn Write) -> io::Result<()> {
        let found = words::checks(self.audited);
        let top = &found[..found.len().min(TOP)];
        let names = top.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let counts = top.iter().map(|(_, check)| words::number(check.count).len()).max().unwrap_or_default();
        for (name, check) in top {
            let level = check.level.as_str();
            // Colours take no room, so the columns are filled by hand.
            let space = " ".repeat("warning".len().saturating_sub(level.len()));
            let head = format!("{space}  {name:names$}  {:>counts$}  ", words::number(check.count));
            let room = self.width().saturating_sub(4 + level.len() + head.len());
            let places = some_of(&check.groups, room);
            writeln!(out, "    {}{}", self.terminal.level(check.level), format!("{head}{places}").trim_end())?;
        }
        if found.len() > top.len() {
            let rest = (found.len() - top.len()) as u64;
            writeln!(out, "    and {rest} more {}, below", plural(rest, "check"))?;
        }
        Ok(())
    }

    fn check(&self, out: &mut dyn Write, name: &str, check: &Check) -> io::Result<()> {
        let rule = rule(name);
        let summary = rule.map_or(name, |rule| rule.summary);
        let text = format!("{summary}: {}", words::count(check));
        let head = format!("{}{}: ", self.terminal.level(check.level), self.terminal.dim(&format!("[{name}]")));
        wrapped(out, self.terminal, &format!("{}[{name}]: ", check.level.as_str()), &head, &printable(&text))?;
        // Findings that are told in words say themselves what they are of.
        let are_told = check.examples.iter().any(|finding| finding.message.is_some());
        if !are_told {
            self.groups(out, name, check)?;
        }
        let most = if are_told { check.examples.len() } else { self.examples };
        for finding in words::examples(check, most) {
            self.example(out, finding)?;
        }
        let ways = if are_told { Vec::new() } else { words::ways_out(rule, check) };
        for way in ways {
            wrapped(out, self.terminal, "  help: ", "  help: ", &printable(&inline(&way)))?;
        }
        writeln!(out, "  more: dynkeys rules {}", printable(name))
    }

    fn groups(&self, out: &mut dyn Write, name: &str, check: &Check) -> io::Result<()> {
        let columns = words::columns(name, check);
        if columns.is_empty() {
            return Ok(());
        }
        let titles: Vec<&str> = columns.iter().map(|column| column.title).chain(["Count"]).collect();
        let mut rows = self.table(&titles);
        for group in check.groups.iter().take(GROUPS) {
            let cells = columns.iter().map(|column| match (column.of)(group) {
                Some(text) if column.is_value => value(text),
                text => printable(text.unwrap_or_default()).into_owned(),
            });
            rows.add_row(Row::from(cells.chain([words::number(group.count)]).collect::<Vec<_>>()));
        }
        self.right(&mut rows, columns.len()..titles.len());
        self.show(out, &rows)?;
        let rest = check.groups.get(GROUPS..).unwrap_or_default();
        if !rest.is_empty() {
            let (groups, findings) = (rest.len() as u64, rest.iter().map(|group| group.count).sum());
            let text = format!(
                "and {} more {} with {}: `--format json` has them all",
                words::number(groups),
                plural(groups, "row"),
                words::counted(findings, "finding")
            );
            wrapped(out, self.terminal, "  ", "  ", &text)?;
        }
        Ok(())
    }

    /// An example: which item, and the key as it is and as it should be.
    fn example(&self, out: &mut dyn Write, finding: &AuditFinding) -> io::Result<()> {
        if let Some(message) = &finding.message {
            wrapped(out, self.terminal, "  ", "  ", &printable(message))?;
            for (heading, text) in [("at", &finding.place), ("help", &finding.help)] {
                if let Some(text) = text {
                    let head = format!("    {heading}: ");
                    wrapped(out, self.terminal, &head, &head, &printable(text))?;
                }
            }
            return Ok(());
        }
        let entity = finding.entity.as_deref().map(value);
        let place = finding.place.as_deref().map(|place| printable(place).into_owned());
        let head: Vec<String> =
            [place, entity, finding.attribute.as_deref().map(value)].into_iter().flatten().collect();
        if !head.is_empty() {
            writeln!(out, "  {}", cut(&head.join(" · "), self.width() - 2))?;
        }
        let room = self.width() - "    expected  ".len();
        if !finding.key.is_empty() {
            self.key(out, &finding.key, room)?;
        }
        match (&finding.stored, &finding.expected) {
            (Some(stored), Some(expected)) => {
                let difference = Difference::new(stored, expected, room);
                let Difference { before, stored, expected, after_stored, after_expected } = &difference;
                let bold = |text: &str| self.terminal.bold(text);
                writeln!(out, "    stored    {before}{}{after_stored}", bold(stored))?;
                writeln!(out, "    expected  {before}{}{after_expected}", bold(expected))?;
                writeln!(out, "              {}", self.terminal.dim(&difference.marks()))
            }
            (Some(stored), None) => writeln!(out, "    stored    {}", cut(&spelled(stored), room)),
            (None, Some(expected)) => {
                writeln!(out, "    stored    (nothing)\n    expected  {}", cut(&printable(expected), room))
            }
            (None, None) => Ok(()),
        }
    }

    /// The primary key, whole: an item is looked up by it.
    fn key(&self, out: &mut dyn Write, key: &[(String, String)], room: usize) -> io::Result<()> {
        let texts: Vec<String> = key.iter().map(|(name, own)| format!("{} = {}", value(name), spelled(own))).collect();
        let whole = texts.join(", ");
        let lines = if width(&whole) <= room {
            vec![whole]
        } else {
            let wrap = |text: &String| -> Vec<String> {
                let options = textwrap::Options::new(room).break_words(true);
                textwrap::wrap(text, options).into_iter().map(|line| line.into_owned()).collect()
            };
            texts.iter().flat_map(wrap).collect()
        };
        for (at, line) in lines.iter().enumerate() {
            writeln!(out, "    {:<10}{line}", if at == 0 { "key" } else { "" })?;
        }
        Ok(())
    }

    fn partitions(&self, out: &mut dyn Write) -> io::Result<()> {
        let used: Vec<_> = self.audited.indexes.iter().filter(|(_, index)| index.items > 0).collect();
        if used.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", self.terminal.bold("Partitions"))?;
        let mut rows = self.table(&["Index", "Items", "Size", "Partitions", "Gini"]);
        for (name, index) in &used {
            rows.add_row([
                value(name),
                words::number(index.items),
                words::size(index.bytes),
                words::partitions(&index.partitions),
                index.partitions.gini.map(|gini| format!("{gini:.2}")).unwrap_or_default(),
            ]);
        }
        self.right(&mut rows, 1..5);
        self.show(out, &rows)?;
        wrapped(out, self.terminal, "  ", "  ", words::GINI)?;
        let mut rows = self.table(&["Index", "Largest partitions", "Items", "Share", "Size", "Share"]);
        for (name, index) in &used {
            let mut name = value(name);
            for partition in words::largest(index, PARTITIONS) {
                rows.add_row([
                    std::mem::take(&mut name),
                    value(&partition.key),
                    words::number(partition.items),
                    words::percent(partition.items, index.items),
                    words::size(partition.bytes),
                    words::percent(partition.bytes, index.bytes),
                ]);
            }
        }
        self.right(&mut rows, 2..6);
        self.show(out, &rows)?;
        match words::partition_note(self.audited) {
            Some(note) => wrapped(out, self.terminal, "  ", "  ", &printable(&note)),
            None => Ok(()),
        }
    }

    fn sizes(&self, out: &mut dyn Write) -> io::Result<()> {
        let spreads = words::spreads(self.audited);
        if spreads.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", self.terminal.bold("Sizes in bytes"))?;
        let mut rows = self.table(&["Of", "Median", "90 %", "99 %", "Largest", "Limit"]);
        for (name, spread) in spreads {
            let numbers = [spread.p50, spread.p90, spread.p99, spread.max, spread.limit];
            let name = name.map_or(words::WHOLE_ITEM.to_owned(), value);
            rows.add_row(std::iter::once(name).chain(numbers.map(words::number)).collect::<Vec<_>>());
        }
        self.right(&mut rows, 1..6);
        self.show(out, &rows)
    }

    /// A table that is indented by two columns.
    fn table(&self, titles: &[&str]) -> Table {
        let mut rows = table(self.terminal, titles);
        rows.set_width(self.terminal.width.max(40) - 2);
        rows
    }

    /// Numbers stand at the right, and are wrapped only where nothing else helps.
    fn right(&self, rows: &mut Table, columns: std::ops::Range<usize>) {
        for column in columns {
            if let Some(column) = rows.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
                if self.terminal.width >= 60 {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
            }
        }
    }

    fn show(&self, out: &mut dyn Write, rows: &Table) -> io::Result<()> {
        rows.to_string().lines().try_for_each(|line| writeln!(out, "  {line}"))
    }
}

/// As many places of groups as a line has room for, and how many more there are.
fn some_of(groups: &[Group], room: usize) -> String {
    let mut text = String::new();
    let mut places: Vec<String> = Vec::new();
    for place in groups.iter().map(words::place) {
        // Groups may differ in what is wrong alone.
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for (at, place) in places.iter().enumerate() {
        let place = value(place);
        let rest = places.len() - at - 1;
        let more = if rest == 0 { String::new() } else { format!(" and {} more", words::number(rest as u64)) };
        let next = format!("{text}{}{place}", if at == 0 { "" } else { ", " });
        if width(&next) + width(&more) > room {
            let more = format!(" and {} more", words::number((rest + 1) as u64));
            return if at == 0 { cut(&place, room) } else { text + &more };
        }
        text = next;
    }
    text
}
