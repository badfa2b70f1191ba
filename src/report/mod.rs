//! What a run found: findings with their levels, and the verdict that becomes the exit status.

mod audited;
pub mod chart;
mod compared;
mod explained;
mod level;
mod linted;
mod part;

pub use audited::{
    Audited, Bin, Check, Coverage, DialectFit, Done, EntityCount, Estimate, Finding as AuditFinding, Group, HOT_ITEMS,
    HOT_SHARE, IndexReport, NEAR_COLLECTION, PartitionReport, PartitionSize, Sample, Source, Spread, Totals,
    VERSION as AUDIT_VERSION, WHOLE_COLLECTION, streamed,
};
pub use compared::{Change, CheckChange, Compared, GroupChange};
pub use explained::{Explained, Selection};
pub use level::{FailOn, Level, Levels};
pub use linted::{Linted, Reported};
pub use part::{Described, PART_VERSION, Part, Pieces, Reached, Sampled, ScanPieces, Written, seal};

use crate::rules::Finding;

/// A finding with the level that the configuration gives its rule.
#[derive(Clone, Debug)]
pub struct Leveled {
    /// Its level; never [`Level::Off`].
    pub level: Level,
    /// The finding.
    pub finding: Finding,
}

/// How many items and findings there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Items explained, or models linted.
    pub items: u64,
    /// Findings of level error.
    pub errors: u64,
    /// Findings of level warning.
    pub warnings: u64,
    /// Findings of level info.
    pub infos: u64,
}

impl Summary {
    /// Counts a finding.
    pub fn add(&mut self, level: Level) {
        match level {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
            Level::Info => self.infos += 1,
            Level::Off => {}
        }
    }

    /// True where there is a finding at or above `fail_on`.
    pub fn fails(&self, fail_on: FailOn) -> bool {
        let counts = [(Level::Error, self.errors), (Level::Warning, self.warnings), (Level::Info, self.infos)];
        counts.iter().any(|(level, count)| *count > 0 && level.fails(fail_on))
    }
}
