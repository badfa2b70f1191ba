//! The page about a table as one file of HTML that loads nothing and runs nothing. It is well-formed XML, too.

use std::fmt::Write as _;

use super::diagram::drawing;
use super::words::{CHART, COLLECTIONS, FieldRule, counts, field_rules, key_names, key_notes, projection, type_note};
use crate::emit::escape::{html, paragraph};
use crate::emit::page::{Cell, Page, cell, code, columns, head, section, table};
use crate::model::KeyType;
use crate::report::chart::{
    Answer, Chart, ChartAttribute, ChartEntity, ChartIndex, ChartPattern, ChartProjection, EntityIndex, KeyShape,
    ShapePiece, WayCondition, WayShape,
};

/// The page.
pub fn chart_html(chart: &Chart) -> String {
    let facts: String = counts(chart).iter().map(|count| format!("<li>{count}</li>")).collect();
    let header = format!("<h1>{}</h1>\n<ul class=\"facts\">{facts}</ul>\n", html(&chart.title));
    let entities: String =
        chart.entities.iter().enumerate().map(|(at, entity)| entity_part(chart, at, entity)).collect();
    let sections = [
        section("entity-chart", "Entity chart", CHART, &entity_chart(chart)),
        section("access-patterns", "Access patterns", PATTERNS, &patterns(chart)),
        section("item-collections", "Item collections", COLLECTIONS, &collections(chart)),
        section("indexes", "Indexes", INDEXES, &indexes(chart)),
        section("entities", "Entities", "", &entities),
    ];
    let page = Page {
        title: &chart.title,
        generator: "dynkeys docs",
        style: include_str!("style.css"),
        header: &header,
        contents: &contents(chart),
        main: &sections.concat(),
        footer: "Written by <code>dynkeys docs</code> from the models: change these and run it again.",
    };
    page.html()
}

const PATTERNS: &str = "The questions that the application asks, and the request that answers each.";
const INDEXES: &str = "The table’s own key and its secondary indexes.";

fn contents(chart: &Chart) -> String {
    let mut list = String::from("<nav aria-label=\"Contents\">\n<ul>\n");
    for (id, title) in [("entity-chart", "Entity chart"), ("access-patterns", "Access patterns")] {
        let _ = writeln!(list, "<li><a href=\"#{id}\">{title}</a></li>");
    }
    let mut below = |id: &str, title: &str, links: &mut dyn Iterator<Item = (&str, &str)>| {
        let links: String =
            links.map(|(anchor, name)| format!("<li><a href=\"#{anchor}\">{}</a></li>\n", html(name))).collect();
        let links = if links.is_empty() { links } else { format!("\n<ul>\n{links}</ul>") };
        let _ = writeln!(list, "<li><a href=\"#{id}\">{title}</a>{links}</li>");
    };
    let mut used = chart
        .indexes
        .iter()
        .filter(|index| !index.entities.is_empty())
        .map(|index| (index.anchor.as_str(), index.name.as_str()));
    below("item-collections", "Item collections", &mut used);
    below("indexes", "Indexes", &mut std::iter::empty());
    let mut entities = chart.entities.iter().map(|entity| (entity.anchor.as_str(), entity.name.as_str()));
    below("entities", "Entities", &mut entities);
    list + "</ul>\n</nav>\n"
}

fn entity_link(at: usize, entity: &ChartEntity) -> String {
    format!("<a class=\"entity hue{}\" href=\"#{}\">{}</a>", at % 8, entity.anchor, html(&entity.name))
}

fn entity_chart(chart: &Chart) -> String {
    let used: Vec<(usize, &ChartIndex)> =
        chart.indexes.iter().enumerate().filter(|(_, index)| !index.entities.is_empty()).collect();
    let mut heads = columns(["Entity"]);
    heads.extend(used.iter().map(|(_, index)| {
        let keys = [&index.partition, &index.sort].map(|keys| format!("<span class=\"half\">{}</span>", names(keys)));
        (index.name.clone(), format!(" <small>{}</small>{}", index.kind_name(), keys.concat()))
    }));
    let rows: Vec<(String, Vec<Cell>)> = chart
        .entities
        .iter()
        .enumerate()
        .map(|(at, entity)| {
            let mut cells = vec![head(entity_link(at, entity))];
            cells.extend(used.iter().map(|(place, index)| {
                cell(chart.entry(at, *place).map(|entry| entry_keys(index, entry)).unwrap_or_default())
            }));
            (String::new(), cells)
        })
        .collect();
    table("Entities and the keys that they write", &heads, &rows)
}

/// Both halves of an index. The attributes show where the head of the column does not say which is which.
fn entry_keys(index: &ChartIndex, entry: &EntityIndex) -> String {
    let class = if index.partition.len() > 1 || index.sort.len() > 1 { "keys halves" } else { "keys halves plain" };
    let half = |keys: &[KeyShape]| match keys {
        [] => String::new(),
        keys => format!("<div>{}</div>", keys.iter().map(key_item).collect::<String>()),
    };
    format!("<dl class=\"{class}\">{}{}</dl>", half(&entry.partition), half(&entry.sort))
}

fn key_item(key: &KeyShape) -> String {
    format!("<dt>{}</dt>{}", html(&key.attribute), key.ways.iter().map(|way| way_item(key, way)).collect::<String>())
}

fn way_item(key: &KeyShape, way: &WayShape) -> String {
    let kind = type_note(key.kind).map(|kind| format!(" <small class=\"type\">({kind})</small>")).unwrap_or_default();
    let notes: String = key_notes(key).iter().map(|note| format!("<small>{note}</small>")).collect();
    format!("<dd>{}{kind}{}{notes}</dd>", shape(way), condition(&way.condition))
}

fn shape(way: &WayShape) -> String {
    if way.is_left_out() {
        return "<em>left out</em>".to_owned();
    }
    if way.pieces.is_empty() {
        return "<em>empty</em>".to_owned();
    }
    let pieces: String = way
        .pieces
        .iter()
        .map(|piece| match piece {
            ShapePiece::Text(text) => breakable(text),
            ShapePiece::Hole(text) => hole(text),
            ShapePiece::Nothing => String::new(),
        })
        .collect();
    format!("<code class=\"key\">{pieces}</code>")
}

/// A placeholder, which a line may break behind its filters.
fn hole(text: &str) -> String {
    format!("<var>{}</var>", html(text).replace('|', "|<wbr/>"))
}

/// Text that a line may break behind its delimiters.
fn breakable(text: &str) -> String {
    html(text).replace('#', "#<wbr/>").replace("&#<wbr/>", "&#")
}

/// A key condition, in which what stands in braces is marked as in the shapes of keys.
fn with_holes(condition: &str) -> String {
    let mut marked = String::new();
    let mut rest = condition;
    while let Some((text, hole, after)) = rest.split_once('{').and_then(|(text, behind)| {
        let (hole, after) = behind.split_once('}')?;
        Some((text, hole, after))
    }) {
        marked.push_str(&breakable(text));
        marked.push_str(&self::hole(&format!("{{{hole}}}")));
        rest = after;
    }
    marked + &breakable(rest)
}

fn condition(condition: &WayCondition) -> String {
    match condition {
        WayCondition::Always => String::new(),
        WayCondition::When(condition) => format!(" <small>when {}</small>", code(condition)),
        WayCondition::Otherwise => " <small>otherwise</small>".to_owned(),
    }
}

fn codes<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(code).collect::<Vec<_>>().join(" ")
}

fn patterns(chart: &Chart) -> String {
    if chart.patterns.is_empty() {
        return "<p>The models name none.</p>\n".to_owned();
    }
    let rows: Vec<(String, Vec<Cell>)> = chart.patterns.iter().map(|pattern| pattern_row(chart, pattern)).collect();
    table(
        "Access patterns",
        &columns(["Access pattern", "Entity", "Given", "Index", "Request", "Key condition"]),
        &rows,
    )
}

fn pattern_row(chart: &Chart, pattern: &ChartPattern) -> (String, Vec<Cell>) {
    let description = pattern.description.as_ref();
    let description = description.map(|text| format!("<p>{}</p>", html(&paragraph(text)))).unwrap_or_default();
    let entity = chart.entities.get(pattern.entity);
    let asked = |condition: &str, notes: &[String]| {
        let notes: String = notes.iter().map(|note| format!("<p class=\"note\">{}</p>", html(note))).collect();
        format!("<code class=\"key\">{}</code>{notes}", with_holes(condition))
    };
    let (class, request, how) = match &pattern.answer {
        Answer::Get { condition, notes } => ("", "<b class=\"badge get\">GetItem</b>", asked(condition, notes)),
        Answer::Query { condition, notes } => ("", "<b class=\"badge query\">Query</b>", asked(condition, notes)),
        Answer::Scan { missing } => (
            "bad",
            "<b class=\"badge scan\">Scan</b>",
            format!("None: the partition key needs {}", codes(missing.iter().map(String::as_str))),
        ),
        Answer::UnknownIndex => ("bad", "<b class=\"badge scan\">none</b>", "The entity has no such index".to_owned()),
    };
    let index = match pattern.place.and_then(|place| chart.indexes.get(place)) {
        Some(index) => format!("<a href=\"#{}\">{}</a>", index.anchor, code(&pattern.index)),
        None => code(&pattern.index),
    };
    let cells = vec![
        head(format!("{}{description}", html(&pattern.name))),
        cell(entity.map(|entity| entity_link(pattern.entity, entity)).unwrap_or_default()),
        cell(codes(pattern.given.iter().map(String::as_str))),
        cell(index),
        cell(request),
        cell(how),
    ];
    (class.to_owned(), cells)
}

fn collections(chart: &Chart) -> String {
    let mut text = String::new();
    for index in chart.indexes.iter().filter(|index| !index.entities.is_empty()) {
        let _ = writeln!(
            text,
            "<h3 id=\"{}\">{} <small>{} · {}</small></h3>\n<div class=\"drawings\">",
            index.anchor,
            html(&index.name),
            index.kind_name(),
            key_line(index)
        );
        for (at, collection) in index.collections.iter().enumerate() {
            text.push_str(&drawing(chart, index, collection, &format!("{}-c{at}", index.anchor)));
        }
        text.push_str("</div>\n");
    }
    text
}

fn key_line(index: &ChartIndex) -> String {
    let sort = if index.sort.is_empty() { "no sort key".to_owned() } else { names(&index.sort) };
    format!("{} · {sort}", names(&index.partition))
}

fn names(keys: &[(String, KeyType)]) -> String {
    let names = key_names(keys).into_iter().map(|(name, kind)| match kind {
        Some(kind) => format!("{} ({kind})", code(&name)),
        None => code(&name),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn indexes(chart: &Chart) -> String {
    let rows: Vec<(String, Vec<Cell>)> = chart
        .indexes
        .iter()
        .map(|index| {
            let entities = index.entities.iter().filter_map(|at| Some((*at, chart.entities.get(*at)?)));
            let entities: Vec<String> = entities.map(|(at, entity)| entity_link(at, entity)).collect();
            let entities = if entities.is_empty() { "no entity writes it".to_owned() } else { entities.join(" ") };
            let cells = vec![
                head(code(&index.name)),
                cell(index.kind_name()),
                cell(names(&index.partition)),
                cell(names(&index.sort)),
                cell(index.projections.iter().map(projected).collect::<Vec<_>>().join("; ")),
                cell(entities),
            ];
            (String::new(), cells)
        })
        .collect();
    table("Indexes", &columns(["Index", "Kind", "Partition key", "Sort key", "Projection", "Entities"]), &rows)
}

fn projected(of: &ChartProjection) -> String {
    match projection(of) {
        (words, []) => words.to_owned(),
        (words, names) => format!("{words} {}", codes(names.iter().map(String::as_str))),
    }
}

fn entity_part(chart: &Chart, at: usize, entity: &ChartEntity) -> String {
    let name = html(&entity.name);
    let description = entity.description.as_ref();
    let description = description.map(|text| format!("<p>{}</p>\n", html(&paragraph(text)))).unwrap_or_default();
    let fields: Vec<(String, Vec<Cell>)> =
        entity.attributes.iter().map(|attribute| (String::new(), attribute_row(attribute))).collect();
    let fields = if fields.is_empty() {
        String::new()
    } else {
        let names = columns(["Field", "Type", "Required", "Rules", "In keys", "Description"]);
        table(&format!("Fields of {}", entity.name), &names, &fields)
    };
    let indexes: Vec<(String, Vec<Cell>)> =
        entity.indexes.iter().map(|entry| (String::new(), index_row(chart, entry))).collect();
    let names = columns(["Index", "Partition key", "Sort key", "Projection", "Description"]);
    let indexes = table(&format!("Indexes of {}", entity.name), &names, &indexes);
    format!(
        "<article id=\"{}\" class=\"hue{}\">\n<h3>{name}</h3>\n{description}<p class=\"dialect\">Dialect {}</p>\n\
         {fields}{indexes}</article>\n",
        entity.anchor,
        at % 8,
        code(&entity.dialect),
    )
}

fn attribute_row(attribute: &ChartAttribute) -> Vec<Cell> {
    let rules = field_rules(attribute).into_iter().map(|rule| match rule {
        FieldRule::Words(words) => format!("<li>{}</li>", html(&words)),
        FieldRule::Code(words, literals) => format!("<li>{words} {}</li>", codes(literals)),
    });
    let rules: String = rules.collect();
    vec![
        head(code(&attribute.name)),
        cell(attribute.kind.as_str()),
        cell(if attribute.required { "yes" } else { "" }),
        cell(if rules.is_empty() { rules } else { format!("<ul class=\"rules\">{rules}</ul>") }),
        cell(codes(attribute.keys.iter().map(String::as_str))),
        cell(attribute.description.as_deref().map(|text| html(&paragraph(text))).unwrap_or_default()),
    ]
}

fn index_row(chart: &Chart, entry: &EntityIndex) -> Vec<Cell> {
    let keys = |keys: &[KeyShape]| match keys {
        [] => String::new(),
        keys => format!("<dl class=\"keys\">{}</dl>", keys.iter().map(key_item).collect::<String>()),
    };
    let mut carried: Vec<String> = entry.projection.iter().map(projected).collect();
    carried.extend(entry.sparse.then(|| "sparse".to_owned()));
    vec![
        head(chart.indexes.get(entry.index).map(|index| code(&index.name)).unwrap_or_default()),
        cell(keys(&entry.partition)),
        cell(keys(&entry.sort)),
        cell(carried.join("; ")),
        cell(entry.description.as_deref().map(|text| html(&paragraph(text))).unwrap_or_default()),
    ]
}
