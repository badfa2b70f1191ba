//! What is audited in the short way, as it stands in the input, comes out as if every item were read into values and every
//! key were written anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use dynkeys::audit::files::{FileJob, Progress, audit_files};
use dynkeys::audit::{Auditor, Catalog, Options, State, Whereabouts};
use dynkeys::key::python::str_of;
use dynkeys::key::{Engine, KeyBuffer, Written};
use dynkeys::model::{AttributeType, Era, KeyType, load};
use dynkeys::report::{Audited, Coverage, Levels, PART_VERSION, Part, Pieces, Source};
use dynkeys::source::raw::LineFormat;
use dynkeys::source::{ItemReader, item_size};
use dynkeys::text::SourceFile;
use dynkeys::value::Value::Int as Whole;
use proptest::prelude::*;

/// Entities of one table that are hard to tell apart, and keys of every kind that the short way takes.
const MODELS: [&str; 7] = [
    r#"
entity = "User"
[attributes]
id = "string"
email = "string"
name = { type = "string", default = "x" }
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["user", "{id}"]] }
sort_key = { attribute = "sk", build_key = [["User", "{id}"]] }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", build_key = [["email", "{email|str}"]] }
sort_key = { attribute = "gsi1_sk", build_key = [["name", "{name or ''}"], ["id", "{id}"]] }
"#,
    r#"
entity = "Order"
[attributes]
id = "any"
user = "string"
total = "integer"
open = "integer"
address = "string"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["user", "{user}"]] }
sort_key = { attribute = "sk", build_key = [["order", "{id}"]] }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", build_key = [["orders", ""]] }
sort_key = { attribute = "gsi1_sk", template = "T#{total|zfill(6)}#{id}" }
[indexes.gsi2]
sparse = true
partition_key = { attribute = "gsi2_pk", build_key = [["open", "{user}"]] }
sort_key = { attribute = "gsi2_sk", type = "N", value = "{open}" }
"#,
    r#"
entity = "Event"
[attributes]
order = "any"
user = "string"
seq = "integer"
at = "datetime"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["user", "{user}"]] }
sort_key = { attribute = "sk", build_key = [["order", "{order}"], ["event", "{seq|zfill(3)}"]] }
[indexes.lsi1]
kind = "lsi"
sparse = true
sort_key = { attribute = "lsi1_sk", template = "{at}" }
"#,
    r#"
entity = "Mail"
description = "Its partition key in the index is a field of orders."
[attributes]
id = "string"
address = "string"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["mail", "{id}"]] }
sort_key = { attribute = "sk", build_key = [["mail", ""]] }
[indexes.mails]
partition_key = { attribute = "address", value = "{address}" }
"#,
    r#"
entity = "Price"
description = "Has an index of the name of others, with another sort key."
[attributes]
id = "string"
cents = { type = "integer", default = 0 }
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["price", "{id}"]] }
sort_key = { attribute = "sk", build_key = [["cents", "{cents|zfill(4)}"]] }
[indexes.gsi1]
partition_key = { attribute = "gsi1_pk", build_key = [["price", "{id}"]] }
sort_key = { attribute = "other_sk", build_key = [["price", "{id}"]] }
"#,
    r#"
entity = "Note"
[attributes]
id = "string"
user = "string"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["user", "{user}"]] }
sort_key = { attribute = "sk", build_key = [["note", "{id}"]] }
"#,
    r#"
entity = "Reply"
description = "Without values its key is that of the note `reply`."
[attributes]
id = "string"
note = "string"
user = "string"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["user", "{user}"]] }
sort_key = { attribute = "sk", build_key = [["note", "{note}"], ["reply", "{id}"]] }
"#,
];

/// The value of an attribute, as it is written.
#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(String),
    Word(&'static str),
    Map(Vec<(String, Value)>),
    List(Vec<Value>),
}

/// How a line is written.
#[derive(Clone, Copy, Debug)]
struct Style {
    typed: bool,
    wrapped: bool,
    spaced: bool,
    escaped: bool,
}

impl Style {
    fn text(self, text: &str) -> String {
        if !self.escaped {
            return serde_json::to_string(text).unwrap();
        }
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
        format!("\"{units}\"")
    }

    fn value(self, value: &Value) -> String {
        match (value, self.typed) {
            (Value::Text(text), true) => format!("{{\"S\":{}}}", self.text(text)),
            (Value::Text(text), false) => self.text(text),
            (Value::Number(number), true) => format!("{{\"N\":\"{number}\"}}"),
            (Value::Number(number), false) => number.clone(),
            (Value::Word("null"), true) => "{\"NULL\":true}".to_owned(),
            (Value::Word(word), true) => format!("{{\"BOOL\":{word}}}"),
            (Value::Word(word), false) => (*word).to_owned(),
            (Value::Map(entries), true) => format!("{{\"M\":{}}}", self.map(entries)),
            (Value::Map(entries), false) => self.map(entries),
            (Value::List(values), typed) => {
                let values = values.iter().map(|value| self.value(value)).collect::<Vec<_>>().join(",");
                if typed { format!("{{\"L\":[{values}]}}") } else { format!("[{values}]") }
            }
        }
    }

    fn map(self, entries: &[(String, Value)]) -> String {
        let between = if self.spaced { " : " } else { ":" };
        let entries = entries.iter().map(|(name, value)| {
            let name = serde_json::to_string(name).unwrap();
            format!("{name}{between}{}", self.value(value))
        });
        let comma = if self.spaced { " ,\t" } else { "," };
        format!("{{{}}}", entries.collect::<Vec<_>>().join(comma))
    }

    fn line(self, entries: &[(String, Value)]) -> String {
        let item = self.map(entries);
        if self.wrapped && self.typed { format!("{{\"Item\":{item}}}") } else { item }
    }
}

fn engines(era: Era) -> Vec<Engine> {
    let engine = |text: &&str| {
        let model = load(&SourceFile::new("model.toml", (*text).to_owned())).unwrap();
        Engine::new(Arc::new(model), era.dialect())
    };
    MODELS.iter().map(engine).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-z0-9-]{1,8}",
        2 => "[A-Za-z0-9 @.-]{1,9}",
        1 => "[a-zA-ZäÖéßΣσς数İ\u{301}\u{a0}\u{85} ]{1,6}",
        1 => "[0-9]{1,7}",
        3 => prop::sample::select(vec![
            "", " ", "#", "a#b", "None", "nan", "NULL", "event", "order", "é", "Cafe\u{301}", " a", "a ", "a\tb", "-5", "+7",
            "0012", "2024-05-17T09:30:00Z", "2024-05-17", "user", "a\"b", "a\\b", "\u{1f600}", "x".repeat(1020).as_str(),
            "x".repeat(900).as_str(),
        ].into_iter().map(str::to_owned).collect::<Vec<_>>()),
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0_u32..2_000_000).prop_map(|number| number.to_string()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => prop::sample::select(vec!["0", "-0", "-5", "1.5", "12.0", "1e3", "123456789012345678901234567890"])
            .prop_map(str::to_owned),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let one = prop_oneof![
        8 => text().prop_map(Value::Text),
        4 => number().prop_map(Value::Number),
        1 => prop::sample::select(vec!["true", "false", "null"]).prop_map(Value::Word),
    ];
    one.prop_recursive(3, 12, 4, |inner| {
        let name = prop_oneof![
            4 => prop::sample::select(vec!["id", "email", "Items", "S", "pk", "street", "city"]).prop_map(str::to_owned),
            1 => "[a-z]{1,3}",
        ];
        let map = prop::collection::vec((name, inner.clone()), 0..4).prop_map(|mut entries| {
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            entries.dedup_by(|(left, _), (right, _)| left == right);
            Value::Map(entries)
        });
        prop_oneof![2 => map, 1 => prop::collection::vec(inner, 0..3).prop_map(Value::List)]
    })
}

/// A value that the short way takes.
fn plain(kind: AttributeType) -> BoxedStrategy<Value> {
    match kind {
        AttributeType::Integer => (0_u32..99_999).prop_map(|number| Value::Number(number.to_string())).boxed(),
        AttributeType::Datetime => (10_u32..28).prop_map(|day| Value::Text(format!("2024-05-{day}T09:30:00Z"))).boxed(),
        _ => prop_oneof![12 => "[a-zA-Z0-9-]{1,8}", 2 => "[a-zÄÖéßΣσς数]{1,4}", 1 => Just("reply".to_owned())]
            .prop_map(Value::Text)
            .boxed(),
    }
}

/// What is done to an item with its keys.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    Set(prop::sample::Index, Value),
    Remove(prop::sample::Index),
    Add(&'static str, Value),
    Drop(&'static str),
    /// A letter of a text is another.
    Letter(prop::sample::Index, prop::sample::Index, char),
    /// The text ends early.
    Cut(prop::sample::Index, prop::sample::Index),
    Upper(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let names = vec![
        "address", "about", "options", "gsi2_pk", "gsi2_sk", "lsi1_sk", "other_sk", "gsi1_pk", "gsi1_sk", "more",
        "Items", "S",
    ];
    prop_oneof![
        3 => Just(Change::Nothing),
        2 => (at(), value()).prop_map(|(at, value)| Change::Set(at, value)),
        1 => at().prop_map(Change::Remove),
        1 => prop::sample::select(names.clone()).prop_map(Change::Drop),
        3 => (prop::sample::select(names), value()).prop_map(|(name, value)| Change::Add(name, value)),
        1 => (at(), at(), prop::sample::select(vec!['x', 'X', '0', '#', ' ', 'é'])).prop_map(|(at, letter, new)| {
            Change::Letter(at, letter, new)
        }),
        1 => (at(), at()).prop_map(|(at, to)| Change::Cut(at, to)),
        1 => at().prop_map(Change::Upper),
    ]
}

/// An item of an entity with the keys that its model writes, before it is changed.
#[derive(Clone, Debug)]
struct Made {
    entity: usize,
    fields: Vec<Option<Value>>,
    changes: Vec<Change>,
    style: Style,
    turned: usize,
}

fn made() -> impl Strategy<Value = Made> {
    let style = (any::<bool>(), any::<bool>(), 0_u8..4, 0_u8..8).prop_map(|(typed, wrapped, spaced, escaped)| Style {
        typed,
        wrapped,
        spaced: spaced == 0,
        escaped: escaped == 0,
    });
    let fields = |entity: usize| {
        let kinds: Vec<AttributeType> =
            engines(Era::Guide)[entity].model().attributes.iter().map(|attribute| *attribute.kind).collect();
        kinds
            .iter()
            .map(|kind| {
                prop_oneof![
                    12 => plain(*kind).prop_map(Some),
                    1 => value().prop_map(Some),
                    1 => Just(None),
                ]
            })
            .collect::<Vec<_>>()
    };
    (0..MODELS.len()).prop_flat_map(move |entity| {
        (Just(entity), fields(entity), prop::collection::vec(change(), 1..3), style.clone(), 0_usize..8)
            .prop_map(|(entity, fields, changes, style, turned)| Made { entity, fields, changes, style, turned })
    })
}

impl Made {
    fn line(&self, engines: &[Engine]) -> String {
        let engine = &engines[self.entity];
        let names = engine.model().attributes.iter().map(|attribute| attribute.name.value.clone());
        let mut item: Vec<(String, Value)> =
            names.zip(&self.fields).filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        let mut buffer = KeyBuffer::default();
        let line = Style { typed: true, wrapped: true, spaced: false, escaped: false }.line(&item);
        ItemReader::of_line("fields", line.as_bytes(), 1)
            .read_all(&mut |item| {
                engine.write(&engine.map(&item.entries), &mut buffer, &mut ());
                Ok(())
            })
            .unwrap();
        for (number, key) in engine.keys().iter().enumerate() {
            let value = match buffer.get(number) {
                Written::Text(text) if key.kind == KeyType::S => Value::Text(text.to_owned()),
                Written::Typed(typed @ Whole(_)) if key.kind == KeyType::N => Value::Number(str_of(typed).unwrap()),
                _ => continue,
            };
            item.retain(|(name, _)| *name != key.attribute);
            item.push((key.attribute.clone(), value));
        }
        for change in &self.changes {
            let text = |item: &mut Vec<(String, Value)>, at: &prop::sample::Index, new: &dyn Fn(&str) -> String| {
                if item.is_empty() {
                    return;
                }
                let at = at.index(item.len());
                if let Value::Text(text) = &mut item[at].1 {
                    *text = new(text);
                }
            };
            match change {
                Change::Set(at, value) if !item.is_empty() => {
                    let at = at.index(item.len());
                    item[at].1 = value.clone();
                }
                Change::Remove(at) if !item.is_empty() => {
                    item.remove(at.index(item.len()));
                }
                Change::Add(name, value) => {
                    item.retain(|(own, _)| own != name);
                    item.push(((*name).to_owned(), value.clone()));
                }
                Change::Drop(name) => item.retain(|(own, _)| own != name),
                Change::Letter(at, letter, new) => text(&mut item, at, &|text| {
                    let letters = text.chars().count().max(1);
                    text.chars()
                        .enumerate()
                        .map(|(own, c)| if own == letter.index(letters) { *new } else { c })
                        .collect()
                }),
                Change::Cut(at, to) => {
                    text(&mut item, at, &|text| text.chars().take(to.index(text.chars().count() + 1)).collect())
                }
                Change::Upper(at) => text(&mut item, at, &str::to_uppercase),
                _ => {}
            }
        }
        let turned = self.turned.min(item.len());
        item.rotate_left(turned);
        if item.is_empty() {
            item.push(("nothing".to_owned(), Value::Word("true")));
        }
        self.style.line(&item)
    }
}

fn report(auditor: &Auditor, state: State) -> Audited {
    let part = Part {
        dynkeys_part: PART_VERSION,
        source: Source::default(),
        coverage: Coverage::default(),
        pieces: Pieces::Files(Vec::new()),
        described: None,
        catalog: Catalog::new(auditor),
        state,
        sampled: BTreeMap::new(),
        written: None,
    };
    Audited::new(&part, &Levels::default(), false)
}

/// The report of lines, in the short way where that tells, and how many items took it.
fn short(auditor: &Auditor, lines: &str) -> (Audited, u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("items.jsonl");
    std::fs::write(&path, lines).unwrap();
    let job =
        FileJob { path, name: "items".to_owned(), format: LineFormat::Items, is_lines: false, md5: None, items: None };
    let audited = audit_files(auditor, &[job], 1, &Progress::default(), None);
    assert!(audited.errors.is_empty(), "{:?}\n{lines}", audited.errors);
    let plain = audited.state.plain.iter().map(|plain| plain.count).sum();
    (report(auditor, audited.state), plain)
}

/// The report of the same lines, each item read into values and every key written anew.
fn long(auditor: &Auditor, lines: &str) -> Audited {
    let mut worker = auditor.worker();
    ItemReader::new("items", lines.as_bytes())
        .and_then(|mut reader| {
            reader.read_all(&mut |item| {
                worker.item(&item.entries, item_size(&item.entries), Whereabouts::File(item.place));
                Ok(())
            })
        })
        .unwrap();
    worker.state.flush();
    report(auditor, worker.state)
}

fn options() -> Options {
    Options { examples: 1000, ..Options::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_short_way_says_what_the_long_way_says(
        made in prop::collection::vec(made(), 1..12),
        era in prop::sample::select(Era::ALL.to_vec()),
    ) {
        let auditor = Auditor::new(engines(era), options());
        let mut lines = String::new();
        for made in &made {
            writeln!(lines, "{}", made.line(auditor.engines())).unwrap();
        }
        prop_assert_eq!(short(&auditor, &lines).0, long(&auditor, &lines), "{}", lines);
    }
}

/// The law above says nothing where everything goes the long way.
#[test]
fn plain_items_go_the_short_way() {
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let number = |number: u32| Some(Value::Number(number.to_string()));
    // A closed order is in no index of open ones.
    let (nothing, closed) = (Change::Nothing, Change::Drop("gsi2_pk"));
    let items = [
        (0, vec![text("7"), text("a@b.org"), text("Ann")], &nothing),
        (1, vec![text("x1"), text("7"), number(77), None, None], &closed),
        (1, vec![number(12), text("7"), number(77), number(1_700_000_000), None], &nothing),
        (2, vec![text("x1"), text("7"), number(3), text("2024-05-17T09:30:00Z")], &nothing),
        (3, vec![text("9"), text("a@b.org")], &nothing),
        (5, vec![text("9"), text("7")], &nothing),
        (6, vec![text("1"), text("9"), text("7")], &nothing),
    ];
    let style = Style { typed: true, wrapped: true, spaced: false, escaped: false };
    for era in [Era::Guide, Era::V0_37, Era::V0_58] {
        let auditor = Auditor::new(engines(era), options());
        // From 0.37 on a reply without an id has the key of its note.
        let clear = |entity: usize| entity < 5 || era == Era::Guide;
        for (entity, fields, change) in items.iter().filter(|(entity, ..)| clear(*entity)) {
            let made =
                Made { entity: *entity, fields: fields.clone(), changes: vec![(*change).clone()], style, turned: 0 };
            let line = made.line(auditor.engines()) + "\n";
            let (report, plain) = short(&auditor, &line);
            assert_eq!(report, long(&auditor, &line), "{line}");
            assert!(plain > 0, "{era:?} {line}");
        }
    }
}
