//! Text of strangers in HTML.

use super::super::difference::{Difference, spelled};
use crate::emit::escape::html;

/// A key that is longer is shown in part; all of it can be unfolded. In columns.
const LONG: usize = 240;

/// Text whose letters do not change the order of what stands around it.
pub(super) fn stranger(text: &str) -> String {
    format!("<bdi>{}</bdi>", html(text))
}

/// The same as code.
pub(super) fn stranger_code(text: &str) -> String {
    format!("<code><bdi>{}</bdi></code>", html(text))
}

/// A key.
pub(super) fn key(text: &str) -> String {
    let shown = spelled(text);
    let cut = super::super::difference::cut(&shown, LONG);
    let shown_key = format!("<code class=\"key\"><bdi>{}</bdi></code>", html(&cut));
    if cut == shown { shown_key } else { shown_key + &whole(&shown) }
}

/// A stored key and the one that the model writes, with the parts that differ marked.
pub(super) fn keys(stored: &str, expected: &str) -> (String, String) {
    let Difference { before, stored: own, expected: other, after_stored, after_expected } =
        Difference::new(stored, expected, LONG);
    let shown = |part: &str, after: &str, text: &str| {
        let (part, class) = if part.is_empty() { (String::new(), " class=\"nothing\"") } else { (html(part), "") };
        let is_whole = !before.starts_with('…') && !after.ends_with('…') && !part.ends_with('…');
        let key =
            format!("<code class=\"key\"><bdi>{}<mark{class}>{part}</mark>{}</bdi></code>", html(&before), html(after));
        if is_whole { key } else { key + &whole(&spelled(text)) }
    };
    (shown(&own, &after_stored, stored), shown(&other, &after_expected, expected))
}

/// The whole of a long text, which is already safe to show.
fn whole(shown: &str) -> String {
    let length = super::super::words::number(shown.chars().count() as u64);
    format!(
        "<details class=\"whole\"><summary>all {length} characters</summary><code class=\"key\"><bdi>{}</bdi></code></details>",
        html(shown)
    )
}

/// Text with code in backticks, which may be names of strangers.
pub(super) fn with_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { html(part) } else { stranger_code(part) }).collect()
}
