//! Items and bytes by hash in bounded memory: a count-min sketch of pairs. Its sums are plain sums, so that they do not
//! depend on the order of what is added, nor on how it was parted.

/// In every row a hash has a place of its own.
const ROWS: usize = 2;
/// The places of a row.
const BUCKETS: usize = 1 << BITS;
const BITS: u32 = 14;

/// Items and bytes.
pub(super) type Size = (u64, u64);

/// Sums of items and bytes by hash, each too large by what shares its places.
#[derive(Clone, Debug)]
pub(super) struct CountMin {
    /// The sums while all are below 2^32: the processor's caches hold more of them.
    narrow: Vec<(u32, u32)>,
    /// The sums from then on.
    wide: Vec<Size>,
}

impl CountMin {
    pub fn new() -> Self {
        Self { narrow: vec![(0, 0); ROWS * BUCKETS], wide: Vec::new() }
    }

    #[inline]
    fn places(hash: u64) -> [usize; ROWS] {
        [0, 1].map(|row| row * BUCKETS + (hash >> (row as u32 * BITS)) as usize % BUCKETS)
    }

    /// Adds to the sums of a hash, and gives them as they are now.
    #[inline]
    pub fn add(&mut self, hash: u64, size: Size) -> Size {
        let places = Self::places(hash);
        if self.wide.is_empty() {
            let sums = places.map(|place| plus(widened(self.narrow[place]), size));
            if let [Some(first), Some(second)] = sums.map(narrowed) {
                self.narrow[places[0]] = first;
                self.narrow[places[1]] = second;
                return least(sums);
            }
        }
        let cells = self.widen();
        least(places.map(|place| {
            cells[place] = plus(cells[place], size);
            cells[place]
        }))
    }

    /// The sums of a hash.
    pub fn get(&self, hash: u64) -> Size {
        let sum = |place: usize| self.wide.get(place).copied().unwrap_or_else(|| widened(self.narrow[place]));
        least(Self::places(hash).map(sum))
    }

    /// The sums of what is added to either.
    pub fn merge(&mut self, other: &Self) {
        self.widen().iter_mut().zip(other.cells()).for_each(|(own, other)| *own = plus(*own, other));
    }

    fn cells(&self) -> impl Iterator<Item = Size> {
        self.wide.iter().copied().chain(self.narrow.iter().copied().map(widened))
    }

    /// Makes room for large sums.
    fn widen(&mut self) -> &mut [Size] {
        if self.wide.is_empty() {
            self.wide = std::mem::take(&mut self.narrow).into_iter().map(widened).collect();
        }
        &mut self.wide
    }

    /// As bytes: of each number seven bits a byte, the lowest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for mut number in self.cells().flat_map(|(items, bytes)| [items, bytes]) {
            while number > 0x7f {
                bytes.push(number as u8 | 0x80);
                number >>= 7;
            }
            bytes.push(number as u8);
        }
        bytes
    }

    /// The same again; none where that is no sketch of this size.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = bytes.iter();
        let mut number = || -> Option<u64> {
            let mut number = 0_u64;
            for shift in (0..64).step_by(7) {
                let byte = bytes.next()?;
                number |= u64::from(byte & 0x7f) << shift;
                if *byte < 0x80 {
                    return Some(number);
                }
            }
            None
        };
        let cells: Option<Vec<Size>> = (0..ROWS * BUCKETS).map(|_| Some((number()?, number()?))).collect();
        cells.filter(|_| bytes.next().is_none()).map(|wide| Self { narrow: Vec::new(), wide })
    }
}

fn plus(left: Size, right: Size) -> Size {
    (left.0 + right.0, left.1 + right.1)
}

fn widened((items, bytes): (u32, u32)) -> Size {
    (items.into(), bytes.into())
}

fn narrowed((items, bytes): Size) -> Option<(u32, u32)> {
    Some((items.try_into().ok()?, bytes.try_into().ok()?))
}

fn least([first, second]: [Size; ROWS]) -> Size {
    (first.0.min(second.0), first.1.min(second.1))
}

/// What is added to the sums of a hash by what shares its places: the mean of the least of the rows, and its standard
/// deviation. `rest` is all that is not of the hash; `lump` is how much of it comes at once, on average over all of it:
/// the mean size of a partition where all are alike, more where they are not.
pub(super) fn noise(rest: f64, lump: f64) -> (f64, f64) {
    let mean = rest / BUCKETS as f64;
    let deviation = (mean * lump).sqrt();
    // Of the lesser one of two normally distributed numbers.
    let (below, narrower) = (std::f64::consts::FRAC_1_PI.sqrt(), (1.0 - std::f64::consts::FRAC_1_PI).sqrt());
    ((mean - below * deviation).max(0.0), narrower * deviation)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::audit::partitions::hash;

    #[test]
    fn sums_are_near_the_truth_whatever_the_order() {
        let (mut forth, mut back) = (CountMin::new(), CountMin::new());
        let add = |sketch: &mut CountMin, number: u64| {
            let size = if number.is_multiple_of(3) { 8 } else { 2 };
            sketch.add(hash(&number.to_string()), (size, 100 * size))
        };
        for number in 0..60_000 {
            add(&mut forth, number);
            add(&mut back, 59_999 - number);
        }
        assert_eq!(forth.to_bytes(), back.to_bytes());
        let all = 60_000.0 * 4.0;
        let lump = (20_000.0 * 64.0 + 40_000.0 * 4.0) / all;
        let (mean, deviation) = noise(all, lump);
        let errors: Vec<f64> =
            (0..3000).map(|number| forth.get(hash(&(number * 3).to_string())).0 as f64 - 8.0 - mean).collect();
        let off = errors.iter().sum::<f64>() / 3000.0;
        let spread = (errors.iter().map(|error| error * error).sum::<f64>() / 3000.0).sqrt();
        assert!(
            off.abs() < deviation / 5.0 && (0.7..1.3).contains(&(spread / deviation)),
            "{off} {spread} {deviation}"
        );
    }

    #[test]
    fn large_sums_are_as_right_as_small_ones() {
        let mut sketch = CountMin::new();
        for _ in 0..5 {
            sketch.add(hash("small"), (1, 1 << 20));
        }
        assert!(sketch.wide.is_empty());
        for round in 1..=9 {
            assert_eq!(sketch.add(hash("large"), (3, 1 << 30)), (3 * round, round << 30));
        }
        assert!(sketch.narrow.is_empty());
        assert_eq!(sketch.get(hash("small")), (5, 5 << 20));
        assert_eq!(sketch.get(hash("large")), (27, 9 << 30));
    }

    #[test]
    fn a_sketch_is_read_as_it_was_written() {
        let mut sketch = CountMin::new();
        for number in 0..1000_u64 {
            sketch.add(hash(&number.to_string()), (1 << (number % 60), u64::MAX / 4000));
        }
        let bytes = sketch.to_bytes();
        assert_eq!(CountMin::from_bytes(&bytes).unwrap().to_bytes(), bytes);
        assert!(CountMin::from_bytes(&bytes[1..]).is_none());
        assert!(CountMin::from_bytes(&[bytes.clone(), vec![0]].concat()).is_none());
        let mut twice = sketch.clone();
        twice.merge(&sketch);
        assert_eq!(twice.get(hash("7")).0, 2 * sketch.get(hash("7")).0);
    }
}
