//! The page about a table, one file a format. Names and descriptions are text of strangers: each format escapes them.

mod diagram;
mod html;
mod markdown;
mod mermaid;
mod words;

pub use html::chart_html;
pub use markdown::chart_markdown;
