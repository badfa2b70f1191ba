//! The report of an audit, one file a format.

mod compared;
mod difference;
mod html;
mod human;
mod json;
mod markdown;
mod sarif;
mod words;

pub use compared::{write_compared, write_compared_json, write_compared_markdown};
pub use html::write_audited_html;
pub use human::{write_audited, write_audited_sum};
pub use json::{write_audited_finding, write_audited_findings, write_audited_json};
pub use markdown::write_audited_markdown;
pub use sarif::write_audited_sarif;
