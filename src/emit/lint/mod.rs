//! The output formats of `lint`, one file each.

mod diff;
mod human;
mod json;

pub use diff::write_diff;
pub use human::write_linted;
pub use json::write_linted_json;

use crate::rules::DesignFinding;
use crate::text::Position;

/// The page of a rule on the web.
pub(super) fn rule_url(finding: &DesignFinding) -> String {
    format!("{}/blob/main/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), finding.rule.name)
}

/// First and last position of a finding: lines and columns from 1, the last one behind the last character.
pub(super) fn positions(finding: &DesignFinding) -> (Position, Position) {
    let place = &finding.place;
    (place.source.position(place.span.start), place.source.position(place.span.end))
}
