//! How much of a table is read, in which parts, and what that costs.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::source::start_key::StartKey;

/// What a scan reads, and how fast.
#[derive(Clone, Debug)]
pub struct ScanPlan {
    /// The table: a name or an ARN.
    pub table: String,
    /// The index that is read instead of the table.
    pub index: Option<String>,
    /// Into how many segments the table is cut, at most 1,000,000.
    pub total_segments: u32,
    /// The segments to read, in this order. Those that are done already are not among them.
    pub segments: Vec<SegmentStart>,
    /// How many segments are read at a time.
    pub concurrency: usize,
    /// How many read units are used in a second at most, over all segments.
    pub max_read_units: Option<f64>,
    /// How many items a page has at most; 1 MB where nothing is said.
    pub page_limit: Option<i32>,
    /// The scan ends soon after this becomes true.
    pub interrupted: Arc<AtomicBool>,
}

/// A segment, and where in it to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentStart {
    /// The segment, from 0.
    pub segment: u32,
    /// Where to go on; none for its beginning.
    pub start: Option<StartKey>,
}

impl ScanPlan {
    /// A scan of a whole table in `total_segments` parts.
    pub fn new(table: impl Into<String>, total_segments: u32) -> Self {
        let start = |segment| SegmentStart { segment, start: None };
        Self {
            table: table.into(),
            index: None,
            total_segments,
            segments: (0..total_segments).map(start).collect(),
            concurrency: Self::CONCURRENCY,
            max_read_units: None,
            page_limit: None,
            interrupted: Arc::default(),
        }
    }

    /// The most segments that are read at a time.
    pub const MOST_CONCURRENCY: u16 = 64;

    /// How many segments are read at a time where nothing else is said. A page takes tens of milliseconds, so that this
    /// many read about 100 MB a second, and as many pages again are in memory at most.
    pub const CONCURRENCY: usize = 16;
}

/// A segment of this size is read in a few seconds: small enough that the segments of a scan end together, and that an
/// interrupted one loses little; large enough that the request with which each ends is nothing beside its pages.
const SEGMENT_BYTES: u64 = 64 << 20;

/// The most segments that a whole table is cut into. More would only make checkpoints longer.
const MOST_SEGMENTS: u64 = 4096;

/// Into how many segments a table is cut: one for 64 MB, at most 4,096, and never more than it has items.
///
/// AWS advises one for 2 GB (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html>), for a reader
/// that works on all of them at once; here a few are read at a time. The size that DynamoDB gives is hours old, so a
/// table that seems empty is cut as one of half a gigabyte, for it may have been filled since.
pub fn segments_for(bytes: u64, items: u64) -> u32 {
    if bytes == 0 && items == 0 {
        return 8;
    }
    let segments = bytes.div_ceil(SEGMENT_BYTES).clamp(1, MOST_SEGMENTS).min(items.max(1));
    u32::try_from(segments).unwrap_or(1)
}

/// Into how many segments a table is cut of which a share is read. A segment holds whole partition keys, and those of
/// one segment are no sample of the rest, so there are enough that 30 are read, as far as segments of 64 KB go. Of a
/// table that was not counted yet nothing is known: there are enough that 30 are read in any case.
pub fn segments_for_sample(bytes: u64, items: u64, share: f64) -> u32 {
    const READ: f64 = 30.0;
    const LEAST_BYTES: u64 = 64 << 10;
    /// What DynamoDB takes.
    const MOST_SAMPLED: u64 = 1_000_000;
    let whole = segments_for(bytes, items);
    if !(share > 0.0 && share < 1.0) {
        return whole;
    }
    let most = match (bytes, items) {
        (0, _) | (_, 0) => MOST_SAMPLED,
        _ => bytes.div_ceil(LEAST_BYTES).clamp(1, MOST_SAMPLED).min(items),
    };
    // Saturates: a share so small asks for as many as there can be.
    let wanted = ((READ / share).ceil() as u64).min(most);
    u32::try_from(wanted).unwrap_or(whole).max(whole)
}

/// The segments that make up a share of a table: evenly spread, at least one, in order, the same each time.
pub fn sampled_segments(share: f64, total: u32) -> Vec<u32> {
    if total == 0 {
        return Vec::new();
    }
    let share = if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) };
    let count = ((share * f64::from(total)).round() as u32).clamp(1, total);
    // The middle of each of `count` equal stretches.
    let at = |stretch: u64| (2 * stretch + 1) * u64::from(total) / (2 * u64::from(count));
    (0..count).map(|stretch| u32::try_from(at(stretch.into())).unwrap_or(total - 1)).collect()
}

/// What a million read request units cost in US dollars in us-east-1, in the standard table class, since November 2024:
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>. Other regions cost up to twice as much.
pub const PRICE_PER_MILLION: f64 = 0.125;

/// What a scan costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanCost {
    /// The bytes that are read.
    pub bytes: u64,
    /// Read units: eventually consistent, 4 KB are half of one.
    pub read_units: f64,
    /// US dollars, where reads are paid for one by one. A table with provisioned capacity pays for it anyway.
    pub dollars: f64,
    /// The price of a million read request units that was taken.
    pub price_per_million: f64,
}

impl ScanCost {
    /// The cost of reading so many bytes, at [`PRICE_PER_MILLION`] or another price.
    pub fn new(bytes: u64, price_per_million: Option<f64>) -> Self {
        let price_per_million = price_per_million.unwrap_or(PRICE_PER_MILLION);
        let read_units = read_units(bytes);
        Self { bytes, read_units, dollars: read_units / 1e6 * price_per_million, price_per_million }
    }
}

/// The read units of so many bytes, eventually consistent.
pub(super) fn read_units(bytes: u64) -> f64 {
    bytes.div_ceil(4096) as f64 * 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_cut_by_its_size() {
        const MB: u64 = 1 << 20;
        for (bytes, items, segments) in [
            (0, 0, 8),
            (100, 1, 1),
            (64 * MB, 100_000, 1),
            (65 * MB, 100_000, 2),
            (1024 * MB, 1_000_000, 16),
            (1024 * MB, 3, 3),
            (10 << 40, 1 << 40, 4096),
        ] {
            assert_eq!(segments_for(bytes, items), segments, "{bytes} bytes, {items} items");
        }
    }

    #[test]
    fn a_sample_reads_thirty_segments_of_a_table_that_is_large_enough() {
        const GB: u64 = 1 << 30;
        for (bytes, items, share) in
            [(GB, 1_000_000, 0.01), (100 * GB, 100_000_000, 0.001), (1 << 40, 1 << 33, 0.5), (GB, 1_000_000, 0.3)]
        {
            let total = segments_for_sample(bytes, items, share);
            assert!(sampled_segments(share, total).len() >= 30, "{bytes} {share}: {total}");
            assert!(u64::from(total) <= 1_000_000 && total >= segments_for(bytes, items));
        }
        // There is little to choose from in a small one.
        assert_eq!(segments_for_sample(1 << 20, 5_000, 0.01), 16);
        assert_eq!(segments_for_sample(1 << 20, 3, 0.01), 3);
        assert_eq!(segments_for_sample(GB, 1_000_000, 1.0), segments_for(GB, 1_000_000));
        // Not counted yet, or not wholly.
        for (bytes, items) in [(0, 0), (0, 400), (40_000, 0)] {
            assert_eq!(segments_for_sample(bytes, items, 0.2), 150);
            assert_eq!(segments_for_sample(bytes, items, 1e-9), 1_000_000);
            assert_eq!(segments_for_sample(bytes, items, 1.0), segments_for(bytes, items));
        }
    }

    #[test]
    fn sampled_segments_are_spread_and_always_the_same() {
        assert_eq!(sampled_segments(0.5, 8), [1, 3, 5, 7]);
        assert_eq!(sampled_segments(0.01, 10), [5]);
        assert_eq!(sampled_segments(0.0, 3), [1]);
        assert_eq!(sampled_segments(1.0, 4), [0, 1, 2, 3]);
        assert_eq!(sampled_segments(f64::NAN, 2), [0, 1]);
        assert_eq!(sampled_segments(0.5, 0), [0; 0]);
        for (share, total) in [(0.3, 101), (0.77, 1_000), (0.001, 1_000_000), (0.999, 4096)] {
            let chosen = sampled_segments(share, total);
            assert_eq!(chosen.len(), (share * f64::from(total)).round() as usize);
            assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]) && chosen.iter().all(|at| *at < total));
            assert_eq!(chosen, sampled_segments(share, total));
        }
    }

    #[test]
    fn a_scan_costs_a_unit_for_eight_kilobytes() {
        let cost = ScanCost::new(8192 * 1_000_000, None);
        assert_eq!((cost.read_units, cost.dollars), (1e6, PRICE_PER_MILLION));
        let cost = ScanCost::new(4097, Some(0.25));
        assert_eq!((cost.read_units, cost.dollars, cost.price_per_million), (1.0, 0.25e-6, 0.25));
        assert_eq!(ScanCost::new(0, None).read_units, 0.0);
    }
}
