//! What the numbers in a [`State`] stand for: a state and its catalog make a report, without the models.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::auditor::Auditor;
use super::state::State;
use super::times::PartKind;
use crate::key::{BUILT, WayPiece, ways};
use crate::model::{Era, IndexKind, PRIMARY};

/// The names of what an auditor counts, in the order of the counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// A checksum of the models, their dialects and what the audit was asked for: states of one are of one table.
    pub models: String,
    /// The entities.
    pub entities: Vec<CatalogEntity>,
    /// The attributes that were looked at: keys and fields.
    pub attributes: Vec<String>,
    /// The indexes; the first one is the table itself.
    pub indexes: Vec<CatalogIndex>,
    /// The keys, entity by entity.
    pub keys: Vec<CatalogKey>,
    /// The parts of keys that may be numbers or times.
    pub parts: Vec<CatalogPart>,
    /// The fields that keys use, entity by entity.
    pub fields: Vec<CatalogField>,
    /// What the models write of themselves between delimiters, and the names that stand for values: no values.
    pub words: BTreeSet<String>,
    /// What stands between the parts of a template.
    pub delimiter: String,
    /// How many examples a count keeps.
    pub examples: usize,
    /// True where items that share a primary key were looked for.
    pub duplicates: bool,
    /// The index that was read in place of the table.
    pub index: Option<String>,
}

/// An entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntity {
    /// Its name.
    pub name: String,
    /// Its dialect's name.
    pub dialect: String,
    /// The place of the dialect's era in [`Era::ALL`].
    pub era: usize,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogIndex {
    /// Its name.
    pub name: String,
    /// `table`, `gsi` or `lsi`.
    pub kind: String,
    /// The attributes of its partition key.
    pub partition: Vec<usize>,
    /// The attributes of its sort key.
    pub sort: Vec<usize>,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogKey {
    /// The entity.
    pub entity: usize,
    /// The index.
    pub index: usize,
    /// The attribute.
    pub attribute: usize,
    /// The eras that write the same for plain items, but for their case: places in [`Era::ALL`].
    pub eras: Vec<usize>,
    /// True where build_key makes it: the dialect decides on its case.
    pub is_build_key: bool,
    /// True where it is text: dialects differ in nothing else.
    pub is_text: bool,
}

/// A field that keys of an entity use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogField {
    /// The entity.
    pub entity: usize,
    /// The field, or a path into one.
    pub name: String,
    /// The keys that use it: places in [`Catalog::keys`]. Plain items store the fields of their keys.
    pub keys: Vec<usize>,
}

/// A part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogPart {
    /// The entity.
    pub entity: usize,
    /// The index.
    pub index: usize,
    /// The attribute.
    pub attribute: usize,
    /// The field.
    pub field: String,
    /// True where the model says that it is a time.
    pub is_time: bool,
    /// The byte that follows it in the key, where that is known.
    pub after: Option<u8>,
}

impl CatalogIndex {
    /// True of a local index.
    pub fn is_local(&self) -> bool {
        self.kind == "lsi"
    }
}

/// The place of a dialect that puts keys in lower case.
const LOWER: Era = Era::V0_58;

fn place(era: Era) -> usize {
    Era::ALL.iter().position(|known| *known == era).unwrap_or_default()
}

impl Catalog {
    /// The names of an auditor's counts.
    pub fn new(auditor: &Auditor) -> Self {
        let (engines, names, options) = (auditor.engines(), auditor.names(), auditor.options());
        let entities: Vec<CatalogEntity> = engines
            .iter()
            .map(|engine| CatalogEntity {
                name: engine.model().entity.value.clone(),
                dialect: engine.dialect().name().to_owned(),
                era: place(engine.dialect().era()),
            })
            .collect();
        let mut hash = Sha256::new();
        let mut words = BTreeSet::new();
        for (engine, entity) in engines.iter().zip(&entities) {
            for text in [engine.model().source.text(), &entity.dialect] {
                hash.update(text.len().to_string());
                hash.update(text);
            }
            for number in 0..engine.keys().len() {
                for way in ways(engine.model_key(number), engine.dialect()) {
                    let texts = way.pieces.iter().filter_map(|piece| match piece {
                        WayPiece::Text(text) => Some(text.as_ref()),
                        WayPiece::Hole(_) => None,
                    });
                    let parts =
                        texts.flat_map(|text: &str| text.split(BUILT).flat_map(|part| part.split(&options.delimiter)));
                    words.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
                }
            }
        }
        let fields: Vec<CatalogField> = auditor
            .fields()
            .map(|(entity, field)| CatalogField {
                entity,
                name: field.name.clone(),
                keys: auditor.keys_of(entity, field),
            })
            .collect();
        for field in &fields {
            let shown = format!("{{{}}}", field.name);
            words.extend([shown.to_lowercase(), shown]);
        }
        hash.update(format!(
            "{:?}",
            (&options.delimiter, options.duplicates, &options.carried, &options.index, &options.ttl)
        ));
        Self {
            models: hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
            entities,
            attributes: (0..names.len()).map(|number| names.name(number).to_owned()).collect(),
            indexes: auditor
                .indexes()
                .iter()
                .map(|index| CatalogIndex {
                    name: index.name.clone(),
                    kind: match index.kind {
                        IndexKind::Primary => "table",
                        IndexKind::Global => "gsi",
                        IndexKind::Local => "lsi",
                    }
                    .to_owned(),
                    partition: index.partition.clone(),
                    sort: index.sort.clone(),
                })
                .collect(),
            keys: auditor
                .key_facts()
                .map(|(entity, key)| CatalogKey {
                    entity,
                    index: key.index,
                    attribute: key.attribute,
                    eras: key.eras.iter().copied().map(place).collect(),
                    is_build_key: key.is_build_key,
                    is_text: key.is_text,
                })
                .collect(),
            parts: auditor
                .seen_parts()
                .map(|(part, key)| CatalogPart {
                    entity: part.entity,
                    index: key.index,
                    attribute: key.attribute,
                    field: part.field.clone(),
                    is_time: matches!(part.kind, PartKind::Time | PartKind::Printed),
                    after: part.after,
                })
                .collect(),
            fields,
            words,
            delimiter: options.delimiter.clone(),
            examples: options.examples,
            duplicates: options.duplicates,
            index: options.index.clone(),
        }
    }

    /// True where some item of its entity stores a field.
    pub fn is_stored(&self, field: usize, state: &State) -> bool {
        let has_plain = |key: &usize| state.plain.get(*key).is_some_and(|plain| plain.count > 0);
        state.stored.get(field).is_some_and(|count| *count > 0)
            || self.fields.get(field).is_some_and(|field| field.keys.iter().any(has_plain))
    }

    /// True where the table has a local index: its item collections have a largest size.
    pub fn has_local_index(&self) -> bool {
        self.indexes.iter().any(CatalogIndex::is_local)
    }

    /// True of the table itself.
    pub fn is_table(&self, index: usize) -> bool {
        self.indexes.get(index).is_some_and(|index| index.name == PRIMARY)
    }

    /// How many keys that are text each era writes as they are stored, in the order of [`Era::ALL`], and how many there
    /// are.
    pub fn explained(&self, state: &State) -> ([u64; Era::ALL.len()], u64) {
        let mut all = state.explained;
        let mut compared = state.compared;
        for (key, plain) in self.keys.iter().zip(&state.plain).filter(|(key, _)| key.is_text) {
            compared += plain.count;
            let is_lower = self.entities.get(key.entity).is_some_and(|entity| entity.era == place(LOWER));
            for era in &key.eras {
                let Some(count) = all.get_mut(*era) else { continue };
                // Dialects agree on keys without capitals, and those that treat case alike agree on all.
                *count += plain.caseless;
                if !key.is_build_key || (*era == place(LOWER)) == is_lower {
                    *count += plain.count - plain.caseless;
                }
            }
        }
        (all, compared)
    }
}
