//! The partitions of a table or an index: how many there are, which are the largest, how unevenly items are spread.
//!
//! Memory is bounded whatever the number of partitions, and the outcome does not depend on the order of the items nor
//! on how they were parted: up to [`EXACT`] partitions everything is exact. Beyond, the largest ones are found among the
//! candidates of frequent-items sketches, one by items and one by bytes, which miss none that holds more than their error
//! of the whole, and their sizes are estimated by a count-min sketch, whose counts are plain sums; distinct partitions
//! are counted by HyperLogLog; the Gini coefficient is that of a sample of the partitions, chosen by hash.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datasketches::frequencies::{ErrorType, FrequentItemsSketch};
use datasketches::hll::{HllSketch, HllType, HllUnion};
use foldhash::quality::FixedState;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::count_min::{CountMin, Size, noise};
use super::letters::same;

/// The size of the frequent-items sketch's table.
const MAP_SIZE: usize = 4096;
/// Up to so many partitions are counted exactly.
pub const EXACT: usize = MAP_SIZE / 4 * 3;
/// A partition is listed from this share of the items or the bytes on, where not all are counted exactly. The error of a
/// sketch of candidates is 3.5 parts of its table's size, 0.0009.
pub const LISTED_SHARE: f64 = 0.002;
/// One part in so many of the items or the bytes makes a partition a candidate for the list: less than what is listed, so
/// that a large one is a candidate for most of its items.
const CANDIDATE: u64 = 2000;
/// A listed partition has this share at least while it is a candidate. By the error of the sketch no small one has, so
/// that none is listed for the large ones with which it shares its places.
const FOUND_SHARE: f64 = 0.0012;
/// HyperLogLog with 2^12 registers: a relative standard error of 1.6 %.
const LG_K: u8 = 12;
/// The most partitions in the sample.
const SAMPLE: usize = 4096;

/// The hash by which texts are ranked and sampled: the same on every run.
pub fn hash(text: &str) -> u64 {
    FixedState::with_seed(0x6479_6e6b_6579_7321).hash_one(text)
}

/// So many runs are counted together: what is in no cache is fetched side by side.
const TOGETHER: usize = 64;

/// Items in a row of one partition.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where its key is.
    start: usize,
    end: usize,
    items: u64,
    bytes: u64,
}

/// What is not yet counted.
#[derive(Clone, Debug, Default)]
struct Waiting {
    keys: String,
    runs: Vec<Run>,
}

impl Waiting {
    fn key(&self, run: &Run) -> &str {
        self.keys.get(run.start..run.end).unwrap_or_default()
    }

    fn push(&mut self, key: &str, items: u64, bytes: u64) {
        let start = self.keys.len();
        self.keys.push_str(key);
        self.runs.push(Run { start, end: self.keys.len(), items, bytes });
    }
}

/// The sizes of partitions.
#[derive(Clone, Debug, Default)]
pub struct Partitions {
    waiting: Waiting,
    /// All items and bytes.
    pub items: u64,
    /// All bytes.
    pub bytes: u64,
    sketches: Option<Box<Sketches>>,
}

/// The same as text, for a file.
#[derive(Serialize, Deserialize)]
struct Saved {
    items: u64,
    bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exact: Option<Vec<(String, u64, u64)>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sketches: Option<SavedSketches>,
}

#[derive(Serialize, Deserialize)]
struct SavedSketches {
    candidates_by_items: String,
    candidates_by_bytes: String,
    count_min: String,
    hyper_log_log: String,
    sample_below: u64,
    sample: Vec<(u64, u64, u64)>,
}

impl Serialize for Partitions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut flushed = self.clone();
        flushed.flush();
        let mut saved = Saved { items: self.items, bytes: self.bytes, exact: None, sketches: None };
        match flushed.sketches {
            None => {}
            Some(sketches) => match sketches.exact {
                Some(exact) => {
                    let mut all: Vec<_> = exact.into_iter().map(|(key, (items, bytes))| (key, items, bytes)).collect();
                    all.sort();
                    saved.exact = Some(all);
                }
                None => {
                    let sizes = &sketches.sample.sizes;
                    let mut sample: Vec<_> = sizes.iter().map(|(hash, size)| (*hash, size.0, size.1)).collect();
                    sample.sort_unstable();
                    saved.sketches = Some(SavedSketches {
                        candidates_by_items: STANDARD.encode(sketches.by_items.serialize()),
                        candidates_by_bytes: STANDARD.encode(sketches.by_bytes.serialize()),
                        count_min: STANDARD.encode(sketches.sums.to_bytes()),
                        hyper_log_log: STANDARD.encode(sketches.distinct.serialize()),
                        sample_below: sketches.sample.below,
                        sample,
                    });
                }
            },
        }
        saved.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Partitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Saved::deserialize(deserializer)?;
        let mut sketches = Sketches::new().ok_or_else(|| D::Error::custom("no sketches"))?;
        let decode = |text: &str| STANDARD.decode(text).map_err(D::Error::custom);
        let (saved_items, saved_bytes) = (saved.items, saved.bytes);
        let is_empty = saved.exact.is_none() && saved.sketches.is_none();
        if let Some(exact) = saved.exact {
            sketches.exact = Some(exact.into_iter().map(|(key, items, bytes)| (key, (items, bytes))).collect());
        }
        if let Some(saved) = saved.sketches {
            sketches.exact = None;
            let candidates = |text: &str| FrequentItemsSketch::deserialize(&decode(text)?).map_err(D::Error::custom);
            sketches.by_items = candidates(&saved.candidates_by_items)?;
            sketches.by_bytes = candidates(&saved.candidates_by_bytes)?;
            sketches.sums = CountMin::from_bytes(&decode(&saved.count_min)?)
                .ok_or_else(|| D::Error::custom("no count-min sketch"))?;
            sketches.counted = (saved_items, saved_bytes);
            sketches.distinct = HllSketch::deserialize(&decode(&saved.hyper_log_log)?).map_err(D::Error::custom)?;
            let sizes = saved.sample.into_iter().map(|(hash, items, bytes)| (hash, (items, bytes))).collect();
            sketches.sample = Sample { below: saved.sample_below, sizes };
        }
        Ok(Self {
            items: saved.items,
            bytes: saved.bytes,
            sketches: (!is_empty).then(|| Box::new(sketches)),
            ..Self::default()
        })
    }
}

#[derive(Clone, Debug)]
struct Sketches {
    /// Exact sizes while there are few.
    exact: Option<Sizes<String>>,
    /// All that was counted in the sketches.
    counted: Size,
    sums: CountMin,
    /// Candidates for the list, weighed by their items.
    by_items: FrequentItemsSketch<String>,
    /// Candidates, weighed by their bytes.
    by_bytes: FrequentItemsSketch<String>,
    distinct: HllSketch,
    sample: Sample,
}

/// Items and bytes by partition.
type Sizes<K> = HashMap<K, Size, FixedState>;

/// The partitions whose hashes are below a threshold, with their exact sizes.
#[derive(Clone, Debug)]
struct Sample {
    below: u64,
    sizes: Sizes<u64>,
}

/// A partition that is listed.
#[derive(Clone, Debug, PartialEq)]
pub struct Partition {
    /// Its key.
    pub key: String,
    /// Its items.
    pub items: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Sketches {
    /// The parameters are constants within the bounds of the sketches, which their tests cover.
    fn new() -> Option<Self> {
        Some(Self {
            by_items: FrequentItemsSketch::new(MAP_SIZE).ok()?,
            by_bytes: FrequentItemsSketch::new(MAP_SIZE).ok()?,
            exact: Some(HashMap::default()),
            counted: (0, 0),
            sums: CountMin::new(),
            distinct: HllSketch::new(LG_K, HllType::Hll8).ok()?,
            sample: Sample { below: u64::MAX, sizes: HashMap::default() },
        })
    }

    fn add(&mut self, waiting: &Waiting) {
        let Some(exact) = &mut self.exact else { return self.count(waiting) };
        for run in &waiting.runs {
            let key = waiting.key(run);
            match exact.get_mut(key) {
                Some(size) => *size = (size.0 + run.items, size.1 + run.bytes),
                None => {
                    exact.insert(key.to_owned(), (run.items, run.bytes));
                }
            }
        }
        if exact.len() > EXACT {
            self.estimate();
        }
    }

    fn count(&mut self, waiting: &Waiting) {
        for runs in waiting.runs.chunks(TOGETHER) {
            let mut counted = [(0, (0, 0)); TOGETHER];
            for (run, counted) in runs.iter().zip(&mut counted) {
                counted.0 = hash(waiting.key(run));
            }
            for (run, counted) in runs.iter().zip(&mut counted) {
                counted.1 = self.sums.add(counted.0, (run.items, run.bytes));
            }
            for (run, (hash, own)) in runs.iter().zip(counted) {
                self.sample.add(hash, run.items, run.bytes);
                self.distinct.update(hash);
                self.counted = (self.counted.0 + run.items, self.counted.1 + run.bytes);
                if own.0.saturating_mul(CANDIDATE) >= self.counted.0 {
                    self.by_items.update_with_count_ref(waiting.key(run), run.items);
                }
                if own.1.saturating_mul(CANDIDATE) >= self.counted.1 {
                    self.by_bytes.update_with_count_ref(waiting.key(run), run.bytes);
                }
            }
        }
    }

    /// Goes from exact sizes to sketches.
    fn estimate(&mut self) {
        let mut waiting = Waiting::default();
        for (key, (items, bytes)) in self.exact.take().unwrap_or_default() {
            waiting.push(&key, items, bytes);
        }
        self.count(&waiting);
    }

    fn merge(&mut self, mut other: Self) {
        if let (Some(own), Some(other)) = (&mut self.exact, &other.exact) {
            for (key, (items, bytes)) in other {
                let size = own.entry(key.clone()).or_default();
                size.0 += items;
                size.1 += bytes;
            }
            if own.len() <= EXACT {
                return;
            }
            self.estimate();
            return;
        }
        self.estimate();
        other.estimate();
        self.sample.merge(&other.sample);
        if let Ok(mut union) = HllUnion::new(LG_K) {
            union.update(&self.distinct);
            union.update(&other.distinct);
            self.distinct = union.to_sketch(HllType::Hll8);
        }
        self.by_items.merge(&other.by_items);
        self.by_bytes.merge(&other.by_bytes);
        self.sums.merge(&other.sums);
        self.counted = (self.counted.0 + other.counted.0, self.counted.1 + other.counted.1);
    }
}

impl Sample {
    fn add(&mut self, hash: u64, items: u64, bytes: u64) {
        if hash >= self.below {
            return;
        }
        let size = self.sizes.entry(hash).or_default();
        size.0 += items;
        size.1 += bytes;
        if self.sizes.len() > 2 * SAMPLE {
            self.shrink();
        }
    }

    /// Keeps the smallest hashes. Whoever is kept was never dropped before, so its size is exact.
    fn shrink(&mut self) {
        if self.sizes.len() <= SAMPLE {
            return;
        }
        let mut hashes: Vec<u64> = self.sizes.keys().copied().collect();
        let (_, below, _) = hashes.select_nth_unstable(SAMPLE);
        self.below = *below;
        self.sizes.retain(|hash, _| *hash < self.below);
    }

    fn merge(&mut self, other: &Self) {
        self.below = self.below.min(other.below);
        for (hash, (items, bytes)) in &other.sizes {
            let size = self.sizes.entry(*hash).or_default();
            size.0 += items;
            size.1 += bytes;
        }
        let below = self.below;
        self.sizes.retain(|hash, _| *hash < below);
        if self.sizes.len() > 2 * SAMPLE {
            self.shrink();
        }
    }

    /// The sizes of the partitions in it.
    fn sizes(&self) -> Vec<Size> {
        let mut own = self.clone();
        own.shrink();
        own.sizes.into_values().collect()
    }
}

/// How large the partition of an item, or of a byte, is on average: of those that are not listed, by a sample. What is
/// listed is in few places of a sketch and makes no noise in the others.
fn lump(sample: &[Size], all: u64, size: fn(&Size) -> u64) -> f64 {
    let sizes = sample.iter().map(|own| size(own) as f64).filter(|size| *size < LISTED_SHARE * all as f64);
    let (sum, squares) = sizes.fold((0.0, 0.0), |(sum, squares), size| (sum + size, squares + size * size));
    if sum > 0.0 { squares / sum } else { 1.0 }
}

/// The Gini coefficient of sizes.
fn gini(mut sizes: Vec<u64>) -> Option<f64> {
    sizes.sort_unstable();
    let (count, total) = (sizes.len() as f64, sizes.iter().sum::<u64>() as f64);
    if sizes.is_empty() || total <= 0.0 {
        return None;
    }
    let weighted: f64 = sizes.iter().enumerate().map(|(at, size)| (at as f64 + 1.0) * *size as f64).sum();
    Some((2.0 * weighted / (count * total) - (count + 1.0) / count).max(0.0))
}

impl Partitions {
    /// Counts an item of a partition.
    #[inline]
    pub fn add(&mut self, key: &str, bytes: u64) {
        self.items += 1;
        self.bytes += bytes;
        if let Some(run) = self.waiting.runs.last_mut()
            && same(self.waiting.keys.as_bytes().get(run.start..).unwrap_or_default(), key.as_bytes())
        {
            run.items += 1;
            run.bytes += bytes;
            return;
        }
        if self.waiting.runs.len() == TOGETHER {
            self.flush();
        }
        self.waiting.push(key, 1, bytes);
    }

    /// Counts what is not yet counted.
    pub fn flush(&mut self) {
        if self.waiting.runs.is_empty() {
            return;
        }
        if self.sketches.is_none() {
            self.sketches = Sketches::new().map(Box::new);
        }
        if let Some(sketches) = &mut self.sketches {
            sketches.add(&self.waiting);
        }
        self.waiting.keys.clear();
        self.waiting.runs.clear();
    }

    /// Adds what another part of the table counted.
    pub fn merge(&mut self, mut other: Self) {
        self.flush();
        other.flush();
        self.items += other.items;
        self.bytes += other.bytes;
        match (&mut self.sketches, other.sketches) {
            (Some(own), Some(other)) => own.merge(*other),
            (own @ None, Some(other)) => *own = Some(other),
            (_, None) => {}
        }
    }

    /// True where every partition is counted exactly.
    pub fn is_exact(&self) -> bool {
        self.sketches.as_ref().is_none_or(|sketches| sketches.exact.is_some())
    }

    /// How many partitions there are. Where that is an estimate, its relative standard error is 1.6 %.
    pub fn distinct(&self) -> u64 {
        let Some(sketches) = &self.sketches else { return 0 };
        match &sketches.exact {
            Some(exact) => exact.len() as u64,
            None => sketches.distinct.composite_estimate().round() as u64,
        }
    }

    /// The Gini coefficient of the items of partitions: 0 where all have as many, near 1 where few have nearly all.
    pub fn gini(&self) -> Option<f64> {
        let sketches = self.sketches.as_ref()?;
        gini(match &sketches.exact {
            Some(exact) => exact.values().map(|(items, _)| *items).collect(),
            None => sketches.sample.sizes().into_iter().map(|(items, _)| items).collect(),
        })
    }

    /// How many items a size may be off by, either way, where sizes are estimates: twice the standard deviation.
    pub fn error(&self) -> u64 {
        match &self.sketches {
            Some(sketches) if sketches.exact.is_none() => {
                let lump = lump(&sketches.sample.sizes(), self.items, |size| size.0);
                (2.0 * noise(self.items as f64, lump).1).ceil() as u64
            }
            _ => 0,
        }
    }

    /// The largest partitions: by items, and by bytes.
    pub fn largest(&self, most: usize) -> (Vec<Partition>, Vec<Partition>) {
        let Some(sketches) = &self.sketches else { return (Vec::new(), Vec::new()) };
        let mut all: Vec<Partition> = match &sketches.exact {
            Some(exact) => exact
                .iter()
                .map(|(key, (items, bytes))| Partition { key: key.clone(), items: *items, bytes: *bytes })
                .collect(),
            None => sketches.estimates(self.items, self.bytes),
        };
        let mut first = |size: fn(&Partition) -> u64, other: fn(&Partition) -> u64| {
            all.sort_by(|left, right| {
                size(right).cmp(&size(left)).then(other(right).cmp(&other(left))).then(left.key.cmp(&right.key))
            });
            all.iter().take(most).cloned().collect::<Vec<_>>()
        };
        let by_items = first(|one| one.items, |one| one.bytes);
        (by_items, first(|one| one.bytes, |one| one.items))
    }
}

impl Sketches {
    fn estimates(&self, items: u64, bytes: u64) -> Vec<Partition> {
        let sample = self.sample.sizes();
        let lumps = (lump(&sample, items, |size| size.0), lump(&sample, bytes, |size| size.1));
        let unbiased = |estimate: u64, all: u64, lump: f64| {
            let (noise, _) = noise(all.saturating_sub(estimate) as f64, lump);
            (estimate as f64 - noise).max(1.0).round() as u64
        };
        let candidates = |sketch: &FrequentItemsSketch<String>, all: u64| {
            let threshold = (FOUND_SHARE * all as f64) as u64;
            sketch.frequent_items_with_threshold(ErrorType::NoFalseNegatives, threshold)
        };
        let mut found: BTreeMap<String, Partition> = BTreeMap::new();
        for (sketch, all, size) in [
            (&self.by_items, items, (|one| one.items) as fn(&Partition) -> u64),
            (&self.by_bytes, bytes, |one| one.bytes),
        ] {
            for row in candidates(sketch, all) {
                let key = row.item();
                let (own_items, own_bytes) = self.sums.get(hash(key));
                let own = Partition {
                    key: key.clone(),
                    items: unbiased(own_items, items, lumps.0),
                    bytes: unbiased(own_bytes, bytes, lumps.1),
                };
                if size(&own) as f64 >= LISTED_SHARE * all as f64 {
                    found.insert(own.key.clone(), own);
                }
            }
        }
        found.into_values().collect()
    }
}
