//! JSON lines in blocks of whole lines, so that several threads can take turns at one file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use flate2::bufread::MultiGzDecoder;
use jiter::JsonValue;
use md5::{Digest, Md5};

use super::frame::LARGEST_VALUE;
use super::waiting::Waiting;

pub use super::waiting::is_stopped;

/// The size of a block, unless a line is longer.
const BLOCK: usize = 1 << 18;

/// Some lines of an input.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    length: usize,
    /// Where its lines end.
    ends: Vec<usize>,
    /// The number of its first line, from 1.
    pub line: usize,
}

impl Block {
    /// The lines; the last one may have no line end.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Where each line begins and ends, without its line end.
    pub fn lines(&self) -> impl Iterator<Item = (usize, usize)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        starts.zip(self.ends.iter().copied())
    }
}

/// What an input holds.
pub enum Opened {
    /// A JSON value a line, or nothing.
    Lines(Blocks),
    /// Values that are not one a line: they are read one after the other.
    Stream(Box<dyn BufRead + Send>),
}

/// Cuts an input into blocks.
pub struct Blocks {
    reader: Box<dyn Read + Send>,
    /// What was read beyond the last block.
    carry: Vec<u8>,
    line: usize,
    ended: bool,
    /// The input keeps one waiting: lines are given as they come.
    is_waiting: bool,
    /// What comes behind the lines that were read before it.
    failed: Option<io::Error>,
}

/// Hashes what is read, where its checksum is known.
pub struct Hashed<R> {
    reader: R,
    md5: Option<Md5>,
    wanted: Option<[u8; 16]>,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        match (&mut self.md5, count) {
            (Some(_), 0) if !buffer.is_empty() => {
                let found = self.md5.take().map(Md5::finalize);
                if found.is_some_and(|found| self.wanted.is_none_or(|wanted| found[..] != wanted)) {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, WRONG_CHECKSUM));
                }
            }
            (Some(md5), _) => md5.update(&buffer[..count]),
            (None, _) => {}
        }
        Ok(count)
    }
}

/// What a file whose checksum is not the expected one is reported with.
pub const WRONG_CHECKSUM: &str = "its MD5 checksum is not the one of the manifest";

/// Opens a file, or standard input where `path` is `-`. Gzip is unpacked. Whether its values stand one a line, where that
/// is not known, the first line tells. The input is read to its end before a checksum is told wrong. What keeps one
/// waiting is read until `stop` is set: then it is an error that [`is_stopped`] knows.
pub fn open(path: &Path, md5: Option<[u8; 16]>, is_lines: bool, stop: &Arc<AtomicBool>) -> io::Result<Opened> {
    if path == Path::new("-") {
        return of_reader(BufReader::with_capacity(64 << 10, Waiting::new(|| Ok(io::stdin()), stop)), is_lines, true);
    }
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        let own = path.to_path_buf();
        return of_reader(
            BufReader::with_capacity(64 << 10, Waiting::new(move || File::open(own), stop)),
            is_lines,
            true,
        );
    }
    let file = File::open(path)?;
    let hashed = Hashed { reader: file, md5: md5.map(|_| Md5::new()), wanted: md5 };
    of_reader(BufReader::with_capacity(64 << 10, hashed), is_lines, false)
}

/// The same of any reader; `is_waiting` is true of one that keeps one waiting.
fn of_reader(mut input: impl BufRead + Send + 'static, is_lines: bool, is_waiting: bool) -> io::Result<Opened> {
    let mut reader: Box<dyn Read + Send> = if input.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        Box::new(Whole(MultiGzDecoder::new(input)))
    } else {
        Box::new(input)
    };
    let lines =
        |reader, carry| Opened::Lines(Blocks { reader, carry, line: 1, ended: false, is_waiting, failed: None });
    if is_lines {
        return Ok(lines(reader, Vec::new()));
    }
    // The first line tells whether the values are one a line.
    let mut start = Vec::new();
    loop {
        let from = start.len();
        start.resize(from + (64 << 10), 0);
        let count = read(&mut reader, &mut start[from..])?;
        start.truncate(from + count);
        let ended = count == 0;
        let begin = start.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(start.len());
        let end = memchr::memchr(b'\n', &start[begin..]).map(|at| begin + at);
        let is_line = match end.or(ended.then_some(start.len())) {
            Some(end) => {
                let line = &start[begin..end];
                line.is_empty() || (line.starts_with(b"{") && JsonValue::parse(line, false).is_ok())
            }
            None if start.len() > LARGEST_VALUE => false,
            None => continue,
        };
        return Ok(if is_line {
            lines(reader, start)
        } else {
            Opened::Stream(Box::new(BufReader::with_capacity(64 << 10, Cursor::new(start).chain(reader))))
        });
    }
}

/// Reads once.
fn read(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Reads what is left of the packed file when the unpacked one ends, so that the whole is hashed.
struct Whole<R>(MultiGzDecoder<R>);

impl<R: BufRead> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            io::copy(self.0.get_mut(), &mut io::sink())?;
        }
        Ok(count)
    }
}

impl Blocks {
    /// The next lines, in `block`; false at the end. Whole lines that were read before an error come first.
    pub fn next(&mut self, block: &mut Block) -> io::Result<bool> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if block.bytes.len() < BLOCK {
            block.bytes.resize(BLOCK, 0);
        }
        block.line = self.line;
        let mut filled = 0;
        // What was carried is at most a block, but for a long line.
        if block.bytes.len() < self.carry.len() + 1 {
            block.bytes.resize(self.carry.len() + 1, 0);
        }
        block.bytes[..self.carry.len()].copy_from_slice(&self.carry);
        filled += self.carry.len();
        self.carry.clear();
        loop {
            let has_line = |bytes: &[u8]| memchr::memchr(b'\n', bytes).is_some();
            let mut is_enough = self.is_waiting && has_line(&block.bytes[..filled]);
            while !self.ended && self.failed.is_none() && !is_enough && filled < block.bytes.len() {
                match read(&mut self.reader, &mut block.bytes[filled..]) {
                    Ok(0) => self.ended = true,
                    Ok(count) => {
                        is_enough = self.is_waiting && has_line(&block.bytes[filled..filled + count]);
                        filled += count;
                    }
                    Err(error) => self.failed = Some(error),
                }
            }
            if self.ended {
                block.length = filled;
                break;
            }
            if let Some(at) = memchr::memrchr(b'\n', &block.bytes[..filled]) {
                block.length = at + 1;
                self.carry.extend_from_slice(&block.bytes[at + 1..filled]);
                break;
            }
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if block.bytes.len() > LARGEST_VALUE {
                let message = format!("line {} is longer than 16 MiB", self.line);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            block.bytes.resize(block.bytes.len() * 2, 0);
        }
        let Block { bytes, length, ends, .. } = block;
        ends.clear();
        ends.extend(memchr::memchr_iter(b'\n', &bytes[..*length]));
        self.line += ends.len();
        // The last line of all may have no line end.
        if *length > ends.last().map_or(0, |end| end + 1) {
            ends.push(*length);
        }
        Ok(*length > 0)
    }
}
