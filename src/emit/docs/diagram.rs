//! An item collection as a drawing: the partition, and in it the entities along the sort key.

use std::fmt::Write as _;

use textwrap::core::display_width;

use super::words::type_note;
use crate::emit::escape::html;
use crate::report::chart::{
    Chart, ChartIndex, Collection, KeyShape, Member, PartitionShape, ShapePiece, WayCondition, WayShape,
};
use crate::text::printable;

/// The width of a drawing in pixels, and the room for text in it in characters of the font of code.
const WIDTH: usize = 290;
const HEAD_COLUMNS: usize = 33;
const ROW_COLUMNS: usize = 30;
/// From one line of text to the next.
const LINE: usize = 18;

/// A part of a line: its class, none for the text of keys, and its text.
type Span = (&'static str, String);

/// A drawing of a collection. `id` names it within the page.
pub(super) fn drawing(chart: &Chart, index: &ChartIndex, collection: &Collection, id: &str) -> String {
    let head: Vec<Vec<Span>> = collection.partitions.iter().flat_map(partition).collect();
    let head_height = 34 + LINE * head.len();
    let mut body = String::new();
    let mut y = head_height + 8;
    let (first, mut last) = (y + 14, y + 14);
    for member in &collection.members {
        let (text, height) = row(chart, index, member, y);
        body.push_str(&text);
        last = y + 14;
        y += height;
    }
    let height = y + if index.sort.is_empty() { 4 } else { 16 };
    let mut svg = format!(
        "<svg class=\"drawing\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\">\n<title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n",
        html(&title(index, collection)),
        html(&description(chart, collection)),
    );
    let _ = writeln!(
        svg,
        "<rect class=\"box\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"9\"/>\
         <path class=\"head\" d=\"M1 {head_height}V10A9 9 0 0 1 10 1H{}A9 9 0 0 1 {} 10V{head_height}Z\"/>\
         <path class=\"rule\" d=\"M1 {head_height}H{}\"/>",
        WIDTH - 1,
        height - 1,
        WIDTH - 10,
        WIDTH - 1,
        WIDTH - 1,
    );
    let names: Vec<String> = index.partition.iter().map(|(name, _)| printable(name).into_owned()).collect();
    let label = fitted(&names.join(" · "), HEAD_COLUMNS);
    let _ = writeln!(svg, "<text class=\"label\" x=\"14\" y=\"22\">{}</text>", html(&label));
    for (at, line) in head.iter().enumerate() {
        svg.push_str(&text_line(line, 14, 24 + LINE * (at + 1)));
    }
    if !index.sort.is_empty() {
        // The order of the sort key: a line along the rows that ends in an arrow.
        let end = height - 8;
        let _ = writeln!(
            svg,
            "<path class=\"order\" d=\"M20 {first}V{end}\"/><path class=\"tip\" d=\"M16 {}L20 {}L24 {}Z\"/>",
            end - 6,
            end + 2,
            end - 6,
        );
    }
    debug_assert!(last < height, "the rows are in the box");
    svg.push_str(&body);
    svg.push_str("</svg>\n");
    svg
}

/// An entity with its sort keys, and its height.
fn row(chart: &Chart, index: &ChartIndex, member: &Member, y: usize) -> (String, usize) {
    let name = chart.entities.get(member.entity).map(|entity| entity.name.as_str()).unwrap_or_default();
    let mut text = format!(
        "<circle class=\"dot hue{}\" cx=\"20\" cy=\"{}\" r=\"5\"/><text class=\"name\" x=\"36\" y=\"{}\">{}</text>\n",
        member.entity % 8,
        y + 14,
        y + 19,
        html(&fitted(&printable(name), ROW_COLUMNS)),
    );
    let with_attributes = index.sort.len() > 1;
    let mut lines: Vec<Vec<Span>> = Vec::new();
    for key in &member.sort {
        if with_attributes {
            lines.push(vec![("label", fitted(&printable(&key.attribute), ROW_COLUMNS))]);
        }
        lines.extend(key_lines(key));
    }
    for (at, line) in lines.iter().enumerate() {
        text.push_str(&text_line(line, 36, y + 21 + LINE * (at + 1)));
    }
    (text, 34 + LINE * lines.len())
}

fn key_lines(key: &KeyShape) -> Vec<Vec<Span>> {
    key.ways.iter().flat_map(|way| way_lines(way, type_note(key.kind), ROW_COLUMNS)).collect()
}

fn partition(shape: &PartitionShape) -> Vec<Vec<Span>> {
    shape.keys.iter().flat_map(|(kind, way)| way_lines(way, type_note(*kind), HEAD_COLUMNS)).collect()
}

/// A way in lines that fit, broken behind a delimiter where that can be.
fn way_lines(way: &WayShape, kind: Option<&'static str>, columns: usize) -> Vec<Vec<Span>> {
    let mut spans: Vec<Span> = way
        .pieces
        .iter()
        .map(|piece| match piece {
            ShapePiece::Text(text) => ("", printable(text).into_owned()),
            ShapePiece::Hole(text) => ("hole", printable(text).into_owned()),
            ShapePiece::Nothing => ("note", "(left out)".to_owned()),
        })
        .collect();
    if spans.is_empty() {
        spans.push(("note", "(empty)".to_owned()));
    }
    spans.extend(kind.map(|kind| ("note", format!(" ({kind})"))));
    let mut lines = wrapped(&spans, columns);
    let condition = match &way.condition {
        WayCondition::Always => None,
        WayCondition::When(condition) => Some(format!("when {}", printable(condition))),
        WayCondition::Otherwise => Some("otherwise".to_owned()),
    };
    lines.extend(condition.iter().flat_map(|text| wrapped(&[("note", text.clone())], columns)));
    lines
}

/// Spans in lines of at most so many columns.
fn wrapped(spans: &[Span], columns: usize) -> Vec<Vec<Span>> {
    let mut lines: Vec<Vec<Span>> = vec![Vec::new()];
    let mut used = 0;
    for (class, text) in spans {
        for unit in units(text) {
            let mut unit = unit.to_owned();
            let mut width = display_width(&unit);
            if used > 0 && used + width > columns {
                lines.push(Vec::new());
                used = 0;
            }
            // What is wider than a line is broken where the line ends.
            while width > columns {
                let rest = unit.split_off(fitting(&unit, columns));
                push(&mut lines, class, &unit);
                lines.push(Vec::new());
                unit = rest;
                width = display_width(&unit);
            }
            push(&mut lines, class, &unit);
            used += width;
        }
    }
    lines
}

fn push(lines: &mut [Vec<Span>], class: &'static str, text: &str) {
    let Some(line) = lines.last_mut() else { return };
    match line.last_mut() {
        Some((last, before)) if *last == class => before.push_str(text),
        _ => line.push((class, text.to_owned())),
    }
}

/// The parts of a text between which a line may break: behind spaces and delimiters, before a brace.
fn units(text: &str) -> Vec<&str> {
    let mut units = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, ' ' | '#' | '|' | '/' | ':') {
            units.push(&text[start..at + 1]);
            start = at + 1;
        }
    }
    units.push(&text[start..]);
    units.retain(|unit| !unit.is_empty());
    units
}

/// How many bytes of a text fit into so many columns; at least one character.
fn fitting(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += display_width(c.encode_utf8(&mut [0; 4]));
        if used > columns && at > 0 {
            return at;
        }
    }
    text.len()
}

fn fitted(text: &str, columns: usize) -> String {
    if display_width(text) <= columns {
        return text.to_owned();
    }
    format!("{}…", &text[..fitting(text, columns - 1)])
}

fn text_line(line: &[Span], x: usize, y: usize) -> String {
    let mut text = format!("<text class=\"key\" x=\"{x}\" y=\"{y}\">");
    for (class, span) in line {
        let span = html(span);
        match *class {
            "" => text.push_str(&span),
            class => {
                let _ = write!(text, "<tspan class=\"{class}\">{span}</tspan>");
            }
        }
    }
    text + "</text>\n"
}

fn title(index: &ChartIndex, collection: &Collection) -> String {
    let partitions: Vec<String> = collection
        .partitions
        .iter()
        .map(|shape| shape.keys.iter().map(|(_, way)| way.text()).collect::<Vec<_>>().join(" + "))
        .collect();
    format!("Partition {} of {}", partitions.join(", "), index.name)
}

fn description(chart: &Chart, collection: &Collection) -> String {
    let rows = collection.members.iter().map(|member| {
        let name = chart.entities.get(member.entity).map(|entity| entity.name.as_str()).unwrap_or_default();
        let ways = member.sort.iter().flat_map(|key| key.ways.iter().map(WayShape::text));
        let keys: Vec<String> = ways.collect();
        match keys.as_slice() {
            [] => name.to_owned(),
            keys => format!("{name}: {}", keys.join(", ")),
        }
    });
    format!("{}.", rows.collect::<Vec<_>>().join("; "))
}
