//! Renames within a model: every place that has the name.

use std::sync::Arc;

use crate::model::{Index, Model, Projection, index_name_places, load};
use crate::rules::{Edit, Entity, Fix, KeyOf, Place, Safety};
use crate::text::{SourceFile, Span};

/// Renames an index: where it is defined and in the access patterns that use it. None where the result would not be the
/// same model but for the name.
pub fn rename_index(entity: &Entity, index: &Index, name: &str) -> Option<Fix> {
    let model = entity.model();
    if model.indexes.iter().any(|other| *other.name == name) {
        return None;
    }
    let mut spans = index_name_places(&model.source, &index.name);
    let patterns = model.access_patterns.iter().filter(|pattern| *pattern.index == *index.name);
    spans.extend(patterns.map(|pattern| pattern.index.span));
    let renamed = |old: &str| if old == *index.name { name.to_owned() } else { old.to_owned() };
    let after = after(model, &spans, name)?;
    let names = |model: &Model| -> Vec<String> {
        let indexes = model.indexes.iter().map(|index| index.name.value.clone());
        indexes.chain(model.access_patterns.iter().map(|pattern| pattern.index.value.clone())).collect()
    };
    let expected: Vec<String> = names(model).iter().map(|old| renamed(old)).collect();
    let is_same = names(&after) == expected && attributes(&after) == attributes(model);
    is_same.then(|| fix(model, &spans, name, format!("rename the index to `{name}`")))
}

/// Renames the attribute of a key, and with `everywhere` that of each key that writes the same attribute. None where the
/// name is taken.
pub fn rename_attribute(key: &KeyOf<'_>, name: &str, everywhere: bool) -> Option<Fix> {
    let model = key.entity.model();
    let is_field = model.attributes.iter().any(|attribute| *attribute.name == name);
    if is_field || model.is_key_attribute(name) {
        return None;
    }
    let old = key.attribute();
    let same = |model: &Model| model.keys().filter(|(_, other)| *other.attribute == old).count();
    let mut spans: Vec<Span> = match everywhere {
        true => model.keys().filter(|(_, other)| *other.attribute == old).map(|(_, key)| key.attribute.span).collect(),
        false => vec![key.key.attribute.span],
    };
    if spans.len() == same(model) {
        // Nothing writes the old name any more: whoever lists it means the new one.
        spans.extend(model.indexes.iter().filter_map(|index| index.projection.as_ref()).flat_map(|projection| {
            let names = match projection {
                Projection::Include(names) => names.as_slice(),
                Projection::All | Projection::KeysOnly => &[],
            };
            names.iter().filter(|name| name.value == old).map(|name| name.span)
        }));
    }
    let after = after(model, &spans, name)?;
    let count = attributes(&after).iter().filter(|attribute| *attribute == name).count();
    (count > 0).then(|| fix(model, &spans, name, format!("rename the attribute to `{name}`")))
}

fn attributes(model: &Model) -> Vec<String> {
    model.keys().map(|(_, key)| key.attribute.value.clone()).collect()
}

/// The name as it stands in the place of another: quoted where that is.
fn quoted(old: &str, name: &str) -> String {
    match old.chars().next() {
        Some('\'') => format!("'{name}'"),
        Some('"') => format!("\"{name}\""),
        _ => name.to_owned(),
    }
}

/// The model with the places renamed.
fn after(model: &Model, spans: &[Span], name: &str) -> Option<Model> {
    let mut spans = spans.to_vec();
    spans.sort();
    let text = model.source.text();
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        edited.push_str(text.get(at..span.start)?);
        edited.push_str(&quoted(model.source.slice(span), name));
        at = span.end;
    }
    edited.push_str(text.get(at..)?);
    load(&SourceFile::new(model.source.name(), edited)).ok()
}

fn fix(model: &Model, spans: &[Span], name: &str, title: String) -> Fix {
    let edit = |span: &Span| {
        let source = Arc::clone(&model.source);
        let text = quoted(source.slice(*span), name);
        Edit { place: Place { source, span: *span }, text }
    };
    let mut spans = spans.to_vec();
    spans.sort();
    Fix { title, safety: Safety::Unsafe, edits: spans.iter().map(edit).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Engine;
    use crate::rules::{Design, check_design};

    /// The text of a model after the fixes of a rule.
    fn mended(text: &str, rule: &str) -> String {
        let model = load(&SourceFile::new("x.toml", text)).unwrap_or_else(|problems| panic!("{problems:?}"));
        let entity = Entity::new(Engine::new(Arc::new(model), crate::model::Dialect::default()));
        let design = Design { entities: vec![entity], delimiter: "#".to_owned(), ..Design::default() };
        let findings = check_design(&design);
        let fixes = findings.iter().filter(|finding| finding.rule.name == rule).filter_map(|one| one.fix.as_ref());
        let mut edits: Vec<&Edit> = fixes.flat_map(|fix| &fix.edits).collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.span));
        let mut mended = text.to_owned();
        for edit in edits {
            mended.replace_range(edit.place.span.range(), &edit.text);
        }
        mended
    }

    const HEAD: &str = "entity = 'E'\n[attributes]\nid = 'string'\n[indexes.primary]\npartition_key = { attribute = 'pk', value = '{id}' }\n";

    #[test]
    fn an_index_is_renamed_wherever_it_is_named() {
        for (before, after) in [
            (
                "[indexes.GSI1] # GSI1\npartition_key = { attribute = 'gsi1_pk', value = '{id}' }\n",
                "[indexes.gsi1] # GSI1\npartition_key = { attribute = 'gsi1_pk', value = '{id}' }\n",
            ),
            (
                "[indexes.\"GSI1\".partition_key]\nattribute = 'gsi1_pk'\nvalue = '{id}'\n[indexes.GSI1.sort_key]\n\
                 attribute = 'gsi1_sk'\nvalue = '{id}'\n[[access_patterns]]\nname = 'GSI1'\nindex = \"GSI1\"\n",
                "[indexes.\"gsi1\".partition_key]\nattribute = 'gsi1_pk'\nvalue = '{id}'\n[indexes.gsi1.sort_key]\n\
                 attribute = 'gsi1_sk'\nvalue = '{id}'\n[[access_patterns]]\nname = 'GSI1'\nindex = \"gsi1\"\n",
            ),
            // The other name is taken, or there is none.
            (
                "[indexes.gsi1]\npartition_key = { attribute = 'gsi1_pk', value = '{id}' }\n\
                 [indexes.GSI1]\npartition_key = { attribute = 'gsi2_pk', value = '{id}' }\n",
                "",
            ),
            ("[indexes.by_id]\npartition_key = { attribute = 'gsi1_pk', value = '{id}' }\n", ""),
            ("[indexes.GSI1_by_id]\npartition_key = { attribute = 'gsi1_pk', value = '{id}' }\n", ""),
        ] {
            let text = format!("{HEAD}{before}");
            let after = if after.is_empty() { before } else { after };
            assert_eq!(mended(&text, "index-naming"), format!("{HEAD}{after}"));
        }
    }

    #[test]
    fn an_attribute_is_renamed_where_the_name_is_free() {
        for (before, after) in [
            (
                "[indexes.gsi1]\npartition_key = { attribute = \"GSI1PK\", value = '{id}' }\nprojection = ['GSI1PK']\n",
                "[indexes.gsi1]\npartition_key = { attribute = \"gsi1_pk\", value = '{id}' }\nprojection = ['gsi1_pk']\n",
            ),
            (
                "[indexes.gsi1]\npartition_key = { attribute = 'gsi2_pk', value = '{id}' }\n\
                 [indexes.gsi2]\npartition_key = { attribute = 'gsi2_pk', value = '{id}' }\nprojection = ['gsi2_pk']\n",
                "[indexes.gsi1]\npartition_key = { attribute = 'gsi1_pk', value = '{id}' }\n\
                 [indexes.gsi2]\npartition_key = { attribute = 'gsi2_pk', value = '{id}' }\nprojection = ['gsi2_pk']\n",
            ),
            // Each has the name that the other should have.
            (
                "[indexes.gsi1]\npartition_key = { attribute = 'gsi2_pk', value = '{id}' }\n\
                 [indexes.gsi2]\npartition_key = { attribute = 'gsi1_pk', value = '{id}' }\n",
                "",
            ),
        ] {
            let text = format!("{HEAD}{before}");
            let after = if after.is_empty() { before } else { after };
            assert_eq!(mended(&text, "key-attribute-naming"), format!("{HEAD}{after}"));
        }
    }
}
