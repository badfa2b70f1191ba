//! Keys whose fields the item does not store, now that all items are counted.

use std::collections::{BTreeMap, BTreeSet};

use super::Group;
use crate::audit::{Catalog, Defect, State, Subject, Tally, Unstored};

/// Such keys of one entity, key and cause.
pub(super) struct Resolved {
    /// What they are.
    pub defect: Defect,
    /// How a report tells them, but for its count.
    pub group: Group,
    /// How many there are, with examples.
    pub tally: Tally,
}

/// What of an entity no item stores.
#[derive(Default)]
struct Nowhere {
    fields: BTreeSet<u16>,
    attributes: BTreeSet<u16>,
    tally: Tally,
}

/// What becomes of keys of which a field is not stored. `name` gives a subject its names.
pub(super) fn resolved(catalog: &Catalog, state: &State, name: &dyn Fn(&Subject) -> Group) -> Vec<Resolved> {
    let mut nowhere: BTreeMap<u16, Nowhere> = BTreeMap::new();
    let mut others: BTreeMap<(Defect, Group), Tally> = BTreeMap::new();
    for (unstored, tally) in &state.unstored {
        let Unstored { subject, fields, is_required, differs } = unstored;
        let is_nowhere = |field: &&u16| !catalog.is_stored(usize::from(**field), state);
        let never: BTreeSet<u16> = fields.iter().filter(is_nowhere).copied().collect();
        if let (false, false, Some(entity)) = (*differs, never.is_empty(), subject.entity) {
            let known = nowhere.entry(entity).or_default();
            known.fields.extend(never);
            known.attributes.extend(subject.attribute);
            known.tally.merge(tally.clone(), catalog.examples);
            continue;
        }
        let (defect, text, help) = match (differs, is_required) {
            (true, _) => {
                let named = named(catalog, fields);
                let help = format!(
                    "Find out what else of the key changed, and do not write the item through the model while it lacks \
                     {named}: it would get another key."
                );
                let is = if fields.len() == 1 { "is" } else { "are" };
                (Defect::StaleKey, format!("the rest differs, and {named} {is} not stored"), Some(help))
            }
            (false, true) => (Defect::FieldNotStored, plain(catalog, fields), None),
            (false, false) => {
                let named = named(catalog, fields);
                let help = format!(
                    "Other items of the entity store {named}: set it again in these, from the key where it can be read \
                     there. Written without it, the item would get another key."
                );
                let is = if fields.len() == 1 { "is" } else { "are" };
                // An index key can go without harm to the item.
                let help = Some(help).filter(|_| subject.defect == Defect::StaleKey);
                (subject.defect, format!("{named} {is} not stored"), help)
            }
        };
        let group = Group { subject: Some(text), help, is_late: true, count: 0, ..name(subject) };
        let mut tally = tally.clone();
        if defect == Defect::LeftoverIndexKey {
            // The model leaves the key out.
            tally.examples.iter_mut().for_each(|example| example.expected = None);
        }
        others.entry((defect, group)).or_default().merge(tally, catalog.examples);
    }
    let nowhere = nowhere.into_iter().map(|(entity, found)| {
        let items = state.entities.get(usize::from(entity)).copied().unwrap_or_default();
        let attributes = found.attributes.iter().filter_map(|at| catalog.attributes.get(usize::from(*at)));
        let attributes: Vec<&str> = attributes.map(String::as_str).collect();
        let fields: Vec<u16> = found.fields.into_iter().collect();
        let of = match items {
            1 => "the only item does not store it".to_owned(),
            items => format!("none of {items} items stores it"),
        };
        let of = if fields.len() == 1 {
            of
        } else {
            of.replace("store it", "store them").replace("stores it", "stores them")
        };
        let subject = Subject { entity: Some(entity), ..Subject::of(Defect::FieldNotStored) };
        let group = Group {
            subject: Some(plain(catalog, &fields)),
            detail: Some(format!("{of}; part of {}", attributes.join(", "))),
            is_late: true,
            ..name(&subject)
        };
        // It is one finding of the model, however many items there are.
        let tally = Tally { count: 1, ..found.tally };
        Resolved { defect: Defect::FieldNotStored, group, tally }
    });
    let others = others.into_iter().map(|((defect, group), tally)| Resolved { defect, group, tally });
    nowhere.chain(others).collect()
}

fn names<'c>(catalog: &'c Catalog, fields: &[u16]) -> impl Iterator<Item = &'c str> {
    let fields: Vec<usize> = fields.iter().map(|field| usize::from(*field)).collect();
    fields.into_iter().filter_map(|field| Some(catalog.fields.get(field)?.name.as_str()))
}

fn plain(catalog: &Catalog, fields: &[u16]) -> String {
    names(catalog, fields).collect::<Vec<_>>().join(", ")
}

fn named(catalog: &Catalog, fields: &[u16]) -> String {
    names(catalog, fields).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}
