//! The scanner of lines gives what the general reader gives, or leaves the line to it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use dynkeys::source::raw::{Kind, Line, LineFormat, Names, RawItem, Scanner};
use dynkeys::source::{Entries, ItemReader, item_size, stored_number};
use dynkeys::value::Value;
use jiter::JsonValue;
use proptest::prelude::*;

const WANTED: [&str; 9] = ["pk", "sk", "id", "name", "", "é", "S", "Items", "Count"];

/// Names that are wanted, those of responses and of changes, and others.
const NAMES: [&str; 26] = [
    "pk",
    "pk",
    "sk",
    "id",
    "name",
    "",
    "é",
    "other",
    "a_name_of_some_length",
    "p\\u006b",
    "x\\n",
    "Item",
    "Items",
    "Count",
    "ScannedCount",
    "LastEvaluatedKey",
    "ConsumedCapacity",
    "Responses",
    "Attributes",
    "ResponseMetadata",
    "$metadata",
    "S",
    "M",
    "Keys",
    "NewImage",
    "OldImage",
];

const PIECES: [&str; 25] = [
    "a",
    "user#1",
    "some longer text of 30 letters",
    "é",
    "👩",
    " ",
    "#",
    "\u{7f}",
    "\u{2028}",
    "\\n",
    "\\/",
    "\\\"",
    "\\\\",
    "\\u0041",
    "\\u00e9",
    "\\u20ac",
    "\\ud83d\\ude00",
    // What is no JSON.
    "\\ud800",
    "\\udc00",
    "\\ud83d\\n",
    "\\ud83d\\u0041",
    "\\u+123",
    "\\u00",
    "\\x",
    "\u{1}",
];

const NUMBERS: [&str; 40] = [
    "0",
    "-0",
    "7",
    "12",
    "1200",
    "-12",
    "29.99",
    "0.05",
    "1.50",
    "12.0",
    "-0.0",
    "1e20",
    "1E+20",
    "1e-7",
    "120e-2",
    "-2.5E-7",
    "12345678901234567890",
    "100000000000000000000",
    "1180591620717411303424",
    "-1180591620717411303424",
    "99999999999999999999999999999999999999",
    "0.1234567890123456789",
    "123456789.000000000000000001",
    "1e125",
    "1e-130",
    "1e400",
    "-1e-400",
    "1e99999",
    // What is no number.
    "",
    "01",
    "-01",
    "1.",
    "+5",
    ".5",
    "-",
    "1e",
    "NaN",
    "Infinity",
    "0x1",
    "1 2",
];

/// Strategies are boxed: their trees are large.
type Text = BoxedStrategy<String>;

fn one_of(all: &'static [&'static str]) -> Text {
    prop::sample::select(all).prop_map(String::from).boxed()
}

fn space() -> Text {
    prop_oneof![6 => Just(String::new()), 1 => one_of(&[" ", "\t", "  ", "\r", " \t "])].boxed()
}

/// A string of JSON, nearly always sound.
fn quoted() -> Text {
    let sound = prop_oneof![
        4 => "[a-z0-9#]{0,12}",
        2 => prop::collection::vec(one_of(&PIECES[..17]), 0..5).prop_map(|pieces| pieces.concat()),
        1 => any::<String>().prop_map(|text| {
            let quoted = serde_json::to_string(&text).unwrap();
            quoted[1..quoted.len() - 1].to_owned()
        }),
    ];
    let any = prop_oneof![60 => sound, 1 => prop::collection::vec(one_of(&PIECES), 1..4).prop_map(|all| all.concat())];
    any.prop_map(|text| format!("\"{text}\"")).boxed()
}

fn numeral() -> Text {
    prop_oneof![
        4 => any::<i64>().prop_map(|number| number.to_string()),
        4 => (0..100_000_u32).prop_map(|number| number.to_string()),
        2 => "-?(0|[1-9][0-9]{0,8})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?",
        2 => one_of(&NUMBERS[..28]),
        1 => "-?[1-9][0-9]{0,40}(\\.[0-9]{0,25})?",
    ]
    .boxed()
}

/// A number, once in a while none.
fn wild_numeral() -> Text {
    prop_oneof![60 => numeral(), 1 => one_of(&NUMBERS)].boxed()
}

fn name() -> Text {
    one_of(&NAMES).prop_map(|name| format!("\"{name}\"")).boxed()
}

fn object(value: Text, count: std::ops::Range<usize>) -> Text {
    let all = (prop::collection::vec((name(), space(), value), count), space());
    let text = all.prop_map(|(entries, inside)| {
        let entries: Vec<String> =
            entries.into_iter().map(|(name, space, value)| format!("{space}{name}{space}:{value}{space}")).collect();
        format!("{{{inside}{}}}", entries.join(","))
    });
    text.boxed()
}

fn list(of: Text) -> Text {
    let all = (prop::collection::vec(of, 0..4), space());
    all.prop_map(|(all, space)| format!("[{space}{}{space}]", all.join(","))).boxed()
}

/// A value of plain JSON.
fn plain() -> Text {
    let leaf = prop_oneof![
        6 => quoted(),
        4 => wild_numeral(),
        2 => one_of(&["true", "false", "null", "true", "false", "null", "True", "nul", "NaN", "truefalse"]),
    ];
    let spaced = (space(), leaf).prop_map(|(space, leaf)| space + &leaf);
    let nested = |inner: Text| prop_oneof![object(inner.clone(), 0..4), list(inner)];
    spaced.boxed().prop_recursive(3, 12, 4, nested).boxed()
}

/// A type and its value, mostly without white space as exports have it.
fn tagged(tag: &'static str, value: Text) -> Text {
    let all = (space(), value, space());
    all.prop_map(move |(before, value, after)| format!("{{{before}\"{tag}\":{value}{after}}}")).boxed()
}

fn base64() -> Text {
    prop_oneof![
        30 => one_of(&["", "QQ==", "QUI=", "QUJD", "/+8="]),
        1 => one_of(&["QQ", "QR==", "Q", "Q===", "é", "Q Q=", "QQ\\u003d=", "===="]),
    ]
    .prop_map(|text| format!("\"{text}\""))
    .boxed()
}

/// A value that carries its type.
fn typed() -> Text {
    let numeral = || wild_numeral().prop_map(|text| format!("\"{text}\"")).boxed();
    let leaf = prop_oneof![
        8 => tagged("S", quoted()),
        6 => tagged("N", numeral()),
        1 => tagged("B", base64()),
        1 => tagged("BOOL", one_of(&["true", "false", " true", "1", "True"])),
        1 => tagged("NULL", one_of(&["true", "true", " true", "false", "null"])),
        1 => tagged("SS", list(quoted())),
        1 => tagged("NS", list(numeral())),
        1 => tagged("BS", list(base64())),
    ];
    let odd = prop_oneof![
        tagged("S", self::numeral()),
        tagged("N", self::numeral()),
        tagged("X", quoted()),
        tagged("M", plain()),
        one_of(&["{}", "{\"S\":\"x\",\"N\":\"1\"}"]),
        plain(),
    ];
    let leaf = prop_oneof![60 => leaf, 1 => odd];
    let nested = |inner: Text| prop_oneof![tagged("M", object(inner.clone(), 0..4)), tagged("L", list(inner))];
    leaf.boxed().prop_recursive(3, 12, 4, nested).boxed()
}

/// An item as a line holds it.
fn item() -> Text {
    prop_oneof![4 => object(typed(), 1..7), 3 => object(plain(), 0..7)].boxed()
}

/// A change of an incremental export, or nearly.
fn change() -> Text {
    let image = || prop_oneof![20 => object(typed(), 1..6), 1 => plain()].boxed();
    let entry = |name: &'static str, value: Text| {
        prop::option::weighted(0.9, value.prop_map(move |value| (format!("\"{name}\""), value)))
    };
    let news = (image(), image());
    let all = (entry("Metadata", plain()), entry("Keys", image()), entry("OldImage", image()), news, 0..12_u8);
    let text = all.prop_map(|(metadata, keys, old, (new, other), more)| {
        let mut all: Vec<_> = [metadata, keys, old].into_iter().flatten().collect();
        match more {
            0..8 => all.push(("\"NewImage\"".to_owned(), new)),
            8 => all.insert(0, ("\"NewImage\"".to_owned(), new)),
            9 => all.extend([("\"NewImage\"".to_owned(), other), ("\"NewImage\"".to_owned(), new)]),
            10 => all.push(("\"pk\"".to_owned(), new)),
            _ => {}
        }
        let all: Vec<String> = all.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
        format!("{{{}}}", all.join(","))
    });
    text.boxed()
}

fn line() -> Text {
    let wrapped =
        (item(), space()).prop_map(|(item, space)| format!("{space}{{{space}\"Item\"{space}:{item}}}{space}"));
    let sound = prop_oneof![
        6 => (space(), item(), space()).prop_map(|(before, item, after)| before + &item + &after),
        2 => wrapped,
        3 => change(),
        1 => plain(),
        1 => list(item()),
        1 => (item(), item()).prop_map(|(one, other)| one + &other),
        1 => any::<String>(),
        1 => one_of(&["", " ", "\t", "\u{a0}", "\u{feff}", "\u{feff}{}", "\0", "{}\0", "{"]),
    ];
    let all = (sound, any::<prop::sample::Index>(), 0..14_u8, one_of(&PIECES));
    let text = all.prop_map(|(line, at, what, piece)| {
        let at = at.index(line.len() + 1);
        let at = (0..=at).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        match what {
            // Truncated, with a slip in the middle, with a letter too few.
            0 => line[..at].to_owned(),
            1 => line[..at].to_owned() + &piece + &line[at..],
            2 => {
                let next = line[at..].chars().next().map_or(0, char::len_utf8);
                line[..at].to_owned() + &line[at + next..]
            }
            _ => line,
        }
    });
    text.boxed()
}

/// What the reader makes of a line: its items, or nothing where it is an error.
fn read(line: &str, format: LineFormat) -> Option<Vec<Entries<'static>>> {
    let mut items = Vec::new();
    let mut reader = match format {
        LineFormat::Items => ItemReader::of_line("items", line.as_bytes(), 2),
        LineFormat::Changes => ItemReader::of_change("items", line.as_bytes(), 2),
    };
    let read = reader.read_all(&mut |item| {
        let own = item
            .entries
            .iter()
            .map(|(name, value)| (Cow::Owned(name.clone().into_owned()), value.clone().into_owned()));
        items.push(own.collect());
        Ok(())
    });
    read.ok().map(|_| items)
}

/// The value of a text of plain JSON, or of one that carries its type.
fn value_of(text: &str, is_typed: bool) -> Option<Value<'static>> {
    let beside = if is_typed { "" } else { ",\"y\":0" };
    let items = read(&format!("{{\"x\":{text}{beside}}}"), LineFormat::Items)?;
    items.into_iter().next()?.into_iter().next().map(|(_, value)| value)
}

fn assert_slot(item: &RawItem<'_>, number_of: usize, value: Option<&Value<'_>>) -> Result<(), TestCaseError> {
    let (kind, text) = item.get(number_of);
    prop_assert_eq!(item.kind(number_of), kind);
    let found = match kind {
        Kind::Absent => None,
        Kind::Text => Some(Value::text(text)),
        Kind::Number if item.is_typed => stored_number(text),
        Kind::True => Some(Value::Bool(true)),
        Kind::False => Some(Value::Bool(false)),
        Kind::Null => Some(Value::None),
        Kind::Number | Kind::Other => value_of(text, item.is_typed),
    };
    // A typed null and the like say what they are by their kinds; all else by its text.
    prop_assert_eq!(found.as_ref(), value, "attribute {}", WANTED[number_of]);
    Ok(())
}

/// True where the reader's values say how large an item is: floats hold some 15 digits, and of a name that is written
/// twice the reader has but one value.
fn is_exact(line: &str) -> bool {
    let is_short = |token: &str| {
        let is_float = token.contains(['.', 'e', 'E']);
        let exponent = token.rsplit(['e', 'E']).next().and_then(|digits| digits.parse::<i64>().ok()).unwrap_or(0);
        let digits = token.bytes().filter(u8::is_ascii_digit).count();
        !is_float || (digits <= 15 && exponent.abs() < 300)
    };
    fn is_once(json: &JsonValue<'_>) -> bool {
        match json {
            JsonValue::Array(values) => values.iter().all(is_once),
            JsonValue::Object(entries) => {
                let names: BTreeSet<&str> = entries.iter().map(|(name, _)| name.as_ref()).collect();
                names.len() == entries.len() && entries.iter().all(|(_, value)| is_once(value))
            }
            _ => true,
        }
    }
    line.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | 'e' | 'E' | '+' | '-')).all(is_short)
        && JsonValue::parse(line.as_bytes(), false).is_ok_and(|json| is_once(&json))
}

/// What the scanner makes of the first line of a text, of so many bytes, agrees with the reader; whether it told it.
fn agree(scanner: &mut Scanner<'_>, text: &str, length: usize, format: LineFormat) -> Result<bool, TestCaseError> {
    let line = &text[..length];
    let found = read(line, format);
    match scanner.scan(text, length) {
        Line::Unusual => return Ok(false),
        Line::Nothing => prop_assert_eq!(found, Some(Vec::new())),
        Line::Item(item) => {
            let Some(found) = found else { return Err(TestCaseError::fail("the reader says that this is no item")) };
            prop_assert_eq!(found.len(), 1);
            for (number, name) in WANTED.iter().enumerate() {
                let value = found[0].iter().find(|(own, _)| own == name).map(|(_, value)| value);
                assert_slot(&item, number, value)?;
            }
            if is_exact(line) {
                prop_assert_eq!(item.size, item_size(&found[0]));
            }
        }
    }
    Ok(true)
}

/// An item as DynamoDB exports it, in a line: its wanted attributes are text without escapes and numbers.
fn exported() -> impl Strategy<Value = (String, LineFormat)> {
    let text = || "[a-zA-Z0-9#:. é-]{0,40}".prop_map(|text| format!("{{\"S\":\"{text}\"}}"));
    let number = (-100_000_i64..100_000).prop_map(|number| format!("{{\"N\":\"{number}\"}}"));
    let more = one_of(&[
        "{\"B\":\"QUJD\"}",
        "{\"BOOL\":true}",
        "{\"NULL\":true}",
        "{\"SS\":[\"a\",\"b\\n\"]}",
        "{\"M\":{\"a\":{\"L\":[{\"N\":\"1.5\"}]}}}",
    ]);
    (text(), text(), number, more, 0..3_u8).prop_map(|(pk, sk, id, more, wrapped)| {
        let item = format!("{{\"pk\":{pk},\"other\":{more},\"sk\":{sk},\"id\":{id}}}");
        match wrapped {
            0 => (item, LineFormat::Items),
            1 => (format!("{{\"Item\":{item}}}"), LineFormat::Items),
            _ => {
                let change = format!("{{\"Metadata\":{{}},\"Keys\":{{\"pk\":{pk}}},\"NewImage\":{item}}}");
                (change, LineFormat::Changes)
            }
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 700, ..ProptestConfig::default() })]

    /// Line by line: how a line is scanned depends on what the ones before began with, and others follow.
    #[test]
    fn a_line_is_scanned_as_it_is_read_or_left_to_the_reader(
        lines in prop::collection::vec((line(), 1..3_usize), 1..5),
        is_changes: bool,
    ) {
        let format = if is_changes { LineFormat::Changes } else { LineFormat::Items };
        let names = Names::new(WANTED.map(str::to_owned));
        let mut scanner = Scanner::new(&names, format);
        let lines: Vec<&String> = lines.iter().flat_map(|(line, times)| std::iter::repeat_n(line, *times)).collect();
        let text = lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n");
        let mut start = 0;
        for line in lines {
            agree(&mut scanner, &text[start..], line.len(), format)?;
            start += line.len() + 1;
        }
    }

    /// Else the scanner could leave every line to the reader.
    #[test]
    fn lines_of_an_export_are_told_by_the_scanner(lines in prop::collection::vec(exported(), 1..4)) {
        let names = Names::new(WANTED.map(str::to_owned));
        for format in [LineFormat::Items, LineFormat::Changes] {
            let mut scanner = Scanner::new(&names, format);
            for (line, _) in lines.iter().filter(|(_, own)| *own == format) {
                prop_assert!(agree(&mut scanner, line, line.len(), format)?);
                let Line::Item(item) = scanner.scan(line, line.len()) else { panic!("{line}") };
                prop_assert!(item.is_typed);
                prop_assert_eq!([0, 1, 2].map(|at| item.kind(at)), [Kind::Text, Kind::Text, Kind::Number]);
            }
        }
    }
}

/// Lines that a scanner may well mistake: it says nothing of them.
#[test]
fn what_only_values_tell_is_left_to_the_reader() {
    let image = |name: &str| format!("{{\"{name}\":{{\"S\":\"x\"}}}}");
    let items = [
        r#"{"pk":{"S":"a"},"pk":{"S":"b"}}"#,
        r#"{"p\u006b":{"S":"a"}}"#,
        r#"{"pk":{"S":"a\n"}}"#,
        r#"{"pk":{"S":"a"},"sk":"b"}"#,
        r#"{"Items":[{"pk":"a"}],"Count":1}"#,
        r#"{"Item":{"pk":"a"}}"#,
        r#"{"$metadata":{},"pk":"a"}"#,
        r#"{"ScannedCount":0,"Count":0}"#,
        r#"{"other":"\ud800"}"#,
        r#"{"other":{"B":"QR=="}}"#,
        r#"{"other":1e99999}"#,
        r#"{"pk":"a"}{"pk":"b"}"#,
        r#"[{"pk":"a"}]"#,
    ];
    let changes = [
        format!("{{\"Keys\":{{}},\"NewImage\":{},\"NewImage\":{}}}", image("pk"), image("sk")),
        format!("{{\"NewImage\":{}}}", image("pk")),
        "{\"Metadata\":{}}".to_owned(),
        "{\"Keys\":{},\"NewImage\":{\"pk\":\"a\"}}".to_owned(),
        image("pk"),
    ];
    let names = Names::new(WANTED.map(str::to_owned));
    let items = items.iter().map(|line| (LineFormat::Items, (*line).to_owned()));
    for (format, line) in items.chain(changes.into_iter().map(|line| (LineFormat::Changes, line))) {
        let is_told = agree(&mut Scanner::new(&names, format), &line, line.len(), format);
        assert!(!is_told.unwrap(), "{line}");
    }
}
