//! What the pages of HTML share: the frame of a page that loads nothing and runs nothing, sections, tables. A page is
//! well-formed XML, too.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::escape::html;

/// A page. All but the style is HTML; the title is text.
pub(super) struct Page<'p> {
    /// Its name.
    pub title: &'p str,
    /// The command that writes it.
    pub generator: &'p str,
    /// The style of its own, beside that of all pages.
    pub style: &'p str,
    /// What stands at the top, across the whole page.
    pub header: &'p str,
    /// The list of contents.
    pub contents: &'p str,
    /// The sections.
    pub main: &'p str,
    /// What stands at the end.
    pub footer: &'p str,
}

impl Page<'_> {
    /// The whole page. Its one style is named by its hash, so that no other applies.
    pub fn html(&self) -> String {
        let Page { title, generator, style, header, contents, main, footer } = self;
        // A browser reads every line end as `\n`.
        let style = format!("\n{}{style}", include_str!("base.css")).replace('\r', "");
        let hash = STANDARD.encode(Sha256::digest(&style));
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"generator\" content=\"{generator}\"/>\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; \
             base-uri 'none'; form-action 'none'\"/>\n\
             <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\">To the content</a>\n\
             <header class=\"top\">\n{header}</header>\n<div class=\"page\">\n{contents}<main id=\"main\">\n{main}</main>\n\
             </div>\n<footer>{footer}</footer>\n</body>\n</html>\n",
            html(title),
        )
    }
}

/// A section. The title is text, the words are text, the content is HTML.
pub(super) fn section(id: &str, title: &str, words: &str, content: &str) -> String {
    let words = if words.is_empty() { String::new() } else { format!("<p class=\"lead\">{}</p>\n", html(words)) };
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{}</h2>\n{words}{content}</section>\n",
        html(title)
    )
}

/// A cell: HTML, perhaps the head of its row.
pub(super) struct Cell {
    content: String,
    is_head: bool,
    is_number: bool,
}

/// A cell of HTML.
pub(super) fn cell(content: impl Into<String>) -> Cell {
    Cell { content: content.into(), is_head: false, is_number: false }
}

/// The head of a row.
pub(super) fn head(content: impl Into<String>) -> Cell {
    Cell { is_head: true, ..cell(content) }
}

/// A cell with a number, which stands at the right.
pub(super) fn numeric(content: impl Into<String>) -> Cell {
    Cell { is_number: true, ..cell(content) }
}

/// A table. On narrow screens its rows become cards, in which each cell has the name of its column; the roles keep it a
/// table for those who listen. `name` and `columns` are text, cells are HTML; a column of which no row has anything is left
/// out.
pub(super) fn table(name: &str, columns: &[(String, String)], rows: &[(String, Vec<Cell>)]) -> String {
    let mut text = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table role=\"table\">\n\
         <caption>{0}</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">",
        html(name)
    );
    let is_used = |at: usize| rows.iter().any(|(_, cells)| cells.get(at).is_some_and(|cell| !cell.content.is_empty()));
    let is_number = |at: usize| rows.iter().any(|(_, cells)| cells.get(at).is_some_and(|cell| cell.is_number));
    for (at, (column, more)) in columns.iter().enumerate().filter(|(at, _)| is_used(*at)) {
        let class = if is_number(at) { " class=\"number\"" } else { "" };
        let _ = write!(text, "<th role=\"columnheader\" scope=\"col\"{class}>{}{more}</th>", html(column));
    }
    text.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for (class, cells) in rows {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = write!(text, "<tr role=\"row\"{class}>");
        for (_, (Cell { content, is_head, is_number }, (column, _))) in
            cells.iter().zip(columns).enumerate().filter(|(at, _)| is_used(*at))
        {
            let _ = if *is_head {
                write!(text, "<th role=\"rowheader\" scope=\"row\">{content}</th>")
            } else {
                let class = match (content.is_empty(), is_number) {
                    (true, _) => " class=\"empty\"",
                    (false, true) => " class=\"number\"",
                    (false, false) => "",
                };
                let label = html(column);
                write!(text, "<td role=\"cell\"{class} data-label=\"{label}\"><div>{content}</div></td>")
            };
        }
        text.push_str("</tr>\n");
    }
    text + "</tbody>\n</table>\n</div>\n"
}

/// Names of columns, which are text, with nothing more in their heads.
pub(super) fn columns<'c>(names: impl IntoIterator<Item = &'c str>) -> Vec<(String, String)> {
    names.into_iter().map(|name| (name.to_owned(), String::new())).collect()
}

/// Text as code.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", html(text))
}
