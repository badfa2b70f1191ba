//! Text of strangers made safe for Markdown, HTML and Mermaid.

use std::fmt::Write as _;
use std::ops::Range;

use super::log::{commands, without_commands};
use crate::text::printable;

/// A description as one paragraph: line ends and runs of white space are one space.
pub(super) fn paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of HTML, and of a value of an attribute in quotes.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // A page may be shown in the log of a build, which knows commands.
    for c in without_commands(&printable(text), "\u{1}").chars() {
        match c {
            '\u{1}' => escaped.push_str("&#35;"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text of Markdown: of a paragraph, of a heading, of a cell of a table. What a site would make a link of or a person's
/// name, so that it tells that person, is code.
pub(super) fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut written = String::with_capacity(text.len());
    let mut rest = text.trim();
    while let Some(found) = linked(rest) {
        written.push_str(&words(&rest[..found.start], written.is_empty()));
        written.push_str(&markdown_code(&rest[found.clone()]));
        rest = &rest[found.end..];
    }
    let is_first = written.is_empty();
    written + &words(rest, is_first)
}

/// The first word of a text that a site would make a link of: an address, or the name of somebody behind `@`.
fn linked(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    for word in text.split(char::is_whitespace) {
        let own = word.trim_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '@' | '/' | '#'));
        if is_linked(own) {
            let start = at + (own.as_ptr() as usize - word.as_ptr() as usize);
            return Some(start..start + own.len());
        }
        at += word.len() + text[at + word.len()..].chars().next().map_or(0, char::len_utf8);
    }
    None
}

fn is_linked(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let names =
        || word.match_indices('@').any(|(at, _)| word[at + 1..].starts_with(|c: char| c.is_alphanumeric() || c == '_'));
    lower.contains("://")
        || lower.contains("www.")
        || ["mailto:", "xmpp:", "javascript:"].iter().any(|scheme| lower.contains(scheme))
        || names()
}

/// Words of Markdown that are no links; `opens` is true of those with which a line may begin.
fn words(text: &str, opens: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next().unwrap_or(' ');
        // What opens a list, a quotation or a heading where a line begins.
        let opens_a_line = opens && at == 0 && matches!(c, '-' | '+' | '=' | ':');
        let ends_a_number =
            opens && matches!(c, '.' | ')') && at > 0 && text[..at].chars().all(|digit| digit.is_ascii_digit());
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Within a word it means nothing.
            '_' if before.is_alphanumeric() && next.is_alphanumeric() => escaped.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '#' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if opens_a_line || ends_a_number => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
        before = c;
    }
    escaped
}

/// Code in Markdown, in a cell of a table too. Backticks where they hold it, else an element whose text cannot be
/// taken for Markdown.
pub(super) fn markdown_code(text: &str) -> String {
    let text = printable(text);
    let is_plain = !text.contains(['`', '|', '\\', '<', '&'])
        && commands(&text).next().is_none()
        && !text.starts_with(' ')
        && !text.ends_with(' ');
    if is_plain && !text.is_empty() {
        return format!("`{text}`");
    }
    let mut escaped = String::from("<code>");
    for c in text.chars() {
        if c.is_ascii_punctuation() && !"-,;()={}'\"/%+?^".contains(c) {
            let _ = write!(escaped, "&#{};", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped + "</code>"
}

/// Text of a label of Mermaid in quotes. What could be a directive, a comment, a link, an icon, Markdown or the end of the
/// label becomes an entity code: <https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters>
pub(super) fn mermaid(text: &str) -> String {
    let text = printable(text);
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || matches!(c, ' ' | ',' | '\'') || !c.is_ascii() {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "#{};", u32::from(c));
        }
        // The codes are read before `\n` becomes a line end and `fa:fa-car` an icon: a space without width keeps these text.
        let rest = &text[at..];
        if rest.starts_with("\\n") || rest.starts_with(":fa-") {
            escaped.push_str("#8203;");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_names_is_text() {
        assert_eq!(html("<script>'\"&\u{202e}"), "&lt;script&gt;&#39;&quot;&amp;\\u{202e}");
        assert_eq!(
            markdown("a|b `c` <i> *d* snake_case _e_\n"),
            "a\\|b \\`c\\` &lt;i&gt; \\*d\\* snake_case \\_e\\_\\\\n"
        );
        assert_eq!(
            markdown("ask @team (or a.b@c.org), see https://x.y/a_b. a @ b"),
            "ask `@team` (or `a.b@c.org`), see `https://x.y/a_b`. a @ b"
        );
        assert_eq!(markdown("::error::x"), "\\::error::x");
        assert_eq!(html("##vso[x] a##b"), "&#35;#vso[x] a##b");
        assert_eq!(markdown_code("##vso[x]"), "<code>&#35;&#35;vso&#91;x&#93;</code>");
        assert_eq!(markdown("1. one"), "1\\. one");
        assert_eq!(markdown("- one - two"), "\\- one - two");
        assert_eq!(markdown("1.5 kg, 2) no"), "1\\.5 kg, 2) no");
        assert_eq!(mermaid("a#{b}\"%%\\n"), "a#35;#123;b#125;#34;#37;#37;#92;#8203;n");
    }

    #[test]
    fn code_in_a_table_has_no_bars() {
        assert_eq!(markdown_code("user#{id}"), "`user#{id}`");
        assert_eq!(markdown_code("{a|lower}"), "<code>{a&#124;lower}</code>");
        assert_eq!(markdown_code("a`b"), "<code>a&#96;b</code>");
        assert_eq!(markdown_code(""), "<code></code>");
    }
}
