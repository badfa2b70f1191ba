//! The bytes of answers: whether they are what DynamoDB answers to Scan and DescribeTable. Whoever takes them apart
//! afterwards may pass over what it does not know or what is missing, and an item that is passed over is lost.

use jiter::{Jiter, JiterError, NumberInt, Peek};

/// The most bytes of an answer. A page has 1 MB of items as DynamoDB counts them; the longest way to write one byte of
/// that is `{"S":""},`, so that a page has 9 MB of JSON at most.
pub const MOST_BYTES: usize = 32 << 20;

/// How deep the values of an item are nested at most. DynamoDB allows 32 levels, and other servers may allow more:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
pub const MOST_LEVELS: usize = 90;

/// How many items a Scan answer has, or what it is that is no such answer: `Count` and `Items` are there and agree, every
/// item is DynamoDB JSON, and `LastEvaluatedKey` is a key, null or missing.
pub fn scan_answer(body: &[u8]) -> Result<u64, String> {
    let mut reader = Reader::new(body)?;
    let (mut count, mut items, mut has_key) = (None, None, false);
    let mut next = reader.first_key("the answer")?;
    while let Some(key) = next {
        match key.as_str() {
            "Count" if count.is_none() => count = Some(reader.count()?),
            "Items" if items.is_none() => items = Some(reader.items()?),
            "LastEvaluatedKey" if !has_key => {
                has_key = true;
                reader.start_key()?;
            }
            "Count" | "Items" | "LastEvaluatedKey" => return Err(format!("`{key}` is there twice")),
            _ => reader.skip()?,
        }
        next = reader.next_key()?;
    }
    reader.finish()?;
    match (count, items) {
        (None, _) => Err("there is no `Count`".to_owned()),
        (_, None) => Err("there are no `Items`".to_owned()),
        (Some(count), Some(items)) if count != items => Err(format!("`Count` is {count}, and there are {items} items")),
        (Some(count), Some(_)) => Ok(count),
    }
}

/// What it is that is no answer to DescribeTable: there is one `Table`, with a `KeySchema`.
pub fn description_answer(body: &[u8]) -> Result<(), String> {
    let mut reader = Reader::new(body)?;
    let mut tables = 0;
    let mut next = reader.first_key("the answer")?;
    while let Some(key) = next {
        if key == "Table" {
            tables += 1;
            let mut has_schema = false;
            let mut inner = reader.first_key("`Table`")?;
            while let Some(key) = inner {
                if key == "KeySchema" {
                    has_schema = reader.peek()? == Peek::Array;
                }
                reader.skip()?;
                inner = reader.next_key()?;
            }
            if !has_schema {
                return Err("`Table` has no `KeySchema`".to_owned());
            }
        } else {
            reader.skip()?;
        }
        next = reader.next_key()?;
    }
    reader.finish()?;
    match tables {
        0 => Err("there is no `Table`".to_owned()),
        1 => Ok(()),
        _ => Err("`Table` is there twice".to_owned()),
    }
}

/// What it is that is no error of DynamoDB: an object, which has a `__type` where `is_named` says that nothing else
/// tells the kind of the error.
pub fn error_answer(body: &[u8], is_named: bool) -> Result<(), String> {
    let mut reader = Reader::new(body)?;
    let mut has_type = is_named;
    let mut next = reader.first_key("the answer")?;
    while let Some(key) = next {
        has_type |= matches!(key.as_str(), "__type" | "code") && reader.peek()? == Peek::String;
        reader.skip()?;
        next = reader.next_key()?;
    }
    reader.finish()?;
    if has_type { Ok(()) } else { Err("it has no `__type`".to_owned()) }
}

struct Reader<'j> {
    json: Jiter<'j>,
}

/// The types of values.
#[derive(Clone, Copy)]
enum Type {
    Text,
    Flag,
    Texts,
    List,
    Map,
}

impl<'j> Reader<'j> {
    fn new(body: &'j [u8]) -> Result<Self, String> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err("it is empty".to_owned());
        }
        // Strings with escapes are not looked at as closely as others.
        if simdutf8::basic::from_utf8(body).is_err() {
            return Err("it is not UTF-8".to_owned());
        }
        Ok(Self { json: Jiter::new(body) })
    }

    fn first_key(&mut self, what: &str) -> Result<Option<String>, String> {
        if self.peek()? != Peek::Object {
            return Err(format!("{what} is not an object"));
        }
        self.json.known_object().map(|key| key.map(str::to_owned)).map_err(not_json)
    }

    fn next_key(&mut self) -> Result<Option<String>, String> {
        self.json.next_key().map(|key| key.map(str::to_owned)).map_err(not_json)
    }

    fn peek(&mut self) -> Result<Peek, String> {
        self.json.peek().map_err(not_json)
    }

    fn skip(&mut self) -> Result<(), String> {
        self.json.next_skip().map_err(not_json)
    }

    fn finish(&mut self) -> Result<(), String> {
        self.json.finish().map_err(not_json)
    }

    fn count(&mut self) -> Result<u64, String> {
        let no_number = || "`Count` is not a number of items".to_owned();
        match self.json.next_int() {
            Ok(NumberInt::Int(count)) => u64::try_from(count).map_err(|_| no_number()),
            _ => Err(no_number()),
        }
    }

    fn items(&mut self) -> Result<u64, String> {
        if self.peek()? != Peek::Array {
            return Err("`Items` is not a list".to_owned());
        }
        let mut count = 0;
        let mut next = self.json.known_array().map_err(not_json)?;
        while let Some(peek) = next {
            if peek != Peek::Object {
                return Err(format!("item {count} is not an object"));
            }
            self.attributes(1)?;
            count += 1;
            next = self.json.array_step().map_err(not_json)?;
        }
        Ok(count)
    }

    /// Reads the attributes of an item or a map.
    fn attributes(&mut self, level: usize) -> Result<(), String> {
        let mut is_there = self.json.known_object().map_err(not_json)?.is_some();
        while is_there {
            self.value(level)?;
            is_there = self.json.next_key().map_err(not_json)?.is_some();
        }
        Ok(())
    }

    /// Reads a value: an object whose one key is its type.
    fn value(&mut self, level: usize) -> Result<(), String> {
        if level > MOST_LEVELS {
            return Err(format!("an attribute is nested more than {MOST_LEVELS} levels deep"));
        }
        if self.peek()? != Peek::Object {
            return Err("an attribute has a value without a type".to_owned());
        }
        let of = match self.json.known_object().map_err(not_json)? {
            Some("S" | "N" | "B") => Type::Text,
            Some("BOOL" | "NULL") => Type::Flag,
            Some("SS" | "NS" | "BS") => Type::Texts,
            Some("L") => Type::List,
            Some("M") => Type::Map,
            Some(other) => return Err(format!("an attribute has a value of the unknown type `{}`", excerpt(other))),
            None => return Err("an attribute has a value without a type".to_owned()),
        };
        let peek = self.peek()?;
        match (of, peek) {
            (Type::Text, Peek::String) => drop(self.json.known_str().map_err(not_json)?),
            (Type::Flag, Peek::True | Peek::False) => drop(self.json.known_bool(peek).map_err(not_json)?),
            (Type::Map, Peek::Object) => self.attributes(level + 1)?,
            (Type::Texts | Type::List, Peek::Array) => {
                let mut next = self.json.known_array().map_err(not_json)?;
                while let Some(peek) = next {
                    match of {
                        Type::List => self.value(level + 1)?,
                        _ if peek == Peek::String => drop(self.json.known_str().map_err(not_json)?),
                        _ => return Err("an attribute has a value that is not of its type".to_owned()),
                    }
                    next = self.json.array_step().map_err(not_json)?;
                }
            }
            _ => return Err("an attribute has a value that is not of its type".to_owned()),
        }
        match self.json.next_key().map_err(not_json)? {
            None => Ok(()),
            Some(_) => Err("an attribute has a value of two types".to_owned()),
        }
    }

    /// Reads a key to go on from. Null is as good as none; an empty one says that there is more, and not where.
    fn start_key(&mut self) -> Result<(), String> {
        let no_key = || "`LastEvaluatedKey` is not a key".to_owned();
        if self.peek()? == Peek::Null {
            return self.json.known_null().map_err(not_json);
        }
        let mut next = self.first_key("`LastEvaluatedKey`")?;
        if next.is_none() {
            return Err("`LastEvaluatedKey` is empty".to_owned());
        }
        while next.is_some() {
            match self.json.next_object().map_err(|_| no_key())? {
                Some("S" | "N" | "B") => drop(self.json.next_str().map_err(|_| no_key())?),
                _ => return Err(no_key()),
            }
            if self.next_key()?.is_some() {
                return Err(no_key());
            }
            next = self.next_key()?;
        }
        Ok(())
    }
}

fn not_json(error: JiterError) -> String {
    format!("it is not whole JSON: {} at byte {}", error.error_type, error.index)
}

fn excerpt(text: &str) -> String {
    crate::text::excerpt(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_refused(body: &str, reason: &str) {
        let refused = scan_answer(body.as_bytes()).unwrap_err();
        assert!(refused.contains(reason), "{body}: {refused}");
    }

    #[test]
    fn answers_of_dynamodb_and_of_servers_like_it_are_taken() {
        for (body, count) in [
            (r#"{"Count":0,"Items":[],"ScannedCount":0}"#, 0),
            (r#"{"Items":[],"Count":0,"LastEvaluatedKey":null}"#, 0),
            (r#" {"ScannedCount":7,"Items":[],"Count":0,"LastEvaluatedKey":{"pk":{"S":""},"n":{"N":"1"}}} "#, 0),
            (
                r#"{"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"t"},"Count":2,"Items":[{},{"a":{"S":"\u00e4"},
                "n":{"N":"1"},"b":{"B":"AA=="},"t":{"BOOL":false},"z":{"NULL":true},"l":{"L":[{"S":"x"},{"L":[]}]},
                "m":{"M":{"S":{"S":"S"}}},"s":{"SS":["a"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AA=="]}}]}"#,
                2,
            ),
        ] {
            assert_eq!(scan_answer(body.as_bytes()), Ok(count), "{body}");
        }
    }

    #[test]
    fn an_answer_that_lacks_anything_is_refused() {
        for (body, reason) in [
            ("", "it is empty"),
            (" \r\n", "it is empty"),
            ("{}", "there is no `Count`"),
            ("null", "is not an object"),
            ("[]", "is not an object"),
            ("<html>", "the answer is not an object"),
            (r#"{"Items":[]}"#, "there is no `Count`"),
            (r#"{"Count":0}"#, "there are no `Items`"),
            (r#"{"Count":0,"Items":null}"#, "`Items` is not a list"),
            (r#"{"Count":0,"Items":{}}"#, "`Items` is not a list"),
            (r#"{"Count":null,"Items":[]}"#, "`Count` is not a number"),
            (r#"{"Count":"0","Items":[]}"#, "`Count` is not a number"),
            (r#"{"Count":-1,"Items":[]}"#, "`Count` is not a number"),
            (r#"{"Count":0.5,"Items":[]}"#, "`Count` is not a number"),
            (r#"{"Count":18446744073709551616,"Items":[]}"#, "`Count` is not a number"),
            (r#"{"Count":2,"Items":[{}]}"#, "`Count` is 2, and there are 1 items"),
            (r#"{"Count":0,"Items":[{}]}"#, "`Count` is 0, and there are 1 items"),
            (r#"{"Count":1,"Items":[null]}"#, "item 0 is not an object"),
            (r#"{"Count":0,"Items":[],"Items":[{}]}"#, "`Items` is there twice"),
            (r#"{"Count":1,"Count":0,"Items":[]}"#, "`Count` is there twice"),
            (r#"{"Count":0,"Items":[]}{"#, "not whole JSON"),
            (r#"{"Count":0,"Items":[]} x"#, "not whole JSON"),
            (r#"{"Count":0,"Items":[]"#, "not whole JSON"),
            (r#"{"Count":1,"Items":[{"a":null}]}"#, "without a type"),
            (r#"{"Count":1,"Items":[{"a":"x"}]}"#, "without a type"),
            (r#"{"Count":1,"Items":[{"a":{}}]}"#, "without a type"),
            (r#"{"Count":1,"Items":[{"a":{"S":null}}]}"#, "not of its type"),
            (r#"{"Count":1,"Items":[{"a":{"N":1}}]}"#, "not of its type"),
            (r#"{"Count":1,"Items":[{"a":{"SS":[1]}}]}"#, "not of its type"),
            (r#"{"Count":1,"Items":[{"a":{"X":"1"}}]}"#, "the unknown type `X`"),
            (r#"{"Count":1,"Items":[{"a":{"S":"x","N":"1"}}]}"#, "of two types"),
            (r#"{"Count":0,"Items":[],"LastEvaluatedKey":{}}"#, "`LastEvaluatedKey` is empty"),
            (r#"{"Count":0,"Items":[],"LastEvaluatedKey":"x"}"#, "`LastEvaluatedKey` is not"),
            (r#"{"Count":0,"Items":[],"LastEvaluatedKey":{"a":{"BOOL":true}}}"#, "`LastEvaluatedKey` is not a key"),
            (r#"{"Count":0,"Items":[],"LastEvaluatedKey":{"a":{"S":"x","N":"1"}}}"#, "`LastEvaluatedKey` is not a key"),
        ] {
            assert_refused(body, reason);
        }
        assert!(scan_answer(b"{\"Count\":1,\"Items\":[{\"a\":{\"S\":\"\xff\"}}]}").is_err());
    }

    #[test]
    fn depth_is_bounded_wherever_it_is() {
        let nested = |open: &str, close: &str, levels: usize| {
            let value = [&open.repeat(levels), r#"{"S":"x"}"#, &close.repeat(levels)].concat();
            format!(r#"{{"Count":1,"Items":[{{"a":{value}}}]}}"#)
        };
        for (open, close) in [(r#"{"L":["#, "]}"), (r#"{"M":{"b":"#, "}}")] {
            assert_eq!(scan_answer(nested(open, close, 32).as_bytes()), Ok(1));
            assert_refused(&nested(open, close, MOST_LEVELS), "levels deep");
            assert_refused(&nested(open, close, 300_000), "levels deep");
        }
        let deep = ["[".repeat(300_000), "]".repeat(300_000)].concat();
        for of in [format!(r#"{{"x":{deep},"Count":0,"Items":[]}}"#), deep.clone()] {
            assert!(scan_answer(of.as_bytes()).is_err());
            assert!(description_answer(of.as_bytes()).is_err());
            assert!(error_answer(of.as_bytes(), true).is_err());
        }
    }

    #[test]
    fn descriptions_and_errors_are_told_from_other_things() {
        assert_eq!(description_answer(br#"{"Table":{"TableName":"t","KeySchema":[]}}"#), Ok(()));
        for body in ["", "{}", "null", r#"{"Table":null}"#, r#"{"Table":{}}"#, r#"{"Table":{"KeySchema":null}}"#] {
            assert!(description_answer(body.as_bytes()).is_err(), "{body}");
        }
        assert_eq!(error_answer(br#"{"__type":"x#Y","message":"z"}"#, false), Ok(()));
        assert_eq!(error_answer(b"{}", true), Ok(()));
        for body in ["", "{}", "<html>", r#"{"message":"Forbidden"}"#, r#"{"__type":1}"#] {
            assert!(error_answer(body.as_bytes(), false).is_err(), "{body}");
        }
    }
}
