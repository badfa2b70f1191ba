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
pub(super) struct CountMin(Vec<Size>);

impl CountMin {
    pub fn new() -> Self {
        Self(vec![(0, 0); ROWS * BUCKETS])
    }

    fn places(hash: u64) -> [usize; ROWS] {
        [0, 1].map(|row| row * BUCKETS + (hash >> (row as u32 * BITS)) as usize % BUCKETS)
    }

    /// Adds to the sums of a hash, and gives them as they are now.
    #[inline]
    pub fn add(&mut self, hash: u64, (items, bytes): Size) -> Size {
        let mut least = (u64::MAX, u64::MAX);
        for place in Self::places(hash) {
            let cell = &mut self.0[place];
            *cell = (cell.0 + items, cell.1 + bytes);
            least = (least.0.min(cell.0), least.1.min(cell.1));
        }
        least
    }

    /// The sums of a hash.
    pub fn get(&self, hash: u64) -> Size {
        Self::places(hash).into_iter().fold((u64::MAX, u64::MAX), |least, place| {
            let cell = self.0[place];
            (least.0.min(cell.0), least.1.min(cell.1))
        })
    }

    /// The sums of what is added to either.
    pub fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own = (own.0 + other.0, own.1 + other.1));
    }

    /// As bytes: of each number seven bits a byte, the lowest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for mut number in self.0.iter().flat_map(|(items, bytes)| [*items, *bytes]) {
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
        cells.filter(|_| bytes.next().is_none()).map(Self)
    }
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
