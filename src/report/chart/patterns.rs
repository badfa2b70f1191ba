//! Access patterns and what serves them.

use crate::key::{Access, KnownKey};
use crate::model::{IndexKind, SortCondition};
use crate::rules::{Design, Entity};

/// An access pattern and what serves it.
#[derive(Clone, Debug)]
pub struct ChartPattern {
    /// The question in a few words.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// The entity.
    pub entity: usize,
    /// The fields that the caller knows.
    pub given: Vec<String>,
    /// The name of the index, as the model has it.
    pub index: String,
    /// Its place in the chart; none where the table has no such index.
    pub place: Option<usize>,
    /// What serves it.
    pub answer: Answer,
}

/// What serves an access pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// GetItem, for the whole key of the table is known.
    Get {
        /// The key condition.
        condition: String,
        /// What is to be known of it.
        notes: Vec<String>,
    },
    /// Query.
    Query {
        /// The key condition.
        condition: String,
        /// What is to be known of it.
        notes: Vec<String>,
    },
    /// Nothing but a Scan: these fields of the partition key are not given.
    Scan {
        /// The fields.
        missing: Vec<String>,
    },
    /// The entity has no such index.
    UnknownIndex,
}

/// The access patterns of a design. `position` knows the places of the indexes.
pub(super) fn patterns(design: &Design, position: &dyn Fn(&str) -> Option<usize>) -> Vec<ChartPattern> {
    let mut all = Vec::new();
    for (at, entity) in design.entities.iter().enumerate() {
        let model = entity.model();
        for pattern in &model.access_patterns {
            let access = Access::of(model, entity.engine().dialect(), pattern);
            all.push(ChartPattern {
                name: pattern.name.value.clone(),
                description: pattern.description.as_ref().map(|text| text.value.clone()),
                entity: at,
                given: pattern.given.iter().map(|field| field.value.clone()).collect(),
                index: pattern.index.value.clone(),
                place: position(&pattern.index),
                answer: access.map_or(Answer::UnknownIndex, |access| answer(entity, &access)),
            });
        }
    }
    all
}

fn answer(entity: &Entity, access: &Access<'_>) -> Answer {
    let missing: Vec<String> = access.missing().iter().map(|field| field.name.clone()).collect();
    if !missing.is_empty() || access.partition_keys.is_empty() {
        return Answer::Scan { missing };
    }
    let (condition, notes) = (access.expression(), notes(access));
    let has_whole_key = access.sort_keys.len() == access.index.sort_keys.keys.len()
        && access.sort_keys.iter().all(KnownKey::is_complete)
        && access.condition.is_none_or(|condition| condition == SortCondition::Eq);
    if access.index.kind == IndexKind::Primary && has_whole_key && entity.primary().is_some() {
        Answer::Get { condition, notes }
    } else {
        Answer::Query { condition, notes }
    }
}

fn notes(access: &Access<'_>) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for known in access.partition_keys.iter().chain(&access.sort_keys).filter(|known| !known.is_decided) {
        notes.push(format!("only items whose {} is built like this", *known.key.attribute));
    }
    for behind in &access.behind {
        notes.push(format!(
            "{} does not narrow it: {} stands before it in {} and is not given",
            **behind.given, behind.missing.name, *behind.key.attribute
        ));
    }
    notes
}
