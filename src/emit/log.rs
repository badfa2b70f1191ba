//! The last gate before a terminal or the log of a build: nothing that passes here is acted on.
//!
//! Text of strangers is made printable where it is put into a format. This stream is the one place through which all of it
//! leaves, so that what is forgotten there is caught here, and what only a whole line shows: commands that build servers
//! read from the logs of their jobs. Their first character becomes an escape, which a reader sees and no server acts on.
//!
//! * Azure Pipelines and GitHub's first form: `##vso[`, `##[`, anywhere in a line, in letters of any case.
//!   <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>
//! * TeamCity: `##teamcity[`. <https://www.jetbrains.com/help/teamcity/service-messages.html>
//! * GitHub Actions: `::` where a line begins, after white space.
//!   <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
//! * GitLab's sections begin with a carriage return and an escape, which are no characters that pass.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::text::{is_printable, printable};

/// What begins a command, wherever it stands.
const COMMANDS: [&[u8]; 3] = [b"##[", b"##vso[", b"##teamcity["];
/// The most bytes of a colour.
const LONGEST_COLOR: usize = 32;

/// Whether bytes begin a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    Yes,
    No,
    /// More of them would tell.
    Perhaps,
}

fn begins_command(bytes: &[u8]) -> Begins {
    let mut found = Begins::No;
    for command in COMMANDS {
        let length = bytes.len().min(command.len());
        if bytes[..length].eq_ignore_ascii_case(&command[..length]) {
            if length == command.len() {
                return Begins::Yes;
            }
            found = Begins::Perhaps;
        }
    }
    found
}

/// True of a text that begins with a command.
pub(super) fn begins_here(text: &str) -> bool {
    begins_command(text.as_bytes()) == Begins::Yes
}

/// Where commands begin in a text that is whole.
pub(super) fn commands(text: &str) -> impl Iterator<Item = usize> {
    memchr::memmem::find_iter(text.as_bytes(), b"##")
        .flat_map(|at| [at, at + 1])
        .filter(|at| text.as_bytes().get(*at..).is_some_and(|rest| begins_command(rest) == Begins::Yes))
}

/// A text with `escape` in place of the first character of each command.
pub(super) fn without_commands<'t>(text: &'t str, escape: &str) -> Cow<'t, str> {
    let mut shown = String::new();
    let mut done = 0;
    for at in commands(text).filter(|at| text.is_char_boundary(*at)) {
        if at >= done {
            shown.push_str(&text[done..at]);
            shown.push_str(escape);
            done = at + 1;
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(shown + &text[done..]) }
}

/// True of a text in which something would be taken for a command.
pub fn has_commands(text: &str) -> bool {
    let begins = |line: &str| line.trim_start().starts_with("::");
    commands(text).next().is_some() || text.lines().any(begins)
}

/// A whole text as the stream would let it pass.
pub fn harmless(text: &str) -> io::Result<String> {
    let mut stream = Guarded::new(Vec::with_capacity(text.len()), false);
    stream.write_all(text.as_bytes())?;
    // What passes is UTF-8.
    Ok(String::from_utf8_lossy(&stream.into_inner()?).into_owned())
}

/// A stream to a terminal or a log.
#[derive(Debug)]
pub struct Guarded<W> {
    inner: W,
    /// Colours pass: they are ours, for text of strangers is printable before it comes here.
    color: bool,
    /// All characters pass: a program reads them, and only commands are none of its business.
    is_exact: bool,
    /// The last bytes, where the next ones tell what they are.
    carry: Vec<u8>,
    /// Nothing but white space and colours stand before in the line.
    begins: bool,
}

impl<W: Write> Guarded<W> {
    /// Guards a stream; colours pass where they are wanted.
    pub fn new(inner: W, color: bool) -> Self {
        Self { inner, color, is_exact: false, carry: Vec::new(), begins: true }
    }

    /// Guards a stream that a program reads, or a log: nothing but commands is escaped.
    pub fn exact(inner: W) -> Self {
        Self { is_exact: true, ..Self::new(inner, false) }
    }

    /// The stream, with all that was written.
    pub fn into_inner(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.inner)
    }

    /// Writes as much as is known to be safe. Returns how many bytes that was; `is_end` is true where no more come.
    fn pass(&mut self, bytes: &[u8], is_end: bool) -> io::Result<usize> {
        let (mut at, mut done) = (0, 0);
        while let Some(byte) = bytes.get(at).copied() {
            let rest = &bytes[at..];
            // What is written in its place, and of how many bytes.
            let replaced: Option<(Cow<'_, str>, usize)> = match byte {
                b'\n' => {
                    self.begins = true;
                    None
                }
                b' ' | b'\t' => None,
                b'#' => match begins_command(rest) {
                    Begins::Perhaps if !is_end => break,
                    Begins::Yes => Some((escape('#'), 1)),
                    Begins::Perhaps | Begins::No => {
                        self.begins = false;
                        None
                    }
                },
                b':' if self.begins => match rest.get(1) {
                    None if !is_end => break,
                    Some(b':') => Some((escape(':'), 1)),
                    _ => {
                        self.begins = false;
                        None
                    }
                },
                _ if self.is_exact && !byte.is_ascii_graphic() => {
                    self.begins &= byte.is_ascii_whitespace();
                    None
                }
                0x1b if self.color => match color(rest) {
                    Some(length) => {
                        at += length;
                        continue;
                    }
                    None if rest.len() < LONGEST_COLOR && !is_end && may_be_color(rest) => break,
                    None => Some((escape('\u{1b}'), 1)),
                },
                ..0x20 | 0x7f => {
                    Some((Cow::Owned(printable(char::from(byte).encode_utf8(&mut [0; 4])).into_owned()), 1))
                }
                ..0x80 => {
                    self.begins = false;
                    None
                }
                _ => match first_char(rest) {
                    Decoded::Char(c) if is_printable(c) => {
                        self.begins = false;
                        at += c.len_utf8();
                        continue;
                    }
                    Decoded::Char(c) => Some((escape(c), c.len_utf8())),
                    Decoded::Unfinished if !is_end => break,
                    Decoded::Unfinished | Decoded::Wrong => Some((Cow::Owned(format!("\\x{byte:02x}")), 1)),
                },
            };
            match replaced {
                None => at += 1,
                Some((shown, length)) => {
                    self.begins = false;
                    self.inner.write_all(&bytes[done..at])?;
                    self.inner.write_all(shown.as_bytes())?;
                    at += length;
                    done = at;
                }
            }
        }
        self.inner.write_all(&bytes[done..at])?;
        Ok(at)
    }
}

fn escape(c: char) -> Cow<'static, str> {
    Cow::Owned(format!("\\u{{{:x}}}", u32::from(c)))
}

/// The length of the colour at the beginning, where one is there.
fn color(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().take(LONGEST_COLOR).position(|byte| *byte == b'm')?;
    may_be_color(&bytes[..end]).then_some(end + 1)
}

fn may_be_color(bytes: &[u8]) -> bool {
    let is_part = |(at, byte): (usize, &u8)| match at {
        0 => true,
        1 => *byte == b'[',
        _ => byte.is_ascii_digit() || *byte == b';',
    };
    bytes.iter().enumerate().all(is_part)
}

enum Decoded {
    Char(char),
    Unfinished,
    Wrong,
}

fn first_char(bytes: &[u8]) -> Decoded {
    let head = &bytes[..bytes.len().min(4)];
    let (valid, error) = match std::str::from_utf8(head) {
        Ok(text) => (text, None),
        Err(error) => (std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(), Some(error)),
    };
    match (valid.chars().next(), error) {
        (Some(c), _) => Decoded::Char(c),
        (None, Some(error)) if error.error_len().is_none() => Decoded::Unfinished,
        (None, _) => Decoded::Wrong,
    }
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.carry.is_empty() {
            let passed = self.pass(bytes, false)?;
            self.carry.extend_from_slice(&bytes[passed..]);
        } else {
            let mut whole = std::mem::take(&mut self.carry);
            whole.extend_from_slice(bytes);
            let passed = self.pass(&whole, false)?;
            self.carry = whole.split_off(passed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let carry = std::mem::take(&mut self.carry);
        self.pass(&carry, true)?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guarded(pieces: &[&[u8]], color: bool) -> String {
        let mut out = Vec::new();
        let mut stream = Guarded::new(&mut out, color);
        pieces.iter().for_each(|piece| stream.write_all(piece).unwrap());
        stream.flush().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn commands_of_build_servers_are_seen_and_not_acted_on() {
        for (text, shown) in [
            ("a ##vso[task.x]y", "a \\u{23}#vso[task.x]y"),
            ("###VSO[x] ##[error]", "#\\u{23}#VSO[x] \\u{23}#[error]"),
            ("##teamcity[x]", "\\u{23}#teamcity[x]"),
            ("::error::x\n  ::stop-commands::y\nstd::io", "\\u{3a}:error::x\n  \\u{3a}:stop-commands::y\nstd::io"),
            ("\t::group::a ::b", "\t\\u{3a}:group::a ::b"),
            ("order##7 a#b :: c: [##]", "order##7 a#b :: c: [##]"),
            ("section_start:1:a\r\u{1b}[0K", "section_start:1:a\\r\\u{1b}[0K"),
            ("\u{7}\u{7f}\u{85}\u{202e}\u{200b}\u{feff}é日", "\\u{7}\\u{7f}\\u{85}\\u{202e}\\u{200b}\\u{feff}é日"),
        ] {
            assert_eq!(guarded(&[text.as_bytes()], false), shown);
        }
        assert_eq!(guarded(&[b"\x1b[1m::a\x1b[0m \x1b]0;b\x07"], true), "\x1b[1m\\u{3a}:a\x1b[0m \\u{1b}]0;b\\u{7}");
        let mut exact = Vec::new();
        Guarded::exact(&mut exact).write_all("+\u{202e}\t##vso[a]\u{a0}\r\n ::b\n".as_bytes()).unwrap();
        assert_eq!(String::from_utf8(exact).unwrap(), "+\u{202e}\t\\u{23}#vso[a]\u{a0}\r\n \\u{3a}:b\n");
        assert_eq!(guarded(&[b"a\xffb\xe2\x80"], false), "a\\xffb\\xe2\\x80");
        assert_eq!(without_commands("##vso[a ###[b", "\\u0023"), "\\u0023#vso[a #\\u0023#[b");
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_which_pieces_text_comes(
            words in prop::collection::vec(
                prop::sample::select(vec!["##", "#", "vso[", "[", "teamcity", ":", "::", " ", "\n", "é", "\u{202e}", "\u{1b}[31m", "\u{1b}", "a"]),
                0..20,
            ),
            cuts in prop::collection::vec(0_usize..60, 0..6),
            color in any::<bool>(),
        ) {
            let whole = words.concat();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(whole.len())).chain([0, whole.len()]).collect();
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &whole.as_bytes()[pair[0]..pair[1]]).collect();
            let shown = guarded(&pieces, color);
            prop_assert_eq!(&shown, &guarded(&[whole.as_bytes()], color));
            prop_assert_eq!(commands(&shown).count(), 0);
            prop_assert!(shown.lines().all(|line| !line.trim_start().starts_with("::")));
            prop_assert!(color || shown.chars().all(|c| c == '\n' || is_printable(c)));
        }
    }
}
