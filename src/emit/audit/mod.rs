//! The report of an audit, one file a format.

mod compared;
mod difference;
mod html;
mod human;
mod json;
mod words;

pub use compared::{write_compared, write_compared_json, write_compared_markdown};
pub use html::audited_html;
pub use human::{write_audited, write_audited_sum};
pub use json::{write_audited_finding, write_audited_findings, write_audited_json};
