//! How the work of a run is shared out: so that any design is done with in seconds, and one entity, however large, takes
//! nothing from another. A share depends on the size of the design alone, not on what was asked before.

/// What each question about a design may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Steps for one automaton.
    pub automaton: u64,
    /// How large what a placeholder prints may be as it is written.
    pub weight: usize,
    /// How many values of attributes the scenarios of one entity may hold together.
    pub cells: usize,
    /// How many values of attributes a search for one collision may look at.
    pub search: u64,
}

/// What a run may cost. A step takes some 20 ns, in a debug build ten times that.
const AUTOMATA: u64 = 24_000_000;
const WEIGHTS: usize = 1_000_000;
const CELLS: usize = 600_000;
const SEARCHES: u64 = 8_000_000;
const PAIRS: u64 = 16_000_000;

impl Shares {
    /// The shares of a design of so many entities with so many keys together.
    pub fn new(entities: usize, keys: usize) -> Self {
        let each = |keys: usize| u64::try_from(keys.max(1)).unwrap_or(u64::MAX);
        Self {
            // Three languages of each key are asked for at most, a small and a whole automaton of each.
            automaton: (AUTOMATA / each(keys).saturating_mul(4)).clamp(1_000, 400_000),
            weight: (WEIGHTS / keys.max(1)).clamp(24, 4_000),
            cells: (CELLS / entities.max(1)).clamp(64, CELLS),
            search: (SEARCHES / each(entities)).clamp(2_000, 1_000_000),
        }
    }

    /// Steps for the comparison of two languages, where so many pairs are compared.
    pub fn pair(pairs: usize) -> u64 {
        (PAIRS / u64::try_from(pairs.max(1)).unwrap_or(u64::MAX)).clamp(400, 400_000)
    }
}

impl Default for Shares {
    fn default() -> Self {
        Self::new(1, 8)
    }
}
