//! `projection-misses-field`.

use super::tables::{Table, secondary, tables};
use crate::model::{Index, Projection};
use crate::rules::{
    Check, DefaultLevel, Design, DesignFinding, DesignFindings, Edit, Entity, Fix, Group, Place, Rule, Safety,
};
use crate::text::{Span, Spanned, closest};

/// The rule.
pub static RULE: Rule = Rule {
    name: "projection-misses-field",
    level: DefaultLevel::Warning,
    group: Group::Indexes,
    summary: "an index does not carry an attribute that is expected of it",
    doc: "\
## What it finds

* A `projection` that lists a name which no entity of the table has: a misspelt one is never carried. Where no known
  name is near it is only worth knowing, since the entity that has it may not be linted along.
* A `projection` that lists some attributes, but not all of those from which the primary key is built, in an index
  that an access pattern of the entity reads. What is mapped onto the model has those fields unset, and the keys that
  the model writes are not those of the item: `product#None`.
* An index that carries less in `[table.indexes]` of `dynkeys.toml` than in the model.

The keys of the table and of the index are always carried, and need not be listed. `keys_only` says that items are
read from the table afterwards, by the `pk` and `sk` of the result, and is not reported.

## Why it matters

A query of an index returns the attributes that it carries and no others; the rest is read from the table, at a cost
(<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Projections>). The projection of an
index cannot be changed: it is made anew.

## Example

```toml
entity = \"Product\"
[attributes]
id       = { type = \"string\", required = true }
category = { type = \"string\", required = true }
price    = \"float\"
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"product\", \"{id}\"]] }
[indexes.gsi1]
partition_key = { attribute = \"gsi1_pk\", build_key = [[\"category\", \"{category}\"]] }
projection    = [\"prise\"]
[[access_patterns]]
name  = \"Products of a category\"
index = \"gsi1\"
given = [\"category\"]
```

`prise` is no attribute, and a product that was read from `gsi1` does not know its `id`. Right:

```toml
projection = [\"id\", \"price\"]
```

## How to fix

Correct the name, or add the fields of the primary key to the list.

## When to ignore

When what is read from the index is only shown, and never mapped onto the model.
",
    checks: &[Check::Table(check)],
};

fn check(design: &Design, findings: &mut DesignFindings) {
    let tables = tables(design);
    for table in &tables {
        let is_configured = table.is_configured(design, tables.len());
        for (entity, index) in table.secondary() {
            if let Some(Projection::Include(names)) = &index.projection {
                names.iter().for_each(|name| findings.all.extend(unknown(table, entity, index, name)));
                findings.all.extend(own_key(entity, index, names));
            }
            if is_configured {
                findings.all.extend(carries_less(design, entity, index));
            }
        }
    }
}

/// A name that no entity of the table has.
fn unknown(table: &Table<'_>, entity: &Entity, index: &Index, name: &Spanned<String>) -> Option<DesignFinding> {
    if table.entities.iter().any(|entity| names_of(entity).any(|known| known == name.value)) {
        return None;
    }
    let finding = DesignFinding::new(
        &RULE,
        entity.place(name.span),
        format!("`{}` lists `{}`, which no entity here has", index.name.value, name.value),
    )
    .label("not known here")
    .subject([entity.name(), &index.name.value, &name.value]);
    Some(match near(entity, name) {
        Some(near) => finding.help(format!("did you mean `{near}`?")).fix(Fix {
            title: format!("write `{near}`"),
            safety: Safety::Safe,
            edits: vec![renamed(entity, name, near)],
        }),
        None => finding
            .level(DefaultLevel::Info)
            .help(format!("name an attribute of `{}`, or lint the entity that has it as well", entity.name())),
    })
}

/// The field that a name may be meant for.
fn near<'e>(entity: &'e Entity, name: &str) -> Option<&'e str> {
    closest(name, entity.model().attributes.iter().map(|known| known.name.value.as_str()))
}

/// Every attribute that an item of an entity has.
fn names_of(entity: &Entity) -> impl Iterator<Item = &str> {
    let fields = entity.model().attributes.iter().map(|attribute| attribute.name.value.as_str());
    fields.chain(entity.model().keys().map(|(_, key)| key.attribute.value.as_str()))
}

/// The edit that puts another name into the place of a text of the file, in its quotes.
fn renamed(entity: &Entity, name: &Spanned<String>, by: &str) -> Edit {
    let place = entity.place(name.span);
    let written = place.source.text().get(name.span.start..name.span.end).unwrap_or_default();
    let text = match written.chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{by}{quote}"),
        _ => by.to_owned(),
    };
    Edit { place, text }
}

/// A list without a field from which the primary key is built.
fn own_key(entity: &Entity, index: &Index, names: &[Spanned<String>]) -> Option<DesignFinding> {
    let (first, last) = (names.first()?, names.last()?);
    let is_read = entity.model().access_patterns.iter().any(|pattern| pattern.index.value == index.name.value);
    let primary = entity.primary()?;
    if !is_read {
        return None;
    }
    let keys = primary.partition_keys.keys.iter().chain(&primary.sort_keys.keys);
    let own = keys.chain(&index.partition_keys.keys).chain(&index.sort_keys.keys);
    let always: Vec<&str> = own.map(|key| key.attribute.value.as_str()).collect();
    let mut missing: Vec<&str> = Vec::new();
    for field in entity.keys_of(primary).iter().flat_map(|key| key.fields()) {
        // What no item stores no index carries.
        let Some(attribute) = entity.attribute(field).filter(|attribute| !attribute.computed) else { continue };
        let name = attribute.name.value.as_str();
        // A name that is near, but not known, is this one misspelt: that is said already.
        let is_meant = |listed: &Spanned<String>| {
            listed.value == name
                || !names_of(entity).any(|known| known == listed.value) && near(entity, listed) == Some(name)
        };
        if !names.iter().any(is_meant) && !always.contains(&name) && !missing.contains(&name) {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        return None;
    }
    let listed = |quote: char| {
        let quoted: Vec<String> = missing.iter().map(|name| format!("{quote}{name}{quote}")).collect();
        quoted.join(", ")
    };
    let (verb, name) = (if missing.len() == 1 { "is" } else { "are" }, &index.name.value);
    let span = Span { start: first.span.start, end: last.span.end };
    let mut finding = DesignFinding::new(
        &RULE,
        entity.place(span),
        format!("`{name}` does not carry {}, of which the primary key of `{}` is built", listed('`'), entity.name()),
    )
    .label(format!("{} {verb} not among these", listed('`')))
    .subject([entity.name(), name, "primary"])
    .help(format!("add {} to the list, or read the item by the `pk` of the result before it is mapped", listed('"')));
    if let Some(key) = primary.partition_keys.keys.first() {
        let attribute = key.attribute.value.as_str();
        finding.help = finding.help.replace("`pk`", &format!("`{attribute}`"));
        finding = finding.related(entity.place(key.span), "the primary key");
    }
    Some(finding)
}

/// An index that carries less in the configuration than in the model.
fn carries_less(design: &Design, entity: &Entity, index: &Index) -> Option<DesignFinding> {
    let known = design.table.indexes.iter().find(|known| known.name == index.name.value)?;
    let carried = known.projection.as_ref()?;
    let always: Vec<&str> = {
        let indexes = entity.primary().into_iter().chain(secondary(entity).filter(|own| std::ptr::eq(*own, index)));
        indexes.flat_map(super::tables::attributes).collect()
    };
    let is_carried = |name: &str| carried.iter().any(|carried| carried == name) || always.contains(&name);
    let name = &index.name.value;
    let (place, wanted): (Place, String) = match index.projection.as_ref()? {
        Projection::KeysOnly => return None,
        Projection::All => (entity.place(index.name.span), "all attributes".to_owned()),
        Projection::Include(names) => {
            let missing = names.iter().find(|name| !is_carried(&name.value))?;
            (entity.place(missing.span), format!("`{}`", missing.value))
        }
    };
    let carries = if carried.is_empty() {
        "only keys".to_owned()
    } else {
        let names: Vec<String> = carried.iter().map(|name| format!("`{name}`")).collect();
        format!("only {}", names.join(", "))
    };
    Some(
        DesignFinding::new(
            &RULE,
            place,
            format!("`{}` expects {wanted} of `{name}`, which carries {carries} in dynkeys.toml", entity.name()),
        )
        .label("more than the table's index carries")
        .subject([entity.name(), name, "table"])
        .help("make the two agree; if the table is right, the index must be made anew to carry more"),
    )
}
