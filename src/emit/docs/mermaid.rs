//! The item collections of an index as a Mermaid flowchart.

use super::words::type_note;
use crate::emit::escape::mermaid;
use crate::report::chart::{Chart, ChartIndex, Collection, KeyShape, Member, WayCondition, WayShape};

/// A flowchart with a subgraph for each collection, and in it a node for each entity with its sort keys.
pub(super) fn flowchart(chart: &Chart, index: &ChartIndex) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    for (at, collection) in index.collections.iter().enumerate() {
        lines.push(format!("  subgraph c{at}[\"{}\"]", partition(collection)));
        for (number, member) in collection.members.iter().enumerate() {
            lines.push(format!("    c{at}e{number}[\"{}\"]", node(chart, member)));
        }
        lines.push("  end".to_owned());
    }
    lines.join("\n") + "\n"
}

fn partition(collection: &Collection) -> String {
    let shapes = collection.partitions.iter().map(|shape| {
        let keys = shape.keys.iter().map(|(kind, way)| line(way, type_note(*kind)));
        keys.collect::<Vec<_>>().join(" + ")
    });
    // A title of two lines would cover the nodes.
    shapes.collect::<Vec<_>>().join(" or ")
}

fn node(chart: &Chart, member: &Member) -> String {
    let name = chart.entities.get(member.entity).map(|entity| entity.name.as_str()).unwrap_or_default();
    let mut lines = vec![format!("<b>{}</b>", mermaid(name))];
    let ways = |key: &KeyShape| -> Vec<String> { key.ways.iter().map(|way| line(way, type_note(key.kind))).collect() };
    lines.extend(member.sort.iter().flat_map(ways));
    lines.join("<br/>")
}

/// A key in one line, with the condition under which it is built.
fn line(way: &WayShape, kind: Option<&str>) -> String {
    let text = match way.text() {
        _ if way.is_left_out() => "(left out)".to_owned(),
        text if text.is_empty() => "(empty)".to_owned(),
        text => text,
    };
    let kind = kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
    let condition = match &way.condition {
        WayCondition::Always => String::new(),
        WayCondition::When(condition) => format!(", when {condition}"),
        WayCondition::Otherwise => ", otherwise".to_owned(),
    };
    mermaid(&format!("{text}{kind}{condition}"))
}
