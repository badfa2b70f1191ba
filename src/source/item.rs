//! Reads items one by one, in bounded memory.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use jiter::{JsonError, JsonErrorType, JsonValue};

use super::dynamodb::{is_typed, stored, untyped};
use super::envelope::{Contents, Entries, new_image, unwrap};
use super::frame::{Frame, FrameError, Frames, Place};
use crate::error::Error;
use crate::value::Value;

/// One item and where it was.
#[derive(Debug)]
pub struct Item<'a> {
    /// Its attributes, plain: DynamoDB JSON is untyped already.
    pub entries: Entries<'a>,
    /// Where it was.
    pub place: ItemPlace<'a>,
}

/// Where an item was: `orders.jsonl:12`, or `scan.json:1[3]` for the fourth item of the response on line 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemPlace<'a> {
    /// The file's name.
    pub file: &'a str,
    /// The line on which the item, or the response that holds it, begins; from 1.
    pub line: usize,
    /// Its place in the response, from 0.
    pub index: Option<usize>,
}

impl fmt::Display for ItemPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        match self.index {
            Some(index) => write!(f, "[{index}]"),
            None => Ok(()),
        }
    }
}

/// Reads every item of a file, or of standard input where `path` is `-`, and returns how many there were.
///
/// Memory is bounded by the largest item, whatever the size of the file.
pub fn read_items(path: &Path, visit: &mut dyn FnMut(&Item<'_>) -> Result<(), Error>) -> Result<u64, Error> {
    if path == Path::new("-") {
        return ItemReader::new("<stdin>", io::stdin().lock()).and_then(|mut reader| reader.read_all(visit));
    }
    let unreadable = |reason| Error::Io { action: "read", path: path.to_path_buf(), reason };
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Error::usage(
            format!("`{}` is a folder, not a file of items", path.display()),
            "name the files in it",
        ));
    }
    ItemReader::new(&path.display().to_string(), BufReader::with_capacity(64 << 10, file))?.read_all(visit)
}

/// Reads the items of one stream.
pub struct ItemReader<'r> {
    name: Arc<str>,
    frames: Frames<Box<dyn Read + 'r>>,
    /// The values are changes of an incremental export.
    changes: bool,
}

impl<'r> ItemReader<'r> {
    /// Reads from `input`, which is unpacked where it is gzip. `name` is for messages.
    pub fn new(name: &str, mut input: impl BufRead + 'r) -> Result<Self, Error> {
        let start =
            input.fill_buf().map_err(|reason| Error::Io { action: "read", path: PathBuf::from(name), reason })?;
        let reader: Box<dyn Read + 'r> =
            if start.starts_with(&[0x1f, 0x8b]) { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
        Ok(Self { name: name.into(), frames: Frames::new(reader), changes: false })
    }

    /// Reads one line of an input, which is the one of this number, from 1.
    pub fn of_line(name: &str, bytes: &'r [u8], line: usize) -> Self {
        Self { name: name.into(), frames: Frames::at_line(Box::new(bytes), line), changes: false }
    }

    /// Reads one line of an incremental export: its `NewImage` is the item, and a deletion has none.
    pub fn of_change(name: &str, bytes: &'r [u8], line: usize) -> Self {
        Self { changes: true, ..Self::of_line(name, bytes, line) }
    }

    /// Calls `visit` with each item and returns how many there were.
    pub fn read_all(&mut self, visit: &mut dyn FnMut(&Item<'_>) -> Result<(), Error>) -> Result<u64, Error> {
        let mut count = 0;
        let name = Arc::clone(&self.name);
        loop {
            match self.frames.next_frame() {
                Ok(Some(frame)) => count += items_of(&name, &frame, self.changes, visit)?,
                Ok(None) => return Ok(count),
                Err(FrameError::Io(reason)) => {
                    return Err(Error::Io { action: "read", path: PathBuf::from(&*name), reason });
                }
                Err(FrameError::Unfinished(place)) => {
                    let bytes = self.frames.unread();
                    let frame = Frame { bytes, place, index: None, is_remainder: false };
                    // A slip early in the value may have hidden its end: then the slip is what to name.
                    return Err(match JsonValue::parse(bytes, false) {
                        Err(reason) if !is_end(&reason.error_type) => syntax_error(&name, &frame, &reason),
                        _ => error(&name, place, "the input ends inside the value that begins here", None),
                    });
                }
                Err(FrameError::Syntax { place, message, help }) => {
                    return Err(error(&name, place, message, help.map(str::to_owned)));
                }
            }
        }
    }
}

fn error(name: &str, place: Place, message: impl Into<String>, help: Option<String>) -> Error {
    Error::Item { file: name.to_owned(), line: place.line, column: place.column, message: message.into(), help }
}

/// Visits the items of one JSON value.
fn items_of(
    name: &str,
    frame: &Frame<'_>,
    changes: bool,
    visit: &mut dyn FnMut(&Item<'_>) -> Result<(), Error>,
) -> Result<u64, Error> {
    let json = JsonValue::parse(frame.bytes, false).map_err(|reason| syntax_error(name, frame, &reason))?;
    let place = ItemPlace { file: name, line: frame.place.line, index: frame.index };
    let entries = match value(json, &mut FloatTexts { bytes: frame.bytes }) {
        Value::Map(entries) => entries,
        other => {
            let help = "an item is an object: `{\"id\": \"abc-123\"}`".to_owned();
            return Err(error(
                name,
                frame.place,
                format!("expected an item, found a {}", json_kind(&other)),
                Some(help),
            ));
        }
    };
    let contents = if changes {
        let Some(contents) = new_image(entries) else {
            let help = "a change has `Keys` and, unless its item was deleted, `NewImage`".to_owned();
            return Err(error(name, frame.place, "this is no change of an incremental export", Some(help)));
        };
        contents
    } else {
        unwrap(entries)
    };
    if frame.is_remainder && !matches!(&contents, Contents::Many(items) if items.is_empty()) {
        let help = "a response has `Items`, `Count`, `ScannedCount`, `LastEvaluatedKey` and the like, and nothing else"
            .to_owned();
        return Err(error(
            name,
            frame.place,
            "this object is larger than any item, but is no response either",
            Some(help),
        ));
    }
    let mut visited = 0;
    let mut one = |entries: Entries<'_>, place: ItemPlace<'_>| {
        let entries = if is_typed(&entries) {
            untyped(entries).map_err(|message| error(name, frame.place, message, None))?
        } else {
            entries
        };
        visited += 1;
        visit(&Item { entries, place })
    };
    match contents {
        Contents::Nothing => {}
        Contents::One(entries) => one(entries, place)?,
        Contents::Many(items) => {
            for (index, item) in items.into_iter().enumerate() {
                let place = ItemPlace { index: Some(index), ..place };
                match item {
                    // TransactGetItems answers with an empty object for an item that is not there.
                    Value::Map(entries) if entries.is_empty() => {}
                    Value::Map(entries) => match unwrap(entries) {
                        Contents::One(entries) => one(entries, place)?,
                        Contents::Nothing | Contents::Many(_) => {
                            let message = format!("element {index} of the response is a response itself, not an item");
                            return Err(error(name, frame.place, message, None));
                        }
                    },
                    other => {
                        let message =
                            format!("element {index} of the response is a {}, not an item", json_kind(&other));
                        return Err(error(name, frame.place, message, None));
                    }
                }
            }
        }
    }
    Ok(visited)
}

/// True where the parser met the end of the input.
fn is_end(reason: &JsonErrorType) -> bool {
    use JsonErrorType::{EofWhileParsingList, EofWhileParsingObject, EofWhileParsingString, EofWhileParsingValue};
    matches!(reason, EofWhileParsingList | EofWhileParsingObject | EofWhileParsingString | EofWhileParsingValue)
}

fn syntax_error(name: &str, frame: &Frame<'_>, reason: &JsonError) -> Error {
    let at = reason.index.min(frame.bytes.len());
    let place = frame.place.after(&frame.bytes[..at]);
    error(name, place, format!("this is not JSON: {}", reason.error_type), not_closed(frame, reason, place))
}

/// Where an object begins in place of a key or a comma, the one before it was not closed: its place.
fn not_closed(frame: &Frame<'_>, reason: &JsonError, place: Place) -> Option<String> {
    use JsonErrorType::{ExpectedObjectCommaOrEnd, KeyMustBeAString};
    if place.line == frame.place.line {
        return None;
    }
    let line = frame.place.line;
    let rest = frame.bytes.get(reason.index..).unwrap_or_default().trim_ascii_start();
    Some(match reason.error_type {
        ExpectedObjectCommaOrEnd | KeyMustBeAString if rest.starts_with(b"{") => {
            format!("the object that begins in line {line} is not closed")
        }
        _ => format!("it is in the value that begins in line {line}"),
    })
}

fn json_kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::None => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "list",
        Value::Map(_) | Value::Bytes(_) | Value::Set(_) => "map",
    }
}

/// JSON as Python's `json.loads` gives it: of a key that is written twice the last value counts, in the first one's place.
fn value<'a>(json: JsonValue<'a>, floats: &mut FloatTexts<'a>) -> Value<'a> {
    match json {
        JsonValue::Null => Value::None,
        JsonValue::Bool(value) => Value::Bool(value),
        JsonValue::Int(number) => Value::Int(number),
        JsonValue::BigInt(number) => Value::BigInt(number),
        JsonValue::Float(number) => match floats.next() {
            Some(text) if text.parse() == Ok(number) => stored(Cow::Borrowed(text), Value::Float(number)),
            _ => Value::Float(number),
        },
        JsonValue::Str(text) => Value::Str(text),
        JsonValue::Array(values) => {
            Value::List(Arc::unwrap_or_clone(values).into_iter().map(|json| value(json, floats)).collect())
        }
        JsonValue::Object(object) => {
            let mut entries: Entries<'_> = Vec::with_capacity(object.len());
            let mut seen = (object.len() > 32).then(std::collections::HashMap::<Cow<'_, str>, usize>::new);
            for (key, json) in Arc::unwrap_or_clone(object) {
                let known = match &mut seen {
                    Some(seen) => seen.insert(key.clone(), entries.len()),
                    None => entries.iter().position(|(name, _)| *name == key),
                };
                match known {
                    Some(at) => {
                        entries[at].1 = value(json, floats);
                        if let Some(seen) = &mut seen {
                            seen.insert(key, at);
                        }
                    }
                    None => entries.push((key, value(json, floats))),
                }
            }
            Value::Map(entries)
        }
    }
}

/// The texts of the floats of a JSON value, in order: its parser gives their values alone.
struct FloatTexts<'t> {
    bytes: &'t [u8],
}

impl<'t> Iterator for FloatTexts<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        loop {
            let start = self.bytes.iter().position(|byte| matches!(byte, b'"' | b'-' | b'0'..=b'9'))?;
            let rest = &self.bytes[start..];
            if rest[0] == b'"' {
                let mut end = 1;
                while *rest.get(end)? != b'"' {
                    end += if rest[end] == b'\\' { 2 } else { 1 };
                }
                self.bytes = rest.get(end + 1..)?;
                continue;
            }
            let is_of_number = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
            let end = rest.iter().position(|byte| !is_of_number(byte)).unwrap_or(rest.len());
            self.bytes = &rest[end..];
            if rest[..end].iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
                return std::str::from_utf8(&rest[..end]).ok();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_floats_are_found_in_their_order() {
        let json = br#"{"a": 1.10, "b.5\\\"2.5": [3, -1e5, {"c": "7.5"}], "d": -0, "e": 0.5}"#;
        assert_eq!(FloatTexts { bytes: json }.collect::<Vec<_>>(), ["1.10", "-1e5", "0.5"]);
    }
}
