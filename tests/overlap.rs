//! What `lint` proves about keys is true: the language of a key has whatever the engine writes for an item that keeps to
//! its model, no two items with one primary key escape, and every witness collides.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::borrow::Cow;
use std::sync::Arc;

use dynkeys::audit::{Classified, Classifier};
use dynkeys::key::{Engine, Written};
use dynkeys::model::{Dialect, load};
use dynkeys::rules::{Design, DesignFinding, Entity, Entries, KeyOf, Values, check_design, same};
use dynkeys::text::SourceFile;
use dynkeys::value::Value;
use proptest::prelude::*;
use proptest::sample::select;

/// Ways to describe an attribute, and values to try for it; those that do not keep to the description are not used.
const ATTRIBUTES: [(&str, &[&str]); 18] = [
    ("\"string\"", TEXTS),
    ("{ type = \"string\", required = true }", TEXTS),
    ("{ type = \"string\", pattern = \"[a-z]{1,3}\" }", TEXTS),
    ("{ type = \"string\", required = true, pattern = \"[A-Za-z0-9-]+\" }", TEXTS),
    ("{ type = \"string\", required = true, pattern = \"[^#]+\" }", TEXTS),
    ("{ type = \"string\", pattern = \"^(user|k)#?[0-9ÄäK]*$\", max_length = 6 }", TEXTS),
    ("{ type = \"string\", max_length = 2 }", TEXTS),
    ("{ type = \"string\", enum = [\"x\", \"y#z\", \"User\"] }", TEXTS),
    ("{ type = \"string\", default = \"x\" }", TEXTS),
    ("{ type = \"string\", required = true, enum = [\"a\", \"None\"] }", TEXTS),
    ("{ type = \"integer\", required = true }", NUMBERS),
    ("{ type = \"integer\", default = 0.0 }", NUMBERS),
    ("{ type = \"float\", default = 0 }", NUMBERS),
    ("\"float\"", NUMBERS),
    ("\"boolean\"", &["true", "false"]),
    ("{ type = \"datetime\" }", TIMES),
    ("{ type = \"datetime\", required = true }", TIMES),
    ("\"any\"", TEXTS),
];
const TEXTS: &[&str] =
    &["", " ", "a", "b", "x", "user", "User", "k#1", "a#b", "user#a", "None", "y#z", "Ä", "K", "-1", "20240102", "#"];
const NUMBERS: &[&str] = &["0", "7", "12", "-1", "1.5", "1e16", "20240102", "1704153600.0"];
const TIMES: &[&str] = &["2024-01-02T00:00:00+00:00", "2024-01-02", "2024-12-31T23:59:59.5Z", "20240102T03:04:05"];

/// Cells of build_key and pieces of templates.
const PREFIXES: [&str; 7] = ["user", "User", "u", "", "user#a", "{a}", "{b or ''}"];
const CELLS: [&str; 20] = [
    "{a}",
    "{b}",
    "{c}",
    "{a or ''}",
    "{b or 'x'}",
    "{c or a}",
    "{a and b}",
    "{a|str|lower}",
    "{b|str|upper}",
    "{a|str|strip}",
    "{c|str|zfill(3)}",
    "{a|str|replace('#', '-')}",
    "{a if b else 'x'}",
    "{b if a == 'x' else c}",
    "{not a}",
    "{t|strftime('%Y%m%d')}",
    "{t|timestamp if t else 0.0}",
    "{t|isoformat if t else ''}",
    "x-{a}",
    "",
];

fn pairs() -> impl Strategy<Value = String> {
    prop::collection::vec((select(PREFIXES.to_vec()), select(CELLS.to_vec())), 1..4).prop_map(|pairs| {
        let pairs: Vec<String> = pairs.iter().map(|(prefix, cell)| format!("[\"{prefix}\", \"{cell}\"]")).collect();
        format!("build_key = [{}]", pairs.join(", "))
    })
}

fn template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![select(CELLS.to_vec()), select(vec!["#", "user#", "User", "a", "x", "-"])];
    prop::collection::vec(piece, 1..5).prop_map(|pieces| format!("template = \"{}\"", pieces.concat()))
}

fn rule() -> impl Strategy<Value = String> {
    prop_oneof![4 => pairs(), 3 => template(), 1 => select(vec!["value = \"{a}\"", "value = \"{b or 'x'}\""]).prop_map(str::to_owned)]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => rule(),
        1 => (select(vec!["a", "b", "a == 'x'", "not c"]), rule(), rule())
            .prop_map(|(when, first, second)| format!("cases = [{{ when = \"{when}\", {first} }}, {{ {second} }}]")),
        1 => rule().prop_map(|rule| format!("eager = true, {rule}")),
    ]
}

/// A model as text, with the choice of its attributes.
fn model(entity: &'static str) -> impl Strategy<Value = (String, Vec<usize>)> {
    let attributes = prop::collection::vec(0..ATTRIBUTES.len(), 3);
    let dialect = select(vec![
        "guide",
        "boto3-assist@0.1.0",
        "boto3-assist@0.1.2",
        "boto3-assist@0.21.0",
        "boto3-assist@0.37.0",
        "boto3-assist@0.66.0",
    ]);
    (attributes, dialect, key(), prop::option::of(key())).prop_map(move |(mut attributes, dialect, partition, sort)| {
        attributes.push(15);
        let mut text = format!("entity = \"{entity}\"\ndialect = \"{dialect}\"\n[attributes]\n");
        for (name, at) in ["a", "b", "c", "t"].iter().zip(&attributes) {
            text.push_str(&format!("{name} = {}\n", ATTRIBUTES[*at].0));
        }
        text.push_str(&format!("[indexes.primary]\npartition_key = {{ attribute = \"pk\", {partition} }}\n"));
        if let Some(sort) = sort {
            text.push_str(&format!("sort_key = {{ attribute = \"sk\", {sort} }}\n"));
        }
        (text, attributes)
    })
}

fn entity(text: &str) -> Option<Entity> {
    let model = load(&SourceFile::new("model.toml", text)).ok()?;
    let dialect = model.dialect.as_ref().map_or_else(Dialect::default, |dialect| dialect.value.clone());
    Some(Entity::new(Engine::new(Arc::new(model), dialect)))
}

/// What may stand for a value in an item: text, numbers of both kinds, truth.
fn values(text: &str) -> Vec<Value<'static>> {
    let mut all = vec![Value::text(text.to_owned())];
    all.extend(text.parse::<i64>().ok().map(Value::Int));
    all.extend(text.parse::<f64>().ok().filter(|_| text.contains(['.', 'e'])).map(Value::Float));
    all.extend(text.parse::<bool>().ok().map(Value::Bool));
    all
}

/// Items that keep to the model, made of every choice of values at `seeds`.
fn items(entity: &Entity, attributes: &[usize], seeds: &[[usize; 4]]) -> Vec<Entries> {
    let mut all = Vec::new();
    for seed in seeds {
        let mut item: Entries = Vec::new();
        for (at, (name, attribute)) in ["a", "b", "c", "t"].iter().zip(attributes).enumerate() {
            let texts = ATTRIBUTES[*attribute].1;
            let mut choices: Vec<Option<Value<'static>>> = vec![None, Some(Value::None)];
            choices.extend(texts.iter().flat_map(|text| values(text)).map(Some));
            if let Some(Some(value)) = choices.get(seed[at] % choices.len()) {
                item.push((Cow::Borrowed(*name), value.clone()));
            }
        }
        if entity.conforms(&item) {
            all.push(item);
        }
    }
    all
}

fn seeds() -> impl Strategy<Value = Vec<[usize; 4]>> {
    prop::collection::vec(prop::array::uniform4(0..1000_usize), 60)
}

fn primary_keys(entity: &Entity) -> Vec<KeyOf<'_>> {
    entity.primary().map(|index| entity.keys_of(index)).unwrap_or_default()
}

fn design(entities: Vec<Entity>) -> Design {
    Design { entities, delimiter: "#".to_owned(), ..Design::default() }
}

const OVERLAPS: [&str; 2] = ["identical-keys", "overlapping-keys"];

/// True where it is not proved that the two entities have no key in common: a pair that takes too long is told as that.
fn may_overlap(findings: &[DesignFinding]) -> bool {
    findings.iter().any(|finding| OVERLAPS.contains(&finding.rule.name) || finding.rule.name == "undecided")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_language_of_a_key_has_every_key((text, attributes) in model("A"), seeds in seeds()) {
        let Some(entity) = entity(&text) else { return Ok(()) };
        for item in items(&entity, &attributes, &seeds) {
            let written = entity.write(&item);
            for key in entity.keys() {
                let Written::Text(own) = written.get(key.number) else { continue };
                let accepted = key.automaton().is_none_or(|automaton| automaton.accepts(own.as_bytes()));
                prop_assert!(accepted, "{text}\n{item:?}\n{own:?} not in {:?}", key.shape());
                let most = key.shape().max_bytes();
                prop_assert!(most.is_none_or(|most| own.len() <= most), "{text}\n{item:?}\n{own:?} over {most:?}");
            }
        }
    }

    #[test]
    fn no_two_items_with_one_key_escape(
        (left, left_attributes) in model("A"),
        (right, right_attributes) in model("B"),
        seeds in seeds(),
    ) {
        let (Some(a), Some(b)) = (entity(&left), entity(&right)) else { return Ok(()) };
        let (a_items, b_items) = (items(&a, &left_attributes, &seeds), items(&b, &right_attributes, &seeds));
        let design = design(vec![a, b]);
        let (a, b) = (&design.entities[0], &design.entities[1]);
        let pairs: Vec<(KeyOf<'_>, KeyOf<'_>)> = primary_keys(a).into_iter().zip(primary_keys(b)).collect();
        let is_one_table = primary_keys(a).len() == primary_keys(b).len();
        let findings = check_design(&design);
        let found = may_overlap(&findings);
        for left_item in &a_items {
            let left_keys = a.write(left_item);
            for right_item in &b_items {
                let right_keys = b.write(right_item);
                let collides = is_one_table
                    && pairs.iter().all(|(left, right)| same(left_keys.get(left.number), right_keys.get(right.number)));
                prop_assert!(!collides || found, "{left}\n{right}\n{left_item:?}\n{right_item:?}");
            }
        }
        for finding in findings.iter().filter(|finding| OVERLAPS.contains(&finding.rule.name)) {
            let Some(witness) = &finding.witness else { continue };
            let entries = |at: usize| -> Entries {
                witness.items[at].fields.iter().map(|(name, value)| (Cow::Owned(name.clone()), value.clone())).collect()
            };
            // The later entity is shown first.
            let (b_keys, a_keys) = (b.write(&entries(0)), a.write(&entries(1)));
            for (left, right) in &pairs {
                prop_assert!(same(a_keys.get(left.number), b_keys.get(right.number)), "{left:?} {witness:?}");
            }
        }
    }

    /// What `lint` proves apart, `audit` and `explain` tell apart, whatever the delimiter is.
    #[test]
    fn an_item_that_keeps_to_its_model_is_told_from_those_of_a_model_proved_apart(
        (left, left_attributes) in model("A"),
        (right, right_attributes) in model("B"),
        seeds in seeds(),
        delimiter in select(vec!["#", ":", "-", "--", "x", "er#"]),
    ) {
        let (Some(a), Some(b)) = (entity(&left), entity(&right)) else { return Ok(()) };
        let all = [items(&a, &left_attributes, &seeds), items(&b, &right_attributes, &seeds)];
        let design = Design { delimiter: delimiter.to_owned(), ..design(vec![a, b]) };
        let [a, b] = [&design.entities[0], &design.entities[1]];
        if may_overlap(&check_design(&design)) || primary_keys(a).len() != primary_keys(b).len() {
            return Ok(());
        }
        let classifier = Classifier::new(&[a.engine().clone(), b.engine().clone()], delimiter);
        for (at, (own, items)) in [a, b].into_iter().zip(&all).enumerate() {
            for item in items {
                let written = own.write(item);
                let mut stored = item.clone();
                for key in primary_keys(own) {
                    if let Written::Text(text) = written.get(key.number) && !text.is_empty() {
                        stored.push((key.attribute().to_owned().into(), Value::text(text.to_owned())));
                    }
                }
                if stored.len() < item.len() + primary_keys(own).len() {
                    continue;
                }
                prop_assert_eq!(classifier.classify(&stored), Classified::One(at), "{}\n{}\n{:?}", left, right, stored);
            }
        }
    }

    #[test]
    fn every_witness_of_an_ambiguous_key_is_one_key((text, _) in model("A")) {
        let Some(entity) = entity(&text) else { return Ok(()) };
        let design = design(vec![entity]);
        let entity = &design.entities[0];
        for finding in check_design(&design).iter().filter(|finding| finding.rule.name == "ambiguous-key") {
            let witness = finding.witness.as_ref().unwrap();
            prop_assert_ne!(&witness.items[0], &witness.items[1]);
            let keys: Vec<_> = witness.items.iter().map(|item| {
                let entries = item.fields.iter().map(|(name, value)| (Cow::Owned(name.clone()), value.clone())).collect();
                entity.write(&entries)
            }).collect();
            for key in entity.keys() {
                prop_assert!(same(keys[0].get(key.number), keys[1].get(key.number)), "{text}\n{witness:?}");
            }
        }
    }
}

#[test]
fn languages_that_part_are_proved_apart() {
    let of = |key: &str| {
        let text = format!(
            "entity = \"A\"\n[attributes]\nid = {{ type = \"string\", required = true, pattern = \"[0-9a-z]+\" }}\n[indexes.primary]\npartition_key = {{ attribute = \"pk\", {key} }}\n"
        );
        entity(&text).unwrap()
    };
    for (left, right, meet) in [
        ("build_key = [[\"user\", \"{id}\"]]", "build_key = [[\"username\", \"{id}\"]]", false),
        ("build_key = [[\"user\", \"{id}\"]]", "template = \"user#{id}#x\"", false),
        ("template = \"{id}\"", "template = \"9{id}\"", true),
        ("template = \"x{id}\"", "template = \"{id}x\"", true),
    ] {
        let (left, right) = (of(left), of(right));
        let design = design(Vec::new());
        let automaton = |entity: &Entity| entity.key(0).automaton_of(Values::Plain, &design).unwrap().clone();
        assert_eq!(automaton(&left).meets(&automaton(&right)), meet);
    }
}
