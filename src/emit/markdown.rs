//! Markdown for a terminal: as much of it as the pages of the rules use.

use std::io::{self, Write};

use super::Terminal;

/// Lines longer than this are hard to read, however wide the screen is.
const WIDEST: u16 = 100;

/// Writes a page: headings stand out, paragraphs and bullets are wrapped, code is indented.
pub(super) fn write_markdown(out: &mut dyn Write, terminal: Terminal, page: &str) -> io::Result<()> {
    let mut lines = page.trim_end().lines();
    let mut paragraph = Paragraph::default();
    while let Some(line) = lines.next() {
        let bullet = line.strip_prefix("* ").or_else(|| line.strip_prefix("- "));
        if line.trim().is_empty() {
            paragraph.write(out, terminal)?;
            writeln!(out)?;
        } else if let Some(heading) = line.strip_prefix('#') {
            paragraph.write(out, terminal)?;
            writeln!(out, "{}", terminal.bold(&heading.trim_start_matches('#').trim().replace('`', "")))?;
        } else if line.starts_with("```") {
            paragraph.write(out, terminal)?;
            for code in lines.by_ref().take_while(|line| !line.starts_with("```")) {
                let code = format!("    {code}");
                writeln!(out, "{}", terminal.dim(code.trim_end()))?;
            }
        } else if line.starts_with('|') {
            // A table is readable as it is written.
            paragraph.write(out, terminal)?;
            writeln!(out, "{line}")?;
        } else if let Some(text) = bullet {
            paragraph.write(out, terminal)?;
            paragraph = Paragraph { is_bullet: true, text: text.to_owned() };
        } else {
            paragraph.add(line);
        }
    }
    paragraph.write(out, terminal)
}

/// Lines that are wrapped as one.
#[derive(Default)]
struct Paragraph {
    is_bullet: bool,
    text: String,
}

impl Paragraph {
    fn add(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(line.trim());
    }

    /// Writes it and begins the next.
    fn write(&mut self, out: &mut dyn Write, terminal: Terminal) -> io::Result<()> {
        let Self { is_bullet, text } = std::mem::take(self);
        if text.is_empty() {
            return Ok(());
        }
        let (first, rest) = if is_bullet { ("* ", "  ") } else { ("", "") };
        let options = textwrap::Options::new(usize::from(terminal.width.clamp(40, WIDEST)))
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        writeln!(out, "{}", textwrap::fill(&inline(&text), options))
    }
}

/// The text of a paragraph: code as it is, links as text with the address behind it, addresses without their brackets.
pub(super) fn inline(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '[', '<', '*', '\\']) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let (taken, words) = code(rest)
            .or_else(|| link(rest))
            .or_else(|| address(rest))
            .or_else(|| rest.starts_with("**").then(|| (2, String::new())))
            .or_else(|| escaped(rest))
            .unwrap_or_else(|| (1, rest[..1].to_owned()));
        shown.push_str(&words);
        rest = &rest[taken..];
    }
    shown + rest
}

/// What to take of the text, and what to show for it.
type Taken = Option<(usize, String)>;

fn code(text: &str) -> Taken {
    let inside = text.strip_prefix('`')?;
    let end = inside.find('`')? + 2;
    Some((end, text[..end].to_owned()))
}

fn link(text: &str) -> Taken {
    let (words, behind) = text.strip_prefix('[')?.split_once("](")?;
    let (target, _) = behind.split_once(')')?;
    if words.contains('[') || target.contains(' ') {
        return None;
    }
    let taken = words.len() + target.len() + "[]()".len();
    // Another page of these has the name of a rule, which the reader can ask for.
    Some((taken, if target.contains("://") { format!("{words} ({target})") } else { words.to_owned() }))
}

fn address(text: &str) -> Taken {
    let (inside, _) = text.strip_prefix('<')?.split_once('>')?;
    inside.starts_with("http").then(|| (inside.len() + 2, inside.to_owned()))
}

fn escaped(text: &str) -> Taken {
    let c = text.strip_prefix('\\')?.chars().next().filter(char::is_ascii_punctuation)?;
    Some((1 + c.len_utf8(), c.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &str, color: bool) -> String {
        let mut out = Vec::new();
        write_markdown(&mut out, Terminal::screen(40, color), page).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_page_is_readable_in_a_terminal() {
        let page = "# `rule`\n\nSome words that are too long for one\nline of the `screen`.\n\n* a bullet with so many words that it\n  is wrapped\n* b\n\n```toml\na = \"#\"\n```\n";
        assert_eq!(
            shown(page, false),
            "rule\n\nSome words that are too long for one\nline of the `screen`.\n\n* a bullet with so many words that it is\n  wrapped\n* b\n\n    a = \"#\"\n"
        );
        assert!(shown(page, true).starts_with("\u{1b}[1mrule\u{1b}[0m\n"));
    }

    #[test]
    fn links_and_code_are_told_apart() {
        assert_eq!(inline("see [`key`](key.md) and [AWS](https://x.y)"), "see `key` and AWS (https://x.y)");
        assert_eq!(inline("(<https://x.y/z>). a < b"), "(https://x.y/z). a < b");
        assert_eq!(inline("`[[a](b)` [a] **b** a\\|b `c"), "`[[a](b)` [a] b a|b `c");
    }
}
