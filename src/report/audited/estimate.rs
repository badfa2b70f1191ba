//! What a sample says of the whole table.

use super::{Audited, Estimate, Sample};
use crate::audit::Defect;
use crate::report::{Part, Pieces};

impl Audited {
    /// Adds what the segments that were read say of all of them.
    pub(super) fn estimate(&mut self, part: &Part) {
        let (Pieces::Segments(scan), Some(sample)) = (&part.pieces, self.coverage.sample) else { return };
        if part.sampled.is_empty() {
            return;
        }
        let of =
            |count: &dyn Fn(&crate::report::Sampled) -> u64| estimate(part.sampled.values().map(count), scan.total);
        let share = part.sampled.len() as f64 / f64::from(scan.total);
        self.coverage.sample = Some(Sample { share, items: of(&|one| one.items), ..sample });
        for (at, defect) in Defect::ALL.into_iter().enumerate().filter(|(_, defect)| defect.is_of_item()) {
            if let Some(check) = self.checks.get_mut(defect.name()) {
                check.estimate = Some(of(&|one| one.counts.get(at).copied().unwrap_or_default()));
            }
        }
    }
}

/// How many there are in `total` segments, by the counts of some of them: simple random sampling of clusters. DynamoDB
/// puts an item into a segment by a hash of its partition key, so segments are alike but for the sizes of partitions.
fn estimate(counts: impl Iterator<Item = u64>, total: u32) -> Estimate {
    let counts: Vec<f64> = counts.map(|count| count as f64).collect();
    let (read, total) = (counts.len() as f64, f64::from(total));
    let sum: f64 = counts.iter().sum();
    let seen = sum as u64;
    if read >= total {
        return Estimate { count: seen, low: seen, high: seen };
    }
    let scale = total / read;
    if sum == 0.0 {
        // Had there been more, one would have been read in 95 of 100 samples.
        let high = (0.05_f64.ln() / (1.0 - read / total).ln()).ceil();
        return Estimate { count: 0, low: 0, high: high as u64 };
    }
    let mean = sum / read;
    let freedom = read - 1.0;
    let error = if freedom >= 1.0 {
        let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / freedom;
        // Student's t, to within some percent.
        let quantile = 1.96 + 2.4 / freedom + 2.0 / freedom.powi(2);
        quantile * total * ((1.0 - read / total) * variance / read).sqrt()
    } else {
        f64::INFINITY
    };
    let count = sum * scale;
    Estimate {
        count: count.round() as u64,
        low: (count - error).max(sum).floor() as u64,
        // One segment alone tells nothing of the others.
        high: if error.is_finite() { (count + error).ceil() as u64 } else { u64::MAX },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_whole_is_no_estimate() {
        assert_eq!(estimate([3, 4].into_iter(), 2), Estimate { count: 7, low: 7, high: 7 });
    }

    #[test]
    fn nothing_in_a_twentieth_is_at_most_sixty() {
        assert_eq!(estimate([0; 50].into_iter(), 1000), Estimate { count: 0, low: 0, high: 59 });
    }

    #[test]
    fn bounds_hold_the_truth_in_19_of_20_samples() {
        // Segments of a table of which the counts are known, by a generator of fixed seed.
        let mut seed = 7_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> 33
        };
        let all: Vec<u64> = (0..1000).map(|_| 50 + next() % 100).collect();
        let truth: u64 = all.iter().sum();
        let mut held = 0;
        for _ in 0..400 {
            let mut left = all.clone();
            let some: Vec<u64> = (0..50).map(|_| left.swap_remove((next() % left.len() as u64) as usize)).collect();
            let found = estimate(some.into_iter(), 1000);
            held += u32::from((found.low..=found.high).contains(&truth));
        }
        assert!((368..=396).contains(&held), "{held} of 400");
    }
}
