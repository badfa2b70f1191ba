//! The page about a table as Markdown, as GitHub and GitLab show it.

use super::mermaid::flowchart;
use super::words::{
    CHART, COLLECTIONS, FieldRule, counts, field_rules, key_names, key_notes, projection, type_note, writers,
};
use crate::emit::escape::{markdown, markdown_code, paragraph};
use crate::model::KeyType;
use crate::report::chart::{
    Answer, Chart, ChartAttribute, ChartEntity, ChartIndex, ChartPattern, ChartProjection, EntityIndex, KeyShape,
    WayCondition,
};

/// The page.
pub fn chart_markdown(chart: &Chart) -> String {
    let mut page = Page { text: String::new() };
    page.line("<!-- Written by `dynkeys docs` from the models: change these and run it again. -->");
    page.heading(1, &markdown(&chart.title));
    page.line(&format!("{}.", counts(chart).join(" · ")));
    page.line(
        "[Entity chart](#entity-chart) · [Access patterns](#access-patterns) · [Item collections](#item-collections) · \
         [Indexes](#indexes) · [Entities](#entities)",
    );
    page.entity_chart(chart);
    page.patterns(chart);
    page.collections(chart);
    page.indexes(chart);
    page.heading(2, "Entities");
    for entity in &chart.entities {
        page.entity(chart, entity);
    }
    page.text
}

struct Page {
    text: String,
}

impl Page {
    /// A block, apart from the one before it.
    fn line(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.line(&format!("{} {text}", "#".repeat(level)));
    }

    /// A table. Cells are Markdown in one line; a column of which no row has anything is left out.
    fn table(&mut self, head: &[String], rows: &[Vec<String>]) {
        let is_used = |at: usize| rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
        let used: Vec<usize> = (0..head.len()).filter(|at| is_used(*at)).collect();
        let row = |cells: &[String]| {
            let cells: Vec<&str> = used.iter().filter_map(|at| cells.get(*at)).map(String::as_str).collect();
            format!("| {} |", cells.join(" | "))
        };
        let mut lines = vec![row(head), format!("|{}", "---|".repeat(used.len()))];
        lines.extend(rows.iter().map(|cells| row(cells)));
        self.line(&lines.join("\n"));
    }

    fn entity_chart(&mut self, chart: &Chart) {
        self.heading(2, "Entity chart");
        self.line(CHART);
        let mut head = vec!["Entity".to_owned()];
        // A column for each half of an index that some entity writes.
        let mut columns: Vec<(usize, Half)> = Vec::new();
        for (at, index) in chart.indexes.iter().enumerate().filter(|(_, index)| !index.entities.is_empty()) {
            for half in [Half::Partition, Half::Sort] {
                let names = half.names(index);
                if !names.is_empty() {
                    head.push(format!("{}<br>{}", markdown(&index.name), names_of(names)));
                    columns.push((at, half));
                }
            }
        }
        let rows: Vec<Vec<String>> = chart
            .entities
            .iter()
            .enumerate()
            .map(|(at, entity)| {
                let mut row = vec![link(entity)];
                row.extend(columns.iter().map(|(index, half)| {
                    let Some(entry) = chart.entry(at, *index) else { return String::new() };
                    let several = chart.indexes.get(*index).is_some_and(|index| half.names(index).len() > 1);
                    keys(half.of(entry), several)
                }));
                row
            })
            .collect();
        self.table(&head, &rows);
    }

    fn patterns(&mut self, chart: &Chart) {
        self.heading(2, "Access patterns");
        if chart.patterns.is_empty() {
            self.line("The models name none.");
            return;
        }
        let head = ["Access pattern", "Entity", "Given", "Index", "Request", "Key condition"].map(str::to_owned);
        let rows: Vec<Vec<String>> = chart.patterns.iter().map(|pattern| pattern_row(chart, pattern)).collect();
        self.table(&head, &rows);
    }

    fn collections(&mut self, chart: &Chart) {
        self.heading(2, "Item collections");
        self.line(COLLECTIONS);
        for index in chart.indexes.iter().filter(|index| !index.entities.is_empty()) {
            self.heading(3, &format!("{} ({})", markdown(&index.name), index.kind_name()));
            let key = |name: &str, keys: &[(String, KeyType)]| match keys {
                [] => format!("no {name}"),
                keys => format!("{name} {}", names_of(keys)),
            };
            self.line(&format!(
                "{}, {}.",
                capitalized(&key("partition key", &index.partition)),
                key("sort key", &index.sort)
            ));
            self.line(&format!("```mermaid\n{}```", flowchart(chart, index)));
        }
    }

    fn indexes(&mut self, chart: &Chart) {
        self.heading(2, "Indexes");
        let head = ["Index", "Kind", "Partition key", "Sort key", "Projection", "Entities"].map(str::to_owned);
        let rows: Vec<Vec<String>> = chart
            .indexes
            .iter()
            .map(|index| {
                let entities: Vec<String> = writers(chart, index).into_iter().map(markdown).collect();
                vec![
                    markdown_code(&index.name),
                    index.kind_name().to_owned(),
                    names_of(&index.partition),
                    names_of(&index.sort),
                    index.projections.iter().map(projected).collect::<Vec<_>>().join("; "),
                    if entities.is_empty() { "no entity writes it".to_owned() } else { entities.join(", ") },
                ]
            })
            .collect();
        self.table(&head, &rows);
    }

    fn entity(&mut self, chart: &Chart, entity: &ChartEntity) {
        self.line(&format!("<a id=\"{}\"></a>", entity.anchor));
        self.heading(3, &markdown(&entity.name));
        if let Some(description) = &entity.description {
            self.line(&markdown(&paragraph(description)));
        }
        self.line(&format!("Dialect: {}.", markdown_code(&entity.dialect)));
        if !entity.attributes.is_empty() {
            let head = ["Field", "Type", "Required", "Rules", "In keys", "Description"].map(str::to_owned);
            let rows: Vec<Vec<String>> = entity.attributes.iter().map(attribute_row).collect();
            self.table(&head, &rows);
        }
        let head = ["Index", "Partition key", "Sort key", "Projection", "Description"].map(str::to_owned);
        let rows: Vec<Vec<String>> = entity.indexes.iter().map(|entry| index_row(chart, entry)).collect();
        self.table(&head, &rows);
    }
}

/// A half of an index, as a column of the chart.
#[derive(Clone, Copy)]
enum Half {
    Partition,
    Sort,
}

impl Half {
    fn names(self, index: &ChartIndex) -> &[(String, KeyType)] {
        match self {
            Self::Partition => &index.partition,
            Self::Sort => &index.sort,
        }
    }

    fn of(self, entry: &EntityIndex) -> &[KeyShape] {
        match self {
            Self::Partition => &entry.partition,
            Self::Sort => &entry.sort,
        }
    }
}

fn link(entity: &ChartEntity) -> String {
    format!("[{}](#{})", markdown(&entity.name), entity.anchor)
}

fn names_of(keys: &[(String, KeyType)]) -> String {
    let names = key_names(keys).into_iter().map(|(name, kind)| match kind {
        Some(kind) => format!("{} ({kind})", markdown_code(&name)),
        None => markdown_code(&name),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Keys one under the other; with their attributes where the head of the column does not say which.
fn keys(keys: &[KeyShape], with_attributes: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    for key in keys {
        let attribute = if with_attributes { format!("{} = ", markdown_code(&key.attribute)) } else { String::new() };
        for way in &key.ways {
            let text = match way.text() {
                _ if way.is_left_out() => "*left out*".to_owned(),
                text if text.is_empty() => "(empty)".to_owned(),
                text => markdown_code(&text),
            };
            let kind = type_note(key.kind).map(|kind| format!(" ({kind})")).unwrap_or_default();
            let condition = match &way.condition {
                WayCondition::Always => String::new(),
                WayCondition::When(condition) => format!(" when {}", markdown_code(condition)),
                WayCondition::Otherwise => " otherwise".to_owned(),
            };
            lines.push(format!("{attribute}{text}{kind}{condition}"));
        }
        lines.extend(key_notes(key).into_iter().map(|note| format!("({note})")));
    }
    lines.join("<br>")
}

fn codes<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(markdown_code).collect::<Vec<_>>().join(", ")
}

fn projected(of: &ChartProjection) -> String {
    match projection(of) {
        (words, []) => words.to_owned(),
        (words, names) => format!("{words} {}", codes(names.iter().map(String::as_str))),
    }
}

fn pattern_row(chart: &Chart, pattern: &ChartPattern) -> Vec<String> {
    let name = match &pattern.description {
        Some(description) => format!("{}<br>{}", markdown(&pattern.name), markdown(&paragraph(description))),
        None => markdown(&pattern.name),
    };
    let with_notes = |condition: &str, notes: &[String]| {
        let notes = notes.iter().map(|note| format!("<br>{}", markdown(note))).collect::<String>();
        format!("{}{notes}", markdown_code(condition))
    };
    let (request, condition) = match &pattern.answer {
        Answer::Get { condition, notes } => ("GetItem", with_notes(condition, notes)),
        Answer::Query { condition, notes } => ("Query", with_notes(condition, notes)),
        Answer::Scan { missing } => {
            ("**Scan**", format!("none: the partition key needs {}", codes(missing.iter().map(String::as_str))))
        }
        Answer::UnknownIndex => ("**none**", "**the entity has no such index**".to_owned()),
    };
    vec![
        name,
        chart.entities.get(pattern.entity).map(link).unwrap_or_default(),
        codes(pattern.given.iter().map(String::as_str)),
        markdown_code(&pattern.index),
        request.to_owned(),
        condition,
    ]
}

fn attribute_row(attribute: &ChartAttribute) -> Vec<String> {
    let rules = field_rules(attribute).into_iter().map(|rule| match rule {
        FieldRule::Words(words) => words,
        FieldRule::Code(words, literals) => format!("{words} {}", codes(literals)),
    });
    vec![
        markdown_code(&attribute.name),
        attribute.kind.as_str().to_owned(),
        if attribute.required { "yes" } else { "" }.to_owned(),
        rules.collect::<Vec<_>>().join("; "),
        codes(attribute.keys.iter().map(String::as_str)),
        attribute.description.as_deref().map(|text| markdown(&paragraph(text))).unwrap_or_default(),
    ]
}

fn index_row(chart: &Chart, entry: &EntityIndex) -> Vec<String> {
    let name = chart.indexes.get(entry.index).map(|index| markdown_code(&index.name)).unwrap_or_default();
    let mut carried: Vec<String> = entry.projection.iter().map(projected).collect();
    carried.extend(entry.sparse.then(|| "sparse".to_owned()));
    vec![
        name,
        keys(&entry.partition, true),
        keys(&entry.sort, true),
        carried.join("; "),
        entry.description.as_deref().map(|text| markdown(&paragraph(text))).unwrap_or_default(),
    ]
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
