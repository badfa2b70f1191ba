//! Items of the tables that are right or went wrong in some way, and how they are audited.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use dynkeys::audit::{Auditor, Catalog, Example, Options, State, Subject, Whereabouts, Worker};
use dynkeys::key::{Engine, KeyBuffer, Written};
use dynkeys::model::{AttributeType, Era, Model};
use dynkeys::report::{Audited, Coverage, Levels, PART_VERSION, Part, Pieces, Source};
use dynkeys::source::raw::{Line, LineFormat, Scanner};
use dynkeys::source::{ItemPlace, ItemReader, item_size};
use dynkeys::value::Value;
use proptest::prelude::*;

use super::models::{TABLES, models};

pub fn auditor(table: &str, era: Era, options: Options) -> Auditor {
    let engine = |model| Engine::new(model, era.dialect());
    Auditor::new(models(table).into_iter().map(engine).collect(), options)
}

/// How many ways there are to be asked.
pub const ASKED: usize = 4;

fn options(asked: usize) -> Options {
    let default = Options { examples: 3, ..Options::default() };
    match asked {
        0 => default,
        1 => Options { delimiter: "|".to_owned(), examples: 0, ..default },
        2 => Options { delimiter: "::".to_owned(), ttl: Some("size".to_owned()), ..default },
        _ => {
            let carried = ["pk", "sk", "gsi1_pk", "gsi1_sk", "id", "name", "at"].map(str::to_owned);
            Options { index: Some("gsi1".to_owned()), carried: Some(carried.into()), ..default }
        }
    }
}

/// The auditor of a table, of which there is one each.
pub fn shared(table: usize, era: usize, asked: usize) -> &'static Auditor {
    static ALL: [OnceLock<Auditor>; TABLES.len() * Era::ALL.len() * ASKED] =
        [const { OnceLock::new() }; TABLES.len() * Era::ALL.len() * ASKED];
    let own = &ALL[(table * Era::ALL.len() + era) * ASKED + asked];
    own.get_or_init(|| auditor(TABLES[table], Era::ALL[era], options(asked)))
}

/// A value of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    Text(String),
    Number(String),
    /// As plain JSON has it, and as DynamoDB JSON has it.
    Other(&'static str, &'static str),
}

const OTHERS: [(&str, &str); 7] = [
    ("true", r#"{"BOOL":true}"#),
    ("false", r#"{"BOOL":false}"#),
    ("null", r#"{"NULL":true}"#),
    ("[1,\"a\"]", r#"{"L":[{"N":"1"},{"S":"a"}]}"#),
    ("{\"a\":1}", r#"{"M":{"a":{"N":"1"}}}"#),
    ("\"QUJD\"", r#"{"B":"QUJD"}"#),
    ("[\"a\"]", r#"{"SS":["a"]}"#),
];

const TEXTS: [&str; 41] = [
    "2024-05-17T09:30:00.5Z",
    "2024-05-17T09:30:00+0000",
    "2024-05-17 09:30:00+02:00",
    "2024-05-17T09:30:00.25",
    "31.01.2024",
    "Fri, 17 May 2024 09:30:00 GMT",
    "1715938200123",
    "soon",
    "",
    " ",
    "None",
    "none",
    "NULL",
    "nan",
    "undefined",
    "a#b",
    "#",
    "a|b",
    "a::b",
    "Smith",
    "STREET",
    "é",
    "ÅNGSTRÖM",
    "e\u{301}",
    "ΑΣ",
    "İ",
    "a b",
    " lead",
    "trail ",
    "tab\there",
    "\u{7f}",
    "line\nend",
    "\"quoted\\",
    "12",
    "007",
    "2024-05-17",
    "2024-05-17T09:30:00+00:00",
    "2024-05-17T09:30:00Z",
    "1715938200",
    "🚀",
    "order#7",
];

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        10 => prop::sample::select(&["u1", "u2", "u3", "p-7", "abc-123", "0f8fad5b-d9cb"][..]).prop_map(String::from),
        6 => "[a-z0-9-]{1,8}",
        4 => "[A-Za-z0-9 _.@-]{1,12}",
        4 => prop::sample::select(&TEXTS[..]).prop_map(String::from),
        1 => prop::sample::select(&[900_usize, 921, 922, 1000, 1024, 1850, 2048][..]).prop_map(|count| "x".repeat(count)),
    ]
    .boxed()
}

/// Text without anything special.
fn tame() -> BoxedStrategy<String> {
    prop_oneof![
        4 => prop::sample::select(&["u1", "u2", "u3", "p-7", "abc-123", "0f8fad5b-d9cb"][..]).prop_map(String::from),
        4 => "[a-z0-9-]{1,8}",
        1 => "[A-Za-z][A-Za-z0-9 _.@-]{0,12}[a-z]",
    ]
    .boxed()
}

fn numeral() -> BoxedStrategy<String> {
    let odd = ["0", "-0", "-5", "12.0", "1e3", "0.5", "29.99", "1E-2", "1180591620717411303424", "-12.50"];
    let odd = prop::sample::select(odd.to_vec()).prop_map(String::from);
    prop_oneof![4 => (0..200_000_u32).prop_map(|number| number.to_string()), 1 => odd].boxed()
}

fn other() -> impl Strategy<Value = Field> {
    prop::sample::select(&OTHERS[..]).prop_map(|(plain, typed)| Field::Other(plain, typed))
}

fn any_field() -> BoxedStrategy<Field> {
    prop_oneof![5 => text().prop_map(Field::Text), 2 => numeral().prop_map(Field::Number), 1 => other()].boxed()
}

/// What goes wrong with an item.
#[derive(Clone, Debug)]
enum Change {
    Remove,
    Set(Field),
    Append(String),
    Cut,
    FlipCase,
    /// Takes the value of another attribute.
    Copy(prop::sample::Index),
    /// Grows to about the size that DynamoDB takes at most.
    Grow(usize),
    /// Gets an attribute that some entity of the table has.
    Add(prop::sample::Index, Field),
}

fn change() -> BoxedStrategy<Change> {
    prop_oneof![
        2 => Just(Change::Remove),
        3 => any_field().prop_map(Change::Set),
        2 => text().prop_map(Change::Append),
        1 => Just(Change::Cut),
        2 => Just(Change::FlipCase),
        1 => any::<prop::sample::Index>().prop_map(Change::Copy),
        2 => (any::<prop::sample::Index>(), any_field()).prop_map(|(at, field)| Change::Add(at, field)),
        1 => (368_000..369_000_usize).prop_map(Change::Grow),
    ]
    .boxed()
}

/// How an item is made.
#[derive(Clone, Debug)]
pub struct Recipe {
    entity: prop::sample::Index,
    /// The dialect that wrote its keys, where it is not the one of the models.
    era: Option<usize>,
    /// Texts and numbers for its fields; none of a field that is not set.
    fields: Vec<Option<(String, u32)>>,
    changes: Vec<(prop::sample::Index, Change)>,
    is_typed: bool,
    is_spaced: bool,
}

pub fn recipe() -> impl Strategy<Value = Recipe> {
    let wild = prop::collection::vec(prop::option::weighted(0.9, (text(), 0..200_000_u32)), 8);
    let tame = prop::collection::vec(prop::option::weighted(0.99, (tame(), 0..200_000_u32)), 8);
    let fields = prop_oneof![2 => wild, 5 => tame];
    let changes = prop_oneof![
        4 => Just(Vec::new()),
        3 => prop::collection::vec((any::<prop::sample::Index>(), change()), 1),
        1 => prop::collection::vec((any::<prop::sample::Index>(), change()), 2..4),
    ];
    let era = prop::option::weighted(0.1, 0..Era::ALL.len());
    let all = (any::<prop::sample::Index>(), era, fields, changes, 0..10_u8);
    all.prop_map(|(entity, era, fields, changes, style)| Recipe {
        entity,
        era,
        fields,
        changes,
        is_typed: style > 3,
        is_spaced: style == 0 || style == 9,
    })
}

type Attributes = Vec<(String, Field)>;

impl Recipe {
    /// The item in a line.
    pub fn line(&self, auditor: &Auditor) -> String {
        let engine = &auditor.engines()[self.entity.index(auditor.engines().len())];
        let mut item = self.fields_of(engine.model());
        let own;
        let writer = match self.era {
            None => engine,
            Some(era) => {
                own = Engine::new(Arc::clone(engine.model()), Era::ALL[era].dialect());
                &own
            }
        };
        put_keys(writer, &mut item);
        for (at, change) in &self.changes {
            apply(change, *at, &mut item, auditor);
        }
        render(&item, self.is_typed, self.is_spaced)
    }

    fn fields_of(&self, model: &Model) -> Attributes {
        let fields = model.attributes.iter().zip(self.fields.iter().cycle());
        let set = fields.filter_map(|(attribute, value)| {
            let (text, number) = value.as_ref()?;
            let value = match *attribute.kind {
                AttributeType::Integer => Field::Number(number.to_string()),
                AttributeType::Float => Field::Number(format!("{}.{}", number / 100, number % 100)),
                AttributeType::Boolean => Field::Other("true", r#"{"BOOL":true}"#),
                AttributeType::Datetime if number % 8 > 0 => {
                    let (day, minute) = (number % 27 + 1, number % 60);
                    Field::Text(format!("2024-05-{day:02}T09:{minute:02}:00+00:00"))
                }
                AttributeType::Any if number % 3 == 0 => Field::Number(number.to_string()),
                _ => Field::Text(text.clone()),
            };
            Some((attribute.name.value.clone(), value))
        });
        set.collect()
    }
}

/// Writes the keys of an item as its model does.
fn put_keys(engine: &Engine, item: &mut Attributes) {
    let line = render(item, true, false);
    let mut written: Attributes = Vec::new();
    if item.is_empty() {
        return;
    }
    let mut reader = ItemReader::of_line("item", line.as_bytes(), 1);
    let mut write = |item: &dynkeys::source::Item<'_>| {
        let mut buffer = KeyBuffer::default();
        engine.write(&engine.map(&item.entries), &mut buffer, &mut ());
        for (number, key) in engine.keys().iter().enumerate() {
            let value = match buffer.get(number) {
                Written::Text(text) => Field::Text(text.to_owned()),
                Written::Typed(Value::Int(number)) => Field::Number(number.to_string()),
                Written::Open(_) | Written::Typed(_) | Written::Absent | Written::Failed(_) => continue,
            };
            written.push((key.attribute.clone(), value));
        }
        Ok(())
    };
    reader.read_all(&mut write).unwrap();
    for (name, value) in written {
        set(item, &name, value);
    }
}

fn set(item: &mut Attributes, name: &str, value: Field) {
    match item.iter_mut().find(|(known, _)| known == name) {
        Some(known) => known.1 = value,
        None => item.push((name.to_owned(), value)),
    }
}

fn apply(change: &Change, at: prop::sample::Index, item: &mut Attributes, auditor: &Auditor) {
    if let Change::Add(name, value) = change {
        let name = auditor.names().name(name.index(auditor.names().len())).to_owned();
        return set(item, &name, value.clone());
    }
    if let Change::Grow(size) = change {
        return set(item, "blob", Field::Text("x".repeat(*size)));
    }
    if item.is_empty() {
        return;
    }
    let at = at.index(item.len());
    let own = item[at].1.clone();
    item[at].1 = match (change, own) {
        (Change::Remove, _) => {
            item.remove(at);
            return;
        }
        (Change::Set(value), _) => value.clone(),
        (Change::Copy(other), _) => item[other.index(item.len())].1.clone(),
        (Change::Append(more), Field::Text(text)) => Field::Text(text + more),
        (Change::Cut, Field::Text(text)) => {
            Field::Text(text.rsplit_once('#').map_or(String::new(), |(start, _)| start.to_owned()))
        }
        (Change::FlipCase, Field::Text(text)) => {
            let flip = |c: char| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            Field::Text(text.chars().map(flip).collect())
        }
        (_, own) => own,
    };
}

fn render(item: &Attributes, is_typed: bool, is_spaced: bool) -> String {
    let (colon, comma) = if is_spaced { (": ", ", ") } else { (":", ",") };
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let value = |value: &Field| match (value, is_typed) {
        (Field::Text(text), false) => quoted(text),
        (Field::Number(number), false) => number.clone(),
        (Field::Other(plain, _), false) => (*plain).to_owned(),
        (Field::Text(text), true) => format!("{{\"S\"{colon}{}}}", quoted(text)),
        (Field::Number(number), true) => format!("{{\"N\"{colon}\"{number}\"}}"),
        (Field::Other(_, typed), true) => (*typed).to_owned(),
    };
    let all: Vec<String> =
        item.iter().map(|(name, field)| format!("{}{colon}{}", quoted(name), value(field))).collect();
    format!("{{{}}}", all.join(comma))
}

fn place(line: usize) -> Whereabouts<'static> {
    Whereabouts::File(ItemPlace { file: "items.jsonl", line, index: None })
}

/// Audits a line by its values.
pub fn long(worker: &mut Worker<'_>, line: &str, number: usize) {
    let mut reader = ItemReader::of_line("items.jsonl", line.as_bytes(), number);
    let mut visit = |item: &dynkeys::source::Item<'_>| {
        worker.item(&item.entries, item_size(&item.entries), place(number));
        Ok(())
    };
    assert_eq!(reader.read_all(&mut visit).unwrap(), 1, "{line}");
}

/// Audits a line as it stands, where that tells.
pub fn short(worker: &mut Worker<'_>, scanner: &mut Scanner<'_>, line: &str, number: usize) {
    let is_told = match scanner.scan(line, line.len()) {
        Line::Item(item) => worker.raw(&item, place(number)),
        Line::Nothing => panic!("an item: {line}"),
        Line::Unusual => false,
    };
    if !is_told {
        long(worker, line, number);
    }
}

/// What is seen of lines, whose numbers are given.
pub fn audit<'l>(auditor: &Auditor, lines: impl IntoIterator<Item = (usize, &'l String)>) -> State {
    let mut worker = auditor.worker();
    let mut scanner = Scanner::new(auditor.names(), LineFormat::Items);
    for (number, line) in lines {
        short(&mut worker, &mut scanner, line, number);
    }
    worker.state.flush();
    worker.state
}

/// A part with a state.
pub fn part(auditor: &Auditor, state: State, name: &str) -> Part {
    Part {
        dynkeys_part: PART_VERSION,
        source: Source { kind: "items".to_owned(), name: name.to_owned(), ..Source::default() },
        coverage: Coverage { complete: true, ..Coverage::default() },
        pieces: Pieces::Files(vec![name.to_owned()]),
        described: None,
        catalog: Catalog::new(auditor),
        state,
        sampled: BTreeMap::new(),
        written: None,
    }
}

/// The report of a part.
pub fn report(part: &Part) -> serde_json::Value {
    serde_json::to_value(Audited::new(part, &Levels::default(), false)).unwrap()
}

pub type Findings = Vec<(Subject, Example)>;
