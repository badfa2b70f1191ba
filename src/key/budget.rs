//! What a proof may cost.

/// How much work is left for a proof. It is counted in steps, each of which takes about as long as any other and keeps a
/// few bytes at most: a state that is entered, a byte class that is looked at, a pair of states that is reached. So a
/// budget bounds the time and the memory, and the same input always ends in the same place: nothing here looks at a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    left: u64,
    given: u64,
}

/// The budget is spent, and the question is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent;

impl Budget {
    /// What one automaton, one product or one search may cost where nobody says otherwise.
    pub const USUAL: u64 = 400_000;

    /// A budget of so many steps.
    pub const fn new(steps: u64) -> Self {
        Self { left: steps, given: steps }
    }

    /// Takes steps out of the budget.
    pub fn spend(&mut self, steps: u64) -> Result<(), Spent> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Spent)
            }
        }
    }

    /// The same for a count of things.
    pub fn spend_many(&mut self, things: usize) -> Result<(), Spent> {
        self.spend(u64::try_from(things).unwrap_or(u64::MAX))
    }

    /// How many steps are left.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// How many steps were taken out; more than were given once it is spent.
    pub fn used(&self) -> u64 {
        self.given - self.left
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::USUAL)
    }
}
