//! Rules about a table as DynamoDB describes it.

mod compare;
mod finding;
pub mod table_index_missing;
pub mod table_index_unmodelled;
pub mod table_key_mismatch;
pub mod table_projection_mismatch;
pub mod table_type_mismatch;

pub use finding::{TableFinding, TableFindings};

use super::{Check, Design, RULES};
use crate::source::TableDescription;

/// What every rule finds in the description of a table, in the order of the rules.
pub fn check_description(design: &Design, table: &TableDescription) -> Vec<TableFinding> {
    let mut findings = TableFindings::default();
    for check in RULES.iter().flat_map(|rule| rule.checks) {
        if let Check::Description(check) = check {
            check(design, table, &mut findings);
        }
    }
    findings.all
}
