//! Cuts a stream of bytes into JSON values without holding more than one: values one after the other, one a line, the
//! elements of an array, and the `Items` of a response too large to be one item.

use std::io::{self, Read};

use memchr::memchr2;

/// An item has at most 400 KB (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>), so
/// an object beyond this many bytes is no item but a response, whose `Items` are then read one by one.
pub const LARGEST_VALUE: usize = 16 << 20;

/// A JSON value's bytes, and where they begin.
#[derive(Debug)]
pub struct Frame<'b> {
    /// The value's bytes. They may still not be JSON: only the ends were looked for.
    pub bytes: &'b [u8],
    /// The place of the first byte.
    pub place: Place,
    /// Its place among the `Items` of a large response, from 0.
    pub index: Option<usize>,
    /// True of what is left of a response whose `Items` were given out before: they are an empty array here.
    pub is_remainder: bool,
}

/// A place in a stream, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// The place after `bytes`.
    pub fn after(self, bytes: &[u8]) -> Self {
        let lines = memchr::memchr_iter(b'\n', bytes).count();
        let tail = match memchr::memrchr(b'\n', bytes) {
            Some(at) => &bytes[at + 1..],
            None => bytes,
        };
        let columns = tail.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        Self { line: self.line + lines, column: if lines > 0 { 1 + columns } else { self.column + columns } }
    }
}

/// Why a stream cannot be cut.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The bytes could not be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The input ended inside the value that begins here; its bytes are [`Frames::unread`].
    #[error("the input ends inside the value that begins here")]
    Unfinished(Place),
    /// The bytes are not JSON at a place.
    #[error("{message}")]
    Syntax {
        /// Where.
        place: Place,
        /// What is wrong.
        message: String,
        /// What would be right.
        help: Option<&'static str>,
    },
}

/// Where the cutter is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mode {
    /// Between values.
    Top,
    /// In an array of items: the bytes of the object around it, if any, and what is expected next.
    Array { head: Option<Vec<u8>>, next: Next, given: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    ValueOrEnd,
    Value,
    CommaOrEnd,
}

/// Cuts a stream into values.
pub struct Frames<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The first byte not yet given out.
    start: usize,
    /// The place of that byte.
    place: Place,
    ended: bool,
    mode: Mode,
}

impl<R: Read> Frames<R> {
    /// Cuts what `reader` gives.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            place: Place { line: 1, column: 1 },
            ended: false,
            mode: Mode::Top,
        }
    }

    /// The same for what begins at a line, from 1.
    pub fn at_line(reader: R, line: usize) -> Self {
        Self { place: Place { line, column: 1 }, ..Self::new(reader) }
    }

    /// The next value, or none at the end.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        if self.place == (Place { line: 1, column: 1 }) && self.start == 0 {
            while self.buffer.len() < 3 && self.fill()? {}
            if self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.start = 3;
            }
        }
        loop {
            let Some(byte) = self.peek()? else {
                return match self.mode {
                    Mode::Top => Ok(None),
                    Mode::Array { .. } => Err(self.error("the input ends inside an array", None)),
                };
            };
            match (&mut self.mode, byte) {
                (Mode::Top, b'[') => {
                    self.mode = Mode::Array { head: None, next: Next::ValueOrEnd, given: 0 };
                    self.consume(1);
                }
                (Mode::Array { next: Next::ValueOrEnd | Next::CommaOrEnd, .. }, b']') => {
                    let Mode::Array { head, .. } = std::mem::replace(&mut self.mode, Mode::Top) else { continue };
                    self.consume(1);
                    if let Some(head) = head {
                        return self.remainder(head).map(Some);
                    }
                }
                (Mode::Array { next, .. }, b',') if *next == Next::CommaOrEnd => {
                    *next = Next::Value;
                    self.consume(1);
                }
                (Mode::Array { next: Next::CommaOrEnd, .. }, _) => {
                    return Err(self.error("expected `,` or `]` after an element", None));
                }
                (mode, _) => {
                    if let Mode::Array { next, .. } = mode {
                        *next = Next::CommaOrEnd;
                    }
                    if let Some(length) = self.value_length()? {
                        return Ok(Some(self.give(length)));
                    }
                }
            }
        }
    }

    /// The bytes that were read and not given out.
    pub fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Gives out the next `length` bytes.
    fn give(&mut self, length: usize) -> Frame<'_> {
        let place = self.place;
        let from = self.start;
        let index = match &mut self.mode {
            Mode::Array { head: Some(_), given, .. } => {
                *given += 1;
                Some(*given - 1)
            }
            _ => None,
        };
        self.consume(length);
        Frame { bytes: &self.buffer[from..from + length], place, index, is_remainder: false }
    }

    fn consume(&mut self, length: usize) {
        let end = self.start + length;
        self.place = self.place.after(&self.buffer[self.start..end]);
        self.start = end;
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, FrameError> {
        loop {
            let rest = &self.buffer[self.start..];
            let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            let found = rest.get(blank).copied();
            self.consume(blank);
            if found.is_some() || !self.fill()? {
                return Ok(found);
            }
        }
    }

    /// Reads more; `false` at the end. Bytes given out before are let go of.
    fn fill(&mut self) -> Result<bool, FrameError> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let old = self.buffer.len();
        self.buffer.resize(old + (64 << 10).max(old), 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[old..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(old + *read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        Ok(!self.ended)
    }

    /// The length of the value that begins at the next byte; none where it turned out to be a large response, whose
    /// items come next.
    fn value_length(&mut self) -> Result<Option<usize>, FrameError> {
        let mut scan = Scan::default();
        let mut scanned = 0;
        loop {
            let ended = scan.advance(&self.buffer[self.start..], &mut scanned);
            if scanned <= LARGEST_VALUE {
                if ended.is_some() {
                    return Ok(ended);
                }
            } else {
                return match (scan.items, &self.mode) {
                    (Some(at), Mode::Top) => {
                        let head = self.buffer[self.start..self.start + at].to_vec();
                        self.consume(at + 1);
                        self.mode = Mode::Array { head: Some(head), next: Next::ValueOrEnd, given: 0 };
                        Ok(None)
                    }
                    _ => Err(self.error(
                        "this value is over 16 MiB, and no item is: DynamoDB's limit is 400 KB",
                        Some("give items one a line, as an array, or as a response with `Items`"),
                    )),
                };
            }
            if !self.fill()? {
                return match scan.end_of_input(scanned) {
                    Some(length) => Ok(Some(length)),
                    None => Err(FrameError::Unfinished(self.place)),
                };
            }
        }
    }

    /// What follows the `Items` of a large response, with what stood before them.
    fn remainder(&mut self, mut head: Vec<u8>) -> Result<Frame<'_>, FrameError> {
        let place = self.place;
        head.extend_from_slice(b"[]");
        // The head is scanned first, so that the scan knows how deep it is when it goes on behind it.
        let mut scan = Scan::default();
        let none = scan.advance(&head, &mut 0);
        debug_assert!(none.is_none());
        let mut scanned = 0;
        let length = loop {
            if let Some(length) = scan.advance(&self.buffer[self.start..], &mut scanned) {
                break length;
            }
            if head.len() + scanned > LARGEST_VALUE || !self.fill()? {
                return Err(self.error("the response does not end after its `Items`", None));
            }
        };
        head.extend_from_slice(&self.buffer[self.start..self.start + length]);
        self.consume(length);
        // The head takes the place of what is behind the cutter in the buffer.
        self.buffer.drain(..self.start);
        self.start = head.len();
        self.buffer.splice(0..0, head);
        Ok(Frame { bytes: &self.buffer[..self.start], place, index: None, is_remainder: true })
    }

    fn error(&self, message: &str, help: Option<&'static str>) -> FrameError {
        FrameError::Syntax { place: self.place, message: message.to_owned(), help }
    }
}

/// How far into a value a scan is.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    scalar: bool,
    /// At depth 1: where the last string began, and where it ended.
    string: Option<(usize, usize)>,
    /// Where the array of a top-level key `Items` opens.
    items: Option<usize>,
}

impl Scan {
    /// Scans `bytes` from `at` on; the length of the value where it ends.
    fn advance(&mut self, bytes: &[u8], at: &mut usize) -> Option<usize> {
        while let Some(byte) = bytes.get(*at).copied() {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    *at += 1;
                    continue;
                }
                match memchr2(b'"', b'\\', &bytes[*at..]) {
                    None => *at = bytes.len(),
                    Some(offset) => {
                        *at += offset + 1;
                        if bytes[*at - 1] == b'\\' {
                            self.escaped = true;
                        } else {
                            self.in_string = false;
                            if let (1, Some((start, _))) = (self.depth, self.string) {
                                self.string = Some((start, *at));
                            }
                            if self.depth == 0 {
                                return Some(*at);
                            }
                        }
                    }
                }
                continue;
            }
            match byte {
                b'"' if !self.scalar => {
                    self.in_string = true;
                    if self.depth == 1 {
                        self.string = Some((*at, *at));
                    }
                }
                b'{' | b'[' if !self.scalar => {
                    if self.depth == 1 && byte == b'[' && self.items.is_none() && self.is_items(bytes, *at) {
                        self.items = Some(*at);
                    }
                    self.depth += 1;
                }
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        *at += 1;
                        return Some(*at);
                    }
                }
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}' if self.scalar && *at > 0 => return Some(*at),
                _ if self.depth == 0 => self.scalar = true,
                _ => {}
            }
            *at += 1;
        }
        None
    }

    /// True where the array that opens at `at` is the value of the key `Items`.
    fn is_items(&self, bytes: &[u8], at: usize) -> bool {
        self.string.is_some_and(|(start, end)| {
            bytes.get(start..end) == Some(b"\"Items\"") && bytes[end..at].iter().all(|byte| b" \t\r\n:".contains(byte))
        })
    }

    /// The length of the value where the input ends after `scanned` bytes, if a value may end there.
    fn end_of_input(&self, scanned: usize) -> Option<usize> {
        (self.scalar && scanned > 0).then_some(scanned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives out a few bytes at a time, to try every boundary.
    struct Trickle<'t>(&'t [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn cut(text: &str, step: usize) -> Result<Vec<(String, usize, usize)>, String> {
        let mut frames = Frames::new(Trickle(text.as_bytes(), step));
        let mut all = Vec::new();
        loop {
            match frames.next_frame() {
                Ok(Some(frame)) => {
                    all.push((String::from_utf8_lossy(frame.bytes).into_owned(), frame.place.line, frame.place.column));
                }
                Ok(None) => return Ok(all),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    #[test]
    fn values_are_cut_wherever_the_reads_end() {
        let text = "\u{feff}{\"a\": \"}\\\"\"}\n{\"b\":[1,{}]}{\"c\":1}\n\n [ {\"d\":\"é\"} , 12,\n{} ]\n[]";
        let wanted = [
            ("{\"a\": \"}\\\"\"}", 1, 1),
            ("{\"b\":[1,{}]}", 2, 1),
            ("{\"c\":1}", 2, 13),
            ("{\"d\":\"é\"}", 4, 4),
            ("12", 4, 16),
            ("{}", 5, 1),
        ];
        for step in [1, 2, 3, 7, 4096] {
            let cut = cut(text, step).unwrap();
            let cut: Vec<_> = cut.iter().map(|(text, line, column)| (text.as_str(), *line, *column)).collect();
            assert_eq!(cut, wanted, "{step} bytes at a time");
        }
    }

    #[test]
    fn what_ends_early_is_an_error() {
        for text in ["{\"a\": 1", "[{}", "[{} {}]", "\"abc", "{\"a\": \"}"] {
            assert!(cut(text, 4096).is_err(), "{text}");
        }
    }

    #[test]
    fn a_response_larger_than_any_item_is_streamed() {
        let one = format!("{{\"id\": \"{}\"}}", "x".repeat(1 << 20));
        let items = vec![one.as_str(); 40].join(", ");
        let text = format!("{{\"Count\": 40, \"Items\": [{items}], \"ScannedCount\": 40}}\n{{\"id\": 1}}");
        let mut frames = Frames::new(text.as_bytes());
        let mut lengths = Vec::new();
        let mut indexes = Vec::new();
        let mut largest = 0;
        let mut remainder = String::new();
        while let Some(frame) = frames.next_frame().unwrap() {
            lengths.push(frame.bytes.len());
            indexes.extend(frame.index);
            if frame.is_remainder {
                remainder = String::from_utf8_lossy(frame.bytes).into_owned();
            }
            largest = largest.max(frames.buffer.capacity());
        }
        assert_eq!(lengths[..40], [one.len(); 40]);
        assert_eq!(remainder, "{\"Count\": 40, \"Items\": [], \"ScannedCount\": 40}");
        assert_eq!(lengths.len(), 42);
        assert_eq!(indexes, (0..40).collect::<Vec<_>>());
        assert!(largest < 3 * LARGEST_VALUE, "{largest} bytes held");
    }

    #[test]
    fn a_value_larger_than_any_item_is_an_error() {
        let text = format!("{{\"id\": \"{}\"}}", "x".repeat(LARGEST_VALUE + 10));
        assert!(cut(&text, 1 << 20).unwrap_err().contains("400 KB"));
    }
}
