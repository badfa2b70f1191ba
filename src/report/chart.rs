//! A table as people read about it: its entities with the shapes of their keys, its item collections, and the query
//! that serves each access pattern.

mod collections;
mod order;
mod patterns;
mod shapes;

pub use collections::{Collection, Member, PartitionShape};
pub use patterns::{Answer, ChartPattern};
pub use shapes::{KeyShape, ShapePiece, WayCondition, WayShape};

use crate::key::python::str_of;
use crate::model::{Attribute, AttributeType, Index, IndexKind, KeyType, Projection};
use crate::rules::{Design, Entity, TableIndex};
use crate::value::Value;

/// A table as people read about it.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The title of the page.
    pub title: String,
    /// The table's name, where the configuration says.
    pub table: Option<String>,
    /// The entities, in the order of the models.
    pub entities: Vec<ChartEntity>,
    /// The table's own key and its indexes.
    pub indexes: Vec<ChartIndex>,
    /// The access patterns, in the order of the models.
    pub patterns: Vec<ChartPattern>,
}

/// An entity.
#[derive(Clone, Debug)]
pub struct ChartEntity {
    /// Its name.
    pub name: String,
    /// Its name in a link: letters, digits and hyphens, and no other entity's.
    pub anchor: String,
    /// What it is.
    pub description: Option<String>,
    /// The dialect of its build_key.
    pub dialect: String,
    /// Its fields.
    pub attributes: Vec<ChartAttribute>,
    /// The indexes that it writes, in the order of [`Chart::indexes`].
    pub indexes: Vec<EntityIndex>,
}

/// A field of an entity.
#[derive(Clone, Debug)]
pub struct ChartAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: AttributeType,
    /// True where every item sets it.
    pub required: bool,
    /// True where it never changes once written.
    pub immutable: bool,
    /// True where no item stores it, and it is computed where keys are written.
    pub computed: bool,
    /// True where it is the time to live.
    pub ttl: bool,
    /// Its value where an item sets none, as a literal.
    pub default: Option<String>,
    /// The values that it may have, as literals; empty where any.
    pub allowed: Vec<String>,
    /// A regular expression that its whole value matches.
    pub pattern: Option<String>,
    /// The most characters that it has.
    pub max_length: Option<u64>,
    /// The key attributes that are built from it.
    pub keys: Vec<String>,
    /// What it is.
    pub description: Option<String>,
}

/// An index as one entity writes it.
#[derive(Clone, Debug)]
pub struct EntityIndex {
    /// Its place in [`Chart::indexes`].
    pub index: usize,
    /// What it is for.
    pub description: Option<String>,
    /// Its partition keys; those of the table for a local index.
    pub partition: Vec<KeyShape>,
    /// Its sort keys.
    pub sort: Vec<KeyShape>,
    /// The attributes that it carries, where the model says.
    pub projection: Option<ChartProjection>,
    /// True where items may be left out of it on purpose.
    pub sparse: bool,
}

/// The attributes that an index carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartProjection {
    /// Every attribute.
    All,
    /// The keys of the index and of the table.
    KeysOnly,
    /// The keys and these.
    Include(Vec<String>),
}

/// The table's own key, or an index.
#[derive(Clone, Debug)]
pub struct ChartIndex {
    /// Its name.
    pub name: String,
    /// Its name in a link, as that of an entity.
    pub anchor: String,
    /// Its kind.
    pub kind: IndexKind,
    /// The attributes of its partition key with their types; more than one for a multi-attribute key, or where entities
    /// do not agree.
    pub partition: Vec<(String, KeyType)>,
    /// The attributes of its sort key.
    pub sort: Vec<(String, KeyType)>,
    /// The entities that write it.
    pub entities: Vec<usize>,
    /// What it carries, as far as models and configuration say.
    pub projections: Vec<ChartProjection>,
    /// Its item collections.
    pub collections: Vec<Collection>,
}

impl ChartIndex {
    /// "table", "GSI" or "LSI".
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            IndexKind::Primary => "table",
            IndexKind::Global => "GSI",
            IndexKind::Local => "LSI",
        }
    }
}

impl Chart {
    /// The chart of a design. Without a title, the table's name makes one.
    pub fn new(design: &Design, title: Option<&str>) -> Self {
        let table = design.table.name.clone();
        let title = match (title, &table) {
            (Some(title), _) => title.to_owned(),
            (None, Some(table)) => format!("{table}: table design"),
            (None, None) => "Table design".to_owned(),
        };
        let mut anchors = order::Anchors::default();
        let mut indexes = indexes(design);
        let position = |name: &str| indexes.iter().position(|index| index.name == name);
        let entities: Vec<ChartEntity> =
            design.entities.iter().map(|entity| chart_entity(entity, &position, &mut anchors)).collect();
        let patterns = patterns::patterns(design, &position);
        for (at, index) in indexes.iter_mut().enumerate() {
            index.anchor = anchors.of("index", &index.name);
            index.collections = collections::collections(design, &entities, at, &index.name);
        }
        Self { title, table, entities, indexes, patterns }
    }

    /// The entry of an entity for an index; none where it does not write it.
    pub fn entry(&self, entity: usize, index: usize) -> Option<&EntityIndex> {
        self.entities.get(entity)?.indexes.iter().find(|entry| entry.index == index)
    }
}

/// The indexes that models write and the configuration names, the table's own key first.
fn indexes(design: &Design) -> Vec<ChartIndex> {
    let mut indexes: Vec<ChartIndex> = Vec::new();
    for (at, entity) in design.entities.iter().enumerate() {
        for index in &entity.model().indexes {
            let place = match indexes.iter().position(|known| known.name == *index.name) {
                Some(place) => place,
                None => {
                    indexes.push(ChartIndex::empty(&index.name.value, index.kind));
                    indexes.len() - 1
                }
            };
            if let Some(known) = indexes.get_mut(place) {
                known.add(at, entity, index);
            }
        }
    }
    for facts in &design.table.indexes {
        match indexes.iter_mut().find(|known| known.name == facts.name) {
            Some(known) => known.add_facts(facts),
            None => {
                let kind = if facts.is_local { IndexKind::Local } else { IndexKind::Global };
                let mut unused = ChartIndex::empty(&facts.name, kind);
                unused.add_facts(facts);
                let key = |key: &Option<(String, KeyType)>| key.iter().cloned().collect();
                (unused.partition, unused.sort) = (key(&facts.partition_key), key(&facts.sort_key));
                indexes.push(unused);
            }
        }
    }
    indexes.sort_by(|left, right| {
        let first = |index: &ChartIndex| index.kind != IndexKind::Primary;
        first(left).cmp(&first(right)).then_with(|| order::natural(&left.name, &right.name))
    });
    indexes
}

impl ChartIndex {
    fn empty(name: &str, kind: IndexKind) -> Self {
        Self {
            name: name.to_owned(),
            anchor: String::new(),
            kind,
            partition: Vec::new(),
            sort: Vec::new(),
            entities: Vec::new(),
            projections: Vec::new(),
            collections: Vec::new(),
        }
    }

    fn add(&mut self, at: usize, entity: &Entity, index: &Index) {
        self.entities.push(at);
        let halves = [
            (&mut self.partition, entity.model().partition_keys(index)),
            (&mut self.sort, index.sort_keys.keys.as_slice()),
        ];
        for (known, keys) in halves {
            for key in keys {
                let key = (key.attribute.value.clone(), key.kind);
                if !known.contains(&key) {
                    known.push(key);
                }
            }
        }
        if let Some(projection) = &index.projection {
            self.carry(projected(projection));
        }
    }

    fn add_facts(&mut self, facts: &TableIndex) {
        if let Some(names) = &facts.projection {
            self.carry(match names.as_slice() {
                [] => ChartProjection::KeysOnly,
                names => ChartProjection::Include(names.to_vec()),
            });
        }
    }

    fn carry(&mut self, projection: ChartProjection) {
        if !self.projections.contains(&projection) {
            self.projections.push(projection);
        }
    }
}

fn projected(projection: &Projection) -> ChartProjection {
    match projection {
        Projection::All => ChartProjection::All,
        Projection::KeysOnly => ChartProjection::KeysOnly,
        Projection::Include(names) => ChartProjection::Include(names.iter().map(|name| name.value.clone()).collect()),
    }
}

fn chart_entity(
    entity: &Entity,
    position: &dyn Fn(&str) -> Option<usize>,
    anchors: &mut order::Anchors,
) -> ChartEntity {
    let model = entity.model();
    let dialect = entity.engine().dialect();
    let mut indexes: Vec<EntityIndex> = model
        .indexes
        .iter()
        .filter_map(|index| {
            Some(EntityIndex {
                index: position(&index.name)?,
                description: index.description.as_ref().map(|text| text.value.clone()),
                partition: shapes::shapes(model.partition_keys(index), dialect),
                sort: shapes::shapes(&index.sort_keys.keys, dialect),
                projection: index.projection.as_ref().map(projected),
                sparse: index.sparse,
            })
        })
        .collect();
    indexes.sort_by_key(|index| index.index);
    ChartEntity {
        name: entity.name().to_owned(),
        anchor: anchors.of("entity", entity.name()),
        description: model.description.as_ref().map(|text| text.value.clone()),
        dialect: dialect.to_string(),
        attributes: model.attributes.iter().enumerate().map(|(at, field)| chart_attribute(entity, at, field)).collect(),
        indexes,
    }
}

fn chart_attribute(entity: &Entity, at: usize, attribute: &Attribute) -> ChartAttribute {
    let mut keys: Vec<String> = Vec::new();
    for key in entity.keys() {
        let is_used = key.fields().iter().any(|field| field.attribute == Some(at));
        if is_used && !keys.iter().any(|known| known == key.attribute()) {
            keys.push(key.attribute().to_owned());
        }
    }
    ChartAttribute {
        name: attribute.name.value.clone(),
        kind: attribute.kind.value,
        required: attribute.required && !attribute.computed,
        computed: attribute.computed,
        immutable: attribute.immutable,
        ttl: attribute.ttl.is_some(),
        default: attribute.default.as_ref().map(|default| literal(&default.value)),
        allowed: attribute.allowed.iter().map(|allowed| literal(&allowed.value)).collect(),
        pattern: attribute.pattern.as_ref().map(|pattern| pattern.value.clone()),
        max_length: attribute.max_length.as_ref().map(|most| most.value),
        keys,
        description: attribute.description.as_ref().map(|text| text.value.clone()),
    }
}

/// A value as a model would write it, but that text has quotes only where it is hard to see.
fn literal(value: &Value<'_>) -> String {
    match value {
        Value::None => "none".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Str(text) if text.trim().is_empty() => format!("\"{text}\""),
        value => str_of(value).unwrap_or_default(),
    }
}
