//! One residual of few variables.

/// Most variables of one residual.
pub const WIDTH: usize = 7;

/// A residual with its derivatives in its own variables.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    pub value: f64,
    /// Variables and gradient; the first `len` count.
    pub vars: [usize; WIDTH],
    pub gradient: [f64; WIDTH],
    pub len: usize,
    /// Second derivatives that are not zero, as (a, b, value) with places b ≤ a in `vars`; the first
    /// `seconds` count.
    pub second: [(usize, usize, f64); WIDTH],
    pub seconds: usize,
}

impl Element {
    #[inline(always)]
    pub fn new(value: f64) -> Self {
        Element {
            value,
            vars: [0; WIDTH],
            gradient: [0.0; WIDTH],
            len: 0,
            second: [(0, 0, 0.0); WIDTH],
            seconds: 0,
        }
    }

    /// Adds a variable with its derivative; variables come in ascending order.
    #[inline(always)]
    pub fn var(mut self, j: usize, derivative: f64) -> Self {
        (self.vars[self.len], self.gradient[self.len]) = (j, derivative);
        self.len += 1;
        self
    }

    /// Adds a second derivative in the variables at the places `a` ≥ `b`.
    #[inline(always)]
    pub fn second(mut self, a: usize, b: usize, derivative: f64) -> Self {
        self.second[self.seconds] = (a, b, derivative);
        self.seconds += 1;
        self
    }

    /// Adds a variable and its own second derivative.
    #[inline(always)]
    pub fn curved(self, j: usize, derivative: f64, second: f64) -> Self {
        let place = self.len;
        self.var(j, derivative).second(place, place, second)
    }

    pub fn entries(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        let pairs = self.vars.iter().copied().zip(self.gradient);
        pairs.take(self.len)
    }
}
