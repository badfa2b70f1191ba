//! The charts of a report: bars, how partitions are spread, histograms. Each is an SVG as wide as its place, whose lengths
//! are percents, so that no letter grows or shrinks with it.

use std::fmt::Write as _;

use super::super::words;
use super::findings::{badge, folded};
use super::text::{key, stranger, stranger_code};
use crate::emit::escape::html;
use crate::report::{Audited, IndexReport, PartitionSize, Spread};

/// A section with charts. The content is HTML.
pub(super) struct Section {
    /// Its name within the page.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it shows.
    pub lead: &'static str,
    /// The charts.
    pub content: String,
}

/// The sections that have something to show.
pub(super) fn sections(audited: &Audited) -> Vec<Section> {
    let sections = [
        Section { id: "overview", title: "Overview", lead: "", content: overview(audited) },
        Section { id: "partitions", title: "Partitions", lead: words::GINI, content: partitions(audited) },
        Section { id: "sizes", title: "Lengths and sizes", lead: SIZES, content: sizes(audited) },
    ];
    sections.into_iter().filter(|section| !section.content.is_empty()).collect()
}

const SIZES: &str = "How long keys are and how large items, in bytes. The bar below is what DynamoDB takes: it is filled up \
    to the largest, with marks at the median and at 99 %.";

/// A figure: its caption is HTML.
fn figure(caption: &str, note: &str, content: &str) -> String {
    let note = if note.is_empty() { String::new() } else { format!("<p class=\"note\">{note}</p>\n") };
    format!("<figure>\n<figcaption>{caption}</figcaption>\n{content}{note}</figure>\n")
}

/// A share of the whole width; what is there is seen.
fn percent(share: f64) -> String {
    let least = if share > 0.0 { 0.4 } else { 0.0 };
    format!("{:.2}%", (share * 100.0).clamp(least, 100.0))
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A row of a list of bars.
struct Row {
    /// What it is of: HTML.
    name: String,
    /// The number: HTML.
    value: String,
    /// The bar's share of the width.
    share: f64,
    /// What the bar tells those who cannot see it: text.
    title: String,
    /// Its class.
    class: &'static str,
}

fn bars(rows: &[Row]) -> String {
    let mut list = String::from("<ul class=\"bars\">\n");
    for Row { name, value, share, title, class } in rows {
        let _ = writeln!(
            list,
            "<li class=\"{class}\"><span class=\"name\">{name}</span> <span class=\"value\">{value}</span>\
             <svg class=\"bar\" role=\"img\" width=\"100%\" height=\"8\"><title>{}</title>\
             <rect class=\"track\" width=\"100%\" height=\"8\" rx=\"4\"/>\
             <rect class=\"fill\" width=\"{}\" height=\"8\" rx=\"4\"/></svg></li>",
            html(title),
            percent(*share),
        );
    }
    list + "</ul>\n"
}

fn overview(audited: &Audited) -> String {
    let figures = [checks(audited), entities(audited), dialects(audited)];
    format!("<div class=\"cards\">\n{}</div>\n", figures.concat())
}

fn checks(audited: &Audited) -> String {
    let found = words::checks(audited);
    let most = found.iter().map(|(_, check)| check.count).max().unwrap_or_default();
    let all: u64 = found.iter().map(|(_, check)| check.count).sum();
    let row = |(name, check): &(&str, &crate::report::Check)| Row {
        name: format!("<a href=\"#{0}\">{0}</a> {1}", html(name), badge(check.level)),
        value: words::number(check.count),
        share: ratio(check.count, most),
        title: format!("{} of all findings", words::percent(check.count, all)),
        class: check.level.as_str(),
    };
    let rows: Vec<Row> = found.iter().map(row).collect();
    let clean: Vec<String> =
        audited.checks.iter().filter(|(_, check)| check.count == 0).map(|(name, _)| html(name)).collect();
    let note = match clean.as_slice() {
        [] => String::new(),
        names => format!("Nothing found by {}.", names.join(", ")),
    };
    let chart = if rows.is_empty() { String::new() } else { bars(&rows) };
    figure("Findings by check", &note, &chart)
}

fn entities(audited: &Audited) -> String {
    let all = words::entities(audited);
    let most = all.iter().map(|(_, items)| *items).max().unwrap_or_default();
    let row = |(entity, items): &(Option<&str>, u64)| {
        let share = words::percent(*items, audited.coverage.items);
        Row {
            name: entity.map_or_else(|| "<em>of no entity</em>".to_owned(), stranger),
            value: format!("{} <small>{share}</small>", words::number(*items)),
            share: ratio(*items, most),
            title: format!("{share} of all items"),
            class: if entity.is_some() { "hue0" } else { "warning" },
        }
    };
    let rows: Vec<Row> = all.iter().map(row).collect();
    figure("Items by entity", "", &folded(&rows, "entities", &bars))
}

fn dialects(audited: &Audited) -> String {
    let fit = &audited.dialect;
    if fit.keys == 0 {
        return String::new();
    }
    let row = |(versions, keys): (&String, &u64)| {
        let share = words::percent(*keys, fit.keys);
        let is_own = fit.configured.as_ref() == Some(versions);
        let own = if is_own { " <span class=\"badge own\">the models’</span>" } else { "" };
        Row {
            name: format!("{}{own}", stranger(versions)),
            value: share.clone(),
            share: ratio(*keys, fit.keys),
            title: format!("{share} of the stored keys"),
            class: if fit.best.as_ref() == Some(versions) { "hue1" } else { "hue7" },
        }
    };
    let rows: Vec<Row> = fit.explained.iter().map(row).collect();
    let note = format!("How many of {} stored keys each dialect writes as they are stored.", words::number(fit.keys));
    figure("Keys by dialect", &note, &bars(&rows))
}

fn partitions(audited: &Audited) -> String {
    let used = audited.indexes.iter().filter(|(_, index)| index.items > 0);
    let cards: String = used.map(|(name, index)| skew(audited, name, index)).collect();
    if cards.is_empty() { cards } else { format!("<div class=\"cards wide\">\n{cards}</div>\n") }
}

/// How the items of an index are spread.
fn skew(audited: &Audited, name: &str, index: &IndexReport) -> String {
    let report = &index.partitions;
    let mut facts = vec![format!("<b>{}</b> partitions", words::partitions(report))];
    facts.extend(report.gini.map(|gini| format!("Gini <b>{gini:.2}</b>")));
    facts.push(format!("<b>{}</b> items", words::number(index.items)));
    facts.push(format!("<b>{}</b>", words::size(index.bytes)));
    let facts: String = facts.iter().map(|fact| format!("<li>{fact}</li>")).collect();
    let mut content = format!("<ul class=\"facts\">{facts}</ul>\n{}", strip(name, index));
    let largest = words::largest(index, report.by_items.len().max(report.by_bytes.len()));
    let shares = |one: &PartitionSize| (ratio(one.items, index.items), ratio(one.bytes, index.bytes));
    let most = largest.iter().map(|one| shares(one).0.max(shares(one).1)).fold(0.0, f64::max);
    let error = if report.exact { 0 } else { report.error };
    content.push_str(&folded(&largest, "partitions", &|some| {
        let rows = some.iter().map(|one| {
            let hot = if is_hot(audited, name, &one.key) { "warning" } else { "hue0" };
            partition_row(one, index, most, error, hot)
        });
        format!("<ul class=\"bars\">\n{}</ul>\n", rows.collect::<String>())
    }));
    let mut note = "<span class=\"legend hue0\">items</span> <span class=\"legend hue1\">bytes</span>".to_owned();
    if largest.iter().any(|one| is_hot(audited, name, &one.key)) {
        note.push_str(" <span class=\"legend warning\">items of a hot partition</span>");
    }
    if largest.is_empty() {
        note = "No partition is so large that it is listed.".to_owned();
    } else if error > 0 {
        let _ = write!(note, " The items of a partition are estimates, ±&#160;{} (95&#160;%).", words::number(error));
    } else {
        note.push_str(" All were counted exactly.");
    }
    figure(&format!("{} <small>{}</small>", stranger_code(name), html(&index.kind)), &note, &content)
}

fn is_hot(audited: &Audited, index: &str, partition: &str) -> bool {
    let groups = audited.checks.get("hot-partition").map(|check| check.groups.as_slice()).unwrap_or_default();
    groups.iter().any(|group| group.index.as_deref() == Some(index) && group.subject.as_deref() == Some(partition))
}

/// What share of all items the largest partitions have, one beside the other, and where they would end if all partitions
/// had as many items.
fn strip(name: &str, index: &IndexReport) -> String {
    let report = &index.partitions;
    let listed = report.by_items.len() as u64;
    if listed == 0 {
        return String::new();
    }
    let items: u64 = report.by_items.iter().map(|one| one.items).sum();
    let (held, even) = (words::percent(items.min(index.items), index.items), ratio(listed, report.count));
    let title = match listed {
        _ if listed >= report.count => format!("The share of each partition of {name}"),
        1 => format!("The largest of {} partitions holds {held} of the items", words::partitions(report)),
        _ => format!("The {listed} largest of {} partitions hold {held} of the items", words::partitions(report)),
    };
    let even_words = format!("spread evenly it would be {}", words::percent(listed.min(report.count), report.count));
    let words = if listed >= report.count { title.clone() } else { format!("{title}; {even_words}") };
    let mut svg = format!(
        "<p class=\"strip-words\">{0}.</p>\n<svg class=\"strip\" role=\"img\" width=\"100%\" height=\"26\">\
         <title>{0}</title><rect class=\"track\" y=\"4\" width=\"100%\" height=\"18\"/>",
        html(&words)
    );
    let mut from = 0.0;
    for one in &report.by_items {
        let share = ratio(one.items, index.items).min(1.0 - from);
        let _ = write!(
            svg,
            "<rect class=\"piece\" x=\"{}\" y=\"4\" width=\"{}\" height=\"18\"/>",
            percent(from),
            percent(share)
        );
        from += share;
    }
    if listed < report.count {
        let _ = write!(svg, "<line class=\"even\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"26\"/>", percent(even));
    }
    svg + "</svg>\n"
}

fn partition_row(one: &PartitionSize, index: &IndexReport, most: f64, error: u64, class: &str) -> String {
    let (items, bytes) = (words::percent(one.items, index.items), words::percent(one.bytes, index.bytes));
    let scaled = |share: f64| if most > 0.0 { share / most } else { 0.0 };
    let share = ratio(one.items, index.items);
    let mut svg = format!(
        "<svg class=\"bar\" role=\"img\" width=\"100%\" height=\"14\"><title>{items} of the items, {bytes} of the bytes\
         </title><rect class=\"fill\" width=\"{}\" height=\"6\" rx=\"2\"/>\
         <rect class=\"fill bytes\" y=\"8\" width=\"{}\" height=\"6\" rx=\"2\"/>",
        percent(scaled(share)),
        percent(scaled(ratio(one.bytes, index.bytes))),
    );
    if error > 0 {
        let off = ratio(error, index.items);
        let _ = write!(
            svg,
            "<line class=\"error-bar\" x1=\"{}\" x2=\"{}\" y1=\"3\" y2=\"3\"/>",
            percent(scaled((share - off).max(0.0))),
            percent(scaled(share + off)),
        );
    }
    format!(
        "<li class=\"{class}\"><span class=\"name\">{}</span> <span class=\"value\">{} <small>{items}</small> · {} \
         <small>{bytes}</small></span>{svg}</svg></li>\n",
        key(&one.key),
        words::number(one.items),
        words::size(one.bytes),
    )
}

/// The lengths of the key attributes, and the sizes of items.
fn sizes(audited: &Audited) -> String {
    let found = |check: &str, attribute: Option<&str>| {
        let groups = audited.checks.get(check).map(|check| check.groups.as_slice()).unwrap_or_default();
        groups.iter().any(|group| attribute.is_none() || group.attribute.as_deref() == attribute)
    };
    let mut cards = String::new();
    let mut shown: Vec<&str> = Vec::new();
    for (attribute, spread) in audited.indexes.values().flat_map(|index| &index.keys) {
        if spread.max == 0 || shown.contains(&attribute.as_str()) {
            continue;
        }
        shown.push(attribute);
        let indexes = audited.indexes.iter().filter(|(_, index)| index.keys.contains_key(attribute));
        let indexes: Vec<String> = indexes.map(|(name, _)| stranger(name)).collect();
        let caption = format!("{} <small>of {}</small>", stranger_code(attribute), indexes.join(", "));
        let is_near = found("key-near-limit", Some(attribute));
        let histogram = Histogram { of: attribute, what: "keys", spread, is_near, number: &words::number };
        cards.push_str(&figure(&caption, "", &histogram.html()));
    }
    let spread = &audited.item_sizes;
    if spread.max > 0 {
        let is_near = found("item-near-limit", None);
        let histogram = Histogram { of: "items", what: "items", spread, is_near, number: &words::size };
        cards.push_str(&figure(
            "Items <small>as DynamoDB counts their bytes, to within 1 %</small>",
            "",
            &histogram.html(),
        ));
    }
    if cards.is_empty() { cards } else { format!("<div class=\"cards\">\n{cards}</div>\n") }
}

/// How numbers of bytes are spread.
struct Histogram<'h> {
    /// Whose numbers these are: text.
    of: &'h str,
    /// What is counted.
    what: &'static str,
    spread: &'h Spread,
    /// True where a check says that some are near the limit.
    is_near: bool,
    /// Shows a number of bytes.
    number: &'h dyn Fn(u64) -> String,
}

/// The height of the bars in pixels, and where they stand.
const HEIGHT: f64 = 96.0;
const TOP: f64 = 20.0;

impl Histogram<'_> {
    fn html(&self) -> String {
        let Spread { p50, p90, p99, max, limit, .. } = self.spread;
        let facts = [("median", p50), ("90 %", p90), ("99 %", p99), ("largest", max), ("limit", limit)];
        let facts: String =
            facts.iter().map(|(name, number)| format!("<li>{name} <b>{}</b></li>", (self.number)(**number))).collect();
        format!("{}{}<ul class=\"facts\">{facts}</ul>\n", self.bars(), self.gauge())
    }

    fn bars(&self) -> String {
        let bins = &self.spread.histogram;
        let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return String::new() };
        let most = bins.iter().map(|bin| bin.count).max().unwrap_or_default();
        let range = |from: u64, to: u64| match from == to {
            true => (self.number)(from),
            false => format!("{} to {}", (self.number)(from), (self.number)(to)),
        };
        let counted = |bin: &crate::report::Bin| format!("{}: {}", range(bin.from, bin.to), words::number(bin.count));
        let described: Vec<String> = bins.iter().filter(|bin| bin.count > 0).map(counted).collect();
        let base = TOP + HEIGHT;
        let mut svg = format!(
            "<svg class=\"histogram\" role=\"img\" width=\"100%\" height=\"{}\"><title>Bytes of {}</title><desc>{}</desc>\
             <text class=\"label\" x=\"0\" y=\"12\">{} {}</text>\
             <line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{TOP}\" y2=\"{TOP}\"/>\
             <line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{base}\" y2=\"{base}\"/>",
            base + 18.0,
            html(self.of),
            html(&described.join("; ")),
            words::number(most),
            self.what,
        );
        // Few bars are not made wide.
        let width = (1.0 / bins.len() as f64).min(0.12);
        let start = (1.0 - width * bins.len() as f64) / 2.0;
        for (at, bin) in bins.iter().enumerate().filter(|(_, bin)| bin.count > 0) {
            let height = (ratio(bin.count, most) * HEIGHT).max(1.5);
            let _ = write!(
                svg,
                "<rect class=\"fill hue0\" x=\"{:.2}%\" y=\"{:.1}\" width=\"{:.2}%\" height=\"{height:.1}\"><title>{}\
                 </title></rect>",
                (start + width * (at as f64 + 0.06)) * 100.0,
                base - height,
                width * 88.0,
                html(&counted(bin)),
            );
        }
        let y = base + 14.0;
        let ends = [(start, "start", first.from), (1.0 - start, "end", last.to)];
        for (x, anchor, bytes) in ends.iter().take(if bins.len() > 1 { 2 } else { 0 }) {
            let _ = write!(
                svg,
                "<text class=\"label\" x=\"{:.2}%\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
                x * 100.0,
                html(&(self.number)(*bytes))
            );
        }
        if bins.len() == 1 {
            let range = html(&range(first.from, last.to));
            let _ = write!(svg, "<text class=\"label\" x=\"50%\" y=\"{y}\" text-anchor=\"middle\">{range}</text>");
        }
        svg + "</svg>\n"
    }

    /// How much of the limit the largest one takes.
    fn gauge(&self) -> String {
        let Spread { p50, p99, max, limit, .. } = *self.spread;
        let class = match self.is_near {
            _ if max > limit => "error",
            true => "warning",
            false => "hue1",
        };
        let mut svg = format!(
            "<svg class=\"gauge {class}\" role=\"img\" width=\"100%\" height=\"12\"><title>The largest takes {} of the {} \
             bytes of DynamoDB’s limit</title><rect class=\"track\" y=\"2\" width=\"100%\" height=\"8\" rx=\"4\"/>\
             <rect class=\"fill\" y=\"2\" width=\"{}\" height=\"8\" rx=\"4\"/>",
            words::percent(max.min(limit), limit),
            words::number(limit),
            percent(ratio(max, limit)),
        );
        for mark in [p50, p99] {
            let x = percent(ratio(mark, limit));
            let _ = write!(svg, "<line class=\"mark\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"12\"/>");
        }
        svg + "</svg>\n"
    }
}
