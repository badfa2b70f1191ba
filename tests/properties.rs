//! Laws that hold for every input.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::borrow::Cow;
use std::sync::Arc;

use dynkeys::audit::{Classified, Classifier};
use dynkeys::key::{Engine, KeyBuffer, PartKind, Recorder, Shape, ShapeMatcher, Strictness, Written, build_key};
use dynkeys::model::{Era, KeyValue, load};
use dynkeys::source::ItemReader;
use dynkeys::text::{SourceFile, printable};
use dynkeys::value::Value;
use proptest::prelude::*;

/// Pieces from which broken models are put together: what a model is made of, and what it should not be.
const PIECES: [&str; 40] = [
    "entity = \"X\"\n",
    "[attributes]\n",
    "id = \"string\"\n",
    "[indexes.primary]\n",
    "partition_key = ",
    "sort_key = ",
    "{ attribute = \"pk\", ",
    "build_key = [[\"user\", \"{id}\"]] }\n",
    "template = \"",
    "{id",
    "}",
    "{{",
    " or ",
    " if ",
    " else ",
    "|lower",
    "|zfill(3)",
    "\"",
    "'",
    "\\",
    "\\u00e9",
    "é",
    "\u{1b}",
    "[",
    "]",
    "]]\n",
    ",",
    "= ",
    "1",
    "-0",
    "1e400",
    "true",
    "{",
    "\n",
    "cases = [{ when = \"id\", template = \"a\" }]",
    "[[access_patterns]]\n",
    "given = [\"id\"]\n",
    "\"\"\"",
    "type = \"N\" }\n",
    "(",
];

fn model_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40).prop_map(|pieces| pieces.concat()),
        // A sound model with a piece put in somewhere.
        (any::<prop::sample::Index>(), prop::sample::select(PIECES.to_vec())).prop_map(|(at, piece)| {
            let mut text = include_str!("../models/member.toml").to_owned();
            let at = at.index(text.len());
            let at = (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            text.insert_str(at, piece);
            text
        }),
    ]
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>()
            .prop_filter_map("JSON has no infinity", |float| serde_json::Number::from_f64(float).map(Into::into)),
        text().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((key(), inner), 0..4)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Text in which the interesting things are frequent.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "",
            " ",
            "None",
            "a#b",
            "#",
            "ΑΣ",
            "İ",
            "ẞ",
            "0012",
            "nan",
            "2024-01-01",
            "\u{1c}",
            "\u{202e}"
        ])
        .prop_map(String::from),
        any::<String>(),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "id",
        "name",
        "S",
        "N",
        "M",
        "L",
        "B",
        "NULL",
        "SS",
        "Item",
        "Items",
        "ResponseMetadata",
        "Responses",
        "pk",
    ])
    .prop_map(String::from)
}

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        2 => Just(Value::None),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(Value::Int),
        1 => any::<f64>().prop_map(Value::Float),
        5 => text().prop_map(Value::text),
        1 => prop::collection::vec(any::<i64>().prop_map(Value::Int), 0..3).prop_map(Value::List),
    ]
}

/// A model in which each kind of key stands, for the items below.
const MODEL: &str = r#"
entity = "Thing"
[attributes]
a = "any"
b = "any"
c = { type = "string", default = "" }
d = { type = "integer", default = 7 }
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["Thing", "{a}"], ["B", "{b or 'x'}"], ["", "{c}"], ["d", "v-{d}"]] }
sort_key = { attribute = "sk", template = "A#{a}#{b or ''}{c|str|upper}" }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", cases = [{ when = "a", build_key = [["{c}", "{a}"], ["last", "{b}"]] }, { value = "{b}" }] }
sort_key = { attribute = "gsi1_sk", build_key = [["things", ""], ["{a == b}", "{a if b else none}"]], eager = true }
"#;

fn engine(era: Era) -> Engine {
    Engine::new(Arc::new(load(&SourceFile::new("thing.toml", MODEL)).unwrap()), era.dialect())
}

fn item() -> impl Strategy<Value = Vec<(Cow<'static, str>, Value<'static>)>> {
    prop::collection::vec((prop::sample::select(vec!["a", "b", "c", "d", "e"]).prop_map(Cow::Borrowed), value()), 0..6)
}

fn era() -> impl Strategy<Value = Era> {
    prop::sample::select(Era::ALL.to_vec())
}

/// The items of a text, as the reader gives them, or nothing where it is an error.
fn read(bytes: &[u8]) -> usize {
    let engine = engine(Era::V0_58);
    let mut buffer = KeyBuffer::default();
    let mut recorder = Recorder::default();
    let mut count = 0;
    let read = ItemReader::new("items", bytes).and_then(|mut reader| {
        reader.read_all(&mut |item| {
            recorder.clear();
            engine.write(&engine.map(&item.entries), &mut buffer, &mut recorder);
            count += 1;
            Ok(())
        })
    });
    drop(read);
    count
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_model_makes_the_loader_panic(text in model_text()) {
        let source = SourceFile::new("model.toml", text.clone());
        if let Err(problems) = load(&source) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                let span = problem.span;
                prop_assert!(span.start <= span.end && text.is_char_boundary(span.start.min(text.len())), "{problem:?}");
            }
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }

    #[test]
    fn no_json_makes_the_reader_panic(value in json_value(), cut in any::<prop::sample::Index>()) {
        let text = value.to_string();
        read(text.as_bytes());
        read(&text.as_bytes()[..cut.index(text.len() + 1)]);
    }

    #[test]
    fn the_parts_of_a_key_are_the_key(item in item(), era in era()) {
        let engine = engine(era);
        let fields = engine.map(&item);
        let (mut plain, mut traced, mut recorder) = (KeyBuffer::default(), KeyBuffer::default(), Recorder::default());
        engine.write(&fields, &mut plain, &mut ());
        engine.write(&fields, &mut traced, &mut recorder);
        for number in 0..engine.keys().len() {
            // Recording changes nothing. (NaN is not equal to itself: its text is compared.)
            prop_assert_eq!(format!("{:?}", plain.get(number)), format!("{:?}", traced.get(number)));
            let Written::Text(text) = traced.get(number) else { continue };
            let mut end = 0;
            for part in recorder.parts(number) {
                prop_assert_eq!(part.start, end, "{:?}: {:?}", text, recorder.parts(number));
                prop_assert!(text.get(part.start..part.end).is_some());
                end = part.end;
            }
            prop_assert_eq!(end, text.len(), "{:?}: {:?}", text, recorder.parts(number));
        }
    }

    #[test]
    fn a_field_part_says_what_the_field_says(item in item(), era in era()) {
        let engine = engine(era);
        let fields = engine.map(&item);
        let (mut keys, mut recorder) = (KeyBuffer::default(), Recorder::default());
        engine.write(&fields, &mut keys, &mut recorder);
        let Written::Text(text) = keys.get(0) else { return Ok(()) };
        for part in recorder.parts(0) {
            let PartKind::Field(field) = part.kind else { continue };
            let value = fields.slots[field.attribute.unwrap()].value.get();
            let said = dynkeys::key::python::str_of(value).unwrap();
            // Unset and blank values may print nothing, and the newest era prints in lower case.
            let printed = &text[part.start..part.end];
            prop_assert!(printed.is_empty() || printed == said || printed.to_lowercase() == said.to_lowercase(), "{:?} {:?}", printed, said);
        }
    }

    #[test]
    fn every_key_has_the_shape_of_its_model(item in item(), era in era()) {
        let engine = engine(era);
        let fields = engine.map(&item);
        let mut keys = KeyBuffer::default();
        engine.write(&fields, &mut keys, &mut ());
        for (number, (_, key)) in engine.model().keys().enumerate() {
            let Written::Text(text) = keys.get(number) else { continue };
            let shape = Shape::of(&key.value, engine.model(), engine.dialect());
            for strictness in [Strictness::AnyValue, Strictness::AnyCase] {
                prop_assert!(ShapeMatcher::new(&shape, strictness, &["#"]).matches(text), "{:?} {:?} {:?}", era, text, shape);
            }
        }
    }

    #[test]
    fn an_item_with_its_keys_is_its_own_entity(item in item(), era in era()) {
        let engine = engine(era);
        let fields = engine.map(&item);
        let mut keys = KeyBuffer::default();
        engine.write(&fields, &mut keys, &mut ());
        let mut stored: Vec<(Cow<'_, str>, Value<'_>)> = item.clone();
        for (number, key) in engine.keys().iter().enumerate().take(2) {
            if let Written::Text(text) = keys.get(number) {
                stored.push((key.attribute.as_str().into(), Value::text(text)));
            }
        }
        prop_assert_eq!(Classifier::new(std::slice::from_ref(&engine), "#").classify(&stored), Classified::One(0));
    }

    #[test]
    fn one_pair_is_its_prefix_and_its_value(prefix in "[a-z]{1,8}", text in "[ -~&&[^#]]{1,20}", era in era()) {
        let key = build_key(&era.dialect(), &[(Value::text(prefix.clone()), Value::text(text.clone()))]).unwrap();
        let blank = text.trim().is_empty() && !matches!(era, Era::V0_1_0 | Era::V0_1_2);
        let wanted = if blank { prefix } else { format!("{prefix}#{text}") };
        prop_assert_eq!(key, if era == Era::V0_58 { wanted.to_lowercase() } else { wanted });
    }

    #[test]
    fn what_is_shown_moves_no_cursor(text in any::<String>()) {
        let shown = printable(&text);
        let moves = |c: char| c.is_control() || ('\u{200b}'..='\u{200f}').contains(&c) || ('\u{202a}'..='\u{202e}').contains(&c);
        let moved = shown.chars().any(moves);
        prop_assert!(!moved);
    }
}

#[test]
fn the_model_of_these_laws_has_every_kind_of_key() {
    let engine = engine(Era::Guide);
    let kinds: Vec<bool> = engine.model().keys().map(|(_, key)| matches!(key.value, KeyValue::Cases(_))).collect();
    assert_eq!(kinds, [false, false, true, false]);
    assert!(engine.is_eager(3));
}
