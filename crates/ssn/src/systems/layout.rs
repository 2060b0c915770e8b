//! Where the parts of the unknown of a value-function system stand.

use std::ops::Range;

/// Where the parts of ζ stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// x, n unknowns.
    pub x: Range<usize>,
    /// y, m unknowns.
    pub y: Range<usize>,
    /// ξ, m unknowns.
    pub xi: Range<usize>,
    /// u, p unknowns.
    pub u: Range<usize>,
    /// v, q unknowns.
    pub v: Range<usize>,
    /// w, q unknowns.
    pub w: Range<usize>,
}

impl Layout {
    pub(super) fn new(n: usize, m: usize, p: usize, q: usize) -> Self {
        let mut end = 0;
        let mut next = |len: usize| {
            end += len;
            end - len..end
        };
        Layout {
            x: next(n),
            y: next(m),
            xi: next(m),
            u: next(p),
            v: next(q),
            w: next(q),
        }
    }
    /// z = (x, y).
    pub fn z(&self) -> Range<usize> {
        0..self.y.end
    }
    /// Number p + 2q of multipliers.
    pub fn multipliers(&self) -> usize {
        self.w.end - self.u.start
    }
    /// Number N = n + 2m + p + 2q of unknowns.
    pub fn size(&self) -> usize {
        self.w.end
    }
}
