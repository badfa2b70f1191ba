//! The output formats, one file each. They know reports and write bytes.

mod audit;
mod diagnostic;
mod dialects;
mod dictionary;
mod docs;
mod escape;
mod excerpt;
mod human;
mod json;
mod lint;
mod log;
mod markdown;
mod page;
mod pages;
mod query;
mod root;
mod rules;
mod sarif;
mod terminal;

pub use audit::{
    write_audited, write_audited_finding, write_audited_findings, write_audited_html, write_audited_json,
    write_audited_markdown, write_audited_sarif, write_audited_sum, write_compared, write_compared_json,
    write_compared_markdown,
};
pub use diagnostic::Diagnostics;
pub use dialects::{Comparison, write_comparison, write_comparison_json};
pub use dictionary::{Dictionary, dictionary, write_python};
pub use docs::{chart_html, chart_markdown};
pub use human::{write_findings, write_item, write_summary};
pub use json::{ItemLine, Json, push_json};
pub use lint::{
    write_diff, write_linted, write_linted_github, write_linted_json, write_linted_junit, write_linted_sarif,
    write_linted_summary,
};
pub use log::{Guarded, harmless, has_commands};
pub use pages::{rule_index, rule_page};
pub use query::{Condition, Query, QueryError, query, write_query};
pub use root::Root;
pub use rules::{write_rule, write_rule_json, write_rules, write_rules_json};
pub use terminal::Terminal;
